// What gather() is made of: its steps, in files of their own, and what they have in common. Only
// the files of gather include it.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "verifier/gather/evidence.h"
#include "verifier/gather/gather.h"
#include "verifier/gather/lot_cache.h"

namespace attest::gathering {

inline const Bytes& bytes_of(const Statement& s) {
  return std::get<Bytes>(s.value);
}

// Certificates as they were first parsed: each is parsed once, however often it is asked for.
class Parsed {
 public:
  // `known`: what was parsed before; it outlives this one.
  Parsed(LotCache* cache, std::span<const CertificatePtr> known) : cache_(cache), known_(known) {}
  const ParsedCertificate& of(const Statement& s) {
    if (const auto known = entries_.find(&s); known != entries_.end()) return known->second;
    for (const CertificatePtr& known : known_) {
      if (equal(known->der, bytes_of(s)))
        return entries_.emplace(&s, ParsedCertificate{known, known->der.size()}).first->second;
    }
    // Every device has a DAC of its own; what is above it is what a lot shares.
    const bool shared = cache_ != nullptr && s.fact != FactId::dac;
    return entries_
        .emplace(&s, shared ? cache_->certificate(bytes_of(s)) : read_certificate(bytes_of(s)))
        .first->second;
  }
  // Of certificates and declarations, and of the public keys in them: made once, when the first is
  // asked for.
  bool is_fingerprint(const Device& device, const Bytes& value);

 private:
  LotCache* cache_;
  std::span<const CertificatePtr> known_;
  std::optional<std::set<Sha256>> fingerprints_;
  std::unordered_map<const Statement*, ParsedCertificate> entries_;  // references stay good
};

// --- gather_roles.cc: which certificate is which

FactId says_it_is(const Certificate& c);
void settle_roles(Evidence& e, Parsed& parsed);
CertificateEvidence certificate_evidence(const Statement* statement, Parsed& parsed);
// What a slot, a log or another place of the part's own calls its PAI, by the bytes: said before
// any role is settled. A file that lies beside the part says nothing of the kind.
using OwnOnes = std::unordered_set<std::string_view>;
OwnOnes own_ones(const Device& device, FactId role);
void add_beside_dac(OwnOnes& own, const Device& device, const CertificateEvidence& dac);
const Statement* choose_pai(Device& device, const CertificateEvidence& dac, Parsed& parsed,
                            const OwnOnes& own, std::vector<Statement*>& others);

// --- gather_choice.cc: of several, the device's own

const Statement* choose_dac(const Device& device, const OwnOnes& own, Parsed& parsed,
                            SignatureEngine& engine);
const Statement* choose_declaration(const Evidence& e);  // with elements and DAC, as far as there

// --- gather_slots.cc: what lies in the place of another

void settle_misplaced(Device& device, Parsed& parsed);

// --- gather_responses.cc: several responses of one device to one kind of request

void settle_other_responses(Evidence& e, SignatureEngine& engine);
// Of the response that is judged: a signature and a challenge of the evidence are by this key.
bool signs_the_response(const Device& device, const Point& key, SignatureEngine& engine);

// --- gather_keys.cc: keys and bare bytes

void settle_keys(Evidence& e, Parsed& parsed);
void find_authority_keys(Evidence& e, Parsed& parsed);
void settle_other_keys(Evidence& e);
const Noted* slot_fault(const Device& device, Remark remark);
std::string slot_text(const Noted& fault);
void take_slot_fault(const Device& device, Remark remark, CertificateEvidence& certificate);
void settle_blobs(Evidence& e, Parsed& parsed);
void list_unused_blobs(Evidence& e, Parsed& parsed);
void settle_public_keys(Evidence& e, Parsed& parsed);

// --- gather_fuses.cc: dumps of fuses that do not name their chip

void settle_fuse_dumps(Evidence& e);

// --- gather_cores.cc: parts that are read core by core

void settle_cores(Evidence& e);

// --- gather_nocsr.cc, gather_sets.cc

void gather_nocsr(Evidence& e);
// Sets of the evidence and those of others; then what they say of DAC and PAI.
void read_sets(Evidence& e, const std::vector<RevocationSetEvidence>* shared,
               const std::vector<RevocationSetEvidence>* given);
void ask_sets(Evidence& e);

// --- gather_anchors.cc: the roots and signers that a device ends in

// Who is asked about a device: the anchors, the ledger (may be null), and who checks signatures.
struct Asked {
  const TrustStore& trust;
  Ledger* ledger;
  SignatureEngine& engine;
};
// Refused, too, where there is no such key or no signature of its algorithm.
Checked signed_by(const Certificate& below, const VerifyingKey& key, SignatureEngine& engine);
inline bool is_signed_by(const Certificate& below, const VerifyingKey& key,
                         SignatureEngine& engine) {
  return signed_by(below, key, engine) == Checked::verified;
}
FoundPaa find_paa(const Certificate& pai, const Policy& policy, const Asked& asked);
void find_anchors(Evidence& e, const Asked& asked, LotCache* cache);
void find_root_above(Evidence& e, const Asked& asked);
std::string sought_paa(const Evidence& e, const Asked& asked);

}  // namespace attest::gathering
