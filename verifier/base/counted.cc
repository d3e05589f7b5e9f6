#include "verifier/base/counted.h"

#include <fmt/format.h>

namespace attest {

std::string counted(uint64_t n, std::string_view one, std::string_view many) {
  if (n == 1) return fmt::format("1 {}", one);
  return many.empty() ? fmt::format("{} {}s", n, one) : fmt::format("{} {}", n, many);
}

std::string none_of_files(uint64_t n) {
  return n == 1 ? "its file is none" : fmt::format("none of its {} files is one", n);
}

}  // namespace attest
