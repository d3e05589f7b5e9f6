// The algorithms of the attestation PKI, as data: what a certificate's key may be, what its issuer
// signs with, how long it may then be. Matter Core 6.2.2; ML-DSA is of Matter 1.7, which is not
// released (FIPS 204; OIDs of RFC 9881). Another algorithm is another row.
#pragma once

#include <optional>
#include <span>
#include <variant>

#include "verifier/base/maybe.h"
#include "verifier/crypto/crypto.h"
#include "verifier/pki/certificate.h"

namespace attest {

struct KeyAlgorithm {
  const char* name;            // "P-256", "ML-DSA-44"
  const char* signs;           // "ecdsa-with-SHA256": what a key of it signs with
  View key, curve, signature;  // OIDs, content octets; no curve: no parameters
  MaybeValue<MlDsa> ml_dsa;    // nullopt: ECDSA on P-256
  size_t key_bytes;            // of the key in the BIT STRING
  unsigned strength;           // a stronger one is a greater number
  size_t longest_certificate;  // bytes, where this is the strongest that is used in it
  bool released;               // in a Matter that is in force
  unsigned profile;            // its bit in a bitmap of AttestationCryptoProfile
};
std::span<const KeyAlgorithm> key_algorithms();

// Null: of none of them, as the OIDs say.
const KeyAlgorithm* algorithm_of_key(const Certificate& certificate);
const KeyAlgorithm* algorithm_of_signature(View oid);

// The stronger of the two that a certificate uses, its key's and its signature's; of neither known:
// P-256.
const KeyAlgorithm& strongest(const Certificate& certificate);
// False where it uses one that no Matter in force has.
bool is_released(const Certificate& certificate);

// A key that checks signatures. Its bytes are those of the certificate that it stands in.
struct VerifyingKey {
  const KeyAlgorithm* algorithm = nullptr;  // null: no key of the table
  Point p256{};
  View ml_dsa;

  VerifyingKey() = default;
  explicit VerifyingKey(const std::optional<Point>& point);
  // Without the right bytes of its algorithm it is none.
  explicit VerifyingKey(const Certificate& certificate);
  explicit operator bool() const { return algorithm != nullptr; }
  // One key, not two that are none.
  bool is(const VerifyingKey& other) const {
    return algorithm != nullptr && algorithm == other.algorithm && p256 == other.p256 &&
           equal(ml_dsa, other.ml_dsa);
  }
};

// The signature of a certificate under this key, as one that an engine checks; nullopt where it is
// no signature of the key's algorithm, whatever the certificate calls it.
using AnyJob = std::variant<SignatureJob, MlDsaJob>;
bool is_same(const AnyJob& a, const AnyJob& b);
std::optional<AnyJob> signature_job(const Certificate& below, const VerifyingKey& key);
Checked check(SignatureEngine& engine, const AnyJob& job);

}  // namespace attest
