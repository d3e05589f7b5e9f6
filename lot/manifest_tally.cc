#include "lot/manifest_tally.h"

#include <fmt/format.h>

#include <algorithm>

#include "lot/device_name.h"
#include "verifier/base/counted.h"

namespace attest {
namespace {

constexpr size_t kMostColumnsNamed = 20;

}  // namespace

ManifestTally::ManifestTally(std::span<const ManifestRows> manifests, size_t given)
    : manifests_(manifests), given_(given), kind_of_(manifests.size()) {
  for (const ManifestRows& manifest : manifests_) seen_.emplace_back(manifest.size());
  for (size_t i = given_; i < manifests_.size(); ++i) {
    const uint32_t columns = manifests_[i].columns();
    const auto at = std::find_if(kinds_.begin(), kinds_.end(),
                                 [&](const Kind& kind) { return kind.columns == columns; });
    kind_of_[i] = static_cast<size_t>(at - kinds_.begin());
    if (at == kinds_.end())
      kinds_.push_back(
          {.columns = columns, .path = manifests_[i].path(), .listed = 0, .unlisted = {}});
  }
}

void ManifestTally::Unlisted::add(const std::string& device) {
  ++count;
  const std::string name = printable(shown_name(device));
  if (names.size() == kNamesShown && !(name < names.back())) return;
  names.insert(std::upper_bound(names.begin(), names.end(), name), name);
  if (names.size() > kNamesShown) names.pop_back();
}

void ManifestTally::add(const std::string& device,
                        std::span<const std::pair<uint32_t, uint32_t>> rows, uint32_t input) {
  std::array<bool, 2> listed{}, asked = {given_ > 0, false};
  std::vector<bool> kinds(kinds_.size()), about(kinds_.size());
  for (size_t i = given_; i < manifests_.size(); ++i) {
    if (!manifests_[i].is_about(input)) continue;
    about[kind_of_[i]] = asked[1] = true;
  }
  for (const auto& [manifest, row] : rows) {
    if (manifest >= seen_.size() || row >= seen_[manifest].size()) continue;
    seen_[manifest][row] = true;
    if (!manifests_[manifest].is_about(input)) continue;
    listed[manifest < given_ ? 0 : 1] = true;
    if (manifest >= given_) kinds[kind_of_[manifest]] = true;
  }
  for (size_t sort = 0; sort < 2; ++sort) {
    if (asked[sort] && !listed[sort]) unlisted_[sort].add(device);
  }
  for (size_t i = 0; listed[1] && i < kinds_.size(); ++i) {
    if (kinds[i]) {
      ++kinds_[i].listed;
    } else if (about[i]) {
      kinds_[i].unlisted.add(device);
    }
  }
}

FindingList ManifestTally::findings(bool whole) const {
  FindingList out;
  const auto devices = [](uint64_t n) { return counted(n, "device does", "devices do"); };
  for (const ManifestRows& manifest : manifests_) {
    for (LotFinding finding : manifest.findings().findings) {
      finding.message = fmt::format("{}: {}", printable(manifest.path()), finding.message);
      out.findings.push_back(std::move(finding));
    }
    out.left_out += manifest.findings().left_out;
  }
  add_repeated(out);
  const auto add_unlisted = [&](const Unlisted& unlisted, const std::string& where) {
    const LotRule& rule = lot_rule::manifest_names_every_device;
    if (unlisted.count > 0)
      out.findings.push_back(
          {.rule = &rule,
           .severity = rule.severity,
           .message = fmt::format("{} not stand in {}", devices(unlisted.count), where),
           .count = unlisted.count,
           .devices = unlisted.names});
  };
  add_unlisted(unlisted_[0], "the manifest");
  add_unlisted(unlisted_[1], "the tables that lie beside the devices");
  for (const Kind& kind : kinds_) {
    if (kind.listed > kind.unlisted.count)
      add_unlisted(kind.unlisted,
                   printable(kind.path) + ", but in another table beside the devices");
  }
  for (size_t i = 0; whole && i < manifests_.size(); ++i) {
    std::vector<bool> seen = seen_[i];
    for (const auto& [row, first] : manifests_[i].same_rows())
      seen[row] = seen[row] || seen_[i][first];
    const auto missing = static_cast<uint64_t>(std::count(seen.begin(), seen.end(), false));
    if (missing == 0) continue;
    const LotRule& rule = lot_rule::manifest_names_no_other;
    LotFinding finding{
        .rule = &rule, .severity = rule.severity, .message = {}, .count = missing, .devices = {}};
    finding.message =
        fmt::format("{}: {} of {} {} no device in the lot", printable(manifests_[i].path()),
                    missing, counted(manifests_[i].size(), "row"), missing == 1 ? "has" : "have");
    for (size_t row = 0; row < seen.size() && finding.devices.size() < kNamesShown; ++row) {
      if (!seen[row]) finding.devices.push_back(manifests_[i].row_text(static_cast<uint32_t>(row)));
    }
    out.findings.push_back(std::move(finding));
  }
  return out;
}

void ManifestTally::add_repeated(FindingList& out) const {
  for (size_t i = 0; i < given_; ++i) {
    for (size_t j = 0; j < i; ++j) {
      const ManifestRows &table = manifests_[i], &before = manifests_[j];
      if (table.columns() != before.columns()) continue;  // of another kind, of the same devices
      const auto repeated = table.rows_also_in(before);
      if (repeated.empty()) continue;
      const LotRule& rule = lot_rule::manifest_values_are_used_once;
      LotFinding finding{.rule = &rule,
                         .severity = rule.severity,
                         .message = {},
                         .count = repeated.size(),
                         .devices = {}};
      finding.message = fmt::format(
          "{}: {} what belongs to a row of {}: {} and {}", printable(table.path()),
          counted(repeated.size(), "row has", "rows have"), printable(before.path()),
          table.row_text(repeated.front().first), before.row_text(repeated.front().second));
      for (size_t k = 0; k < std::min<size_t>(repeated.size(), kNamesShown); ++k)
        finding.devices.push_back(table.row_text(repeated[k].first));
      out.findings.push_back(std::move(finding));
    }
  }
}

std::vector<std::string> ManifestTally::notes() const {
  std::vector<std::string> names;
  for (size_t i = 0; i < given_; ++i) {
    for (const std::string& name : manifests_[i].unknown_columns()) {
      const std::string shown = printable(name.substr(0, 64));
      if (std::find(names.begin(), names.end(), shown) == names.end()) names.push_back(shown);
    }
  }
  if (names.empty()) return {};
  std::string list;
  for (size_t i = 0; i < std::min(names.size(), kMostColumnsNamed); ++i)
    list += (i == 0 ? "" : ", ") + names[i];
  return {fmt::format("columns not understood: {}{} (map them with --column)", list,
                      names.size() > kMostColumnsNamed ? ", ..." : "")};
}

uint64_t ManifestTally::rows() const {
  uint64_t sum = 0;
  for (const ManifestRows& manifest : manifests_) sum += manifest.size();
  return sum;
}

}  // namespace attest
