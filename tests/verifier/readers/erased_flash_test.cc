#include "tests/support/support.h"
#include "verifier/readers/reader.h"

using namespace attest;

TEST_CASE("erased flash: a file of nothing is absent, not unknown") {
  for (const uint8_t value : {uint8_t{0xFF}, uint8_t{0x00}}) {
    Reading r;
    const Bytes bytes(4096, value);
    REQUIRE(read_evidence({.path = "factory.bin", .bytes = bytes}, r).has_value());
    CHECK(r.device.statements.empty());
    REQUIRE(r.device.remarks.size() == 1);
    CHECK(r.device.remarks[0].remark == Remark::erased);
    CHECK(r.device.remarks[0].message ==
          (value == 0xFF ? "all 4096 bytes are erased: nothing was ever written here"
                         : "all 4096 bytes are zero: nothing was ever written here"));
  }
  Bytes nearly(4096, 0xFF);
  nearly.back() = 0xFE;
  Reading r;
  CHECK_FALSE(read_evidence({.path = "factory.bin", .bytes = nearly}, r).has_value());
}
