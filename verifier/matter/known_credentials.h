// Credentials that the whole world knows: the SDK's public test PAAs, its development PAIs and the
// test CD signer (all with published private keys), and the CSA's own CD signing keys. Facts only:
// key ids, public keys, names, dates; source: Matter SDK, credentials/ at e9fd78e5, and the CSA's
// certificates on the ledger.
#pragma once

#include <span>

#include "verifier/base/bytes.h"
#include "verifier/base/instant.h"

namespace attest {

struct KnownKey {
  const char* name;
  KeyId subject_key_id;
  Point public_key;
  Instant not_before, not_after;
};

// The two PAAs embedded in the SDK. `vid` is 0 for the one that names no vendor.
struct TestPaa {
  KnownKey key;
  const char* common_name;
  uint16_t vid;
};
std::span<const TestPaa> test_paas();
const TestPaa* test_paa(const KeyId& skid);

std::span<const KnownKey> csa_cd_signers();  // Signing Keys 001 to 005
const KnownKey&
csa_certification_ca();  // "Matter Certification and Testing CA": signs CD signers, is no PAA
const KnownKey& test_cd_signer();  // private key published

// PAAs and PAIs whose private keys are published or that serve development only. A DAC below one of
// these PAIs is a development DAC that anyone can copy.
const char* development_paa_name(const KeyId& skid);  // nullptr when it is none
const char* development_pai_name(const KeyId& skid);

// The certificate id of the CD that SDK examples fall back to for vendor 0xFFF1; signed by the CSA
// itself, type 0.
inline constexpr std::string_view kExampleCdCertificateId = "CSA00000SWC00000-00";
inline bool is_test_vendor(uint16_t vid) {
  return vid >= 0xFFF1 && vid <= 0xFFF4;
}

}  // namespace attest
