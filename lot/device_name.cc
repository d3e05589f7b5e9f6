#include "lot/device_name.h"

#include <algorithm>
#include <optional>

#include "verifier/crypto/crypto.h"

namespace attest {
namespace {

// The first byte: a form in the upper two bits. Below them, of hex a style and its bytes less one;
// else a length in characters. `after` begins as the name before: a second byte says how far, and
// in its upper bit whether what follows is of six bits or raw.
enum class Form : uint8_t { raw, hex, six_bits, after };
constexpr size_t kMostSixBits = kMostNameBytes * 8 / 6;
constexpr std::string_view kSixBits =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
constexpr size_t kUuidText = 36, kMostHex = 16;  // characters, bytes
constexpr size_t kMostAlike = 127;
enum HexStyle : uint8_t { plain = 0, upper = 1, uuid = 2 };

int six_bits(char c) {
  const size_t at = kSixBits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}
bool is_six_bits(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return six_bits(c) >= 0; });
}
constexpr size_t bytes_of_six_bits(size_t characters) {
  return (characters * 6 + 7) / 8;
}

constexpr bool dash_at(size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}
std::string text_of(View bytes, uint8_t style) {
  const std::string digits = (style & upper) != 0 ? hex_upper(bytes) : hex(bytes);
  if ((style & uuid) == 0) return digits;
  std::string out;
  for (const char c : digits) {
    if (dash_at(out.size())) out += '-';
    out += c;
  }
  return out;
}
struct HexName {
  Bytes bytes;
  uint8_t style;
};
// Digits of one case, as many as whole bytes have, or a UUID.
std::optional<HexName> hex_name(std::string_view s) {
  const bool dashed = s.size() == kUuidText && s[8] == '-';
  std::string digits(s);
  if (dashed) std::erase(digits, '-');
  const auto bytes = from_hex(digits);
  if (!bytes || bytes->empty() || bytes->size() > kMostHex) return std::nullopt;
  for (const uint8_t one : {plain, upper}) {
    const auto style = static_cast<uint8_t>(one | (dashed ? uuid : plain));
    if (text_of(*bytes, style) == s) return HexName{.bytes = *bytes, .style = style};
  }
  return std::nullopt;
}

char head(Form form, size_t rest) {
  return static_cast<char>(static_cast<size_t>(form) << 6 | rest);
}

std::string in_six_bits(std::string_view s) {
  std::string out;
  unsigned held = 0, bits = 0;
  for (const char c : s) {
    held |= static_cast<unsigned>(six_bits(c)) << bits;
    bits += 6;
    while (bits >= 8) {
      out += static_cast<char>(held & 0xFF);
      held >>= 8;
      bits -= 8;
    }
  }
  if (bits > 0) out += static_cast<char>(held);
  return out;
}
std::string from_six_bits(std::string_view packed, size_t characters) {
  std::string out;
  unsigned held = 0, bits = 0;
  size_t at = 0;
  while (out.size() < characters) {
    if (bits < 6) {
      held |= static_cast<unsigned>(static_cast<uint8_t>(packed[at++])) << bits;
      bits += 8;
    }
    out += kSixBits[held & 0x3F];
    held >>= 6;
    bits -= 6;
  }
  return out;
}

// By itself.
std::string packed_alone(std::string_view name) {
  if (const auto digits = hex_name(name))
    return head(Form::hex, static_cast<size_t>(digits->style) << 4 | (digits->bytes.size() - 1)) +
           std::string(text(digits->bytes));
  if (is_six_bits(name)) return head(Form::six_bits, name.size()) + in_six_bits(name);
  return head(Form::raw, name.size()) + std::string(name);
}
std::string packed_after(std::string_view name, std::string_view before) {
  size_t alike = 0;
  while (alike < std::min({name.size(), before.size(), kMostAlike}) && name[alike] == before[alike])
    ++alike;
  const std::string_view rest = name.substr(alike);
  const bool six = is_six_bits(rest);
  return head(Form::after, rest.size()) +
         std::string(1, static_cast<char>(alike | (six ? 0x80 : 0))) +
         (six ? in_six_bits(rest) : std::string(rest));
}

}  // namespace

std::string shown_name(std::string_view name) {
  if (name.size() <= kMostNameBytes || hex_name(name) ||
      (name.size() <= kMostSixBits && is_six_bits(name)))
    return std::string(name);
  // (What counts stands before the digest: names that follow one another begin alike.)
  return std::string(name.substr(0, 5)) + "~" + std::string(name.substr(name.size() - 11)) + "~" +
         hex(sha256(view(name))).substr(0, 6);
}

std::string pack_name(std::string_view given, std::string_view before, std::string& into) {
  std::string name = shown_name(given);
  const std::string alone = packed_alone(name);
  const std::string after = before.empty() ? alone : packed_after(name, before);
  into += after.size() < alone.size() ? after : alone;
  return name;
}

std::string unpack_name(std::string_view packed, size_t& at, std::string_view before) {
  const auto first = static_cast<uint8_t>(packed[at++]);
  const auto form = static_cast<Form>(first >> 6);
  const size_t length = first & 0x3F;
  const auto take = [&](size_t bytes) {
    at += bytes;
    return packed.substr(at - bytes, bytes);
  };
  const auto characters = [&](bool six) {
    return six ? from_six_bits(take(bytes_of_six_bits(length)), length) : std::string(take(length));
  };
  switch (form) {
    case Form::hex:
      return text_of(view(take((length & 0xF) + 1)), static_cast<uint8_t>(length >> 4));
    case Form::after: {
      const auto second = static_cast<uint8_t>(packed[at++]);
      return std::string(before.substr(0, second & 0x7F)) + characters((second & 0x80) != 0);
    }
    default:
      return characters(form == Form::six_bits);
  }
}

}  // namespace attest
