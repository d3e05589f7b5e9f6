// Firmware images and their signatures, wherever they lie in a dump: MCUboot's, Silicon Labs'
// (application properties, GBL), Espressif's as a file of its own.
#pragma once

#include "verifier/readers/reader.h"

namespace attest {

// Whether the bytes are such an image themselves, or hold one.
bool holds_firmware(View bytes);
// States every image that is found.
void say_firmware(const Source& source, Reading& reading);

}  // namespace attest
