// Pictures of labels: the QR code on them is read, and what it says is a statement as if somebody
// had typed it.

#include <fmt/format.h>

#include "verifier/readers/formats.h"
#include "verifier/readers/text/onboarding_codes.h"

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
  const auto unused = [&](const std::string& why) {
    reading.not_used.push_back({s.path, fmt::format("{}: {}", kLabelNotChecked, why)});
  };
  if (s.bytes.size() > kMaxPicture) {
    unused(fmt::format("a picture of {} bytes is not read, {} are the most", s.bytes.size(),
                       kMaxPicture));
    return {};
  }
  const auto texts = reading.codecs->picture(s.bytes);
  if (!texts) {
    unused(fmt::format("the picture cannot be read: {}", texts.error().what));
    return {};
  }
  size_t found = 0;
  for (const std::string& text : *texts) {
    const auto codes = find_payloads(text);
    say_codes(codes, {.path = s.path, .offset = {}, .item = "qr code"}, reading);
    found += codes.size();
  }
  if (found != 0) return {};
  // A code that cannot be read is the device's code all the same: it is not quoted.
  const auto what = [&]() -> std::string {
    if (texts->empty()) return "no QR code is found in the picture";
    if (texts->front().starts_with("http"))
      return "the QR code in the picture is a web address, which is no onboarding code";
    return fmt::format("the QR code in the picture holds {} characters that are no onboarding code",
                       texts->front().size());
  };
  unused(what());
  return {};
}

}  // namespace

const Reader label_image_reader{.kind = "label-image",
                                .expects = "a picture of a label",
                                .recognises = recognises,
                                .read = read};

}  // namespace attest
