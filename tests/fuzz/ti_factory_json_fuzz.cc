// TI's factory data in JSON.
#include "tests/fuzz/reader_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return attest::fuzz::check(attest::ti_factory_json_reader, data, size, std::nullopt);
}
