// EspImage: a bootloader or an application as esptool makes it, and the signatures behind it.
// Layout after esptool's image format and ESP-IDF's secure boot v2 (blocks of 1216 bytes in a
// sector) and v1.
#pragma once

#include "verifier/readers/reader.h"

namespace attest {

struct EspImage {
  size_t end = 0;  // behind its checksum and SHA-256
  uint16_t chip = 0;
  bool sound = false;       // checksum, and SHA-256 where it has one, are right
  bool bootloader = false;  // has a bootloader's description
  std::string project, version;
  std::optional<uint64_t> secure_version;
};
// Nullopt: the bytes begin with none whose segments fit.
std::optional<EspImage> parse_esp_image(View bytes);

// States the image that begins there, with its signatures. `room`: from its first byte to the end
// of its partition. False: there is none.
bool say_esp_image(View room, const Place& place, const std::string& what, Reading& reading);

// No structure, and as many different bytes as ciphertext has, in what is not erased of them.
bool is_ciphertext(View bytes);

}  // namespace attest
