// Signatures of firmware by keys that lie elsewhere in the evidence, or in the order.

#include <algorithm>
#include <vector>

#include "verifier/crypto/firmware_signature.h"
#include "verifier/gather/gather.h"

namespace attest {
namespace {

constexpr size_t kPointDigits = 128, kMostKeys = 16;

// X and Y of every key that a part is said to trust, and of those that were ordered.
std::vector<std::string> outside_keys(const Evidence& e) {
  std::vector<std::string> out;
  const auto add = [&](std::string_view text) {
    for (size_t at = 0; at <= text.size();) {
      const size_t end = std::min(text.find('|', at), text.size());
      const std::string one(text.substr(at, end - at));
      at = end + 1;
      if (one.size() == kPointDigits && out.size() < kMostKeys &&
          std::find(out.begin(), out.end(), one) == out.end())
        out.push_back(one);
    }
  };
  for (const Claim& claim : e.device.posture.claims) {
    if (claim.trait == Trait::trusted_key) add(claim.value);
  }
  if (e.ordered) {
    for (const OrderedLock& ordered : e.ordered->posture.ordered) {
      if (ordered.key == "signing_keys") add(ordered.value);
    }
  }
  return out;
}

bool verifies(const std::string& key, const Bytes& digest, const Bytes& signature,
              SignatureEngine& engine) {
  const auto point = from_hex(key);
  SignatureJob job;
  if (!point || digest.size() != job.digest.size() || signature.size() != job.signature.size())
    return false;
  job.key[0] = 0x04;
  std::copy(point->begin(), point->end(), job.key.begin() + 1);
  std::copy(digest.begin(), digest.end(), job.digest.begin());
  std::copy(signature.begin(), signature.end(), job.signature.begin());
  uint8_t answer = 0;
  engine.verify({&job, 1}, {&answer, 1});
  return answer == 1;
}

// The ordered keys that came as files, whole.
std::vector<FirmwareKey> whole_keys(const Evidence& e) {
  constexpr std::string_view kForm = "|der:";
  std::vector<FirmwareKey> out;
  if (!e.ordered) return out;
  for (const OrderedLock& ordered : e.ordered->posture.ordered) {
    const size_t at = ordered.value.find(kForm);
    if (ordered.key != "signing_keys" || at == std::string::npos || out.size() >= kMostKeys)
      continue;
    const auto der = from_hex(std::string_view(ordered.value).substr(at + kForm.size()));
    if (auto key = der ? firmware_key(*der) : std::nullopt) out.push_back(std::move(*key));
  }
  return out;
}

// Of an image that names its key by a hash alone: the ordered key of that hash answers.
void settle_named(SignedImage& image, const std::vector<FirmwareKey>& keys) {
  for (const FirmwareKey& key : keys) {
    if (image.keys.empty() || hex(mcuboot_key_hash(key)) != image.keys.front()) continue;
    using Kind = FirmwareKey::Kind;
    const bool good =
        key.kind == Kind::rsa ? verify_rsa_pss(key.modulus, key.exponent, image.digest, image.value)
        : key.kind == Kind::p256
            ? verify_ecdsa(FirmwareCurve::p256, key.point, image.digest, image.value)
        : key.kind == Kind::ed25519 ? verify_ed25519(key.point, image.digest, image.value)
                                    : false;
    image.signature = good ? ImageSignature::good : ImageSignature::bad;
    if (!good) image.problem = "its signature does not verify with the ordered key";
    return;
  }
}

}  // namespace

void settle_images(Evidence& e, SignatureEngine& engine) {
  if (e.device.posture.images.empty()) return;
  const std::vector<std::string> keys = outside_keys(e);
  const std::vector<FirmwareKey> whole = whole_keys(e);
  for (SignedImage& image : e.device.posture.images) {
    if (image.signature != ImageSignature::unchecked || image.value.empty()) continue;
    if (!image.keys.empty()) {
      settle_named(image, whole);
      continue;
    }
    if (keys.empty()) continue;
    const bool certified = !image.certificate_value.empty();
    const Bytes& digest = certified ? image.certificate_digest : image.digest;
    const Bytes& signature = certified ? image.certificate_value : image.value;
    const auto found = std::find_if(keys.begin(), keys.end(), [&](const std::string& key) {
      return verifies(key, digest, signature, engine);
    });
    if (found != keys.end()) {
      image.signature = ImageSignature::good;
      image.keys.push_back(*found);
    } else {
      image.signature = ImageSignature::by_no_key;
    }
  }
}

}  // namespace attest
