// RejectedVerifiers: SPAKE2+ verifiers known not to be of the Matter SDK's default passcode, by a
// digest of verifier, salt and iterations. Finding that out takes a key derivation, by far the most
// of judging a dump; a lot that is judged again need not. Only refusals are remembered: a verifier
// that is of the default passcode is found out anew each time.
#pragma once

#include <mutex>

#include "verifier/base/bytes.h"

namespace attest {

class RejectedVerifiers {
 public:
  using Mark = std::array<uint8_t, 16>;
  static constexpr size_t kMost = 1'000'000;  // marks; 16 MB

  explicit RejectedVerifiers(std::vector<Mark> known = {});
  static Mark mark(View verifier, View salt, uint64_t iterations);

  // Among those known at the beginning: within one lot a verifier comes once.
  bool knows(const Mark& mark) const;
  // From any thread. Beyond kMost it is forgotten.
  void add(const Mark& mark);

  // The known and the added ones, each once, in order; of too many the added ones. Empty when none
  // was added.
  std::vector<Mark> grown() const;

 private:
  std::vector<Mark> known_;  // sorted, never changed
  mutable std::mutex adding_;
  std::vector<Mark> added_;
};

}  // namespace attest
