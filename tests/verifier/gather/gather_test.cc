// What gather makes of files that nothing names.
#include "tests/support/check_rows.h"
#include "tests/support/revocation_world.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace {

Bytes some(size_t size) {
  Bytes out = scalar(9);
  out.resize(size, 0x77);
  return out;
}

std::vector<std::string> not_used(const std::vector<Given>& facts, const Bytes& opened_with = {}) {
  Reading reading;
  reading.device = device_of(facts);
  if (!opened_with.empty()) reading.opened_with(opened_with);
  const Evidence e =
      gather(std::move(reading),
             Policy{.network = Network::none, .at = Instant{1'780'000'000}, .required = {}},
             TrustStore::builtin(false), nullptr, openssl_engine());
  std::vector<std::string> out;
  for (const NotUsed& unused : e.not_used) out.push_back(unused.path + ": " + unused.why);
  return out;
}

}  // namespace

TEST_CASE("gather: bare bytes that are nothing are told of") {
  const Bytes bytes = some(32);
  const Given blob{FactId::blob, bytes, "a.bin"};
  const std::string line =
      ": bare bytes that are no challenge, nonce, signature or key of the DAC here, and open "
      "nothing";
  CHECK(not_used({blob}) == std::vector<std::string>{"a.bin" + line});
  CHECK(not_used({{FactId::blob, some(16), "b.bin"}, {FactId::blob, some(64), "c.bin"}}) ==
        std::vector<std::string>{"b.bin" + line, "c.bin" + line});
  CHECK(not_used({blob}, bytes).empty());  // it opened a dump
  CHECK(not_used({blob}, some(16)).size() == 1);
  // Key 1 is the one of the DAC that the tests make.
  CHECK(not_used({{FactId::blob, scalar(1), "key.bin"},
                  {FactId::dac, CertificateParts().der(), "dac.der"}})
            .empty());
  CHECK(not_used({{FactId::blob, scalar(2), "key.bin"},
                  {FactId::dac, CertificateParts().der(), "dac.der"}})
            .size() == 1);
}

// A nonce of a wrong length may be as long as the challenge: whichever file comes first, each is
// what it is.
TEST_CASE("gather: a bare nonce is known by the elements' own, whatever its length") {
  for (const size_t size : {16, 31, 32, 64}) {
    Bytes nonce = some(size), elements = raw("153001003002");
    nonce[0] = 0xA1;
    elements.push_back(static_cast<uint8_t>(size));
    elements.insert(elements.end(), nonce.begin(), nonce.end());
    for (const uint8_t b : raw("24030018")) elements.push_back(b);
    for (const bool first : {true, false}) {
      CAPTURE(size);
      CAPTURE(first);
      const Given of_nonce{FactId::blob, nonce, first ? "a.bin" : "z.bin"};
      std::vector<Given> facts{{FactId::attestation_elements, elements, "elements.bin"},
                               {FactId::blob, some(16), "challenge.bin"},
                               {FactId::blob, some(64), "signature.bin"}};
      facts.insert(first ? facts.begin() : facts.end(), of_nonce);
      Reading reading;
      reading.device = device_of(facts);
      const Evidence e =
          gather(std::move(reading),
                 Policy{.network = Network::none, .at = Instant{1'780'000'000}, .required = {}},
                 TrustStore::builtin(false), nullptr, openssl_engine());
      REQUIRE((e.nonce != nullptr && e.challenge != nullptr && e.signature != nullptr));
      CHECK(*e.nonce == nonce);
      CHECK(*e.challenge == some(16));
      CHECK(*e.signature == some(64));
    }
  }
}

// A list in a device's name must not take its DAC away.
TEST_CASE("gather: a DAC stays one beside a revocation list in its name") {
  const RevocationWorld world;
  CrlParts list = RevocationWorld::list(RevocationWorld::kDacKey);
  list.issuer = sequence({cn("DAC"), vid("FFF1"), pid("8000")});
  Reading reading;
  reading.device = device_of({{FactId::certificate, world.dac->der, "dac.der"},
                              {FactId::certificate, world.pai->der, "pai.der"},
                              {FactId::crl, list.der(), "x.crl"}});
  const Evidence e =
      gather(std::move(reading),
             Policy{.network = Network::none, .at = Instant{1'780'000'000}, .required = {}},
             TrustStore::builtin(false), nullptr, openssl_engine());
  CHECK(e.dac.present());
  CHECK(e.crl_signers.empty());
}
