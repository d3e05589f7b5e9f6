// Several attestation or NOCSR responses: a device answers each request with another nonce, and
// each answer is right by its own signature. Where one DAC's key signed both, they do not
// contradict each other.

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "verifier/gather/gather_steps.h"
#include "verifier/matter/attestation_elements.h"
#include "verifier/matter/nocsr_elements.h"

namespace attest::gathering {
namespace {

constexpr size_t kMostTried = 8;  // of each part of a response: more of them are no exchange's
constexpr size_t kSignature = 64, kChallenge = 16;

// What is in elements: the nonce, and what all responses of one device have alike.
struct Answered {
  Bytes nonce;
  std::vector<Bytes> alike;
};

// One kind of response.
struct ResponseKind {
  FactId elements, signature, nonce, challenge;
  FactId other_challenge;  // of the same session, as far as nobody says otherwise
  bool may_be_bare;        // a file of nothing but bytes may be any part of it
  std::optional<Answered> (*read)(View elements);
  const char* name;
};

std::optional<Answered> read_attestation(View elements) {
  const auto read = parse_attestation_elements(elements);
  if (!read) return std::nullopt;
  return Answered{
      .nonce = to_bytes(read->nonce),
      .alike = {to_bytes(read->certification_declaration),
                read->firmware_information ? to_bytes(*read->firmware_information) : Bytes{}}};
}
std::optional<Answered> read_nocsr(View elements) {
  const auto read = parse_nocsr_elements(elements);
  if (!read) return std::nullopt;
  return Answered{.nonce = to_bytes(read->nonce), .alike = {}};
}

constexpr ResponseKind kAttestation{.elements = FactId::attestation_elements,
                                    .signature = FactId::attestation_signature,
                                    .nonce = FactId::attestation_nonce,
                                    .challenge = FactId::attestation_challenge,
                                    .other_challenge = FactId::attestation_challenge,
                                    .may_be_bare = true,
                                    .read = read_attestation,
                                    .name = "attestation"};
constexpr ResponseKind kNocsr{.elements = FactId::nocsr_elements,
                              .signature = FactId::nocsr_signature,
                              .nonce = FactId::nocsr_nonce,
                              .challenge = FactId::nocsr_challenge,
                              .other_challenge = FactId::attestation_challenge,
                              .may_be_bare = false,
                              .read = read_nocsr,
                              .name = "NOCSR"};

struct Signing {
  const Bytes* signature = nullptr;
  const Bytes* challenge = nullptr;
};

std::vector<const Bytes*> parts(const Device& device, std::initializer_list<FactId> facts,
                                size_t size) {
  std::vector<const Bytes*> out;
  for (const Statement& s : device.statements) {
    if (std::find(facts.begin(), facts.end(), s.fact) != facts.end() &&
        bytes_of(s).size() == size && out.size() < kMostTried)
      out.push_back(&bytes_of(s));
  }
  return out;
}

// What signs these elements with that key; nothing where nobody does.
std::optional<Signing> signing(const Device& device, const ResponseKind& kind, View elements,
                               const Point& key, SignatureEngine& engine) {
  const FactId bare = kind.may_be_bare ? FactId::blob : kind.signature;
  for (const Bytes* signature : parts(device, {kind.signature, bare}, kSignature)) {
    for (const Bytes* challenge :
         parts(device, {kind.challenge, kind.other_challenge, FactId::blob}, kChallenge)) {
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
  Answered parsed;   // of elements
  std::string path;  // of the first place that states them
  std::optional<Signing> signing;
};

// Every response, as far as it parses; of one declaration and one firmware. Empty: they are two
// truths, or too many.
std::vector<Response> responses(const Device& device, const ResponseKind& kind) {
  std::vector<Response> out;
  for (const Statement& s : device.statements) {
    if (s.fact != kind.elements || std::any_of(out.begin(), out.end(), [&](const Response& r) {
          return r.elements == bytes_of(s);
        }))
      continue;
    if (out.size() == kMostTried) return {};
    out.push_back({.elements = bytes_of(s), .parsed = {}, .path = s.place.path, .signing = {}});
  }
  for (Response& r : out) {
    auto parsed = kind.read(r.elements);
    if (!parsed) return {};
    r.parsed = std::move(*parsed);
    if (r.parsed.alike != out.front().parsed.alike) return {};
  }
  return out;
}

// Finds what signs each, by the key of the one certificate that signs any.
bool find_signings(const Device& device, const ResponseKind& kind, std::vector<Response>& all,
                   SignatureEngine& engine) {
  size_t tried = 0;
  for (const Statement& s : device.statements) {
    if (s.fact != FactId::dac && s.fact != FactId::certificate) continue;
    const auto certificate = parse_certificate(bytes_of(s));
    if (!certificate || !(*certificate)->p256) continue;
    if (++tried > kMostTried) return false;
    bool any = false;
    for (Response& r : all) {
      r.signing = signing(device, kind, r.elements, *(*certificate)->p256, engine);
      any = any || r.signing;
    }
    if (any) return true;
  }
  return false;
}

// Its signature and challenge stand where it stands.
bool is_complete(const Device& device, const ResponseKind& kind, const Response& r) {
  const auto has = [&](FactId part) {
    return std::any_of(device.statements.begin(), device.statements.end(), [&](const Statement& s) {
      return s.fact == part && s.place.path == r.path;
    });
  };
  return has(kind.signature) && has(kind.challenge);
}

// The parts of a response that is judged: what is given with it, and what signs it.
std::set<Bytes> parts_of(const Device& device, const Response& r) {
  std::set<Bytes> out{r.elements, r.parsed.nonce};
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

// Judged is the first one, or what its key did not sign; what it signed beside that is right by its
// own signature.
void settle_others(Evidence& e, const ResponseKind& kind, SignatureEngine& engine) {
  Device& device = e.device;
  std::vector<Response> all = responses(device, kind);
  if (all.size() < 2 || !find_signings(device, kind, all, engine)) return;
  const auto is_signed = [](const Response& r) { return r.signing.has_value(); };
  const bool all_signed = std::all_of(all.begin(), all.end(), is_signed);
  if (!std::all_of(all.begin(), all.end(),
                   [&](const Response& r) { return is_signed(r) || is_complete(device, kind, r); }))
    return;
  const auto is_kept = [&](const Response& r) {
    return all_signed ? &r == &all.front() : !is_signed(r);
  };
  std::set<Bytes> kept, left;
  for (const Response& r : all) (is_kept(r) ? kept : left).merge(parts_of(device, r));
  const auto belongs = [&](const Statement& s) {
    const bool part = s.fact == kind.elements || s.fact == kind.nonce || s.fact == kind.signature ||
                      s.fact == kind.challenge || (kind.may_be_bare && s.fact == FactId::blob);
    return part && left.contains(bytes_of(s)) && !kept.contains(bytes_of(s));
  };
  for (const Statement& s : device.statements) {
    if (s.fact == kind.elements && belongs(s))
      e.not_used.push_back(
          {place_text(s.place), fmt::format("another {} response that this DAC's key signed, to "
                                            "another request: no contradiction",
                                            kind.name)});
  }
  std::erase_if(device.statements, belongs);
}

}  // namespace

// NOCSR responses first: what signs one may be the challenge that stands with an attestation
// response of its session.
void settle_other_responses(Evidence& e, SignatureEngine& engine) {
  settle_others(e, kNocsr, engine);
  settle_others(e, kAttestation, engine);
}

}  // namespace attest::gathering
