#include "verifier/gather/list_signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "verifier/gather/revocation.h"
#include "verifier/pki/algorithms.h"

namespace attest {
namespace {

// ecdsa-with-SHA384 and -SHA512 (1.2.840.10045.4.3.3 and .4). No list of Matter has them; one that
// its issuer signed so is the issuer's word all the same, and revokes whom it names.
constexpr uint8_t kEcdsaWithSha384[] = {0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03},
                  kEcdsaWithSha512[] = {0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x04};
// The IANA number of the digest that a list is signed over; nullopt: of no algorithm that is
// checked.
std::optional<uint32_t> longer_digest(const Crl& crl) {
  if (equal(crl.signature_algorithm, kEcdsaWithSha384)) return 7;
  if (equal(crl.signature_algorithm, kEcdsaWithSha512)) return 8;
  return std::nullopt;
}

// What ECDSA on P-256 signs of a list: the first 256 bits of the digest.
std::optional<Sha256> signed_digest(const RevokedList& list) {
  const Crl& crl = list.crl();
  if (equal(crl.signature_algorithm, oid::kEcdsaWithSha256)) return list.tbs_digest();
  const auto type = longer_digest(crl);
  auto hash = type ? Hash::of_type(*type) : Result<Hash>(error("not checked"));
  if (!hash) return std::nullopt;
  hash->update(crl.tbs);
  const Bytes whole = hash->finish();
  Sha256 out{};
  std::copy_n(whole.begin(), out.size(), out.begin());
  return out;
}

}  // namespace

bool has_longer_digest(const Crl& crl) {
  return longer_digest(crl).has_value();
}

bool not_judged(const Crl& crl, const SignatureEngine& engine) {
  if (!crl.same_algorithm || longer_digest(crl)) return false;
  const KeyAlgorithm* named = algorithm_of_signature(crl.signature_algorithm);
  return named == nullptr || (named->ml_dsa && !engine.has(*named->ml_dsa));
}

std::string algorithm_name(View oid) {
  constexpr std::pair<const char*, const char*> kNames[] = {
      {"1.2.840.10045.4.1", "ecdsa-with-SHA1"},      {"1.2.840.10045.4.3.1", "ecdsa-with-SHA224"},
      {"1.2.840.10045.4.3.3", "ecdsa-with-SHA384"},  {"1.2.840.10045.4.3.4", "ecdsa-with-SHA512"},
      {"1.2.840.113549.1.1.11", "RSA with SHA-256"}, {"1.3.101.112", "Ed25519"},
  };
  if (const KeyAlgorithm* known = algorithm_of_signature(oid)) return known->signs;
  std::string dotted = der::oid_text(oid);
  for (const auto& [known, name] : kNames) {
    if (dotted == known) return fmt::format("{} ({})", name, known);
  }
  return dotted;
}

bool signed_by(const RevokedList& list, const VerifyingKey& key, SignatureEngine& engine) {
  if (!key) return false;
  if (key.algorithm->ml_dsa)
    return engine.verify_ml_dsa({.set = *key.algorithm->ml_dsa,
                                 .key = key.ml_dsa,
                                 .message = list.crl().tbs,
                                 .signature = list.crl().signature}) == Checked::verified;
  const auto digest = list.crl().ecdsa ? signed_digest(list) : std::nullopt;
  if (!digest) return false;
  const SignatureJob job{.key = key.p256, .digest = *digest, .signature = *list.crl().ecdsa};
  return check(engine, job) == Checked::verified;
}

}  // namespace attest
