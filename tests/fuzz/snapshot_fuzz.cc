// Snapshots are read strictly: what is accepted is written back to a text that reads as the same
// facts, and that text is a fixed point.
#include "dcl/snapshot.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace attest;
  const auto snapshot = dcl::read_snapshot(text({data, size}));
  if (!snapshot) {
    if (snapshot.error().what.empty()) __builtin_trap();
    return 0;
  }
  const std::string written = dcl::write_snapshot(*snapshot);
  const auto again = dcl::read_snapshot(written);
  if (!again || dcl::write_snapshot(*again) != written) __builtin_trap();
  std::vector<dcl::Schema> skipped;
  if (!dcl::differences(*snapshot, *again, skipped).empty()) __builtin_trap();
  return 0;
}
