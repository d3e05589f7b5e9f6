// The runner: asks every check of the catalogue, in an order in which what a check builds on is asked first, and makes
// a verdict of the answers.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/catalogue.h"
#include "verifier/sdk_result.h"
#include "verifier/waiver.h"

namespace attest {
namespace {

// For each check, the places of those it builds on: resolved once, not for every device.
struct Links {
  std::vector<std::vector<size_t>> after, consequence_of;
  std::vector<size_t> order;   // every check after those it builds on
};

void visit(size_t i, const Links& links, std::vector<uint8_t>& seen, std::vector<size_t>& order) {
  if (seen[i] != 0) return;
  seen[i] = 1;
  for (const size_t j : links.after[i]) visit(j, links, seen, order);
  for (const size_t j : links.consequence_of[i]) visit(j, links, seen, order);
  order.push_back(i);
}

const Links& links() {
  static const Links resolved = [] {
    Links out;
    const auto places = [](const Ids& ids) {
      std::vector<size_t> list;
      for (const char* id : ids) {
        if (id == nullptr) break;
        if (const Check* check = find_check(id)) list.push_back(check_index(*check));
      }
      return list;
    };
    for (const Check* check : catalogue()) {
      out.after.push_back(places(check->after));
      out.consequence_of.push_back(places(check->consequence_of));
    }
    std::vector<uint8_t> seen(catalogue().size());
    for (size_t i = 0; i < catalogue().size(); ++i) visit(i, out, seen, out.order);
    return out;
  }();
  return resolved;
}

bool is_required(const Policy& policy, const Check& check) {
  return std::find(policy.required.begin(), policy.required.end(), check.id) != policy.required.end();
}

class Runner {
 public:
  Runner(const Evidence& evidence, std::span<const Answered> answered) : evidence_(evidence), answered_(answered), findings_(catalogue().size()), failed_(catalogue().size()), echo_(catalogue().size()), waived_(catalogue().size()) {
    for (size_t i = 0; i < findings_.size(); ++i) findings_[i].check = catalogue()[i];
  }

  std::vector<Finding> run() {
    for (const size_t i : links().order) answer(i);
    for (Finding& finding : findings_) name_root(finding);
    for (const size_t i : links().order) follow_late(i);
    tell_of_unused(evidence_, findings_);
    return std::move(findings_);
  }

 private:
  void answer(size_t i) {
    Finding& finding = findings_[i];
    const Check& check = *finding.check;
    finding.severity = check.severity.under(evidence_.policy.network);
    if (is_required(evidence_.policy, check)) finding.severity = Severity::error;
    for (const size_t j : links().after[i]) {
      const Finding& before = findings_[j];
      if (const Check* by = waived_[j]) return follow_waived(i, *by);
      if (before.status == Status::skipped) {
        finding.status = Status::skipped;
        finding.message = before.message;
        return;
      }
      // A warning blocks too: the body would look at what is not there.
      if (before.status == Status::fail || before.status == Status::warn || before.status == Status::unknown) return block(finding, *before.check);
      if (before.status == Status::blocked) return block(finding, *before.blocked_by);
    }
    const auto before = std::find_if(answered_.begin(), answered_.end(), [&](const Answered& a) { return a.check == &check; });
    take(finding, before == answered_.end() ? check.run(evidence_) : before->outcome);
    echo_[i] = finding.status == Status::blocked;
    if (finding.status != Status::fail && finding.status != Status::warn) return;
    failed_[i] = 1;
    for (const size_t j : links().consequence_of[i]) {
      const Finding& cause = findings_[j];
      if (!failed_[j] || cause.severity != Severity::error) continue;
      if (waived_[j] == nullptr) return block(finding, cause.status == Status::blocked ? *cause.blocked_by : *cause.check);
      // The echo of a waived fault is covered with it, as far as waivers go.
      if (may_be_waived(check, evidence_.policy.network)) return waive(i, cause.waived, *waived_[j]);
    }
    if (const Waiver* waiver = waiver_for(evidence_, check)) waive(i, waiver_text(*waiver), check);
  }

  void waive(size_t i, std::string words, const Check& root) {
    findings_[i].status = Status::pass;
    findings_[i].blocked_by = nullptr;
    findings_[i].waived = std::move(words);
    waived_[i] = &root;
  }

  // What builds on a waived check has no input. It is passed over, unless it proves authenticity: then it stays open, and
  // so does the verdict.
  void follow_waived(size_t i, const Check& root) {
    if (findings_[i].check->proves_authenticity) return block(findings_[i], root);
    findings_[i].status = Status::skipped;
    findings_[i].blocked_by = nullptr;
    findings_[i].message = fmt::format("{} is waived", root.id);
    waived_[i] = &root;
  }

  // The root of what is blocked may be one that was waived later in the order.
  void follow_late(size_t i) {
    const Finding& finding = findings_[i];
    if (finding.status != Status::blocked) return;
    const Finding& root = findings_[check_index(*finding.blocked_by)];
    if (root.waived.empty()) return;
    if (!echo_[i]) return follow_waived(i, *root.check);
    if (may_be_waived(*finding.check, evidence_.policy.network)) waive(i, root.waived, *root.check);
  }

  // A body may name a check that turned out to be an echo itself: what is shown is the fault at the end.
  void name_root(Finding& finding) const {
    for (size_t steps = 0; finding.status == Status::blocked && steps < findings_.size(); ++steps) {
      const Finding& by = findings_[check_index(*finding.blocked_by)];
      if (by.status != Status::blocked) return;
      finding.blocked_by = by.blocked_by;
    }
  }

  static void block(Finding& finding, const Check& by) {
    finding.status = Status::blocked;
    finding.blocked_by = &by;
  }

  void take(Finding& finding, Outcome outcome) const {
    finding.status = outcome.status;
    finding.message = std::move(outcome.message);
    finding.expected = std::move(outcome.expected);
    finding.actual = std::move(outcome.actual);
    finding.source = std::move(outcome.source);
    if (outcome.status == Status::blocked) {
      if (const Check* by = find_check(outcome.blocked_by)) return block(finding, *by);
    }
    if (outcome.status == Status::fail && finding.severity == Severity::warning) finding.status = Status::warn;
    if (outcome.status == Status::fail && finding.severity == Severity::info) finding.status = Status::pass;
  }

  const Evidence& evidence_;
  std::span<const Answered> answered_;
  std::vector<Finding> findings_;
  std::vector<uint8_t> failed_;   // its body said so, whether shown as fail or as an echo of another
  std::vector<uint8_t> echo_;     // its body itself named another as the fault
  std::vector<const Check*> waived_;   // let pass by a waiver, or passed over because of one: of this check
};

// A check that stayed open keeps the device from being approved when its rule is an error here or was asked for.
bool keeps_open(const Finding& finding, const Policy& policy) {
  const bool asked_for = is_required(policy, *finding.check);
  if (finding.status == Status::skipped) return asked_for;
  if (finding.status != Status::unknown && finding.status != Status::blocked) return false;
  // Without any fail, what is blocked waits for something unknown.
  const Check& open = finding.blocked_by != nullptr ? *finding.blocked_by : *finding.check;
  if (open.open_on_main_only && policy.network != Network::main && !asked_for) return false;
  return finding.severity == Severity::error;
}

// Good for the test network is not good for production: what the main network's policy would refuse or leave open.
std::string not_for_production(const Report& report, const Policy& policy) {
  if (policy.network != Network::test) return {};
  std::string first;
  size_t others = 0;
  for (const Finding& f : report.findings) {
    const bool noted = f.status == Status::pass && !f.message.empty() && (f.severity == Severity::info || !f.waived.empty());
    const bool open = noted || f.status == Status::warn || f.status == Status::unknown;
    if (!open || f.check->severity.main != Severity::error) continue;
    if (first.empty()) {
      first = f.message;
    } else {
      ++others;
    }
  }
  if (first.empty()) return {};
  return fmt::format(". Good for the test network, not for production: {}{}", first, others == 0 ? "" : fmt::format(" (and {} more)", others));
}

std::string summary(const Report& report, const Policy& policy) {
  const auto count = [&](Status s) { return std::count_if(report.findings.begin(), report.findings.end(), [&](const Finding& f) { return f.status == s; }); };
  if (report.verdict == Verdict::reject) {
    const Finding& first = *report.first(Status::fail);
    const auto fails = count(Status::fail);
    std::string out = first.message;
    if (fails > 1) out += fmt::format(" (and {} more {})", fails - 1, fails == 2 ? "fault" : "faults");
    if (first.check->remedy[0] != '\0') out += fmt::format(": {}", first.check->remedy);
    return out;
  }
  if (report.verdict == Verdict::undecided) {
    const auto is_open = [&](const Finding& f) { return f.status != Status::blocked && keeps_open(f, policy); };
    auto open = std::find_if(report.findings.begin(), report.findings.end(), is_open);
    if (open == report.findings.end()) open = std::find_if(report.findings.begin(), report.findings.end(), [&](const Finding& f) { return keeps_open(f, policy); });
    std::string out = open->message.empty() ? open->check->title : open->message;
    if (open->status == Status::skipped) out = fmt::format("{} is required: {}", open->check->id, out);
    if (open->check->remedy[0] != '\0') out += fmt::format(": {}", open->check->remedy);
    return out;
  }
  const auto warnings = count(Status::warn);
  std::string out = "every required check passed";
  if (warnings != 0) out += fmt::format("; {} {} to read", warnings, warnings == 1 ? "warning" : "warnings");
  const auto waived = std::count_if(report.findings.begin(), report.findings.end(), [](const Finding& f) { return !f.waived.empty(); });
  if (waived != 0) out += fmt::format("; {} let pass by a waiver", waived == 1 ? "one that fails is" : fmt::format("{} that fail are", waived));
  return out + not_for_production(report, policy);
}

}  // namespace

const char* verdict_name(Verdict v) { return v == Verdict::approve ? "approve" : v == Verdict::reject ? "reject" : "undecided"; }
const char* status_name(Status s) {
  constexpr const char* kNames[] = {"pass", "fail", "warn", "skipped", "blocked", "unknown"};
  return kNames[static_cast<size_t>(s)];
}
const char* severity_name(Severity s) { return s == Severity::error ? "error" : s == Severity::warning ? "warning" : "info"; }

const Finding* Report::first(Status status) const {
  const auto at = std::find_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.status == status; });
  return at == findings.end() ? nullptr : &*at;
}
std::vector<const Finding*> Report::all(Status status) const {
  std::vector<const Finding*> out;
  for (const Finding& f : findings) {
    if (f.status == status) out.push_back(&f);
  }
  return out;
}

Report judge(const Evidence& evidence) { return judge(evidence, {}); }
Report judge(const Evidence& evidence, std::span<const Answered> answered) {
  Report report;
  report.findings = Runner(evidence, answered).run();
  const auto any = [&](auto&& is) { return std::any_of(report.findings.begin(), report.findings.end(), is); };
  if (any([](const Finding& f) { return f.status == Status::fail; })) {
    report.verdict = Verdict::reject;
  } else if (any([&](const Finding& f) { return keeps_open(f, evidence.policy); })) {
    report.verdict = Verdict::undecided;
  } else {
    report.verdict = Verdict::approve;
  }
  report.summary = summary(report, evidence.policy);
  report.sdk = sdk_result(evidence);
  return report;
}

}  // namespace attest
