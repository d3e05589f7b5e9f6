// Firmware images and their signatures, wherever they lie in a dump: MCUboot's, Silicon Labs'
// (application properties, GBL), Espressif's as a file of its own.
#pragma once

#include "verifier/readers/reader.h"

namespace attest {

// How the name of an image begins that MCUboot starts.
inline constexpr const char* kMcubootImage = "MCUboot image";
// How its scheme ends where it is encrypted: whether what it decrypts to was signed is not to be
// seen.
inline constexpr const char* kEncrypted = ", encrypted";
// How a scheme begins that is not known: the type of the signature follows.
inline constexpr const char* kUnknownScheme = "signature type 0x";
// Of one kind in one file.
inline constexpr size_t kMostImages = 16;
// Whether the bytes are such an image themselves, or hold one.
bool holds_firmware(View bytes);
// What a search cost, for the property that it grows with the bytes alone, whatever is in them.
struct FirmwareWork {
  size_t entries = 0;   // TLVs and vector tables that were looked at
  uint64_t hashed = 0;  // bytes, of images and of keys
};
// States every image that is found.
void say_firmware(const Source& source, Reading& reading, FirmwareWork* work = nullptr);

}  // namespace attest
