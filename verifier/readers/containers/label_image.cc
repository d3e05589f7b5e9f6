// Pictures of labels: the QR code on them is read, and what it says is a statement as if somebody
// had typed it.

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "verifier/readers/containers/otherwise.h"
#include "verifier/readers/containers/picture_form.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/text/onboarding_codes.h"

namespace attest {
namespace {

constexpr size_t kMaxPicture = 64u << 20;

bool recognises(const Source& s) {
  return s.bytes.size() >= 16 && picture_form(s.bytes) != PictureForm::none;
}

Result<void> read(const Source& s, Reading& reading) {
  const PictureForm form = picture_form(s.bytes);
  const char* where = form == PictureForm::pdf ? "document" : "picture";
  if (reading.codecs == nullptr) return error("pictures need the codecs, which were not given");
  const auto unused = [&](const std::string& why) {
    reading.not_used.push_back({s.path, fmt::format("{}: {}", kLabelNotChecked, why)});
  };
  if (s.bytes.size() > kMaxPicture) {
    unused(fmt::format("a picture of {} bytes is not read, {} are the most", s.bytes.size(),
                       kMaxPicture));
    return {};
  }
  if (form >= PictureForm::jpeg_xl) {
    unused(fmt::format("{}; {}", picture_name(form), kPicturesRead));
    return {};
  }
  // Each of them took as long as one may.
  constexpr std::ptrdiff_t kMostSlow = 4;
  const auto slow =
      std::count_if(reading.not_used.begin(), reading.not_used.end(), [](const NotUsed& one) {
        return one.why.starts_with(kLabelNotChecked) &&
               one.why.find(kTakesLonger) != std::string::npos;
      });
  if (slow >= kMostSlow) {
    unused(fmt::format("{} others took too long, and no more time is given", kMostSlow));
    return {};
  }
  const auto texts = reading.codecs->picture(s.bytes);
  if (!texts) {
    read_otherwise(s, label_image_reader,
                   fmt::format("{}: {} that cannot be read: {}", kLabelNotChecked,
                               picture_name(form), texts.error().what),
                   reading);
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
    if (texts->empty()) return fmt::format("no QR code is found in the {}", where);
    if (texts->front().starts_with("http"))
      return fmt::format("the QR code in the {} is a web address, which is no onboarding code",
                         where);
    return fmt::format("the QR code in the {} holds {} characters that are no onboarding code",
                       where, texts->front().size());
  };
  unused(what());
  return {};
}

}  // namespace

const Reader label_image_reader{.kind = "label-image",
                                .expects = "a picture of a label",
                                .content = Content::bytes,
                                .recognises = recognises,
                                .read = read};

}  // namespace attest
