// The row of spake2p gen-verifier.
#include "tests/fuzz/reader_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return attest::fuzz::check(attest::spake2p_table_reader, data, size, std::nullopt);
}
