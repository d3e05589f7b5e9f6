// What a device's own log says of it: the SDK's "SetupQRCode: [MT:...]", "Manual pairing code:
// [...]" and its "Device Configuration:". Prefixes differ by platform, and none is asked for.
#pragma once

#include "verifier/readers/device.h"

namespace attest::log {

// A commissioner's module wrote the line: the codes in it are of a commissioning window that it
// opened, or were typed.
bool is_of_commissioner(std::string_view line);

// The onboarding codes that the line states.
std::vector<std::string_view> codes_stated(std::string_view line);

// "Device Configuration:" and the lines behind it.
class DeviceConfiguration {
 public:
  struct Entry {
    FactId fact;
    const char* name;
    uint64_t value;
  };
  // What this line says. `line_is_whole`: its end follows in the file.
  std::optional<Entry> line(std::string_view line, bool line_is_whole);

 private:
  unsigned may_follow_ = 0;
};
bool has_device_configuration(View bytes);

}  // namespace attest::log
