// The approved sample and the one after it: what may not have changed, and what did.

#include "verifier/rules/part_facts.h"

#include <algorithm>

#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;

namespace {

struct Row {
  const char* id;
  const char* fact;  // of the earlier sample
  const char* value;
  Status status;
  const char* words;
};

Device facts() {
  Device d;
  const Place at{.path = "device.json", .offset = {}, .item = {}};
  d.say(FactId::vendor_name, std::string("Forgery"), at);
  d.say(FactId::device_type_id, uint64_t{256}, at);
  d.say(FactId::software_version, uint64_t{7}, at);
  d.say(FactId::software_version_string, std::string("7.0"), at);
  d.say(FactId::hardware_version, uint64_t{1}, at);
  d.say(FactId::hardware_version_string, std::string("A"), at);
  d.say(FactId::firmware_information, Bytes{1, 2}, at);
  return d;
}

Judged device() {
  Judged out = judge_fixture("good");
  for (const Statement& s : facts().statements) {
    if (out.evidence.device.first(s.fact) == nullptr) out.evidence.device.statements.push_back(s);
  }
  // Pointers into the statements are not followed by these checks, except for the elements.
  out.evidence.elements_statement = out.evidence.device.first(FactId::attestation_elements);
  out.evidence.signature = out.evidence.device.bytes(FactId::attestation_signature);
  out.evidence.nonce = out.evidence.device.bytes(FactId::attestation_nonce);
  out.evidence.challenge = out.evidence.device.bytes(FactId::attestation_challenge);
  LedgerFacts f;
  f.vendor = Found<VendorInfo>{{.vendor_id = 0xFFF1,
                                .vendor_name = "Forgery",
                                .company_legal_name = {},
                                .company_preferred_name = {},
                                .landing_page_url = {}},
                               {}};
  f.model = Absent{};
  out.evidence.facts = std::make_shared<const LedgerFacts>(std::move(f));
  out.report = judge(out.evidence);
  return out;
}

}  // namespace

TEST_CASE("after an approved sample: the same product passes, with notes on what changed") {
  Judged d = device();
  ApprovedPart before = part_of_report(d.evidence, d.report, "test.bundle");
  CHECK(before.verdict == "approve");
  before.signer = "CN=QA";
  before.signer_is_known = true;
  CHECK(*before.find("software version") == "7");
  CHECK(*before.find("ledger vendor") == "Forgery");
  CHECK(*before.find("ledger model") == "not there");
  CHECK(before.find("ledger version") == nullptr);
  for (ApprovedPart::Fact& fact : before.facts) {
    if (fact.name == "DAC") fact.value = "another";
  }
  const auto asked = [&](const ApprovedPart& sample, const char* id) {
    d.evidence.after = sample;
    const Report report = judge(d.evidence);
    return report.findings[check_index(*find_check(id))];
  };
  for (const Check* check : catalogue()) {
    const std::string id = check->id;
    if (!id.ends_with("-as-approved") && !id.ends_with("-since-approval") &&
        !id.starts_with("expect.sample-"))
      continue;
    CAPTURE(id);
    CHECK(asked(before, check->id).status == Status::pass);
    CHECK(asked(before, check->id).message.empty());
    Judged alone = judge_fixture("good");
    CHECK(alone.report.findings[check_index(*check)].message ==
          "no approved sample to compare with (--after)");
    CHECK(alone.report.findings[check_index(*check)].status == Status::skipped);
  }
  const Row rows[] = {
      {"expect.vendor-id-is-as-approved", "vendor id", "0xFFF2", Status::fail,
       "vendor id is 0xFFF1, the approved sample in test.bundle has 0xFFF2"},
      {"expect.product-id-is-as-approved", "product id", "0x8001", Status::fail,
       "product id is 0x8000, the approved sample in test.bundle has 0x8001"},
      {"expect.vendor-name-is-as-approved", "vendor name", "Fabrication", Status::fail,
       "vendor name is Forgery, the approved sample in test.bundle has Fabrication"},
      {"expect.product-name-is-as-approved", "product name", "bad", Status::fail,
       "product name is good, the approved sample in test.bundle has bad"},
      {"expect.device-type-is-as-approved", "device type", "257", Status::fail, nullptr},
      {"expect.software-version-is-as-approved", "software version", "6", Status::fail, nullptr},
      {"expect.software-version-string-is-as-approved", "software version string", "6.0",
       Status::fail, nullptr},
      {"expect.hardware-version-is-as-approved", "hardware version", "2", Status::fail, nullptr},
      {"expect.hardware-version-string-is-as-approved", "hardware version string", "B",
       Status::fail, nullptr},
      {"expect.firmware-information-is-as-approved", "firmware information", "0103", Status::fail,
       nullptr},
      {"expect.pai-since-approval", "PAI", "CN=Test PAI", Status::pass, nullptr},
      {"expect.paa-since-approval", "PAA", "00", Status::pass, nullptr},
      {"expect.declaration-type-since-approval", "declaration type", "development and test (0)",
       Status::pass,
       "declaration type is official (2), the approved sample in test.bundle has development and "
       "test (0)"},
      {"expect.declaration-signer-since-approval", "declaration signer", "test", Status::pass,
       nullptr},
      {"expect.declaration-id-since-approval", "declaration id", "CSA00000SWC00000-00",
       Status::pass, nullptr},
      {"expect.ledger-facts-since-approval", "ledger model", "lamp", Status::pass,
       "ledger model: not there, was lamp"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.id);
    ApprovedPart changed = before;
    const auto at = std::find_if(changed.facts.begin(), changed.facts.end(),
                                 [&](const ApprovedPart::Fact& f) { return f.name == row.fact; });
    REQUIRE(at != changed.facts.end());
    const std::string now = at->value;
    at->value = row.value;
    const Finding f = asked(changed, row.id);
    CHECK(f.status == row.status);
    if (row.words != nullptr) CHECK(f.message == row.words);
    if (std::string(row.id) != "expect.ledger-facts-since-approval") {
      CHECK(f.expected == row.value);
      CHECK(f.actual == now);
      changed.facts.erase(at);
      // A note has nothing to say; what may not change is an open question.
      CHECK(asked(changed, row.id).status ==
            (row.status == Status::fail ? Status::unknown : Status::skipped));
    } else {
      changed.facts.erase(at);
      CHECK(asked(changed, row.id).message == "ledger model: not there, was not asked");
    }
  }
  ApprovedPart rejected = before;
  rejected.verdict = "reject";
  CHECK(asked(rejected, "expect.sample-was-approved").message ==
        "the sample in test.bundle was not approved: its verdict is reject");
  CHECK(asked(rejected, "expect.sample-was-approved").status == Status::fail);
  const Finding own =
      asked(part_of_report(d.evidence, d.report, "test.bundle"), "expect.sample-is-another-part");
  CHECK(own.status == Status::warn);
}
