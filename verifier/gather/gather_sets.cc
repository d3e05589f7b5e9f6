// Revocation sets: read once each, and asked for the DAC and the PAI.

#include <algorithm>

#include "verifier/crypto/crypto.h"
#include "verifier/gather/gather_steps.h"

namespace attest {

RevocationSetEvidence read_revocation_set(View json, const Place& place) {
  RevocationSetEvidence out{.place = place, .set = nullptr, .problem = {}, .digest = sha256(json)};
  auto set = parse_revocation_set(text(json));
  if (set) {
    out.set = std::move(*set);
  } else {
    out.problem = set.error().what;
  }
  return out;
}

namespace gathering {
namespace {

SetsAnswer said(const std::vector<RevocationSetEvidence>& sets, const Certificate& certificate) {
  SetsAnswer out;
  for (const RevocationSetEvidence& one : sets) {
    const auto answer = one.set != nullptr ? one.set->of(certificate) : RevocationSet::Answer();
    out.unclear = out.unclear || answer.unclear || one.set == nullptr;
    out.sdk_finds = out.sdk_finds || answer.sdk_entry.has_value();
    // (Of several the one that the SDK passes by is told of.)
    if (!answer.entry || (out.named && answer.sdk_misses.empty())) continue;
    out.named = one.place;
    out.entry = *answer.entry;
    out.sdk_misses = answer.sdk_misses;
  }
  out.unclear = out.unclear && !out.named;
  return out;
}

}  // namespace

// The same set twice says nothing more.
void read_sets(Evidence& e, const std::vector<RevocationSetEvidence>* shared,
               const std::vector<RevocationSetEvidence>* given) {
  auto& all = e.revocation_sets;
  const auto is_known = [&](const Sha256& digest) {
    return std::any_of(all.begin(), all.end(),
                       [&](const RevocationSetEvidence& s) { return s.digest == digest; });
  };
  for (const Statement& s : e.device.statements) {
    if (s.fact == FactId::revocation_set && !is_known(sha256(bytes_of(s))))
      all.push_back(read_revocation_set(bytes_of(s), s.place));
  }
  for (const auto* others : {shared, given}) {
    if (others == nullptr) continue;
    for (const RevocationSetEvidence& set : *others) {
      if (!is_known(set.digest)) all.push_back(set);
    }
  }
}

void ask_sets(Evidence& e) {
  if (e.revocation_sets.empty()) return;
  if (e.dac.certificate) e.dac_in_sets = said(e.revocation_sets, *e.dac.certificate);
  if (e.pai.certificate) e.pai_in_sets = said(e.revocation_sets, *e.pai.certificate);
}

}  // namespace gathering
}  // namespace attest
