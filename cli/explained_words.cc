// What explain knows by name.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "cli/explained.h"
#include "cli/known_words.h"
#include "cli/options.h"
#include "verifier/sdk/sdk_meaning.h"

namespace attest::cli {

std::vector<std::string> explained_words() {
  std::vector<std::string> out;
  for (int code = 0; code < kLastCode; ++code) {
    if (const char* name = sdk_code_name(code)) {
      out.push_back(std::to_string(code));
      out.emplace_back(name);
    }
  }
  for (const KnownName& known : known_names()) {
    if (std::find(out.begin(), out.end(), known.name) == out.end()) out.emplace_back(known.name);
  }
  for (std::string& id : check_ids()) out.push_back(std::move(id));
  for (const LotRule& rule : lot_rules()) out.emplace_back(rule.id);
  for (const audit::AuditRule& rule : audit::audit_rules()) out.emplace_back(rule.id);
  for (const TestCase& of : test_cases()) {
    if (!std::string_view(of.id).ends_with('*')) out.emplace_back(of.id);
  }
  return out;
}

}  // namespace attest::cli
