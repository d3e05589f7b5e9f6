// The seam: a request gives what the steps behind it give, two threads may verify at once, and what
// steps in between may end it.

#include "verifier/verify.h"

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/judged.h"
#include "tests/support/readings.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace {

Reading reading_of(const std::string& fixture) {
  Reading out;
  for (const char* name : {"dac.pem", "pai.pem", "cd.pem", "device.json"}) {
    const std::string path = "fixtures/devices/" + fixture + "/" + name;
    if (!std::filesystem::exists(path)) continue;
    const Bytes bytes = slurp(path);
    REQUIRE(read_evidence({.path = path, .bytes = bytes}, out).has_value());
  }
  return out;
}

TrustStore forged_trust() {
  TrustStore out = TrustStore::builtin(false);
  for (const char* name : {"paa-fff1", "paa-any"}) {
    Reading read;
    const std::string path = std::string("fixtures/trust/") + name + ".pem";
    const Bytes bytes = slurp(path);
    REQUIRE(read_evidence({.path = path, .bytes = bytes}, read).has_value());
    const auto paa = parse_certificate(std::get<Bytes>(read.device.statements.front().value));
    REQUIRE(out.add_paa(*paa, Origin::given, path).has_value());
  }
  Reading read;
  const std::string path = "fixtures/trust/cd-signer.pem";
  const Bytes bytes = slurp(path);
  REQUIRE(read_evidence({.path = path, .bytes = bytes}, read).has_value());
  const auto signer = parse_certificate(std::get<Bytes>(read.device.statements.front().value));
  REQUIRE(out.add_cd_signer(*signer, Origin::given, path, openssl_engine()).has_value());
  return out;
}

const Policy kPolicy{
    .network = Network::none, .at = *instant_from(2026, 6, 1, 0, 0, 0), .required = {}};

std::string said(const Verification& v) {
  std::string out = std::string(verdict_name(v.report.verdict)) + " " + v.report.summary;
  for (const Finding& f : v.report.findings) out += std::string(" ") + status_name(f.status);
  return out;
}

}  // namespace

TEST_CASE("verify: two threads verify at once, and say what each says alone") {
  const TrustStore trust = forged_trust();
  const std::vector<std::string> names = {"good", "dac-of-another-vendor",
                                          "cd-changed-after-signing", "pai-of-another-vendor"};
  const auto one = [&](const std::string& name) {
    return said(verify({.reading = reading_of(name),
                        .policy = kPolicy,
                        .trust = trust,
                        .engine = openssl_engine()}));
  };
  std::vector<std::string> alone;
  for (const std::string& name : names) alone.push_back(one(name));
  CHECK(alone[0].starts_with("approve"));
  CHECK(alone[1].starts_with("reject"));
  constexpr size_t kRounds = 20;
  std::array<std::vector<std::string>, 2> found;
  const auto work = [&](size_t which) {
    for (size_t i = 0; i < kRounds; ++i)
      found[which].push_back(one(names[(i + which) % names.size()]));
  };
  std::thread other(work, 1);
  work(0);
  other.join();
  for (size_t which = 0; which < found.size(); ++which) {
    REQUIRE(found[which].size() == kRounds);
    for (size_t i = 0; i < kRounds; ++i)
      CHECK(found[which][i] == alone[(i + which) % names.size()]);
  }
}

TEST_CASE("verify: what steps in between sees the evidence, and may end it without a report") {
  const TrustStore trust = forged_trust();
  bool seen = false;
  const Verification v = verify({.reading = reading_of("good"),
                                 .policy = kPolicy,
                                 .trust = trust,
                                 .engine = openssl_engine(),
                                 .between = [&](Evidence& e) {
                                   seen = e.dac.present() && !e.answer(Signed::dac);
                                   return false;
                                 }});
  CHECK(seen);
  CHECK(v.report.findings.empty());
  CHECK(v.evidence.dac.present());
}
