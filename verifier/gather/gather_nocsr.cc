// The response to a CSRRequest: its parts, and what is in them.

#include <algorithm>

#include "verifier/gather/gather_steps.h"

namespace attest::gathering {
namespace {

constexpr FactId kParts[] = {FactId::nocsr_elements, FactId::nocsr_signature, FactId::nocsr_nonce,
                             FactId::nocsr_challenge};

// The part that stands where the elements do, else the first.
const Statement* part(const Device& device, FactId fact, const Statement* elements) {
  const auto beside =
      std::find_if(device.statements.begin(), device.statements.end(), [&](const Statement& s) {
        return s.fact == fact && elements != nullptr && s.place.path == elements->place.path;
      });
  return beside != device.statements.end() ? &*beside : device.first(fact);
}

void read_elements(NocsrEvidence& n) {
  auto elements = parse_nocsr_elements(n.bytes);
  if (!elements) {
    n.problem = elements.error().what;
    return;
  }
  n.elements = *elements;
  size_t used = 0;
  auto csr = parse_csr(n.elements->csr, &used);
  if (!csr) {
    n.csr_problem = csr.error().what;
  } else if (used != n.elements->csr.size()) {
    n.csr_problem = "bytes behind the request";
  } else {
    n.csr = std::move(*csr);
  }
}

}  // namespace

void gather_nocsr(Evidence& e) {
  const Device& device = e.device;
  const Statement* elements = device.first(FactId::nocsr_elements);
  NocsrEvidence out;
  bool any = false, logged = true;
  for (const FactId fact : kParts) {
    const Statement* s = part(device, fact, elements);
    if (s == nullptr) continue;
    any = true;
    logged = logged && is_log(e, s->place.path);
    if (fact == FactId::nocsr_signature) out.signature = bytes_of(*s);
    if (fact == FactId::nocsr_nonce) out.nonce = bytes_of(*s);
    if (fact == FactId::nocsr_challenge) out.challenge = bytes_of(*s);
  }
  if (!any) return;
  out.is_logged = logged;
  // Both responses are of one session, as far as nobody says otherwise.
  if (!out.challenge && e.challenge != nullptr) {
    out.challenge = *e.challenge;
    out.challenge_of_attestation = true;
  }
  if (elements != nullptr) {
    out.place = elements->place;
    out.bytes = bytes_of(*elements);
    read_elements(out);
  }
  e.nocsr = std::move(out);
}

}  // namespace attest::gathering
