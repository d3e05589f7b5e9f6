// What the two files of ota.* share: the first image with a fault, and how values are written.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "verifier/checks/catalogue.h"

namespace attest::ota_rules {

inline constexpr const char* kEntry = "Matter Core 11.23.6";

inline constexpr const char* kNone = "no OTA image in the evidence";

// The first image about which `problem` has something to say.
template <class Problem>
Outcome every(const RecordView& record, const Problem& problem) {
  if (record.ota_images.empty()) return skipped(kNone);
  for (const OtaEvidence& ota : record.ota_images) {
    if (auto found = problem(ota)) return std::move(*found);
  }
  return pass();
}
using Problem = MaybeValue<Outcome>;

// The same for its header: what has none is told of by ota.is-wellformed.
template <class Wrong>
Outcome every_header(const RecordView& record, const Wrong& problem) {
  return every(record, [&](const OtaEvidence& ota) -> Problem {
    if (!ota.image.header) return blocked("ota.is-wellformed");
    return problem(ota, *ota.image.header);
  });
}

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
