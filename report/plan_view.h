// PlanView: a report told by the lab's test cases: which passed, failed at which step, or cannot be
// told from what was handed over.
#pragma once

#include "lot/lot_report.h"
#include "report/test_plan.h"
#include "verifier/report.h"

namespace attest {

enum class StepState : uint8_t {
  passed,
  failed,
  open,            // a fact, a second unit or a check that waits for another: files may answer it
  not_applicable,  // the step is not about this device
  not_from_files,  // a live device, or another command
};

struct StepResult {
  const PlanStep* step = nullptr;
  StepState state = StepState::open;
  std::string why = {};         // "" of what passed in whole
  const Finding* by = nullptr;  // what decided it; null: no check
  bool keeps_open = false;      // it keeps the device from being approved
};

struct CaseResult {
  const TestCase* of = nullptr;
  StepState state = StepState::open;
  std::string why = {};  // "needs a live device"; empty of what passed or failed
  std::vector<StepResult> steps = {};
  // "6.5, 9": the steps in that state.
  std::string steps_in(StepState state) const;
};

// Of one device, in the order of test_cases().
std::vector<CaseResult> plan_results(const Evidence& evidence, const Report& report);
// Of a lot: a step passed where it did for each device, and two units are compared. What each
// device says of the steps is kept in DeviceResult::steps, a letter a step.
std::vector<CaseResult> plan_results(const LotReport& lot);
std::string plan_steps(const Evidence& evidence, const Report& report);
// "passed", "failed at step 6.5", "not judged: needs a live device".
std::string result_text(const CaseResult& result);

}  // namespace attest
