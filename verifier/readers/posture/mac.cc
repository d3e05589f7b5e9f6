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

}  // namespace attest
