// WebP on libwebp, TIFF on libtiff, HEIF (HEIC of phones, AVIF) on libheif, PDF on poppler: each
// where the build found its library (CMakeLists.txt).

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "codecs/picture.h"

#ifdef MATTER_ATTEST_WEBP
#include <webp/decode.h>
#endif
#ifdef MATTER_ATTEST_TIFF
#include <tiffio.h>
#endif
#ifdef MATTER_ATTEST_HEIF
#include <libheif/heif.h>
#endif
#ifdef MATTER_ATTEST_PDF
#include <poppler/cpp/poppler-document.h>
#include <poppler/cpp/poppler-image.h>
#include <poppler/cpp/poppler-page-renderer.h>
#include <poppler/cpp/poppler-page.h>
#endif

namespace attest::codecs {
namespace {

[[maybe_unused]] tl::unexpected<Error> not_built(const char* library) {
  return error(fmt::format("this build was made without {}", library));
}

}  // namespace

Result<Grey> read_webp([[maybe_unused]] View bytes) {
#ifdef MATTER_ATTEST_WEBP
  WebPBitstreamFeatures features{};
  if (WebPGetFeatures(bytes.data(), bytes.size(), &features) != VP8_STATUS_OK)
    return error("webp: its header cannot be read");
  if (features.has_animation != 0) return error("webp: a moving picture");
  const auto width = static_cast<uint32_t>(features.width),
             height = static_cast<uint32_t>(features.height);
  if (const auto fits = judge_size(width, height); !fits) return tl::unexpected(fits.error());
  Bytes rgba(size_t{width} * height * 4);
  if (WebPDecodeRGBAInto(bytes.data(), bytes.size(), rgba.data(), rgba.size(),
                         static_cast<int>(width * 4)) == nullptr)
    return error("webp: its pixels cannot be read");
  Grey grey{.width = width, .height = height, .pixels = Bytes(size_t{width} * height)};
  for (size_t i = 0; i < grey.pixels.size(); ++i)
    grey.pixels[i] = grey_of(rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2], rgba[4 * i + 3]);
  return grey;
#else
  return not_built("libwebp");
#endif
}

#ifdef MATTER_ATTEST_TIFF
namespace {

struct TiffMemory {
  View bytes;
  uint64_t at = 0;
};
tmsize_t tiff_read(thandle_t handle, void* to, tmsize_t size) {
  auto& memory = *static_cast<TiffMemory*>(handle);
  if (size <= 0 || memory.at >= memory.bytes.size()) return 0;
  const size_t there =
      std::min(static_cast<size_t>(size), memory.bytes.size() - static_cast<size_t>(memory.at));
  std::memcpy(to, memory.bytes.data() + memory.at, there);
  memory.at += there;
  return static_cast<tmsize_t>(there);
}
tmsize_t tiff_write(thandle_t, void*, tmsize_t) {
  return 0;
}
toff_t tiff_seek(thandle_t handle, toff_t offset, int from) {
  auto& memory = *static_cast<TiffMemory*>(handle);
  memory.at = from == SEEK_SET   ? offset
              : from == SEEK_CUR ? memory.at + offset
                                 : memory.bytes.size() + offset;
  return memory.at;
}
int tiff_close(thandle_t) {
  return 0;
}
toff_t tiff_size(thandle_t handle) {
  return static_cast<TiffMemory*>(handle)->bytes.size();
}

}  // namespace
#endif

Result<void> read_tiff([[maybe_unused]] View bytes, [[maybe_unused]] const Page& page) {
#ifdef MATTER_ATTEST_TIFF
  TIFFSetErrorHandler(nullptr);
  TIFFSetWarningHandler(nullptr);
  TiffMemory memory{.bytes = bytes};
  TIFF* tiff = TIFFClientOpen("label", "rm", &memory, tiff_read, tiff_write, tiff_seek, tiff_close,
                              tiff_size, nullptr, nullptr);
  if (tiff == nullptr) return error("tiff: its header cannot be read");
  Result<void> done;
  for (size_t i = 0;; ++i) {
    if (i == kMaxPages) {
      done = error(fmt::format("tiff: more than {} pictures", kMaxPages));
      break;
    }
    uint32_t width = 0, height = 0;
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
    done = judge_size(width, height);
    if (!done) break;
    std::vector<uint32_t> abgr(size_t{width} * height);
    if (TIFFReadRGBAImageOriented(tiff, width, height, abgr.data(), ORIENTATION_TOPLEFT, 1) == 0) {
      done = error("tiff: its pixels cannot be read");
      break;
    }
    Grey grey{.width = width, .height = height, .pixels = Bytes(abgr.size())};
    for (size_t p = 0; p < abgr.size(); ++p)
      grey.pixels[p] =
          grey_of(TIFFGetR(abgr[p]), TIFFGetG(abgr[p]), TIFFGetB(abgr[p]), TIFFGetA(abgr[p]));
    page(grey);
    if (TIFFReadDirectory(tiff) == 0) break;
  }
  TIFFClose(tiff);
  return done;
#else
  return not_built("libtiff");
#endif
}

Result<void> read_heif([[maybe_unused]] View bytes, [[maybe_unused]] const Page& page) {
#ifdef MATTER_ATTEST_HEIF
  struct Closer {
    void operator()(heif_context* c) const { heif_context_free(c); }
    void operator()(heif_image_handle* h) const { heif_image_handle_release(h); }
    void operator()(heif_image* i) const { heif_image_release(i); }
  };
  const std::unique_ptr<heif_context, Closer> context(heif_context_alloc());
  if (context == nullptr) return error("heif: no memory");
  const auto failed = [](const heif_error& e) -> std::optional<Error> {
    if (e.code == heif_error_Ok) return std::nullopt;
    return Error{.what = fmt::format("heif: {}", e.message == nullptr ? "damaged" : e.message),
                 .offset = {}};
  };
  if (const auto why = failed(heif_context_read_from_memory_without_copy(
          context.get(), bytes.data(), bytes.size(), nullptr)))
    return tl::unexpected(*why);
  heif_image_handle* main = nullptr;
  if (const auto why = failed(heif_context_get_primary_image_handle(context.get(), &main)))
    return tl::unexpected(*why);
  const std::unique_ptr<heif_image_handle, Closer> handle(main);
  const int width = heif_image_handle_get_width(main), height = heif_image_handle_get_height(main);
  if (width <= 0 || height <= 0) return error("heif: a picture without a size");
  if (const auto fits = judge_size(static_cast<uint64_t>(width), static_cast<uint64_t>(height));
      !fits)
    return fits;
  heif_image* decoded = nullptr;
  if (const auto why = failed(heif_decode_image(main, &decoded, heif_colorspace_RGB,
                                                heif_chroma_interleaved_RGB, nullptr)))
    return tl::unexpected(*why);
  const std::unique_ptr<heif_image, Closer> image(decoded);
  int stride = 0;
  const uint8_t* plane = heif_image_get_plane_readonly(decoded, heif_channel_interleaved, &stride);
  const int w = heif_image_get_width(decoded, heif_channel_interleaved),
            h = heif_image_get_height(decoded, heif_channel_interleaved);
  if (plane == nullptr || w <= 0 || h <= 0 || stride < 3 * w)
    return error("heif: its pixels cannot be read");
  if (const auto fits = judge_size(static_cast<uint64_t>(w), static_cast<uint64_t>(h)); !fits)
    return fits;
  Grey grey{.width = static_cast<uint32_t>(w),
            .height = static_cast<uint32_t>(h),
            .pixels = Bytes(static_cast<size_t>(w) * static_cast<size_t>(h))};
  for (size_t y = 0; y < grey.height; ++y) {
    const uint8_t* row = plane + y * static_cast<size_t>(stride);
    for (size_t x = 0; x < grey.width; ++x)
      grey.pixels[y * grey.width + x] = grey_of(row[3 * x], row[3 * x + 1], row[3 * x + 2]);
  }
  page(grey);
  return {};
#else
  return not_built("libheif");
#endif
}

Result<void> read_pdf([[maybe_unused]] View bytes, [[maybe_unused]] const Page& page) {
#ifdef MATTER_ATTEST_PDF
  constexpr double kPoints = 72, kLongest = 3000, kMostResolution = 600;
  const std::unique_ptr<poppler::document> document(poppler::document::load_from_raw_data(
      reinterpret_cast<const char*>(bytes.data()), static_cast<int>(bytes.size())));
  if (document == nullptr) return error("pdf: it cannot be read");
  if (document->is_locked()) return error("pdf: it is encrypted");
  const int pages = document->pages();
  if (pages > static_cast<int>(kMaxPages))
    return error(
        fmt::format("pdf: a document of {} pages; of up to {} labels are read", pages, kMaxPages));
  if (pages <= 0) return error("pdf: it has no pages");
  poppler::page_renderer renderer;
  renderer.set_image_format(poppler::image::format_gray8);
  for (int i = 0; i < pages; ++i) {
    const std::unique_ptr<poppler::page> sheet(document->create_page(i));
    if (sheet == nullptr) return error(fmt::format("pdf: page {} cannot be read", i + 1));
    const poppler::rectf size = sheet->page_rect();
    const double longest = std::max(size.width(), size.height());
    if (!(longest > 0)) return error(fmt::format("pdf: page {} has no size", i + 1));
    const double resolution = std::min(kMostResolution, kLongest / longest * kPoints);
    poppler::image image = renderer.render_page(sheet.get(), resolution, resolution);
    if (!image.is_valid() || image.width() <= 0 || image.height() <= 0 ||
        image.bytes_per_row() < image.width())
      return error(fmt::format("pdf: page {} cannot be drawn", i + 1));
    Grey grey{.width = static_cast<uint32_t>(image.width()),
              .height = static_cast<uint32_t>(image.height()),
              .pixels = {}};
    if (const auto fits = judge_size(grey.width, grey.height); !fits) return fits;
    for (size_t y = 0; y < grey.height; ++y) {
      const char* row = image.const_data() + y * static_cast<size_t>(image.bytes_per_row());
      grey.pixels.insert(grey.pixels.end(), row, row + grey.width);
    }
    page(grey);
  }
  return {};
#else
  return not_built("poppler");
#endif
}

}  // namespace attest::codecs
