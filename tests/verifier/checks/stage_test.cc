// The stage: how bad each rule is at a certification lab, and what a lab takes or refuses where a
// network does otherwise.

#include <algorithm>

#include "report/test_plan.h"
#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"
#include "verifier/checks/waiver.h"

using namespace attest;
using namespace attest::test;

namespace {

// A lab asks no ledger and takes test declarations: it is judged as without a ledger. What differs
// from that stands here, with the reason; or is what a script demands, and has its step.
struct Own {
  std::string_view id;
  Severity at_lab;
  const char* why;
};
constexpr Own kOwn[] = {
    {"credentials.no-development-dac", Severity::error, "no SDK credentials: the handbook"},
    {"credentials.no-test-paa", Severity::error, "TC-DA-1.7 1.3"},
    {"credentials.no-development-cd", Severity::error, "the SDK's example is everybody's"},
    {"credentials.no-test-vendor", Severity::error, "TC-DA-1.2 6.2, TC-IDM-13.1 4"},
    {"factory.no-development-fallback", Severity::error, "what it presents is the SDK's"},
    {"credentials.no-test-cd-signer", Severity::info, "type 0 under it: cd.signer-is-its-types"},
    {"cd.is-not-provisional", Severity::info, "certification is what the lab is for"},
    {"basic.no-sdk-fallback-values", Severity::error, "nobody wrote the unit's own values"},
    {"basic.appearance-is-defined", Severity::error, "the data model's enumerations"},
    {"attestation.profiles-are-known", Severity::error, "a unit under test names what there is"},
    {"attestation.profiles-name-each-chain", Severity::error, "its other chain is never asked for"},
    {"basic.rotating-id-is-long-enough", Severity::error, "Matter Core 5.4.2.4.5: 128 bits"},
};

Severity expected_at_lab(const Check& check) {
  const std::string_view id = check.id;
  const auto* own =
      std::find_if(std::begin(kOwn), std::end(kOwn), [&](const Own& o) { return o.id == id; });
  if (own != std::end(kOwn)) return own->at_lab;
  // A lab demands no entry; that a certificate was revoked is no missing entry.
  if (id.starts_with("ledger.") && id.find("revoked") == std::string_view::npos)
    return Severity::info;
  const bool of_script = check.severity.main == Severity::warning &&
                         check.severity.lab == Severity::error && !covers_of(id).empty();
  return of_script ? Severity::error : check.severity.none;
}

Judged at_lab(const std::string& fixture, std::vector<Waiver> waivers = {}) {
  Judged out = judge_fixture(fixture);
  REQUIRE(out.errors.empty());
  out.evidence.policy.stage = Stage::lab;
  out.evidence.policy.network = Network::none;
  out.evidence.policy.waivers = std::move(waivers);
  out.report = judge(out.evidence);
  return out;
}

}  // namespace

TEST_CASE("stage: each check's severity at the lab is that without a ledger, or has a reason") {
  for (const Check* check : catalogue()) {
    CAPTURE(check->id);
    CHECK(std::string(severity_name(check->severity.lab)) ==
          severity_name(expected_at_lab(*check)));
  }
  for (const Own& own : kOwn) {
    const Check* check = find_check(own.id);
    REQUIRE(check != nullptr);
    CHECK(check->severity.none != own.at_lab);  // else it needs no row
  }
}

TEST_CASE("stage: what a lab refuses, one fault each") {
  const struct {
    const char* fixture;
    std::vector<std::string> fails;
  } rows[] = {
      {"lab-unit", {}},
      {"lab-second-unit", {}},
      {"lab-provisional-by-test-key", {"cd.signer-is-its-types"}},
      {"lab-official-not-by-csa", {"cd.official-is-signed-by-csa"}},
      {"lab-example-declaration", {"credentials.no-development-cd"}},
      {"lab-test-vendor", {"credentials.no-test-vendor"}},
      {"test-paa-on-main", {"credentials.no-test-paa", "cd.official-is-signed-by-csa"}},
      {"development-dac-on-main", {"credentials.no-development-dac"}},
      {"test-vendor-on-main", {"cd.official-is-signed-by-csa", "credentials.no-test-vendor"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.fixture);
    const Judged judged = at_lab(row.fixture);
    std::vector<std::string> found = judged.ids(Status::fail), expected = row.fails;
    std::sort(found.begin(), found.end());
    std::sort(expected.begin(), expected.end());
    CHECK(found == expected);
    CHECK(judged.report.verdict == (expected.empty() ? Verdict::undecided : Verdict::reject));
  }
}

TEST_CASE("stage: one unit is not enough, and nothing else is asked of a good one") {
  const Judged one = at_lab("lab-unit");
  CHECK(one.report.verdict == Verdict::undecided);
  CHECK(one.ids(Status::unknown) == std::vector<std::string>{"evidence.second-unit-is-shown"});
  CHECK(one.report.summary.find("a lab needs two") != std::string::npos);
  CHECK(one.report.summary.find("lot --stage lab") != std::string::npos);
  Judged of_lot = at_lab("lab-unit");
  of_lot.evidence.policy.one_of_many = true;  // counted between the units of the lot
  CHECK(judge(of_lot.evidence).verdict == Verdict::approve);
}

TEST_CASE("stage: nothing that a lab demands can be waived there") {
  std::vector<Waiver> all;
  for (const Check* check : catalogue())
    all.push_back({.id = check->id,
                   .reason = "known",
                   .who = {},
                   .until = {},
                   .until_text = {},
                   .device = {}});
  for (const std::string& name : fixture_names()) {
    CAPTURE(name);
    const Judged before = at_lab(name), after = at_lab(name, all);
    CHECK(after.report.verdict == before.report.verdict);
    CHECK(after.ids(Status::fail) == before.ids(Status::fail));
    for (const Finding& f : after.report.findings) {
      if (f.check->severity.lab == Severity::error) CHECK(f.waived.empty());
    }
  }
  const Judged told = at_lab("lab-test-vendor", {{.id = "credentials.no-test-vendor",
                                                  .reason = "known",
                                                  .who = {},
                                                  .until = {},
                                                  .until_text = {},
                                                  .device = {}}});
  CHECK(told.report.of(find_check("expect.waivers-are-permitted"))->status == Status::warn);
}

TEST_CASE("stage: a lab's own trust is the public test key's alone") {
  const TrustStore lab = TrustStore::builtin_at_lab();
  CHECK(lab.paa_count() == 0);
  CHECK(lab.cd_signer(test_cd_signer().subject_key_id) != nullptr);
  CHECK(TrustStore::builtin(false).cd_signer(test_cd_signer().subject_key_id) == nullptr);
}
