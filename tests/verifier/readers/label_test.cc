// Codes in texts and in pictures that are drawn here.
#include <fmt/format.h>
#include <jpeglib.h>
#include <png.h>

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <vector>

#define ZX_USE_UTF8
#include <ZXing/BitMatrix.h>
#include <ZXing/MultiFormatWriter.h>

#include "tests/support/readings.h"
#include "verifier/readers/codecs.h"
#include "verifier/readers/containers/picture_form.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr const char* kPayload = "MT:Y.K9042C00KA0648G00";

struct Drawing {
  uint32_t side = 0;
  Bytes pixels;
};
Drawing draw(const std::string& text) {
  const auto matrix =
      ZXing::MultiFormatWriter(ZXing::BarcodeFormat::QRCode).setMargin(4).encode(text, 300, 300);
  Drawing d{.side = static_cast<uint32_t>(matrix.width()), .pixels = {}};
  for (int y = 0; y < matrix.height(); ++y) {
    for (int x = 0; x < matrix.width(); ++x) d.pixels.push_back(matrix.get(x, y) ? 0 : 255);
  }
  return d;
}
Bytes png(const Drawing& d) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = d.side;
  image.format = PNG_FORMAT_GRAY;
  png_alloc_size_t size = 0;
  REQUIRE(png_image_write_to_memory(&image, nullptr, &size, 0, d.pixels.data(), 0, nullptr) != 0);
  Bytes out(size);
  REQUIRE(png_image_write_to_memory(&image, out.data(), &size, 0, d.pixels.data(), 0, nullptr) !=
          0);
  out.resize(size);
  return out;
}
Bytes jpeg(const Drawing& d) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* memory = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &memory, &size);
  info.image_width = info.image_height = d.side;
  info.input_components = 1;
  info.in_color_space = JCS_GRAYSCALE;
  jpeg_set_defaults(&info);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < d.side) {
    JSAMPROW row = const_cast<JSAMPROW>(d.pixels.data() + size_t{info.next_scanline} * d.side);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  Bytes out(memory, memory + size);
  jpeg_destroy_compress(&info);
  free(memory);
  return out;
}

}  // namespace

TEST_CASE("pictures of labels are read, PNG and JPEG") {
  for (const Bytes& picture : {png(draw(kPayload)), jpeg(draw(kPayload))}) {
    const Reading reading = read_bytes(picture, {}, "label");
    CHECK(kind(reading) == "label-image");
    CHECK(problems(reading) == "");
    REQUIRE(reading.device.string(FactId::qr_payload) != nullptr);
    CHECK(*reading.device.string(FactId::qr_payload) == kPayload);
  }
}

TEST_CASE("labels in light print on dark, and in faint print") {
  for (const auto& [dark, light] : {std::pair(255, 0), std::pair(110, 140), std::pair(140, 110)}) {
    Drawing label = draw(kPayload);
    for (uint8_t& pixel : label.pixels) pixel = static_cast<uint8_t>(pixel == 0 ? dark : light);
    const Reading reading = read_bytes(png(label), {}, "label");
    CHECK(problems(reading) == "");
    REQUIRE(reading.device.string(FactId::qr_payload) != nullptr);
    CHECK(*reading.device.string(FactId::qr_payload) == kPayload);
  }
}

TEST_CASE("pictures that are none, or show something else, say so") {
  CHECK(has_problem(read_bytes(png(draw("https://example.com"))),
                    "the QR code in the picture is a web address, which is no onboarding code"));
  const Reading spoilt = read_bytes(png(draw("M T:Y.K9042C00KA0648G00")));
  CHECK(has_problem(spoilt, "holds 23 characters that are no onboarding code"));
  CHECK_FALSE(has_problem(spoilt, "K9042"));
  CHECK(has_problem(read_bytes(png({.side = 64, .pixels = Bytes(64 * 64, 255)})),
                    "no QR code is found in the picture"));
  Bytes cut = png(draw(kPayload));
  cut.resize(60);
  CHECK(has_problem(read_bytes(cut),
                    "expected a picture of a label: label not checked: a PNG picture that cannot "
                    "be read: png: "));
  Bytes broken = jpeg(draw(kPayload));
  std::fill(broken.begin() + 30, broken.end(), uint8_t{0});
  CHECK(problems(read_bytes(broken)).find("error: expected a picture of a label: ") !=
        std::string::npos);
  // A header that claims 100,000 by 100,000 pixels costs nothing.
  Bytes huge = png(draw(kPayload));
  huge[16] = huge[20] = 0;
  huge[17] = huge[21] = 1;
  CHECK(problems(read_bytes(huge))
            .find("error: expected a picture of a label: label not checked: a PNG picture that "
                  "cannot be read: p") != std::string::npos);
}

TEST_CASE("codes in text") {
  const struct {
    const char* text;
    const char* qr;
    const char* manual;
  } rows[] = {
      {"Manualcode : 34970112332\nQRCode : MT:Y.K9042C00KA0648G00", kPayload, "34970112332"},
      {"qrcode,manualcode,discriminator,passcode\nMT:Y.K9042C00KA0648G00,3497-011-2332,3840,"
       "20202021\n",
       kPayload, "34970112332"},
      {"qrcode,manualcode\n,\"3497-011-\n2332\"\n", "", "34970112332"},
      {"3497-011-2332\n", "", "34970112332"},
      {"MT:Y.K9042C00KA0648G00", kPayload, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const Reading reading = read_bytes(view(row.text));
    CHECK(kind(reading) == "onboarding-text");
    const std::string* qr = reading.device.string(FactId::qr_payload);
    const std::string* manual = reading.device.string(FactId::manual_code);
    CHECK((qr == nullptr ? "" : *qr) == row.qr);
    CHECK((manual == nullptr ? "" : *manual) == row.manual);
  }
  // Eleven digits in prose are a telephone number; a list of many codes is a manifest.
  CHECK(kind(read_bytes(view("please call our service line at 01234567890 during the opening hours "
                             "of the shop, thank you"))) == "raw");
  std::string list;
  for (const char* code :
       {"MT:Y.K9042C00KA0648G00", "MT:-24J042C00KA0648G00", "MT:6FCJ142C00KA0648G00"})
    list += std::string(code) + "\n";
  CHECK(count(read_bytes(view(list)), FactId::qr_payload) == 3);
}

namespace {

// Whose decoder of pictures never ends.
class SlowCodecs : public Codecs {
 public:
  size_t asked = 0;

  Result<std::vector<std::string>> picture(View) override {
    ++asked;
    return error(std::string(kTakesLonger) + "30 seconds");
  }
  Result<void> archive(View, std::span<const std::string>,
                       const std::function<bool(const ArchiveMember&)>&) override {
    return error("none");
  }
  Result<QrModules> qr_modules(std::string_view) override { return error("none"); }
  Result<Bytes> qr_png(const QrModules&, size_t) override { return error("none"); }
  Result<CborItem> cbor(View) override { return error("none"); }
};

}  // namespace

TEST_CASE("label: a folder of pictures that never end costs a few of them") {
  SlowCodecs codecs;
  Reading reading;
  reading.codecs = &codecs;
  const Bytes picture = png(draw(kPayload));
  for (int i = 0; i < 9; ++i)
    REQUIRE(read_evidence(
        {.path = fmt::format("folder/{}.png", i), .bytes = picture, .member = true}, reading));
  CHECK(codecs.asked == 4);
  REQUIRE(reading.not_used.size() == 9);
  CHECK(reading.not_used[3].why.find("it takes longer than 30 seconds") != std::string::npos);
  CHECK(reading.not_used[8].why ==
        "label not checked: 4 others took too long, and no more time is given");
}
