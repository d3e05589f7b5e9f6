// Pictures of labels: PNG on libpng and JPEG on libjpeg (what cameras and label printers give), the
// others by picture_libraries.cc and bitmap.cc, read as grey, and the QR codes in them found by
// ZXing-C++, which decodes codes, not picture files. And the way back: ZXing lays out the modules
// of a QR code, libpng writes them as a picture.

#include <fmt/format.h>
#include <jpeglib.h>
#include <png.h>

#define ZX_USE_UTF8  // texts as std::string
#include <ZXing/BitMatrix.h>
#include <ZXing/MultiFormatWriter.h>
#include <ZXing/ReadBarcode.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <exception>

#include "codecs/apart.h"
#include "codecs/picture.h"
#include "verifier/readers/containers/picture_form.h"

namespace attest::codecs {
namespace {

constexpr size_t kQuietZone = 4;  // ISO/IEC 18004: four modules of light on every side
constexpr int kLevelM =
    4;  // on the writer's scale from 0 to 8: level M, of which 15 % may be damaged

Result<Grey> read_png(View bytes) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0)
    return error(fmt::format("png: {}", image.message));
  Grey grey{.width = image.width, .height = image.height, .pixels = {}};
  if (const auto fits = judge_size(image.width, image.height); !fits) {
    png_image_free(&image);
    return tl::unexpected(fits.error());
  }
  image.format = PNG_FORMAT_GRAY;
  grey.pixels.resize(PNG_IMAGE_SIZE(image));
  // What is transparent on a label's picture is paper.
  const png_color white{255, 255, 255};
  if (png_image_finish_read(&image, &white, grey.pixels.data(), 0, nullptr) == 0)
    return error(fmt::format("png: {}", image.message));
  return grey;
}

// libjpeg leaves by longjmp; nothing with a destructor lives in the function it leaves.
struct JpegErrors {
  jpeg_error_mgr base;
  std::jmp_buf back;
  char message[JMSG_LENGTH_MAX];
};
void leave(j_common_ptr info) {
  auto* errors = reinterpret_cast<JpegErrors*>(info->err);
  info->err->format_message(info, errors->message);
  std::longjmp(errors->back, 1);
}
void stay_quiet(j_common_ptr, int) {}

enum class Jpeg : uint8_t { done, failed, size };
Jpeg decode_jpeg(View bytes, Grey& grey, JpegErrors& errors) {
  jpeg_decompress_struct info{};
  info.err = jpeg_std_error(&errors.base);
  errors.base.error_exit = leave;
  errors.base.emit_message = stay_quiet;
  if (setjmp(errors.back) != 0) {
    jpeg_destroy_decompress(&info);
    return Jpeg::failed;
  }
  jpeg_create_decompress(&info);
  info.mem->max_memory_to_use = 256l << 20;
  jpeg_mem_src(&info, bytes.data(), bytes.size());
  jpeg_read_header(&info, TRUE);
  grey.width = info.image_width;
  grey.height = info.image_height;
  if (!judge_size(grey.width, grey.height)) {
    jpeg_destroy_decompress(&info);
    return Jpeg::size;
  }
  info.out_color_space = JCS_GRAYSCALE;
  jpeg_start_decompress(&info);
  grey.pixels.resize(size_t{grey.width} * grey.height);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = grey.pixels.data() + size_t{info.output_scanline} * grey.width;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  jpeg_destroy_decompress(&info);
  return Jpeg::done;
}

Result<Grey> read_jpeg(View bytes) {
  Grey grey;
  JpegErrors errors{};
  const Jpeg got = decode_jpeg(bytes, grey, errors);
  if (got == Jpeg::size) return tl::unexpected(judge_size(grey.width, grey.height).error());
  if (got == Jpeg::failed) return error(fmt::format("jpeg: {}", errors.message));
  return grey;
}

std::vector<std::string> codes_in(const Grey& grey) {
  std::vector<std::string> texts;
  const ZXing::ImageView view(grey.pixels.data(), static_cast<int>(grey.width),
                              static_cast<int>(grey.height), ZXing::ImageFormat::Lum);
  const auto hints = ZXing::DecodeHints()
                         .setFormats(ZXing::BarcodeFormat::QRCode)
                         .setTryHarder(true)
                         .setMaxNumberOfSymbols(16);
  for (const auto& code : ZXing::ReadBarcodes(view, hints)) {
    if (code.isValid()) texts.push_back(code.text());
  }
  return texts;
}

// From the darkest to the lightest that is there: a faint print becomes black and white.
void stretch(Grey& grey) {
  const auto [darkest, lightest] = std::minmax_element(grey.pixels.begin(), grey.pixels.end());
  const int from = *darkest, range = *lightest - *darkest;
  if (range == 0) return;
  for (uint8_t& pixel : grey.pixels) pixel = static_cast<uint8_t>((pixel - from) * 255 / range);
}
// ISO/IEC 18004 allows light modules on dark; the reader expects dark on light.
void invert(Grey& grey) {
  for (uint8_t& pixel : grey.pixels) pixel = static_cast<uint8_t>(255 - pixel);
}

// As it is, and if nothing is found, clearer and the other way round.
std::vector<std::string> texts_in(Grey& grey) {
  auto texts = codes_in(grey);
  for (const auto change : {stretch, invert}) {
    if (!texts.empty()) break;
    change(grey);
    texts = codes_in(grey);
  }
  return texts;
}

// All pages of a format with several.
Result<std::vector<std::string>> of_pages(View bytes, Result<void> (*read)(View, const Page&)) {
  std::vector<std::string> all;
  const auto done = read(bytes, [&](Grey& grey) {
    for (std::string& text : texts_in(grey)) {
      if (std::find(all.begin(), all.end(), text) == all.end()) all.push_back(std::move(text));
    }
  });
  if (!done) return tl::unexpected(done.error());
  return all;
}

Result<std::vector<std::string>> of_one(View bytes, Result<Grey> (*read)(View)) {
  auto grey = read(bytes);
  if (!grey) return tl::unexpected(grey.error());
  return texts_in(*grey);
}

}  // namespace

Result<void> judge_size(uint64_t width, uint64_t height) {
  if (width == 0 || height == 0 || width > kMaxSide || height > kMaxSide ||
      width * height > kMaxPixels)
    return error(fmt::format("picture: {} by {} pixels are outside what is read (up to {} million)",
                             width, height, kMaxPixels >> 20));
  return {};
}

Result<std::vector<std::string>> picture(View bytes) {
  try {
    switch (picture_form(bytes)) {
      case PictureForm::jpeg:
        return of_one(bytes, read_jpeg);
      case PictureForm::bmp:
        return of_one(bytes, read_bmp);
      case PictureForm::gif:
        return of_pages(bytes, read_gif);
      case PictureForm::webp:
        return apart([&] { return of_one(bytes, read_webp); });
      case PictureForm::tiff:
        return apart([&] { return of_pages(bytes, read_tiff); });
      case PictureForm::heif:
        return apart([&] { return of_pages(bytes, read_heif); });
      case PictureForm::pdf:
        return apart([&] { return of_pages(bytes, read_pdf); });
      default:
        return of_one(bytes, read_png);
    }
  } catch (const std::exception& e) {
    return error(fmt::format("picture: {}", e.what()));
  }
}

Result<QrModules> qr_modules(std::string_view text) {
  try {
    const auto matrix = ZXing::MultiFormatWriter(ZXing::BarcodeFormat::QRCode)
                            .setMargin(0)
                            .setEccLevel(kLevelM)
                            .encode(std::string(text), 0, 0);
    if (matrix.width() <= 0 || matrix.width() != matrix.height())
      return error(fmt::format("qr code: expected a square, found {} by {} modules", matrix.width(),
                               matrix.height()));
    QrModules modules{.side = static_cast<size_t>(matrix.width()), .dark = {}};
    for (int y = 0; y < matrix.height(); ++y) {
      for (int x = 0; x < matrix.width(); ++x) modules.dark.push_back(matrix.get(x, y) ? 1 : 0);
    }
    return modules;
  } catch (const std::exception& e) {
    return error(fmt::format("qr code: {}", e.what()));
  }
}

Result<Bytes> qr_png(const QrModules& modules, size_t pixels_a_module) {
  const size_t side = (modules.side + 2 * kQuietZone) * pixels_a_module;
  if (side == 0 || side > kMaxPixels / side)
    return error(fmt::format("png: {} by {} pixels are more than are drawn", side, side));
  Bytes grey(side * side, 0xFF);
  for (size_t y = 0; y < modules.side * pixels_a_module; ++y) {
    uint8_t* row =
        grey.data() + (y + kQuietZone * pixels_a_module) * side + kQuietZone * pixels_a_module;
    for (size_t x = 0; x < modules.side * pixels_a_module; ++x) {
      if (modules.dark[y / pixels_a_module * modules.side + x / pixels_a_module] != 0) row[x] = 0;
    }
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = static_cast<png_uint_32>(side);
  image.format = PNG_FORMAT_GRAY;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  Bytes out(size);
  if (png_image_write_to_memory(&image, out.data(), &size, 0, grey.data(), 0, nullptr) == 0)
    return error(fmt::format("png: {}", image.message));
  out.resize(size);
  return out;
}

}  // namespace attest::codecs
