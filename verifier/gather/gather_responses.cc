// Several attestation responses: a device answers each request with another nonce, and each answer
// is right by its own signature. Where one DAC's key signed both, they do not contradict each
// other.

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "verifier/gather/gather_steps.h"
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
std::optional<Signing> signing(const Device& device, View elements, const Point& key,
                               SignatureEngine& engine) {
  for (const Bytes* signature : parts(device, FactId::attestation_signature, kSignature)) {
    for (const Bytes* challenge : parts(device, FactId::attestation_challenge, kChallenge)) {
      SignatureJob job{.key = key, .digest = sha256(elements, *challenge), .signature = {}};
      std::copy(signature->begin(), signature->end(), job.signature.begin());
      uint8_t good = 0;
      engine.verify({&job, 1}, {&good, 1});
      if (good == 1) return Signing{.signature = signature, .challenge = challenge};
    }
  }
  return std::nullopt;
}

struct Response {
  Bytes elements;
  AttestationElements parsed;  // of elements
  std::string path;            // of the first place that states them
  std::optional<Signing> signing;
};

// Every response, as far as it parses; of one declaration and one firmware. Empty: they are two
// truths, or too many.
std::vector<Response> responses(const Device& device) {
  std::vector<Response> out;
  for (const Statement& s : device.statements) {
    if (s.fact != FactId::attestation_elements ||
        std::any_of(out.begin(), out.end(),
                    [&](const Response& r) { return r.elements == bytes_of(s); }))
      continue;
    if (out.size() == kMostTried) return {};
    out.push_back({.elements = bytes_of(s), .parsed = {}, .path = s.place.path, .signing = {}});
  }
  for (Response& r : out) {
    auto parsed = parse_attestation_elements(r.elements);
    if (!parsed) return {};
    r.parsed = std::move(*parsed);
    const AttestationElements& first = out.front().parsed;
    const auto firmware = [](const AttestationElements& e) {
      return e.firmware_information ? to_bytes(*e.firmware_information) : Bytes{};
    };
    if (!equal(r.parsed.certification_declaration, first.certification_declaration) ||
        firmware(r.parsed) != firmware(first))
      return {};
  }
  return out;
}

// Finds what signs each, by the key of the one certificate that signs any.
bool find_signings(const Device& device, std::vector<Response>& all, SignatureEngine& engine) {
  size_t tried = 0;
  for (const Statement& s : device.statements) {
    if (s.fact != FactId::dac && s.fact != FactId::certificate) continue;
    const auto certificate = parse_certificate(bytes_of(s));
    if (!certificate || !(*certificate)->p256) continue;
    if (++tried > kMostTried) return false;
    bool any = false;
    for (Response& r : all) {
      r.signing = signing(device, r.elements, *(*certificate)->p256, engine);
      any = any || r.signing;
    }
    if (any) return true;
  }
  return false;
}

// Its signature and challenge stand where it stands.
bool is_complete(const Device& device, const Response& r) {
  const auto has = [&](FactId part) {
    return std::any_of(device.statements.begin(), device.statements.end(), [&](const Statement& s) {
      return s.fact == part && s.place.path == r.path;
    });
  };
  return has(FactId::attestation_signature) && has(FactId::attestation_challenge);
}

// The parts of a response that is judged: what is given with it, and what signs it.
std::set<Bytes> parts_of(const Device& device, const Response& r) {
  std::set<Bytes> out{r.elements, to_bytes(r.parsed.nonce)};
  if (r.signing) {
    out.insert(*r.signing->signature);
    out.insert(*r.signing->challenge);
    return out;
  }
  for (const Statement& s : device.statements) {
    if (s.place.path == r.path && std::holds_alternative<Bytes>(s.value)) out.insert(bytes_of(s));
  }
  return out;
}

}  // namespace

// Judged is the first one, or what its key did not sign; what it signed beside that is right by its
// own signature.
void settle_other_responses(Evidence& e, SignatureEngine& engine) {
  Device& device = e.device;
  std::vector<Response> all = responses(device);
  if (all.size() < 2 || !find_signings(device, all, engine)) return;
  const auto is_signed = [](const Response& r) { return r.signing.has_value(); };
  const bool all_signed = std::all_of(all.begin(), all.end(), is_signed);
  if (!std::all_of(all.begin(), all.end(),
                   [&](const Response& r) { return is_signed(r) || is_complete(device, r); }))
    return;
  const auto is_kept = [&](const Response& r) {
    return all_signed ? &r == &all.front() : !is_signed(r);
  };
  std::set<Bytes> kept, left;
  for (const Response& r : all) (is_kept(r) ? kept : left).merge(parts_of(device, r));
  const auto belongs = [&](const Statement& s) {
    const bool part = s.fact == FactId::attestation_elements ||
                      s.fact == FactId::attestation_nonce ||
                      s.fact == FactId::attestation_signature ||
                      s.fact == FactId::attestation_challenge || s.fact == FactId::blob;
    return part && left.contains(bytes_of(s)) && !kept.contains(bytes_of(s));
  };
  for (const Statement& s : device.statements) {
    if (s.fact == FactId::attestation_elements && belongs(s))
      e.not_used.push_back({place_text(s.place),
                            "another attestation response that this DAC's key signed, to another "
                            "request: no contradiction"});
  }
  std::erase_if(device.statements, belongs);
}

}  // namespace attest::gathering
