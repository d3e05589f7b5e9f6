#include "verifier/base/checksum.h"

#include "tests/support/support.h"

using namespace attest;

TEST_CASE("checksum: the check values of both CRC-32 starts") {
  CHECK(crc32(view("123456789")) == 0xCBF43926);
  CHECK(crc32_esp(view("123456789")) == 0xD202D277);
  CHECK(crc32(View{}) == 0);
  CHECK(crc32(view("6789"), crc32(view("12345"))) == 0xCBF43926);
}
