// A signing key of the CSA that is built in counts for as long as the ledger has not revoked it.
#include <algorithm>

#include "tests/support/ledger_world.h"
#include "verifier/matter/known_credentials.h"

using namespace attest;
using namespace attest::test;
using namespace attest::test::ledger_world;

namespace {

// A declaration that names this key as its signer. (Whether it signed it is another check's.)
Reading naming(const KeyId& signer) {
  const Judged device = judge_fixture("cd-provisional");
  const Bytes old = *device.evidence.cms->signers.front().subject_key_id;
  Reading reading;
  reading.device = device.evidence.device;
  for (Statement& s : reading.device.statements) {
    Bytes* bytes = std::get_if<Bytes>(&s.value);
    if (bytes == nullptr) continue;
    const auto at = std::search(bytes->begin(), bytes->end(), old.begin(), old.end());
    if (at != bytes->end()) std::copy(signer.begin(), signer.end(), at);
  }
  return reading;
}

Finding signer_is_trusted(FakeLedger* ledger, const KeyId& signer) {
  const Policy policy{.network = Network::main,
                      .at = *parse_rfc3339("2026-06-01T00:00:00Z"),
                      .required = {},
                      .show_passcode = false};
  Evidence e = gather(naming(signer), policy, TrustStore::builtin(false), ledger, openssl_engine());
  verify_signatures(e, openssl_engine());
  const Report report = attest::judge(e);
  return *report.of(find_check("cd.signer-is-trusted"));
}

// The ledger has revoked a certificate of this key.
void revoke(FakeLedger& ledger, const KnownKey& key) {
  CertificateParts parts;
  parts.key = public_key(to_bytes(key.public_key));
  ledger.revoked_key = key.subject_key_id;
  ledger.revoked = Found<std::vector<LedgerCertificate>>{
      {{.der = parsed(parts)->der, .type = "DeviceAttestationPKI"}}, kFrom};
}

}  // namespace

TEST_CASE("a built-in signer of declarations that the ledger has revoked is none") {
  for (const KnownKey& key : csa_cd_signers()) {
    FakeLedger ledger;
    CHECK(signer_is_trusted(&ledger, key.subject_key_id).status == Status::pass);
    CHECK(signer_is_trusted(nullptr, key.subject_key_id).status == Status::pass);
    revoke(ledger, key);
    const Finding f = signer_is_trusted(&ledger, key.subject_key_id);
    CHECK(f.status == Status::fail);
    CHECK(f.message.find("that the ledger has revoked") != std::string::npos);
    // Another key under this id is another's affair.
    KnownKey other = key;
    other.public_key = csa_certification_ca().public_key;
    revoke(ledger, other);
    CHECK(signer_is_trusted(&ledger, key.subject_key_id).status == Status::pass);
  }
}

TEST_CASE("no PAA but the SDK's public test PAAs is built in, and those for tests alone") {
  CHECK(TrustStore::builtin(false).paa_count() == 0);
  CHECK(TrustStore::builtin(true).paa_count() == test_paas().size());
  CHECK(test_paas().size() == 2);
}
