// Several attestation or NOCSR responses: a device answers each request with another nonce, and
// each answer is right or wrong by what belongs to it. Two of them, of two days or two files, do
// not contradict each other. Judged is one: what is wrong, where any is.

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

constexpr size_t kMostResponses = 1024;  // of one device: more are no exchanges that somebody made
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

// What may be a part of the response that stands in `path`: first what stands there, too.
std::vector<const Bytes*> parts(const Device& device, std::initializer_list<FactId> facts,
                                size_t size, const std::string& path) {
  std::vector<const Bytes*> out;
  for (const bool there : {true, false}) {
    for (const Statement& s : device.statements) {
      if (std::find(facts.begin(), facts.end(), s.fact) != facts.end() &&
          bytes_of(s).size() == size && (s.place.path == path) == there && out.size() < kMostTried)
        out.push_back(&bytes_of(s));
    }
  }
  return out;
}

struct Response {
  Bytes elements;
  Answered parsed;   // of elements
  std::string path;  // of the first place that states them
  std::optional<Signing> signing;
};

// What signs these elements with that key; nothing where nobody does.
std::optional<Signing> signing(const Device& device, const ResponseKind& kind, const Response& r,
                               const Point& key, SignatureEngine& engine) {
  const FactId bare = kind.may_be_bare ? FactId::blob : kind.signature;
  for (const Bytes* signature : parts(device, {kind.signature, bare}, kSignature, r.path)) {
    for (const Bytes* challenge :
         parts(device, {kind.challenge, kind.other_challenge, FactId::blob}, kChallenge, r.path)) {
      SignatureJob job{.key = key, .digest = sha256(r.elements, *challenge), .signature = {}};
      std::copy(signature->begin(), signature->end(), job.signature.begin());
      uint8_t good = 0;
      engine.verify({&job, 1}, {&good, 1});
      if (good == 1) return Signing{.signature = signature, .challenge = challenge};
    }
  }
  return std::nullopt;
}

// Every response, as far as it parses; of one declaration and one firmware. Empty: they are two
// truths, or too many.
std::vector<Response> responses(const Device& device, const ResponseKind& kind) {
  std::vector<Response> out;
  for (const Statement& s : device.statements) {
    if (s.fact != kind.elements || std::any_of(out.begin(), out.end(), [&](const Response& r) {
          return r.elements == bytes_of(s);
        }))
      continue;
    if (out.size() == kMostResponses) return {};
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

// Finds what signs each, by the key of the one certificate that signs any. False: nobody has a key
// to try.
bool find_signings(const Device& device, const ResponseKind& kind, std::vector<Response>& all,
                   SignatureEngine& engine) {
  size_t tried = 0;
  for (const Statement& s : device.statements) {
    if (s.fact != FactId::dac && s.fact != FactId::certificate) continue;
    const auto certificate = parse_certificate(bytes_of(s));
    if (!certificate || !(*certificate)->p256) continue;
    if (++tried > kMostTried) return true;
    bool any = false;
    for (Response& r : all) {
      r.signing = signing(device, kind, r, *(*certificate)->p256, engine);
      any = any || r.signing;
    }
    if (any) return true;
  }
  return tried != 0;
}

// What is known of a response by what stands where it stands.
enum class Standing : uint8_t {
  wrong,        // all of it is there, and nobody signed it; or it answers another request
  open,         // the challenge lacks, which could be handed over
  is_signed,    // by the DAC's key
  in_a_log,     // which leaves out the rest
  without_any,  // its signature is elsewhere, or nowhere: what belongs to it is not known
};
Standing standing(const Evidence& e, const ResponseKind& kind, const Response& r, bool tried) {
  if (r.signing) return Standing::is_signed;
  const auto part = [&](FactId fact) {
    const auto& all = e.device.statements;
    const auto at = std::find_if(all.begin(), all.end(), [&](const Statement& s) {
      return s.fact == fact && s.place.path == r.path;
    });
    return at == all.end() ? nullptr : &bytes_of(*at);
  };
  const Bytes *nonce = part(kind.nonce), *signature = part(kind.signature),
              *challenge = part(kind.challenge);
  if (signature != nullptr && challenge != nullptr) return tried ? Standing::wrong : Standing::open;
  if (nonce != nullptr && *nonce != r.parsed.nonce) return Standing::wrong;
  if (is_log(e, r.path)) return Standing::in_a_log;
  return signature == nullptr ? Standing::without_any : Standing::open;
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

bool is_part(const ResponseKind& kind, FactId fact) {
  return fact == kind.elements || fact == kind.nonce || fact == kind.signature ||
         fact == kind.challenge;
}

// Logs that have parts of a response and not its elements, but for the one that is judged.
std::set<std::string> rests(const Evidence& e, const ResponseKind& kind, std::string judged) {
  std::set<std::string> with_elements, out;
  for (const Statement& s : e.device.statements) {
    if (s.fact == kind.elements) with_elements.insert(s.place.path);
  }
  for (const Statement& s : e.device.statements) {
    if (!is_part(kind, s.fact) || with_elements.contains(s.place.path) ||
        out.contains(s.place.path) || !is_log(e, s.place.path))
      continue;
    if (judged.empty()) judged = s.place.path;
    if (s.place.path != judged) out.insert(s.place.path);
  }
  return out;
}

// Of a response that a log left out, what it has of the rest belongs to nothing: not to the one
// that is judged, and not to what another log has of another.
void forget(const std::set<std::string>& logs, const ResponseKind& kind, const Response* judged,
            Device& device) {
  const std::set<Bytes> kept = judged != nullptr ? parts_of(device, *judged) : std::set<Bytes>{};
  std::erase_if(device.statements, [&](const Statement& s) {
    return is_part(kind, s.fact) && logs.contains(s.place.path) && !kept.contains(bytes_of(s));
  });
}

// Judged is what is wrong, else what could be completed, else what the DAC's key signed, else the
// first; the others are no contradiction to it.
void settle_others(Evidence& e, const ResponseKind& kind, SignatureEngine& engine) {
  Device& device = e.device;
  std::vector<Response> all = responses(device, kind);
  if (all.empty() && device.first(kind.elements) != nullptr) return;
  if (all.size() < 2) {
    const std::set<std::string> logs = rests(e, kind, all.empty() ? "" : all.front().path);
    if (logs.empty()) return;
    if (!all.empty()) find_signings(device, kind, all, engine);
    return forget(logs, kind, all.empty() ? nullptr : &all.front(), device);
  }
  const bool tried = find_signings(device, kind, all, engine);
  std::vector<Standing> stands;
  stands.reserve(all.size());
  for (const Response& r : all) stands.push_back(standing(e, kind, r, tried));
  const auto first = std::min_element(stands.begin(), stands.end());
  if (std::find(stands.begin(), stands.end(), Standing::without_any) != stands.end()) return;
  const auto judged = static_cast<size_t>(first - stands.begin());
  const std::set<Bytes> kept = parts_of(device, all[judged]);
  std::set<Bytes> left;
  for (size_t i = 0; i < all.size(); ++i) {
    if (i != judged) left.merge(parts_of(device, all[i]));
  }
  const auto belongs = [&](const Statement& s) {
    return (is_part(kind, s.fact) || (kind.may_be_bare && s.fact == FactId::blob)) &&
           left.contains(bytes_of(s)) && !kept.contains(bytes_of(s));
  };
  const auto why = [&](const Statement& s) {
    for (size_t i = 0; i < all.size(); ++i) {
      if (all[i].elements != bytes_of(s)) continue;
      if (stands[i] == Standing::is_signed)
        return fmt::format(
            "another {} response that this DAC's key signed, to another request: no "
            "contradiction",
            kind.name);
      if (stands[i] == Standing::wrong)
        return fmt::format("another {} response, which is wrong as the one that is judged",
                           kind.name);
    }
    return fmt::format(
        "another {} response, to another request: no contradiction, and without "
        "all that its signature is checked with",
        kind.name);
  };
  for (const Statement& s : device.statements) {
    if (s.fact == kind.elements && belongs(s)) e.not_used.push_back({place_text(s.place), why(s)});
  }
  std::erase_if(device.statements, belongs);
  forget(rests(e, kind, all[judged].path), kind, &all[judged], device);
}

}  // namespace

// NOCSR responses first: what signs one may be the challenge that stands with an attestation
// response of its session.
void settle_other_responses(Evidence& e, SignatureEngine& engine) {
  settle_others(e, kNocsr, engine);
  settle_others(e, kAttestation, engine);
}

}  // namespace attest::gathering
