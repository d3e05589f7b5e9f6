// Pictures of labels as grey pixels, one function a format. Those whose library this build lacks
// say so: nobody may take an unread label for a good one.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "codecs/formats.h"

namespace attest::codecs {

// 64 million grey pixels are a photograph of any camera, and 64 MiB.
inline constexpr uint64_t kMaxPixels = 64u << 20;
inline constexpr uint32_t kMaxSide = 20'000;
inline constexpr size_t kMaxPages = 16;  // of a document

struct Grey {
  uint32_t width = 0, height = 0;
  Bytes pixels;
};

Result<void> judge_size(uint64_t width, uint64_t height);
// What is transparent on a label's picture is paper.
uint8_t grey_of(unsigned red, unsigned green, unsigned blue, unsigned alpha = 255);

Result<Grey> read_bmp(View bytes);
Result<Grey> read_webp(View bytes);

// Of formats with several pictures each of them goes to `page`. Their libraries are large: they run
// in a process of their own (apart.h).
using Page = std::function<void(Grey&)>;
Result<void> read_gif(View bytes, const Page& page);  // (without a library)
Result<void> read_tiff(View bytes, const Page& page);
Result<void> read_heif(View bytes, const Page& page);
Result<void> read_pdf(View bytes, const Page& page);

}  // namespace attest::codecs
