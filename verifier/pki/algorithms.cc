#include "verifier/pki/algorithms.h"

#include <algorithm>
#include <iterator>

namespace attest {
namespace {

// 2.16.840.1.101.3.4.3.17 and .18 name key and signature alike.
constexpr uint8_t kMlDsa44Octets[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11},
                  kMlDsa65Octets[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12};

}  // namespace

std::span<const KeyAlgorithm> key_algorithms() {
  static const KeyAlgorithm kAll[] = {
      {.name = "P-256",
       .signs = "ecdsa-with-SHA256",
       .key = oid::kEcPublicKey,
       .curve = oid::kPrime256v1,
       .signature = oid::kEcdsaWithSha256,
       .ml_dsa = std::nullopt,
       .key_bytes = 65,
       .strength = 1,
       .longest_certificate = 600,
       .released = true,
       .profile = 0},
      {.name = "ML-DSA-44",
       .signs = "ML-DSA-44",
       .key = kMlDsa44Octets,
       .curve = {},
       .signature = kMlDsa44Octets,
       .ml_dsa = MlDsa::set_44,
       .key_bytes = sizes_of(MlDsa::set_44).key,
       .strength = 2,
       .longest_certificate = 4732,
       .released = false,
       .profile = 1},
      {.name = "ML-DSA-65",
       .signs = "ML-DSA-65",
       .key = kMlDsa65Octets,
       .curve = {},
       .signature = kMlDsa65Octets,
       .ml_dsa = MlDsa::set_65,
       .key_bytes = sizes_of(MlDsa::set_65).key,
       .strength = 3,
       .longest_certificate = 6261,
       .released = false,
       .profile = 2},
  };
  return kAll;
}

const KeyAlgorithm* algorithm_of_key(const Certificate& c) {
  const auto all = key_algorithms();
  const auto found = std::find_if(all.begin(), all.end(), [&](const KeyAlgorithm& a) {
    return equal(c.key_algorithm, a.key) && (a.curve.empty() || equal(c.curve, a.curve));
  });
  return found == all.end() ? nullptr : &*found;
}

const KeyAlgorithm* algorithm_of_signature(View oid) {
  const auto all = key_algorithms();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const KeyAlgorithm& a) { return equal(oid, a.signature); });
  return found == all.end() ? nullptr : &*found;
}

const KeyAlgorithm& strongest(const Certificate& c) {
  const KeyAlgorithm *key = algorithm_of_key(c),
                     *signature = algorithm_of_signature(c.signature_algorithm);
  const KeyAlgorithm& first = key_algorithms().front();
  const KeyAlgorithm &a = key == nullptr ? first : *key,
                     &b = signature == nullptr ? first : *signature;
  return a.strength >= b.strength ? a : b;
}

bool is_released(const Certificate& c) {
  return strongest(c).released;
}

VerifyingKey::VerifyingKey(const std::optional<Point>& point) {
  if (!point) return;
  algorithm = &key_algorithms().front();
  p256 = *point;
}

VerifyingKey::VerifyingKey(const Certificate& c) {
  const KeyAlgorithm* named = algorithm_of_key(c);
  if (named == nullptr || c.public_key.size() != named->key_bytes) return;
  if (named->ml_dsa) {
    algorithm = named;
    ml_dsa = c.public_key;
  } else if (c.p256) {
    algorithm = named;
    p256 = *c.p256;
  }
}

bool is_same(const AnyJob& a, const AnyJob& b) {
  if (const auto* own = std::get_if<SignatureJob>(&a)) {
    const auto* other = std::get_if<SignatureJob>(&b);
    return other != nullptr && own->key == other->key && own->digest == other->digest &&
           own->signature == other->signature;
  }
  const auto &own = std::get<MlDsaJob>(a), *other = std::get_if<MlDsaJob>(&b);
  return other != nullptr && own.set == other->set && equal(own.key, other->key) &&
         equal(own.message, other->message) && equal(own.signature, other->signature);
}

std::optional<AnyJob> signature_job(const Certificate& below, const VerifyingKey& key) {
  if (!key) return std::nullopt;
  if (key.algorithm->ml_dsa)
    return MlDsaJob{.set = *key.algorithm->ml_dsa,
                    .key = key.ml_dsa,
                    .message = below.tbs,
                    .signature = below.signature};
  if (!below.ecdsa) return std::nullopt;
  return SignatureJob{.key = key.p256, .digest = below.tbs_digest(), .signature = *below.ecdsa};
}

Checked check(SignatureEngine& engine, const AnyJob& job) {
  if (const auto* ml_dsa = std::get_if<MlDsaJob>(&job)) return engine.verify_ml_dsa(*ml_dsa);
  uint8_t good = 0;
  engine.verify({std::get_if<SignatureJob>(&job), 1}, {&good, 1});
  return good == 1 ? Checked::verified : Checked::refused;
}

}  // namespace attest
