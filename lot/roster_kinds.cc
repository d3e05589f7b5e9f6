// What a lot's devices have in common, or should: one product, one PAI, one way of being locked.

#include <fmt/format.h>

#include <algorithm>
#include <queue>

#include "lot/roster_block.h"

namespace attest {

// One finding for each kind but the most frequent.
void LotRoster::unlike_the_rest(const Kinds& kinds, Column which, FindingList& out) const {
  if (kinds.names.size() < 2) return;
  std::array<uint64_t, 256> count{};
  const auto column = [&](const Block& block) -> const std::vector<uint8_t>& {
    return which == Column::product  ? block.product
           : which == Column::issuer ? block.issuer
                                     : block.posture;
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
  const LotRule& rule = which == Column::product  ? lot_rule::devices_are_of_one_product
                        : which == Column::issuer ? lot_rule::dacs_are_of_one_pai
                                                  : lot_rule::parts_are_locked_alike;
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
        : which == Column::issuer
            ? fmt::format("{} of {} DACs {} the PAI with key id {}, {} name {}", count[kind], size_,
                          one ? "names" : "name", its, others, theirs)
            : fmt::format("{} of {} parts {} locked so: {}; {} so: {}", count[kind], size_,
                          one ? "is" : "are", its, others, theirs);
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
