// Every sub-command: one file each. A new one is one file, one line here and one in commands.cc.
#pragma once

#include "cli/arguments.h"

namespace attest::cli {

void add_verify(Command& root);
void add_replay(Command& root);
void add_checklist(Command& root);
void add_inspect(Command& root);
void add_extract(Command& root);
void add_payload(Command& root);
void add_checks(Command& root);
void add_plan(Command& root);
void add_explain(Command& root);
void add_completion(Command& root);
void add_dcl(Command& root);
void add_decisions(Command& root);
void add_lot(Command& root);
void add_serve(Command& root);
void add_man_page(Command& root);
void add_version(Command& root);
void add_formats(Command& root);
void add_help(Command& root);
int print_version(const std::string& format, const Console& console);

// All of them, and the root's own words; only the one that `first`, the first word of the command
// line, names where that is enough.
void add_commands(Command& root, std::string_view first = {});
inline constexpr const char* kProgram = "matter-attest";
inline constexpr const char* kProgramHelp =
    "says whether a Matter device's attestation holds, and if not, which part is wrong and what to "
    "do";

}  // namespace attest::cli
