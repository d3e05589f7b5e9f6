// Firmware of Silicon Labs, by its application properties, and GBL files.
#pragma once

#include "verifier/readers/posture/firmware_images.h"

namespace attest {

bool holds_silabs(View bytes);
// False: there are more than are judged.
bool say_silabs_images(const Source& source, FirmwareWork& work, Reading& reading);

}  // namespace attest
