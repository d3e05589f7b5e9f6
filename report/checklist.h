// Checklist: what of a product can be judged before parts exist, as the steps that lead to
// production.
#pragma once

#include "verifier/base/json.h"
#include "verifier/report.h"

namespace attest {

// What was handed over for it.
struct ChecklistGiven {
  bool software_version = false, cd = false, pai = false, cpms = false;
};

enum class StepState : uint8_t { done, failed, lacks };
struct Step {
  const char* id;
  const char* title;
  StepState state = StepState::lacks;
  std::string lacks;  // what must be handed over or become known first
  std::vector<const Finding*>
      findings;  // of the report; those that wait for a part or another file are left out
};
// The report must outlive the steps.
std::vector<Step> checklist(const Report& report, const ChecklistGiven& given);

std::string checklist_text(const Evidence& evidence, const std::vector<Step>& steps, size_t width);
Json checklist_json(const Evidence& evidence, const std::vector<Step>& steps);
int checklist_exit_code(const std::vector<Step>& steps);  // as for verify

}  // namespace attest
