// The lab's test plan: that its rows name what there is, and what a report makes of them.

#include "report/test_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "cli/explained.h"
#include "fixtures/forge/case.h"
#include "lot/rule.h"
#include "report/plan_view.h"
#include "report/report_plan.h"
#include "report/test_plan_text.h"
#include "tests/support/folder.h"
#include "tests/support/folder_device.h"
#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"

using namespace attest;
using namespace attest::test;

namespace {

const CaseResult& of_case(const std::vector<CaseResult>& all, std::string_view id) {
  const auto at =
      std::find_if(all.begin(), all.end(), [&](const CaseResult& one) { return one.of->id == id; });
  REQUIRE(at != all.end());
  return *at;
}
const StepResult& of_step(const CaseResult& of, std::string_view step) {
  const auto at = std::find_if(of.steps.begin(), of.steps.end(),
                               [&](const StepResult& one) { return one.step->step == step; });
  REQUIRE(at != of.steps.end());
  return *at;
}

Judged judged_of(const std::string& fixture) {
  Judged judged = judge_fixture(fixture);
  REQUIRE(judged.errors.empty());
  return judged;
}
std::vector<CaseResult> plan_of(const std::string& fixture) {
  const Judged judged = judged_of(fixture);
  return plan_results(judged.evidence, judged.report);
}
std::string steps_of(const std::string& fixture) {
  const Judged judged = judged_of(fixture);
  return plan_steps(judged.evidence, judged.report);
}

}  // namespace

TEST_CASE("test plan: every row names a check or a rule about lots, and a step that there is") {
  std::set<std::string> seen;
  for (const PlanCover& cover : plan_covers()) {
    CAPTURE(cover.id);
    CAPTURE(cover.test_case);
    CAPTURE(cover.step);
    CHECK((find_check(cover.id) != nullptr || find_lot_rule(cover.id) != nullptr));
    const TestCase* of = find_test_case(cover.test_case);
    REQUIRE(of != nullptr);
    CHECK(of->id == std::string_view(cover.test_case));
    const PlanStep* step = find_step(*of, cover.step);
    REQUIRE(step != nullptr);
    CHECK((step->needs == PlanNeeds::files || step->needs == PlanNeeds::second_unit));
    CHECK(seen.insert(fmt::format("{} {} {}", cover.id, cover.test_case, cover.step)).second);
  }
}

TEST_CASE("test plan: every test case says what it demands, and every step of files has a check") {
  std::set<std::string> ids;
  for (const TestCase& of : test_cases()) {
    CAPTURE(of.id);
    CHECK(ids.insert(of.id).second);
    CHECK(find_test_case(of.id) == &of);
    CHECK(std::string_view(of.title).size() > 3);
    CHECK(std::string_view(of.demands).size() > 3);
    bool needs_device = of.scope == PlanScope::commissioner || of.scope == PlanScope::elsewhere;
    std::set<std::string> steps;
    for (const PlanStep& step : of.steps) {
      CAPTURE(step.title);
      CHECK(steps.insert(step_name(step)).second);
      needs_device =
          needs_device || step.needs == PlanNeeds::live || step.needs == PlanNeeds::second_unit;
      if (step.needs == PlanNeeds::files) CHECK(!covers_of(of, step).empty());
      if (step.needs == PlanNeeds::command) CHECK(*of.files != '\0');
    }
    CHECK((*of.device != '\0') == needs_device);
  }
}

// What fails a script's step fails the unit at the lab, or has a reason here.
TEST_CASE("test plan: what a step of attestation demands is an error at the lab") {
  constexpr std::string_view kNotes[] = {"attestation.firmware-information"};
  for (const PlanCover& cover : plan_covers()) {
    const Check* check = find_check(cover.id);
    const std::string_view of = cover.test_case;
    if (check == nullptr || (of != "TC-DA-1.2" && of != "TC-DA-1.5" && of != "TC-DA-1.7")) continue;
    CAPTURE(cover.id);
    const bool note = std::find(std::begin(kNotes), std::end(kNotes), cover.id) != std::end(kNotes);
    CHECK((check->severity.lab == Severity::error) == !note);
  }
}

TEST_CASE("test plan: names are found as scripts and people write them") {
  for (const char* name : {"TC-DA-1.2", "tc-da-1.2", "TC_DA_1_2", "TC-DA-1_2"}) {
    CAPTURE(name);
    REQUIRE(find_test_case(name) != nullptr);
    CHECK(find_test_case(name)->id == std::string_view("TC-DA-1.2"));
  }
  CHECK(find_test_case("TC-PAVST-2.3")->id == std::string_view("TC-PAVST-*"));
  CHECK(find_test_case("TC-IDM-13.1")->id == std::string_view("TC-IDM-13.1"));
  CHECK(find_test_case("TC-IDM-1.1")->id == std::string_view("TC-IDM-*"));
  for (const char* name : {"", "TC", "TC-DA", "TC-DA-1.20", "TC-DA-12", "TC-PAVST-", "*"})
    CHECK(find_test_case(name) == nullptr);
}

TEST_CASE("test plan: a good device passes what its files tell") {
  const auto all = plan_of("lab-unit");
  CHECK(result_text(of_case(all, "TC-DA-1.2")) == "passed as far as files tell");
  CHECK(of_case(all, "TC-DA-1.2").steps_in(StepState::not_from_files) == "1, 4a, 4b, 13, 14");
  CHECK(of_case(all, "TC-DA-1.2").steps_in(StepState::not_applicable) == "7.2");
  CHECK(result_text(of_case(all, "TC-DA-1.7")) == "not judged: no second unit");
  CHECK(of_case(all, "TC-DA-1.7").steps_in(StepState::passed) == "1.1, 1.2, 1.3, 1.4, 1.5, 1.6");
  CHECK(result_text(of_case(all, "TC-DA-1.1")) == "not judged: needs a live device");
  CHECK(result_text(of_case(all, "TC-DA-1.3")) == "not judged: a commissioner's test");
  CHECK(result_text(of_case(all, "TC-PAVST-*")) == "not judged: not about attestation");
  CHECK(result_text(of_case(all, "post-cert-Vendor")).starts_with("not judged: network none"));
}

// (Most fixtures are of test vendor 0xFFF1, which fails 6.2 by itself.)
TEST_CASE("test plan: a fault fails its step and leaves the others as they are") {
  const struct {
    const char* fixture;
    const char* failed;
  } rows[] = {
      {"cd-certificate-id-of-18-characters", "6.5"},
      {"cd-format-version-2", "6.1"},
      {"cd-device-type-out-of-range", "6.4"},
      {"cd-certification-type-3", "6.9"},
      {"cd-vendor-fff0", "6.2"},
      {"cd-vendor-fff5", "6.2"},
      {"cd-of-another-product", "7.3"},
      {"elements-over-900-bytes", "5.1"},
      {"nonce-of-16-bytes", "10"},
      {"challenge-of-15-bytes", "12"},
      {"pai-over-600-bytes", "3b"},
      {"cd-changed-after-signing", "9"},
      {"cd-dac-origin-without-product", "7.1"},
      {"cd-official-by-test-key", "9"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.fixture);
    const auto all = plan_of(row.fixture);
    CHECK(of_case(all, "TC-DA-1.2").state == StepState::failed);
    CHECK(of_step(of_case(all, "TC-DA-1.2"), row.failed).state == StepState::failed);
    for (const StepResult& s : of_case(all, "TC-DA-1.2").steps) {
      const std::string_view step = s.step->step;
      if (step != row.failed && step != "6.2") CHECK(s.state != StepState::failed);
    }
  }
}

TEST_CASE("test plan: a name that is written otherwise fails the step of its own link") {
  const auto failed = [](const std::vector<CaseResult>& all) {
    return of_case(all, "TC-DA-1.7").steps_in(StepState::failed);
  };
  CHECK(failed(plan_of("dac-issuer-written-otherwise")) == "1.4");
  CHECK(failed(plan_of("pai-issuer-written-otherwise")) == "1.5");
  // Both.
  forge::DevicePlan plan = forge::good_plan("both-issuers-written-otherwise");
  plan.dac.issuer = {forge::common_name("forged  pai"), forge::vid("FFF1")};
  plan.pai.issuer = {forge::common_name("forged  paa for fff1"), forge::vid("FFF1")};
  const Folder folder;
  std::vector<std::string> words = words_of_forged();
  for (const forge::File& file : forge::judged(plan, "", "").files)
    words.push_back(folder.write(file.name, text(file.content)));
  const Judged judged = judge(words);
  REQUIRE(judged.errors.empty());
  CHECK(failed(plan_results(judged.evidence, judged.report)) == "1.4, 1.5");
  CHECK(judged.report.of(find_check("chain.names-are-byte-equal"))->message ==
        "the DAC's issuer and the PAI's subject are equal names in different bytes, and so are the "
        "PAI's issuer and the PAA's subject");
}

// Each attribute wrong alone.
TEST_CASE("test plan: a wrong attribute fails the step that reads it, and no other") {
  const Folder folder;
  const std::string unit = "fixtures/devices/lab-unit/";
  Json good = *parse_json(text(slurp(unit + "device.json")));
  const auto number = [](uint64_t n) { return Json(n); };
  const Json minima =
      *parse_json(text(slurp("fixtures/lab/statements/good.json")))->find("capability_minima");
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, Json>>{{"data_model_revision", number(19)},
                                                 {"specification_version", number(0x01050000)},
                                                 {"node_label", "n"},
                                                 {"location", "XX"},
                                                 {"hardware_version", number(1)},
                                                 {"hardware_version_string", "1"},
                                                 {"software_version", number(1)},
                                                 {"software_version_string", "1"},
                                                 {"manufacturing_date", "20260505"},
                                                 {"part_number", "p"},
                                                 {"product_url", "https://example.com"},
                                                 {"product_label", "Bulb"},
                                                 {"serial_number", "s"},
                                                 {"local_config_disabled", Json(false)},
                                                 {"reachable", Json(true)},
                                                 {"unique_id", "u"},
                                                 {"capability_minima", minima},
                                                 {"max_paths_per_invoke", number(1)},
                                                 {"configuration_version", number(1)}})
    good.set(key, value);
  const auto failed = [&](const std::string& key, const Json& value) {
    Json with{Json::Object{}};
    for (const auto& [name, is] : *good.object()) with.set(name, name == key ? value : is);
    const Judged judged = judge({"--network", "none", "--at", "2026-06-01T00:00:00Z", "--stage",
                                 "lab", "--trust-paa", "fixtures/trust", "--trust-cd-signer",
                                 unit + "trusted-cd-signer.pem", unit + "dac.pem", unit + "pai.pem",
                                 unit + "cd.pem", folder.write("device.json", dump(with))});
    REQUIRE_MESSAGE(judged.errors.empty(), judged.errors.front());
    const auto all = plan_results(judged.evidence, judged.report);
    return of_case(all, "TC-BINFO-2.1").steps_in(StepState::failed);
  };
  CHECK(failed("", Json()) == "");
  const std::string long33(33, 'x'), long65(65, 'x');
  const std::vector<std::tuple<std::string, Json, std::string>> rows = {
      {"data_model_revision", number(18), "2"},
      {"vendor_name", long33, "5"},
      {"product_name", long33, "11"},
      {"node_label", long33, "17"},
      {"location", "zz", "20a"},
      {"hardware_version", number(65535), "21"},
      {"hardware_version_string", "", "24"},
      {"software_version", number(4294967295), "27"},
      {"software_version_string", long65, "30"},
      {"manufacturing_date", "20200101", "33"},
      {"part_number", long33, "36"},
      {"product_url", "ftp://x", "39"},
      {"product_label", long65, "42"},
      {"product_label", "x Forgery", "42"},
      {"serial_number", long33, "45"},
      {"local_config_disabled", Json(true), "48"},
      {"reachable", Json(false), "51"},
      {"unique_id", long33, "53"},
      {"unique_id", "s", "53"},
      {"specification_version", number(5), "63"},
      {"max_paths_per_invoke", number(0), "66"},
      {"configuration_version", number(0), "69"}};
  for (const auto& [key, value, step] : rows) {
    CAPTURE(key);
    CHECK(failed(key, value) == step);
  }
  for (const auto& [name, least] : *minima.object()) {
    CAPTURE(name);
    Json less{Json::Object{}};
    for (const auto& [of, enough] : *minima.object()) less.set(of, of == name ? number(0) : enough);
    CHECK(failed("capability_minima", less) == "56");
  }
}

TEST_CASE("test plan: what nobody could tell is never passed") {
  // No response: the steps about it are open, and say why.
  const auto none = plan_of("good-key-in-dump");
  const CaseResult& of = of_case(none, "TC-DA-1.2");
  for (const char* step : {"2", "5", "5.1", "10", "12"}) {
    CAPTURE(step);
    CHECK(of_step(of, step).state == StepState::open);
    CHECK(of_step(of, step).why == "no attestation response in the evidence");
  }
  // No PAI: what builds on it waits for it.
  for (const std::string& name : fixture_names()) {
    CAPTURE(name);
    const Judged judged = judged_of(name);
    for (const CaseResult& one : plan_results(judged.evidence, judged.report)) {
      for (const StepResult& step : one.steps) {
        if (step.state != StepState::passed) {
          CHECK(!step.why.empty());
          continue;
        }
        for (const PlanCover* cover : covers_of(*one.of, *step.step)) {
          const Finding* f = judged.report.of(find_check(cover->id));
          // (A fault of what another step asks for fails that one.)
          CHECK((f->status == Status::pass || f->status == Status::warn ||
                 (f->status == Status::fail && f->facts.any()) ||
                 (f->status == Status::skipped && !cover->must_answer)));
        }
        for (const FactId fact : step.step->facts)
          CHECK(judged.evidence.device.first(fact) != nullptr);
      }
      if (one.state != StepState::passed) continue;
      for (const StepResult& step : one.steps)
        CHECK((step.state != StepState::failed && step.state != StepState::open));
    }
  }
}

TEST_CASE("test plan: explain answers for a test case, and for a step of it") {
  const auto one = [](std::string_view text) {
    const auto all = cli::explained(text);
    REQUIRE(all.size() == 1);
    return all.front();
  };
  CHECK(one("TC-DA-1.2").test_case == find_test_case("TC-DA-1.2"));
  CHECK(one("TC-DA-1.2").step == nullptr);
  for (const char* text : {"TC-DA-1.2 6.5", "TC-DA-1.2 step 6.5", "tc-da-1.2 Step 6.5.",
                           "TC_DA_1_2: step 6.5, failed"}) {
    CAPTURE(text);
    const auto all = cli::explained(text);
    REQUIRE(!all.empty());
    REQUIRE(all.front().step != nullptr);
    CHECK(all.front().step->step == std::string_view("6.5"));
  }
  const std::string said =
      test_case_text(*find_test_case("TC-DA-1.2"), one("TC-DA-1.2 step 6.5").step, 80);
  CHECK(said.find("cd.certificate-id-length") != std::string::npos);
  CHECK(said.find("cd.format-version-is-1") == std::string::npos);
}

TEST_CASE("test plan: of a lot a step passes where it did for each device, and two are compared") {
  const std::string good = ::steps_of("lab-unit"), bad = ::steps_of("lab-test-vendor");
  LotReport lot;
  const auto device = [](const char* name, const std::string& steps) {
    return DeviceResult{.name = name,
                        .verdict = Verdict::approve,
                        .failed = {},
                        .open = {},
                        .warned = {},
                        .summary = {},
                        .steps = steps};
  };
  const auto steps_of = [&](std::string_view id, StepState state) {
    return of_case(plan_results(lot), id).steps_in(state);
  };
  lot.results = {device("a", good), device("b", good)};
  lot.devices = 2;
  lot.compared = {{.rule = find_lot_rule("lot.dac-key-is-used-once"), .by_all = true}};
  CHECK(steps_of("TC-DA-1.7", StepState::passed) == "1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 2, 3");
  CHECK(steps_of("TC-SC-7.1", StepState::open) == "3, 4");  // no passcode to compare
  // One unit; one twice; one that nothing is known of; one that fails.
  lot.results.pop_back();
  lot.devices = 1;
  CHECK(steps_of("TC-DA-1.7", StepState::open) == "2, 3");
  lot.results.push_back(device("b", good));
  lot.devices = 2;
  lot.second_unit = "a lab needs two units";
  CHECK(steps_of("TC-DA-1.7", StepState::open) == "2, 3");
  lot.second_unit.clear();
  for (const std::string& steps :
       {std::string(), std::string("p"), std::string(good.size(), '?')}) {
    CAPTURE(steps);
    lot.results.back() = device("b", steps);
    const auto all = plan_results(lot);
    for (const CaseResult& one : all) CHECK(one.state != StepState::passed);
    CHECK(of_step(of_case(all, "TC-DA-1.2"), "6.5").why ==
          (steps.empty()
               ? "judged without the test plan: 1 of 2 devices (b); give each part, or the "
                 "journal from its beginning, --report plan=FILE"
               : "not told of 1 of 2 devices (b)"));
  }
  lot.results.back() = device("b", bad);
  lot.results.back().failed = {"credentials.no-test-vendor"};
  const auto all = plan_results(lot);
  CHECK(of_case(all, "TC-DA-1.2").steps_in(StepState::failed) == "6.2");
  CHECK(of_step(of_case(all, "TC-DA-1.2"), "6.2").why ==
        "1 of 2 devices (b): credentials.no-test-vendor");
}

TEST_CASE("test plan: what the device never told is not judged, and the step says what it lacks") {
  const auto of = [](const std::vector<std::string>& files) {
    std::vector<std::string> words = {"--network",
                                      "none",
                                      "--at",
                                      "2026-06-01T00:00:00Z",
                                      "--stage",
                                      "lab",
                                      "--trust-paa",
                                      "fixtures/trust",
                                      "--trust-cd-signer",
                                      "fixtures/devices/lab-unit/trusted-cd-signer.pem"};
    for (const std::string& file : files) words.push_back("fixtures/devices/lab-unit/" + file);
    const Judged judged = judge(words);
    REQUIRE(judged.errors.empty());
    return plan_results(judged.evidence, judged.report);
  };
  // Certificates alone tell no attribute, though the DAC names vendor and product.
  const auto bare = of({"dac.pem", "pai.pem", "cd.pem"});
  for (const char* id : {"TC-IDM-13.1", "TC-BINFO-2.1", "TC-DD-1.1", "TC-DD-1.2"}) {
    CAPTURE(id);
    CHECK(of_case(bare, id).state == StepState::open);
    CHECK(of_case(bare, id).steps_in(StepState::passed).empty());
    CHECK(of_case(bare, id).why.starts_with("the evidence does not state "));
  }
  CHECK(of_step(of_case(bare, "TC-IDM-13.1"), "4").why == "no vendor id in the evidence");
  // Names and ids: the steps about them pass, the others do not.
  const auto told = of({"dac.pem", "pai.pem", "cd.pem", "device.json"});
  CHECK(of_case(told, "TC-IDM-13.1").steps_in(StepState::passed) == "2, 3, 4");
  CHECK(of_case(told, "TC-BINFO-2.1").steps_in(StepState::passed) == "5, 8, 11, 14");
  CHECK(of_step(of_case(told, "TC-BINFO-2.1"), "39").why ==
        "the evidence does not state product_url");
}

TEST_CASE("test plan: between two units a step passes by what was compared, and by nothing else") {
  const std::string good = ::steps_of("lab-unit");
  const LotRule *discriminators = find_lot_rule("lot.discriminators-do-not-repeat"),
                *passcodes = find_lot_rule("lot.passcodes-do-not-repeat"),
                *verifiers = find_lot_rule("lot.spake2p-verifier-is-used-once"),
                *salts = find_lot_rule("lot.spake2p-salt-is-used-once");
  const struct {
    const char* what;
    std::vector<LotCompared> compared;
    StepState third, fourth;
  } rows[] = {
      {"nothing", {}, StepState::open, StepState::open},
      {"codes that differ",
       {{.rule = discriminators, .by_all = true}, {.rule = passcodes, .by_all = true}},
       StepState::passed,
       StepState::passed},
      {"equal passcodes",
       {{.rule = discriminators, .by_all = true}, {.rule = passcodes, .by_all = true, .equal = 2}},
       StepState::passed,
       StepState::failed},
      {"equal discriminators",
       {{.rule = discriminators, .by_all = true, .equal = 2}, {.rule = passcodes, .by_all = true}},
       StepState::failed,
       StepState::passed},
      {"not all give theirs",
       {{.rule = discriminators, .by_all = false}, {.rule = passcodes, .by_all = false}},
       StepState::open,
       StepState::open},
      {"by chance, of many units",
       {{.rule = discriminators, .by_all = true, .by_chance = 2},
        {.rule = passcodes, .by_all = true}},
       StepState::open,
       StepState::passed},
      {"verifiers that differ tell nothing of passcodes",
       {{.rule = verifiers, .by_all = true}, {.rule = salts, .by_all = true}},
       StepState::open,
       StepState::open},
      {"one verifier has one passcode",
       {{.rule = verifiers, .by_all = true, .equal = 2}},
       StepState::open,
       StepState::failed},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    LotReport lot;
    lot.devices = 2;
    for (const char* name : {"a", "b"})
      lot.results.push_back({.name = name,
                             .verdict = Verdict::approve,
                             .failed = {},
                             .open = {},
                             .warned = {},
                             .summary = {},
                             .steps = good});
    lot.compared = row.compared;
    const auto all = plan_results(lot);
    CHECK(of_step(of_case(all, "TC-SC-7.1"), "3").state == row.third);
    CHECK(of_step(of_case(all, "TC-SC-7.1"), "4").state == row.fourth);
  }
}
