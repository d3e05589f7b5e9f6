#include "verifier/readers/same_value.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>

namespace attest {
namespace {

struct Date {
  std::string digits;        // 8 of them, or the text as it is
  std::string_view further;  // the vendor's own
};
Date date_in(std::string_view s) {
  constexpr size_t kDigits = 8, kGrouped = 10;
  const bool grouped = s.size() >= kGrouped && s[4] == '-' && s[7] == '-';
  std::string digits(s.substr(0, grouped ? kGrouped : kDigits));
  if (grouped) std::erase(digits, '-');
  if (digits.size() != kDigits ||
      !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return {.digits = std::string(s), .further = {}};
  return {.digits = std::move(digits), .further = s.substr(grouped ? kGrouped : kDigits)};
}
bool same_date(std::string_view a, std::string_view b) {
  const Date first = date_in(a), second = date_in(b);
  return first.digits == second.digits &&
         (first.further.empty() || second.further.empty() || first.further == second.further);
}

bool same_code(std::string a, std::string b) {
  std::erase(a, '-');
  std::erase(b, '-');
  return a == b;
}

}  // namespace

bool same_value(FactId fact, const FactValue& a, const FactValue& b) {
  if (a == b) return true;
  const auto *first = std::get_if<std::string>(&a), *second = std::get_if<std::string>(&b);
  if (first == nullptr || second == nullptr) return false;
  return fact == FactId::manual_code          ? same_code(*first, *second)
         : fact == FactId::manufacturing_date ? same_date(*first, *second)
                                              : false;
}

}  // namespace attest
