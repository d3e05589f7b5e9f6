// What tests share: where the outside data is, and reading it.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "verifier/base/bytes.h"

namespace attest::test {

// The folder of outside data (real vectors, captures, dumps). Absent means the test says so and is
// skipped; with CI=true it fails instead: see require_shared.
inline std::filesystem::path shared() {
  return "../shared/data";
}

inline bool have_shared(const char* part) {
  const bool there = std::filesystem::exists(shared() / part);
  if (!there) {
    const char* ci = std::getenv("CI");
    const std::string message = "skipped: ../shared/data/" + std::string(part) + " is not here";
    if (ci != nullptr && std::string_view(ci) == "true") FAIL(message);
    MESSAGE(message);
  }
  return there;
}

inline Bytes slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE_MESSAGE(in.good(), "cannot read " << path.string());
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace attest::test
