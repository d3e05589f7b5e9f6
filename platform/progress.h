// Progress: the line on a terminal that tells how far something is: a bar where the whole is known,
// the rate, the time left. Shown only once it has taken a while, and never with --quiet; it wipes
// itself away at the end.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "platform/verbosity.h"

namespace attest {

struct HowFar {
  std::string what;  // "fetching models"; may be empty
  uint64_t done = 0;
  std::optional<uint64_t> of = {};  // the whole, where it is known
  std::string beside = {};          // what else is counted: "12 requests"
};

// "512.0 kB", "12.3 MB".
std::string amount_text(uint64_t bytes);

// "fetching image: [#####.....] 12.0 MB of 24.0 MB, 3.0 MB/s, 4 s left", in so many columns. What
// is counted is "" for bytes, or "devices".
std::string progress_text(const HowFar& at, const char* counted, double seconds, size_t width);

class Progress {
 public:
  explicit Progress(const Verbosity& verbosity, const char* counted = "");
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void show(const HowFar& at);  // a few times a second, no more
  void clear();

 private:
  const Verbosity verbosity_;
  const char* counted_;
  std::chrono::steady_clock::time_point started_, last_;
  bool shown_ = false;
};

}  // namespace attest
