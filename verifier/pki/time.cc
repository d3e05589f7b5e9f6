#include "verifier/pki/time.h"

#include <fmt/format.h>

#include <algorithm>

namespace attest {

Result<Instant> read_time(der::Cursor& cursor, std::string_view name) {
  const bool utc = cursor.peek() == der::kUtcTime;
  if (!utc && cursor.peek() != der::kGeneralizedTime)
    return cursor.empty()
               ? error(fmt::format("{}: expected UTCTime or GeneralizedTime, found the end", name),
                       cursor.offset())
               : error(fmt::format("{}: expected UTCTime or GeneralizedTime, found tag 0x{:02x}",
                                   name, *cursor.peek()),
                       cursor.offset());
  const auto element = cursor.any(name);
  if (!element) return tl::unexpected(element.error());
  const std::string_view s = text(element->body);
  const uint64_t at = cursor.offset() - s.size();
  const size_t year_digits = utc ? 2 : 4;
  const bool digits =
      s.size() == year_digits + 11 &&
      std::all_of(s.begin(), s.end() - 1, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || s.back() != 'Z')
    return error(fmt::format("{}: expected {}, found \"{}\"", name,
                             utc ? "YYMMDDHHMMSSZ" : "YYYYMMDDHHMMSSZ", printable(s.substr(0, 32))),
                 at);
  const auto two = [&](size_t i) { return (s[i] - '0') * 10 + (s[i + 1] - '0'); };
  // RFC 5280 4.1.2.5.1: 50 to 99 are of the 20th century.
  const int year = utc ? two(0) + (two(0) >= 50 ? 1900 : 2000) : two(0) * 100 + two(2);
  const size_t m = year_digits;
  const auto instant = instant_from(year, two(m), two(m + 2), two(m + 4), two(m + 6), two(m + 8));
  if (!instant) return error(fmt::format("{}: {}", name, instant.error().what), at);
  return instant;
}

}  // namespace attest
