#include "serve/mirror/gateway_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>

namespace attest::serve {
namespace {

tl::unexpected<Error> complaint(const char* function, std::string_view text, const char* what) {
  return error(fmt::format("strconv.{}: parsing \"{}\": {}", function, printable(text), what));
}

enum class Parsed : uint8_t { fine, syntax, range };

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

// Without a sign. `base` 0: as the text begins.
Parsed parse_unsigned(std::string_view text, unsigned base, uint64_t most, uint64_t& value) {
  bool may_separate = false;
  if (base == 0) {
    base = 10;
    may_separate = true;
    if (text.size() > 1 && text[0] == '0') {
      const char kind = static_cast<char>(text[1] | 0x20);
      base = kind == 'x' ? 16 : kind == 'b' ? 2 : 8;
      text.remove_prefix(base == 8 && kind != 'o' ? 1 : 2);
      if (!text.empty() && text[0] == '_') text.remove_prefix(1);
    }
  }
  if (text.empty() || text.back() == '_' || text.front() == '_') return Parsed::syntax;
  value = 0;
  bool over = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (may_separate && text[i] == '_' && text[i - 1] != '_') continue;
    const auto digit = static_cast<unsigned>(digit_of(text[i]));
    if (digit >= base) return Parsed::syntax;
    over = over || value > (most - digit) / base;
    if (!over) value = value * base + digit;
  }
  return over ? Parsed::range : Parsed::fine;
}

// Below its sign.
Result<int64_t> parse_signed(std::string_view text, unsigned base, uint64_t most) {
  std::string_view digits = text;
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) digits.remove_prefix(1);
  uint64_t value = 0;
  const Parsed parsed = parse_unsigned(digits, base, negative ? most + 1 : most, value);
  if (parsed == Parsed::syntax) return complaint("ParseInt", text, "invalid syntax");
  if (parsed == Parsed::range) return complaint("ParseInt", text, "value out of range");
  return negative ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
}

}  // namespace

Result<int64_t> gateway_int32(std::string_view text) {
  return parse_signed(text, 0, 0x7FFFFFFF);
}

Result<int64_t> gateway_height(std::string_view text) {
  return parse_signed(text, 10, INT64_MAX - 1);
}

Result<uint64_t> gateway_uint(std::string_view text, int bits) {
  uint64_t value = 0;
  const uint64_t most = bits == 64 ? UINT64_MAX : (uint64_t{1} << bits) - 1;
  const Parsed parsed = parse_unsigned(text, 0, most, value);
  if (parsed == Parsed::syntax) return complaint("ParseUint", text, "invalid syntax");
  if (parsed == Parsed::range) return complaint("ParseUint", text, "value out of range");
  return value;
}

Result<bool> gateway_bool(std::string_view text) {
  constexpr std::string_view kTrue[] = {"1", "t", "T", "TRUE", "true", "True"};
  constexpr std::string_view kFalse[] = {"0", "f", "F", "FALSE", "false", "False"};
  if (std::find(std::begin(kTrue), std::end(kTrue), text) != std::end(kTrue)) return true;
  if (std::find(std::begin(kFalse), std::end(kFalse), text) != std::end(kFalse)) return false;
  return complaint("ParseBool", text, "invalid syntax");
}

Result<Bytes> gateway_base64(std::string_view text) {
  if (auto bytes = from_base64(text)) return bytes;
  std::string standard(text);
  for (char& c : standard) c = c == '-' ? '+' : c == '_' ? '/' : c;
  if (auto bytes = from_base64(standard)) return bytes;
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const size_t at = std::min(text.find_first_not_of(kLetters), text.size());
  return error(fmt::format("illegal base64 data at input byte {}", at));
}

}  // namespace attest::serve
