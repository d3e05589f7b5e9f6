// Characters of texts that others wrote: what each is, whatever the machine's locale, and for those
// who make them harmless to show.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace attest {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
// Of names in source code.
constexpr bool is_word_letter(char c) {
  return is_digit(c) || is_letter(c) || c == '_';
}
// Without the padding.
constexpr bool is_base64_letter(char c) {
  return is_digit(c) || is_letter(c) || c == '+' || c == '/';
}
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string to_lower(std::string_view s);

// The length of the character at s[i] and its code point; 0 where no valid UTF-8 stands.
size_t utf8_character(std::string_view s, size_t i, uint32_t& code);
// Control characters, line separators, what hides, and what changes the direction of text.
bool shows_badly(uint32_t code);

}  // namespace attest
