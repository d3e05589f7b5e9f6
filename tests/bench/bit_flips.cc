// bit_flips: every single-bit flip of a good device, one after the other. Exit code 1 when one of
// them is approved, or gives more than one fail.

#include <chrono>
#include <cstdio>

#include "tests/support/flipped_device.h"

int main() {
  using namespace attest;
  using namespace attest::test;
  const FlippedDevice device;
  size_t approved = 0, several = 0, all = 0;
  const auto begin = std::chrono::steady_clock::now();
  std::printf("%-32s %7s %9s %9s %11s %9s\n", "part", "bits", "rejected", "undecided",
              "no evidence", "approved");
  for (const Part part : kParts) {
    size_t counts[4] = {};
    for (size_t bit = 0; bit < device.bits(part); ++bit) {
      const auto report = device.judge(part, bit);
      ++counts[!report                                 ? 2
               : report->verdict == Verdict::reject    ? 0
               : report->verdict == Verdict::undecided ? 1
                                                       : 3];
      if (!report) continue;
      if (report->verdict == Verdict::approve)
        std::printf("approved: bit %zu of the %s\n", bit, part_name(part));
      if (report->all(Status::fail).size() > 1)
        std::printf("several fails: bit %zu of the %s\n", bit, part_name(part)), ++several;
    }
    std::printf("%-32s %7zu %9zu %9zu %11zu %9zu\n", part_name(part), device.bits(part), counts[0],
                counts[1], counts[2], counts[3]);
    all += device.bits(part);
    approved += counts[3];
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("%zu flips in %.1f s, %zu approved, %zu with several fails\n", all, seconds, approved,
              several);
  return approved == 0 && several == 0 ? 0 : 1;
}
