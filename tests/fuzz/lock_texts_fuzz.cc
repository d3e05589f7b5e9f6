// Short outputs about locks: nrfutil, STM32CubeProgrammer, Bouffalo Lab's eFuses.
#include "tests/fuzz/reader_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  attest::fuzz::check(attest::nordic_protection_reader, data, size, std::nullopt);
  attest::fuzz::check(attest::st_option_bytes_reader, data, size, std::nullopt);
  attest::fuzz::check(attest::bouffalo_efuse_reader, data, size, std::nullopt);
  return 0;
}
