// Nordic's CBOR map: certificates stand where they are said to stand.
#include "tests/fuzz/reader_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return attest::fuzz::check(attest::nordic_reader, data, size, 9);
}
