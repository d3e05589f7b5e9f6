#include "report/report_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "report/junit.h"
#include "report/lot_report_text.h"
#include "report/plan_view.h"
#include "report/wording.h"
#include "verifier/rules/check.h"

namespace attest {
namespace {

class PlanPage {
 public:
  explicit PlanPage(const TextStyle& style) : style_(style) {}

  std::string write(const Evidence& e, const Report& report) {
    headline(report.verdict, device_line(e));
    paragraph(printable(report.summary), 2);
    all(plan_results(e, report));
    for (const NotUsed& unused : e.not_used) paragraph(printable(not_used_text(unused)), 2);
    for (const EvidenceFile& file : e.files) {
      if (!is_not_used(e, file))
        paragraph(printable(fmt::format("evidence: {}: {}", file.path, file.kind)), 2);
    }
    end(policy_text(e.policy.network, e.policy.stage), e.policy.at);
    return std::move(out_);
  }

  std::string write(const LotReport& lot) {
    headline(lot.verdict, lot_counts_text(lot));
    all(plan_results(lot));
    for (const NotUsed& unused : lot.not_used) paragraph(printable(not_used_text(unused)), 2);
    if (lot.not_used_left_out > 0)
      paragraph(fmt::format("not used: {} more", lot.not_used_left_out), 2);
    end(policy_text(lot.network, lot.stage), lot.at);
    return std::move(out_);
  }

 private:
  static constexpr size_t kName = 30;  // columns of the longest test case, and two blanks

  // Something of it is told from the evidence.
  static bool is_told(const CaseResult& r) {
    return std::any_of(r.steps.begin(), r.steps.end(), [](const StepResult& s) {
      return s.state == StepState::passed || s.state == StepState::failed;
    });
  }
  static const char* code_of(Verdict v) {
    return v == Verdict::approve ? "32" : v == Verdict::reject ? "1;31" : "33";
  }
  std::string ink(const char* code, std::string_view s) const {
    return style_.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, s) : std::string(s);
  }
  void paragraph(std::string_view s, size_t indent) {
    out_ += std::string(indent, ' ') + wrap(s, style_.width - indent, indent) + "\n";
  }
  void headline(Verdict verdict, const std::string& name) {
    out_ += fmt::format("{}  {}\n", ink(code_of(verdict), verdict_word(verdict)), printable(name));
  }
  void end(const std::string& policy, Instant at) {
    paragraph(fmt::format("{}, as of {}", policy, rfc3339(at)), 2);
  }

  void all(const std::vector<CaseResult>& results) {
    out_ += "\n";
    for (const CaseResult& result : results) {
      if (is_told(result)) one(result);
    }
    for (const CaseResult& result : results) {
      if (!is_told(result)) row(result.of->id, printable(result_text(result)), "2");
    }
    const auto count = [&](StepState state) {
      return std::count_if(results.begin(), results.end(),
                           [&](const CaseResult& r) { return r.state == state; });
    };
    const auto passed = count(StepState::passed), failed = count(StepState::failed);
    out_ += "\n";
    paragraph(fmt::format("{} test cases: {} passed as far as files tell, {} failed, {} not judged",
                          results.size(), passed, failed,
                          static_cast<long>(results.size()) - passed - failed),
              2);
  }
  void row(const char* name, const std::string& text, const char* code) {
    constexpr size_t kIndent = 2;
    out_ += fmt::format("{:{}}{:<{}}", "", kIndent, name, kName);
    const size_t width = style_.width - kIndent - kName;
    out_ += ink(code, wrap(text, width, kIndent + kName)) + "\n";
  }

  void one(const CaseResult& result) {
    const bool failed = result.state == StepState::failed;
    row(result.of->id, printable(result_text(result)),
        failed                              ? "1;31"
        : result.state == StepState::passed ? "32"
                                            : "33");
    for (const StepResult& s : result.steps) {
      if (s.state == StepState::failed)
        paragraph(printable(fmt::format("failed  {}: {}", step_name(*s.step), s.why)), 6);
    }
    open(result);
    listed("passed  ", result.steps_in(StepState::passed));
    listed("n/a     ", result.steps_in(StepState::not_applicable));
    listed("device  ", result.steps_in(StepState::not_from_files));
  }
  // Steps that are open for one reason stand together.
  void open(const CaseResult& result) {
    std::vector<std::pair<std::string, std::vector<const PlanStep*>>> reasons;
    for (const StepResult& s : result.steps) {
      if (s.state != StepState::open) continue;
      const auto at = std::find_if(reasons.begin(), reasons.end(),
                                   [&](const auto& one) { return one.first == s.why; });
      if (at == reasons.end()) {
        reasons.push_back({s.why, {s.step}});
      } else {
        at->second.push_back(s.step);
      }
    }
    for (const auto& [why, steps] : reasons) {
      std::string names = steps.size() == 1 ? step_name(*steps.front()) : "";
      for (size_t i = 0; steps.size() > 1 && i < steps.size(); ++i)
        names += fmt::format("{}{}", i == 0 ? "" : ", ",
                             *steps[i]->step == '\0' ? steps[i]->title : steps[i]->step);
      paragraph(printable(fmt::format("open    {}: {}", names, why)), 6);
    }
  }
  void listed(const char* word, const std::string& steps) {
    if (!steps.empty()) paragraph(word + steps, 6);
  }

  TextStyle style_;
  std::string out_;
};

JunitResult junit_of(const StepResult& s, Verdict verdict) {
  switch (s.state) {
    case StepState::passed:
      return JunitResult::passed;
    case StepState::failed:
      return JunitResult::failed;
    case StepState::open:
      return s.keeps_open && verdict == Verdict::undecided ? JunitResult::error
                                                           : JunitResult::skipped;
    case StepState::not_applicable:
    case StepState::not_from_files:
      break;
  }
  return JunitResult::skipped;
}

std::vector<std::string> details_of(const StepResult& s) {
  std::vector<std::string> out;
  if (s.state == StepState::failed && s.by == nullptr) out.push_back(s.why);
  if (s.by == nullptr || s.state == StepState::not_applicable) return out;
  const auto add = [&](const char* what, std::string_view value) {
    if (!value.empty()) out.push_back(fmt::format("{}: {}", what, value));
  };
  add("check", s.by->check->id);
  add("expected", s.by->expected);
  add("found", s.by->actual);
  add("where", s.by->source);
  add("rule", s.by->check->spec);
  add("do", s.by->remedy);
  return out;
}

struct Frame {
  Verdict verdict;
  Instant at;
  JunitProperties each, first;  // of every suite, and of the first
};

void suite(Markup& page, const CaseResult& result, size_t index, const Frame& frame) {
  const auto count = [&](JunitResult wanted) {
    return static_cast<size_t>(
        std::count_if(result.steps.begin(), result.steps.end(),
                      [&](const StepResult& s) { return junit_of(s, frame.verdict) == wanted; }));
  };
  const bool whole = result.steps.empty();  // nobody asks it of a device
  const JunitCounts counts{.tests = whole ? 1 : result.steps.size(),
                           .failures = count(JunitResult::failed),
                           .errors = count(JunitResult::error),
                           .skipped = whole ? 1 : count(JunitResult::skipped)};
  JunitProperties properties{{"result", result_text(result)}};
  properties.insert(properties.end(), frame.each.begin(), frame.each.end());
  if (index == 0) properties.insert(properties.end(), frame.first.begin(), frame.first.end());
  junit_suite(page, result.of->id, index, frame.at, counts, properties, [&] {
    if (whole) {
      junit_step(page, result.of->id, result.of->title, JunitResult::skipped, result.why);
      page.line();
    }
    for (const StepResult& s : result.steps) {
      junit_step(page, result.of->id, step_name(*s.step), junit_of(s, frame.verdict), s.why,
                 details_of(s));
      page.line();
    }
  });
  page.line();
}

std::string suites(const std::vector<CaseResult>& results, const Frame& frame) {
  return junit_file([&](Markup& page) {
    for (size_t i = 0; i < results.size(); ++i) suite(page, results[i], i, frame);
  });
}

void add_not_used(JunitProperties& properties, const std::vector<NotUsed>& list) {
  for (const NotUsed& unused : list)
    properties.emplace_back("not_used", fmt::format("{}: {}", unused.path, unused.why));
}

}  // namespace

std::string report_plan(const Evidence& evidence, const Report& report, const TextStyle& style) {
  return PlanPage(style).write(evidence, report);
}
std::string lot_plan(const LotReport& lot, const TextStyle& style) {
  return PlanPage(style).write(lot);
}

std::string report_junit_plan(const Evidence& e, const Report& report) {
  Frame frame{.verdict = report.verdict,
              .at = e.policy.at,
              .each = {{"device", device_line(e)},
                       {"verdict", verdict_name(report.verdict)},
                       {"network", network_name(e.policy.network)},
                       {"stage", stage_name(e.policy.stage)},
                       {"tool", "matter-attest " MATTER_ATTEST_VERSION}},
              .first = {{"summary", report.summary}}};
  for (const EvidenceFile& file : e.files)
    frame.first.emplace_back("evidence", fmt::format("{}: {}", file.path, file.kind));
  add_not_used(frame.first, e.not_used);
  return suites(plan_results(e, report), frame);
}

std::string lot_junit_plan(const LotReport& lot) {
  Frame frame{.verdict = lot.verdict,
              .at = lot.at,
              .each = {{"devices", std::to_string(lot.devices)},
                       {"verdict", verdict_name(lot.verdict)},
                       {"network", network_name(lot.network)},
                       {"stage", stage_name(lot.stage)},
                       {"tool", "matter-attest " MATTER_ATTEST_VERSION}},
              .first = {}};
  add_not_used(frame.first, lot.not_used);
  return suites(plan_results(lot), frame);
}

}  // namespace attest
