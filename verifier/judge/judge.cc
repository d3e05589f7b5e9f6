// The runner: asks every check of the catalogue, in an order in which what a check builds on is
// asked first, and makes a verdict of the answers.

#include "verifier/judge/judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "verifier/checks/catalogue.h"
#include "verifier/checks/waiver.h"
#include "verifier/judge/id_hint.h"
#include "verifier/sdk/sdk_meaning.h"
#include "verifier/sdk/sdk_result.h"

namespace attest {
namespace {

// For each check, the places of those it builds on: resolved once, not for every device.
struct Links {
  // The links of check i are places[begin[i]] up to places[begin[i + 1]].
  struct Lists {
    std::vector<uint32_t> begin{0};
    std::vector<uint16_t> places;
    std::span<const uint16_t> of(size_t i) const {
      return std::span(places).subspan(begin[i], begin[i + 1] - begin[i]);
    }
    void add(std::span<const char* const> ids, std::span<const char* const> more) {
      for (const auto list : {ids, more}) {
        for (const char* id : list) {
          if (id == nullptr) break;
          if (const Check* check = find_check(id))
            places.push_back(static_cast<uint16_t>(check_index(*check)));
        }
      }
      begin.push_back(static_cast<uint32_t>(places.size()));
    }
  };
  Lists after, consequence_of;
  std::vector<uint16_t> order;  // every check after those it builds on
  std::vector<uint16_t> own;    // in this order, those that build on anything that is not shared
  std::vector<uint8_t> shared;  // is_shared()
  std::span<const Check* const> checks = catalogue();
};

void visit(size_t i, const Links& links, std::vector<uint8_t>& seen, std::vector<uint16_t>& order) {
  if (seen[i] != 0) return;
  seen[i] = 1;
  for (const size_t j : links.after.of(i)) visit(j, links, seen, order);
  for (const size_t j : links.consequence_of.of(i)) visit(j, links, seen, order);
  order.push_back(static_cast<uint16_t>(i));
}

const Links& links() {
  static const Links resolved = [] {
    Links out;
    for (const Check* check : catalogue()) {
      out.after.add(check->after, check->run.needs);
      out.consequence_of.add(check->consequence_of, {});
    }
    std::vector<uint8_t> seen(catalogue().size());
    for (size_t i = 0; i < catalogue().size(); ++i) visit(i, out, seen, out.order);
    for (size_t i = 0; i < catalogue().size(); ++i)
      out.shared.push_back(is_shared(*catalogue()[i]) ? 1 : 0);
    std::vector<uint8_t> own(catalogue().size());
    for (const size_t i : out.order) {
      const auto is_own = [&](size_t j) { return own[j] != 0; };
      own[i] = !is_shared(*catalogue()[i]) || std::ranges::any_of(out.after.of(i), is_own) ||
                       std::ranges::any_of(out.consequence_of.of(i), is_own)
                   ? 1
                   : 0;
      if (own[i] != 0) out.own.push_back(static_cast<uint16_t>(i));
    }
    return out;
  }();
  return resolved;
}

class Runner {
 public:
  Runner(const Evidence& evidence, std::span<const Severity> severity, SharedAnswers* shared,
         std::span<const Answered> answered = {})
      : evidence_(evidence),
        views_(evidence),
        severity_(severity),
        shared_(shared),
        answered_(answered),
        links_(links()),
        waivers_(!evidence.policy.waivers.empty()) {}

  // `keep(i, outcome)` gets the texts of every body that was asked.
  template <class Keep>
  const std::vector<Answer>& run(Keep&& keep) {
    const bool settled = shared_ != nullptr && !shared_->ends.empty();
    if (settled) {
      answers_ = shared_->ends;
    } else {
      answers_.resize(catalogue().size());
      if (shared_ != nullptr) shared_->bodies.resize(catalogue().size());
    }
    const auto& order = settled ? links_.own : links_.order;
    for (const size_t i : order) answer(i, keep);
    for (const size_t i : order) name_root(answers_[i]);
    if (waivers_) {
      for (const size_t i : order) follow_late(i);
    }
    if (shared_ != nullptr && !settled) {
      shared_->ends = answers_;
      for (const size_t i : links_.own) shared_->ends[i] = {};
    }
    return answers_;
  }

 private:
  template <class Keep>
  void answer(size_t i, Keep& keep) {
    Answer& mine = answers_[i];
    for (const uint16_t j : links_.after.of(i)) {
      const Answer& before = answers_[j];
      if (before.waived != kNobody) return follow_waived(i, before.waived);
      if (before.status == Status::pass) continue;
      if (before.status == Status::skipped) {
        mine.status = Status::skipped;
        mine.like = before.like == kNobody ? j : before.like;
        return;
      }
      // A warning blocks too: the body would look at what is not there.
      return block(mine, before.status == Status::blocked ? before.by : j);
    }
    ask(i, keep);
    mine.echo = mine.status == Status::blocked;
    if (mine.status != Status::fail && mine.status != Status::warn) return;
    mine.failed = true;
    for (const uint16_t j : links_.consequence_of.of(i)) {
      const Answer& cause = answers_[j];
      // A waiver covers its own check and what has no input without it. This one was asked and
      // found a fault: that is for another waiver to cover.
      if (!cause.failed || severity_[j] != Severity::error || cause.waived != kNobody) continue;
      return block(mine, cause.status == Status::blocked ? cause.by : j);
    }
    if (waivers_ && waiver_for(evidence_, *links_.checks[i]) != nullptr)
      waive(mine, static_cast<uint16_t>(i));
  }

  static void waive(Answer& a, uint16_t root) {
    a.status = Status::pass;
    a.by = kNobody;
    a.waived = root;
  }

  // What builds on a waived check has no input. It is passed over, unless it proves authenticity:
  // then it stays open, and so does the verdict.
  void follow_waived(size_t i, uint16_t root) {
    Answer& a = answers_[i];
    if (links_.checks[i]->proves_authenticity) return block(a, root);
    a.status = Status::skipped;
    a.by = kNobody;
    a.waived = root;
  }

  // The root of what is blocked may be one that was waived later in the order.
  void follow_late(size_t i) {
    Answer& a = answers_[i];
    if (a.status != Status::blocked) return;
    const Answer& root = answers_[a.by];
    if (root.waived == kNobody || root.status != Status::pass) return;
    if (!a.echo) return follow_waived(i, a.by);
    if (may_be_waived(*links_.checks[i], evidence_.policy.network)) waive(a, root.waived);
  }

  template <class Keep>
  void ask(size_t i, Keep& keep) {
    const Check& check = *links_.checks[i];
    if (shared_ != nullptr && links_.shared[i] != 0) {
      SharedAnswers::Body& body = shared_->bodies[i];
      if (!body.known) {
        const Outcome outcome = check.run.ask(views_);
        body = {.known = true,
                .status = outcome.status,
                .by = outcome.constant,
                .open = outcome.open,
                .aside = outcome.aside};
      }
      answers_[i].aside = body.aside;
      return take(i, body.status, body.by, body.open);
    }
    Outcome outcome = answered_.empty() ? check.run.ask(views_) : from_before(check);
    answers_[i].aside = outcome.aside;
    take(i, outcome.status, outcome.constant, outcome.open);
    keep(i, std::move(outcome));
  }

  Outcome from_before(const Check& check) const {
    const auto at = std::find_if(answered_.begin(), answered_.end(),
                                 [&](const Answered& a) { return a.check == &check; });
    if (at == answered_.end()) return check.run.ask(views_);
    if (at->status == Status::blocked) return blocked(at->blocked_by);
    return with_texts(at->status, at->texts.message, at->texts.expected, at->texts.actual,
                      at->texts.source);
  }

  void take(size_t i, Status status, const char* by, bool open) {
    Answer& mine = answers_[i];
    mine.status = status;
    mine.open = open;
    if (status == Status::blocked) {
      if (const Check* cause = find_check(by))
        return block(mine, static_cast<uint16_t>(check_index(*cause)));
    }
    if (status == Status::fail && severity_[i] == Severity::warning) mine.status = Status::warn;
    if (status == Status::fail && severity_[i] == Severity::info) mine.status = Status::pass;
  }

  // A body may name a check that turned out to be an echo itself: what is shown is the fault at the
  // end.
  void name_root(Answer& a) const {
    for (size_t steps = 0; a.status == Status::blocked && steps < answers_.size(); ++steps) {
      const Answer& by = answers_[a.by];
      if (by.status != Status::blocked) return;
      a.by = by.by;
    }
  }

  static void block(Answer& a, uint16_t by) {
    a.status = Status::blocked;
    a.by = by;
  }

  const Evidence& evidence_;
  const Views views_;
  std::span<const Severity> severity_;
  SharedAnswers* shared_;
  std::span<const Answered> answered_;
  const Links& links_;
  const bool waivers_;
  std::vector<Answer> answers_;
};

// A commissioner's own result that is not ours belongs into the headline: first where nothing was
// decided here, behind our own finding where something was.
std::string with_commissioner(const Report& report, std::string summary) {
  const Check* check = find_check(kCommissionerAgrees);
  const Finding& said = report.findings[check_index(*check)];
  if (said.status != Status::warn && said.status != Status::fail) return summary;
  if (report.decided_by == check) return summary;
  if (report.verdict == Verdict::undecided) return said.message + "; " + summary;
  return summary + (report.verdict == Verdict::approve ? "; but " : "; ") + said.message;
}

// The words of the waiver at the root of what was let pass.
std::string words_of_waiver(const Evidence& evidence, const Check& root) {
  const Waiver* waiver = waiver_for(evidence, root);
  return waiver == nullptr ? std::string() : waiver_text(*waiver);
}

}  // namespace

Judge::Judge(const Policy& policy)
    : network_(policy.network), fail_on_unknown_(policy.fail_on_unknown) {
  for (const Check* check : catalogue()) {
    const bool required = std::find(policy.required.begin(), policy.required.end(), check->id) !=
                          policy.required.end();
    required_.push_back(required ? 1 : 0);
    any_required_ = any_required_ || required;
    severity_.push_back(required ? Severity::error : check->severity.under(network_));
    unmet_.push_back(policy.fail_on_warn && severity_.back() == Severity::warning
                         ? Severity::error
                         : severity_.back());
  }
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
  if (open.open_on_main_only && network_ != Network::main && !asked_for) return false;
  return severity_[check] == Severity::error;
}

namespace {

std::string joined(const std::vector<std::string_view>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

// The subject of a question, in a word for a headline.
std::string_view topic_of(const Check& check) {
  const std::string_view id = check.id, subject = id.substr(0, id.find('.'));
  if (subject == "ledger") return "ledger";
  if (subject == "revocation" || id.ends_with("-not-revoked")) return "revocation";
  constexpr std::pair<std::string_view, std::string_view> kTopics[] = {
      {"ota", "firmware image"},
      {"cd", "declaration"},
      {"cms", "declaration"},
      {"attestation", "attestation response"},
      {"expect", "order"},
      {"factory", "factory data"},
      {"onboarding", "onboarding codes"}};
  const auto at = std::find_if(std::begin(kTopics), std::end(kTopics),
                               [&](const auto& topic) { return topic.first == subject; });
  return at == std::end(kTopics) ? subject : at->second;
}

// "; 3 checks could not be made: revocation, ledger": an approval says what it does not know.
std::string not_made(const Report& report) {
  std::vector<std::string_view> topics;
  size_t count = 0;
  for (const Finding& f : report.findings) {
    if (!f.could_not_be_made) continue;
    ++count;
    if (std::find(topics.begin(), topics.end(), topic_of(*f.check)) == topics.end())
      topics.push_back(topic_of(*f.check));
  }
  if (count == 0) return {};
  return fmt::format("; {} {} could not be made: {}", count, count == 1 ? "check" : "checks",
                     joined(topics));
}

}  // namespace

// Good for the test network is not good for production: what the main network's policy would refuse
// or leave open.
std::string Judge::not_for_production(const Report& report) const {
  if (network_ != Network::test) return {};
  std::string first;
  std::vector<std::string_view> others;
  bool refused = false;  // else production leaves it open
  for (const Finding& f : report.findings) {
    const bool noted = f.status == Status::pass && !f.message.empty() &&
                       (f.severity == Severity::info || !f.waived.empty());
    const bool open = noted || f.status == Status::warn || f.status == Status::unknown;
    if (!open || f.check->severity.main != Severity::error) continue;
    refused = refused || f.status != Status::unknown;
    if (first.empty()) {
      first = f.message;
    } else {
      others.emplace_back(f.check->id);
    }
  }
  if (first.empty()) return {};
  return fmt::format(". Good for the test network, {} for production: {}{}",
                     refused ? "not" : "open", first,
                     others.empty() ? "" : fmt::format("; nor {}", joined(others)));
}

// The finding that a reader should act on first: the first fault, or what keeps the verdict open.
const Finding* Judge::deciding(const Report& report) const {
  if (report.verdict == Verdict::approve) return nullptr;
  if (report.verdict == Verdict::reject) return report.first(Status::fail);
  const auto is_open = [](const Finding& f) { return f.status != Status::blocked && f.keeps_open; };
  auto open = std::find_if(report.findings.begin(), report.findings.end(), is_open);
  if (open != report.findings.end()) return &*open;
  open = std::find_if(report.findings.begin(), report.findings.end(),
                      [](const Finding& f) { return f.keeps_open; });
  // What is unknown for another's reason waits for that one.
  return open->could_not_be_made ? report.of(open->blocked_by) : &*open;
}

std::string Judge::summary(const Report& report, const Finding* first) const {
  const auto count = [&](Status s) {
    return std::count_if(report.findings.begin(), report.findings.end(),
                         [&](const Finding& f) { return f.status == s; });
  };
  if (first != nullptr) {
    std::string out = first->message.empty() ? first->check->title : first->message;
    if (first->status == Status::skipped)
      out = fmt::format("{} is required: {}", first->check->id, out);
    std::vector<std::string_view> others;
    for (const Finding& f : report.findings) {
      if (f.status == Status::fail && &f != first) others.emplace_back(f.check->id);
    }
    if (!others.empty())
      out += fmt::format(" (and {} more {}: {})", others.size(),
                         others.size() == 1 ? "fault" : "faults", joined(others));
    if (!first->remedy.empty()) out += fmt::format(": {}", first->remedy);
    return out;
  }
  const auto warnings = count(Status::warn);
  std::string out = "every required check passed";
  if (warnings != 0)
    out += fmt::format("; {} {} to read", warnings, warnings == 1 ? "warning" : "warnings");
  const auto waived = std::count_if(report.findings.begin(), report.findings.end(),
                                    [](const Finding& f) { return !f.waived.empty(); });
  if (waived != 0)
    out += fmt::format("; {} let pass by a waiver",
                       waived == 1 ? "one that fails is" : fmt::format("{} that fail are", waived));
  return out + not_made(report) + not_for_production(report);
}

const char* verdict_name(Verdict v) {
  return v == Verdict::approve ? "approve" : v == Verdict::reject ? "reject" : "undecided";
}
const char* status_name(Status s) {
  constexpr const char* kNames[] = {"pass", "fail", "warn", "skipped", "blocked", "unknown"};
  return kNames[static_cast<size_t>(s)];
}
const char* severity_name(Severity s) {
  return s == Severity::error ? "error" : s == Severity::warning ? "warning" : "info";
}

const Finding* Report::first(Status status) const {
  const auto at = std::find_if(findings.begin(), findings.end(),
                               [&](const Finding& f) { return f.status == status; });
  return at == findings.end() ? nullptr : &*at;
}
const Finding* Report::of(const Check* check) const {
  const auto at = std::find_if(findings.begin(), findings.end(),
                               [&](const Finding& f) { return f.check == check; });
  return at == findings.end() ? nullptr : &*at;
}
std::vector<const Finding*> Report::all(Status status) const {
  std::vector<const Finding*> out;
  for (const Finding& f : findings) {
    if (f.status == status) out.push_back(&f);
  }
  return out;
}

Report Judge::report(const Evidence& evidence, std::span<const Answered> answered) const {
  Report report;
  report.findings.resize(catalogue().size());
  const auto keep = [&](size_t i, Outcome outcome) {
    Finding& finding = report.findings[i];
    if (outcome.texts == nullptr) {
      if (outcome.constant != nullptr && outcome.status != Status::blocked)
        finding.message = outcome.constant;
      return;
    }
    finding.message = std::move(outcome.texts->message);
    finding.expected = std::move(outcome.texts->expected);
    finding.actual = std::move(outcome.texts->actual);
    finding.source = std::move(outcome.texts->source);
    finding.remedy = std::move(outcome.texts->remedy);
    if (outcome.status != Status::fail) return;
    // (What a bundle brings from before has its hint already.)
    const std::string hint = id_hint(finding.expected, finding.actual);
    if (!hint.empty() && finding.message.find(hint) == std::string::npos)
      finding.message += "; " + hint;
  };
  Runner runner(evidence, unmet_, nullptr, answered);
  const auto& answers = runner.run(keep);
  for (size_t i = 0; i < answers.size(); ++i) {
    Finding& finding = report.findings[i];
    finding.check = catalogue()[i];
    finding.status = answers[i].status;
    finding.severity = answers[i].status == Status::fail ? unmet_[i] : severity_[i];
    if (answers[i].status == Status::blocked) finding.blocked_by = catalogue()[answers[i].by];
    if (answers[i].like != kNobody) finding.message = report.findings[answers[i].like].message;
    if (answers[i].waived != kNobody) {
      const Check& root = *catalogue()[answers[i].waived];
      if (finding.status == Status::pass) finding.waived = words_of_waiver(evidence, root);
      if (finding.status == Status::skipped) finding.message = fmt::format("{} is waived", root.id);
    }
  }
  tell_of_unused(evidence, report.findings);
  finish(evidence, answers, report);
  return report;
}

// The remedy belongs to the answer, not to the check.
void Judge::finish(const Evidence& evidence, std::span<const Answer> answers,
                   Report& report) const {
  bool failed = false, open = false;
  for (size_t i = 0; i < answers.size(); ++i) {
    Finding& f = report.findings[i];
    if (f.status == Status::unknown) {
      if (f.remedy.empty()) f.remedy = unknown_remedy(*f.check);
    } else {
      const bool fault = f.status == Status::fail || f.status == Status::warn || !f.waived.empty();
      f.remedy = fault ? f.check->remedy : "";
    }
    f.could_not_be_made = f.status == Status::unknown || answers[i].open;
    f.keeps_open = f.status == answers[i].status && keeps_open(i, answers[i]);
    failed = failed || f.status == Status::fail;
    open = open || f.keeps_open;
  }
  report.verdict = failed ? Verdict::reject : open ? Verdict::undecided : Verdict::approve;
  const Finding* first = deciding(report);
  report.decided_by = first == nullptr ? nullptr : first->check;
  report.summary = with_commissioner(report, summary(report, first));
  report.sdk = sdk_result(evidence);
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
    if ((a.status == Status::unknown || a.open) &&
        (severity_[i] == Severity::error || fail_on_unknown_))
      out.open.push_back(links().checks[i]);
    open = open || keeps_open(i, a);
  }
  out.verdict = !out.failed.empty() ? Verdict::reject
                : open              ? Verdict::undecided
                                    : Verdict::approve;
  return out;
}

Outline outline_of(const Report& report) {
  Outline out{.verdict = report.verdict, .failed = {}, .open = {}};
  for (const Finding& f : report.findings) {
    if (f.status == Status::fail) out.failed.push_back(f.check);
    if (f.could_not_be_made && (f.severity == Severity::error || f.keeps_open))
      out.open.push_back(f.check);
  }
  return out;
}

Report judge(const Evidence& evidence) {
  return Judge(evidence.policy).report(evidence);
}
Report judge(const Evidence& evidence, std::span<const Answered> answered) {
  return Judge(evidence.policy).report(evidence, answered);
}

}  // namespace attest
