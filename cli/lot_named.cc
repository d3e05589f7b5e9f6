#include "cli/lot_named.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "verifier/pki/certificate.h"

namespace attest::cli {
namespace {

CertificatePtr certificate_of(const Statement& s) {
  const bool may_be =
      s.fact == FactId::pai || s.fact == FactId::paa || s.fact == FactId::certificate;
  const auto* der = std::get_if<Bytes>(&s.value);
  return may_be && der != nullptr ? parse_certificate(*der).value_or(nullptr) : nullptr;
}

// The root that the PAI names as its issuer.
bool is_above(const Statement& s, const CertificatePtr& pai) {
  const CertificatePtr root = certificate_of(s);
  return root && pai && root->self_issued() && pai->akid() && root->skid() == pai->akid();
}

}  // namespace

ChosenRoles chosen_roles(Device given, const RoleFiles& roles) {
  ChosenRoles out;
  const Statement* pai = roles.pai.empty() ? nullptr : given.first(FactId::pai);
  const Statement* cd = roles.cd.empty() ? nullptr : given.first(FactId::cd);
  const CertificatePtr issuer = pai == nullptr ? nullptr : certificate_of(*pai);
  std::map<std::string, std::vector<std::string>> others;
  for (const Statement& s : given.statements) {
    const auto same = [&](const Statement* chosen) {
      return chosen != nullptr && chosen->value == s.value;
    };
    const bool again = std::any_of(out.lent.statements.begin(), out.lent.statements.end(),
                                   [&](const Statement& lent) { return lent.value == s.value; });
    if (again) continue;
    if (same(pai) || same(cd) || is_above(s, issuer)) {
      out.lent.statements.push_back(s);
      continue;
    }
    auto& names = others[s.place.path];
    const std::string name(fact_name(s.fact));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  for (const auto& [file, names] : others) {
    out.not_lent.push_back(
        {.path = file,
         .why = fmt::format("{}: --pai and --cd lend a PAI and a declaration alone",
                            fmt::join(names, ", "))});
    out.more.insert(file);
  }
  return out;
}

}  // namespace attest::cli
