// Lots against a revocation set: just the devices that it names are rejected, whether one is judged
// in full or is alike to another.

#include <algorithm>

#include "lot/alike.h"
#include "lot/record.h"
#include "tests/support/folder.h"
#include "tests/support/judged.h"
#include "tests/support/lot_records.h"
#include "tests/support/program.h"
#include "tests/support/support.h"
#include "verifier/batch/batch.h"
#include "verifier/gather/gather.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr size_t kDevices = 60;
constexpr size_t kNamed[] = {0, 7, 8, 41, 59};  // the first of the lot among them
bool is_named(size_t device) {
  return std::find(std::begin(kNamed), std::end(kNamed), device) != std::end(kNamed);
}

CertificatePtr credential(size_t device, const char* key) {
  return parse_certificate(from_base64(*lot_records()[device].json.find(key)->string()).value())
      .value();
}

std::string named_set() {
  const CertificatePtr pai = credential(0, "pai");
  std::vector<Bytes> serials;
  for (const size_t i : kNamed) serials.push_back(to_bytes(credential(i, "dac")->serial));
  const Json entry = revocation_set_entry({.name = pai->subject.der,
                                           .key_id = pai->skid().value(),
                                           .signer = pai->der,
                                           .delegator = {}},
                                          serials);
  return dump(Json(Json::Array{entry}));
}

}  // namespace

TEST_CASE("lot: the devices that a revocation set names are rejected, and no other") {
  const Folder folder;
  const std::string set = folder.write("set.json", named_set());
  std::string input;
  for (size_t i = 0; i < kDevices; ++i) input += lot_records()[i].line();
  for (const char* jobs : {"1", "3"}) {
    CAPTURE(jobs);
    const Ran ran =
        run_program(lot_words({"--stream", "--jobs", jobs, "--revocation-set", set}), input);
    CHECK(ran.code == 1);
    size_t at = 0;
    for (size_t i = 0; i < kDevices; ++i) {
      CAPTURE(i);
      const size_t end = ran.out.find('\n', at);
      REQUIRE(end != std::string::npos);
      const auto line = parse_json(std::string_view(ran.out).substr(at, end - at));
      REQUIRE(line);
      at = end + 1;
      CHECK(dump(*line->find("failed")) ==
            (is_named(i) ? "[\"revocation.dac-is-not-in-set\"]" : "[]"));
      CHECK(*line->find("verdict") == Json(is_named(i) ? "reject" : "approve"));
    }
  }
}

TEST_CASE("lot: a record that a revocation set names is alike to none, one with a NOCSR neither") {
  const auto given = given_by({"--network", "none", "--at", "2026-06-01T00:00:00Z", "--trust-paa",
                               "fixtures/trust", "--trust-cd-signer", "fixtures/trust"});
  REQUIRE(given);
  const std::string json = named_set();
  const auto sets = std::make_shared<const std::vector<RevocationSetEvidence>>(
      std::vector{read_revocation_set(view(json), {.path = "set.json", .offset = {}, .item = {}})});
  BatchJudge judge(given->policy, given->trust, nullptr, openssl_engine());
  const auto line_of = [](size_t device, bool nocsr) {
    LotRecordPlan record = lot_records()[device];
    // What reads an onboarding code has alikes neither.
    Json bare{Json::Object{}};
    for (const auto& [name, value] : *record.json.object()) {
      if (name != "onboarding") bare.set(name, value);
    }
    if (nocsr) bare.set("nocsr", Json(Json::Object{}).set("elements", "15300100300200201818"));
    return dump(bare);
  };
  const auto judged = [&](const std::string& line) {
    std::vector<Reading> one;
    one.push_back(std::move(read_record(line, "unnamed", false).value().reading));
    one.front().given_sets = sets;
    return std::move(judge.judge(std::move(one), false).front());
  };
  const attest::Judged good = judged(line_of(1, false)), named = judged(line_of(0, false));
  CHECK(good.outline.verdict == Verdict::approve);
  CHECK(named.outline.verdict == Verdict::reject);
  CHECK_FALSE(AlikeRecords::to(line_of(0, false), named.evidence).has_value());
  CHECK_FALSE(AlikeRecords::to(line_of(1, true), judged(line_of(1, true)).evidence).has_value());
  const auto alike = AlikeRecords::to(line_of(1, false), good.evidence);
  REQUIRE(alike);
  for (size_t i = 0; i < kDevices; ++i) {
    CAPTURE(i);
    CHECK(alike->match(line_of(i, false)).has_value() == !is_named(i));
  }
}
