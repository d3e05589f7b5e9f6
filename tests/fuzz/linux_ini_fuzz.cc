// INI files of the Linux platform.
#include "tests/fuzz/reader_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return attest::fuzz::check(attest::linux_ini_reader, data, size, std::nullopt);
}
