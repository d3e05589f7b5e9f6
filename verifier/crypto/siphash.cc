#include "verifier/crypto/siphash.h"

#include <bit>

namespace attest {
namespace {

// (Written out, it is one load to the compiler; as a loop it is eight.)
uint64_t word_at(const uint8_t* at) {
  const auto byte = [at](unsigned i) { return static_cast<uint64_t>(at[i]) << (8 * i); };
  return byte(0) | byte(1) | byte(2) | byte(3) | byte(4) | byte(5) | byte(6) | byte(7);
}

struct State {
  uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  }
  void take(uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
};

}  // namespace

uint64_t siphash(const SipKey& key, View data) {
  const uint64_t k0 = le64(key, 0), k1 = le64(key, 8);
  State s{.v0 = k0 ^ 0x736f6d6570736575,
          .v1 = k1 ^ 0x646f72616e646f6d,
          .v2 = k0 ^ 0x6c7967656e657261,
          .v3 = k1 ^ 0x7465646279746573};
  size_t at = 0;
  for (; at + 8 <= data.size(); at += 8) s.take(word_at(data.data() + at));
  uint64_t last = static_cast<uint64_t>(data.size())
                  << 56;  // the length's low byte above what is left
  for (size_t i = 0; at + i < data.size(); ++i)
    last |= static_cast<uint64_t>(data[at + i]) << (8 * i);
  s.take(last);
  s.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) s.round();
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

}  // namespace attest
