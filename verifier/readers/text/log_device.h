// What a device's own log says of it: the SDK's "SetupQRCode: [MT:...]", "Manual pairing code:
// [...]" and its "Device Configuration:". Prefixes differ by platform, and none is asked for.
#pragma once

#include <utility>
#include <vector>

#include "verifier/readers/reader.h"

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

// What a device says of itself, line by line, each value once: it starts many times.
class OwnWords {
 public:
  enum class Line : uint8_t { says_nothing, says_something, is_cut };  // cut: within a code
  Line line(std::string_view line, bool line_is_whole, const Place& place, Reading& reading);

 private:
  bool say(FactId fact, FactValue value, const Place& place, Reading& reading);
  DeviceConfiguration configuration_;
  std::vector<std::pair<FactId, FactValue>> said_;
};

}  // namespace attest::log
