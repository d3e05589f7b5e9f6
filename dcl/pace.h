// Pace: how fast a node is asked. A node, or the proxy before it, that says that it is asked too
// often (429) or has too much to do (502, 503, 504) is asked by fewer at once and later, all
// questions alike, until it answers again. No clock and no sleep of its own.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace attest::dcl {

// What makes a node's answer one that says "not now".
inline bool is_overload(int status) {
  return status == 429 || (status >= 502 && status <= 504);
}

class Pace {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Span = std::chrono::milliseconds;

  // `pause`: the first one, doubled for each further refusal. `patience`: how long one may go on
  // being refused.
  Pace(unsigned parallel, Span pause, Span patience)
      : parallel_(parallel), pause_(pause), patience_(patience), window_(parallel) {}

  // How many may be on their way at once, and when the next may start.
  unsigned window() const { return window_; }
  Time not_before() const { return not_before_; }

  // False: it is no use to wait; what was refused is the answer. Refusals of questions that were on
  // their way together count as one.
  bool refused(Time now, Span retry_after) {
    if (!since_) since_ = now;
    if (now >= not_before_) {
      const Span longest = std::max(patience_ / 4, pause_);
      const Span own = std::min(pause_ * (int64_t{1} << std::min(refusals_, 20u)), longest);
      ++refusals_;
      window_ = std::max(1u, window_ / 2);
      not_before_ = now + std::max(own, retry_after);
    } else {
      not_before_ = std::max(not_before_, now + retry_after);
    }
    in_a_row_ = 0;
    return not_before_ - *since_ <= patience_;
  }

  // Speeds up again: one more at once for as many answers as there are on their way.
  void answered() {
    since_.reset();
    refusals_ = refusals_ > 0 && in_a_row_ == 0 ? refusals_ - 1 : refusals_;
    if (++in_a_row_ < window_ || window_ == parallel_) return;
    in_a_row_ = 0;
    ++window_;
  }

 private:
  unsigned parallel_;
  Span pause_, patience_;
  unsigned window_;
  unsigned refusals_ = 0;  // since it last went well
  unsigned in_a_row_ = 0;  // answers since the window was last changed
  Time not_before_{};
  std::optional<Time> since_;  // of the first refusal without an answer after it
};

}  // namespace attest::dcl
