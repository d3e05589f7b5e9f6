// Work in a process of its own, bounded in time and memory: libraries that draw documents and
// decode video are large, and a picture must neither stop nor end a verification.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "verifier/base/result.h"

namespace attest::codecs {

inline constexpr unsigned kMostSeconds = 30;
struct ApartLimits {
  unsigned cpu = kMostSeconds;  // seconds of a processor
  unsigned all = kMostSeconds;  // and of a clock on the wall
};

// What `work` answers there. An error of its own comes back word for word; one that it did not end,
// or that took too long, says so. The process has none of this one's files but its way back, and
// ends with it. At most a few run at once.
Result<std::vector<std::string>> apart(
    const std::function<Result<std::vector<std::string>>()>& work, ApartLimits limits = {});

}  // namespace attest::codecs
