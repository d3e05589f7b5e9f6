// A node's attributes by path.
#include "tests/fuzz/reader_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return attest::fuzz::check(attest::attribute_json_reader, data, size, std::nullopt);
}
