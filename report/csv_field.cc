#include "report/csv_field.h"

#include <algorithm>
#include <iterator>

#include "verifier/base/bytes.h"

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

}  // namespace

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

}  // namespace attest
