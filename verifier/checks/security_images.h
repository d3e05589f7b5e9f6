// Firmware images as the rules on firmware and those on orders name them.
#pragma once

#include <fmt/format.h>

#include <string>

#include "verifier/readers/posture.h"

namespace attest::security {

// "bootloader in flash.bin at 0x1000"
inline std::string named(const SignedImage& image) {
  return fmt::format("{} in {}", image.what, place_text(image.place));
}

}  // namespace attest::security
