// lot merge: joins what was found in the parts of a lot. Each part was judged with --part and one
// secret; their devices' lines say enough to find what repeats between them.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include "cli/lot_output.h"
#include "cli/lot_run.h"
#include "lot/manifest_tally.h"
#include "lot/manifests.h"
#include "lot/tally.h"

namespace attest::cli {
namespace {

// What the last line of a part says about how it was judged.
struct PartFacts {
  std::string network, stage, key, manifests, engine, at;
};

// A part may be larger than what memory holds: it is read line by line.
Result<std::FILE*> opened(const std::string& path, const Console& console) {
  if (path == "-") {
    const int own = ::dup(console.in);  // closed with the file
    std::FILE* file = own < 0 ? nullptr : ::fdopen(own, "rb");
    if (file == nullptr)
      return error(fmt::format("stdin: expected a part of a lot, found {}", std::strerror(errno)));
    return file;
  }
  if (const auto file = FileBytes::open(path); !file)
    return tl::unexpected(file.error());  // says what is wrong with it
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr)
    return error(fmt::format("{}: expected a readable file, found {}", path, std::strerror(errno)));
  return file;
}

class Merging {
 public:
  Merging(const MergeOptions& options, std::vector<ReportTarget> targets, const Console& console)
      : options_(options),
        targets_(std::move(targets)),
        verbosity_(console, options.quiet),
        tally_(any_form(targets_, &ReportForm::lists_devices)) {}

  Result<int> run() {
    if (auto done = manifests_.open(options_.manifests, options_.columns); !done)
      return tl::unexpected(done.error());
    tables_ = manifests_.take();
    manifest_tally_.emplace(tables_, manifests_.given());
    auto output = LotOutput::open(std::move(targets_), {.form = LineForm::part}, verbosity_);
    if (!output) return tl::unexpected(output.error());
    for (const std::string& path : options_.parts) {
      if (auto done = part(path, *output); !done) return tl::unexpected(done.error());
    }
    LotReport report =
        tally_.report(facts_->stage == stage_name(Stage::lab) ? Stage::lab : Stage::network);
    const auto at = parse_rfc3339(facts_->at);
    report.at = at ? *at : Instant{};
    report.network = facts_->network == "main"   ? Network::main
                     : facts_->network == "test" ? Network::test
                                                 : Network::none;
    report.engine = facts_->engine;
    FindingList of_manifests = manifest_tally_->findings(true);
    std::move(of_manifests.findings.begin(), of_manifests.findings.end(),
              std::back_inserter(report.findings));
    report.findings_left_out += of_manifests.left_out;
    report.manifest_rows = manifest_tally_->rows();
    report.notes = notes_;
    for (std::string& note : manifest_tally_->notes()) add_note(report.notes, std::move(note));
    count_units(report, tally_.roster());
    conclude(report);
    if (auto done =
            output->conclude(report, PartMark{.key = facts_->key, .manifests = facts_->manifests});
        !done)
      return tl::unexpected(done.error());
    return lot_exit_code(report.verdict);
  }

 private:
  // One file: lines of devices, and what closed them. Parts that were judged one after the other
  // may lie in one file.
  Result<void> part(const std::string& path, LotOutput& output) {
    const auto file = opened(path, verbosity_.console());
    if (!file) return tl::unexpected(file.error());
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> closing(*file, std::fclose);
    bool open = true;  // devices were read that no last line has closed
    uint64_t devices = 0;
    std::string line;
    for (uint64_t number = 1; next_line(*file, line); ++number) {
      if (line.find_first_not_of(" \t\r\n") == std::string::npos) continue;
      if (line.starts_with("{\"lot\":")) {
        if (auto done = last_line(line, std::exchange(devices, 0)); !done)
          return error(fmt::format("{}: line {}: {}", path, number, done.error().what));
        open = false;
        continue;
      }
      const auto device = read_line(line);
      if (!device) return error(fmt::format("{}: line {}: {}", path, number, device.error().what));
      open = true;
      ++devices;
      tally_.add(device->result, device->fingerprints);
      if (!tables_.empty()) manifest_tally_->add(device->result.name, device->rows);
      if (auto done = output.write(*device, output.render(*device)); !done) return done;
    }
    if (open)
      return error(fmt::format(
          "{}: expected a last line {{\"lot\":…}}, found none: this part did not come to its end",
          path));
    return {};
  }

  static constexpr size_t kMostNotes = 100;
  static void add_note(std::vector<std::string>& notes, std::string note) {
    if (std::find(notes.begin(), notes.end(), note) == notes.end())
      notes.push_back(std::move(note));
  }

  Result<void> last_line(std::string_view line, uint64_t devices) {
    const auto json = parse_json(line);
    const Json* lot = json ? json->find("lot") : nullptr;
    const auto said = [&](const char* key) {
      return lot != nullptr && lot->find(key) != nullptr && lot->find(key)->string() != nullptr
                 ? *lot->find(key)->string()
                 : std::string();
    };
    const PartFacts facts{.network = said("network"),
                          .stage = said("stage"),
                          .key = said("part_key"),
                          .manifests = said("part_manifests"),
                          .engine = said("engine"),
                          .at = said("at")};
    if (lot != nullptr) {
      const auto not_used = read_not_used(*lot);
      if (!not_used) return tl::unexpected(not_used.error());
      tally_.add(*not_used);
    }
    const Json* notes = lot != nullptr ? lot->find("notes") : nullptr;
    if (notes != nullptr && notes->array() != nullptr) {
      for (const Json& note : *notes->array()) {
        if (note.string() != nullptr && notes_.size() < kMostNotes)
          add_note(notes_, *note.string());
      }
    }
    if (facts.key.empty())
      return error("expected a part of a lot, found one that was judged without --part");
    const auto counted =
        lot->find("devices") != nullptr ? lot->find("devices")->natural() : std::nullopt;
    if (counted != devices)
      return error(
          fmt::format("expected the lines of {} devices before it, found {}: lines are missing, or "
                      "of another part",
                      counted.value_or(0), devices));
    if (facts.manifests != part_mark({}, tables_).manifests)
      return error(
          "expected a part that was judged with the same --manifest as is given here, found one "
          "judged with another, or with none");
    if (!facts_) {
      facts_ = facts;
      return {};
    }
    if (facts.key != facts_->key)
      return error(
          "this part was judged with another --part secret than the first: what repeats between "
          "them cannot be seen");
    if (facts.network != facts_->network)
      return error(fmt::format("this part was judged for network {}, the first for {}",
                               facts.network, facts_->network));
    if (facts.stage != facts_->stage)
      return error(fmt::format("this part was judged at the stage {}, the first at {}", facts.stage,
                               facts_->stage));
    facts_->at = std::max(facts_->at, facts.at);
    return {};
  }

  const MergeOptions& options_;
  std::vector<ReportTarget> targets_;
  const Verbosity verbosity_;
  LotManifests manifests_;
  std::vector<ManifestRows> tables_;
  LotTally tally_;
  std::optional<ManifestTally> manifest_tally_;
  std::optional<PartFacts> facts_;
  std::vector<std::string> notes_;  // how the parts were judged, each note once
};

}  // namespace

int run_merge(const MergeOptions& options, const Console& console) {
  CommandFiles files(console);
  files.add(options.parts).add(options.manifests);
  auto targets = report_targets(options.format, options.output, options.reports, lot_forms(), files,
                                options.quiet);
  if (!targets) return print_error(console, targets.error().what);
  const auto code = Merging(options, std::move(*targets), console).run();
  return code ? *code : print_error(console, code.error().what);
}

}  // namespace attest::cli
