#include "lot/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "codecs/loader.h"
#include "lot/record.h"
#include "verifier/base/counted.h"
#include "verifier/readers/secret_paths.h"
#include "verifier/rules/check.h"

namespace attest {
namespace {

constexpr size_t kMostTried = 3;  // of a batch, to be learned

// Labels' codes are names of units, too. (An id is a string or a number of JSON.) `told_by` tells
// those apart that are masked.
template <class Mask, class ToldBy>
void mask_name(DeviceLine& line, Mask&& mask, ToldBy&& told_by) {
  const auto masked = [&](const std::string& name) {
    std::string out = mask(name);
    if (out == name) return out;
    const bool quoted = out.starts_with('"');
    if (quoted) out = out.substr(1, out.size() - 2);
    return out + told_by();
  };
  line.result.name = masked(line.result.name);
  if (std::string id = masked(line.id); id != line.id) line.id = '"' + id + '"';
}

DeviceLine unreadable(const LotItem& item, const std::string& problem) {
  DeviceLine line;
  line.result = {.name = without_code_names(item.name),
                 .verdict = Verdict::reject,
                 .failed = {lot_rule::device_is_readable.id},
                 .open = {},
                 .warned = {},
                 .summary = problem};
  line.unreadable = true;
  line.input = item.input;
  return line;
}

// Among other files of a device it would be damage, and is so by itself. (What is no evidence there
// is not used.)
bool is_damaged_evidence(const Source& alone, const LotSetup& setup) {
  Source member = alone;
  member.member = true;
  Reading scratch;
  scratch.secrets = setup.secrets;
  scratch.codecs = &loaded_codecs();
  return !read_evidence(member, scratch);
}

}  // namespace

LotJudge::LotJudge(const LotSetup& setup)
    : setup_(setup),
      judge_(setup.policy, setup.trust, setup.ledger, *setup.engine, setup.ordered, setup.tried),
      may_be_alike_(!setup.whole_report && setup.manifests.empty() && !setup.ordered &&
                    setup.policy.waivers.empty()) {}

bool LotJudge::read_files(const LotItem::Files& files, Reading& reading,
                          std::string& problem) const {
  reading.secrets = setup_.secrets;
  reading.codecs = &loaded_codecs();
  const bool alone = files.size() == 1;  // then what is wrong with it is all there is to say
  for (const LotFile& file : files) {
    std::optional<FileBytes> opened;
    if (!file.content) {
      auto bytes = file.problem.empty() ? FileBytes::open_evidence(file.path)
                                        : Result<FileBytes>(error(file.problem));
      if (!bytes) {
        problem = bytes.error().what;
        const Place place{.path = file.path, .offset = {}, .item = {}};
        // It is there, and may not be opened: that is not the device's fault.
        if (file.problem.empty()) {
          const std::string why = "cannot be read: " + text_without_path(bytes.error(), file.path);
          reading.not_used.push_back({.path = file.path, .why = why});
          reading.device.note(Remark::unreadable_file, place, why);
        } else if (alone) {
          return false;
        } else {
          reading.device.damaged(place, "file", problem);
        }
        continue;
      }
      opened = std::move(*bytes);
    }
    const View bytes = file.content ? View(*file.content) : opened->view();
    const Source source{.path = file.path, .bytes = bytes, .base = 0, .member = !alone};
    const auto done = read_evidence(source, reading);
    if (done) continue;
    problem = fmt::format("{}: {}", file.path, done.error().what);
    // (Evidence that is damaged is what verify says of it, too.)
    if (alone && !is_damaged_evidence(source, setup_)) return false;
    reading.device.damaged({.path = file.path, .offset = done.error().offset, .item = {}}, "file",
                           done.error().what);
  }
  if (!reading.device.statements.empty() || !reading.device.integrity.empty() ||
      !reading.device.remarks.empty() || reading.device.posture.said() != 0)
    return true;
  if (files.empty()) {
    problem =
        "expected the files of a device (certificates, a declaration, a dump, a log), found an "
        "empty folder";
  } else if (problem.empty()) {
    problem = fmt::format(
        "{}: expected the files of a device (certificates, a declaration, a dump, a log); {}",
        files.front().path, none_of_files(files.size()));
  }
  return false;
}

LotJudge::Started LotJudge::begin(const LotItem& item, Reading& reading) const {
  std::string problem;
  if (const auto* line = std::get_if<LotItem::Line>(&item.what)) {
    auto record = line->problem.empty()
                      ? read_record(line->text, item.name, setup_.whole_report != nullptr)
                      : Result<LotRecord>(error(line->problem));
    if (!record) return {.line = unreadable(item, record.error().what), .readable = false};
    reading = std::move(record->reading);
    Started out{.line = {}, .readable = true};
    out.line.id = std::move(record->id);
    out.line.result.name = std::move(record->name);
    out.line.input = item.input;
    return out;
  }
  if (!read_files(std::get<LotItem::Files>(item.what), reading, problem)) {
    Started out{.line = unreadable(item, problem), .readable = false};
    out.line.not_used = std::move(reading.not_used);
    return out;
  }
  Started out{.line = {}, .readable = true};
  out.line.result.name = item.name;
  out.line.input = item.input;
  return out;
}

void LotJudge::match(Started& started, Device& device) const {
  for (size_t i = 0; i < setup_.manifests.size(); ++i) {
    const auto row = setup_.manifests[i].row_of(started.line.result.name, device);
    if (!row) continue;
    started.line.rows.emplace_back(static_cast<uint32_t>(i), *row);
    if (setup_.manifests[i].is_about(started.line.of)) setup_.manifests[i].lend_codes(*row, device);
  }
}

void LotJudge::finish(const Judged& judged, DeviceLine& line) const {
  line.result.verdict = judged.outline.verdict;
  for (const Check* check : judged.outline.failed) line.result.failed.emplace_back(check->id);
  for (const Check* check : judged.outline.warned) line.result.warned.push_back(check->id);
  if (line.result.verdict == Verdict::undecided) {
    for (const Check* check : judged.outline.open) line.result.open.emplace_back(check->id);
  }
  const bool summary = setup_.summaries && line.result.verdict != Verdict::approve;
  if (summary || setup_.plan_steps) {
    // (One of several chains has its whole report always: batch.h.)
    const bool whole = setup_.whole_report != nullptr || !judged.evidence.other_chains.empty();
    const Report own = whole ? judged.report : attest::judge(judged.evidence);
    if (summary) line.result.summary = own.summary;
    if (setup_.plan_steps) line.result.steps = setup_.plan_steps(judged.evidence, own);
  }
  // (Of a table that lies beside another input's devices, a row that says otherwise is about
  // another device that is called alike.)
  std::erase_if(line.rows, [&](const auto& row) {
    const ManifestRows& table = setup_.manifests[row.first];
    return !table.is_about(line.of) && !table.contradictions(row.second, judged.evidence).empty();
  });
  for (const auto& [manifest, row] : line.rows) {
    const ManifestRows& table = setup_.manifests[manifest];
    std::string columns;
    for (const ManifestColumn column : table.contradictions(row, judged.evidence))
      columns += fmt::format("{}{}", columns.empty() ? "" : ", ", column_name(column));
    if (columns.empty()) continue;
    line.contradicts.push_back(
        fmt::format("{} row {}: {}", printable(table.path()), table.row(row).number, columns));
  }
  if (!line.contradicts.empty()) {
    line.result.failed.emplace_back(lot_rule::manifest_agrees_with_device.id);
    line.result.open.clear();
    line.result.summary =
        fmt::format("the device says otherwise than {}", line.contradicts.front());
    line.result.verdict = Verdict::reject;
  }
  line.not_used = judged.evidence.not_used;
  const Evidence& e = judged.evidence;
  mask_name(
      line,
      [&](const std::string& name) {
        return without_secrets(name, e.device, e.policy.show_passcode);
      },
      [&] {
        const auto& dac = e.dac.certificate;
        return dac ? fmt::format(" (DAC {})", hex(sha256(dac->der)).substr(0, 8)) : std::string();
      });
  line.fingerprints = fingerprints_of(judged.evidence, setup_.key);
  if (setup_.whole_report) line.report = setup_.whole_report(judged.evidence, judged.report);
}

void LotJudge::judge_alike(const LotBatch& batch,
                           std::vector<std::optional<DeviceLine>>& lines) const {
  struct Alike {
    size_t item;
    const Known* to;
    AlikeRecord record;
    size_t first, end;  // its jobs
    bool good;          // as far as they say who have no job
  };
  std::vector<Alike> alike;
  std::vector<SignatureJob> jobs;
  for (size_t i = 0; i < batch.items.size(); ++i) {
    const auto* line = std::get_if<LotItem::Line>(&batch.items[i].what);
    if (line == nullptr || !line->problem.empty()) continue;
    for (const Known& known : known_) {
      if (known.shared != batch.items[i].shared) continue;
      auto record = known.records.match(line->text);
      if (!record) continue;
      Alike& own = alike.emplace_back(Alike{.item = i,
                                            .to = &known,
                                            .record = std::move(*record),
                                            .first = jobs.size(),
                                            .end = 0,
                                            .good = true});
      if (const auto* job = std::get_if<SignatureJob>(&own.record.of_dac)) {
        jobs.push_back(*job);
      } else {
        own.good = check(*setup_.engine, own.record.of_dac) == Checked::verified;
      }
      if (own.record.of_attestation) jobs.push_back(*own.record.of_attestation);
      own.end = jobs.size();
      break;
    }
  }
  std::vector<uint8_t> answers(jobs.size());
  setup_.engine->verify(jobs, answers);
  for (Alike& a : alike) {
    const auto is_good = [&](size_t job) { return answers[job] == 1; };
    for (size_t job = a.first; a.good && job < a.end; ++job) a.good = is_good(job);
    if (!a.good) continue;  // the full judge says what that means
    DeviceLine& line = lines[a.item].emplace(a.to->line);
    line.id = std::move(a.record.id);
    line.result.name = a.record.name.empty() ? batch.items[a.item].name : std::move(a.record.name);
    line.input = batch.items[a.item].input;
    if (!setup_.policy.show_passcode)
      mask_name(
          line, [](const std::string& name) { return without_code_names(name); },
          [] { return std::string(); });
    const auto mark = [&](Fingerprint kind, View value) {
      line.fingerprints.values[static_cast<size_t>(kind)] = fingerprint_of(setup_.key, kind, value);
    };
    if (const auto* job = std::get_if<SignatureJob>(&a.record.of_dac)) {
      line.fingerprints.values[static_cast<size_t>(Fingerprint::dac)] =
          dac_fingerprint(setup_.key, job->digest, job->signature);
    } else {
      mark(Fingerprint::dac, a.record.dac);
    }
    mark(Fingerprint::dac_key, a.record.dac_key);
    if (!a.record.nonce.empty()) mark(Fingerprint::nonce, a.record.nonce);
    if (!a.record.serial_number.empty())
      mark(Fingerprint::serial_number, view(a.record.serial_number));
  }
}

// A few are enough: a lot has a product or two, and its records are written by one program.
// A summary may name what is the device's own: where summaries are wanted, only a device without
// one is a model.
bool LotJudge::learn(const LotItem& item, const Judged& judged, const DeviceLine& line) {
  constexpr size_t kMostKnown = 4;
  const auto* text = std::get_if<LotItem::Line>(&item.what);
  if (text == nullptr || !line.result.summary.empty()) return false;
  auto records = AlikeRecords::to(text->text, judged.evidence);
  if (!records) return false;
  if (known_.size() == kMostKnown) known_.pop_back();
  known_.push_front({.records = std::move(*records), .line = line, .shared = item.shared});
  return true;
}

std::vector<DeviceLine> LotJudge::judge(LotBatch batch) {
  // The first device alone: the others may be alike to it.
  if (may_be_alike_ && !begun_ && batch.items.size() > 1) {
    begun_ = true;
    LotBatch first;
    first.items.push_back(std::move(batch.items.front()));
    batch.items.erase(batch.items.begin());
    std::vector<DeviceLine> lines = judge(std::move(first));
    std::vector<DeviceLine> others = judge(std::move(batch));
    std::move(others.begin(), others.end(), std::back_inserter(lines));
    return lines;
  }
  std::vector<std::optional<DeviceLine>> lines(batch.items.size());
  if (may_be_alike_ && !known_.empty()) judge_alike(batch, lines);
  std::vector<size_t> of;  // the item of each reading
  std::vector<Reading> readings;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i]) continue;
    Reading reading;
    Started started = begin(batch.items[i], reading);
    started.line.of = batch.items[i].of;
    match(started, reading.device);  // by its name, where nothing else is known of it
    if (started.readable) {
      if (const auto& shared = batch.items[i].shared) shared->lend(reading);
      reading.given_sets = setup_.sets;
      of.push_back(i);
      readings.push_back(std::move(reading));
    }
    lines[i] = std::move(started.line);
  }
  const std::vector<Judged> judged =
      judge_.judge(std::move(readings), setup_.whole_report != nullptr);
  for (size_t i = 0; i < judged.size(); ++i) {
    finish(judged[i], *lines[of[i]]);
    if (const auto& shared = batch.items[of[i]].shared) shared->saw(judged[i].evidence);
  }
  // One of those that nothing was alike to is the next to compare with.
  for (size_t i = 0; may_be_alike_ && i < judged.size(); ++i) {
    const LotItem& item = batch.items[of[i]];
    if (!std::holds_alternative<LotItem::Line>(item.what)) break;
    if (learn(item, judged[i], *lines[of[i]]) || i == kMostTried) break;
  }
  std::vector<DeviceLine> out;
  out.reserve(lines.size());
  for (auto& line : lines) out.push_back(std::move(*line));
  return out;
}

}  // namespace attest
