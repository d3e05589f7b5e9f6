#include "verifier/readers/posture/firmware_images.h"

#include <fmt/format.h>

#include "verifier/readers/containers/carve.h"
#include "verifier/readers/espressif/esp_image.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/posture/mcuboot_images.h"
#include "verifier/readers/posture/silabs_images.h"
#include "verifier/readers/posture/tool_text.h"

namespace attest {
namespace {

Result<void> read(const Source& s, Reading& reading) {
  say_firmware(s, reading);
  carve(s, reading);
  return {};
}

}  // namespace

bool holds_firmware(View bytes) {
  constexpr size_t kLeast = 32;
  return bytes.size() >= kLeast &&
         (parse_esp_image(bytes) || holds_silabs(bytes) || holds_mcuboot(bytes));
}

void say_firmware(const Source& s, Reading& reading, FirmwareWork* counted) {
  FirmwareWork own;
  FirmwareWork& work = counted == nullptr ? own : *counted;
  const size_t before = reading.device.posture.images.size();
  say_esp_image(s.bytes, tool::place(s, 0, "image"), "image", reading);
  const bool all_slots = say_mcuboot_images(s, work, reading),
             all_silabs = say_silabs_images(s, work, reading);
  if (!all_slots || !all_silabs)
    reading.device.note(Remark::unreadable_file, tool::place(s, 0, "firmware"),
                        fmt::format("only its first {} firmware images were judged", kMostImages));
  if (reading.device.posture.images.size() > before) reading.holds("firmware");
}

const Reader firmware_reader{.kind = "firmware-image",
                             .expects = "a firmware image",
                             .content = Content::bytes,
                             .recognises = [](const Source& s) { return holds_firmware(s.bytes); },
                             .read = read};

}  // namespace attest
