// A single flipped bit is never approved. All of them: tests/bench/bit_flips.cc.

#include <random>

#include "tests/flipped_device.h"
#include "tests/support.h"

using namespace attest;
using namespace attest::test;

TEST_CASE("a good device is approved, and with any one of 2,000 bits flipped it is not") {
  const FlippedDevice device;
  for (const Part part : kParts) CHECK(device.judge_unflipped(part) == Verdict::approve);
  std::mt19937 random(20261120);
  for (int i = 0; i < 2000; ++i) {
    const Part part = kParts[random() % std::size(kParts)];
    const size_t bit = random() % device.bits(part);
    const bool approved = device.judge(part, bit) == Verdict::approve;
    CHECK_MESSAGE(!approved, "approved with bit " << bit << " of the " << part_name(part) << " flipped");
  }
}
