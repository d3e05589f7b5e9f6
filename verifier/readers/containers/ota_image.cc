// A Matter OTA software image. Its facts are those of an update, not of the device, so they make no
// statements; the image is kept beside the device and judged by the checks ota.*.

#include "verifier/matter/ota_image.h"

#include "verifier/readers/formats.h"

namespace attest {
namespace {

bool recognises(const Source& s) {
  return looks_like_ota_image(s.bytes);
}

Result<void> read(const Source& s, Reading& reading) {
  reading.holds("ota-image");
  const Place place{
      .path = s.path, .offset = s.base == 0 ? std::nullopt : std::optional(s.base), .item = {}};
  reading.ota_images.push_back(
      {.place = place, .image = scan_ota_image(s.bytes, reading.ota_digests)});
  return {};
}

}  // namespace

const Reader ota_image_reader{.kind = kOtaImageKind,
                              .expects = "a Matter OTA image",
                              .content = Content::bytes,
                              .recognises = recognises,
                              .read = read};

}  // namespace attest
