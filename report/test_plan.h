// TestPlan: the official test cases, their steps, and which check, or rule about lots, tells of
// which step. A new check is a row of kCovers. Source: the Matter SDK's src/python_testing (the
// steps' numbers and names are its scripts'), the post-certification tests beside it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/report.h"

namespace attest {

// What judging takes.
enum class PlanNeeds : uint8_t {
  files,
  second_unit,  // files of another unit: lot
  live,         // a device that answers
  command,      // files, by another command: TestCase::files says which
};

// Whose test it is.
enum class PlanScope : uint8_t {
  device,        // of a part, in whole or in part from files
  live,          // of a part that answers, and of nothing else
  commissioner,  // of a commissioner: matter-attest can stand in its place
  elsewhere,     // not about attestation
};

// Of a part with two chains, which one it asks.
enum class PlanChain : uint8_t { all, post_quantum, legacy };

struct PlanStep {
  const char* step;   // "6.5"; empty: the test case as a whole
  const char* title;  // "Verify CD certificate_id"
  PlanNeeds needs = PlanNeeds::files;
  std::span<const FactId> facts = {};  // what it asks of the device: open where one is not stated
  PlanChain chain = PlanChain::all;
  // Whose values it judges, where these are not all of `facts` or more: a fault of others is none
  // of this step.
  std::span<const FactId> judged = {};
  std::span<const FactId> judges() const { return judged.empty() ? facts : judged; }
};

struct TestCase {
  const char* id;  // "TC-DA-1.2"; one that ends in '*' stands for all that begin so
  const char* title;
  const char* demands;
  PlanScope scope;
  const char* device;      // what only a device, or a second one, shows; empty: nothing
  const char* files = "";  // what of it is judged from files, where no check does
  std::span<const PlanStep> steps = {};
  bool post_quantum = false;  // only of parts that have, or say that they have, such a chain
};

struct PlanCover {
  const char* id;  // of a check or of a rule about lots
  const char* test_case;
  const char* step;
  // The step is open where this one does not apply: a fact is missing. Of rules about lots: the
  // step passes by what these compare, the others can but fail it.
  bool must_answer = false;
};

std::span<const TestCase> test_cases();
std::span<const PlanCover> plan_covers();

// "tc-da-1.2" and "TC_DA_1_2" are TC-DA-1.2. Null: there is none.
const TestCase* find_test_case(std::string_view id);
const PlanStep* find_step(const TestCase& of, std::string_view step);
// The steps that a check, or a rule about lots, tells of: the one it is shown with comes first.
std::vector<const PlanCover*> covers_of(std::string_view id);
std::vector<const PlanCover*> covers_of(const TestCase& of, const PlanStep& step);
// The one that a fault is shown with: of several steps that which asks what is wrong, and none that
// asks one chain of two.
const PlanCover* cover_of(std::string_view id, const FactSet& wrong);
std::string covers_text(std::string_view id);  // "TC-DA-1.2 6.5, TC-DA-1.7 1.3"; may be empty
std::string step_name(const PlanStep& step);   // "6.5 Verify CD certificate_id"

}  // namespace attest
