// The anchors of a device: the PAA that its PAI ends in, the signer of its declaration.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/gather/gather_steps.h"

namespace attest {
namespace gathering {

Checked signed_by(const Certificate& below, const VerifyingKey& key, SignatureEngine& engine) {
  const auto job = signature_job(below, key);
  return job ? check(engine, *job) : Checked::refused;
}

namespace {

// Several PAAs can share a key id (renewals, twins): the one that fits is the one that signed.
const Paa* fitting(const std::vector<const Paa*>& candidates, const Certificate& pai,
                   SignatureEngine& engine) {
  if (candidates.size() == 1) return candidates.front();
  for (const Paa* paa : candidates) {
    const bool named = paa->certificate == nullptr || names_certificate(pai, *paa->certificate);
    if (named && equal(paa->subject, pai.issuer.der) &&
        is_signed_by(pai, paa->verifying_key(), engine))
      return paa;
  }
  for (const Paa* paa : candidates) {
    if (is_signed_by(pai, paa->verifying_key(), engine)) return paa;
  }
  return candidates.empty() ? nullptr : candidates.front();
}

// The ledger's PAAs among its approved roots of one key id: those for device attestation. Of an
// entry that does not say what it is for nobody knows; one for another use is refused.
struct Roots {
  std::vector<Paa> paas;
  std::string unknown, refused;
};
Roots roots_of(const Found<std::vector<LedgerCertificate>>& found) {
  Roots out;
  for (const LedgerCertificate& entry : found.value) {
    auto certificate = parse_certificate(entry.der);
    if (!certificate) continue;
    auto paa = paa_from(*certificate, Origin::ledger, found.from.source);
    if (!paa) continue;
    if (entry.device_attestation) {
      out.paas.push_back(std::move(*paa));
    } else if (entry.type.empty()) {
      out.unknown = "the ledger's entry does not say what it is for (no certificateType)";
    } else {
      out.refused = fmt::format(
          "the ledger has a root with this key id ({}) for another use: its certificateType is {}, "
          "expected DeviceAttestationPKI",
          name_text((*certificate)->subject), printable(entry.type));
    }
  }
  return out;
}

// How near is a key id to another? Two keys never have ids that differ in a few octets only.
bool is_damaged(const KeyId& id, const KeyId& of) {
  constexpr size_t kMostOctets = 4;
  size_t differ = 0;
  for (size_t i = 0; i < id.size(); ++i) differ += id[i] != of[i] ? 1 : 0;
  return differ <= kMostOctets;
}

}  // namespace

FoundPaa find_paa(const Certificate& pai, const Policy& policy, const Asked& asked) {
  const auto& [trust, ledger, engine] = asked;
  FoundPaa out;
  std::string refused;
  const auto take = [&](const Paa& paa, Evidence::PaaFound how) {
    out.paa = std::make_shared<const Paa>(paa);
    out.found = how;
    return out;
  };
  const auto akid = pai.akid();
  if (akid) {
    if (const Paa* paa = fitting(trust.paas(*akid), pai, engine))
      return take(*paa, Evidence::PaaFound::by_key_id);
    if (ledger != nullptr) {
      const auto fact = ledger->approved_paa(*akid);
      if (const auto* found = std::get_if<Found<std::vector<LedgerCertificate>>>(&fact)) {
        Roots roots = roots_of(*found);
        std::vector<const Paa*> candidates;
        for (const Paa& paa : roots.paas) candidates.push_back(&paa);
        if (const Paa* paa = fitting(candidates, pai, engine))
          return take(*paa, Evidence::PaaFound::by_key_id);
        out.unknown_why = std::move(roots.unknown);
        refused = std::move(roots.refused);
      } else if (const auto* why = std::get_if<Unknown>(&fact)) {
        out.unknown_why = why->why;
      }
    }
  }
  if (const Paa* named = trust.paa_named(pai.issuer.der)) {
    // Only a PAA that really signed tells of a wrong key id; a namesake tells nothing. Without any
    // key id the name is all there is to go by, and the signature then says whether the PAI was
    // changed; so it does where the key id is this PAA's but for a few octets.
    if (!akid || is_signed_by(pai, named->verifying_key(), engine) ||
        is_damaged(*akid, named->subject_key_id))
      return take(*named, Evidence::PaaFound::by_name);
  }
  if (out.unknown_why.empty() && ledger == nullptr) {
    if (policy.network != Network::none) {
      out.unknown_why = fmt::format("the {} ledger was not asked", network_name(policy.network));
    } else if (trust.paa_count() == 0) {
      out.unknown_why = "no trusted PAA was given";
    }
  }
  if (!out.unknown_why.empty()) {
    out.found = Evidence::PaaFound::unknown;
  } else {
    out.unknown_why = std::move(refused);
  }
  return out;
}

namespace {

// A built-in key is what this version of the program knew; a ledger that has revoked it since knows
// better. (What cannot be asked is told by the checks of the ledger.)
bool is_revoked(const CdSigner& signer, Ledger& ledger) {
  const auto fact = ledger.revoked_certificates(signer.subject_key_id);
  const auto* found = std::get_if<Found<std::vector<LedgerCertificate>>>(&fact);
  return found != nullptr &&
         std::any_of(found->value.begin(), found->value.end(), [&](const LedgerCertificate& entry) {
           const auto certificate = parse_certificate(entry.der);
           return certificate && (*certificate)->p256 == signer.key;
         });
}

FoundSigner find_cd_signer(const Cms& cms, const Policy& policy, const Asked& asked) {
  const auto& [trust, ledger, engine] = asked;
  FoundSigner out;
  if (cms.signers.empty() || !cms.signers.front().subject_key_id) return out;
  const auto id = key_id(*cms.signers.front().subject_key_id);
  if (!id) return out;
  if (const CdSigner* signer = trust.cd_signer(*id)) {
    // cd.signer-is-trusted says so.
    if (signer->origin == Origin::builtin && ledger != nullptr && is_revoked(*signer, *ledger))
      return out;
    out.signer = std::make_shared<const CdSigner>(*signer);
    return out;
  }
  if (ledger == nullptr) return out;
  const auto fact = ledger->cd_signer(*id);
  if (const auto* found = std::get_if<Found<std::vector<LedgerCertificate>>>(&fact)) {
    for (const LedgerCertificate& entry : found->value) {
      auto certificate = parse_certificate(entry.der);
      if (!certificate) continue;
      auto signer = cd_signer_from(*certificate, Origin::ledger, found->from.source, engine);
      if (signer && signer->under_csa) {
        out.signer = std::make_shared<const CdSigner>(std::move(*signer));
        return out;
      }
    }
  } else if (const auto* why = std::get_if<Unknown>(&fact);
             why != nullptr && policy.network == Network::main) {
    // On the main network a new signing key of the CSA may exist that is not built in; the test
    // network's declarations are signed with the built-in ones.
    out.unknown_why = why->why;
  }
  return out;
}

}  // namespace

// The anchor of the chain and the signer of the declaration; a lot asks for each once.
void find_anchors(Evidence& e, const Asked& asked, LotCache* cache) {
  if (e.pai.certificate) {
    std::optional<FoundPaa> own, *found = cache != nullptr ? cache->paa(e.pai.certificate) : &own;
    if (!*found) *found = find_paa(*e.pai.certificate, e.policy, asked);
    e.paa = (*found)->paa;
    e.paa_found = (*found)->found;
    e.paa_unknown_why = (*found)->unknown_why;
  }
  if (e.cms) {
    std::optional<FoundSigner> own, *found = cache != nullptr ? cache->signer(e.cms) : &own;
    if (!*found) *found = find_cd_signer(*e.cms, e.policy, asked);
    e.cd_signer = (*found)->signer;
    e.cd_signer_unknown_why = (*found)->unknown_why;
  }
}

// Without a PAI: did a root issue the DAC itself? A name and a key id prove nothing, the signature
// does.
void find_root_above(Evidence& e, const Asked& asked) {
  if (!e.dac.certificate || e.pai.present()) return;
  const Certificate& dac = *e.dac.certificate;
  if (const Certificate* shown = e.paa_shown.certificate.get();
      shown != nullptr && same_name(dac.issuer, shown->subject) &&
      is_signed_by(dac, VerifyingKey(*shown), asked.engine)) {
    e.root_above_dac = name_text(shown->subject);
    return;
  }
  const FoundPaa found = find_paa(dac, e.policy, asked);
  if (found.paa && is_signed_by(dac, found.paa->verifying_key(), asked.engine))
    e.root_above_dac = name_text(dac.issuer);
}

// Whose the root is that a commissioner did not find in its own store.
std::string sought_paa(const Evidence& e, const Asked& asked) {
  const auto& [trust, ledger, engine] = asked;
  const Bytes* sought = e.device.bytes(FactId::sought_paa);
  const auto id = sought == nullptr ? std::nullopt : key_id(*sought);
  if (!id) return {};
  const std::string named = "the PAA with key id " + hex_colons(*id);
  if (const char* name = development_paa_name(*id))
    return fmt::format("{} is {}: its private key is published, and no production store has it",
                       named, name);
  if (const auto known = trust.paas(*id); !known.empty())
    return fmt::format(
        "{} is {} ({}), which is trusted here and missing in the commissioner's store", named,
        known.front()->certificate ? name_text(known.front()->certificate->subject)
                                   : "a built-in one",
        known.front()->source);
  if (ledger == nullptr)
    return fmt::format("{} is not among the {} trusted PAAs here", named, trust.paa_count());
  const auto fact = ledger->approved_paa(*id);
  if (const auto* found = std::get_if<Found<std::vector<LedgerCertificate>>>(&fact)) {
    for (const LedgerCertificate& entry : found->value) {
      if (const auto certificate = parse_certificate(entry.der))
        return fmt::format(
            "{} is {}, approved on the ledger and missing in the commissioner's store", named,
            name_text((*certificate)->subject));
    }
  }
  if (const auto* why = std::get_if<Unknown>(&fact))
    return fmt::format("{}: whose it is, is not known: {}", named, why->why);
  return fmt::format("{} is not among the approved PAAs of the ledger", named);
}

}  // namespace gathering
}  // namespace attest
