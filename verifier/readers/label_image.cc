// Pictures of labels: the QR code on them is read, and what it says is a statement as if somebody
// had typed it.

#include <fmt/format.h>

#include "verifier/readers/formats.h"
#include "verifier/readers/onboarding_codes.h"

namespace attest {
namespace {

constexpr size_t kMaxPicture = 64u << 20;

bool recognises(const Source& s) {
  constexpr uint8_t kPng[] = {0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A};
  constexpr uint8_t kJpeg[] = {0xFF, 0xD8, 0xFF};
  return s.bytes.size() >= 16 && (equal(s.bytes.first(8), kPng) || equal(s.bytes.first(3), kJpeg));
}

tl::expected<void, Error> read(const Source& s, Reading& reading) {
  if (reading.codecs == nullptr) return error("pictures need the codecs, which were not given");
  if (s.bytes.size() > kMaxPicture)
    return error(fmt::format("a picture of {} bytes is not read, {} are the most", s.bytes.size(),
                             kMaxPicture));
  const auto texts = reading.codecs->picture(s.bytes);
  if (!texts) return tl::unexpected(texts.error());
  size_t found = 0;
  for (const std::string& text : *texts) {
    const auto codes = find_payloads(text);
    say_codes(codes, {.path = s.path, .offset = {}, .item = "qr code"}, reading);
    found += codes.size();
  }
  if (found != 0) return {};
  if (texts->empty()) return error("no QR code is found in the picture");
  // A code that cannot be read is the device's code all the same: it is not quoted.
  if (texts->front().starts_with("http"))
    return error("the QR code in the picture is a web address, which is no onboarding code");
  return error(
      fmt::format("the QR code in the picture holds {} characters that are no onboarding code",
                  texts->front().size()));
}

}  // namespace

const Reader label_image_reader{.kind = "label-image",
                                .expects = "a picture of a label",
                                .recognises = recognises,
                                .read = read};

}  // namespace attest
