// How the lab's test cases are listed and explained.
#pragma once

#include "report/test_plan.h"
#include "verifier/base/json.h"

namespace attest {

// One test case: what it demands, and what tells of each step; of one step alone, where it is
// given.
std::string test_case_text(const TestCase& of, const PlanStep* step, size_t width);
std::string test_plan_text(std::span<const TestCase* const> cases, size_t width);
Json test_plan_json(std::span<const TestCase* const> cases);

}  // namespace attest
