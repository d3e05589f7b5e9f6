// Firmware images with their signatures.
#include "tests/fuzz/reader_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return attest::fuzz::check(attest::firmware_reader, data, size, std::nullopt, true);
}
