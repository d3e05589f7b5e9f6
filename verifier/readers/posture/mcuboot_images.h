// Images that MCUboot starts, wherever they lie in the bytes.
#pragma once

#include "verifier/readers/posture/firmware_images.h"

namespace attest {

bool holds_mcuboot(View bytes);
// False: there are more than are judged.
bool say_mcuboot_images(const Source& source, FirmwareWork& work, Reading& reading);

}  // namespace attest
