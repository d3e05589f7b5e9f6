// A line on the terminal that tells how far a lot is: a bar where the number of devices is known,
// the rate, the time left.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace attest {

// The line for so many devices done of so many, after so many seconds.
std::string progress_line(uint64_t done, std::optional<uint64_t> of, double seconds, size_t width);

class LotProgress {
 public:
  explicit LotProgress(bool shown) : shown_(shown), begun_(std::chrono::steady_clock::now()) {}
  void show(uint64_t done, std::optional<uint64_t> of);  // a few times a second, no more
  void clear();

 private:
  bool shown_, drawn_ = false;
  std::chrono::steady_clock::time_point begun_, last_;
};

}  // namespace attest
