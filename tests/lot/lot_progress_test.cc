#include "platform/lot_progress.h"

#include "tests/support/support.h"

using namespace attest;

TEST_CASE("progress of a lot: bar, rate and time left, as far as they are known") {
  CHECK(progress_line(0, 1'000'000, 0, 79) ==
        "[........................................]  0 of 1,000,000 devices  0 a second");
  CHECK(progress_line(250'000, 1'000'000, 25, 79) ==
        "[###..........]  250,000 of 1,000,000 devices  10,000 a second  1 min 15 s left");
  CHECK(progress_line(1'200, std::nullopt, 2, 79) == "1,200 devices  600 a second");
  CHECK(progress_line(5, 10, 3600, 79) ==
        "[###############................]  5 of 10 devices  0 a second  1 h 00 min left");
  CHECK(progress_line(250'000, 1'000'000, 25, 30) ==
        "250,000 of 1,000,000 devices  ");  // no room for a bar
  CHECK(progress_line(7, 3, 1, 79).find("0 s left") != std::string::npos);
}
