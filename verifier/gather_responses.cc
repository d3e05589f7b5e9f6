// Several attestation responses: a device answers each request with another nonce, and each answer
// is right by its own signature. Where one DAC's key signed both, they do not contradict each
// other.

#include <algorithm>
#include <optional>
#include <utility>

#include "verifier/gather_steps.h"
#include "verifier/matter/attestation_elements.h"

namespace attest::gathering {
namespace {

constexpr size_t kMostTried = 8;  // of each part of a response: more of them are no exchange's
constexpr size_t kSignature = 64, kChallenge = 16;

struct Signing {
  const Bytes* signature = nullptr;
  const Bytes* challenge = nullptr;
};

std::vector<const Bytes*> parts(const Device& device, FactId fact, size_t size) {
  std::vector<const Bytes*> out;
  for (const Statement& s : device.statements) {
    if ((s.fact == fact || s.fact == FactId::blob) && bytes_of(s).size() == size &&
        out.size() < kMostTried)
      out.push_back(&bytes_of(s));
  }
  return out;
}

// What signs these elements with that key; nothing where nobody does.
std::optional<Signing> signing(const Device& device, View elements, const Point& key) {
  for (const Bytes* signature : parts(device, FactId::attestation_signature, kSignature)) {
    for (const Bytes* challenge : parts(device, FactId::attestation_challenge, kChallenge)) {
      SignatureJob job{.key = key, .digest = sha256(elements, *challenge), .signature = {}};
      std::copy(signature->begin(), signature->end(), job.signature.begin());
      uint8_t good = 0;
      openssl_engine().verify({&job, 1}, {&good, 1});
      if (good == 1) return Signing{.signature = signature, .challenge = challenge};
    }
  }
  return std::nullopt;
}

// The certificate whose key signed the first response.
std::optional<std::pair<Point, Signing>> signer_of(const Device& device, View elements) {
  size_t tried = 0;
  for (const Statement& s : device.statements) {
    if (s.fact != FactId::dac && s.fact != FactId::certificate) continue;
    const auto certificate = parse_certificate(bytes_of(s));
    if (!certificate || !(*certificate)->p256) continue;
    if (++tried > kMostTried) return std::nullopt;
    if (const auto found = signing(device, elements, *(*certificate)->p256))
      return std::pair(*(*certificate)->p256, *found);
  }
  return std::nullopt;
}

}  // namespace

void settle_other_responses(Evidence& e) {
  Device& device = e.device;
  std::vector<Bytes> others;
  const Statement* first = device.first(FactId::attestation_elements);
  if (first == nullptr) return;
  for (const Statement& s : device.statements) {
    if (s.fact != FactId::attestation_elements || s.value == first->value) continue;
    if (std::find(others.begin(), others.end(), bytes_of(s)) == others.end())
      others.push_back(bytes_of(s));
  }
  if (others.empty() || others.size() > kMostTried) return;
  const Bytes own_bytes = bytes_of(*first);
  const auto own = parse_attestation_elements(own_bytes);
  const auto signer = signer_of(device, own_bytes);
  if (!own || !signer) return;
  const Bytes own_signature = *signer->second.signature, own_challenge = *signer->second.challenge;
  for (const Bytes& other : others) {
    const auto parsed = parse_attestation_elements(other);
    // Of another declaration or another firmware they are two truths.
    if (!parsed || !equal(parsed->certification_declaration, own->certification_declaration) ||
        parsed->firmware_information.has_value() != own->firmware_information.has_value() ||
        (own->firmware_information &&
         !equal(*parsed->firmware_information, *own->firmware_information)))
      continue;
    const auto found = signing(device, other, signer->first);
    if (!found) continue;
    const Bytes signature = *found->signature, challenge = *found->challenge;
    const auto belongs = [&](const Statement& s) {
      switch (s.fact) {
        case FactId::attestation_elements:
          return bytes_of(s) == other;
        case FactId::attestation_nonce:
          return equal(bytes_of(s), parsed->nonce) && !equal(own->nonce, parsed->nonce);
        case FactId::attestation_signature:
          return bytes_of(s) == signature && signature != own_signature;
        case FactId::attestation_challenge:
          return bytes_of(s) == challenge && challenge != own_challenge;
        case FactId::blob:
          return (bytes_of(s) == signature && signature != own_signature) ||
                 (bytes_of(s) == challenge && challenge != own_challenge) ||
                 (equal(bytes_of(s), parsed->nonce) && !equal(own->nonce, parsed->nonce));
        default:
          return false;
      }
    };
    for (const Statement& s : device.statements) {
      if (s.fact == FactId::attestation_elements && bytes_of(s) == other)
        e.not_used.push_back({place_text(s.place),
                              "another attestation response that this DAC's key signed, to another "
                              "request: the first one is judged"});
    }
    std::erase_if(device.statements, belongs);
  }
}

}  // namespace attest::gathering
