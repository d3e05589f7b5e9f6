// What the two files of ota.* share: the first image with a fault, and how values are written.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "verifier/catalogue.h"

namespace attest::ota_rules {

inline constexpr const char* kEntry = "Matter Core 11.23.6";

inline constexpr const char* kNone = "no OTA image in the evidence";

// The first image about which `problem` has something to say.
template <class Problem>
Outcome every(const Evidence& e, const Problem& problem) {
  if (e.ota_images.empty()) return skipped(kNone);
  for (const OtaEvidence& ota : e.ota_images) {
    if (auto found = problem(ota)) return std::move(*found);
  }
  return pass();
}
using Problem = std::optional<Outcome>;

inline std::string place(const OtaEvidence& ota) {
  return place_text(ota.place);
}
inline std::string type_text(uint32_t type) {
  return fmt::format("{} ({})", type, ota_digest_name(type));
}
inline std::string quoted(std::string_view s) {
  return fmt::format("\"{}\"", printable(s));
}

}  // namespace attest::ota_rules
