#include "platform/byte_progress.h"

#include "tests/support/support.h"

using namespace attest;

TEST_CASE("byte progress: amounts, bar, speed and what is left") {
  CHECK(amount_text(0) == "0.0 kB");
  CHECK(amount_text(999'999) == "1000.0 kB");
  CHECK(amount_text(12'345'678) == "12.3 MB");
  CHECK(amount_text(1'073'741'824) == "1.07 GB");
  CHECK(progress_text("fetching x", 6'000'000, 24'000'000, 2) ==
        "fetching x: [######..................] 6.0 MB of 24.0 MB, 3.0 MB/s, 6 s left");
  CHECK(progress_text("x", 24, 24, 0) ==
        "x: [########################] 0.0 kB of 0.0 kB, 24.0 kB/s, 0 s left");
  // Without a size, or with one that proved wrong, there is no bar.
  CHECK(progress_text("x", 6'000'000, std::nullopt, 2) == "x: 6.0 MB, 3.0 MB/s");
  CHECK(progress_text("x", 6'000'000, 5, 2) == "x: 6.0 MB, 3.0 MB/s");
  CHECK(progress_text("x", 0, 100, 0) ==
        "x: [........................] 0.0 kB of 0.1 kB, 0.0 kB/s, 0 s left");
}
