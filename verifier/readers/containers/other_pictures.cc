// Pictures and documents that are not read, though a label may be on them: they are named, so that
// nobody takes an unread label for a good one.

#include <fmt/format.h>

#include "verifier/readers/formats.h"

namespace attest {
namespace {

using std::string_view_literals::operator""sv;

bool at(View v, size_t offset, std::string_view octets) {
  return v.size() >= offset + octets.size() && text(v.subspan(offset, octets.size())) == octets;
}

// The size in a BMP's header is the file's, or it is followed by a header of a known size.
bool is_bmp(View v) {
  if (v.size() < 26 || !at(v, 0, "BM"sv)) return false;
  const uint32_t header = le32(v, 14);
  return (header == 12 || header == 40 || header == 52 || header == 56 || header == 64 ||
          header == 108 || header == 124) &&
         le32(v, 10) >= 14 + header && le32(v, 6) == 0;
}

bool is_heif(View v) {
  if (!at(v, 4, "ftyp"sv)) return false;
  for (const std::string_view brand :
       {"heic"sv, "heix"sv, "hevc"sv, "heim"sv, "heis"sv, "mif1"sv, "msf1"sv, "avif"sv}) {
    if (at(v, 8, brand)) return true;
  }
  return false;
}

const char* picture_name(View v) {
  if (at(v, 0, "RIFF"sv) && at(v, 8, "WEBP"sv)) return "a WebP picture";
  if (is_heif(v)) return "a HEIF picture";
  if (is_bmp(v)) return "a BMP picture";
  if (at(v, 0, "II*\0"sv) || at(v, 0, "MM\0*"sv)) return "a TIFF picture";
  if (at(v, 0, "GIF87a"sv) || at(v, 0, "GIF89a"sv)) return "a GIF picture";
  if (at(v, 0, "%PDF-"sv)) return "a PDF document";
  return nullptr;
}

bool recognises(const Source& s) {
  return s.bytes.size() >= 8 && picture_name(s.bytes) != nullptr;
}

tl::expected<void, Error> read(const Source& s, Reading& reading) {
  reading.not_used.push_back({s.path, fmt::format("{}: {}; PNG and JPEG can be read",
                                                  kLabelNotChecked, picture_name(s.bytes))});
  return {};
}

}  // namespace

const Reader other_picture_reader{
    .kind = "raw", .expects = "a picture of a label", .recognises = recognises, .read = read};

}  // namespace attest
