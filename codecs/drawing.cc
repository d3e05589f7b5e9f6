// QR codes drawn: ZXing-C++ lays out the modules, libpng writes them as a picture.

#include <fmt/format.h>
#include <png.h>

#define ZX_USE_UTF8  // texts as std::string
#include <ZXing/BitMatrix.h>
#include <ZXing/MultiFormatWriter.h>

#include <algorithm>

#include "codecs/formats.h"

namespace attest::codecs {
namespace {

constexpr size_t kQuietZone = 4;        // ISO/IEC 18004: four modules of light on every side
constexpr size_t kMaxPixels = 1u << 26;
constexpr int kLevelM = 4;              // the writer's scale from 0 to 8: 4 and 5 are M, 15 % may be damaged

}  // namespace

Result<QrModules> qr_modules(std::string_view text) {
  try {
    const auto matrix = ZXing::MultiFormatWriter(ZXing::BarcodeFormat::QRCode).setMargin(0).setEccLevel(kLevelM).encode(std::string(text), 0, 0);
    if (matrix.width() <= 0 || matrix.width() != matrix.height()) return error(fmt::format("qr code: expected a square, found {} by {} modules", matrix.width(), matrix.height()));
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
  if (side == 0 || side > kMaxPixels / side) return error(fmt::format("png: {} by {} pixels are more than are drawn", side, side));
  Bytes grey(side * side, 0xFF);
  for (size_t y = 0; y < modules.side * pixels_a_module; ++y) {
    uint8_t* row = grey.data() + (y + kQuietZone * pixels_a_module) * side + kQuietZone * pixels_a_module;
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
  if (png_image_write_to_memory(&image, out.data(), &size, 0, grey.data(), 0, nullptr) == 0) return error(fmt::format("png: {}", image.message));
  out.resize(size);
  return out;
}

}  // namespace attest::codecs
