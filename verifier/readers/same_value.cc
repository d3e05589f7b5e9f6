#include "verifier/readers/same_value.h"

#include <string>
#include <string_view>
#include <variant>

#include "verifier/matter/manufacturing_date.h"

namespace attest {
namespace {

bool same_date(std::string_view a, std::string_view b) {
  const auto first = written_date(a), second = written_date(b);
  if (!first || !second || first->digits != second->digits) return false;
  return first->further.empty() || second->further.empty() || first->further == second->further;
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
