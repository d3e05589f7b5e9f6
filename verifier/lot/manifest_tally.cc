#include "verifier/lot/manifest_tally.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/lot/device_name.h"

namespace attest {

ManifestTally::ManifestTally(std::span<const ManifestRows> manifests, size_t given) : manifests_(manifests), given_(given) {
  for (const ManifestRows& manifest : manifests_) seen_.emplace_back(manifest.size());
}

void ManifestTally::add(const std::string& device, std::span<const std::pair<uint32_t, uint32_t>> rows) {
  std::array<bool, 2> listed{};
  for (const auto& [manifest, row] : rows) {
    if (manifest >= seen_.size() || row >= seen_[manifest].size()) continue;
    seen_[manifest][row] = true;
    listed[manifest < given_ ? 0 : 1] = true;
  }
  const std::array<bool, 2> asked = {given_ > 0, given_ < manifests_.size()};
  for (size_t sort = 0; sort < 2; ++sort) {
    if (!asked[sort] || listed[sort]) continue;
    Unlisted& unlisted = unlisted_[sort];
    ++unlisted.count;
    const std::string name = printable(shown_name(device));
    if (unlisted.names.size() == kNamesShown && !(name < unlisted.names.back())) continue;
    unlisted.names.insert(std::upper_bound(unlisted.names.begin(), unlisted.names.end(), name), name);
    if (unlisted.names.size() > kNamesShown) unlisted.names.pop_back();
  }
}

FindingList ManifestTally::findings(bool whole) const {
  FindingList out;
  const auto devices = [](uint64_t n) { return fmt::format("{} {}", n, n == 1 ? "device does" : "devices do"); };
  for (const ManifestRows& manifest : manifests_) {
    for (LotFinding finding : manifest.findings().findings) {
      finding.message = fmt::format("{}: {}", printable(manifest.path()), finding.message);
      out.findings.push_back(std::move(finding));
    }
    out.left_out += manifest.findings().left_out;
  }
  for (size_t sort = 0; sort < 2; ++sort) {
    const Unlisted& unlisted = unlisted_[sort];
    if (unlisted.count == 0) continue;
    const LotRule& rule = lot_rule::manifest_names_every_device;
    const std::string where = sort == 0 ? "the manifest" : "the tables that lie beside the devices";
    out.findings.push_back({.rule = &rule, .severity = rule.severity, .message = fmt::format("{} not stand in {}", devices(unlisted.count), where), .count = unlisted.count, .devices = unlisted.names});
  }
  for (size_t i = 0; whole && i < manifests_.size(); ++i) {
    std::vector<bool> seen = seen_[i];
    for (const auto& [row, first] : manifests_[i].same_rows()) seen[row] = seen[row] || seen_[i][first];
    const auto missing = static_cast<uint64_t>(std::count(seen.begin(), seen.end(), false));
    if (missing == 0) continue;
    const LotRule& rule = lot_rule::manifest_names_no_other;
    LotFinding finding{.rule = &rule, .severity = rule.severity, .message = {}, .count = missing, .devices = {}};
    finding.message = fmt::format("{}: {} of {} rows {} no device in the lot", printable(manifests_[i].path()), missing, manifests_[i].size(), missing == 1 ? "has" : "have");
    for (size_t row = 0; row < seen.size() && finding.devices.size() < kNamesShown; ++row) {
      if (!seen[row]) finding.devices.push_back(manifests_[i].row_text(static_cast<uint32_t>(row)));
    }
    out.findings.push_back(std::move(finding));
  }
  return out;
}

uint64_t ManifestTally::rows() const {
  uint64_t sum = 0;
  for (const ManifestRows& manifest : manifests_) sum += manifest.size();
  return sum;
}

}  // namespace attest
