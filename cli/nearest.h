// "did you mean": what somebody who typed a word that is not known may have wanted.
#pragma once

#include <string>
#include <vector>

namespace attest::cli {

// The known words that are next to `given` in spelling, or go on as it begins; three at most.
std::vector<std::string> nearest(const std::string& given, const std::vector<std::string>& known);

// "; did you mean a, b or c?", empty where nothing is near.
std::string did_you_mean(const std::string& given, const std::vector<std::string>& known);

}  // namespace attest::cli
