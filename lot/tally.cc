#include "lot/tally.h"

#include <fmt/format.h>

#include <algorithm>

#include "lot/device_name.h"

namespace attest {

void LotTally::count_cause(Cause& cause, const std::string& name, const std::string* summary) {
  ++cause.count;
  if (summary != nullptr && !summary->empty() &&
      (cause.example.empty() || name < cause.example_of)) {
    cause.example_of = name;
    cause.example = *summary;
  }
  if (cause.least.size() == kNamesShown && !(name < cause.least.back())) return;
  cause.least.insert(std::upper_bound(cause.least.begin(), cause.least.end(), name), name);
  if (cause.least.size() > kNamesShown) cause.least.pop_back();
}

// Names are made only of those that may be among the first.
void LotTally::count_all(Cause& cause, const std::string& given) {
  if (cause.least.size() == kNamesShown && !(given < cause.least.back())) {
    ++cause.count;
  } else {
    count_cause(cause, printable(shown_name(given)));
  }
}

void LotTally::add(const DeviceResult& result, const DeviceFingerprints& fingerprints) {
  ++devices_;
  ++verdicts_[static_cast<size_t>(result.verdict)];
  if (!result.failed.empty() || !result.open.empty()) {
    const std::string name = printable(shown_name(result.name));
    for (const std::string& id : result.failed) {
      count_cause(failed_[id], name, id == result.failed.front() ? &result.summary : nullptr);
      if (id == lot_rule::device_is_readable.id) ++unreadable_;
    }
    for (const std::string& id : result.open)
      count_cause(open_[id], name, id == result.open.front() ? &result.summary : nullptr);
  }
  if (!result.warned.empty()) {
    ++devices_warned_;
    for (const char* id : result.warned) count_all(warned_[id], result.name);
  }
  if (result.verdict == Verdict::approve) count_all(approved_, result.name);
  roster_.add(result.name, fingerprints);
  if (keep_results_) results_.push_back(result);
}

void LotTally::add(std::span<const NotUsed> not_used) {
  constexpr size_t kMostListed = 100'000;
  for (const NotUsed& unused : not_used) {
    if (not_used_.size() < kMostListed) {
      not_used_.push_back(unused);
    } else {
      ++not_used_left_out_;
    }
  }
}

LotReport LotTally::report(Stage stage) const {
  LotReport out;
  out.stage = stage;
  out.devices = devices_;
  out.approved = count(Verdict::approve);
  out.rejected = count(Verdict::reject);
  out.undecided = count(Verdict::undecided);
  out.unreadable = unreadable_;
  const auto causes = [](const auto& from) {
    std::vector<LotCause> list;
    for (const auto& [id, cause] : from)
      list.push_back({.id = std::string(id),
                      .count = cause.count,
                      .devices = cause.least,
                      .example = printable(cause.example),
                      .why = {},
                      .see = {}});
    std::stable_sort(list.begin(), list.end(),
                     [](const LotCause& a, const LotCause& b) { return a.count > b.count; });
    return list;
  };
  out.failed = causes(failed_);
  out.open = causes(open_);
  out.warned = causes(warned_);
  out.devices_warned = devices_warned_;
  out.approved_names = approved_.least;
  FindingList between = roster_.findings(stage);
  out.findings = std::move(between.findings);
  out.findings_left_out = between.left_out;
  out.compared = std::move(between.compared);
  for (const LotRoster::Untold& one : roster_.locks_untold()) {
    std::string names;
    for (const std::string& name : one.names) names += (names.empty() ? "" : ", ") + name;
    out.notes.push_back(
        fmt::format("{} of {} parts {} not say what others do of how they are locked, and cannot "
                    "be compared in "
                    "it: {} ({}{})",
                    one.devices, devices_, one.devices == 1 ? "does" : "do", one.traits, names,
                    one.devices > one.names.size() ? ", ..." : ""));
  }
  // In an order of their own: devices come in as they are judged.
  out.not_used = not_used_;
  std::sort(out.not_used.begin(), out.not_used.end(), [](const NotUsed& a, const NotUsed& b) {
    return a.path != b.path ? a.path < b.path : a.why < b.why;
  });
  out.not_used.erase(std::unique(out.not_used.begin(), out.not_used.end()), out.not_used.end());
  out.not_used_left_out = not_used_left_out_;
  out.results = results_;
  return out;
}

void count_units(LotReport& report, const LotRoster& roster) {
  const auto all = roster.units();
  LotCause cause{.id = lot_rule::two_units_are_shown.id};
  for (const LotRoster::Units& of : all) {
    // What names no product is told of by its own verdict, unless there is nothing else.
    if (of.keys > 1 || (of.product.empty() && all.size() > 1)) continue;
    const std::string shown =
        of.keys == 0      ? "none shows its DAC"
        : of.devices == 1 ? "here is one"
                          : fmt::format("the {} here have one key: they are one", of.devices);
    cause.why += fmt::format("{}a lab needs two units{}{}, each with a DAC key of its own; {}",
                             cause.why.empty() ? "" : "; ", of.product.empty() ? "" : " of ",
                             of.product, shown);
    cause.count += of.devices;
    cause.devices.insert(cause.devices.end(), of.names.begin(), of.names.end());
  }
  report.second_unit = cause.why;
  if (cause.why.empty() || report.stage != Stage::lab) return;
  std::sort(cause.devices.begin(), cause.devices.end());
  cause.devices.resize(std::min(cause.devices.size(), kNamesShown));
  cause.example = cause.why;
  report.open.push_back(std::move(cause));
}

void conclude(LotReport& report) {
  std::stable_sort(report.findings.begin(), report.findings.end(),
                   [](const LotFinding& a, const LotFinding& b) { return a.rule < b.rule; });
  const bool wrong =
      report.rejected > 0 ||
      std::any_of(report.findings.begin(), report.findings.end(), [&](const LotFinding& f) {
        return f.severity == Severity::error ||
               (report.fail_on_warn && f.severity == Severity::warning);
      });
  const bool open = std::any_of(report.open.begin(), report.open.end(),
                                [](const LotCause& cause) { return !cause.why.empty(); });
  report.verdict = wrong                                                 ? Verdict::reject
                   : report.undecided > 0 || report.devices == 0 || open ? Verdict::undecided
                                                                         : Verdict::approve;
}

}  // namespace attest
