// The manual page, made from the tree of commands that --help is made from.
#pragma once

#include "cli/arguments.h"

namespace attest::cli {

std::string man_page(const Command& root);  // roff with the man macros

}  // namespace attest::cli
