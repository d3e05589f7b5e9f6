// Completion: scripts for shells, made from the tree of commands. Commands, options, and the words
// an option takes; files everywhere else.
#pragma once

#include "cli/arguments.h"

namespace attest::cli {

std::string bash_completion(const Command& root);
std::string zsh_completion(const Command& root);
std::string fish_completion(const Command& root);

}  // namespace attest::cli
