// lot merge: joins what was found in the parts of a lot. Each part was judged with --part and one secret; their devices'
// lines say enough to find what repeats between them.

#include <fmt/format.h>

#include <algorithm>

#include "cli/lot_manifests.h"
#include "cli/lot_output.h"
#include "cli/lot_run.h"
#include "verifier/lot/manifest_tally.h"
#include "verifier/lot/tally.h"

namespace attest::cli {
namespace {

// What the last line of a part says about how it was judged.
struct PartFacts {
  std::string network, key, engine, at;
};

class Merging {
 public:
  explicit Merging(const MergeOptions& options) : options_(options), tally_(lists_devices(options.format)) {}

  Result<int> run() {
    if (auto done = manifests_.open(options_.manifests, options_.columns); !done) return tl::unexpected(done.error());
    tables_ = manifests_.take();
    manifest_tally_.emplace(tables_, manifests_.given());
    auto output = LotOutput::open(options_.output, options_.format, LineForm::part);
    if (!output) return tl::unexpected(output.error());
    for (const std::string& path : options_.parts) {
      if (auto done = part(path, *output); !done) return tl::unexpected(done.error());
    }
    LotReport report = tally_.report();
    const auto at = parse_rfc3339(facts_->at);
    report.at = at ? *at : Instant{};
    report.network = facts_->network == "main" ? Network::main : facts_->network == "test" ? Network::test : Network::none;
    report.engine = facts_->engine;
    FindingList of_manifests = manifest_tally_->findings(true);
    std::move(of_manifests.findings.begin(), of_manifests.findings.end(), std::back_inserter(report.findings));
    report.findings_left_out += of_manifests.left_out;
    report.manifest_rows = manifest_tally_->rows();
    conclude(report);
    if (auto done = output->conclude(report, facts_->key); !done) return tl::unexpected(done.error());
    return lot_exit_code(report.verdict);
  }

 private:
  // One file: lines of devices, and what closed them. Parts that were judged one after the other may lie in one file.
  tl::expected<void, Error> part(const std::string& path, LotOutput& output) {
    auto file = path == "-" ? FileBytes::standard_input() : FileBytes::open(path);
    if (!file) return tl::unexpected(file.error());
    std::string_view rest = text(file->view());
    bool open = true;   // devices were read that no last line has closed
    for (uint64_t number = 1; !rest.empty(); ++number) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      const std::string_view line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      if (line.starts_with("{\"lot\":")) {
        if (auto done = last_line(line); !done) return error(fmt::format("{}: line {}: {}", path, number, done.error().what));
        open = false;
        continue;
      }
      const auto device = read_line(line);
      if (!device) return error(fmt::format("{}: line {}: {}", path, number, device.error().what));
      open = true;
      tally_.add(device->result, device->marks);
      if (!tables_.empty()) manifest_tally_->add(device->result.name, device->rows);
      if (auto done = output.write(output.render(*device)); !done) return done;
    }
    if (open) return error(fmt::format("{}: expected a last line {{\"lot\":…}}, found none: this part did not come to its end", path));
    return {};
  }

  tl::expected<void, Error> last_line(std::string_view line) {
    const auto json = parse_json(line);
    const Json* lot = json ? json->find("lot") : nullptr;
    const auto said = [&](const char* key) { return lot != nullptr && lot->find(key) != nullptr && lot->find(key)->string() != nullptr ? *lot->find(key)->string() : std::string(); };
    const PartFacts facts{.network = said("network"), .key = said("part_key"), .engine = said("engine"), .at = said("at")};
    if (facts.key.empty()) return error("expected a part of a lot, found one that was judged without --part");
    if (!facts_) {
      facts_ = facts;
      return {};
    }
    if (facts.key != facts_->key) return error("this part was judged with another --part secret than the first: what repeats between them cannot be seen");
    if (facts.network != facts_->network) return error(fmt::format("this part was judged under policy {}, the first under {}", facts.network, facts_->network));
    facts_->at = std::max(facts_->at, facts.at);
    return {};
  }

  const MergeOptions& options_;
  LotManifests manifests_;
  std::vector<ManifestRows> tables_;
  LotTally tally_;
  std::optional<ManifestTally> manifest_tally_;
  std::optional<PartFacts> facts_;
};

}  // namespace

int run_merge(const MergeOptions& options) {
  const auto code = Merging(options).run();
  return code ? *code : complain(code.error().what);
}

}  // namespace attest::cli
