// Drawings in text, of which a label may be printed: they are named, so that nobody takes an unread
// label for a good one. (One with a code in words is read for that before it comes here.)

#include <fmt/format.h>

#include <algorithm>

#include "verifier/readers/containers/picture_form.h"
#include "verifier/readers/formats.h"

namespace attest {
namespace {

const char* drawing_name(View v) {
  constexpr size_t kHead = 1024;
  std::string_view head = text(v.first(std::min(v.size(), kHead)));
  if (head.starts_with("%!PS")) return "a PostScript drawing";
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  head.remove_prefix(std::min(head.find_first_not_of(" \t\r\n"), head.size()));
  const bool xml = head.starts_with("<?xml") || head.starts_with("<!");
  const bool svg = head.starts_with("<svg") || (xml && head.find("<svg") != std::string_view::npos);
  return svg ? "an SVG drawing" : nullptr;
}

Result<void> read(const Source& s, Reading& reading) {
  reading.not_used.push_back(
      {s.path, fmt::format("{}: {}; {}", kLabelNotChecked, drawing_name(s.bytes), kPicturesRead)});
  return {};
}

}  // namespace

const Reader drawing_reader{
    .kind = "raw",
    .expects = "a picture of a label",
    .content = Content::text,
    .recognises = [](const Source& s) { return drawing_name(s.bytes) != nullptr; },
    .read = read};

}  // namespace attest
