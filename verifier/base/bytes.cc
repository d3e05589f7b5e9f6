#include "verifier/base/bytes.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/base/characters.h"

namespace attest {
namespace {

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string hex_with(View v, const char* digits, const char* between) {
  std::string out;
  out.reserve(v.size() * 3);
  for (size_t i = 0; i < v.size(); ++i) {
    if (i != 0) out += between;
    out += digits[v[i] >> 4];
    out += digits[v[i] & 15];
  }
  return out;
}

bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

// What each of a group's four characters is worth at its place; more than a group holds: it is
// none.
constexpr uint32_t kNoGroup = 1U << 24;
using GroupValues = std::array<std::array<uint32_t, 256>, 4>;
constexpr GroupValues group_values() {
  GroupValues out{};
  for (size_t place = 0; place < 4; ++place) {
    for (size_t c = 0; c < 256; ++c) {
      const int value = base64_value(static_cast<char>(c));
      out[place][c] = value < 0 ? kNoGroup : static_cast<uint32_t>(value) << (18 - 6 * place);
    }
  }
  return out;
}

// The whole groups that a text begins with, up to the first that has anything but digits in it.
// Answers where that is.
size_t decode_groups(std::string_view s, Bytes& out) {
  static constexpr GroupValues kValues = group_values();
  out.resize(s.size() / 4 * 3);
  size_t at = 0;
  uint8_t* to = out.data();
  for (const char* from = s.data(); at + 4 <= s.size(); at += 4, from += 4, to += 3) {
    const auto value = [&](size_t k) { return kValues[k][static_cast<uint8_t>(from[k])]; };
    const uint32_t group = value(0) | value(1) | value(2) | value(3);
    if (group >= kNoGroup) break;
    to[0] = static_cast<uint8_t>(group >> 16);
    to[1] = static_cast<uint8_t>(group >> 8);
    to[2] = static_cast<uint8_t>(group);
  }
  out.resize(at / 4 * 3);
  return at;
}

Result<Bytes> base64_decode(std::string_view s, bool lines) {
  Bytes out;
  uint32_t group = 0;
  unsigned have = 0, padding = 0;
  for (size_t i = decode_groups(s, out); i < s.size(); ++i) {
    const char c = s[i];
    if (lines && blank(c)) continue;
    if (c == '=') {
      if (++padding > 2 || have + padding > 4 || have < 2)
        return error("base64: '=' in the wrong place", i);
      continue;
    }
    const int value = base64_value(c);
    if (value < 0)
      return error(fmt::format("base64: expected A-Z a-z 0-9 + / =, found byte 0x{:02x}",
                               static_cast<uint8_t>(c)),
                   i);
    if (padding != 0) return error("base64: text after the padding", i);
    group = group << 6 | static_cast<uint32_t>(value);
    if (++have == 4) {
      out.push_back(static_cast<uint8_t>(group >> 16));
      out.push_back(static_cast<uint8_t>(group >> 8));
      out.push_back(static_cast<uint8_t>(group));
      group = 0;
      have = 0;
    }
  }
  if (have == 0 && padding == 0) return out;
  if (have + padding != 4) return error("base64: length is no multiple of four", s.size());
  if (have == 2) {
    if ((group & 15) != 0) return error("base64: unused bits are not zero", s.size());
    out.push_back(static_cast<uint8_t>(group >> 4));
  } else {
    if ((group & 3) != 0) return error("base64: unused bits are not zero", s.size());
    out.push_back(static_cast<uint8_t>(group >> 10));
    out.push_back(static_cast<uint8_t>(group >> 2));
  }
  return out;
}

}  // namespace

size_t utf8_character(std::string_view s, size_t i, uint32_t& code) {
  const auto byte = [&](size_t k) { return static_cast<uint8_t>(s[k]); };
  const uint8_t b = byte(i);
  if (b < 0x80) {
    code = b;
    return 1;
  }
  const size_t length = b >= 0xF0 && b <= 0xF4  ? 4
                        : b >= 0xE0 && b < 0xF0 ? 3
                        : b >= 0xC2 && b < 0xE0 ? 2
                                                : 0;
  if (length == 0 || i + length > s.size()) return 0;
  uint32_t c = b & (0xFFu >> (length + 1));
  for (size_t k = 1; k < length; ++k) {
    if ((byte(i + k) & 0xC0) != 0x80) return 0;
    c = c << 6 | (byte(i + k) & 0x3Fu);
  }
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (c < kLeast[length] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return 0;
  code = c;
  return length;
}

std::string to_lower(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = to_lower(c);
  return out;
}

bool shows_badly(uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x061C ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF0 && c <= 0xFFFB) ||
         (c >= 0xE0000 && c <= 0xE007F) || (c & 0xFFFE) == 0xFFFE ||
         (c >= 0xFDD0 && c <= 0xFDEF);  // noncharacters: XML has no way to write them
}

std::optional<size_t> find(View haystack, View needle, size_t from) {
  if (needle.empty() || from > haystack.size() || haystack.size() - from < needle.size())
    return std::nullopt;
  const auto at = text(haystack).find(text(needle), from);
  if (at == std::string_view::npos) return std::nullopt;
  return at;
}

std::string hex(View v) {
  return hex_with(v, "0123456789abcdef", "");
}
std::string hex_upper(View v) {
  return hex_with(v, "0123456789ABCDEF", "");
}
std::string hex_colons(View v) {
  return hex_with(v, "0123456789ABCDEF", ":");
}
std::string hex_id(uint64_t id) {
  return fmt::format("0x{:04X}", id);
}

Result<Bytes> from_hex(std::string_view s) {
  if (s.size() % 2 != 0)
    return error(fmt::format("hex: expected an even number of digits, found {}", s.size()),
                 s.size());
  Bytes out(s.size() / 2);
  uint8_t* to = out.data();
  for (size_t i = 0; i < s.size(); i += 2) {
    const int high = nibble(s[i]), low = nibble(s[i + 1]);
    if (high < 0 || low < 0) {
      const size_t at = high < 0 ? i : i + 1;
      return error(fmt::format("hex: expected a digit 0-9 a-f, found byte 0x{:02x}",
                               static_cast<uint8_t>(s[at])),
                   at);
    }
    *to++ = static_cast<uint8_t>(high << 4 | low);
  }
  return out;
}

Result<Bytes> from_hex_lenient(std::string_view s) {
  while (!s.empty() && blank(s.front())) s.remove_prefix(1);
  if (s.starts_with("0x") || s.starts_with("0X")) s.remove_prefix(2);
  std::string digits;
  digits.reserve(s.size());
  for (const char c : s) {
    if (!blank(c) && c != ':') digits += c;
  }
  return from_hex(digits);
}

std::string base64(View v) {
  std::string out;
  out.reserve((v.size() + 2) / 3 * 4);
  for (size_t i = 0; i < v.size(); i += 3) {
    const size_t n = std::min<size_t>(3, v.size() - i);
    uint32_t group = static_cast<uint32_t>(v[i]) << 16;
    if (n > 1) group |= static_cast<uint32_t>(v[i + 1]) << 8;
    if (n > 2) group |= v[i + 2];
    out += kBase64[group >> 18];
    out += kBase64[group >> 12 & 63];
    out += n > 1 ? kBase64[group >> 6 & 63] : '=';
    out += n > 2 ? kBase64[group & 63] : '=';
  }
  return out;
}

Result<Bytes> from_base64(std::string_view s) {
  return base64_decode(s, false);
}
Result<Bytes> from_base64_lines(std::string_view s) {
  return base64_decode(s, true);
}

std::optional<std::string> base64_of_url(std::string_view s) {
  if (s.find_first_of("-_") == std::string_view::npos ||
      s.find_first_of("+/") != std::string_view::npos)
    return std::nullopt;
  std::string out(s);
  std::replace(out.begin(), out.end(), '-', '+');
  std::replace(out.begin(), out.end(), '_', '/');
  size_t letters = 0;
  for (const char c : out) letters += !blank(c);
  while (letters % 4 > 1 && letters++ % 4 != 0) out += '=';
  return out;
}

std::optional<KeyId> key_id(View v) {
  KeyId id{};
  if (v.size() != id.size()) return std::nullopt;
  std::copy(v.begin(), v.end(), id.begin());
  return id;
}

bool is_utf8(std::string_view s) {
  uint32_t code = 0;
  for (size_t i = 0; i < s.size();) {
    // Eight bytes at a time while all are ASCII.
    uint64_t eight = 0;
    if (i + 8 <= s.size()) {
      std::memcpy(&eight, s.data() + i, 8);
      if ((eight & 0x8080808080808080) == 0) {
        i += 8;
        continue;
      }
    }
    const size_t length = utf8_character(s, i, code);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::string printable(std::string_view s) {
  // Nearly all is plain.
  if (std::all_of(s.begin(), s.end(), [](char c) { return c >= ' ' && c <= '~'; }))
    return std::string(s);
  std::string out;
  out.reserve(s.size());
  for (size_t i = 0; i < s.size();) {
    uint32_t code = 0;
    const size_t length = utf8_character(s, i, code);
    if (length == 0) {
      out += fmt::format("\\x{:02X}", static_cast<uint8_t>(s[i++]));
      continue;
    }
    if (!shows_badly(code)) {
      out += s.substr(i, length);
    } else if (code < 0x80) {
      out += fmt::format("\\x{:02X}", code);
    } else {
      out += fmt::format("\\u{{{:04X}}}", code);
    }
    i += length;
  }
  return out;
}

}  // namespace attest
