// What stays open: it has a remedy of its own, the headline says what could not be asked, nothing
// is made up for the SDK, and --fail-on keeps it out.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "report/report_html.h"
#include "report/report_json.h"
#include "report/report_junit.h"
#include "report/report_sarif.h"
#include "report/report_text.h"
#include "report/wording.h"
#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;

namespace {

const Finding& finding(const Report& report, std::string_view id) {
  return report.findings[check_index(*find_check(id))];
}

std::string all_forms(const Evidence& e, const Report& report) {
  TextStyle style;
  style.all_checks = true;
  return report_text(e, report, style) + dump(report_json(e, report)) + report_junit(e, report) +
         dump(report_sarif(e, report)) + report_html(e, report);
}

}  // namespace

TEST_CASE("an unknown never has the remedy of a fault") {
  std::set<std::string> unknown, failing;
  std::vector<std::pair<const Check*, std::string>> shared;  // unknown with the check's own remedy
  const auto look = [&](const Evidence& e) {
    const Report report = judge(e);
    for (const Finding& f : report.findings) {
      if (f.status == Status::fail || f.status == Status::warn) failing.insert(f.check->id);
      if (f.status == Status::pass && f.waived.empty()) CHECK(f.remedy.empty());
      if (f.status == Status::blocked || f.status == Status::skipped) CHECK(f.remedy.empty());
      if (f.status != Status::unknown) continue;
      const std::string id = f.check->id;
      CAPTURE(id);
      unknown.insert(f.check->id);
      CHECK(f.remedy.view().size() > 10);
      CHECK_MESSAGE(f.remedy.find("the message says is missing") == std::string::npos,
                    id << " says nothing about what would answer it (when_unknown)");
      if (f.remedy == f.check->remedy) shared.emplace_back(f.check, f.remedy);
    }
  };
  for (const std::string& name : fixture_names()) {
    for (const Network network : {Network::main, Network::test, Network::none}) {
      Judged d = judge_fixture(name);
      if (!d.errors.empty()) break;
      d.evidence.policy.network = network;
      look(d.evidence);
      d.evidence.signature = nullptr;
      d.evidence.nonce = nullptr;
      d.evidence.challenge = nullptr;
      if (name.starts_with("good")) {
        d.evidence.after.emplace();
        d.evidence.after->verdict = "approve";
        d.evidence.device.statements.erase(
            std::remove_if(
                d.evidence.device.statements.begin(), d.evidence.device.statements.end(),
                [](const Statement& s) { return s.fact != FactId::attestation_elements; }),
            d.evidence.device.statements.end());
        d.evidence.elements_statement = d.evidence.device.first(FactId::attestation_elements);
      }
      look(d.evidence);
    }
  }
  // A check that only asks whether something is there has one remedy: it never fails.
  for (const auto& [check, remedy] : shared)
    CHECK_MESSAGE(failing.count(check->id) == 0, std::string(check->id)
                                                     << " is unknown with a fault's remedy");
  for (const char* id : {"dac.is-present", "pai.is-present", "cd.is-present", "ledger.answers",
                         "attestation.nonce-matches", "attestation.signature-length"})
    CHECK_MESSAGE(unknown.count(id) == 1, std::string(id) << " was never unknown here");
  CHECK(unknown.size() > 10);
}

TEST_CASE("reports show the remedy of the answer, not the check's") {
  size_t seen = 0;
  std::vector<std::filesystem::directory_entry> files;
  for (const char* room : {"cli", "report", "bundle", "lot"}) {
    for (const auto& file : std::filesystem::directory_iterator(room)) files.push_back(file);
  }
  for (const auto& file : files) {
    ++seen;
    const std::string name = file.path().filename().string();
    // What lists checks, not findings.
    if (name == "checks.cc" || name == "check_text.cc" || name == "rule_words.cc" ||
        name == "explained.cc")
      continue;
    std::ifstream in(file.path());
    std::stringstream text;
    text << in.rdbuf();
    CHECK_MESSAGE(text.str().find("check->remedy") == std::string::npos, name);
  }
  CHECK(seen > 100);
}

TEST_CASE("where the ledger is silent it is told of once, and the verdict stays as open") {
  for (const bool required : {false, true}) {
    Judged d = judge_fixture("cd-provisional");
    d.evidence.policy.network = Network::test;
    if (required) d.evidence.policy.required = {"ledger.answers"};
    d.evidence.paa = nullptr;
    d.evidence.paa_found = Evidence::PaaFound::unknown;
    d.evidence.paa_unknown_why = "Could not resolve host";
    LedgerFacts facts;
    facts.asked = true;
    facts.vendor = Unknown{"vendor 0xFFF1: https://example.com/: Could not resolve host"};
    facts.dac_points = facts.pai_points = Unknown{"points: Could not resolve host"};
    d.evidence.facts = std::make_shared<const LedgerFacts>(std::move(facts));
    const Report report = judge(d.evidence);
    CHECK(report.verdict == Verdict::undecided);
    const Finding& paa = finding(report, "paa.is-trusted");
    CHECK(paa.status == Status::blocked);
    CHECK(std::string(paa.blocked_by->id) == "ledger.answers");
    CHECK(paa.could_not_be_made);
    CHECK(paa.keeps_open);
    CHECK(finding(report, "dac.is-not-revoked").status == Status::blocked);
    CHECK(
        report.summary.starts_with("the test ledger could not be reached: no internet: run "
                                   "matter-attest dcl sync where there is internet"));
    TextStyle style;
    const std::string text = report_text(d.evidence, report, style);
    size_t hits = 0;
    for (size_t at = text.find("resolve"); at != std::string::npos;
         at = text.find("resolve", at + 1))
      ++hits;
    CHECK(hits == 1);
    // What a lot lists as open is what could not be made.
    const Outline outline = Judge(d.evidence.policy).outline(d.evidence);
    CHECK(outline.verdict == report.verdict);
    const auto lists = [&](const char* id) {
      return std::find(outline.open.begin(), outline.open.end(), find_check(id)) !=
             outline.open.end();
    };
    CHECK(lists("paa.is-trusted"));
    CHECK(outline.open == outline_of(report).open);
  }
}

TEST_CASE("an approval says in its headline what could not be asked, by name") {
  Judged d = judge_fixture("cd-provisional");
  d.evidence.policy.network = Network::test;
  LedgerFacts facts;
  facts.asked = true;
  facts.dac_points = facts.pai_points = Unknown{"unread"};
  d.evidence.facts = std::make_shared<const LedgerFacts>(std::move(facts));
  const Report report = judge(d.evidence);
  REQUIRE(report.verdict == Verdict::approve);
  CHECK_MESSAGE(
      report.summary.find("3 checks could not be made: revocation, ledger") != std::string::npos,
      report.summary);
  CHECK(report.summary.find("and 1 more") == std::string::npos);
  for (const std::string& name : fixture_names()) {
    const Report faults = judge_fixture(name).report;
    for (const Finding* f : faults.all(Status::fail)) {
      if (f->check == faults.decided_by) continue;
      CHECK_MESSAGE(faults.summary.find(f->check->id) != std::string::npos,
                    name << ": " << faults.summary);
    }
  }
}

TEST_CASE("the SDK's result is a code, or why there is none; never a success it could not give") {
  size_t none = 0;
  for (const std::string& name : fixture_names()) {
    const Judged d = judge_fixture(name);
    CAPTURE(name);
    const SdkResult& sdk = d.report.sdk;
    CHECK(sdk.code.has_value() == sdk.why_unknown.empty());
    if (sdk.code && sdk.code->code == 0) {
      CHECK(d.evidence.cd_place.has_value());
      CHECK(d.evidence.paa != nullptr);
    }
    none += sdk.code ? 0 : 1;
  }
  CHECK(none > 0);
  Judged d = judge_fixture("cd-missing");
  d.evidence.paa = nullptr;
  d.evidence.paa_found = Evidence::PaaFound::unknown;
  d.report = judge(d.evidence);
  REQUIRE(!d.report.sdk.code.has_value());
  CHECK(d.report.sdk.why_unknown == "the PAA and the CD are not known");
  CHECK(dump(*report_json(d.evidence, d.report).find("sdk_result")) ==
        R"({"code":null,"name":null,"reason":"the PAA and the CD are not known"})");
  const std::string forms = all_forms(d.evidence, d.report);
  CHECK(forms.find("cannot be told: the PAA and the CD are not known") != std::string::npos);
  CHECK(forms.find("\"Success\"") == std::string::npos);
  CHECK(forms.find("says: success") == std::string::npos);
}

TEST_CASE(
    "the SDK's word without a DAC: of a part that has none, and not of evidence that lacks it") {
  Judged d = judge_fixture("dac-missing");
  const Place place{.path = "factory.bin", .offset = {}, .item = {}};
  const auto sdk = [&] {
    d.report = judge(d.evidence);
    return dump(*report_json(d.evidence, d.report).find("sdk_result"));
  };
  const std::string open = R"({"code":null,"name":null,"reason":"the DAC is not known"})",
                    none = R"({"code":701,"name":"InvalidArgument"})";
  CHECK(sdk() == open);
  d.evidence.device.note(Remark::lacks_dac, place, "the DAC is not among its entries");
  CHECK(sdk() == none);
  for (const Remark remark :
       {Remark::damaged_credential, Remark::not_in_log, Remark::truncated, Remark::encrypted_no_key,
        Remark::flash_encrypted, Remark::unreadable_file}) {
    d.evidence.device.note(remark, place, "of 461 bytes 200 are there");
    CHECK(sdk() == open);
    d.evidence.device.remarks.pop_back();
  }
  d.evidence.device.damaged(place, "dac", "ends early");
  CHECK(sdk() == open);
  d.evidence.device.integrity.clear();
  d.evidence.device.say(FactId::commissioner_result, uint64_t{605}, place);
  CHECK(sdk().find("605") != std::string::npos);
}

TEST_CASE("the last line of the text is the verdict again") {
  for (const char* name : {"good", "cd-missing", "dac-of-another-vendor"}) {
    const Judged d = judge_fixture(name);
    const std::string text = report_text(d.evidence, d.report, TextStyle{});
    const std::string last = text.substr(text.rfind('\n', text.size() - 2) + 1);
    CHECK(last.substr(0, 5) == text.substr(0, 5));
  }
}

TEST_CASE("--fail-on unknown: whatever could not be made keeps the verdict open") {
  Judged d = judge_fixture("cd-provisional");
  d.evidence.policy.network = Network::test;
  REQUIRE(judge(d.evidence).verdict == Verdict::approve);
  d.evidence.policy.fail_on_unknown = true;
  const Report report = judge(d.evidence);
  CHECK(report.verdict == Verdict::undecided);
  CHECK(std::string(report.decided_by->id) == "ledger.answers");
  CHECK(Judge(d.evidence.policy).outline(d.evidence).verdict == Verdict::undecided);
  CHECK(all_forms(d.evidence, report).find("--fail-on unknown") != std::string::npos);
  CHECK(dump(*report_json(d.evidence, report).find("fail_on")) == R"(["unknown"])");
}

TEST_CASE("--fail-on warn: a warning is a fault, in every form and in a lot") {
  size_t tried = 0;
  for (const std::string& name : fixture_names()) {
    Judged d = judge_fixture(name);
    CAPTURE(name);
    const size_t warnings = d.report.all(Status::warn).size();
    d.evidence.policy.fail_on_warn = true;
    const Report report = judge(d.evidence);
    CHECK(report.all(Status::warn).empty());
    if (d.report.verdict != Verdict::reject)
      CHECK(report.verdict == (warnings == 0 ? d.report.verdict : Verdict::reject));
    tried += warnings;
    const Outline outline = Judge(d.evidence.policy).outline(d.evidence);
    CHECK(outline.verdict == report.verdict);
    CHECK(outline.failed.size() == report.all(Status::fail).size());
    for (const Finding* f : report.all(Status::fail)) CHECK(f->severity == Severity::error);
  }
  CHECK(tried > 20);
}
