// Signatures of firmware by keys that lie elsewhere in the evidence, or in the order.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "verifier/crypto/firmware_signature.h"
#include "verifier/gather/gather.h"

namespace attest {
namespace {

constexpr size_t kPointDigits = 128, kMostKeys = 64, kKeysOfAPart = 2;

// X and Y of every key that a part is said to trust, and of those that were ordered.
struct OutsideKeys {
  std::vector<std::string> points;
  bool certain = false;  // the one that signs is among them, or ought to be
};
OutsideKeys outside_keys(const Evidence& e) {
  OutsideKeys out;
  const auto add = [&](std::string_view text) {
    bool any = false;
    for (size_t at = 0; at <= text.size();) {
      const size_t end = std::min(text.find('|', at), text.size());
      const std::string one(text.substr(at, end - at));
      at = end + 1;
      any = any || one.size() == kPointDigits;
      if (one.size() == kPointDigits && out.points.size() < kMostKeys &&
          std::find(out.points.begin(), out.points.end(), one) == out.points.end())
        out.points.push_back(one);
    }
    return any;
  };
  for (const Claim& claim : e.device.posture.claims) {
    if (claim.trait != Trait::trusted_key) continue;
    if (add(claim.value) && claim.locked != Holds::unclear) out.certain = true;
  }
  out.certain = out.certain || out.points.size() >= kKeysOfAPart;
  if (e.ordered) {
    for (const OrderedLock& ordered : e.ordered->posture.ordered) {
      if (ordered.key == "signing_keys" && add(ordered.value)) out.certain = true;
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

bool verifies(const FirmwareKey& key, const SignedImage& image) {
  return verifies_firmware(key, image.scheme, image.digest, image.value);
}

// Of an image that names its key by a hash alone: the ordered key of that hash answers.
void settle_named(SignedImage& image, const std::vector<FirmwareKey>& keys) {
  for (const FirmwareKey& key : keys) {
    const std::string& named = image.keys.front();
    if (mcuboot_key_hash(key, named.size() / 2) != named) continue;
    const bool good = verifies(key, image);
    image.signature = good ? ImageSignature::good : ImageSignature::bad;
    image.keys.assign(1, hex(mcuboot_key_hash(key)));
    if (!good) image.problem = "its signature does not verify with the ordered key";
    return;
  }
}

// The kind of key that makes such signatures.
std::optional<FirmwareKey::Kind> kind_for(std::string_view scheme) {
  using Kind = FirmwareKey::Kind;
  return scheme == "ed25519"         ? std::optional(Kind::ed25519)
         : scheme == "ecdsa-p384"    ? std::optional(Kind::p384)
         : scheme.starts_with("rsa") ? std::optional(Kind::rsa)
                                     : std::nullopt;
}

// Of one that names no key, by a scheme that fuses do not hold whole keys of. Without a key of that
// kind it stays unchecked.
void settle_by_kind(SignedImage& image, const std::vector<FirmwareKey>& keys) {
  const auto kind = kind_for(image.scheme);
  bool any = false;
  for (const FirmwareKey& key : keys) {
    if (key.kind != kind) continue;
    any = true;
    if (!verifies(key, image)) continue;
    image.signature = ImageSignature::good;
    image.keys.push_back(hex(mcuboot_key_hash(key)));
    return;
  }
  if (any) image.signature = ImageSignature::by_no_key;
}

}  // namespace

void settle_images(Evidence& e, SignatureEngine& engine) {
  if (e.device.posture.images.empty()) return;
  const OutsideKeys outside = outside_keys(e);
  const std::vector<FirmwareKey> whole = whole_keys(e);
  for (SignedImage& image : e.device.posture.images) {
    if (image.signature != ImageSignature::unchecked || image.value.empty()) continue;
    if (!image.keys.empty()) {
      settle_named(image, whole);
      continue;
    }
    if (image.scheme != "ecdsa-p256" && image.scheme != "v1") {
      settle_by_kind(image, whole);
      continue;
    }
    const bool certified = !image.certificate_value.empty();
    const Bytes& digest = certified ? image.certificate_digest : image.digest;
    const Bytes& signature = certified ? image.certificate_value : image.value;
    const auto& points = outside.points;
    const auto found = std::find_if(points.begin(), points.end(), [&](const std::string& key) {
      return verifies(key, digest, signature, engine);
    });
    if (found != points.end()) {
      image.signature = ImageSignature::good;
      image.keys.push_back(*found);
    } else if (outside.certain) {
      image.signature = ImageSignature::by_no_key;
    }
  }
}

}  // namespace attest
