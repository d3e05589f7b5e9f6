// Flash images in UF2: blocks of 512 bytes.
#include "tests/fuzz/reader_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return attest::fuzz::check(attest::uf2_reader, data, size, std::nullopt, true);
}
