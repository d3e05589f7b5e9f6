// Many devices judged together: each as if it were alone, whatever stands before it in the lot.

#include "verifier/batch/batch.h"

#include <algorithm>
#include <map>
#include <random>

#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;

namespace {

// Counts what the engine is asked.
class CountingEngine final : public SignatureEngine {
 public:
  const char* name() const override { return "counting"; }
  void verify(std::span<const SignatureJob> jobs, std::span<uint8_t> answers) override {
    count += jobs.size();
    openssl_engine().verify(jobs, answers);
  }
  size_t count = 0;
};

Reading reading_of(const test::Judged& device) {
  Reading out;
  out.device = device.evidence.device;
  out.files = device.evidence.files;
  return out;
}

std::string told(const Outline& outline) {
  std::string out = verdict_name(outline.verdict);
  for (const Check* check : outline.failed) out += std::string(" ") + check->id;
  for (const Check* check : outline.open) out += std::string(" ?") + check->id;
  return out;
}

// As the fixtures are judged, and as nothing but an unknown root is.
TrustStore anchors(const Policy& policy) {
  TrustStore trust = TrustStore::builtin(policy.network == Network::test);
  for (const test::Judged& device : judged_fixtures()) {
    if (device.evidence.paa && device.evidence.paa->certificate &&
        device.evidence.paa->origin == Origin::given && device.name.starts_with("good")) {
      REQUIRE(trust.add_paa(device.evidence.paa->certificate, Origin::given, "paa").has_value());
    }
    if (device.evidence.cd_signer && device.evidence.cd_signer->certificate)
      REQUIRE(trust
                  .add_cd_signer(device.evidence.cd_signer->certificate, Origin::given, "signer",
                                 openssl_engine())
                  .has_value());
  }
  return trust;
}

}  // namespace

TEST_CASE("a device of a batch has the verdict and the report that it has alone") {
  for (const Network network : {Network::none, Network::test, Network::main}) {
    const Policy policy{.network = network,
                        .at = *parse_rfc3339("2026-06-01T00:00:00Z"),
                        .required = {},
                        .show_passcode = false};
    const TrustStore trust = anchors(policy);
    std::vector<const test::Judged*> devices;
    for (const test::Judged& device : judged_fixtures()) devices.push_back(&device);
    std::mt19937 random(7);
    BatchJudge batch(policy, trust, nullptr, openssl_engine());
    std::map<const test::Judged*, test::Judged> alone;
    for (const test::Judged* device : devices)
      alone.emplace(device, judge(reading_of(*device), policy, trust));
    for (int round = 0; round < 4; ++round) {
      std::shuffle(devices.begin(), devices.end(), random);
      std::vector<Reading> readings;
      for (const test::Judged* device : devices) readings.push_back(reading_of(*device));
      const bool reports = round % 2 == 1;
      const auto together = batch.judge(std::move(readings), reports);
      REQUIRE(together.size() == devices.size());
      for (size_t i = 0; i < devices.size(); ++i) {
        CAPTURE(devices[i]->name);
        const test::Judged& single = alone.at(devices[i]);
        CHECK(told(together[i].outline) == told(outline_of(single.report)));
        if (!reports) continue;
        CHECK(together[i].report.summary == single.report.summary);
        CHECK(together[i].report.sdk == single.report.sdk);
        for (size_t f = 0; f < single.report.findings.size(); ++f) {
          const Finding &a = together[i].report.findings[f], &b = single.report.findings[f];
          CHECK(std::tie(a.check, a.status, a.severity, a.message, a.expected, a.actual, a.source,
                         a.blocked_by) == std::tie(b.check, b.status, b.severity, b.message,
                                                   b.expected, b.actual, b.source, b.blocked_by));
        }
      }
    }
  }
}

TEST_CASE("what devices share is checked once") {
  const auto& devices = judged_fixtures();
  const auto good = std::find_if(devices.begin(), devices.end(), [](const test::Judged& d) {
    return d.report.verdict == Verdict::approve && d.evidence.elements_statement != nullptr;
  });
  REQUIRE(good != devices.end());
  const TrustStore trust = anchors(good->evidence.policy);
  CountingEngine engine;
  BatchJudge batch(good->evidence.policy, trust, nullptr, engine);
  const auto judge_many = [&](size_t n) {
    std::vector<Reading> readings;
    for (size_t i = 0; i < n; ++i) readings.push_back(reading_of(*good));
    engine.count = 0;
    for (const auto& judged : batch.judge(std::move(readings), false))
      CHECK(judged.outline.verdict == good->report.verdict);
    return engine.count;
  };
  CHECK(judge_many(10) == 3 + 20);  // PAI, PAA and declaration once; DAC and attestation a device
  CHECK(judge_many(10) == 20);
}
