// What an output of a tool does not tell at all, though the part has it: cut, of an older version,
// or never printed. Another output that does tell it is the answer; a contradiction has none.
#pragma once

#include <algorithm>
#include <vector>

#include "verifier/readers/posture.h"

namespace attest {

// The value of such a claim, which is unclear.
inline constexpr const char* kUntold = "untold";

// A fuse that is burned stays so. Closing download mode is the last of a line, and shuts out the
// tool that shows fuses: what says that it is open is of before what says that it is closed.
inline bool is_of_before(const Claim& claim, const std::vector<Claim>& all) {
  return claim.trait == Trait::download_mode && claim.locked == Holds::no &&
         std::any_of(all.begin(), all.end(), [](const Claim& other) {
           return other.trait == Trait::download_mode && other.locked == Holds::yes;
         });
}

}  // namespace attest
