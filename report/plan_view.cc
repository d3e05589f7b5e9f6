#include "report/plan_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "verifier/checks/catalogue.h"
#include "verifier/judge/chains.h"
#include "verifier/pki/algorithms.h"

namespace attest {
namespace {

// What fails a step is not what the policy refuses, but what the script does; after certification
// what the main network does.
Severity of_script(const Check& check, const TestCase& of) {
  return std::string_view(of.id).starts_with("post-cert-") ? check.severity.main
                                                           : check.severity.lab;
}

bool is_failed(const Finding& f, const TestCase& of) {
  if (f.status == Status::fail) return true;
  const bool noted = f.status == Status::pass && !f.message.empty() &&
                     (f.severity == Severity::info || !f.waived.empty());
  return (f.status == Status::warn || noted) && of_script(*f.check, of) == Severity::error;
}

std::string said(const Finding& f) {
  const std::string what = f.message.empty() ? f.check->title : f.message.str();
  return fmt::format("{}: {}{}", f.check->id, what,
                     f.waived.empty() ? "" : fmt::format(" (waived: {})", f.waived.view()));
}

std::string why_open(const Finding& f, const Report& report) {
  if (f.status != Status::blocked) return f.message;
  const bool fails = report.of(f.blocked_by)->status == Status::fail;
  return fmt::format("waits for {}{}", f.blocked_by->id, fails ? ", which fails" : "");
}

bool is_post_quantum(const Evidence& chain) {
  const auto is = [](const CertificateEvidence& c) {
    return c.certificate && strongest(*c.certificate).ml_dsa;
  };
  return is(chain.dac) || is(chain.pai);
}

// A device and its chains, each with what was found of it alone: a report has of each check the
// worst of all chains.
class Told {
 public:
  Told(const Evidence& evidence, const Report& report)
      : evidence_(evidence), whole_(report), kept_(judged_chains(evidence)) {
    if (evidence.other_chains.empty()) {
      add(evidence, &report);
      return;
    }
    for (size_t i = 0; i < kept_.size(); ++i)
      add(i == 0 ? evidence : *evidence.other_chains[i - 1], &kept_[i].report);
  }
  Told(const Told&) = delete;
  Told& operator=(const Told&) = delete;
  const Evidence& evidence() const { return evidence_; }
  const Report& whole() const { return whole_; }
  // Null: the evidence has no such chain.
  const Report* of(PlanChain chain) const {
    return chain == PlanChain::all ? &whole_ : chain == PlanChain::legacy ? legacy_ : post_quantum_;
  }
  // It has such a chain, or says so.
  bool post_quantum() const {
    return post_quantum_ != nullptr ||
           evidence_.device.number(FactId::opcreds_feature_map).value_or(0) != 0 ||
           std::any_of(std::begin(kOfProfiles), std::end(kOfProfiles),
                       [&](FactId fact) { return evidence_.device.first(fact) != nullptr; });
  }

 private:
  // (Of several of one kind the first, as the SDK would send.)
  void add(const Evidence& chain, const Report* report) {
    if (!chain.dac.certificate && !chain.pai.certificate) return;
    const Report*& place = is_post_quantum(chain) ? post_quantum_ : legacy_;
    if (place == nullptr) place = report;
  }
  static constexpr FactId kOfProfiles[] = {FactId::paa_supported_profiles,
                                           FactId::pai_supported_profiles,
                                           FactId::dac_supported_profiles};
  const Evidence& evidence_;
  const Report& whole_;
  const std::vector<JudgedChain> kept_;
  const Report *legacy_ = nullptr, *post_quantum_ = nullptr;
};

constexpr const char* kNoCheck = "no check of this version tells it";

struct Covered {
  const Finding* finding;
  bool must_answer;
};

// The fault is one of facts that another step judges.
bool is_of_others(const Finding& f, const PlanStep& step) {
  const auto judges = step.judges();
  return f.facts.any() && !judges.empty() &&
         std::none_of(judges.begin(), judges.end(),
                      [&](FactId fact) { return f.facts.test(static_cast<size_t>(fact)); });
}

StepResult result_of(const TestCase& of, const PlanStep& step, const Told& told) {
  if (of.post_quantum && !told.post_quantum())
    return {.step = &step,
            .state = StepState::not_applicable,
            .why = "the part has no post-quantum chain"};
  if (step.needs == PlanNeeds::live)
    return {.step = &step, .state = StepState::not_from_files, .why = "needs a live device"};
  if (step.needs == PlanNeeds::command)
    return {.step = &step,
            .state = StepState::not_from_files,
            .why = fmt::format("asked by {}", of.files)};
  const Report* of_chain = told.of(step.chain);
  if (of_chain == nullptr)
    return {.step = &step,
            .state = StepState::open,
            .why = step.chain == PlanChain::legacy ? "no legacy chain in the evidence"
                                                   : "no post-quantum chain in the evidence"};
  const Report& report = *of_chain;
  // What decided it, as the device's report has it.
  const auto shown = [&](const Finding* f) {
    return f == nullptr ? nullptr : told.whole().of(f->check);
  };
  std::vector<Covered> covered;
  for (const PlanCover* cover : covers_of(of, step)) {
    if (const Check* check = find_check(cover->id))
      covered.push_back({report.of(check), cover->must_answer});
  }
  const auto first = [&](auto&& is) -> const Finding* {
    const auto at = std::find_if(covered.begin(), covered.end(), is);
    return at == covered.end() ? nullptr : at->finding;
  };
  if (const Finding* f = first([&](const Covered& c) {
        return is_failed(*c.finding, of) && !is_of_others(*c.finding, step);
      }))
    return {.step = &step, .state = StepState::failed, .why = said(*f), .by = shown(f)};
  const Finding* open = first([&](const Covered& c) {
    return c.finding->status == Status::unknown || c.finding->status == Status::blocked ||
           (c.must_answer && c.finding->status == Status::skipped);
  });
  const bool keeps_open = std::any_of(covered.begin(), covered.end(),
                                      [](const Covered& c) { return c.finding->keeps_open; });
  const auto missing = std::find_if(step.facts.begin(), step.facts.end(), [&](FactId fact) {
    return told.evidence().device.first(fact) == nullptr;
  });
  StepResult out{
      .step = &step, .state = StepState::open, .by = shown(open), .keeps_open = keeps_open};
  if (step.needs == PlanNeeds::second_unit) {
    out.why = "no second unit";
  } else if (covered.empty()) {
    out.why = kNoCheck;
  } else if (open != nullptr) {
    out.why = why_open(*open, report);
  } else if (missing != step.facts.end()) {
    out.why = fmt::format("the evidence does not state {}", fact_name(*missing));
  } else if (first([](const Covered& c) {
               return c.finding->status == Status::pass || c.finding->status == Status::warn ||
                      c.finding->status == Status::fail;
             })) {
    out.state = StepState::passed;
  } else {
    out.state = StepState::not_applicable;
    out.why = covered.front().finding->message;
  }
  return out;
}

void conclude(CaseResult& out) {
  if (out.of->scope == PlanScope::elsewhere || out.of->scope == PlanScope::commissioner) {
    out.why =
        out.of->scope == PlanScope::elsewhere ? "not about attestation" : "a commissioner's test";
    out.steps.clear();
    return;
  }
  for (const StepState state : {StepState::failed, StepState::open, StepState::passed,
                                StepState::not_applicable, StepState::not_from_files}) {
    const auto at = std::find_if(out.steps.begin(), out.steps.end(),
                                 [&](const StepResult& s) { return s.state == state; });
    if (at == out.steps.end()) continue;
    out.state = state;
    if (state != StepState::failed && state != StepState::passed) out.why = at->why;
    break;
  }
}

CaseResult result_of(const TestCase& of, const Told& told) {
  CaseResult out{.of = &of, .state = StepState::not_from_files};
  for (const PlanStep& step : of.steps) out.steps.push_back(result_of(of, step, told));
  conclude(out);
  return out;
}

// --- of a lot ---

constexpr char kLetters[] = {'p', 'f', 'o', 'n', 'd'};  // in the order of StepState

size_t steps_of_all() {
  size_t out = 0;
  for (const TestCase& of : test_cases()) out += of.steps.size();
  return out;
}

struct Share {
  uint64_t count = 0;
  std::vector<std::string> names;  // the first of them
  void add(const std::string& name) {
    ++count;
    if (names.size() < kNamesShown) names.push_back(name);
  }
  std::string text(uint64_t of) const {
    std::string out = fmt::format("{} of {} devices", count, of);
    for (size_t i = 0; i < names.size(); ++i)
      out += fmt::format("{}{}", i == 0 ? " (" : ", ", names[i]);
    return out + (count > names.size() ? ", ...)" : ")");
  }
};

// The ids of a step's checks among those that devices failed or were warned of.
std::string ids_among(const TestCase& of, const PlanStep& step, const LotReport& lot) {
  std::string out;
  for (const PlanCover* cover : covers_of(of, step)) {
    const bool any = std::any_of(lot.results.begin(), lot.results.end(), [&](const auto& device) {
      const auto is = [&](const auto& id) { return id == std::string_view(cover->id); };
      return std::any_of(device.failed.begin(), device.failed.end(), is) ||
             std::any_of(device.warned.begin(), device.warned.end(), is);
    });
    if (any) out += (out.empty() ? ": " : ", ") + std::string(cover->id);
  }
  return out;
}

// The finding says which devices, where one is told of this rule.
std::string said(const LotCompared& equal, const LotReport& lot) {
  const auto at = std::find_if(lot.findings.begin(), lot.findings.end(),
                               [&](const LotFinding& f) { return f.rule == equal.rule; });
  return at != lot.findings.end() ? fmt::format("{}: {}", equal.rule->id, at->message)
                                  : fmt::format("{}: {} of {} devices share theirs with another",
                                                equal.rule->id, equal.equal, lot.devices);
}

// What is asked between units, by what was compared: findings leave out what follows from another,
// and weigh as the stage has it. The step passes by those of its rules that must answer.
StepResult between(const CaseResult& before, const PlanStep& step, const LotReport& lot) {
  StepResult out{.step = &step, .state = StepState::open};
  bool counted = false, all = true;
  const LotCompared *equal = nullptr, *chance = nullptr;
  for (const PlanCover* cover : covers_of(*before.of, step)) {
    counted = counted || cover->id == std::string_view(lot_rule::two_units_are_shown.id);
    const auto at = std::find_if(lot.compared.begin(), lot.compared.end(), [&](const auto& one) {
      return one.rule->id == std::string_view(cover->id);
    });
    const LotCompared* one = at == lot.compared.end() ? nullptr : &*at;
    if (cover->must_answer) all = all && one != nullptr && one->by_all;
    if (one == nullptr || one->rule->under(Stage::lab) != Severity::error) continue;
    if (one->equal > 0 && equal == nullptr) equal = one;
    if (one->by_chance > 0 && cover->must_answer) chance = one;
  }
  if (equal != nullptr) {
    out.state = StepState::failed;
    out.why = said(*equal, lot);
    return out;
  }
  if (!lot.second_unit.empty() || lot.devices < 2) {
    out.why = lot.second_unit.empty() ? "no second unit" : lot.second_unit;
    out.keeps_open = lot.stage == Stage::lab;
    return out;
  }
  // The steps of the first unit were asked of each.
  const auto unmet =
      std::find_if(before.steps.begin(), before.steps.end(), [](const StepResult& s) {
        return s.state == StepState::failed || s.state == StepState::open;
      });
  if (counted && unmet != before.steps.end()) {
    out.why = fmt::format("waits for step {}", unmet->step->step);
  } else if (!all) {
    out.why = "not every unit gives what is compared";
  } else if (chance != nullptr) {
    out.why = fmt::format("{} of {} devices share theirs by chance: a lab compares two",
                          chance->by_chance, lot.devices);
  } else {
    out.state = StepState::passed;
  }
  return out;
}

// What is known of no device whose line has no letters.
std::string why_untold(const Share& open, const Share& unasked, const LotReport& lot) {
  std::string out;
  if (unasked.count > 0)
    out = "judged without the test plan: " + unasked.text(lot.devices) +
          "; give each part, or the journal from its beginning, --report plan=FILE";
  if (open.count > 0)
    out += (out.empty() ? "not told of " : "; not told of ") + open.text(lot.devices);
  return out;
}

// `place`: of the step among `all` steps of all test cases.
StepResult result_of(const CaseResult& before, const PlanStep& step, size_t place, size_t all,
                     const LotReport& lot) {
  const TestCase& of = *before.of;
  StepResult out{.step = &step, .state = StepState::not_from_files};
  if (step.needs == PlanNeeds::live || step.needs == PlanNeeds::command) {
    out.why = step.needs == PlanNeeds::live ? "needs a live device"
                                            : fmt::format("asked by {}", of.files);
    return out;
  }
  if (step.needs == PlanNeeds::files && covers_of(of, step).empty()) {
    out.state = StepState::open;
    out.why = kNoCheck;
    return out;
  }
  std::array<Share, std::size(kLetters)> shares;
  Share unasked;  // judged without the plan
  for (const DeviceResult& device : lot.results) {
    const bool readable =
        device.failed.empty() || device.failed.front() != lot_rule::device_is_readable.id;
    if (device.steps.empty() && readable) {
      unasked.add(device.name);
      continue;
    }
    const auto* at = device.steps.size() != all
                         ? std::end(kLetters)
                         : std::find(std::begin(kLetters), std::end(kLetters), device.steps[place]);
    // Of what could not be read, or was judged by another version's plan, nothing is told.
    const bool known = at != std::end(kLetters);
    shares[known ? static_cast<size_t>(at - kLetters) : static_cast<size_t>(StepState::open)].add(
        device.name);
  }
  const auto share = [&](StepState s) -> const Share& { return shares[static_cast<size_t>(s)]; };
  if (share(StepState::failed).count > 0) {
    out.state = StepState::failed;
    out.why = share(StepState::failed).text(lot.devices) + ids_among(of, step, lot);
    return out;
  }
  if (step.needs == PlanNeeds::second_unit) return between(before, step, lot);
  if (share(StepState::open).count + unasked.count > 0 || lot.devices == 0) {
    out.state = StepState::open;
    out.why = lot.devices == 0 ? "no device was judged"
                               : why_untold(share(StepState::open), unasked, lot);
  } else if (share(StepState::passed).count > 0) {
    out.state = StepState::passed;
  } else {
    out.state = StepState::not_applicable;
    out.why = "is not about these devices";
  }
  return out;
}

}  // namespace

std::string CaseResult::steps_in(StepState wanted) const {
  std::string out;
  for (const StepResult& s : steps) {
    if (s.state == wanted && *s.step->step != '\0')
      out += fmt::format("{}{}", out.empty() ? "" : ", ", s.step->step);
  }
  return out;
}

std::vector<CaseResult> plan_results(const Evidence& evidence, const Report& report) {
  std::vector<CaseResult> out;
  const Told told(evidence, report);
  for (const TestCase& of : test_cases()) out.push_back(result_of(of, told));
  return out;
}

std::vector<CaseResult> plan_results(const LotReport& lot) {
  std::vector<CaseResult> out;
  const size_t all = steps_of_all();
  size_t place = 0;
  for (const TestCase& of : test_cases()) {
    CaseResult& result =
        out.emplace_back(CaseResult{.of = &of, .state = StepState::not_from_files});
    for (const PlanStep& step : of.steps)
      result.steps.push_back(result_of(result, step, place++, all, lot));
    conclude(result);
  }
  return out;
}

std::string plan_steps(const Evidence& evidence, const Report& report) {
  std::string out;
  const Told told(evidence, report);
  for (const TestCase& of : test_cases()) {
    for (const PlanStep& step : of.steps)
      out += kLetters[static_cast<size_t>(result_of(of, step, told).state)];
  }
  return out;
}

std::string result_text(const CaseResult& result) {
  const std::string at = result.steps_in(result.state);
  switch (result.state) {
    case StepState::passed:
      return result.steps_in(StepState::not_from_files).empty() ? "passed"
                                                                : "passed as far as files tell";
    case StepState::failed:
      return at.empty() ? "failed" : fmt::format("failed at step {}", at);
    case StepState::not_applicable:
      return fmt::format("does not apply: {}", result.why);
    case StepState::open:
    case StepState::not_from_files:
      break;
  }
  return fmt::format("not judged: {}", result.why);
}

}  // namespace attest
