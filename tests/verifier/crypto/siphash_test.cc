#include "verifier/crypto/siphash.h"

#include "tests/support/support.h"

using namespace attest;

TEST_CASE("siphash: the vectors of its paper") {
  SipKey key{};
  Bytes message;
  for (uint8_t i = 0; i < 16; ++i) key[i] = i;
  CHECK(siphash(key, message) == 0x726fdb47dd0e0e31);
  for (uint8_t i = 0; i < 15; ++i) message.push_back(i);
  CHECK(siphash(key, message) == 0xa129ca6149be45e5);
}
