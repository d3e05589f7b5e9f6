#include "verifier/base/instant.h"

#include <fmt/format.h>

#include <chrono>

namespace attest {
namespace {

namespace chrono = std::chrono;

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
  const chrono::year_month_day date{chrono::year(year), chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(day))};
  if (year < 0 || year > 9999 || month < 0 || month > 12 || day < 0 || day > 31 || !date.ok() ||
      hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
    return error(fmt::format("time: no such moment: {:04}-{:02}-{:02} {:02}:{:02}:{:02}", year,
                             month, day, hour, minute, second));
  const chrono::sys_seconds at = chrono::sys_days(date) + chrono::hours(hour) +
                                 chrono::minutes(minute) + chrono::seconds(second);
  return Instant{at.time_since_epoch().count()};
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
  // Years that <chrono> does not have come from nothing that is parsed here.
  constexpr int64_t kMost = 32'767 * int64_t{31'556'952} - 62'167'219'200;
  if (t.seconds > kMost || t.seconds < -kMost) return fmt::format("{} s since 1970", t.seconds);
  const chrono::sys_seconds at{chrono::seconds(t.seconds)};
  const auto day = chrono::floor<chrono::days>(at);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss time(at - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", int(date.year()),
                     unsigned(date.month()), unsigned(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count());
}

}  // namespace attest
