// A lot's report as a page, as JUnit and as SARIF, from a report made up here.

#include <fmt/format.h>

#include "report/lot_html.h"
#include "report/lot_junit.h"
#include "report/lot_report_text.h"
#include "report/lot_sarif.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest;

namespace {

DeviceResult device(std::string name, Verdict verdict, std::vector<std::string> failed = {},
                    std::vector<std::string> open = {}) {
  return {.name = std::move(name),
          .verdict = verdict,
          .failed = std::move(failed),
          .open = std::move(open),
          .summary = "a sentence about <it>"};
}

LotReport small_lot() {
  LotReport lot;
  lot.network = Network::test;
  lot.at = parse_rfc3339("2026-06-01T00:00:00Z").value();
  lot.verdict = Verdict::reject;
  lot.devices = 4;
  lot.approved = lot.undecided = 1;
  lot.rejected = 2;
  lot.results = {device("A", Verdict::approve),
                 device("<b>B</b>", Verdict::reject, {"dac.is-valid-now", "cd.vendor-matches-dac"}),
                 device("C", Verdict::undecided, {}, {"ledger.answers"}),
                 device("D", Verdict::reject, {"lot.device-is-readable"})};
  lot.failed = {{.id = "cd.vendor-matches-dac", .count = 1, .devices = {"<b>B</b>"}},
                {.id = "dac.is-valid-now", .count = 1, .devices = {"<b>B</b>"}},
                {.id = "lot.device-is-readable", .count = 1, .devices = {"D"}}};
  lot.open = {{.id = "ledger.answers", .count = 1, .devices = {"C"}}};
  lot.findings = {{.rule = &lot_rule::dac_key_is_used_once,
                   .severity = Severity::error,
                   .message = "2 DACs have one key",
                   .count = 2,
                   .devices = {"A", "C"}}};
  return lot;
}

size_t count(const std::string& text, std::string_view what) {
  size_t n = 0;
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++n;
  return n;
}

}  // namespace

TEST_CASE("a lot's page leads from a cause to its devices and back") {
  const std::string page = lot_html(small_lot());
  for (const char* there : {"<body data-verdict=\"reject\">", "id=\"cause-dac.is-valid-now\"",
                            "<a href=\"#d2\" dir=\"auto\">&lt;b&gt;B&lt;/b&gt;</a>", "id=\"d2\"",
                            "<a href=\"#cause-dac.is-valid-now\">",
                            "aria-label=\"1 approved, 2 rejected, 1 undecided\"",
                            "a sentence about &lt;it&gt;", "2 DACs have one key"}) {
    CAPTURE(there);
    CHECK(page.find(there) != std::string::npos);
  }
  CHECK(page.find("<b>B") == std::string::npos);
  // Those to look at stand before those that passed.
  CHECK(page.find("id=\"d2\"") < page.find("id=\"d3\""));
  CHECK(page.find("id=\"d3\"") < page.find("id=\"d1\""));
}

TEST_CASE("a lot's page begins with the gravest in a sentence") {
  const auto says = [](const LotReport& lot, const char* words) {
    return lot_html(lot).find(words) != std::string::npos;
  };
  LotReport lot = small_lot();
  CHECK(says(lot,
             "2 of 4 devices rejected; most often, for 1, this does not hold: declaration and DAC "
             "name the same vendor; and 2 DACs have one key<"));
  lot.failed.front().count = 2;
  CHECK(says(lot, "2 of 4 devices rejected, since this does not hold: "));
  lot.failed.clear();
  CHECK(says(lot, ">2 DACs have one key<"));
  lot.findings.clear();
  CHECK(says(lot, ">1 of 4 devices undecided, since this could not be answered: "));
}

TEST_CASE("many approved devices are folded away, those to look at never") {
  LotReport lot = small_lot();
  CHECK(count(lot_html(lot), "<details class=\"group\" open") == 3);
  lot.results.insert(lot.results.end(), 100, device("E", Verdict::approve));
  CHECK(count(lot_html(lot), "<details class=\"group\" open") == 2);
  CHECK(count(lot_html(lot), "<details class=\"group\">") == 1);
  lot.results = std::vector(200, device("F", Verdict::reject, {"dac.is-valid-now"}));
  CHECK(count(lot_html(lot), "<details class=\"group\" open") == 1);
}

TEST_CASE("a lot's JUnit file has a suite for the lot and one for each device") {
  const std::string file = lot_junit(small_lot());
  CHECK(count(file, "<testsuite ") == 5);
  CHECK(count(file, "<failure ") == 4);  // one between the devices, three of theirs
  CHECK(count(file, "<error ") == 1);    // what is open is not green
  CHECK(count(file, "<skipped ") == 0);
  CHECK(file.find("<testcase name=\"lot.dac-key-is-used-once: ") != std::string::npos);
  CHECK(file.find("<testsuite name=\"&lt;b&gt;B&lt;/b&gt;\" package=\"matter-attest\" id=\"2\" "
                  "timestamp=\"2026-06-01T00:00:00\" hostname=\"localhost\" tests=\"3\" "
                  "failures=\"2\" errors=\"0\" skipped=\"0\"") != std::string::npos);
}

TEST_CASE("a lot's JUnit file is green only where the lot is approved") {
  LotReport none;
  none.verdict = Verdict::undecided;
  CHECK(count(lot_junit(none), "<error ") == 1);  // no device was judged
  LotReport warned = small_lot();
  warned.findings.front().severity = Severity::warning;
  const auto failures = count(lot_junit(warned), "<failure ");
  warned.fail_on_warn = true;
  CHECK(count(lot_junit(warned), "<failure ") == failures + 1);
}

TEST_CASE("a lot's text says what does not hold, why, what to do and how to look at it") {
  LotReport lot = small_lot();
  lot.failed.front().example = "the DAC expired: renew it";
  lot.failed.front().see = "matter-attest verify --network none lot/d2";
  lot.warned = {{.id = "attestation.possession-is-shown", .count = 3, .devices = {"A"}}};
  lot.devices_warned = 3;
  const std::string text = lot_report_text(lot, {});
  for (const char* there :
       {"does not hold: ", "cause     the DAC expired", "see       matter-attest verify --network",
        "warn     attestation.possession-is-shown: 3 of 4 devices", "warnings to read: 3 of 4"}) {
    CAPTURE(there);
    CHECK(text.find(there) != std::string::npos);
  }
  CHECK(lot_verdict_line(lot).find("; " + lot.failed.front().id + " (") != std::string::npos);
}

TEST_CASE("a lot's SARIF log has a result for each cause and each finding") {
  const Json log = lot_sarif(small_lot());
  const Json& run = (*log.find("runs")->array())[0];
  const auto& rules = *run.find("tool")->find("driver")->find("rules")->array();
  std::string said;
  for (const Json& result : *run.find("results")->array()) {
    const std::string& id = *result.find("ruleId")->string();
    CHECK(*rules[static_cast<size_t>(*result.find("ruleIndex")->integer())].find("id")->string() ==
          id);
    said += fmt::format("{} {}\n", id, *result.find("occurrenceCount")->integer());
  }
  CHECK(said ==
        "cd.vendor-matches-dac 1\ndac.is-valid-now 1\nlot.device-is-readable "
        "1\nlot.dac-key-is-used-once 2\n");
}

TEST_CASE("ten thousand devices with the longest of names and faults stay below ten megabytes") {
  LotReport lot = small_lot();
  lot.results.clear();
  lot.devices = lot.rejected = 10'000;
  for (size_t i = 0; i < lot.devices; ++i) {
    lot.results.push_back(device(std::string(500, 'W'), Verdict::reject,
                                 {"dac.is-valid-now", "cd.vendor-matches-dac"}));
    lot.results.back().summary = std::string(1'000, 'x');
  }
  CHECK(lot_html(lot).size() < 10'000'000);
}

TEST_CASE(
    "a lot's notes, what the environment gave among them, are in every form of the whole lot") {
  LotReport lot = small_lot();
  lot.notes = {"taken from the environment: MATTER_ATTEST_NETWORK=test", "<note> 2"};
  for (const std::string& file : {lot_report_text(lot, {}), lot_html(lot), lot_junit(lot),
                                  dump(lot_report_json(lot)), dump(lot_sarif(lot))}) {
    CAPTURE(file.substr(0, 200));
    CHECK(count(file, "taken from the environment: MATTER_ATTEST_NETWORK=test") == 1);
  }
  CHECK(count(lot_junit(lot), "<property name=\"note\" value=\"&lt;note&gt; 2\"") == 1);
  CHECK(dump(lot_sarif(small_lot())).find("\"notes\"") == std::string::npos);
}

TEST_CASE("an empty lot is said to be empty") {
  LotReport lot;
  CHECK(lot_html(lot).find("the lot has no devices") != std::string::npos);
  CHECK(count(lot_junit(lot), "<testsuite ") == 1);
}
