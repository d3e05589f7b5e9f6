// Dumps of fuses that do not name their chip: read as of each chip of their form
// (readers/espressif/efuse_dump.cc), and settled by what the rest of the evidence says of the chip.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "verifier/gather/gather_steps.h"
#include "verifier/readers/espressif/efuse.h"
#include "verifier/readers/posture/untold.h"

namespace attest::gathering {
namespace {

// A dump is told from the next by where it lies.
using DumpAt = std::pair<std::string, uint64_t>;
DumpAt dump_at(const Claim& claim) {
  return {claim.place.path, claim.place.offset.value_or(0)};
}

// What a part has one of, or what is compared with another value: an open question says nothing.
bool is_a_value(Trait trait) {
  constexpr Trait kValues[] = {Trait::chip,        Trait::mac,         Trait::unique_id,
                               Trait::trusted_key, Trait::revoked_key, Trait::command_key,
                               Trait::nvs_scheme,  Trait::dac_key,     Trait::secure_version};
  return std::find(std::begin(kValues), std::end(kValues), trait) != std::end(kValues);
}

// The address lies in one place of all chips, and bytes that are shown are shown.
bool is_alike_in_all(Trait trait) {
  return trait == Trait::mac || trait == Trait::secret;
}

class Settled {
 public:
  Settled(std::vector<const Claim*> claims, const std::set<std::string, std::less<>>& known)
      : claims_(std::move(claims)) {
    for (const Claim* claim : claims_) may_be_.emplace(claim->read_as);
    for (const std::string& chip : may_be_) {
      if (known.count(chip) != 0) chips_.push_back(chip);
    }
    // A chip that the evidence names and that is none of these is the other one.
    if (chips_.empty() && !known.empty() && may_be_.count(efuse::kAnotherChip) != 0)
      chips_.push_back(efuse::kAnotherChip);
    if (chips_.empty()) chips_.assign(may_be_.begin(), may_be_.end());
  }
  void say(std::vector<Claim>& out) const {
    for (size_t i = 0; i < kTraitCount; ++i) say(static_cast<Trait>(i), out);
  }

 private:
  using Said = std::set<std::pair<Holds, std::string>>;
  std::vector<const Claim*> of(const std::string& chip, Trait trait) const {
    std::vector<const Claim*> out;
    for (const Claim* claim : claims_) {
      if (claim->trait == trait && claim->read_as == chip) out.push_back(claim);
    }
    return out;
  }
  Said said(const std::string& chip, Trait trait) const {
    Said out;
    for (const Claim* claim : of(chip, trait)) out.emplace(claim->locked, claim->value);
    return out;
  }
  void say(Trait trait, std::vector<Claim>& out) const {
    std::vector<std::string> asked = chips_;
    if (is_alike_in_all(trait)) {
      if (chips_.front() == efuse::kAnotherChip) asked.assign(may_be_.begin(), may_be_.end());
      std::erase(asked, efuse::kAnotherChip);
    }
    const Said first = said(asked.front(), trait);
    const bool alike = std::all_of(asked.begin(), asked.end(), [&](const std::string& chip) {
      return said(chip, trait) == first;
    });
    if (alike) {
      for (const Claim* claim : of(asked.front(), trait)) out.push_back(as_it_is(*claim));
    } else if (trait == Trait::chip) {
      out.push_back(open(trait));
      out.back().value = "esp32";
    } else if (!is_a_value(trait)) {
      out.push_back(open(trait));
    }
  }
  Claim as_it_is(const Claim& claim) const {
    Claim out = claim;
    out.read_as.clear();
    if (chips_.size() > 1 && !out.detail.empty())
      out.detail += fmt::format(" (as the {} has its fuses)", claim.read_as);
    return out;
  }
  Claim open(Trait trait) const {
    Claim out;
    out.trait = trait;
    out.locked = Holds::unclear;
    out.value = kUntold;
    out.detail =
        "the dump does not name its chip, and the chips that it may be of have this in different "
        "fuses: hand over what espefuse prints in front of it, dump --format token, or a summary";
    out.place = claims_.front()->place;
    out.place.item = out.place.item.substr(0, out.place.item.find(": "));  // "dump 2"
    return out;
  }

  const std::vector<const Claim*> claims_;
  std::set<std::string, std::less<>> may_be_;
  std::vector<std::string> chips_;  // never empty
};

}  // namespace

void settle_fuse_dumps(Evidence& e) {
  std::vector<Claim>& claims = e.device.posture.claims;
  std::map<DumpAt, std::vector<const Claim*>> dumps;
  std::set<std::string, std::less<>> known;
  for (const Claim& claim : claims) {
    if (!claim.read_as.empty())
      dumps[dump_at(claim)].push_back(&claim);
    else if (claim.trait == Trait::chip && claim.locked == Holds::yes &&
             claim.value.starts_with("esp32"))
      known.insert(claim.value);
  }
  if (dumps.empty()) return;
  std::vector<Claim> out;
  for (const Claim& claim : claims) {
    if (claim.read_as.empty()) {
      out.push_back(claim);
      continue;
    }
    const auto dump = dumps.find(dump_at(claim));
    if (dump == dumps.end()) continue;  // said at the first of its claims
    Settled(std::move(dump->second), known).say(out);
    dumps.erase(dump);
  }
  claims = std::move(out);
}

}  // namespace attest::gathering
