// The recorded ledger's revocation points with the lists that they name, delegated signers among
// them; and the same lists as evidence, without any ledger.

#include "tests/support/judged.h"
#include "tests/support/recorded_web.h"
#include "verifier/gather/gather.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::dcl;
using namespace attest::test;

namespace {

using Answer = RevocationState::Answer;

const char* answer_name(const RevocationState& state) {
  constexpr const char* kNames[] = {"no list", "not revoked", "revoked", "unknown"};
  return kNames[static_cast<size_t>(state.answer)];
}

std::filesystem::path materials() {
  return shared() / "dcl/materials";
}
std::filesystem::path sdk() {
  return shared() / "matter-sdk";
}

Evidence gathered(const std::vector<std::filesystem::path>& files, Ledger* ledger,
                  attest::Network network = attest::Network::test, bool trusted = true) {
  Reading reading;
  for (const auto& file : files) {
    Bytes bytes = slurp(file);
    if (looks_like_pem(bytes)) bytes = parse_pem(bytes).blocks.at(0).der;
    const FactId fact = looks_like_crl(bytes) ? FactId::crl : FactId::certificate;
    reading.device.say(fact, std::move(bytes),
                       {.path = file.filename().string(), .offset = {}, .item = {}});
  }
  TrustStore trust = TrustStore::builtin(network == attest::Network::test);
  if (network == attest::Network::none && trusted)
    REQUIRE(trust.add_paa(*parse_certificate(slurp(sdk() / "revoked/Chip-Test-PAA-FFF1-Cert.der")),
                          Origin::given, "paa"));
  return gather(std::move(reading),
                {.network = network, .at = kNow, .required = {}, .show_passcode = false}, trust,
                ledger, openssl_engine());
}

}  // namespace

TEST_CASE(
    "recorded revocation points: each list is judged by its entry, and each serial by all lists of "
    "its issuer") {
  if (!have_shared("dcl") || !have_shared("matter-sdk")) return;
  Ledger4Test node(recorded());
  Folder folder;
  auto ledger = recorded_ledger(node, folder);
  REQUIRE(ledger);
  const std::string partition =
      "it does not say which of its issuer's several lists it is (no issuing distribution point)";
  const struct {
    std::filesystem::path dac, pai;
    const char *of_dac, *of_pai;
  } rows[] = {
      {sdk() / "revoked/Matter-Development-DAC-FFF1-8001-Revoked-01-Cert.der",
       sdk() / "revoked/Matter-Development-PAI-FFF1-noPID-Cert.der", "revoked", "unknown"},
      {sdk() / "revoked/Matter-Development-DAC-FFF1-8001-Revoked-02-Cert.der",
       sdk() / "revoked/Matter-Development-PAI-FFF1-noPID-Cert.der", "revoked", "unknown"},
      {sdk() / "revoked/Matter-Development-DAC-FFF1-8001-Revoked-03-Cert.der",
       sdk() / "revoked/Matter-Development-PAI-FFF1-noPID-Cert.der", "revoked", "unknown"},
      {sdk() / "revoked/Chip-Test-DAC-FFF1-8001-Revoked-Signed-By-Revoked-PAI-Cert.der",
       sdk() / "revoked/Chip-Test-PAI-FFF1-noPID-Revoked-Cert.der", "revoked", "revoked"},
      {sdk() / "revoked/Chip-Test-DAC-FFF1-8001-Signed-By-Revoked-PAI-Cert.der",
       sdk() / "revoked/Chip-Test-PAI-FFF1-noPID-Revoked-Cert.der", "not revoked", "revoked"},
      // Its own list is not there, the delegate's is; and a delegate of the PAA has taken the PAI
      // back.
      {sdk() / "attestation/Chip-Test-DAC-FFF1-8000-0000-Cert.der",
       sdk() / "attestation/Chip-Test-PAI-FFF1-8000-Cert.der", "unknown", "revoked"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.dac.filename().string());
    const Evidence e = gathered({row.dac, row.pai}, ledger->get());
    CHECK(std::string(answer_name(e.dac_revocation)) == std::string(row.of_dac));
    CHECK(std::string(answer_name(e.pai_revocation)) == row.of_pai);
    const std::map<std::string, std::string> expected = {
        {"https://crl.example.com/Matter-Development-PAI-FFF1-noPID-CRL.der", ""},
        {"https://crl.example.com/Chip-Test-PAI-FFF1-noPID-Revoked-CRL.der", ""},
        {"https://crl.example.com/Chip-Test-PAA-FFF1-CRL.der", partition},
        {"https://crl.example.com/Gen-CRL-PAA-FFF1-by-delegated-signer.crl.der", partition},
        {"https://crl.example.com/Gen-CRL-PAI-FFF1-8000-by-delegated-signer.crl.der", partition},
        {"https://crl.example.com/pai-fff1-8000.crl",
         "it could not be fetched: expected the file, found the answer 404"},
        {"http://127.0.0.1:18080/crl/paa-fff1-part2.der", "it could not be fetched: no such host"},
    };
    for (const CrlEvidence& list : e.facts->lists) {
      CAPTURE(list.place.path);
      REQUIRE(expected.contains(list.place.path));
      CHECK((list.problem.empty() ? list.gap : list.problem) == expected.at(list.place.path));
      CHECK_FALSE(list.foreign);
    }
    CHECK(e.facts->lists.size() >= 4);
  }
}

TEST_CASE("revocation lists of the SDK's set are evidence, with and without a trusted PAA") {
  if (!have_shared("dcl") || !have_shared("matter-sdk")) return;
  const auto revoked = sdk() / "revoked";
  const struct {
    const char *dac, *pai;
    std::vector<std::filesystem::path> lists;
    const char *of_dac, *of_pai;
  } rows[] = {
      {"Matter-Development-DAC-FFF1-8001-Revoked-01-Cert.der",
       "Matter-Development-PAI-FFF1-noPID-Cert.der",
       {revoked / "Matter-Development-PAI-FFF1-noPID-CRL.pem",
        revoked / "Chip-Test-PAA-FFF1-CRL.der"},
       "revoked",
       "not revoked"},
      {"Chip-Test-DAC-FFF1-8001-Revoked-Signed-By-Revoked-PAI-Cert.der",
       "Chip-Test-PAI-FFF1-noPID-Revoked-Cert.der",
       {revoked / "Chip-Test-PAI-FFF1-noPID-Revoked-CRL.der",
        revoked / "Chip-Test-PAA-FFF1-CRL.pem"},
       "revoked",
       "revoked"},
      {"Chip-Test-DAC-FFF1-8001-Signed-By-Revoked-PAI-Cert.der",
       "Chip-Test-PAI-FFF1-noPID-Revoked-Cert.der",
       {revoked / "Chip-Test-PAI-FFF1-noPID-Revoked-CRL.der",
        revoked / "Chip-Test-PAA-FFF1-CRL.der"},
       "not revoked",
       "revoked"},
      // A delegated list and its signer's certificate, which is neither the DAC nor the PAI.
      {"../attestation/Chip-Test-DAC-FFF1-8000-0000-Cert.der",
       "../attestation/Chip-Test-PAI-FFF1-8000-Cert.der",
       {materials() / "Gen-CRL-PAI-FFF1-8000-by-delegated-signer.crl.der",
        materials() / "Gen-CRLSigner-delegated-by-PAI-FFF1-8000.pem",
        materials() / "Gen-CRL-PAA-FFF1-by-delegated-signer.crl.der",
        materials() / "Gen-CRLSigner-delegated-by-PAA-FFF1.pem"},
       "not revoked",
       "revoked"},
      {"../attestation/Chip-Test-DAC-FFF1-8000-0000-Cert.der",
       "../attestation/Chip-Test-PAI-FFF1-8000-Cert.der",
       {materials() / "Gen-CRL-PAI-FFF1-8000-by-delegated-signer.crl.der"},
       "no list",
       "no list"},
  };
  for (const auto& row : rows) {
    for (const bool trusted : {true, false}) {
      CAPTURE(std::string(row.dac));
      CAPTURE(trusted);
      std::vector<std::filesystem::path> files = row.lists;
      files.push_back(revoked / row.dac);
      files.push_back(revoked / row.pai);
      const Evidence e = gathered(files, nullptr, attest::Network::none, trusted);
      REQUIRE(e.dac.certificate);
      CHECK(equal(e.dac.bytes, slurp(revoked / row.dac)));
      CHECK(std::string(answer_name(e.dac_revocation)) == std::string(row.of_dac));
      // What the PAA took back needs the PAA.
      CHECK(std::string(answer_name(e.pai_revocation)) ==
            std::string(trusted ? row.of_pai : "no list"));
    }
  }
}
