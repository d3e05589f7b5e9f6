#include "report/lot_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

namespace attest {
namespace {

// Where a spreadsheet begins to calculate: also in the widths of East Asia, and behind blanks.
bool starts_formula(std::string_view s) {
  constexpr std::string_view kBlanks[] = {" ", "\u00A0", "\u3000", "\u2007", "\u202F", "'"};
  constexpr std::string_view kStarts[] = {
      "=",      "+",      "-",      "@",      "|",      "%",      "\uFF1D", "\uFF0B", "\uFF0D",
      "\uFF20", "\u2212", "\uFE66", "\uFE62", "\uFE63", "\uFE6B", "\uFF5C", "\uFF05"};
  const auto next = [&](auto& list) {
    return std::find_if(std::begin(list), std::end(list),
                        [&](std::string_view one) { return s.starts_with(one); });
  };
  for (auto blank = next(kBlanks); blank != std::end(kBlanks); blank = next(kBlanks))
    s.remove_prefix(blank->size());
  return next(kStarts) != std::end(kStarts);
}

// RFC 4180, and no field that a spreadsheet takes for a formula, not even one that separates fields
// by ';'.
std::string csv_field(std::string_view value) {
  const std::string shown = printable(value);
  std::string s = starts_formula(shown) ? "'" : "";
  for (size_t i = 0; i < shown.size(); ++i) {
    s += shown[i];
    if (shown[i] == ';' && starts_formula(std::string_view(shown).substr(i + 1))) s += '\'';
  }
  if (s.find_first_of(",;\"") == std::string::npos) return s;
  std::string out = "\"";
  for (const char c : s) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

std::string lot_csv_line(const DeviceLine& line) {
  const DeviceResult& r = line.result;
  return fmt::format("{},{},{},{},{},{}\n", csv_field(r.name), verdict_name(r.verdict),
                     csv_field(fmt::to_string(fmt::join(r.failed, " "))),
                     csv_field(fmt::to_string(fmt::join(r.open, " "))), csv_field(r.summary),
                     csv_field(line.fingerprints.posture));
}

// A row as of a device, with no verdict: the path, and why it counts for nothing.
std::string lot_csv_line(const NotUsed& unused) {
  return fmt::format("{},not_used,,,{},\n", csv_field(unused.path), csv_field(unused.why));
}

}  // namespace attest
