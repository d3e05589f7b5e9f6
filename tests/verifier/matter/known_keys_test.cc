// Credentials that the whole world knows are known by their keys: the key id of a certificate is
// what whoever makes it writes into it.

#include "tests/support/revocation_world.h"
#include "tests/support/version_ledger.h"
#include "verifier/checks/catalogue.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;

namespace {

using World = RevocationWorld;

// A root with this key, under this key id; nobody asks its signature here.
CertificateParts root_of(const Point& key, const Bytes& key_id) {
  CertificateParts out = World::parts(World::kPaaKey, World::name("PAA"), World::kPaaKey,
                                      World::name("PAA"), true, World::kAuthority);
  out.key = public_key(Bytes(key.begin(), key.end()));
  out.extensions[2] = extension("2.5.29.14", octets(key_id));
  out.extensions[3] = extension("2.5.29.35", sequence({tlv(0x80, key_id)}));
  return out;
}

Finding finding(const CertificateParts& root, Network network, const char* id) {
  const World world;
  const CertificatePtr paa = parsed(root);
  CertificateParts pai = World::parts(World::kPaiKey, World::name("PAI"), World::kPaaKey,
                                      World::name("PAA"), true, World::kAuthority);
  const KeyId above = *paa->skid();
  pai.extensions[3] =
      extension("2.5.29.35", sequence({tlv(0x80, Bytes(above.begin(), above.end()))}));
  Reading reading;
  reading.device.say(FactId::dac, world.dac->der, {.path = "dac", .offset = {}, .item = {}});
  reading.device.say(FactId::pai, pai.der(), {.path = "pai", .offset = {}, .item = {}});
  TrustStore trust = TrustStore::builtin(false);
  REQUIRE(trust.add_paa(paa, Origin::given, "paa"));
  VersionLedger ledger;
  Evidence e = gather(std::move(reading),
                      {.network = network, .at = world.at, .required = {}, .show_passcode = false},
                      trust, &ledger, openssl_engine());
  verify_signatures(e, openssl_engine());
  return judge(e).findings[check_index(*find_check(id))];
}

}  // namespace

TEST_CASE("known keys: the CSA's certification CA is no PAA under any key id") {
  for (const bool own_id : {true, false}) {
    const KeyId& csa = csa_certification_ca().subject_key_id;
    const auto root = parsed(root_of(csa_certification_ca().public_key,
                                     own_id ? Bytes(csa.begin(), csa.end()) : Bytes(20, 0x77)));
    const auto paa = paa_from(root, Origin::given, "x");
    REQUIRE_FALSE(paa);
    CHECK(paa.error().what.find("this is the CSA's Matter Certification and Testing CA") !=
          std::string::npos);
  }
}

TEST_CASE("known keys: a chain below a published PAA's key is told under any key id") {
  for (const TestPaa& test : test_paas()) {
    const Finding f = finding(root_of(test.key.public_key, Bytes(20, 0x77)), Network::main,
                              "credentials.no-test-paa");
    CHECK(f.status == Status::fail);
    CHECK_MESSAGE(f.message.find(test.key.name) != std::string::npos, f.message);
  }
  CHECK(finding(root_of(*public_key_of(scalar(World::kPaaKey)), Bytes(20, 0x77)), Network::main,
                "credentials.no-test-paa")
            .status == Status::pass);
}

TEST_CASE("known keys: the key id of a test PAA alone makes no test PAA") {
  const TestPaa& test = test_paas().front();
  const Bytes id(test.key.subject_key_id.begin(), test.key.subject_key_id.end());
  CHECK(finding(root_of(test.key.public_key, id), Network::test, "ledger.paa-is-approved").status ==
        Status::skipped);
  CHECK(finding(root_of(*public_key_of(scalar(World::kPaaKey)), id), Network::test,
                "ledger.paa-is-approved")
            .status == Status::warn);
}
