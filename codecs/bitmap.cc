// BMP and the frames of a GIF, without a library: a page of code for each. Every index is
// checked against what is there; what a file lacks at its end stays white.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "codecs/picture.h"

namespace attest::codecs {
namespace {

constexpr uint8_t kWhite = 255;

using Palette = std::array<uint8_t, 256>;

// ---- BMP (the headers of Windows from BITMAPCOREHEADER to BITMAPV5HEADER)

struct Bmp {
  uint32_t width = 0, height = 0;
  unsigned bits = 0;         // of a pixel
  uint32_t compression = 0;  // 0 none, 1 RLE8, 2 RLE4, 3 masks, 6 masks with alpha
  bool from_top = false;
  size_t pixels_at = 0;
  Palette palette{};
  std::array<uint32_t, 3> masks{};
};

constexpr uint32_t kNone = 0, kRle8 = 1, kRle4 = 2, kMasks = 3, kAlphaMasks = 6;
constexpr size_t kFileHeader = 14, kCoreHeader = 12, kInfoHeader = 40;

Result<Bmp> bmp_header(View v) {
  if (v.size() < kFileHeader + kCoreHeader) return error("bmp: it ends within its header");
  const uint32_t header = le32(v, kFileHeader);
  const bool core = header == kCoreHeader;
  if (!core && (header < kInfoHeader || v.size() < kFileHeader + kInfoHeader))
    return error(fmt::format("bmp: a header of {} bytes is not known", header));
  Bmp bmp;
  bmp.pixels_at = le32(v, 10);
  if (core) {
    bmp.width = le16(v, 18);
    bmp.height = le16(v, 20);
    bmp.bits = le16(v, 24);
  } else {
    bmp.width = le32(v, 18);
    const auto height = static_cast<int32_t>(le32(v, 22));
    bmp.from_top = height < 0;
    bmp.height = static_cast<uint32_t>(height < 0 ? -static_cast<int64_t>(height) : height);
    bmp.bits = le16(v, 28);
    bmp.compression = le32(v, 30);
  }
  if (const auto fits = judge_size(bmp.width, bmp.height); !fits)
    return tl::unexpected(fits.error());
  const bool known = (bmp.compression == kNone &&
                      (bmp.bits == 1 || bmp.bits == 2 || bmp.bits == 4 || bmp.bits == 8 ||
                       bmp.bits == 16 || bmp.bits == 24 || bmp.bits == 32)) ||
                     (bmp.compression == kRle8 && bmp.bits == 8) ||
                     (bmp.compression == kRle4 && bmp.bits == 4) ||
                     ((bmp.compression == kMasks || bmp.compression == kAlphaMasks) &&
                      (bmp.bits == 16 || bmp.bits == 32));
  if (!known)
    return error(fmt::format("bmp: {} bits a pixel with compression {} are not read", bmp.bits,
                             bmp.compression));
  if (bmp.pixels_at >= v.size()) return error("bmp: it ends before its pixels");
  if (bmp.bits == 16) bmp.masks = {0x7C00, 0x3E0, 0x1F};
  if (bmp.bits == 32) bmp.masks = {0xFF0000, 0xFF00, 0xFF};
  constexpr size_t kMasksAt = kFileHeader + kInfoHeader;
  if ((bmp.compression == kMasks || bmp.compression == kAlphaMasks)) {
    if (v.size() < kMasksAt + 12) return error("bmp: it ends within its masks");
    for (size_t i = 0; i < 3; ++i) bmp.masks[i] = le32(v, kMasksAt + 4 * i);
  }
  if (bmp.bits <= 8) {
    const size_t at = kFileHeader + header, step = core ? 3 : 4;
    for (size_t i = 0; i < (size_t{1} << bmp.bits) && at + i * step + 3 <= v.size(); ++i)
      bmp.palette[i] = grey_of(v[at + i * step + 2], v[at + i * step + 1], v[at + i * step]);
  }
  return bmp;
}

// What a mask takes out of a pixel, on the scale of a byte.
unsigned masked(uint32_t pixel, uint32_t mask) {
  if (mask == 0) return 0;
  const auto shift = static_cast<unsigned>(__builtin_ctz(mask));
  const uint64_t most = mask >> shift;
  return static_cast<unsigned>(uint64_t{(pixel & mask) >> shift} * 255 / most);
}

uint8_t bmp_pixel(const Bmp& bmp, View row, size_t x) {
  switch (bmp.bits) {
    case 24:
      return grey_of(row[3 * x + 2], row[3 * x + 1], row[3 * x]);
    case 16:
    case 32: {
      const uint32_t pixel = bmp.bits == 16 ? le16(row, 2 * x) : le32(row, 4 * x);
      return grey_of(masked(pixel, bmp.masks[0]), masked(pixel, bmp.masks[1]),
                     masked(pixel, bmp.masks[2]));
    }
    default: {
      const size_t bit = x * bmp.bits;
      const unsigned index = row[bit / 8] >> (8 - bmp.bits - bit % 8) & ((1u << bmp.bits) - 1u);
      return bmp.palette[index];
    }
  }
}

void put(const Bmp& bmp, Grey& grey, size_t x, size_t y, uint8_t value) {
  if (x >= grey.width || y >= grey.height) return;
  const size_t row = bmp.from_top ? y : grey.height - 1 - y;
  grey.pixels[row * grey.width + x] = value;
}

// Runs of a length and an index; length 0 is a command: 0 the row's end, 1 the picture's, 2 a step,
// more so many indices one by one.
void bmp_runs(const Bmp& bmp, View v, Grey& grey) {
  size_t at = bmp.pixels_at, x = 0, y = 0;
  const bool four = bmp.compression == kRle4;
  const auto index = [&](uint8_t pair, size_t i) {
    return !four ? pair : i % 2 == 0 ? pair >> 4 : pair & 0xF;
  };
  while (at + 2 <= v.size() && y < grey.height) {
    const uint8_t count = v[at], what = v[at + 1];
    at += 2;
    if (count != 0) {
      for (size_t i = 0; i < count; ++i, ++x)
        put(bmp, grey, x, y, bmp.palette[static_cast<uint8_t>(index(what, i))]);
    } else if (what == 0) {
      x = 0;
      ++y;
    } else if (what == 1) {
      return;
    } else if (what == 2) {
      if (at + 2 > v.size()) return;
      x += v[at];
      y += v[at + 1];
      at += 2;
    } else {
      for (size_t i = 0; i < what; ++i, ++x) {
        const size_t from = at + (four ? i / 2 : i);
        if (from >= v.size()) return;
        put(bmp, grey, x, y, bmp.palette[static_cast<uint8_t>(index(v[from], i))]);
      }
      const size_t taken = four ? (what + 1u) / 2 : what;
      at += taken + taken % 2;
    }
  }
}

// ---- GIF (GIF89a): blocks, and LZW with codes of growing width

class GifCodes {
 public:
  GifCodes(View v, size_t at, unsigned least_bits)
      : v_(v), at_(at), least_(least_bits), clear_(1u << least_bits) {
    reset();
  }

  // The next pixels; false at the end, or where it breaks off.
  bool next(Bytes& out) {
    for (;;) {
      unsigned code = 0;
      if (!take(code) || code == clear_ + 1) return false;
      if (code == clear_) {
        reset();
        continue;
      }
      if (before_ == kNothing && code >= clear_) return false;
      if (code > known_ || (code == known_ && before_ == kNothing)) return false;
      out.clear();
      if (code == known_) {
        expand(before_, out);
        out.push_back(out.front());
      } else {
        expand(code, out);
      }
      if (before_ != kNothing && known_ < kMost) {
        prefix_[known_] = static_cast<uint16_t>(before_);
        last_[known_] = out.front();
        if (++known_ == 1u << bits_ && bits_ < kMostBits) ++bits_;
      }
      before_ = code;
      return true;
    }
  }

 private:
  static constexpr unsigned kMostBits = 12, kMost = 1u << kMostBits, kNothing = ~0u;

  void reset() {
    bits_ = least_ + 1;
    known_ = clear_ + 2;
    before_ = kNothing;
  }
  void expand(unsigned code, Bytes& out) const {
    while (code >= clear_ + 2) {
      out.push_back(last_[code]);
      code = prefix_[code];
    }
    out.push_back(static_cast<uint8_t>(code));
    std::reverse(out.begin(), out.end());
  }
  bool octet(uint8_t& out) {
    if (left_ == 0) {
      if (at_ >= v_.size() || v_[at_] == 0) return false;
      left_ = v_[at_++];
    }
    if (at_ >= v_.size()) return false;
    --left_;
    out = v_[at_++];
    return true;
  }
  bool take(unsigned& code) {
    while (held_ < bits_) {
      uint8_t more = 0;
      if (!octet(more)) return false;
      buffer_ |= uint32_t{more} << held_;
      held_ += 8;
    }
    code = buffer_ & ((1u << bits_) - 1);
    buffer_ >>= bits_;
    held_ -= bits_;
    return true;
  }

  View v_;
  size_t at_, left_ = 0;
  const unsigned least_, clear_;
  unsigned bits_ = 0, known_ = 0, before_ = kNothing, held_ = 0;
  uint32_t buffer_ = 0;
  std::array<uint16_t, kMost> prefix_{};
  std::array<uint8_t, kMost> last_{};
};

struct GifFrame {
  size_t left = 0, top = 0, width = 0, height = 0;
  bool interlaced = false;
  std::optional<uint8_t> transparent;
  Palette palette{};
  size_t codes_at = 0;
  unsigned least_bits = 0;
};

bool gif_palette(View v, size_t& at, uint8_t packed, Palette& palette) {
  if ((packed & 0x80) == 0) return true;
  const size_t count = size_t{2} << (packed & 7);
  if (at + 3 * count > v.size()) return false;
  for (size_t i = 0; i < count; ++i)
    palette[i] = grey_of(v[at + 3 * i], v[at + 3 * i + 1], v[at + 3 * i + 2]);
  at += 3 * count;
  return true;
}

constexpr size_t kGifHeader = 13;

// What follows at `at`, up to the frame's codes; of a palette of its own, else this one.
std::optional<GifFrame> gif_frame(View v, size_t at, const Palette& palette) {
  GifFrame frame;
  frame.palette = palette;
  while (at + 2 <= v.size() && v[at] == 0x21) {  // an extension
    const bool control = v[at + 1] == 0xF9;
    at += 2;
    if (control && at + 5 <= v.size() && v[at] >= 4 && (v[at + 1] & 1) != 0)
      frame.transparent = v[at + 4];
    while (at < v.size() && v[at] != 0) at += size_t{1} + v[at];
    ++at;
  }
  if (at + 10 > v.size() || v[at] != 0x2C) return std::nullopt;
  frame.left = le16(v, at + 1);
  frame.top = le16(v, at + 3);
  frame.width = le16(v, at + 5);
  frame.height = le16(v, at + 7);
  const uint8_t packed = v[at + 9];
  frame.interlaced = (packed & 0x40) != 0;
  at += 10;
  if (!gif_palette(v, at, packed, frame.palette) || at >= v.size()) return std::nullopt;
  frame.least_bits = v[at];
  frame.codes_at = at + 1;
  return frame;
}

// The row of the picture in which the n-th row of an interlaced one belongs.
size_t interlaced_row(size_t n, size_t height) {
  for (const auto& [first, step] : {std::pair<size_t, size_t>{0, 8}, {4, 8}, {2, 4}, {1, 2}}) {
    const size_t rows = height > first ? (height - first + step - 1) / step : 0;
    if (n < rows) return first + n * step;
    n -= rows;
  }
  return height;
}

}  // namespace

uint8_t grey_of(unsigned red, unsigned green, unsigned blue, unsigned alpha) {
  const unsigned grey = (red * 299 + green * 587 + blue * 114 + 500) / 1000;
  return static_cast<uint8_t>((grey * alpha + 255 * (255 - alpha)) / 255);
}

Result<Grey> read_bmp(View bytes) {
  const auto bmp = bmp_header(bytes);
  if (!bmp) return tl::unexpected(bmp.error());
  Grey grey{.width = bmp->width,
            .height = bmp->height,
            .pixels = Bytes(size_t{bmp->width} * bmp->height, kWhite)};
  if (bmp->compression == kRle8 || bmp->compression == kRle4) {
    bmp_runs(*bmp, bytes, grey);
    return grey;
  }
  const size_t stride = (size_t{bmp->width} * bmp->bits + 31) / 32 * 4;
  const size_t needed = (size_t{bmp->width} * bmp->bits + 7) / 8;
  for (size_t y = 0; y < bmp->height; ++y) {
    const size_t at = bmp->pixels_at + y * stride;
    if (at + needed > bytes.size())
      return error(fmt::format("bmp: expected {} rows of pixels, found {}", bmp->height, y));
    const View row = bytes.subspan(at, needed);
    for (size_t x = 0; x < bmp->width; ++x) put(*bmp, grey, x, y, bmp_pixel(*bmp, row, x));
  }
  return grey;
}

namespace {

// Draws a frame over what the frames before it left.
Result<void> draw_gif_frame(View bytes, const GifFrame& frame, Grey& grey) {
  if (frame.least_bits == 0 || frame.least_bits > 8)
    return error(fmt::format("gif: codes of {} bits are none", frame.least_bits));
  GifCodes codes(bytes, frame.codes_at, frame.least_bits);
  const size_t all = frame.width * frame.height;
  Bytes some;
  size_t n = 0;
  while (n < all && codes.next(some)) {
    for (size_t i = 0; i < some.size() && n < all; ++i, ++n) {
      const size_t row = n / frame.width;
      const size_t y = frame.top + (frame.interlaced ? interlaced_row(row, frame.height) : row);
      const size_t x = frame.left + n % frame.width;
      if (frame.transparent != some[i]) grey.pixels[y * grey.width + x] = frame.palette[some[i]];
    }
  }
  if (n < all) return error(fmt::format("gif: expected {} pixels, found {}", all, n));
  return {};
}

}  // namespace

Result<void> read_gif(View bytes, const Page& page) {
  Palette palette{};
  size_t at = kGifHeader, pages = 0;
  auto frame = bytes.size() < at || !gif_palette(bytes, at, bytes[10], palette)
                   ? std::nullopt
                   : gif_frame(bytes, at, palette);
  if (!frame) return error("gif: it ends before its first picture");
  const size_t width = std::max<size_t>(le16(bytes, 6), frame->left + frame->width),
               height = std::max<size_t>(le16(bytes, 8), frame->top + frame->height);
  if (const auto fits = judge_size(width, height); !fits) return tl::unexpected(fits.error());
  Grey grey{.width = static_cast<uint32_t>(width),
            .height = static_cast<uint32_t>(height),
            .pixels = Bytes(width * height, kWhite)};
  for (; frame; frame = gif_frame(bytes, at, palette)) {
    if (++pages > kMaxPages || pages * width * height > kMaxPixels)
      return error(
          fmt::format("gif: expected at most {} pictures of {} million pixels in all, "
                      "found more",
                      kMaxPages, kMaxPixels >> 20));
    if (frame->width == 0 || frame->height == 0)
      return error(fmt::format("gif: its {} picture is empty", pages == 1 ? "first" : "next"));
    if (frame->left + frame->width > width || frame->top + frame->height > height)
      return error("gif: a picture is larger than the first");
    if (const auto drawn = draw_gif_frame(bytes, *frame, grey); !drawn) return drawn;
    Grey shown = grey;
    page(shown);
    at = frame->codes_at;
    while (at < bytes.size() && bytes[at] != 0) at += size_t{1} + bytes[at];
    ++at;
  }
  return {};
}

}  // namespace attest::codecs
