// Characters of texts that others wrote: for those who make them harmless to show.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace attest {

// The length of the character at s[i] and its code point; 0 where no valid UTF-8 stands.
size_t utf8_character(std::string_view s, size_t i, uint32_t& code);
// Control characters, line separators, what hides, and what changes the direction of text.
bool shows_badly(uint32_t code);

}  // namespace attest
