// Evidence: one device, made ready to be judged. Everything is parsed, every role is settled, every
// ledger fact is here, every signature is answered; the checks only look. The same Evidence always
// gives the same Report.
#pragma once

#include <array>

#include "verifier/approved_part.h"
#include "verifier/base/maybe.h"
#include "verifier/gather/onboarding_evidence.h"
#include "verifier/gather/ota_evidence.h"
#include "verifier/gather/revocation.h"
#include "verifier/ledger.h"
#include "verifier/matter/attestation_elements.h"
#include "verifier/matter/certification_declaration.h"
#include "verifier/matter/nocsr_elements.h"
#include "verifier/matter/revocation_set.h"
#include "verifier/pki/cms.h"
#include "verifier/pki/key.h"
#include "verifier/policy.h"
#include "verifier/readers/reader.h"
#include "verifier/trust.h"

namespace attest {

// A certificate of the evidence in its role.
struct CertificateEvidence {
  MaybeValue<Place> place;                     // nullopt: the evidence has none
  Bytes bytes;                                 // as handed over
  MaybeShared<const Certificate> certificate;  // null: the bytes are not one certificate
  std::string problem;  // why not; or why nobody who receives the bytes can read it
  uint64_t problem_at = 0;
  size_t trailing = 0;  // bytes after the certificate

  bool present() const { return place.has_value(); }
};

// A private key of somebody whose signatures others rely on, found among the evidence.
struct AuthorityKey {
  Place place;
  std::string whose;  // "the PAI (CN=...)"
};

// A private key among the evidence that is neither the DAC's nor an authority's.
struct OtherKey {
  Place place;
  Point public_key{};
  bool named = false;  // the format says it is the DAC's
};

// Signatures that a verification checks. A nullopt answer: it could not be checked, because a part
// is missing or of a wrong kind; the checks on that part say why.
enum class Signed : uint8_t { dac, pai, paa_self, attestation, cd, csr, nocsr, nocsr_csr };
inline constexpr size_t kSignedCount = 8;

// A certification request. A device can have several (one a renewal), a factory's order has one a
// device.
struct CsrEvidence {
  Place place;
  MaybeValue<Csr> csr;
  std::string problem;           // why it cannot be read
  MaybeValue<bool> self_signed;  // the answer to Signed::csr
};

// The response to a CSRRequest, with which a device asks for its operational certificate.
struct NocsrEvidence {
  MaybeValue<Place> place;             // of the elements; nullopt: there are only other parts
  Bytes bytes;                         // the elements
  MaybeValue<NocsrElements> elements;  // views point into bytes
  std::string problem;                 // why not
  MaybeValue<Csr> csr;
  std::string csr_problem;
  MaybeValue<Bytes> signature, nonce, challenge;
  bool challenge_of_attestation = false;  // it has none of its own: the other response's
  bool is_logged = false;                 // all its parts stand in a commissioner's log
  // The answers to Signed::nocsr and nocsr_csr.
  MaybeValue<bool> signed_by_dac, csr_signed;
};

// A revocation set, and what is wrong with it as a whole.
struct RevocationSetEvidence {
  Place place;
  RevocationSetPtr set;  // null: it cannot be read
  std::string problem;
  Sha256 digest{};
};
// What the revocation sets say of one certificate. They are unsigned: whom they do not name they
// clear not.
struct SetsAnswer {
  MaybeValue<Place> named;  // in the set of this place
  size_t entry = 0;
  std::string sdk_misses;  // why the SDK does not find it there; empty: it does
  bool sdk_finds = false;  // in that set or another
  bool unclear = false;    // not named, but what may name it cannot be read
};

// What the ledger says about this device; every fact unknown until it was asked for.
struct LedgerFacts {
  bool asked = false;             // a ledger was there to be asked
  MaybeValue<uint16_t> vid, pid;  // the product that was looked up, and where the ids come from
  MaybeValue<uint32_t> software_version;
  Fact<std::vector<LedgerCertificate>> approved_paa, revoked_paa, revoked_pai;
  Fact<VendorInfo> vendor;
  Fact<Model> model;
  Fact<ModelVersion> version;
  Fact<ComplianceInfo> compliance;
  Fact<CertificateCoverage> coverage;  // of the CD's certificate id
  Fact<std::vector<RevocationPoint>> dac_points,
      pai_points;                  // lists of the PAI (for DACs), of the PAA (for PAIs)
  std::vector<CrlEvidence> lists;  // behind these points, judged
};

const std::shared_ptr<const LedgerFacts>& no_facts();  // nothing was asked

// What devices of one lot have in common is shared between their Evidence.
struct Evidence {
  Policy policy;
  Device device;
  std::vector<EvidenceFile> files;
  std::vector<NotUsed> not_used;  // files and places that count for nothing, and why
  LedgerStatus ledger;
  std::shared_ptr<const LedgerFacts> facts = no_facts();  // never null
  size_t given_anchors = 0;                               // trust anchors that the user gave

  CertificateEvidence dac, pai, paa_shown;

  // The PAA that anchors the chain, and how it was found.
  MaybeShared<const Paa> paa;  // null: none
  enum class PaaFound : uint8_t {
    none,  // no trusted PAA has the PAI's authority key id
    by_key_id,
    by_name,  // its key id differs from the PAI's authority key id, but the PAI names it as issuer
    unknown,  // the ledger could not be asked, or no anchors were given at all
  } paa_found = PaaFound::none;
  std::string paa_unknown_why;  // with none: why an approved root of this key id is no PAA
  // Without a PAI: the root, shown or trusted, that issued the DAC itself. Empty: none did.
  std::string root_above_dac;

  // The certification declaration.
  MaybeValue<Place> cd_place;
  Bytes cd_bytes;
  MaybeShared<const Cms> cms;  // null: cannot be read, or none
  std::string cms_problem;
  size_t cms_trailing = 0;
  MaybeShared<const CertificationDeclaration> cd;
  std::string cd_problem;
  MaybeShared<const CdSigner> cd_signer;  // trusted, found by key id
  std::string cd_signer_unknown_why;      // not trusted, and the ledger could not be asked

  // The attestation response. Views point into device.statements.
  Maybe<Statement> elements_statement;
  MaybeValue<AttestationElements> elements;
  std::string elements_problem;
  Maybe<Bytes> signature;
  Maybe<Bytes> nonce;
  Maybe<Bytes> challenge;
  // The response stands in a commissioner's log. What a log leaves out (none states the challenge)
  // nobody can hand over: it counts as absent, where a file that is missing leaves a question open.
  bool response_is_logged = false;
  // Why it is not known who signed the responses beside the one that is judged; empty: it is.
  std::string unchecked_responses_why, unchecked_nocsr_responses_why;
  std::string sought_paa;  // whose the root is that a commissioner did not find; empty: none

  // The DAC's private key, where the evidence has one.
  MaybeValue<PrivateKey> dac_key;
  MaybeValue<Place> dac_key_place;
  bool dac_key_named = false;  // the format says it is the DAC's
  std::vector<AuthorityKey> authority_keys;
  std::vector<OtherKey> other_keys;  // beside dac_key, each once; none without a DAC

  MaybeValue<uint16_t> vid, pid;  // as Basic Information gives them

  std::vector<CrlEvidence> crls;            // revocation lists among the evidence
  std::vector<CertificatePtr> crl_signers;  // and certificates that say that they sign them
  RevocationState dac_revocation, pai_revocation;
  std::vector<RevocationSetEvidence> revocation_sets;
  SetsAnswer dac_in_sets, pai_in_sets;
  OnboardingEvidence onboarding;
  std::vector<CsrEvidence> csrs;
  MaybeValue<NocsrEvidence> nocsr;  // nullopt: no part of one
  std::vector<OtaEvidence> ota_images;
  MaybeValue<OtaFetch> ota_fetch;  // where an image was to be fetched
  MaybeValue<Device> ordered;      // what --expect says was ordered
  MaybeValue<ApprovedPart> after;  // the approved sample that --after names

  // The device's further chains (chains.h), each as evidence of its own; none of nearly all
  // devices.
  std::vector<std::shared_ptr<const Evidence>> other_chains;

  std::array<std::optional<bool>, kSignedCount>
      answers{};  // for requests: CsrEvidence::self_signed
  // Of an algorithm that the engine does not have: nobody here knows the answer.
  std::array<bool, kSignedCount> unsupported{};
  bool is_unsupported(Signed what) const { return unsupported[static_cast<size_t>(what)]; }
  // There should be a ledger, and nothing was ever read of it: one answer for all that hangs on it.
  bool ledger_is_silent() const {
    return policy.network != Network::none && (!facts->asked || ledger.height == 0);
  }
  std::optional<bool> answer(Signed what) const { return answers[static_cast<size_t>(what)]; }

  Evidence() = default;
  Evidence(Evidence&&) = default;
  Evidence& operator=(Evidence&&) = default;
  Evidence(const Evidence&) = delete;
  Evidence& operator=(const Evidence&) = delete;
};

// Whether this path of the evidence is a commissioner's log.
bool is_log(const Evidence& e, const std::string& path);
// The check that says why a part's DAC, PAI or declaration is not in the evidence; nullptr: none
// does. `lacking`: what a reader notes of factory data without it.
const char* why_absent(const Evidence& e, Remark lacking);

}  // namespace attest
