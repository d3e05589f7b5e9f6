#include "verifier/checks/catalogue.h"

#include <algorithm>
#include <functional>
#include <unordered_map>

namespace attest {
namespace {

struct Catalogue {
  std::vector<const Check*> list;
  std::unordered_map<std::string_view, size_t> by_id;
  struct Group {
    std::span<const Check> checks;
    size_t first;  // the place of its first in the list
  };
  std::vector<Group> groups;

  Catalogue() {
    constexpr size_t kAbout = 512;
    list.reserve(kAbout);
    by_id.reserve(kAbout);
    for (const auto group : {certificate_checks(),
                             paa_checks(),
                             chain_checks(),
                             identity_checks(),
                             evidence_checks(),
                             cms_checks(),
                             cd_checks(),
                             cd_relation_checks(),
                             attestation_checks(),
                             attestation_profile_checks(),
                             nocsr_checks(),
                             credentials_checks(),
                             revocation_checks(),
                             ledger_checks(),
                             ledger_product_checks(),
                             factory_checks(),
                             device_fact_checks(),
                             basic_checks(),
                             onboarding_checks(),
                             onboarding_agreement_checks(),
                             spake2p_checks(),
                             csr_checks(),
                             ota_checks(),
                             ota_ledger_checks(),
                             security_checks(),
                             security_order_checks(),
                             expect_checks(),
                             sample_checks(),
                             waiver_checks()}) {
      groups.push_back({group, list.size()});
      for (const Check& check : group) {
        by_id.emplace(check.id, list.size());
        list.push_back(&check);
      }
    }
  }
};

const Catalogue& all() {
  static const Catalogue catalogue;
  return catalogue;
}

}  // namespace

std::span<const Check* const> catalogue() {
  return all().list;
}

const Check* find_check(std::string_view id) {
  const auto at = all().by_id.find(id);
  return at == all().by_id.end() ? nullptr : all().list[at->second];
}

size_t check_index(const Check& check) {
  const std::less<> before;
  for (const Catalogue::Group& group : all().groups) {
    const Check* const begin = group.checks.data();
    if (before(&check, begin) || !before(&check, begin + group.checks.size())) continue;
    return group.first + static_cast<size_t>(&check - begin);
  }
  return all().by_id.at(check.id);
}

std::vector<const Check*> checks_with_code(int sdk_code) {
  std::vector<const Check*> out;
  for (const Check* check : all().list) {
    if (check->sdk == sdk_code) out.push_back(check);
  }
  return out;
}

}  // namespace attest
