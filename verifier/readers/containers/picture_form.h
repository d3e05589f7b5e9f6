// Which format of pictures or documents begins here. A label may be on any of them: what is not
// read is named, so that nobody takes an unread label for a good one.
#pragma once

#include <initializer_list>
#include <string_view>

#include "verifier/base/bytes.h"

namespace attest {

enum class PictureForm : uint8_t {
  none,
  png,
  jpeg,
  webp,
  heif,
  bmp,
  tiff,
  gif,
  pdf,
  // and these are not read:
  jpeg_xl,
  jpeg_2000,
  photoshop,
};

namespace picture {

inline bool at(View v, size_t offset, std::string_view octets) {
  return v.size() >= offset + octets.size() && text(v.subspan(offset, octets.size())) == octets;
}

// The size in a BMP's header is the file's, or it is followed by a header of a known size.
inline bool is_bmp(View v) {
  if (v.size() < 26 || !at(v, 0, "BM")) return false;
  const uint32_t header = le32(v, 14);
  return (header == 12 || header == 40 || header == 52 || header == 56 || header == 64 ||
          header == 108 || header == 124) &&
         le32(v, 10) >= 14 + header && le32(v, 6) == 0;
}

inline bool is_heif(View v) {
  if (!at(v, 4, "ftyp")) return false;
  for (const std::string_view brand :
       {"heic", "heix", "hevc", "heim", "heis", "mif1", "msf1", "avif", "avis"}) {
    if (at(v, 8, brand)) return true;
  }
  return false;
}

}  // namespace picture

inline PictureForm picture_form(View v) {
  using namespace std::string_view_literals;
  using picture::at;
  if (at(v, 0, "\x89PNG\r\n\x1A\n"sv)) return PictureForm::png;
  if (at(v, 0, "\xFF\xD8\xFF"sv)) return PictureForm::jpeg;
  if (at(v, 0, "RIFF"sv) && at(v, 8, "WEBP"sv)) return PictureForm::webp;
  if (picture::is_heif(v)) return PictureForm::heif;
  if (picture::is_bmp(v)) return PictureForm::bmp;
  for (const std::string_view magic : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv}) {
    if (at(v, 0, magic)) return PictureForm::tiff;
  }
  if (at(v, 0, "GIF87a"sv) || at(v, 0, "GIF89a"sv)) return PictureForm::gif;
  if (at(v, 0, "%PDF-"sv)) return PictureForm::pdf;
  if (at(v, 0, "\0\0\0\x0CJXL \r\n\x87\n"sv) || at(v, 0, "\xFF\x0A\xFA\x7F"sv))
    return PictureForm::jpeg_xl;
  if (at(v, 0, "\0\0\0\x0CjP  \r\n\x87\n"sv)) return PictureForm::jpeg_2000;
  if (at(v, 0, "8BPS\0\1"sv)) return PictureForm::photoshop;
  return PictureForm::none;
}

inline const char* picture_name(PictureForm form) {
  switch (form) {
    case PictureForm::png:
      return "a PNG picture";
    case PictureForm::jpeg:
      return "a JPEG picture";
    case PictureForm::webp:
      return "a WebP picture";
    case PictureForm::heif:
      return "a HEIF picture";
    case PictureForm::bmp:
      return "a BMP picture";
    case PictureForm::tiff:
      return "a TIFF picture";
    case PictureForm::gif:
      return "a GIF picture";
    case PictureForm::pdf:
      return "a PDF document";
    case PictureForm::jpeg_xl:
      return "a JPEG XL picture";
    case PictureForm::jpeg_2000:
      return "a JPEG 2000 picture";
    case PictureForm::photoshop:
      return "a Photoshop picture";
    case PictureForm::none:
      break;
  }
  return "a picture";
}

// How the error begins of one whose decoder did not end in time.
inline constexpr std::string_view kTakesLonger = "it takes longer than ";

// Behind "...; ". Which libraries there are is the codecs' to know: they say it of each file.
inline constexpr const char* kPicturesRead =
    "PNG, JPEG, BMP and GIF can be read, WebP, HEIC, TIFF and PDF where the build has their "
    "library";

}  // namespace attest
