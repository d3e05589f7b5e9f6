// A verdict, made of what the runner was answered.

#include "verifier/judge/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "verifier/checks/catalogue.h"
#include "verifier/checks/waiver.h"
#include "verifier/judge/headline.h"
#include "verifier/judge/id_hint.h"
#include "verifier/judge/runner.h"
#include "verifier/sdk/sdk_result.h"

namespace attest {
namespace {

// The words of the waiver at the root of what was let pass.
std::string words_of_waiver(const Evidence& evidence, const Check& root) {
  const Waiver* waiver = waiver_for(evidence, root);
  return waiver == nullptr ? std::string() : waiver_text(*waiver);
}

}  // namespace

Judge::Judge(const Policy& policy)
    : network_(policy.network), stage_(policy.stage), fail_on_unknown_(policy.fail_on_unknown) {
  const auto checks = catalogue();
  required_.resize(checks.size());
  for (size_t i = 0; i < checks.size() && !policy.required.empty(); ++i) {
    const bool required = std::find(policy.required.begin(), policy.required.end(),
                                    checks[i]->id) != policy.required.end();
    required_[i] = required ? 1 : 0;
    any_required_ = any_required_ || required;
  }
  severity_ = links().under(network_, stage_);
  for (size_t i = 0; any_required_ && i < checks.size(); ++i) {
    if (required_[i] != 0) severity_[i] = Severity::error;
  }
  unmet_ = severity_;
  if (policy.fail_on_warn)
    std::replace(unmet_.begin(), unmet_.end(), Severity::warning, Severity::error);
}

// A check that stayed open keeps the device from being approved when its rule is an error here or
// was asked for.
bool Judge::keeps_open(size_t check, const Answer& answer) const {
  const Status status = answer.status;
  if (status == Status::pass || status == Status::warn || status == Status::fail) return false;
  const bool asked_for = required_[check] != 0;
  if (status == Status::skipped) return asked_for;
  if (fail_on_unknown_ && (status == Status::unknown || answer.open)) return true;
  if (answer.aside) return asked_for;
  // Without any fail, what is blocked waits for something unknown.
  const Check& open = *catalogue()[answer.by == kNobody || answer.open ? check : answer.by];
  const bool on_main = network_ == Network::main && stage_ == Stage::network;
  if (open.open_on_main_only && !on_main && !asked_for) return false;
  return answer.weight.value_or(severity_[check]) == Severity::error;
}

Report Judge::report(const Evidence& evidence, std::span<const Answered> answered,
                     bool is_joined) const {
  Report report;
  const auto checks = catalogue();
  report.findings.resize(checks.size());
  const auto keep = [&](size_t i, Outcome&& outcome) {
    Finding& finding = report.findings[i];
    if (outcome.texts == nullptr) {
      if (outcome.constant != nullptr && outcome.status != Status::blocked)
        finding.message = SparseText::lasting(outcome.constant);
      return;
    }
    finding.message = std::move(outcome.texts->message);
    finding.expected = std::move(outcome.texts->expected);
    finding.actual = std::move(outcome.texts->actual);
    finding.source = std::move(outcome.texts->source);
    finding.remedy = std::move(outcome.texts->remedy);
    finding.facts = outcome.texts->facts;
    if (outcome.status != Status::fail) return;
    // (What a bundle brings from before has its hint already.)
    const std::string hint = id_hint(finding.expected, finding.actual);
    if (!hint.empty() && finding.message.find(hint) == std::string_view::npos)
      finding.message = fmt::format("{}; {}", finding.message.view(), hint);
  };
  Runner runner(evidence, unmet_, nullptr, answered);
  const auto& answers = runner.run(keep);
  for (size_t i = 0; i < answers.size(); ++i) {
    Finding& finding = report.findings[i];
    finding.check = checks[i];
    finding.status = answers[i].status;
    finding.severity = answers[i].status == Status::fail ? unmet_[i] : severity_[i];
    if (const auto& weight = answers[i].weight)
      finding.severity = answers[i].status == Status::fail ? Severity::error : *weight;
    if (answers[i].status == Status::blocked) finding.blocked_by = checks[answers[i].by];
    if (answers[i].like != kNobody) finding.message = report.findings[answers[i].like].message;
    if (answers[i].waived != kNobody) {
      const Check& root = *checks[answers[i].waived];
      if (finding.status == Status::pass) finding.waived = words_of_waiver(evidence, root);
      if (finding.status == Status::skipped) finding.message = fmt::format("{} is waived", root.id);
    }
  }
  report_unused_waivers(evidence, report.findings);
  finish(evidence, answers, report, is_joined);
  return report;
}

// The remedy belongs to the answer, not to the check.
void Judge::finish(const Evidence& evidence, std::span<const Answer> answers, Report& report,
                   bool is_joined) const {
  for (size_t i = 0; i < answers.size(); ++i) {
    Finding& f = report.findings[i];
    if (f.status == Status::unknown) {
      if (f.remedy.empty()) f.remedy = SparseText::lasting(unknown_remedy(*f.check));
    } else {
      const bool fault = f.status == Status::fail || f.status == Status::warn || !f.waived.empty();
      // Where something is wrong, what the answer brought, else the check's; where nothing is,
      // none.
      if (fault == f.remedy.empty())
        f.remedy = fault ? SparseText::lasting(f.check->remedy) : SparseText();
    }
    f.could_not_be_made = f.status == Status::unknown || answers[i].open;
    // (Most passed or do not apply, and keep nothing open.)
    const Status said = answers[i].status;
    f.keeps_open = f.status == said && said != Status::pass &&
                   (said != Status::skipped || any_required_) && keeps_open(i, answers[i]);
  }
  conclude(evidence, report, !is_joined);
  report.sdk = sdk_result(evidence);
}

void Judge::conclude_joined(const Evidence& evidence, Report& report) const {
  forget_unused_waivers(report.findings);
  report_unused_waivers(evidence, report.findings);
  conclude(evidence, report, true);
}

void Judge::conclude(const Evidence& evidence, Report& report, bool summed) const {
  bool failed = false, open = false;
  for (const Finding& f : report.findings) {
    failed = failed || f.status == Status::fail;
    open = open || f.keeps_open;
  }
  report.verdict = failed ? Verdict::reject : open ? Verdict::undecided : Verdict::approve;
  if (!summed) return;
  const Finding* first = deciding(report);
  report.decided_by = first == nullptr ? nullptr : first->check;
  report.summary = with_chain(evidence, report, with_commissioner(report, summary(report, first)));
}

Outline Judge::outline(const Evidence& evidence, SharedAnswers* shared) const {
  if (!evidence.policy.waivers.empty())
    return outline_of(report(evidence));  // whether a waiver was needed is known last
  Outline out;
  Runner runner(evidence, unmet_, shared);
  const auto& answers = runner.run([](size_t, const Outcome&) {});
  bool open = false;
  for (size_t i = 0; i < answers.size(); ++i) {
    const Answer& a = answers[i];
    if (a.status == Status::pass || (a.status == Status::skipped && !any_required_)) continue;
    if (a.status == Status::fail) out.failed.push_back(links().checks[i]);
    if (a.status == Status::warn) out.warned.push_back(links().checks[i]);
    if ((a.status == Status::unknown || a.open) &&
        (a.weight.value_or(severity_[i]) == Severity::error || fail_on_unknown_))
      out.open.push_back(links().checks[i]);
    open = open || keeps_open(i, a);
  }
  out.verdict = !out.failed.empty() ? Verdict::reject
                : open              ? Verdict::undecided
                                    : Verdict::approve;
  return out;
}

Outline outline_of(const Report& report) {
  Outline out{.verdict = report.verdict, .failed = {}, .warned = {}, .open = {}};
  for (const Finding& f : report.findings) {
    if (f.status == Status::fail) out.failed.push_back(f.check);
    if (f.status == Status::warn) out.warned.push_back(f.check);
    if (f.could_not_be_made && (f.severity == Severity::error || f.keeps_open))
      out.open.push_back(f.check);
  }
  return out;
}

Report judge(const Evidence& evidence, std::span<const Answered> answered) {
  return Judge(evidence.policy).report(evidence, answered);
}

}  // namespace attest
