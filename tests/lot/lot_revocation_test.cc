// Lots against a revocation list: just the revoked devices are rejected, whether a device is judged
// in full or is alike to another.

#include <algorithm>
#include <ctime>

#include "fixtures/ledger/lot_ledger.h"
#include "lot/alike.h"
#include "lot/record.h"
#include "platform/ledger_options.h"
#include "tests/support/dcl_support.h"
#include "tests/support/program.h"
#include "verifier/batch/batch.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr size_t kDevices = 60;
constexpr size_t kRevoked[] = {0, 7, 8, 41, 59};  // the first of the lot among them
bool is_revoked(size_t device) {
  return std::find(std::begin(kRevoked), std::end(kRevoked), device) != std::end(kRevoked);
}

// A lot, the ledger that names its PAI's list, and a place for what is fetched.
struct Lot {
  forge::DevicePlan plan = forge::good_plan("revoked lot");
  std::vector<std::string> lines;
  fixtures::LedgerServer server{{}, {}};
  Folder folder;

  Lot() {
    plan.cd.certification_type = 1;  // what the test network lets anybody sign
    const forge::Device first = forge::make(plan);
    for (size_t i = 0; i < kDevices; ++i) {
      const Bytes dac = forge::numbered_dac(plan, "revoked lot " + std::to_string(i), i);
      Json record;
      record.set("id", i)
          .set("vendor_id", "0xFFF1")
          .set("product_id", "0x8000")
          .set("software_version", 1);
      record.set("dac", base64(dac)).set("pai", base64(first.pai)).set("cd", base64(first.cd));
      lines.push_back(dump(record));
    }
    REQUIRE(server.start());
    std::vector<Bytes> revoked = {{0x40, 0x00}, {0x01}};  // parts of a serial are other serials
    for (const size_t i : kRevoked) revoked.push_back(forge::numbered_serial(i));
    fixtures::LedgerFacts facts =
        fixtures::lot_ledger(plan, server.url(), fixtures::lot_paas(3), std::move(revoked));
    facts.time = {std::time(nullptr)};
    server.set_facts(std::move(facts));
  }
  // Each device's verdict and what failed, in order.
  std::vector<std::string> judged(std::vector<std::string> more) const {
    std::vector<std::string> words = {"lot",
                                      "--stream",
                                      "--network",
                                      "test",
                                      "--ledger",
                                      server.url(),
                                      "--cache-dir",
                                      folder.path(),
                                      "--allow-private-hosts",
                                      "--trust-cd-signer",
                                      "fixtures/trust/cd-signer.pem",
                                      "--at",
                                      "2026-06-01T00:00:00Z"};
    words.insert(words.end(), more.begin(), more.end());
    std::string input;
    for (const std::string& line : lines) input += line + "\n";
    const Ran ran = run_program(words, input);
    CHECK(ran.code == 1);
    std::vector<std::string> out;
    for (size_t at = 0, end = 0; (end = ran.out.find('\n', at)) != std::string::npos;
         at = end + 1) {
      const auto line = parse_json(std::string_view(ran.out).substr(at, end - at));
      REQUIRE(line);
      if (line->find("verdict") != nullptr)
        out.push_back(*line->find("verdict")->string() + " " + dump(*line->find("failed")));
    }
    return out;
  }
};

}  // namespace

TEST_CASE("lot: the devices on their PAI's revocation list are rejected, and no other") {
  const Lot lot;
  const std::vector<std::string> words[] = {{"--jobs", "1"}, {"--jobs", "3"}, {"--full"}};
  for (const auto& more : words) {
    CAPTURE(more.front() + " " + more.back());
    const auto verdicts = lot.judged(more);
    REQUIRE(verdicts.size() == kDevices);
    for (size_t i = 0; i < kDevices; ++i) {
      CAPTURE(i);
      CHECK(verdicts[i] == (is_revoked(i) ? "reject [\"dac.is-not-revoked\"]" : "approve []"));
    }
  }
  const auto asked = lot.server.asked();
  CHECK(std::count_if(asked.begin(), asked.end(),
                      [](const auto& a) { return a.path == "/pai.crl"; }) == 1);  // then it is kept
}

TEST_CASE("lot: a record on its PAI's revocation list is alike to none") {
  const Lot lot;
  const Instant now{std::time(nullptr)};
  Console console = process_console();
  console.now = now;
  auto options = ledger_options({.network = "test",
                                 .ledger = lot.server.url(),
                                 .chain_id = "",
                                 .cache_dir = lot.folder.path(),
                                 .allow_private_hosts = true},
                                {console, true});
  REQUIRE(options);
  auto ledger = dcl::CachedLedger::open(std::move(*options));
  REQUIRE(ledger);
  Policy policy;
  policy.network = Network::test;
  policy.at = *parse_rfc3339("2026-06-01T00:00:00Z");
  TrustStore trust = TrustStore::builtin(true);
  REQUIRE(trust.add_cd_signer(
      parse_certificate(forge::certificate(forge::cd_signer().plan, forge::cd_signer().key))
          .value(),
      Origin::given, "signer", openssl_engine()));
  BatchJudge judge(policy, trust, ledger->get(), openssl_engine());
  const auto judged = [&](size_t device) {
    std::vector<Reading> one;
    one.push_back(std::move(read_record(lot.lines[device], "unnamed", false).value().reading));
    return std::move(judge.judge(std::move(one), false).front());
  };
  const attest::Judged good = judged(1), revoked = judged(0);
  CHECK(good.outline.verdict == Verdict::approve);
  CHECK(revoked.outline.verdict == Verdict::reject);
  CHECK_FALSE(AlikeRecords::to(lot.lines[0], revoked.evidence).has_value());
  const auto alike = AlikeRecords::to(lot.lines[1], good.evidence);
  REQUIRE(alike);
  for (size_t i = 0; i < kDevices; ++i) {
    CAPTURE(i);
    CHECK(alike->match(lot.lines[i]).has_value() == !is_revoked(i));
  }
}
