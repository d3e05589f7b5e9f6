// cpms.json of both protocols.
#include "tests/fuzz/reader_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return attest::fuzz::check(attest::cpms_json_reader, data, size, std::nullopt);
}
