// Firmware images: segments, TLVs, properties and signature blocks of any size and place.
#include "tests/fuzz/reader_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace attest;
  const View bytes(data, size);
  fuzz::check(firmware_reader, data, size, std::nullopt);
  if (!firmware_reader.recognises({.path = "fuzz", .bytes = bytes})) return 0;
  const Reading reading = fuzz::read_once(firmware_reader, bytes);
  for (const SignedImage& image : reading.device.posture.images) {
    fuzz::must(!image.place.offset || *image.place.offset < size, "an image begins in the input");
    fuzz::must(image.signature != ImageSignature::good || !image.keys.empty() ||
                   !image.certificate_value.empty(),
               "what verifies names its key");
    fuzz::must(image.signature != ImageSignature::bad || !image.problem.empty(),
               "what does not verify says why");
  }
  return 0;
}
