// Help: what --help and `help COMMAND` print, within 80 columns, options grouped by what they are
// about. Completion and manual are made from the same tree.
#pragma once

#include <string>

#include "cli/arguments.h"

namespace attest::cli {

inline constexpr size_t kHelpWidth = 80;

std::string help_text(const Command& command);

// "[OPTIONS] VID PID [SV]": what stands behind the command's name.
std::string operands_text(const Command& command, bool with_options = true);
// The options of a group, of all that have none where it is nullopt.
std::vector<const Command::OptionText*> options_of(const Command& command,
                                                   std::optional<Group> group);
// "-o, --output FILE", "EVIDENCE..."; long lists of words are left to the help.
std::string option_name(const Command::OptionText& option);
std::string option_help(const Command::OptionText& option);
// A footer's paragraphs in lines of so many columns; what is indented stays as it is.
std::string filled(const std::string& text, size_t width);

}  // namespace attest::cli
