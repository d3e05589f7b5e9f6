#include "verifier/matter/base38.h"

#include <fmt/format.h>

#include <algorithm>

namespace attest {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-.";
constexpr size_t kCharacters[] = {0, 2, 4, 5};  // of a group of so many bytes

size_t bytes_of_group(size_t characters) {
  return characters >= 5 ? 3 : characters == 4 ? 2 : characters == 2 ? 1 : 0;
}

}  // namespace

bool is_base38(char c) {
  return kAlphabet.find(c) != std::string_view::npos;
}

std::string base38(View bytes) {
  std::string out;
  for (size_t at = 0; at < bytes.size();) {
    const size_t n = std::min<size_t>(3, bytes.size() - at);
    uint32_t group = 0;
    for (size_t i = 0; i < n; ++i) group |= static_cast<uint32_t>(bytes[at + i]) << (8 * i);
    for (size_t i = 0; i < kCharacters[n]; ++i, group /= 38) out += kAlphabet[group % 38];
    at += n;
  }
  return out;
}

tl::expected<Bytes, Base38Fault> from_base38(std::string_view text) {
  using Kind = Base38Fault::Kind;
  const auto fault = [](Kind kind, std::string what) {
    return tl::unexpected<Base38Fault>({kind, std::move(what)});
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_base38(text[i])) continue;
    return fault(Kind::alphabet,
                 fmt::format("base 38: expected 0-9 A-Z - . only, found \"{}\" as character {}",
                             printable(text.substr(i, 1)), i + 1));
  }
  if (bytes_of_group(text.size() % 5) == 0 && text.size() % 5 != 0) {
    return fault(Kind::length, fmt::format("base 38: expected groups of 5 characters and at most "
                                           "one of 4 or 2, found {} characters",
                                           text.size()));
  }
  Bytes out;
  out.reserve(text.size() / 5 * 3 + 2);
  for (size_t at = 0; at < text.size();) {
    const size_t n = bytes_of_group(text.size() - at);
    uint32_t group = 0;
    for (size_t i = kCharacters[n]; i-- > 0;)
      group = group * 38 + static_cast<uint32_t>(kAlphabet.find(text[at + i]));
    if (group >> (8 * n) != 0) {
      return fault(
          Kind::group_overflow,
          fmt::format("base 38: expected a number of at most {} bits, found more in the {} "
                      "characters from {}",
                      8 * n, kCharacters[n], at + 1));
    }
    for (size_t i = 0; i < n; ++i) out.push_back(static_cast<uint8_t>(group >> (8 * i)));
    at += kCharacters[n];
  }
  return out;
}

}  // namespace attest
