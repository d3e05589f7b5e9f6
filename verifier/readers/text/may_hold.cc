#include "verifier/readers/text/may_hold.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "verifier/base/characters.h"

namespace attest {
namespace {

constexpr size_t kLeastBytes = 40;    // the least key in DER has more
constexpr size_t kLeastChunk = 16;    // letters of a word that may be of a value
constexpr size_t kMostGroup = 8;      // digits of a group in a dump, or of a number
constexpr size_t kLeastGroups = 8;    // of a line of a dump
constexpr size_t kLeastEscapes = 16;  // "\\x30"

enum class Sort : uint8_t { other, blank, letter };
constexpr std::array<Sort, 256> sorts() {
  std::array<Sort, 256> out{};
  for (size_t c = 0; c < out.size(); ++c) {
    const char letter = static_cast<char>(c);
    if (is_base64_letter(letter) || letter == '-' || letter == '_' || letter == '=')
      out[c] = Sort::letter;
  }
  for (const char c : std::string_view(" \t\r\n,:;\"'`\\[](){}<>|"))
    out[static_cast<uint8_t>(c)] = Sort::blank;
  return out;
}
constexpr std::array<Sort, 256> kSorts = sorts();

// One word, and what it may be the bytes of.
struct Word {
  size_t size = 0, hex = 0, digits = 0, upper = 0, lower = 0;

  void add(char c) {
    ++size;
    hex += is_hex_digit(c) || c == 'x' || c == 'X';
    digits += is_digit(c);
    upper += c >= 'A' && c <= 'Z';
    lower += c >= 'a' && c <= 'z';
  }
  bool is_group() const {
    return size <= kMostGroup && hex == size && (digits != 0 || size % 2 == 0);
  }
  bool is_chunk() const {
    return size >= kLeastChunk && (digits != 0 || (upper != 0 && lower != 0));
  }
  size_t bytes() const {
    if (is_group()) return std::max<size_t>(1, hex == digits && size <= 3 ? 1 : size / 2);
    if (!is_chunk()) return 0;
    return hex == size ? size / 2 : size * 3 / 4;
  }
};

}  // namespace

bool may_hold_credential(std::string_view text) {
  if (text.find("-----BEGIN") != std::string_view::npos ||
      text.find("-----END") != std::string_view::npos)
    return true;
  size_t bytes = 0, groups = 0, lettered = 0, escapes = 0;
  for (size_t at = 0; at < text.size();) {
    // "48.0" is a whole number.
    if (text[at] == '.' && at + 1 < text.size() && text[at + 1] == '0') {
      const size_t behind = std::min(text.find_first_not_of('0', at + 1), text.size());
      if (behind == text.size() || kSorts[static_cast<uint8_t>(text[behind])] == Sort::blank) {
        at = behind;
        continue;
      }
    }
    const Sort sort = kSorts[static_cast<uint8_t>(text[at])];
    if (sort == Sort::other) bytes = groups = lettered = 0;
    if (sort != Sort::letter) {
      escapes += text[at] == '\\' && at + 1 < text.size() && text[at + 1] == 'x';
      ++at;
      continue;
    }
    Word word;
    while (at < text.size() && kSorts[static_cast<uint8_t>(text[at])] == Sort::letter)
      word.add(text[at++]);
    if (word.bytes() == 0) {
      bytes = groups = lettered = 0;
      continue;
    }
    bytes += word.bytes();
    groups = word.is_group() ? groups + 1 : 0;
    lettered = groups == 0 ? 0 : lettered + (word.digits != word.size ? 1 : 0);
    if (bytes >= kLeastBytes || (groups >= kLeastGroups && lettered >= 2)) return true;
  }
  return escapes >= kLeastEscapes;
}

}  // namespace attest
