// Labels in all formats of pictures and documents that are read. BMP, whose pixels lie open, is
// written here.
#include <fmt/format.h>

#include <algorithm>

#include "tests/support/label_pictures.h"
#include "tests/support/readings.h"
#include "verifier/readers/containers/picture_form.h"

using namespace attest;
using namespace attest::test;

namespace {

using label::drawn, label::kGif, label::kPayload, label::kWebp;

// What a label reads as; a build without the format's library says so instead.
void check_label(const Bytes& picture, const char* library) {
  const Reading reading = read_bytes(picture, {}, "label");
  CHECK(kind(reading) == "label-image");
  if (has_problem(reading, fmt::format("this build was made without {}", library))) {
    CHECK(has_problem(reading, "label not checked: a "));
    return;
  }
  CHECK(problems(reading) == "");
  REQUIRE(reading.device.string(FactId::qr_payload) != nullptr);
  CHECK(*reading.device.string(FactId::qr_payload) == kPayload);
}

Bytes bmp(unsigned bits, bool from_top = false) {
  const QrModules modules = codecs::direct().qr_modules(kPayload).value();
  constexpr size_t kScale = 4, kQuiet = 4;
  const size_t side = (modules.side + 2 * kQuiet) * kScale;
  const size_t stride = (side * bits + 31) / 32 * 4;
  const size_t palette = bits <= 8 ? size_t{4} << bits : 0, head = 54 + palette;
  Bytes out(head + stride * side, 0xFF);
  std::fill(out.begin(), out.begin() + 54, uint8_t{0});
  const auto put32 = [&](size_t at, uint32_t value) {
    for (size_t i = 0; i < 4; ++i) out[at + i] = static_cast<uint8_t>(value >> (8 * i));
  };
  out[0] = 'B', out[1] = 'M';
  put32(2, static_cast<uint32_t>(out.size()));
  put32(10, static_cast<uint32_t>(head));
  put32(14, 40);
  put32(18, static_cast<uint32_t>(side));
  put32(22, from_top ? 0u - static_cast<uint32_t>(side) : static_cast<uint32_t>(side));
  out[26] = 1;
  out[28] = static_cast<uint8_t>(bits);
  if (palette != 0) put32(54, 0);  // index 0 is black
  for (size_t y = 0; y < side; ++y) {
    for (size_t x = 0; x < side; ++x) {
      const size_t mx = x / kScale - kQuiet, my = y / kScale - kQuiet;
      if (mx >= modules.side || my >= modules.side || modules.dark[my * modules.side + mx] == 0)
        continue;
      uint8_t* row = out.data() + head + (from_top ? y : side - 1 - y) * stride;
      if (bits < 8) {
        const size_t bit = x * bits;
        row[bit / 8] &= static_cast<uint8_t>(~(((1u << bits) - 1) << (8 - bits - bit % 8)));
      } else {
        std::fill_n(row + x * bits / 8, bits / 8, uint8_t{0});
      }
    }
  }
  return out;
}

// Frames of a GIF, one after another; null: one without a code. Seven bits a pixel and a clear code
// often enough: each code is a byte.
Bytes animation(std::initializer_list<const char*> texts) {
  constexpr size_t kScale = 4, kQuiet = 4, kSide = 160;
  constexpr uint8_t kClear = 128, kEnd = 129;
  Bytes out = to_bytes(view("GIF89a"));
  const auto put16 = [&](size_t value) {
    out.push_back(static_cast<uint8_t>(value));
    out.push_back(static_cast<uint8_t>(value >> 8));
  };
  put16(kSide);
  put16(kSide);
  for (const int b : {0x80, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF})
    out.push_back(static_cast<uint8_t>(b));
  for (const char* text : texts) {
    QrModules modules;
    if (text != nullptr) modules = codecs::direct().qr_modules(text).value();
    Bytes codes;
    for (size_t i = 0; i < kSide * kSide; ++i) {
      if (i % 100 == 0) codes.push_back(kClear);
      const size_t x = i % kSide / kScale - kQuiet, y = i / kSide / kScale - kQuiet;
      const bool dark =
          x < modules.side && y < modules.side && modules.dark[y * modules.side + x] != 0;
      codes.push_back(dark ? 0 : 1);
    }
    codes.push_back(kEnd);
    out.push_back(0x2C);
    for (const size_t value : {size_t{0}, size_t{0}, kSide, kSide}) put16(value);
    out.push_back(0);
    out.push_back(7);
    for (size_t at = 0; at < codes.size(); at += 255) {
      const size_t size = std::min<size_t>(255, codes.size() - at);
      out.push_back(static_cast<uint8_t>(size));
      out.insert(out.end(), codes.begin() + static_cast<std::ptrdiff_t>(at),
                 codes.begin() + static_cast<std::ptrdiff_t>(at + size));
    }
    out.push_back(0);
  }
  out.push_back(0x3B);
  return out;
}

}  // namespace

TEST_CASE("labels: every frame of a GIF is read") {
  const char* other = "MT:-24J042C00KA0648G00";
  for (const auto& [picture, codes] : {std::pair(animation({kPayload}), size_t{1}),
                                       {animation({kPayload, other}), 2},
                                       {animation({nullptr, kPayload}), 1},
                                       {animation({nullptr, nullptr, other, kPayload}), 2},
                                       {animation({kPayload, kPayload}), 1}}) {
    const Reading reading = read_bytes(picture, {}, "label");
    CHECK(problems(reading) == "");
    CHECK(count(reading, FactId::qr_payload) == codes);
  }
  // One that breaks off in a later frame, and one of too many.
  Bytes cut = animation({kPayload, other});
  cut.resize(cut.size() - 9000);
  CHECK(has_problem(read_bytes(cut, {}, "label"), "gif: expected 25600 pixels, found "));
  Bytes many = animation({nullptr});
  many.pop_back();
  const Bytes frame(many.begin() + 19, many.end());
  for (int i = 0; i < 16; ++i) many.insert(many.end(), frame.begin(), frame.end());
  CHECK(has_problem(read_bytes(many, {}, "label"), "gif: expected at most 16 pictures"));
}

TEST_CASE("labels: WebP, TIFF, GIF, HEIC and PDF are read") {
  for (const label::Picture& picture : label::pictures()) {
    CAPTURE(picture.name);
    check_label(picture.bytes, picture.library);
  }
}

TEST_CASE("labels: BMP of every depth, from below and from above") {
  for (const unsigned bits : {1u, 4u, 8u, 16u, 24u, 32u}) {
    CAPTURE(bits);
    check_label(bmp(bits), "nothing");
    check_label(bmp(bits, true), "nothing");
  }
}

TEST_CASE("labels: what cannot be decoded is named as what it is, and stops nothing") {
  std::vector<label::Picture> rows = label::pictures();
  rows.push_back({"a BMP picture", "nothing", bmp(24)});
  for (const label::Picture& row : rows) {
    CAPTURE(row.name);
    CHECK(std::string(picture_name(picture_form(row.bytes))) == row.name);
    for (const size_t part : {row.bytes.size() / 2, size_t{60}}) {
      const Bytes cut(row.bytes.begin(), row.bytes.begin() + static_cast<long>(part));
      const Reading reading = read_bytes(cut, {}, "label");
      // (A document may have all that is drawn in its first half.)
      if (reading.device.string(FactId::qr_payload) != nullptr) continue;
      CHECK(has_problem(reading, "label not checked: "));
      CHECK(reading.device.statements.empty());
    }
    // In a folder it is no finding.
    Reading beside;
    beside.codecs = &codecs::direct();
    const Bytes cut(row.bytes.begin(), row.bytes.begin() + 60);
    REQUIRE(read_evidence({.path = "part/label", .bytes = cut, .member = true}, beside));
    REQUIRE(beside.not_used.size() == 1);
    CHECK(beside.not_used[0].why.find(std::string("label not checked: ") + row.name) == 0);
    CHECK(problems(beside) == "");
  }
  // A header that claims 65,535 by 65,535 pixels costs nothing.
  Bytes huge = drawn(kGif);
  std::fill(huge.begin() + 6, huge.begin() + 10, uint8_t{0xFF});
  CHECK(has_problem(read_bytes(huge), "65535 by 65535 pixels are outside what is read"));
  Bytes wide = bmp(24);
  wide[20] = 1;
  CHECK(has_problem(read_bytes(wide), "pixels are outside what is read"));
}

TEST_CASE("labels: formats that are not read are named, drawings in text as well") {
  const auto why = [](std::string_view bytes) {
    Reading reading;
    reading.codecs = &codecs::direct();
    REQUIRE(read_evidence({.path = "label", .bytes = view(bytes), .member = true}, reading));
    return reading.not_used.empty() ? "" : reading.not_used[0].why;
  };
  using namespace std::string_view_literals;
  const std::string read =
      "; PNG, JPEG, BMP and GIF can be read, WebP, HEIC, TIFF and PDF where the build has their "
      "library";
  CHECK(why("8BPS\0\1\0\0\0\0\0\0\0\3\0\0\0\0"sv) ==
        "label not checked: a Photoshop picture" + read);
  CHECK(why("\0\0\0\x0CjP  \r\n\x87\n\0\0\0\0"sv) ==
        "label not checked: a JPEG 2000 picture" + read);
  CHECK(why("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"><path/></svg>\n") ==
        "label not checked: an SVG drawing" + read);
  CHECK(why("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n") ==
        "label not checked: a PostScript drawing" + read);
  // A code in words is read.
  const Reading words = read_bytes(view("<svg><text>MT:Y.K9042C00KA0648G00</text></svg>"));
  CHECK(words.device.string(FactId::qr_payload) != nullptr);
}
