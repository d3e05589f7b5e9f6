// The lab's test cases of post-quantum attestation (Matter 1.7, a draft), told from a part's files:
// each chain by itself, and of a part without such a chain nothing.

#include "report/plan_view.h"
#include "tests/support/post_quantum_device.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr uint64_t kP256 = 1, k44 = 2, k65 = 4;

std::vector<Given> facts_of(uint64_t features, uint64_t paa, uint64_t pai, uint64_t dac) {
  return {{FactId::opcreds_feature_map, features},
          {FactId::paa_supported_profiles, paa},
          {FactId::pai_supported_profiles, pai},
          {FactId::dac_supported_profiles, dac}};
}

// "1 2 3; failed 10; open 7": what passed, then the others.
std::string told(const std::vector<CaseResult>& all, const char* id) {
  for (const CaseResult& one : all) {
    if (one.of->id != std::string_view(id)) continue;
    std::string out = "passed " + one.steps_in(StepState::passed);
    for (const auto& [name, state] :
         {std::pair("failed", StepState::failed), std::pair("open", StepState::open),
          std::pair("not about it", StepState::not_applicable)}) {
      const std::string steps = one.steps_in(state);
      if (!steps.empty()) out += std::string("; ") + name + " " + steps;
    }
    return out;
  }
  return "no such case";
}
// `flipped`: whose DAC's signature is turned.
std::vector<CaseResult> planned(const std::vector<const Chain*>& chains, std::vector<Given> facts,
                                const Chain* flipped, Judged& judged) {
  ToyEngine engine(true);
  size_t at = 0;
  judged = judge_chains(
      chains, engine,
      [&](Certificates& made) {
        if (chains[at++] == flipped) made[1].back() ^= 1;
      },
      {}, {}, facts);
  return plan_results(judged.evidence, judged.report);
}

}  // namespace

TEST_CASE("test plan: post-quantum attestation, chain by chain") {
  const Chain legacy("P256/P256/P256", "legacy"), other("65/44/P256", "other");
  const auto good = facts_of(1, kP256 | k65, kP256 | k44, kP256);
  const struct {
    const char* name;
    std::vector<const Chain*> chains;
    std::vector<Given> facts;
    const Chain* flipped;
    const char *da110, *da112, *opcreds39;
  } rows[] = {
      {"both chains",
       {&legacy, &other},
       good,
       nullptr,
       "passed 1, 2, 3, 5, 6, 8, 9, 10, 11, 12",
       "passed 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11",
       "passed 1, 2, 4, 6"},
      {"the post-quantum DAC's signature is another's",
       {&legacy, &other},
       good,
       &other,
       "passed 1, 2, 3, 5, 6, 8, 9, 10, 12; failed 11",
       "passed 1, 2, 3, 4, 5, 6, 7, 8, 9, 11; failed 10",
       "passed 1, 2, 4, 6"},
      {"the legacy DAC's signature is another's",
       {&legacy, &other},
       good,
       &legacy,
       "passed 1, 2, 3, 5, 6, 8, 9, 10, 11; failed 12",
       "passed 1, 2, 3, 4, 5, 6, 7, 8, 9, 10; failed 11",
       "passed 1, 2, 4, 6"},
      {"the attributes were not read",
       {&legacy, &other},
       {},
       nullptr,
       "passed 5, 8, 9, 10, 11, 12; open 1, 2, 3, 6",
       "passed 4, 6, 7, 8, 9, 10, 11; open 1, 2, 3, 5",
       "passed 4, 6; open 1, 2"},
      {"the feature is not set",
       {&legacy, &other},
       facts_of(0, kP256 | k65, kP256 | k44, kP256),
       nullptr,
       "passed 2, 3, 5, 6, 8, 9, 10, 11, 12; failed 1",
       "passed 2, 3, 4, 5, 6, 7, 8, 9, 10, 11; failed 1",
       "passed 2, 4, 6; failed 1"},
      {"the profiles do not name the chain",
       {&legacy, &other},
       facts_of(1, kP256, kP256, kP256),
       nullptr,
       "passed 1, 2, 5, 6, 8, 9, 10, 11, 12; failed 3",
       "passed 1, 2, 4, 5, 6, 7, 8, 9, 10, 11; failed 3",
       "passed 1, 2, 4, 6"},
      {"a profile of ML-DSA for the DAC",
       {&legacy, &other},
       facts_of(1, kP256 | k65, kP256 | k44, kP256 | k44),
       nullptr,
       "passed 1, 2, 3, 5, 8, 9, 10, 11, 12; failed 6",
       "passed 1, 2, 3, 4, 6, 7, 8, 9, 10, 11; failed 5",
       "passed 1, 2, 4, 6"},
      {"the post-quantum chain alone",
       {&other},
       facts_of(1, k65, k44, kP256),
       nullptr,
       "passed 1, 2, 3, 5, 6, 8, 11; open 9, 10, 12",
       "passed 1, 2, 3, 4, 5, 6, 9, 10; open 7, 8, 11",
       "passed 1, 2, 4, 6"},
      {"the legacy chain alone, of a part that says it has another",
       {&legacy},
       facts_of(1, kP256 | k65, kP256 | k65, kP256),
       nullptr,
       "passed 1, 2, 3, 6, 9, 10, 12; open 5, 8, 11",
       "passed 1, 2, 3, 5, 7, 8, 9, 11; open 4, 6, 10",
       "passed 1, 2; open 4, 6"},
      {"a legacy part",
       {&legacy},
       {},
       nullptr,
       "passed ; not about it 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12",
       "passed ; not about it 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12",
       "passed ; not about it 1, 2, 3, 4, 5, 6, 7, 8, 9"},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.name));
    Judged judged;
    const auto all = planned(row.chains, row.facts, row.flipped, judged);
    CHECK(told(all, "TC-DA-1.10") == row.da110);
    CHECK(told(all, "TC-DA-1.12") == row.da112);
    CHECK(told(all, "TC-OPCREDS-3.9") == row.opcreds39);
    // What decided a step is a finding of the device's report.
    for (const CaseResult& one : all) {
      for (const StepResult& step : one.steps)
        CHECK((step.by == nullptr || step.by == judged.report.of(step.by->check)));
    }
  }
}
