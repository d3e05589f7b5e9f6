#include "report/qr_picture.h"

#include <fmt/format.h>

namespace attest {
namespace {

constexpr size_t kQuietZone = 4;  // ISO/IEC 18004: four modules of light on every side
constexpr size_t kPngPixels = 8;  // a module

bool is_dark(const QrModules& m, size_t x, size_t y) {
  if (x < kQuietZone || y < kQuietZone || x >= m.side + kQuietZone || y >= m.side + kQuietZone)
    return false;
  return m.dark[(y - kQuietZone) * m.side + x - kQuietZone] != 0;
}

// One path of squares: small, and sharp at any size.
std::string svg(const QrModules& m) {
  const size_t side = m.side + 2 * kQuietZone;
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {0}\" width=\"{1}\" "
      "height=\"{1}\" shape-rendering=\"crispEdges\">\n"
      "<rect width=\"{0}\" height=\"{0}\" fill=\"#fff\"/>\n<path d=\"",
      side, side * kPngPixels);
  for (size_t y = 0; y < side; ++y) {
    for (size_t x = 0; x < side; ++x) {
      size_t end = x;
      while (is_dark(m, end, y)) ++end;
      if (end == x) continue;
      out += fmt::format("M{} {}h{}v1h-{}z", x, y, end - x, end - x);
      x = end;
    }
  }
  return out + "\" fill=\"#000\"/>\n</svg>\n";
}

// Two rows a line, light on dark as terminals are: full blocks are light.
std::string blocks(const QrModules& m) {
  const size_t side = m.side + 2 * kQuietZone;
  std::string out;
  for (size_t y = 0; y < side; y += 2) {
    for (size_t x = 0; x < side; ++x) {
      const bool upper = !is_dark(m, x, y), lower = y + 1 >= side || !is_dark(m, x, y + 1);
      out += upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ";
    }
    out += '\n';
  }
  return out;
}

}  // namespace

Result<std::string> qr_picture(std::string_view payload, std::string_view file_name,
                               Codecs& codecs) {
  const bool as_svg = file_name.ends_with(".svg"), as_png = file_name.ends_with(".png"),
             as_text = file_name.ends_with(".txt") || file_name == "-";
  if (!as_svg && !as_png && !as_text)
    return error(fmt::format("{}: expected a name that ends in .svg, .png or .txt", file_name));
  const auto modules = codecs.qr_modules(payload);
  if (!modules) return tl::unexpected(modules.error());
  if (as_svg) return svg(*modules);
  if (as_text) return blocks(*modules);
  const auto png = codecs.qr_png(*modules, kPngPixels);
  if (!png) return tl::unexpected(png.error());
  return std::string(png->begin(), png->end());
}

}  // namespace attest
