// A single flipped bit is never approved, and gives one fail. All of them:
// tests/bench/bit_flips.cc.

#include <random>

#include "tests/flipped_device.h"
#include "tests/support.h"

using namespace attest;
using namespace attest::test;

TEST_CASE("a good device is approved, and with any one of 2,000 bits flipped it is not") {
  const FlippedDevice device;
  for (const Part part : kParts) CHECK(device.judge_unflipped(part)->verdict == Verdict::approve);
  std::mt19937 random(20261120);
  for (int i = 0; i < 2000; ++i) {
    const Part part = kParts[random() % std::size(kParts)];
    const size_t bit = random() % device.bits(part);
    const auto report = device.judge(part, bit);
    if (!report) continue;
    CAPTURE(part_name(part));
    CAPTURE(bit);
    CHECK(report->verdict == Verdict::reject);
    CHECK(report->all(Status::fail).size() == 1);
  }
}
