#include "verifier/readers/posture/mac.h"

#include "verifier/base/bytes.h"

namespace attest {

bool is_interface_of(std::string_view address, std::string_view base) {
  constexpr size_t kMac = 6, kEui = 8, kHalf = 3;
  constexpr uint64_t kInterfaces = 4;
  const auto own = from_hex(base);
  auto other = from_hex(address);
  if (!own || !other || own->size() != kMac) return false;
  if (other->size() == kEui) other->erase(other->begin() + kHalf, other->begin() + kHalf + 2);
  if (other->size() != kMac) return false;
  const auto number = [](const Bytes& bytes) {
    uint64_t out = 0;
    for (const uint8_t b : bytes) out = out << 8 | b;
    return out;
  };
  return number(*other) - number(*own) < kInterfaces;  // of a lower one it wraps
}

std::optional<std::string> address_digits(std::string_view text) {
  constexpr size_t kMac = 6, kEui = 8;
  std::string digits(text);
  std::erase_if(digits, [](char c) { return c == ':' || c == '-'; });
  const auto bytes = from_hex(digits);
  if (!bytes || (bytes->size() != kMac && bytes->size() != kEui)) return std::nullopt;
  return hex(*bytes);
}

bool is_blank_id(std::string_view digits) {
  return digits.find_first_not_of('0') == std::string_view::npos ||
         digits.find_first_not_of("fF") == std::string_view::npos;
}

std::string base_of(std::string_view address) {
  constexpr size_t kEuiDigits = 16, kHalf = 6, kBetween = 4;
  std::string out(address);
  if (out.size() == kEuiDigits) out.erase(kHalf, kBetween);
  return out;
}

}  // namespace attest
