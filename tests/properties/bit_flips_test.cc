// A single flipped bit is never approved, and gives one fail. All of them:
// tests/bench/bit_flips.cc.

#include <random>

#include "tests/support/flipped_device.h"
#include "tests/support/support.h"
#include "verifier/rules/check.h"

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

TEST_CASE("a flipped bit of the PAI's authority key id is told on the PAI, not on the trust") {
  const FlippedDevice device;
  const auto pai =
      parse_certificate(forge::make(forge::good_plan_of("bit-flips", 0xFFE0, 0x8000)).pai);
  REQUIRE(pai);
  const auto at = find((*pai)->der, *(*pai)->akid());
  REQUIRE(at);
  for (size_t bit = *at * 8; bit < (*at + KeyId{}.size()) * 8; ++bit) {
    const auto report = device.judge(Part::pai, bit);
    REQUIRE(report);
    CAPTURE(bit);
    const auto failed = report->all(Status::fail);
    REQUIRE(failed.size() == 1);
    CHECK(failed.front()->check->id == std::string("chain.pai-authority-key-is-paa"));
    CHECK(failed.front()->message ==
          "the PAI's authority key id is not the key id of the PAA that it names as its issuer");
  }
}
