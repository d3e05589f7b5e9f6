#include "lot/device_name.h"

#include <algorithm>

#include "verifier/crypto/crypto.h"

namespace attest {
namespace {

// The first byte: a form in the upper three bits, a length below. Forms are tried in this order.
enum class Form : uint8_t { raw, uuid, six_bits };
constexpr size_t kMostSixBits = kMostNameBytes * 8 / 6;
constexpr std::string_view kSixBits =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
constexpr size_t kUuidText = 36;

int six_bits(char c) {
  const size_t at = kSixBits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}
bool fits_six_bits(std::string_view s) {
  return s.size() <= kMostSixBits &&
         std::all_of(s.begin(), s.end(), [](char c) { return six_bits(c) >= 0; });
}

constexpr bool dash_at(size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}
bool is_uuid(std::string_view s) {
  if (s.size() != kUuidText) return false;
  for (size_t i = 0; i < s.size(); ++i) {
    const bool digit = (s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f');
    if (dash_at(i) ? s[i] != '-' : !digit) return false;
  }
  return true;
}

void head(Form form, size_t size, std::string& into) {
  into += static_cast<char>(static_cast<size_t>(form) << 6 | size);
}

void pack_uuid(std::string_view s, std::string& into) {
  std::string digits(s);
  std::erase(digits, '-');
  const auto bytes = from_hex(digits);  // is_uuid has looked at every digit
  head(Form::uuid, bytes->size(), into);
  into += text(*bytes);
}

void pack_six_bits(std::string_view s, std::string& into) {
  head(Form::six_bits, s.size(), into);
  unsigned held = 0, bits = 0;
  for (const char c : s) {
    held |= static_cast<unsigned>(six_bits(c)) << bits;
    bits += 6;
    while (bits >= 8) {
      into += static_cast<char>(held & 0xFF);
      held >>= 8;
      bits -= 8;
    }
  }
  if (bits > 0) into += static_cast<char>(held);
}

}  // namespace

std::string shown_name(std::string_view name) {
  if (name.size() <= kMostNameBytes || is_uuid(name) || fits_six_bits(name))
    return std::string(name);
  return std::string(name.substr(0, 5)) + "~" + hex(sha256(view(name))).substr(0, 6) + "~" +
         std::string(name.substr(name.size() - 11));
}

void pack_name(std::string_view given, std::string& into) {
  const std::string name = shown_name(given);
  if (is_uuid(name)) return pack_uuid(name, into);
  if (fits_six_bits(name)) return pack_six_bits(name, into);
  head(Form::raw, name.size(), into);
  into += name;
}

std::string unpack_name(std::string_view packed, size_t& at) {
  const auto first = static_cast<uint8_t>(packed[at++]);
  const auto form = static_cast<Form>(first >> 6);
  const size_t size = first & 0x3F;
  std::string out;
  if (form == Form::raw) {
    out = packed.substr(at, size);
    at += size;
  } else if (form == Form::uuid) {
    const std::string digits = hex(view(packed.substr(at, size)));
    for (const char c : digits) {
      if (dash_at(out.size())) out += '-';
      out += c;
    }
    at += size;
  } else {
    unsigned held = 0, bits = 0;
    while (out.size() < size) {
      if (bits < 6) {
        held |= static_cast<unsigned>(static_cast<uint8_t>(packed[at++])) << bits;
        bits += 8;
      }
      out += kSixBits[held & 0x3F];
      held >>= 6;
      bits -= 6;
    }
  }
  return out;
}

void skip_name(std::string_view packed, size_t& at) {
  const auto first = static_cast<uint8_t>(packed[at++]);
  const size_t size = first & 0x3F;
  at += static_cast<Form>(first >> 6) == Form::six_bits ? (size * 6 + 7) / 8 : size;
}

}  // namespace attest
