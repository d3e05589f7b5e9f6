// Text with onboarding codes, and tables of them.
#include "tests/fuzz/reader_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return attest::fuzz::check(attest::onboarding_text_reader, data, size, std::nullopt);
}
