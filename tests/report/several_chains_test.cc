// A device with several chains: one fault is told once and drawn in its chain, and what belongs to
// two chains is judged in both.
#include <algorithm>
#include <string>

#include "fixtures/forge/device_builder.h"
#include "report/chain_view.h"
#include "report/report_html.h"
#include "report/report_text.h"
#include "tests/support/post_quantum_device.h"
#include "tests/support/support.h"
#include "verifier/gather/chains.h"
#include "verifier/readers/reader.h"

using namespace attest;
using namespace attest::test;

namespace {

std::string failed(const Judged& judged) {
  return listed(judged.ids(Status::fail));
}

void give_key(Chain& chain, const char* name) {
  chain.dac_key = AnyKey("P256", name);
  chain.dac_key.put_into(chain.dac);
}

// The same PAI, certified by the root of this one.
Chain certified_again(const Chain& legacy, const std::string& kinds) {
  Chain out(kinds, "other");
  out.pai_key = legacy.pai_key;
  out.pai = legacy.pai;
  out.pai.issuer = out.paa.subject;
  out.pai.serial = {7, 7};
  out.paa_key.issue(out.pai);
  out.dac = legacy.dac;
  out.dac_key = legacy.dac_key;
  return out;
}

}  // namespace

TEST_CASE("several chains: two keys are one fault, whichever of them the device signs with") {
  ToyEngine engine(true);
  for (const char* kinds : {"44/44/P256", "65/65/P256", "65/44/P256", "65/P256/P256"}) {
    CAPTURE(std::string(kinds));
    const Chain legacy("P256/P256/P256", "legacy");
    Chain other(kinds, "other");
    give_key(other, "another");
    CHECK(failed(judge_chains({&legacy, &other}, engine)) == "identity.chains-agree");
    Chain wrong("P256/P256/P256", "legacy");
    give_key(wrong, "another");
    const Chain right(kinds, "other");
    CHECK(failed(judge_chains({&wrong, &right}, engine)) == "identity.chains-agree");
  }
  // What fits neither is a fault of its own.
  Chain legacy("P256/P256/P256", "legacy"), other("65/65/P256", "other");
  give_key(legacy, "one");
  give_key(other, "two");
  CHECK(failed(judge_chains({&legacy, &other}, engine)) ==
        "identity.chains-agree attestation.signature-verifies");
}

TEST_CASE("several chains: a PAI that two roots certify is in a chain of either kind") {
  ToyEngine engine(true);
  const Chain legacy("P256/P256/P256", "legacy");
  for (const char* kinds : {"44/P256/P256", "65/P256/P256"}) {
    CAPTURE(std::string(kinds));
    const Chain again = certified_again(legacy, kinds);
    const Judged judged = judge_chains({&legacy, &again}, engine);
    CHECK(failed(judged) == "");
    CHECK(judged.report.verdict == Verdict::approve);
    REQUIRE(judged.evidence.other_chains.size() == 1);
    CHECK(chain_name(judged.evidence) == "legacy");
    CHECK(chain_name(*judged.evidence.other_chains[0]).starts_with("ML-DSA-"));
    // A fault of one of the two is told of that one.
    const Judged bad = judge_chains({&legacy, &again}, engine, [n = 0](Certificates& made) mutable {
      if (n++ == 1) made[0].back() ^= 1;
    });
    CHECK(failed(bad) == "pai.signature-verifies");
    CHECK(
        bad.report.of(find_check("pai.signature-verifies"))->message.starts_with("in the ML-DSA-"));
  }
  // Of two roots of one kind it is open still which PAI the part carries.
  Chain second = certified_again(legacy, "P256/P256/P256");
  CHECK(failed(judge_chains({&legacy, &second}, engine)) == "identity.one-pai");
}

TEST_CASE("several chains: a PAI of ML-DSA without its DAC is one more certificate") {
  const Chain legacy("P256/P256/P256", "legacy");
  const auto role_of_other = [&](const Chain& other) {
    Reading reading;
    for (const auto& [fact, der] : {std::pair{FactId::dac, legacy.dac_der()},
                                    {FactId::pai, legacy.pai_der()},
                                    {FactId::pai, other.pai_der()}})
      reading.device.say(fact, der, {.path = "v.json", .offset = {}, .item = {}});
    const auto chains = split_chains(std::move(reading));
    REQUIRE(chains.size() == 1);
    REQUIRE(chains[0].device.statements.size() == 3);
    CHECK(chains[0].device.statements[1].fact == FactId::pai);
    return chains[0].device.statements[2].fact;
  };
  for (const char* kinds : {"44/44/P256", "65/65/P256", "65/44/P256", "65/P256/P256"}) {
    CAPTURE(std::string(kinds));
    CHECK(role_of_other(Chain(kinds, "other")) == FactId::certificate);
  }
  // Another legacy one may be the device's.
  CHECK(role_of_other(Chain("P256/P256/P256", "other")) == FactId::pai);
}

TEST_CASE("several chains: each fault is drawn in its chain, and the commissioners are named") {
  ToyEngine engine(true);
  const Chain legacy("P256/P256/P256", "legacy"), other("65/65/P256", "other");
  for (const size_t broken : {0u, 1u, 2u}) {
    CAPTURE(broken);
    const Judged judged =
        judge_chains({&legacy, &other}, engine, [n = 0u, broken](Certificates& made) mutable {
          if (n++ == broken) made[1].back() ^= 1;
        });
    const ChainPictures pictures = chain_pictures(judged.evidence, judged.report);
    REQUIRE(pictures.all.size() == 2);
    for (const size_t k : {0u, 1u}) {
      CAPTURE(k);
      const ChainPicture& one = pictures.all[k];
      CHECK(one.status(Part::issued_dac) == (k == broken ? Status::fail : Status::pass));
      CHECK(one.verdict == (k == broken ? Verdict::reject : Verdict::approve));
      CHECK(one.status(Part::proves) == Status::pass);
    }
    CHECK(pictures.all[0].status(Part::issued_pai) == Status::pass);
    CHECK(pictures.all[1].status(Part::issued_pai) == Status::warn);  // not released
    const auto verdict = [&](size_t k) { return k == broken ? "reject" : "approve"; };
    CHECK(commissioners_text(pictures) ==
          fmt::format("legacy: {}, ML-DSA-65: {}", verdict(0), verdict(1)));
    const std::string text = report_text(judged.evidence, judged.report, {});
    CHECK(text.find(fmt::format("the legacy chain: {}", verdict(0))) != std::string::npos);
    CHECK(text.find(fmt::format("the ML-DSA-65 chain: {}", verdict(1))) != std::string::npos);
    const std::string html = report_html(judged.evidence, judged.report);
    CHECK(html.find("Commissioners by the chain that they ask for: legacy: <b") !=
          std::string::npos);
    CHECK(html.find("The ML-DSA-65 chain: <b") != std::string::npos);
  }
  // Without a library that checks ML-DSA the legacy chain is as it was.
  ToyEngine without(false);
  const Judged open = judge_chains({&legacy, &other}, without);
  const ChainPictures pictures = chain_pictures(open.evidence, open.report);
  CHECK(commissioners_text(pictures) == "legacy: approve, ML-DSA-65: undecided");
  CHECK(pictures.all[0].status(Part::issued_dac) == Status::pass);
  CHECK(pictures.all[1].status(Part::issued_dac) == Status::unknown);
  // One chain has no name in its picture.
  const Judged one = judge_chains({&legacy}, engine);
  CHECK(report_text(one.evidence, one.report, {}).find("chain:") == std::string::npos);
  CHECK(report_html(one.evidence, one.report).find("Commissioners by") == std::string::npos);
}

TEST_CASE("several chains: two chains are no conflict") {
  const Chain legacy("P256/P256/P256", "legacy"), other("65/65/P256", "other");
  Device device;
  const auto say = [&](FactId fact, const Bytes& bytes) {
    device.say(fact, bytes, {.path = "v.json", .offset = {}, .item = {}});
  };
  for (const Chain* one : {&legacy, &other}) {
    say(FactId::dac, one->dac_der());
    say(FactId::pai, one->pai_der());
  }
  CHECK(conflicts(device).size() == 2);
  CHECK(conflicts_within_chains(device).empty());
  Chain second("65/65/P256", "other");
  second.dac.serial = {9};
  say(FactId::dac, second.dac_der());
  const auto left = conflicts_within_chains(device);
  REQUIRE(left.size() == 1);
  CHECK(left[0].fact == FactId::dac);
}

TEST_CASE("several chains: a chain of ML-DSA under the name of another set is told") {
  const auto problems = [](const Chain& chain, const char* set) {
    const std::string json =
        fmt::format(R"({{"dac_cert_ml_dsa_{}":"{}","pai_cert_ml_dsa_{}":"{}"}})", set,
                    hex(chain.dac_der()), set, hex(chain.pai_der()));
    Reading reading;
    REQUIRE(read_evidence({.path = "v.json", .bytes = view(json)}, reading));
    std::string out;
    for (const auto& one : reading.device.integrity)
      out += fmt::format("{}: {}\n", one.what, one.problem);
    return out;
  };
  const char* wrong = "expected a certificate of ML-DSA-44, found one of ML-DSA-65\n";
  CHECK(problems(Chain("65/65/P256"), "44") ==
        fmt::format("dac_cert_ml_dsa_44: {}pai_cert_ml_dsa_44: {}", wrong, wrong));
  CHECK(problems(Chain("65/P256/P256"), "44") == fmt::format("pai_cert_ml_dsa_44: {}", wrong));
  CHECK(problems(Chain("44/44/P256"), "65").find("found one of ML-DSA-44") != std::string::npos);
  CHECK(problems(Chain("44/P256/P256"), "65").find("found one of ML-DSA-44") != std::string::npos);
  // Of a chain of two sets either name is right for the PAI, and its own for the DAC.
  CHECK(problems(Chain("65/44/P256"), "44") == "");
  for (const auto& [kinds, set] : {std::pair{"65/65/P256", "65"},
                                   {"65/P256/P256", "65"},
                                   {"44/44/P256", "44"},
                                   {"44/P256/P256", "44"}})
    CHECK(problems(Chain(kinds), set) == "");
}

TEST_CASE("a chain of ML-DSA-87 is one finding that names the rule") {
  ToyEngine engine(true);
  constexpr const char* kOid87 = "2.16.840.1.101.3.4.3.19";
  const auto of_87 = [](forge::CertificatePlan& plan) {
    plan.key_algorithm = kOid87;
    plan.public_key = Bytes(2592, 0x5A);
    plan.curve.clear();
  };
  const auto signed_by_87 = [](forge::CertificatePlan& plan) {
    plan.algorithm = plan.tbs_algorithm = kOid87;
  };
  Chain root("65/65/P256", "root"), both("65/65/P256", "both"), below("65/65/P256", "below");
  for (Chain* chain : {&root, &both}) {
    of_87(chain->paa);
    signed_by_87(chain->paa);
    signed_by_87(chain->pai);
  }
  for (Chain* chain : {&below, &both}) {
    of_87(chain->pai);
    signed_by_87(chain->dac);
  }
  CHECK(failed(judge_chains({&root}, engine)) == "paa.key-is-p256");
  CHECK(failed(judge_chains({&both}, engine)) == "paa.key-is-p256");
  const Judged judged = judge_chains({&below}, engine);
  CHECK(failed(judged) == "pai.key-is-p256");
  CHECK(judged.report.of(find_check("pai.key-is-p256"))->message ==
        "the PAI's key is of ML-DSA-87, which the attestation PKI does not have");
}
