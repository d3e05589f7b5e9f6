#include "verifier/base/checksum.h"

namespace attest {
namespace {

consteval std::array<uint32_t, 256> table() {
  std::array<uint32_t, 256> out{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1) != 0 ? c >> 1 ^ 0xEDB88320u : c >> 1;
    out[i] = c;
  }
  return out;
}
constexpr std::array<uint32_t, 256> kTable = table();

}  // namespace

uint32_t crc32(View data, uint32_t before) {
  uint32_t c = ~before;
  for (const uint8_t b : data) c = c >> 8 ^ kTable[(c ^ b) & 0xFF];
  return ~c;
}

}  // namespace attest
