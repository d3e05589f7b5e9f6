// What a lot's devices have in common, or should: one product, one PAI, one way of being locked.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <queue>
#include <set>

#include "lot/roster_block.h"

namespace attest {

// One finding for each kind but the most frequent.
void LotRoster::unlike_the_rest(const Kinds& kinds, Column which, FindingList& out) const {
  if (kinds.names.size() < 2) return;
  std::array<uint64_t, 256> count{};
  const auto column = [&](const Block& block) -> const std::vector<uint8_t>& {
    return which == Column::product ? block.product : block.issuer;
  };
  for (const auto& block : blocks_) {
    for (const uint8_t kind : column(*block)) ++count[kind];
  }
  std::vector<size_t> order;
  for (size_t k = 0; k < kinds.names.size(); ++k) order.push_back(k);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return count[a + 1] != count[b + 1] ? count[a + 1] > count[b + 1]
                                        : kinds.names[a] < kinds.names[b];
  });
  std::array<std::priority_queue<std::string>, 256> least;
  uint32_t device = 0;
  for (const auto& block : blocks_) {
    uint32_t one = device;
    for (const uint8_t kind : column(*block)) {
      if (kind != 0 && kind != order[0] + 1) {
        least[kind].push(name(one));
        if (least[kind].size() > kNamesShown) least[kind].pop();
      }
      ++one;
    }
    device += static_cast<uint32_t>(block->size);
  }
  const LotRule& rule = which == Column::product ? lot_rule::devices_are_of_one_product
                                                 : lot_rule::dacs_are_of_one_pai;
  for (size_t i = 1; i < order.size(); ++i) {
    const size_t kind = order[i] + 1;
    if (i > kMostFindings) {
      out.left_out += order.size() - i;
      break;
    }
    const bool one = count[kind] == 1;
    const char* others = count[kind] == count[order[0] + 1] ? "as many" : "most";
    const std::string& its = kinds.names[order[i]];
    const std::string& theirs = kinds.names[order[0]];
    const std::string what =
        which == Column::product
            ? fmt::format("{} of {} devices {} of product {}, {} are of {}", count[kind], size_,
                          one ? "is" : "are", its, others, theirs)
            : fmt::format("{} of {} DACs {} the PAI with key id {}, {} name {}", count[kind], size_,
                          one ? "names" : "name", its, others, theirs);
    LotFinding finding{.rule = &rule,
                       .severity = rule.severity,
                       .message = what,
                       .count = count[kind],
                       .devices = {}};
    for (auto& queue = least[kind]; !queue.empty(); queue.pop())
      finding.devices.insert(finding.devices.begin(), queue.top());
    out.findings.push_back(std::move(finding));
  }
}

void LotRoster::count_locked(const std::array<LockedSo*, 256>& of) const {
  std::map<LockedSo*, std::priority_queue<std::string>> least;
  for (uint32_t device = 0; const auto& block : blocks_) {
    for (size_t i = 0; i < block->size; ++i, ++device) {
      LockedSo* group = of[i < block->posture.size() ? block->posture[i] : 0];
      if (group == nullptr) continue;
      ++group->count;
      auto& names = least[group];
      names.push(name(device));
      if (names.size() > kNamesShown) names.pop();
    }
  }
  for (auto& [group, names] : least) {
    for (; !names.empty(); names.pop()) group->names.insert(group->names.begin(), names.top());
  }
}

// What both of two parts tell is compared, and nothing else: a part that is read in another way may
// tell less. One finding for all that differ from the most in the same.
void LotRoster::locked_unlike_the_rest(FindingList& out) const {
  if (postures_.names.size() < 2) return;
  std::array<uint64_t, 256> count{};
  for (const auto& block : blocks_) {
    for (const uint8_t kind : block->posture) ++count[kind];
  }
  std::vector<std::vector<LockTold>> told;
  for (const std::string& name : postures_.names) told.push_back(locks_told(name));
  std::map<std::string, std::map<std::string, uint64_t>> values;  // of each trait
  for (size_t k = 0; k < told.size(); ++k) {
    for (const LockTold& lock : told[k]) values[lock.trait][lock.value] += count[k + 1];
  }
  struct Unlike : LockedSo {
    std::string its, theirs;
    bool as_many = false;
  };
  std::map<std::string, Unlike> groups;
  std::array<LockedSo*, 256> of{};
  for (size_t k = 0; k < told.size(); ++k) {
    Unlike one;
    for (const LockTold& lock : told[k]) {
      const auto& all = values[lock.trait];
      const auto most = std::max_element(
          all.begin(), all.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
      if (most->first == lock.value) continue;
      one.as_many = one.as_many || most->second == all.at(lock.value);
      one.its += fmt::format("{}{} {}", one.its.empty() ? "" : ", ", lock.trait, lock.value);
      one.theirs += fmt::format("{}{} {}", one.theirs.empty() ? "" : ", ", lock.trait, most->first);
    }
    if (one.its.empty()) continue;
    const std::string its = one.its;
    of[k + 1] = &groups.try_emplace(its, std::move(one)).first->second;
  }
  count_locked(of);
  std::vector<const Unlike*> order;
  for (const auto& [its, group] : groups) order.push_back(&group);
  std::stable_sort(order.begin(), order.end(),
                   [](const Unlike* a, const Unlike* b) { return a->count > b->count; });
  const size_t listed = std::min(order.size(), kMostFindings);
  out.left_out += order.size() - listed;
  for (size_t i = 0; i < listed; ++i) {
    const Unlike& group = *order[i];
    out.findings.push_back(
        {.rule = &lot_rule::parts_are_locked_alike,
         .severity = lot_rule::parts_are_locked_alike.severity,
         .message = fmt::format("{} of {} parts {} locked so: {}; {} so: {}", group.count, size_,
                                group.count == 1 ? "is" : "are", group.its,
                                group.as_many ? "as many" : "most", group.theirs),
         .count = group.count,
         .devices = group.names});
  }
}

std::vector<LotRoster::Untold> LotRoster::locks_untold() const {
  if (postures_.names.empty()) return {};
  std::vector<std::set<std::string>> told(1);  // of what says nothing
  std::set<std::string> all;
  for (const std::string& name : postures_.names) {
    auto& own = told.emplace_back();
    for (const LockTold& lock : locks_told(name)) own.insert(lock.trait);
    all.insert(own.begin(), own.end());
  }
  std::map<std::string, LockedSo> groups;  // by what is missing
  std::array<LockedSo*, 256> of{};
  for (size_t k = 0; k < told.size(); ++k) {
    std::string missing;
    for (const std::string& trait : all) {
      if (!told[k].contains(trait)) missing += (missing.empty() ? "" : ", ") + trait;
    }
    if (!missing.empty()) of[k] = &groups[missing];
  }
  count_locked(of);
  std::vector<Untold> out;
  for (auto& [traits, group] : groups) {
    if (group.count > 0)
      out.push_back({.traits = traits, .devices = group.count, .names = std::move(group.names)});
  }
  return out;
}

std::vector<LotRoster::Units> LotRoster::units() const {
  std::array<Units, 256> of;
  std::array<uint64_t, 256> first_key{};
  std::array<std::priority_queue<std::string>, 256> least;
  uint32_t device = 0;
  for (const auto& block : blocks_) {
    for (size_t i = 0; i < block->size; ++i, ++device) {
      const uint8_t product = block->product[i];
      ++of[product].devices;
      const uint64_t key = block->mark(Fingerprint::dac_key, i);
      if (key != 0 && of[product].keys < 2 && key != first_key[product]) {
        ++of[product].keys;
        first_key[product] = key;
      }
      if (of[product].keys > 1) continue;
      least[product].push(name(device));
      if (least[product].size() > kNamesShown) least[product].pop();
    }
  }
  std::vector<Units> out;
  for (size_t product = 0; product < of.size(); ++product) {
    Units& one = of[product];
    if (one.devices == 0) continue;
    if (product != 0 && product <= products_.names.size())
      one.product = products_.names[product - 1];
    for (auto& queue = least[product]; !queue.empty(); queue.pop())
      one.names.insert(one.names.begin(), queue.top());
    out.push_back(std::move(one));
  }
  std::sort(out.begin(), out.end(),
            [](const Units& a, const Units& b) { return a.product < b.product; });
  return out;
}

}  // namespace attest
