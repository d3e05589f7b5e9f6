// damaged_beside: every single-bit flip and every cut of a credential that lies beside a good
// device. Exit code 1 when one of them is approved and no finding names the file.

#include "tests/support/damaged_beside.h"

#include <chrono>
#include <cstdio>

int main() {
  using namespace attest;
  using namespace attest::test;
  const DeviceBeside device;
  size_t all = 0, silent = 0;
  const auto begin = std::chrono::steady_clock::now();
  std::printf("%-30s %7s %9s %10s %9s %7s\n", "beside", "files", "rejected", "undecided",
              "approved", "silent");
  for (const Beside what : kBeside) {
    const Bytes& whole = device.whole(what);
    size_t verdicts[3] = {}, unnamed = 0;
    for (size_t which = 0; which < damages(whole); ++which) {
      const Report report = device.judge(what, damaged(whole, which));
      ++verdicts[static_cast<size_t>(report.verdict)];
      if (!passed_over(report)) continue;
      ++unnamed;
      std::printf("passed over: %s, %zu of %zu\n", beside_name(what), which, 8 * whole.size());
    }
    std::printf("%-30s %7zu %9zu %10zu %9zu %7zu\n", beside_name(what), damages(whole),
                verdicts[static_cast<size_t>(Verdict::reject)],
                verdicts[static_cast<size_t>(Verdict::undecided)],
                verdicts[static_cast<size_t>(Verdict::approve)], unnamed);
    all += damages(whole);
    silent += unnamed;
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("%zu files in %.1f s, %zu passed over in silence\n", all, seconds, silent);
  return silent == 0 ? 0 : 1;
}
