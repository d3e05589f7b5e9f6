// Bouffalo Lab's partition, its secured area included.
#include "tests/fuzz/reader_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return attest::fuzz::check(attest::bouffalolab_reader, data, size, std::nullopt);
}
