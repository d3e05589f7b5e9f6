// The output of get-security-info.
#include "tests/fuzz/reader_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  attest::fuzz::check(attest::esp_security_info_reader, data, size, std::nullopt);
  return 0;
}
