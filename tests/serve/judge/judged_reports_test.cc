// The keep of judged reports: bounded, the oldest go first, and are told from what never was.
#include "serve/judge/judged_reports.h"

#include <thread>

#include "report/report_json.h"
#include "tests/serve/serve_support.h"
#include "tests/support/judged.h"
#include "verifier/gather/evidence.h"

using namespace attest;
using namespace attest::serve;
using namespace attest::test;

TEST_CASE("serve: a judged report is found under its id, which nobody guesses") {
  JudgedReports reports({.bytes = 1u << 20, .reports = 10});
  const auto a = reports.keep(judged_report(Verdict::approve, "A"));
  const auto b = reports.keep(judged_report(Verdict::reject, "B"));
  REQUIRE(a.has_value());
  REQUIRE(b.has_value());
  CHECK(*a != *b);
  CHECK(is_id(*a));
  REQUIRE(reports.find(*a).report != nullptr);
  CHECK(reports.find(*a).report->device.serial_number == "A");
  for (const char* id : {"", "0", "00000000000000000000000000000000", "../../etc/passwd"}) {
    CAPTURE(id);
    CHECK(reports.find(id).report == nullptr);
    CHECK_FALSE(reports.find(id).gone);
  }
}

TEST_CASE("serve: of too many judged reports the oldest go, and are known to have been here") {
  JudgedReports reports({.bytes = 1u << 20, .reports = 3, .remembered = 2});
  std::vector<std::string> ids;
  for (int i = 0; i < 7; ++i) {
    const auto id = reports.keep(judged_report(Verdict::approve));
    REQUIRE(id.has_value());
    ids.push_back(*id);
    CHECK(reports.size().reports <= 3);
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    CAPTURE(i);
    CHECK((reports.find(ids[i]).report != nullptr) == (i >= 4));
    CHECK(reports.find(ids[i]).gone == (i == 2 || i == 3));  // two are remembered
  }
}

TEST_CASE(
    "serve: judged reports are bounded in bytes, and one that is larger than all is refused") {
  JudgedReports reports({.bytes = 10'000, .reports = 100});
  auto large = judged_report(Verdict::approve);
  large.bundle.resize(4000);
  std::string first;
  for (int i = 0; i < 5; ++i) {
    const auto id = reports.keep(large);
    REQUIRE(id.has_value());
    if (i == 0) first = *id;
    CHECK(reports.size().bytes <= 10'000);
  }
  CHECK(reports.find(first).gone);
  const size_t before = reports.size().reports;
  large.bundle.resize(10'000);
  const auto refused = reports.keep(large);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().what.find("expected at most 10000") != std::string::npos);
  CHECK(reports.size().reports == before);  // nothing went for it
}

TEST_CASE("serve: who has a judged report in hand keeps it, though it goes meanwhile") {
  JudgedReports reports({.bytes = 1u << 20, .reports = 4});
  const auto id = reports.keep(judged_report(Verdict::approve, "held"));
  const auto held = reports.find(*id).report;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&reports] {
      for (int i = 0; i < 200; ++i) (void)reports.keep(judged_report(Verdict::approve));
    });
  for (auto& thread : threads) thread.join();
  CHECK(held->device.serial_number == "held");
  CHECK(reports.find(*id).gone);
  CHECK(reports.size().reports == 4);
}

TEST_CASE(
    "serve: what a judged report is of is read from the report itself, and the DAC's serial from "
    "the bundle") {
  const Judged judged = judge_fixture("good");
  const std::string json = dump(report_json(judged.evidence, judged.report));
  const auto kept = judged_report_of(kDecided, json, "<html>", Bytes());
  REQUIRE_MESSAGE(kept.has_value(), (kept ? "" : kept.error().what));
  CHECK(kept->verdict == Verdict::approve);
  CHECK(kept->network == network_name(judged.evidence.policy.network));
  CHECK(kept->stage == "network");
  CHECK(kept->summary == judged.report.summary);
  CHECK(kept->device.vid == "0xFFF1");
  CHECK(kept->device.pid == "0x8000");
  CHECK(kept->device.dac_sha256 == hex(judged.evidence.dac.certificate->sha256()));
  CHECK(kept->device.certificate_id == judged.evidence.cd->certificate_id);
  CHECK(kept->device.dac_serial.empty());  // no bundle
  CHECK(kept->json == json);
  CHECK(kept->failed.empty());
  // What failed is what the judge says failed, as its own report writes it.
  const Judged bad = judge_fixture("dac-of-another-vendor");
  std::vector<std::string> failed;
  for (const Finding& f : bad.report.findings) {
    if (f.status == Status::fail) failed.emplace_back(f.check->id);
  }
  const auto rejected =
      judged_report_of(kDecided, dump(report_json(bad.evidence, bad.report)), "", Bytes());
  REQUIRE(rejected.has_value());
  CHECK(failed == std::vector<std::string>{"dac.vendor-matches-pai"});
  CHECK(rejected->failed == failed);
  CHECK_FALSE(judged_report_of(kDecided,
                               R"({"schema":"matter-attest/report/1","verdict":"reject",)"
                               R"("findings":[],"device":{}})",
                               "", {})
                  .has_value());
  // Of no other JSON.
  for (const char* other : {"", "{}", "[]", R"({"schema":"matter-attest/report/1"})",
                            R"({"schema":"matter-attest/report/1","verdict":"fine","device":{}})",
                            R"({"schema":"matter-attest/lot/1","verdict":"approve","device":{}})"})
    CHECK_FALSE(judged_report_of(kDecided, other, "", {}).has_value());
}
