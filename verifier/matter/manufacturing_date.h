// A manufacturing date as it is written: the attribute's YYYYMMDD and what the vendor adds (Core
// Specification 11.1.5.13), or YYYY-MM-DD of factory data.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "verifier/base/characters.h"
#include "verifier/base/maybe.h"

namespace attest {

struct WrittenDate {
  std::string digits;        // YYYYMMDD, not yet of the calendar
  std::string_view further;  // the vendor's own
  bool grouped = false;      // with two dashes
};
// Nullopt: it does not begin with a date.
inline MaybeValue<WrittenDate> written_date(std::string_view s) {
  constexpr size_t kDigits = 8, kGrouped = 10;
  const bool grouped = s.size() >= kGrouped && s[4] == '-' && s[7] == '-';
  const size_t end = std::min(grouped ? kGrouped : kDigits, s.size());
  std::string digits(s.substr(0, end));
  if (grouped) std::erase(digits, '-');
  if (digits.size() != kDigits || !std::all_of(digits.begin(), digits.end(), is_digit))
    return std::nullopt;
  return WrittenDate{.digits = std::move(digits), .further = s.substr(end), .grouped = grouped};
}

}  // namespace attest
