// Runner: asks every check of the catalogue about one device, in an order in which what a check
// builds on is asked first. Judge makes a report of the answers.
#pragma once

#include <algorithm>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "verifier/checks/catalogue.h"
#include "verifier/checks/waiver.h"
#include "verifier/judge/judge.h"

namespace attest {

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
  // Of each check what is looked at for every device, side by side.
  std::vector<Outcome (*)(const Views&)> ask;
  std::vector<Severity> on_main, on_test, on_none, at_lab;
  const std::vector<Severity>& under(Network network, Stage stage) const {
    if (stage == Stage::lab) return at_lab;
    return network == Network::main ? on_main : network == Network::test ? on_test : on_none;
  }
};
const Links& links();

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
      if (!cause.failed || severity(j) != Severity::error || cause.waived != kNobody) continue;
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
    if (may_be_waived(*links_.checks[i], evidence_.policy.network, evidence_.policy.stage))
      waive(a, root.waived);
  }

  template <class Keep>
  void ask(size_t i, Keep& keep) {
    if (shared_ != nullptr && links_.shared[i] != 0) {
      SharedAnswers::Body& body = shared_->bodies[i];
      if (!body.known) {
        const Outcome outcome = asked(i);
        body = {.known = true,
                .status = outcome.status,
                .by = outcome.constant,
                .open = outcome.open,
                .aside = outcome.aside,
                .weight = outcome.weight};
      }
      answers_[i].aside = body.aside;
      answers_[i].weight = body.weight;
      return take(i, body.status, body.by, body.open);
    }
    Outcome outcome = answered_.empty() ? asked(i) : from_before(i);
    answers_[i].aside = outcome.aside;
    answers_[i].weight = outcome.weight;
    take(i, outcome.status, outcome.constant, outcome.open);
    keep(i, std::move(outcome));
  }

  // A rule that ends in a fault of ours is told by its name.
  Outcome asked(size_t i) const {
    try {
      return links_.ask[i](views_);
    } catch (const std::logic_error& fault) {
      throw std::logic_error(std::string(links_.checks[i]->id) + ": " + fault.what());
    }
  }

  Outcome from_before(size_t i) const {
    const auto at = std::find_if(answered_.begin(), answered_.end(),
                                 [&](const Answered& a) { return a.check == links_.checks[i]; });
    if (at == answered_.end()) return asked(i);
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
    if (status == Status::fail && severity(i) == Severity::warning) mine.status = Status::warn;
    if (status == Status::fail && severity(i) == Severity::info) mine.status = Status::pass;
  }

  Severity severity(size_t i) const {
    const auto& weight = answers_[i].weight;
    if (!weight) return severity_[i];
    return evidence_.policy.fail_on_warn && *weight == Severity::warning ? Severity::error
                                                                         : *weight;
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
}  // namespace attest
