// The names of an option: "-o,--output" is -o and --output, in that order.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace attest::cli {

inline std::vector<std::string> option_names(const std::string& flags) {
  std::vector<std::string> out;
  for (size_t at = 0; at < flags.size();) {
    const size_t comma = std::min(flags.find(',', at), flags.size());
    out.push_back(flags.substr(at, comma - at));
    at = comma + 1;
  }
  return out;
}
// The long one: "--output".
inline std::string long_name(const std::string& flags) {
  return flags.substr(flags.rfind(',') + 1);
}

}  // namespace attest::cli
