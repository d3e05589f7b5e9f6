// The line that tells how far something is, as a user at a terminal sees it.

#include "platform/progress.h"

#include <sstream>

#include "tests/support/support.h"

using namespace attest;

TEST_CASE("progress: amounts, bar, rate and what is left") {
  CHECK(amount_text(0) == "0.0 kB");
  CHECK(amount_text(999'999) == "1000.0 kB");
  CHECK(amount_text(12'345'678) == "12.3 MB");
  CHECK(amount_text(1'073'741'824) == "1.07 GB");
  const auto bytes = [](HowFar at, double seconds, size_t width = 79) {
    return progress_text(at, "", seconds, width);
  };
  CHECK(bytes({.what = "fetching x", .done = 6'000'000, .of = 24'000'000}, 2) ==
        "fetching x: [######.....................] 6.0 MB of 24.0 MB, 3.0 MB/s, 6 s left");
  CHECK(bytes({.what = "x", .done = 24, .of = 24}, 0, 60) ==
        "x: [#################] 0.0 kB of 0.0 kB, 24.0 kB/s, 0 s left");
  // Without a size, or with one that proved wrong, there is no bar.
  CHECK(bytes({.what = "x", .done = 6'000'000}, 2) == "x: 6.0 MB, 3.0 MB/s");
  CHECK(bytes({.what = "x", .done = 6'000'000, .of = 5}, 2) == "x: 6.0 MB, 3.0 MB/s");
  CHECK(bytes({.what = "x", .done = 0, .of = 100}, 0, 50) ==
        "x: [..................] 0.0 kB of 0.1 kB, 0.0 kB/s");
  // A long name goes before the numbers do, and nothing is wider than the terminal.
  CHECK(bytes({.what = "reading " + std::string(90, 'n'), .done = 6'000'000}, 2) ==
        "reading: 6.0 MB, 3.0 MB/s");
  CHECK(bytes({.what = "reading\n", .done = 6'000'000}, 2) == "reading\\x0A: 6.0 MB, 3.0 MB/s");
  CHECK(bytes({.what = "reading", .done = 6'000'000}, 2, 12) == "reading: 6.0");
}

TEST_CASE("progress of a lot and of a sync: what is counted, and what else") {
  const auto devices = [](HowFar at, double seconds, size_t width = 79) {
    return progress_text(at, "devices", seconds, width);
  };
  CHECK(devices({.what = {}, .done = 0, .of = 1'000'000}, 0) ==
        "[........................................] 0 of 1,000,000 devices, 0/s");
  CHECK(devices({.what = {}, .done = 250'000, .of = 1'000'000}, 25) ==
        "[#####................] 250,000 of 1,000,000 devices, 10,000/s, 1 min 15 s left");
  CHECK(devices({.what = {}, .done = 1'200}, 2) == "1,200 devices, 600/s");
  CHECK(devices({.what = {}, .done = 5, .of = 10}, 3600) ==
        "[###################....................] 5 of 10 devices, 0/s, 1 h 00 min left");
  CHECK(devices({.what = {}, .done = 250'000, .of = 1'000'000}, 25, 30) ==
        "250,000 of 1,000,000 devices, ");  // no room for a bar
  CHECK(progress_text({.what = "fetching models", .done = 90, .beside = "3 requests, 1.2 MB"},
                      "records", 3, 79) == "fetching models: 90 records, 30/s, 3 requests, 1.2 MB");
}

TEST_CASE("progress is shown on a terminal only, not at once, not too often, and never quietly") {
  using std::chrono::milliseconds;
  struct Row {
    bool terminal, quiet, shown;
  };
  for (const Row& row :
       {Row{true, false, true}, Row{false, false, false}, Row{true, true, false}}) {
    CAPTURE(row.terminal);
    CAPTURE(row.quiet);
    std::ostringstream out, err;
    std::chrono::steady_clock::time_point now{};
    Console console{
        .out = out, .err = err, .environment = [](const char*) { return std::nullopt; }, .now = {}};
    console.err_is_terminal = row.terminal;
    console.ticks = [&] { return now; };
    std::vector<std::string> seen;
    {
      Progress progress({console, row.quiet}, "devices");
      for (const int pause : {0, 299, 1, 99, 1}) {
        now += milliseconds(pause);
        progress.show({.what = {}, .done = 2});
        seen.push_back(err.str());
        err.str("");
      }
    }
    CHECK(seen[0] + seen[1] + seen[3] == "");
    CHECK(seen[2] == (row.shown ? "\r\033[K2 devices, 7/s" : ""));
    CHECK(seen[4] == (row.shown ? "\r\033[K2 devices, 5/s" : ""));
    CHECK(err.str() == (row.shown ? "\r\033[K" : ""));
    CHECK(out.str() == "");
  }
}
