#include "verifier/judge/id_hint.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <vector>

#include "verifier/base/bytes.h"

namespace attest {
namespace {

// Whatever a finding lists must be ids and nothing else.
std::vector<uint16_t> ids_in(std::string_view s) {
  std::vector<uint16_t> out;
  while (!s.empty()) {
    uint16_t id = 0;
    if (s.size() < 6 || !s.starts_with("0x")) return {};
    const auto [end, failed] = std::from_chars(s.data() + 2, s.data() + 6, id, 16);
    if (failed != std::errc() || end != s.data() + 6) return {};
    out.push_back(id);
    s.remove_prefix(6);
    if (s.starts_with(", ")) {
      s.remove_prefix(2);
    } else if (!s.empty()) {
      return s.starts_with(" and ") ? out : std::vector<uint16_t>{};
    }
  }
  return out;
}

// The hex digits of an id, read as a decimal number.
std::optional<uint32_t> read_in_decimal(uint16_t id) {
  uint32_t out = 0;
  for (const char c : hex_id(id).substr(2)) {
    if (c > '9') return std::nullopt;
    out = out * 10 + static_cast<uint32_t>(c - '0');
  }
  return out;
}
uint16_t swapped(uint16_t id) {
  return static_cast<uint16_t>(id << 8 | id >> 8);
}

}  // namespace

std::string id_hint(std::string_view expected, std::string_view found) {
  for (const uint16_t wanted : ids_in(expected)) {
    for (const uint16_t is : ids_in(found)) {
      if (wanted == is) continue;
      const bool found_was_decimal = read_in_decimal(is) == wanted;
      if (found_was_decimal || read_in_decimal(wanted) == is) {
        const uint16_t digits = found_was_decimal ? is : wanted,
                       number = found_was_decimal ? wanted : is;
        return fmt::format(
            "{} is {} in decimal, and {} has these digits: a decimal number was "
            "typed as hexadecimal, or the other way round",
            hex_id(number), number, hex_id(digits));
      }
      if (swapped(wanted) == is)
        return fmt::format(
            "{} and {} have the same bytes in the other order: one of them was "
            "written in the wrong byte order",
            hex_id(is), hex_id(wanted));
    }
  }
  return {};
}

}  // namespace attest
