// What NXP's tools print: blhost, and fuses by name.
#include "tests/fuzz/reader_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  attest::fuzz::check(attest::nxp_blhost_reader, data, size, std::nullopt);
  return 0;
}
