// Signatures of firmware by keys that lie elsewhere in the evidence, or in the order.

#include <algorithm>
#include <vector>

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

}  // namespace

void settle_images(Evidence& e, SignatureEngine& engine) {
  if (e.device.posture.images.empty()) return;
  const std::vector<std::string> keys = outside_keys(e);
  if (keys.empty()) return;
  for (SignedImage& image : e.device.posture.images) {
    if (image.signature != ImageSignature::unchecked || image.value.empty()) continue;
    const bool certified = !image.certificate_value.empty();
    const Bytes& digest = certified ? image.certificate_digest : image.digest;
    const Bytes& signature = certified ? image.certificate_value : image.value;
    const auto found = std::find_if(keys.begin(), keys.end(), [&](const std::string& key) {
      return verifies(key, digest, signature, engine);
    });
    if (found != keys.end()) {
      image.signature = ImageSignature::good;
      if (image.keys.empty()) image.keys.push_back(*found);
    } else if (image.keys.empty()) {
      image.signature = ImageSignature::by_no_key;
    }
  }
}

}  // namespace attest
