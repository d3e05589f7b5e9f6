#include "cli/lot_run.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "cli/lot_command.h"
#include "cli/lot_digest.h"
#include "cli/lot_named.h"
#include "cli/lot_output.h"
#include "cli/nearest.h"
#include "codecs/loader.h"
#include "lot/journal.h"
#include "lot/manifest_tally.h"
#include "lot/manifests.h"
#include "lot/open.h"
#include "lot/pipeline.h"
#include "lot/sample.h"
#include "lot/tally.h"
#include "platform/expected.h"
#include "platform/progress.h"
#include "platform/rejected_verifiers_file.h"
#include "platform/revocation_sets.h"
#include "report/plan_view.h"
#include "report/report_json.h"
#include "report/schemas.h"
#include "report/wording.h"
#include "verifier/base/counted.h"
#include "verifier/checks/catalogue.h"
#include "verifier/crypto/crypto.h"

namespace attest::cli {
namespace {

namespace fs = std::filesystem;

Result<SipKey> random_key() {
  SipKey key{};
  if (::getrandom(key.data(), key.size(), 0) != static_cast<ssize_t>(key.size()))
    return error("no random numbers are to be had");
  return key;
}

// A source without its first devices, which a journal has; they must be the same.
class Resumed final : public LotSource {
 public:
  Resumed(std::unique_ptr<LotSource> source, uint64_t done, uint64_t chain)
      : source_(std::move(source)), done_(done), chain_(chain) {}
  static uint64_t linked(uint64_t chain, uint64_t input) {
    std::array<uint8_t, 16> both{};
    std::memcpy(both.data(), &chain, 8);
    std::memcpy(both.data() + 8, &input, 8);
    return siphash(SipKey{}, both);
  }

  Result<bool> next(LotBatch& batch) override {
    for (;;) {
      auto more = source_->next(batch);
      if (!more) return more;
      if (!*more) return passed_ == done_ ? more : different();
      size_t old = 0;
      while (old < batch.items.size() && passed_ < done_) {
        seen_ = linked(seen_, batch.items[old++].input);
        if (++passed_ == done_ && seen_ != chain_) return different();
      }
      batch.items.erase(batch.items.begin(),
                        batch.items.begin() + static_cast<std::ptrdiff_t>(old));
      if (!batch.items.empty()) return true;
      batch = {};
    }
  }
  std::optional<uint64_t> size() const override { return source_->size(); }

 private:
  tl::unexpected<Error> different() const {
    return error(
        fmt::format("--resume: expected the {} devices that the journal has, found others: the "
                    "input was changed since; begin a new journal",
                    done_));
  }
  std::unique_ptr<LotSource> source_;
  uint64_t done_, chain_, passed_ = 0, seen_ = 0;
};

class LotRun {
 public:
  LotRun(const LotOptions& options, std::optional<Device> ordered,
         std::vector<ReportTarget> targets, const Console& console)
      : options_(options),
        targets_(std::move(targets)),
        verbosity_(console, options.quiet, options.verbose),
        console_(console),
        tally_(any_form(targets_, &ReportForm::lists_devices)) {
    setup_.ordered = std::move(ordered);
  }

  Result<int> run() {
    if (auto done = prepare(); !done) return tl::unexpected(done.error());
    tell_setting();
    auto output = LotOutput::open(
        targets_,
        {.form = options_.part.empty() ? LineForm::result : LineForm::part,
         .manifests = options_.part.empty() ? setup_.manifests.size() : manifests_.given()},
        verbosity_);
    if (!output) return tl::unexpected(output.error());
    if (auto done = judge(*output); !done) return tl::unexpected(done.error());
    if (const auto missing = codecs_missing()) return tl::unexpected(*missing);
    if (rejected_folder_) keep_rejected(*rejected_folder_, *rejected_);
    if (ledger_) {
      for (const std::string& note : ledger_->notes()) verbosity_.note(note);
    }
    tell_unused();
    const LotReport report = this->report();
    if (auto done = output->conclude(report, part()); !done) return tl::unexpected(done.error());
    return lot_exit_code(report.verdict);
  }

 private:
  std::optional<PartMark> part() const {
    if (options_.part.empty()) return std::nullopt;
    return part_mark(setup_.key, std::span(setup_.manifests).first(manifests_.given()));
  }
  // --- before the first device ---
  Result<void> prepare() {
    auto policy = policy_from(options_.judge, console_);
    if (!policy) return tl::unexpected(policy.error());
    setup_.policy = std::move(*policy);
    setup_.policy.one_of_many = true;
    auto trust = trust_from(options_.judge, setup_.policy.network, &untrusted_);
    if (!trust) return tl::unexpected(trust.error());
    setup_.trust = std::move(*trust);
    auto sets = revocation_sets_from(options_.judge.revocation_sets);
    if (!sets) return tl::unexpected(sets.error());
    setup_.sets = std::move(*sets);
    auto ledger = ledger_from(options_.judge, verbosity_);
    if (!ledger) return tl::unexpected(ledger.error());
    ledger_ = std::move(*ledger);
    setup_.ledger = ledger_.get();
    auto engine = engine_from(options_.engine);
    if (!engine) return tl::unexpected(engine.error());
    engine_ = std::move(*engine);
    setup_.engine = engine_.get();
    auto secrets = secrets_from(options_.judge.unlock, console_.environment);
    if (!secrets) return tl::unexpected(secrets.error());
    setup_.secrets = std::move(*secrets);
    if (const auto folder = cache_folder(options_.judge.ledger.cache_dir, console_.environment)) {
      rejected_folder_ = *folder;
      rejected_ = load_rejected(*folder);
      setup_.tried = rejected_.get();
    }
    if (options_.full) {
      setup_.whole_report = [](const Evidence& evidence, const Report& report) {
        return dump(report_json(evidence, report));
      };
    }
    if (any_form(targets_, &ReportForm::tells_steps)) setup_.plan_steps = plan_steps;
    // What is kept for later may be asked for in another form then.
    setup_.summaries = any_form(targets_, &ReportForm::shows_summaries) || !options_.part.empty() ||
                       !options_.resume.empty();
    auto key = options_.part.empty() ? random_key() : part_key(options_.part, console_.environment);
    if (!key) return tl::unexpected(key.error());
    setup_.key = *key;
    if (!options_.resume.empty())
      console_.when_interrupted("interrupted: run it again to go on; what was judged is kept");
    if (auto done = open_journal(); !done) return done;
    if (auto done = manifests_.open(options_.manifests, options_.columns); !done) return done;
    if (auto done = open_inputs(); !done) return done;
    setup_.manifests = manifests_.take();
    manifest_tally_.emplace(setup_.manifests, manifests_.given());
    return {};
  }

  // What the verdicts come from, for --verbose.
  void tell_setting() const {
    verbosity_.detail(fmt::format("{}, as of {}; signatures checked by {}, {} at a time",
                                  policy_text(setup_.policy.network, setup_.policy.stage),
                                  rfc3339(setup_.policy.at), engine_->name(), jobs()));
    if (ledger_)
      verbosity_.detail(
          fmt::format("ledger {}, {}", ledger_text(ledger_->status()), ledger_->status().source));
    for (const std::string& path : options_.inputs) verbosity_.detail("reading " + path);
    if (const auto devices = source_->size())
      verbosity_.detail(counted(*devices, "device") + " to be judged");
  }

  Result<void> open_journal() {
    if (options_.resume.empty()) return {};
    auto journal = LotJournal::open(
        options_.resume,
        {.key = setup_.key, .at = setup_.policy.at, .options = digest(setup_.key)});
    if (!journal) return tl::unexpected(journal.error());
    journal_.emplace(std::move(*journal));
    if (!journal_->resumed()) return {};
    if (journal_->head().options != digest(journal_->head().key))
      return error(
          fmt::format("--resume: {}: expected the options and files with which it was begun, found "
                      "others: begin a new journal",
                      options_.resume));
    if (!options_.judge.at.empty() && journal_->head().at != setup_.policy.at)
      return error(fmt::format("--resume: {}: the lot was begun with --at {}", options_.resume,
                               rfc3339(journal_->head().at)));
    setup_.key = journal_->head().key;
    setup_.policy.at = journal_->head().at;
    return {};
  }

  uint64_t digest(const SipKey& key) const {
    return options_digest(options_, setup_.secrets, console_.environment, key);
  }

  // One input under two names is the slip of who wrote them: a device is no two by that.
  Result<void> refuse_doubles() const {
    std::map<std::filesystem::path, std::string> seen;
    for (const std::string& path : options_.inputs) {
      std::error_code failed;
      const auto is =
          path == "-" ? std::filesystem::path(path) : std::filesystem::canonical(path, failed);
      if (failed) continue;
      const auto [before, first] = seen.emplace(is, path);
      if (!first)
        return error(fmt::format("{}: expected each input once, found the same as {} again", path,
                                 before->second));
    }
    return {};
  }

  Result<void> open_inputs() {
    if (auto done = read_named(); !done) return done;
    if (auto done = refuse_doubles(); !done) return done;
    std::vector<std::unique_ptr<LotSource>> sources;
    const bool digests =
        !options_.resume.empty() || !options_.part.empty();  // others go on with it
    for (const std::string& path : options_.inputs) {
      if (path == "-") {
        sources.push_back(
            lent_to(record_source(console_.in, "stdin", digests, stop_.get_token()), path, {}));
        continue;
      }
      auto input = open_lot_input(path, setup_.secrets, digests);
      std::error_code ignored;
      if (!input && !std::filesystem::exists(path, ignored))
        input.error().what += did_you_mean(path, {"merge"});
      if (!input) return tl::unexpected(input.error());
      std::optional<uint32_t> beside;
      if (input->source) {
        // (Of a folder of tables alone they are about all devices.)
        if (input->source->size() != 0) beside = static_cast<uint32_t>(sources.size());
        sources.push_back(lent_to(std::move(input->source), path, read_shared(input->shared)));
      }
      for (LotFile& file : input->manifests) {
        const auto added = manifests_.add_found(file.path, std::move(*file.content), beside);
        if (!added) return tl::unexpected(added.error());
        if (!*added) input->not_used.push_back({.path = file.path, .why = "a table of no devices"});
      }
      tally_.add(input->not_used);
    }
    any_input_ = !sources.empty();
    source_ = chained(std::move(sources));
    if (options_.sample > 0)
      source_ = sampled(std::move(source_), static_cast<uint64_t>(options_.sample),
                        static_cast<uint64_t>(options_.seed), lot_size_);
    return {};
  }

  // What lies beside the devices of an input.
  Device read_shared(const std::vector<LotFile>& files) {
    Reading shared;
    for (const LotFile& file : files)
      static_cast<void>(read_evidence(
          {.path = file.path, .bytes = *file.content, .base = 0, .member = true}, shared));
    tally_.add(shared.not_used);
    return std::move(shared.device);
  }

  std::unique_ptr<LotSource> lent_to(std::unique_ptr<LotSource> source, const std::string& input,
                                     Device beside) {
    if (beside.statements.empty() && named_ == nullptr) return source;
    if (beside.statements.empty()) {
      // One for all inputs: there may be as many of them as devices.
      if (only_named_ == nullptr) only_named_ = std::make_shared<const LotShared>(Device(), named_);
      shared_[input] = only_named_;
    } else {
      shared_[input] = std::make_shared<const LotShared>(std::move(beside), named_);
    }
    return lending(std::move(source), shared_[input]);
  }

  // The PAI, with its PAA, and the declaration that the tester means: read_roles puts them first. A
  // file may hold more, one device's DAC, key and facts.
  Result<void> read_named() {
    if (!options_.roles.any()) return {};
    Reading given;
    given.secrets = setup_.secrets;
    if (const auto errors = read_roles(options_.roles, given, verbosity_); !errors.empty())
      return error(errors.front());
    tally_.add(given.not_used);
    auto chosen = chosen_roles(std::move(given.device), options_.roles);
    tally_.add(chosen.not_lent);
    named_ = std::make_shared<const LotNamed>(std::move(chosen.lent), std::move(chosen.more));
    return {};
  }

  // --- device by device ---
  Result<void> judge(LotOutput& output) {
    Progress progress({console_, options_.quiet || options_.stream}, "devices");
    if (auto done = replay(output); !done) return done;
    const std::optional<uint64_t> devices = source_->size();
    const PipelineSteps steps{
        .render = [&](const DeviceLine& line) { return output.render(line); },
        .write = [&](std::vector<WrittenLine> lines, bool pause) -> Result<void> {
          std::vector<std::string> kept;
          for (const WrittenLine& one : lines) {
            if (auto done = output.write(one.line, one.text); !done) return done;
            count(one.line);
            if (journal_) kept.push_back(write_line(one.line, LineForm::part));
          }
          if (journal_) {
            if (auto done = journal_->append(kept); !done) return done;
          }
          if (pause) {
            if (auto done = output.flush(); !done) return done;
          }
          progress.show({.what = {}, .done = tally_.devices(), .of = devices});
          return {};
        }};
    return run_pipeline(*source_, setup_, jobs(), steps, stop_);
  }

  Result<void> replay(LotOutput& output) {
    if (!journal_ || !journal_->resumed()) return {};
    uint64_t chain = 0;
    std::optional<Error> failed;
    auto done = journal_->replay([&](DeviceLine line) {
      chain = Resumed::linked(chain, line.input);
      if (auto written = output.write(line, output.render(line)); !written)
        failed = written.error();
      count(line);
    });
    if (!done) return done;
    if (failed) return tl::unexpected(*failed);
    if (auto flushed = output.flush(); !flushed) return flushed;
    source_ = std::make_unique<Resumed>(std::move(source_), tally_.devices(), chain);
    return {};
  }

  bool drawn() const {
    return options_.sample > 0 && lot_size_ > tally_.devices();
  }  // not all were judged

  void count(const DeviceLine& line) {
    tally_.add(line.result, line.fingerprints);
    tally_.add(line.not_used);
    if (!setup_.manifests.empty()) manifest_tally_->add(line.result.name, line.rows, line.of);
  }

  unsigned jobs() const {
    if (options_.jobs > 0) return static_cast<unsigned>(std::min<long long>(options_.jobs, 1024));
    return std::max(1u, std::thread::hardware_concurrency());
  }

  // --- at the end ---
  // What lies beside the devices and is none's. Of a sample, or where a run before judged some, it
  // is not known.
  void tell_unused() {
    if (drawn() || (journal_ && journal_->resumed())) return;
    tally_.add(untrusted_);
    if (named_) tally_.add(named_->unused());
    for (const auto& [input, shared] : shared_) {
      if (shared != only_named_) tally_.add(shared->unused());
    }
  }
  LotReport report() const {
    LotReport out = tally_.report(setup_.policy.stage);
    out.network = setup_.policy.network;
    out.at = setup_.policy.at;
    out.engine = setup_.engine->name();
    out.fail_on_warn = setup_.policy.fail_on_warn;
    // One by one the approved devices tell nothing: an approval says what was not asked.
    if (ledger_ && ledger_->status().height == 0)
      out.notes.push_back(
          fmt::format("the {} ledger could not be read: what it says of trust, revocation and "
                      "certification was asked of no device; run matter-attest dcl sync, or give "
                      "a snapshot or node with --ledger",
                      network_name(setup_.policy.network)));
    if (setup_.trust.given_count() != 0)
      out.notes.push_back("judged with " + anchors_text(setup_.trust.given_count()));
    note_files(out);
    for (const std::string& set : revocation_sets())
      out.notes.push_back("judged with revocation set " + printable(set));
    if (const std::string on = fail_on_text(setup_.policy); !on.empty())
      out.notes.push_back("judged with --fail-on " + on);
    for (const std::string& taken : setup_.policy.environment)
      out.notes.push_back("taken from the environment: " + printable(taken));
    FindingList of_manifests = manifest_tally_->findings(!drawn() && any_input_);
    std::move(of_manifests.findings.begin(), of_manifests.findings.end(),
              std::back_inserter(out.findings));
    out.findings_left_out += of_manifests.left_out;
    out.manifest_rows = manifest_tally_->rows();
    for (std::string& note : manifest_tally_->notes()) out.notes.push_back(std::move(note));
    if (options_.sample > 0)
      out.sample =
          sample_statement(lot_size_, tally_.devices(), static_cast<uint64_t>(options_.seed),
                           tally_.count(Verdict::reject), tally_.count(Verdict::undecided));
    if (drawn() && out.manifest_rows > 0)
      out.notes.push_back("of a sample it is not told which rows of a manifest have no device");
    count_units(out, tally_.roster());
    conclude(out);
    for (auto* causes : {&out.failed, &out.open}) {
      for (LotCause& cause : *causes) {
        if (!cause.devices.empty())
          cause.see = command_that_shows(cause.devices.front(), options_, console_.secrets,
                                         [&](const std::string& input, const std::string& path) {
                                           return lent_files(input, path);
                                         });
      }
    }
    return out;
  }

  // Every path that was handed over stands in the report: these are of no device alone.
  void note_files(LotReport& out) const {
    const bool all = drawn() || (journal_ && journal_->resumed());
    std::vector<std::string> lent;
    if (named_) named_->all().add_files(lent, all);
    for (const auto& [input, shared] : shared_) shared->add_used_files(lent, all);
    const auto note = [&](const char* what, const std::vector<std::string>& files) {
      for (const std::string& file : files) out.notes.push_back(what + printable(file));
    };
    note("lent to the devices: ", lent);
    note("compared with the rows of ", manifests_.tables(options_.part.empty()));
  }
  // Those named, and those that lie beside the devices they are about.
  std::vector<std::string> revocation_sets() const {
    std::vector<std::string> out = options_.judge.revocation_sets;
    for (const auto& [input, shared] : shared_) {
      for (std::string& set : shared->used_sets()) out.push_back(std::move(set));
    }
    return out;
  }

  // What the device was judged with beside its own files. Nullopt: no command could hand over the
  // same, or it would be too long to be read.
  std::optional<std::vector<std::string>> lent_files(const std::string& input,
                                                     const std::string& path) const {
    constexpr size_t kMostFiles = 8;
    const auto shared = shared_.find(input);
    if (shared == shared_.end()) return std::vector<std::string>();
    Reading reading;
    reading.secrets = setup_.secrets;
    static_cast<void>(read_paths({path}, reading));
    auto files = shared->second->files_for(reading);
    std::error_code failed;
    if (!files || files->size() > kMostFiles ||
        !std::all_of(files->begin(), files->end(),
                     [&](const std::string& file) { return fs::exists(file, failed); }))
      return std::nullopt;
    return files;
  }

  const LotOptions& options_;
  std::vector<ReportTarget> targets_;
  const Verbosity verbosity_;
  const Console& console_;
  std::stop_source stop_;
  std::shared_ptr<SignatureEngine> engine_;
  std::optional<std::string> rejected_folder_;  // where verifiers that were tried are kept
  std::unique_ptr<RejectedVerifiers> rejected_;
  LotSetup setup_;
  std::unique_ptr<dcl::CachedLedger> ledger_;
  LotManifests manifests_;
  std::unique_ptr<LotSource> source_;
  std::optional<LotJournal> journal_;
  LotTally tally_;
  std::optional<ManifestTally> manifest_tally_;
  std::shared_ptr<const LotNamed> named_;
  std::shared_ptr<const LotShared> only_named_;
  std::vector<NotUsed> untrusted_;  // stood among what was given to be trusted
  std::map<std::string, std::shared_ptr<const LotShared>> shared_;  // by the input
  bool any_input_ = false;
  uint64_t lot_size_ = 0;
};

std::optional<std::string> usage_problem(const LotOptions& o,
                                         const std::vector<ReportTarget>& targets,
                                         const Console& console) {
  const bool lines = any_form(targets, &ReportForm::joins);
  if (o.inputs.empty() && o.manifests.empty()) return is_required("INPUT", "lot", console);
  if (o.full && !lines) return "--full needs --format ndjson: no other format holds whole reports";
  if (!o.part.empty() && !lines) return "--part needs --format ndjson: lot merge reads its lines";
  if (!o.part.empty() && o.sample > 0)
    return "--sample cannot be joined with others: draw the sample of the whole lot";
  return std::nullopt;
}

// `ordered`: what was read with --expect.
CommandFiles files_of(const LotOptions& o, const std::vector<std::string>& ordered,
                      const Console& console) {
  CommandFiles out(console);
  out.evidence = o.inputs;
  out.roles(o.roles).judging(o.judge, console).add(o.manifests);
  out.add({o.expect}).add(ordered).add(o.engine.libraries).add_if_there({o.part});
  out.written.emplace_back(o.resume, "");
  return out;
}

}  // namespace

int lot_exit_code(Verdict verdict) {
  return verdict == Verdict::approve ? 0 : verdict == Verdict::reject ? 1 : 3;
}

int run_lot(const LotOptions& given, const Console& console) {
  if (given.schema) return show(std::string(lot_schema()), console);
  LotOptions options = given;
  if (options.stream && options.inputs.empty()) options.inputs = {"-"};
  if (options.format.empty() && options.stream) options.format = "ndjson";
  auto order = order_from(options.expect);
  auto targets = report_targets(options.format, options.output, options.reports, lot_forms(),
                                files_of(options, files_read(order), console), options.quiet);
  if (!targets) return print_error(console, targets.error().what);
  if (!order) return print_error(console, order.error().what);
  if (const auto problem = usage_problem(options, *targets, console))
    return print_error(console, *problem);
  const auto code = LotRun(options, std::move(order->device), std::move(*targets), console).run();
  return code ? *code : print_error(console, code.error().what);
}

}  // namespace attest::cli
