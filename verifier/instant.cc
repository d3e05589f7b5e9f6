#include "verifier/instant.h"

#include <fmt/format.h>

namespace attest {
namespace {

// Days from 1970-01-01 of a proleptic Gregorian date, and back (H. Hinnant's civil calendar
// arithmetic).
int64_t days_from_civil(int64_t y, unsigned m, unsigned d) {
  y -= m <= 2;
  const int64_t era = (y >= 0 ? y : y - 399) / 400;
  const auto yoe = static_cast<unsigned>(y - era * 400);
  const unsigned doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
  const unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + static_cast<int64_t>(doe) - 719468;
}

int days_in_month(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

// Reads exactly `digits` digits at s[at]; -1 when they are not there.
int number(std::string_view s, size_t at, size_t digits) {
  if (at + digits > s.size()) return -1;
  int n = 0;
  for (size_t i = at; i < at + digits; ++i) {
    if (s[i] < '0' || s[i] > '9') return -1;
    n = n * 10 + (s[i] - '0');
  }
  return n;
}

}  // namespace

Result<Instant> instant_from(int year, int month, int day, int hour, int minute, int second) {
  if (year < 0 || year > 9999 || month < 1 || month > 12 || day < 1 ||
      day > days_in_month(year, month) || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 59)
    return error(fmt::format("time: no such moment: {:04}-{:02}-{:02} {:02}:{:02}:{:02}", year,
                             month, day, hour, minute, second));
  return Instant{days_from_civil(year, static_cast<unsigned>(month), static_cast<unsigned>(day)) *
                     86400 +
                 hour * 3600 + minute * 60 + second};
}

Result<Instant> parse_rfc3339(std::string_view s) {
  const auto bad = [&] {
    return error(fmt::format("time: expected RFC 3339 like 2026-11-20T22:00:00Z, found \"{}\"",
                             s.substr(0, 40)));
  };
  const int year = number(s, 0, 4), month = number(s, 5, 2), day = number(s, 8, 2);
  if (year < 0 || month < 0 || day < 0 || s[4] != '-' || s[7] != '-') return bad();
  if (s.size() == 10) return instant_from(year, month, day, 0, 0, 0);
  if (s[10] != 'T' && s[10] != 't' && s[10] != ' ') return bad();
  const int hour = number(s, 11, 2), minute = number(s, 14, 2), second = number(s, 17, 2);
  if (hour < 0 || minute < 0 || second < 0 || s[13] != ':' || s[16] != ':') return bad();
  size_t at = 19;
  if (at < s.size() && s[at] == '.') {
    const size_t first = ++at;
    while (at < s.size() && s[at] >= '0' && s[at] <= '9') ++at;
    if (at == first) return bad();
  }
  int64_t shift = 0;
  if (at < s.size() && (s[at] == 'Z' || s[at] == 'z')) {
    ++at;
  } else if (at < s.size() && (s[at] == '+' || s[at] == '-')) {
    const int oh = number(s, at + 1, 2), om = number(s, at + 4, 2);
    if (oh < 0 || oh > 23 || om < 0 || om > 59 || s[at + 3] != ':') return bad();
    shift = (s[at] == '+' ? -1 : 1) * (oh * 3600 + om * 60);
    at += 6;
  } else {
    return bad();
  }
  if (at != s.size()) return bad();
  // A leap second counts as the last second of its minute.
  const auto t = instant_from(year, month, day, hour, minute, second == 60 ? 59 : second);
  if (!t) return t;
  return Instant{t->seconds + shift};
}

std::string rfc3339(Instant t) {
  int64_t days = t.seconds / 86400, rest = t.seconds % 86400;
  if (rest < 0) {
    rest += 86400;
    --days;
  }
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto doe = static_cast<unsigned>(days - era * 146097);
  const unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const unsigned mp = (5 * doy + 2) / 153;
  const unsigned d = doy - (153 * mp + 2) / 5 + 1;
  const unsigned m = mp < 10 ? mp + 3 : mp - 9;
  const int64_t y = static_cast<int64_t>(yoe) + era * 400 + (m <= 2);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", y, m, d, rest / 3600, rest / 60 % 60,
                     rest % 60);
}

}  // namespace attest
