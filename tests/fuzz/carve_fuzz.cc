// Carving: everything found stands at its offset, and the fast search misses nothing that a slow
// one finds.
#include "tests/fuzz/reader_property.h"
#include "verifier/readers/containers/carve.h"

using namespace attest;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const View bytes(data, size);
  // One candidate per step from every start: where the search begins does not change what it finds.
  size_t from_start = next_candidate(bytes, 0);
  for (size_t cut = 1; cut <= 64 && cut < size; cut += 9) {
    if (from_start >= cut)
      fuzz::must(next_candidate(bytes.subspan(cut), 0) + cut == std::max(from_start, cut),
                 "candidates do not depend on where blocks begin");
  }
  return fuzz::check(carve_reader, data, size, 9);
}
