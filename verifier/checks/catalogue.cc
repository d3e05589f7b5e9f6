#include "verifier/checks/catalogue.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <stdexcept>

#include "verifier/base/maybe.h"

namespace attest {
namespace {

struct Catalogue {
  std::vector<const Check*> list;
  struct Group {
    std::span<const Check> checks;
    size_t first;  // the place of its first in the list
  };
  std::vector<Group> groups;  // as they lie in memory
  // Places in the list, each at its id's hash or in the next slot that is free. (A program that
  // judges one device makes this and asks it some hundred times: a map took a twentieth of that.)
  std::vector<uint16_t> slots;
  static constexpr uint16_t kFree = std::numeric_limits<uint16_t>::max();

  // The slot of this id, or the free one where it would be.
  size_t slot_of(std::string_view id) const {
    const size_t mask = slots.size() - 1;
    size_t at = std::hash<std::string_view>{}(id)&mask;
    while (slots[at] != kFree && id != list[slots[at]]->id) at = (at + 1) & mask;
    return at;
  }
  MaybeValue<size_t> place_of(std::string_view id) const {
    const uint16_t place = slots[slot_of(id)];
    if (place == kFree) return std::nullopt;
    return size_t{place};
  }

  Catalogue() {
    constexpr size_t kAbout = 512;
    list.reserve(kAbout);
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
                             security_firmware_checks(),
                             security_order_checks(),
                             expect_checks(),
                             sample_checks(),
                             waiver_checks()}) {
      groups.push_back({group, list.size()});
      for (const Check& check : group) list.push_back(&check);
    }
    slots.assign(std::bit_ceil(2 * list.size()), kFree);
    for (size_t i = 0; i < list.size(); ++i) {
      uint16_t& slot = slots[slot_of(list[i]->id)];
      if (slot == kFree) slot = static_cast<uint16_t>(i);
    }
    std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
      return std::less<>{}(a.checks.data(), b.checks.data());
    });
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
  const auto place = all().place_of(id);
  return place ? all().list[*place] : nullptr;
}

size_t check_index(const Check& check) {
  const std::less<> before;
  const auto& groups = all().groups;
  const auto behind = std::upper_bound(
      groups.begin(), groups.end(), &check,
      [&](const Check* c, const Catalogue::Group& g) { return before(c, g.checks.data()); });
  if (behind != groups.begin()) {
    const Catalogue::Group& group = *(behind - 1);
    const Check* const begin = group.checks.data();
    if (before(&check, begin + group.checks.size()))
      return group.first + static_cast<size_t>(&check - begin);
  }
  // A copy of one.
  const auto place = all().place_of(check.id);
  if (!place) throw std::out_of_range(check.id);
  return *place;
}

std::vector<const Check*> checks_with_code(int sdk_code) {
  std::vector<const Check*> out;
  for (const Check* check : all().list) {
    if (check->sdk == sdk_code) out.push_back(check);
  }
  return out;
}

}  // namespace attest
