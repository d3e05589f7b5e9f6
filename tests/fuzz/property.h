// What fuzz targets share: saying that a property does not hold. NDEBUG does not silence it.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace attest::test {

inline void must(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "property broken: %s\n", property);
  std::abort();
}

}  // namespace attest::test
