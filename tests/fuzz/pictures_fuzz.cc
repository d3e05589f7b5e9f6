// BMP and GIF, which are decoded here: what comes out has the size that was bounded.
#include "codecs/picture.h"
#include "tests/fuzz/property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace attest;
  const auto fits = [](const codecs::Grey& grey) {
    test::must(grey.pixels.size() == size_t{grey.width} * grey.height, "as many pixels as it says");
  };
  if (const auto bmp = codecs::read_bmp({data, size})) fits(*bmp);
  (void)codecs::read_gif({data, size}, fits);
  return 0;
}
