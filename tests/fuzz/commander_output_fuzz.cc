// What Simplicity Commander prints of a part.
#include "tests/fuzz/reader_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  attest::fuzz::check(attest::silabs_security_reader, data, size, std::nullopt);
  return 0;
}
