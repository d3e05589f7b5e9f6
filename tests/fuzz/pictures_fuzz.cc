// BMP and GIF, which are decoded here: what comes out has the size that was bounded.
#include "codecs/picture.h"
#include "tests/fuzz/property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace attest;
  for (const auto read : {codecs::read_bmp, codecs::read_gif}) {
    const auto grey = read({data, size});
    if (grey)
      test::must(grey->pixels.size() == size_t{grey->width} * grey->height,
                 "as many pixels as it says");
  }
  return 0;
}
