#include "tests/support/post_quantum_device.h"

#include "tests/support/support.h"
#include "verifier/verify.h"

namespace attest::test {

Judged judge_chains(const std::vector<const Chain*>& chains, SignatureEngine& engine,
                    const std::function<void(Certificates&)>& change,
                    const std::vector<Bytes>& beside, std::vector<Waiver> waivers,
                    const std::vector<Given>& facts) {
  const forge::Anchor& signer = forge::cd_signer();
  TrustStore trust = TrustStore::builtin(false);
  const auto parsed = [](const Bytes& der) { return parse_certificate(der).value(); };
  REQUIRE(trust.add_cd_signer(parsed(forge::certificate(signer.plan, signer.key)), Origin::given,
                              "signer", engine));
  Reading reading;
  const auto say = [&](FactId fact, Bytes bytes, const char* path) {
    reading.device.say(fact, std::move(bytes), {.path = path, .offset = {}, .item = {}});
  };
  for (const Chain* chain : chains) {
    REQUIRE(trust.add_paa(parsed(chain->paa_der()), Origin::given, "paa.der"));
    Certificates made = {chain->pai_der(), chain->dac_der()};
    if (change) change(made);
    say(FactId::certificate, made[0], "pai.der");
    say(FactId::certificate, made[1], "dac.der");
  }
  for (const Bytes& one : beside) say(FactId::certificate, one, "beside.der");
  const forge::Device device = forge::make(chains.front()->device);
  say(FactId::cd, device.cd, "cd.der");
  say(FactId::attestation_elements, device.elements, "device.json");
  say(FactId::attestation_signature, device.signature, "device.json");
  say(FactId::attestation_nonce, device.nonce, "device.json");
  say(FactId::attestation_challenge, device.challenge, "device.json");
  for (const Given& given : facts)
    reading.device.say(given.fact, given.value, {.path = given.path, .offset = {}, .item = {}});
  Policy policy;
  policy.network = Network::none;
  policy.at = parse_rfc3339(forge::kAt).value();
  policy.waivers = std::move(waivers);
  Judged out;
  auto [evidence, report] =
      verify({.reading = std::move(reading), .policy = policy, .trust = trust, .engine = engine});
  out.evidence = std::move(evidence);
  out.report = std::move(report);
  return out;
}

std::string listed(const Failed& ids) {
  std::string out;
  for (const std::string& id : ids) out += (out.empty() ? "" : " ") + id;
  return out;
}

}  // namespace attest::test
