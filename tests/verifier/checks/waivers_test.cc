// Waivers: what they let pass, what they cannot, and that one which does not count is told of.

#include "platform/waivers.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "report/report_json.h"
#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"
#include "verifier/checks/waiver.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;

namespace {

Waiver waiver(std::string id) {
  return {.id = std::move(id),
          .reason = "known",
          .who = "J. Doe",
          .until = {},
          .until_text = {},
          .device = {}};
}

// A fixture judged again under these waivers.
Judged judged(const std::string& name, std::vector<Waiver> waivers,
              std::optional<Network> network = {}) {
  Judged out = judge_fixture(name);
  REQUIRE(out.errors.empty());
  if (network) out.evidence.policy.network = *network;
  out.evidence.policy.waivers = std::move(waivers);
  out.report = judge(out.evidence);
  return out;
}
const Finding& finding(const Judged& of, std::string_view id) {
  const Check* check = find_check(id);
  REQUIRE(check != nullptr);
  return of.report.findings[check_index(*check)];
}

}  // namespace

TEST_CASE("a waived fault passes and says so; what else fails needs waivers of its own") {
  REQUIRE(judged("dac-of-another-vendor", {}).report.verdict == Verdict::reject);
  const Judged device = judged("dac-of-another-vendor", {waiver("dac.vendor-matches-pai")});
  CHECK(device.report.verdict == Verdict::reject);
  const Finding& f = finding(device, "dac.vendor-matches-pai");
  CHECK(f.status == Status::pass);
  CHECK(f.waived == "known (J. Doe)");
  CHECK(f.message == "the DAC names vendor 0xFFF2, its PAI names 0xFFF1");  // what is wrong stays
  CHECK(finding(device, "dac.vendor-matches-cd").status == Status::fail);
  CHECK(finding(device, "dac.vendor-matches-cd").waived.empty());
  CHECK(finding(device, "expect.waivers-are-used").status == Status::pass);
  const Json report = report_json(device.evidence, device.report);
  CHECK(
      dump(*report.find("waivers")) ==
      R"([{"id":"dac.vendor-matches-pai","reason":"known","who":"J. Doe","until":null,"device":null,"applied":true}])");
}

// Every fault that an unwaived report has at its root, waived alone: nothing whose own body finds a
// fault passes with it.
TEST_CASE("a waiver lets its own check pass and none that found a fault itself") {
  size_t others = 0;
  for (const std::string& name : fixture_names()) {
    const Judged before = judge_fixture(name);
    if (before.evidence.policy.network == Network::main) continue;
    for (const Finding* fault : before.report.all(Status::fail)) {
      const Judged after = judged(name, {waiver(fault->check->id)}, before.evidence.policy.network);
      for (const Finding& f : after.report.findings) {
        CAPTURE(name);
        CAPTURE(fault->check->id);
        CAPTURE(f.check->id);
        if (f.check == fault->check || f.waived.empty()) continue;
        // Only what its body itself calls another's fault passes along.
        const Outcome outcome = ask(*f.check, after.evidence);
        CHECK(outcome.status == Status::blocked);
        ++others;
      }
    }
  }
  CHECK(others > 0);
}

TEST_CASE("a waiver of dac.signature-verifies lets no other fault pass") {
  const Judged device =
      judged("dac-of-another-vendor", {waiver("dac.signature-verifies")}, Network::none);
  CHECK(device.report.verdict == Verdict::reject);
}

TEST_CASE(
    "what builds on a waived check is passed over, and stays open where it proves authenticity") {
  const Judged cut = judged("dac-cut-short", {waiver("dac.is-one-certificate")});
  CHECK(finding(cut, "dac.is-one-certificate").status == Status::pass);
  CHECK(finding(cut, "dac.version-is-3").status == Status::blocked);
  CHECK(finding(cut, "dac.is-short-enough").status == Status::skipped);
  CHECK(finding(cut, "dac.is-short-enough").message == "dac.is-one-certificate is waived");
  CHECK(cut.report.verdict == Verdict::undecided);
}

TEST_CASE("no waiver of what proves authenticity counts on main, whatever is waived") {
  for (const std::string& name : fixture_names()) {
    CAPTURE(name);
    const Judged before = judged(name, {}, Network::main);
    std::vector<Waiver> all;
    for (const Check* check : catalogue()) all.push_back(waiver(check->id));
    const Judged after = judged(name, all, Network::main);
    for (const Finding& f : after.report.findings) {
      const Finding& was = before.report.findings[check_index(*f.check)];
      CAPTURE(f.check->id);
      if (f.check->proves_authenticity) CHECK(f.waived.empty());
      // A fault may come forth from under a waived one; none disappears.
      if (f.check->proves_authenticity && was.status == Status::fail)
        CHECK(f.status == Status::fail);
      if (f.check->proves_authenticity && was.status == Status::unknown)
        CHECK(f.status == Status::unknown);
    }
    CHECK(finding(after, "expect.waivers-are-permitted").status == Status::warn);
  }
}

TEST_CASE("nothing is approved that lacks its parts, whatever is waived") {
  for (const char* name : {"dac-missing", "pai-missing", "cd-missing", "dac-cut-short",
                           "pai-cut-short", "cms-cut-short"}) {
    CAPTURE(name);
    std::vector<Waiver> all;
    for (const Check* check : catalogue()) all.push_back(waiver(check->id));
    CHECK(judged(name, all).report.verdict != Verdict::approve);
  }
}

TEST_CASE("a waiver that does not count is told of") {
  Waiver expired = waiver("spake2p.salt-length"), foreign = expired, own = expired;
  expired.until = Instant{0};
  expired.until_text = "1970-01-01";
  foreign.device = "SN-OF-ANOTHER";
  const auto of = [&](const std::vector<Waiver>& waivers, const char* id,
                      Network network = Network::none) {
    const Judged device = judged("good", waivers, network);
    return std::string(status_name(finding(device, id).status)) + ": " +
           finding(device, id).message.str();
  };
  CHECK(of({}, "expect.waivers-are-used") == "skipped: no waivers");
  CHECK(of({}, "expect.waivers-name-checks") == "skipped: no waivers");
  CHECK(of({waiver("spake2p.salt")}, "expect.waivers-name-checks") ==
        "warn: the waiver of spake2p.salt names no check");
  CHECK(of({own}, "expect.waivers-name-checks") == "pass: ");
  CHECK(of({expired}, "expect.waivers-are-in-force") ==
        "warn: the waiver of spake2p.salt-length has expired");
  CHECK(of({expired}, "expect.waivers-are-used") == "pass: ");
  CHECK(of({own}, "expect.waivers-are-in-force") == "pass: ");
  CHECK(of({own}, "expect.waivers-are-used") ==
        "warn: nothing needs the waiver of spake2p.salt-length");
  CHECK(of({foreign}, "expect.waivers-are-used") == "pass: ");
  CHECK(of({waiver("dac.signature-verifies")}, "expect.waivers-are-permitted", Network::main) ==
        "warn: the waiver of dac.signature-verifies does not count: it cannot be waived");
  CHECK(of({waiver("dac.signature-verifies")}, "expect.waivers-are-permitted") == "pass: ");
  CHECK(of({waiver("expect.waivers-are-used")}, "expect.waivers-are-permitted") ==
        "warn: the waiver of expect.waivers-are-used does not count: it cannot be waived");
}

TEST_CASE("a waiver of what is unknown or blocked does nothing, and says so") {
  const auto said = [](const char* name, const char* id) {
    const Judged device = judged(name, {waiver(id)});
    const Finding& f = finding(device, "expect.waivers-are-used");
    return std::string(status_name(f.status)) + ": " + f.message.str();
  };
  CHECK(said("cd-missing", "cd.is-present") ==
        "warn: the waiver of cd.is-present does nothing: its answer is unknown, and a waiver "
        "answers no question");
  CHECK(said("pai-missing", "pai.is-present") ==
        "warn: the waiver of pai.is-present does nothing: its answer is unknown, and a waiver "
        "answers no question");
  CHECK(said("cd-missing", "cd.signature-verifies") ==
        "warn: the waiver of cd.signature-verifies does nothing: it is blocked by cd.is-present");
}

TEST_CASE("a waiver is for its device, by serial number or DAC, and until its day") {
  Waiver w = waiver("dac.vendor-matches-pai");
  w.until = *parse_rfc3339("2026-06-01T00:00:00Z");  // the instant at which the fixtures are judged
  w.until_text = "2026-06-01";
  const Judged last_moment = judged("dac-of-another-vendor", {w});
  CHECK(finding(last_moment, "dac.vendor-matches-pai").waived ==
        "known (J. Doe, until 2026-06-01)");
  const auto covers = [&] {
    return !finding(judged("dac-of-another-vendor", {w}), "dac.vendor-matches-pai").waived.empty();
  };
  w.device = hex(last_moment.evidence.dac.certificate->sha256());
  CHECK(covers());
  std::string upper = w.device, colons;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return static_cast<char>(std::toupper(c)); });
  for (size_t i = 0; i < upper.size(); ++i)
    colons += std::string(i != 0 && i % 2 == 0 ? ":" : "") + upper[i];
  w.device = upper;
  CHECK(covers());
  w.device = colons;
  CHECK(covers());
  w.device = upper.substr(2);  // a part of it is another
  CHECK(!covers());
  w.device = std::string(64, '0');
  CHECK(judged("dac-of-another-vendor", {w}).report.verdict == Verdict::reject);
  w.device.clear();
  w.until->seconds -= 1;
  CHECK(judged("dac-of-another-vendor", {w}).report.verdict == Verdict::reject);
}

TEST_CASE("in a lot, a waiver that one device does not need is no finding") {
  Judged device = judge_fixture("good");
  device.evidence.policy.waivers = {waiver("spake2p.salt-length")};
  device.evidence.policy.one_of_many = true;
  device.report = judge(device.evidence);
  CHECK(finding(device, "expect.waivers-are-used").status == Status::pass);
}

TEST_CASE("what proves authenticity is marked so") {
  // Subjects that prove nothing, and the few ids of the others that do not.
  const std::set<std::string> open = {"factory", "onboarding", "spake2p", "expect",
                                      "csr",     "ota",        "security"};
  for (const char* id : {"dac.signature-verifies",
                         "pai.signature-verifies",
                         "cd.signature-verifies",
                         "attestation.signature-verifies",
                         "paa.is-trusted",
                         "cd.signer-is-trusted",
                         "cd.signer-is-csa",
                         "dac.is-not-revoked",
                         "pai.is-not-revoked",
                         "credentials.no-development-dac",
                         "credentials.no-test-paa",
                         "credentials.no-test-cd-signer",
                         "credentials.no-development-cd",
                         "credentials.no-test-vendor",
                         "ledger.paa-is-approved",
                         "ledger.paa-is-not-revoked",
                         "ledger.pai-is-not-revoked",
                         "ledger.is-certified",
                         "key.belongs-to-dac",
                         "csr.signature-verifies",
                         "factory.no-development-fallback",
                         "dac.vendor-matches-pai",
                         "cd.vendor-matches-dac",
                         "cd.authorizes-paa",
                         "attestation.nonce-matches",
                         "ledger.answers"}) {
    CAPTURE(id);
    REQUIRE(find_check(id) != nullptr);
    CHECK(find_check(id)->proves_authenticity);
  }
  for (const Check* check : catalogue()) {
    const std::string id = check->id;
    if (check->proves_authenticity || open.contains(id.substr(0, id.find('.')))) continue;
    CAPTURE(id);
    CHECK(id.find("signature") == std::string::npos);
    CHECK(id.find("revoked") == std::string::npos);
    CHECK(!id.starts_with("chain."));
    CHECK(!id.starts_with("credentials."));
    CHECK(!id.starts_with("revocation."));
  }
}

TEST_CASE("waivers in a file are read strictly") {
  const auto read = waivers_from_text(
      R"({"waivers":[{"id":"a.b","reason":"r","who":"w","until":"2026-12-31","device":"SN-1"},{"id":"c.d","reason":"r","who":"w","until":"2026-12-31T12:00:00Z"}]})");
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 2);
  CHECK(rfc3339(*(*read)[0].until) == "2026-12-31T23:59:59Z");  // the day it names included
  CHECK((*read)[0].device == "SN-1");
  CHECK(rfc3339(*(*read)[1].until) == "2026-12-31T12:00:00Z");
  const struct {
    const char *text, *words;
  } wrong[] = {
      {"", "line"},
      {"[]", "expected {\"waivers\": [...]} and nothing else"},
      {R"({"waivers":[],"more":1})", "expected {\"waivers\": [...]} and nothing else"},
      {R"({"waivers":[1]})", "waiver 1: expected an object, found number"},
      {R"({"waivers":[{"id":"a.b","reason":"r","who":"w"}]})",
       "waiver 1: expected id, reason, who and until, found no until"},
      {R"({"waivers":[{"id":"a.b","reason":"","who":"w","until":"2026-12-31"}]})",
       "waiver 1: reason: expected a text, found an empty one"},
      {R"({"waivers":[{"id":"a.b","reason":"r","who":"w","until":"soon"}]})", "waiver 1: until: "},
      {R"({"waivers":[{"id":"a.b","reason":"r","who":"w","until":"2026-12-31","untill":"x"}]})",
       "waiver 1: expected id, reason, who, until and device, found \"untill\""},
      {R"({"waivers":[{"id":"a.b","id":"a.c","reason":"r","who":"w","until":"2026-12-31"}]})",
       "id"},
  };
  for (const auto& file : wrong) {
    CAPTURE(file.text);
    const auto bad = waivers_from_text(file.text);
    REQUIRE(!bad.has_value());
    if (*file.text != '\0')
      CHECK_MESSAGE(bad.error().what.find(file.words) != std::string::npos, bad.error().what);
  }
  for (const char* blank : {" ", "   ", "\\t", "\\u00a0", "\\u200b\\u00a0", "\\u3000"}) {
    CAPTURE(blank);
    for (const bool reason : {true, false}) {
      const std::string text = std::string(R"({"waivers":[{"id":"a.b","reason":")") +
                               (reason ? blank : "r") + R"(","who":")" + (reason ? "w" : blank) +
                               R"(","until":"2026-12-31"}]})";
      const auto bad = waivers_from_text(text);
      REQUIRE(!bad.has_value());
      CHECK(bad.error().what == std::string("waiver 1: ") + (reason ? "reason" : "who") +
                                    ": expected a text, found one of blanks");
      CHECK(waivers_from_text(text, WaiverTexts::recorded).has_value());
    }
  }
  for (const char* blank : {"a.b= ", "a.b=\t", "a.b=\u00A0", "a.b=\u200B \u2060"}) {
    CAPTURE(blank);
    const auto bad = waiver_from_option(blank);
    REQUIRE(!bad.has_value());
    CHECK(bad.error().what == "--waive: expected ID=REASON, found a reason of blanks");
  }
  CHECK(waiver_from_option("a.b=why = not")->reason == "why = not");
  for (const char* given : {"a.b", "a.b=", "=r", ""}) CHECK(!waiver_from_option(given).has_value());
}
