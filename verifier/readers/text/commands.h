// Notes, scripts and documents that name commands. What stands there behind a program's name is
// what somebody may type, and says nothing of the device beside it.
#pragma once

#include <string>
#include <string_view>

namespace attest {

// The text with blanks in the place of commands that take an onboarding code: "chip-tool pairing
// code 1 MT:...", with the lines on which they go on.
std::string without_commands(std::string_view text);

// A document about this program: its manual, its documentation.
bool is_own_document(std::string_view text);

}  // namespace attest
