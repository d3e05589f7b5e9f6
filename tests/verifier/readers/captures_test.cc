// Attestation exchanges captured from a live device: judged as their meta.json says, with their PAA
// and the public CD test signer trusted.

#include <algorithm>

#include "tests/support/exceptions.h"
#include "tests/support/judged.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace {

struct Blame {
  const char* failing_check;     // of meta.json
  std::vector<std::string> ids;  // how the ids of our fails may begin
};
const Blame kBlames[] = {
    {"basic-information",
     {"cd.product-ids-include-basic-information", "cd.vendor-matches-basic-information"}},
    {"cd-product-id", {"cd.product-ids-"}},
    {"cd-vendor-id", {"cd.vendor-matches-"}},
    {"cd-authorized-paa", {"cd.authorizes-paa"}},
    {"cd-signer", {"cd.signer-is-trusted"}},
    {"dac-origin", {"cd.dac-origin-"}},
    {"dac-vendor-id", {"dac.vendor-matches-"}},
    {"nonce", {"attestation.nonce-"}},
    {"attestation-signature", {"attestation.signature-"}},
    {"chain", {"chain.", "dac.signature-verifies", "pai.signature-verifies"}},
    {"paa-not-trusted", {"paa.is-trusted"}},
    {"revoked", {"dac.is-not-revoked", "pai.is-not-revoked"}},
};

Judged judge_capture(const std::string& name, const Json& meta) {
  const auto folder = shared() / "captures" / name;
  Reading reading;
  for (const char* file : {"dac.der", "pai.der", "paa.der", "cd.der", "attestation-elements.bin",
                           "attestation-signature.bin", "attestation-challenge.bin",
                           "attestation-nonce.bin", "crl.der"}) {
    const std::string path = (folder / file).string();
    if (std::string_view(file) == "crl.der" && !std::filesystem::exists(path))
      continue;  // of the two revoked ones
    const Bytes bytes = slurp(path);
    REQUIRE_MESSAGE(
        read_evidence({.path = path, .bytes = bytes, .base = 0, .member = false}, reading)
            .has_value(),
        path);
  }
  const Json& basic = *meta.find("basicInformation");
  const Place place{.path = "meta.json", .offset = {}, .item = {}};
  reading.device.say(FactId::vendor_id, *basic.find("vendorId")->natural(), place);
  reading.device.say(FactId::product_id, *basic.find("productId")->natural(), place);
  TrustStore trust = TrustStore::builtin(true);
  if (*meta.find("name")->string() != "bad-untrusted-paa") {
    const auto paa = parse_certificate(slurp(folder / "paa.der"));
    REQUIRE(paa.has_value());
    REQUIRE(trust.add_paa(*paa, Origin::given, "paa.der").has_value());
  }
  const Policy policy{.network = Network::none,
                      .at = parse_rfc3339("2026-11-20T22:00:00Z").value(),
                      .required = {},
                      .show_passcode = false};
  return test::judge(std::move(reading), policy, trust);
}

}  // namespace

TEST_CASE("captured exchanges are judged as they were labelled") {
  if (!have_shared("captures")) return;
  const auto known = exceptions("captures"), other_blame = exceptions("capture_blame");
  size_t seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shared() / "captures")) {
    if (!entry.is_directory()) continue;
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    ++seen;
    const auto meta = parse_json(text(slurp(entry.path() / "meta.json")));
    REQUIRE(meta.has_value());
    const Judged judged = judge_capture(name, *meta);
    const std::string wanted = *meta->find("expected")->string() == "accept" ? "approve" : "reject";
    const std::string verdict = verdict_name(judged.report.verdict);
    if (known.count(name) != 0) {
      CHECK(verdict == *known.at(name).find("judged")->string());
      CHECK_MESSAGE(verdict != wanted,
                    name << " no longer diverges: take it out of tests/exceptions.json");
      continue;
    }
    CHECK_MESSAGE(verdict == wanted, judged.text);
    const auto fails = judged.ids(Status::fail);
    if (other_blame.count(name) != 0) {
      CHECK(fails == strings(*other_blame.at(name).find("fails")));
      continue;
    }
    CHECK_MESSAGE(fails.size() == (wanted == "reject" ? 1 : 0), judged.text);
    if (fails.empty()) continue;
    const std::string failing = *meta->find("failingCheck")->string();
    const auto* blame = std::find_if(std::begin(kBlames), std::end(kBlames),
                                     [&](const Blame& b) { return failing == b.failing_check; });
    REQUIRE_MESSAGE(blame != std::end(kBlames), failing << " has no row in kBlames");
    const bool right =
        std::any_of(blame->ids.begin(), blame->ids.end(),
                    [&](const std::string& begins) { return fails[0].starts_with(begins); });
    CHECK_MESSAGE(right, fails[0] << " is blamed where the label says " << failing);
  }
  CHECK(seen >= 20);
}
