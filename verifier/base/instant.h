// Instant: a moment in UTC, whole seconds. The library never reads a clock; every instant is handed
// in or parsed from evidence.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "verifier/base/result.h"

namespace attest {

struct Instant {
  int64_t seconds = 0;  // since 1970-01-01T00:00:00Z, negative before

  auto operator<=>(const Instant&) const = default;
};

// RFC 5280 4.1.2.5: 99991231235959Z means "no well-defined expiry".
inline constexpr Instant kNoExpiry{253402300799};

// Proleptic Gregorian, year 0 to 9999; fields out of range (31 February, 24:00) are refused.
Result<Instant> instant_from(int year, int month, int day, int hour, int minute, int second);
// RFC 3339 with "Z" or a numeric offset, fractions of a second dropped. A date alone means midnight
// UTC.
Result<Instant> parse_rfc3339(std::string_view s);
std::string rfc3339(Instant t);  // "2026-11-20T22:00:00Z"

}  // namespace attest
