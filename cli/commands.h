// Every sub-command: one file each. A new one is one file, one line here and one in main.cc.
#pragma once

#include "cli/arguments.h"

namespace attest::cli {

void add_verify(Command& root);
void add_inspect(Command& root);
void add_extract(Command& root);
void add_payload(Command& root);
void add_checks(Command& root);
void add_explain(Command& root);
void add_completion(Command& root);
void add_dcl(Command& root);
void add_lot(Command& root);
void add_version(Command& root);

}  // namespace attest::cli
