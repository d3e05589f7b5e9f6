// Views: how far a rule sees. A body gets what its parameters name and nothing else, so its type
// says which devices share its answer, and what has to be there before it may be asked.
//
//   LotView     what the devices of one lot have in common. A body that takes nothing else is
//               answered once for all of them (verifier/batch).
//   RecordView  and what records of a lot that are alike agree in (lot/alike). A body that
//               sees no further gives one answer for all of them.
//   Evidence    the whole device. Such a body is asked of every device. The row of its check may
//               say why an alike record may pass it by all the same (Check::alike).
//   Dac, Pai, PaaCertificate, DacVendor, Paa, DeclarationCms, Declaration, CdSigner, …
//               one thing that has to be there. Where it is not, the body is not run: the check is
//               blocked by the one that says why (RuleInput<T>::kOwner).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "verifier/base/maybe.h"
#include "verifier/gather/evidence.h"

namespace attest {

enum class Sees : uint8_t { lot, record, device };

// The roles of certificates.
enum class Role : uint8_t { dac, pai, paa };

// A certificate in its role: it is there and can be read.
template <Role R>
class CertificateOf {
 public:
  CertificateOf(const Certificate& certificate, const CertificateEvidence* evidence,
                const std::string* source)
      : certificate_(&certificate), evidence_(evidence), source_(source) {}
  const Certificate& operator*() const { return *certificate_; }
  const Certificate* operator->() const { return certificate_; }
  // Where it stands: a place of the evidence, or where the trusted PAA comes from.
  std::string where() const {
    return evidence_ == nullptr ? *source_ : place_text(*evidence_->place);
  }
  const CertificateEvidence& evidence() const requires(R != Role::paa) { return *evidence_; }

 private:
  const Certificate* certificate_;
  const CertificateEvidence* evidence_;  // of DAC and PAI
  const std::string* source_;            // of the PAA
};
using Dac = CertificateOf<Role::dac>;
using Pai = CertificateOf<Role::pai>;
using PaaCertificate = CertificateOf<Role::paa>;

// Two of its extensions: they are there once and can be read.
template <Role R>
struct ConstraintsOf {
  CertificateOf<R> certificate;
  const BasicConstraints* constraints;
  const BasicConstraints* operator->() const { return constraints; }
};
template <Role R>
struct KeyUsageOf {
  CertificateOf<R> certificate;
  uint16_t bits;
};

// What two devices must have in common to share an answer: compared member by member, so that what
// is added here is compared, too. The policy is one for all that are compared.
struct LotCommon {
  explicit LotCommon(const Evidence& e)
      : pai(e.pai.certificate),
        pai_problem(e.pai.problem),
        pai_trailing(e.pai.trailing),
        shown_paa(e.paa_shown.certificate),
        paa(e.paa),
        paa_found(e.paa_found),
        paa_unknown_why(e.paa_unknown_why),
        cms(e.cms),
        cms_problem(e.cms_problem),
        cms_trailing(e.cms_trailing),
        cd(e.cd),
        cd_problem(e.cd_problem),
        signer(e.cd_signer),
        signer_unknown_why(e.cd_signer_unknown_why),
        facts(e.facts),
        vid(e.vid),
        pid(e.pid),
        ledger_is_silent(e.ledger_is_silent()) {}

  CertificatePtr pai;
  std::string pai_problem;
  size_t pai_trailing;
  CertificatePtr shown_paa;
  std::shared_ptr<const Paa> paa;
  Evidence::PaaFound paa_found;
  std::string paa_unknown_why;
  std::shared_ptr<const Cms> cms;
  std::string cms_problem;
  size_t cms_trailing;
  std::shared_ptr<const CertificationDeclaration> cd;
  std::string cd_problem;
  std::shared_ptr<const CdSigner> signer;
  std::string signer_unknown_why;
  std::shared_ptr<const LedgerFacts> facts;
  std::optional<uint16_t> vid, pid;  // as Basic Information gives them
  bool ledger_is_silent;

  auto operator<=>(const LotCommon&) const = default;
  // The rest of what LotView shows stands in texts only, or follows from these: the places, and the
  // answers to what they sign. Without PAI and declaration it does not: such devices share nothing.
  bool is_whole() const { return pai && cms && cd && pai_problem.empty() && cms_problem.empty(); }
};

// What the devices of one lot have in common. What may be missing is called so: `_if_any`.
class LotView {
 public:
  explicit LotView(const Evidence& e)
      : policy(e.policy),
        pai(e.pai),
        pai_if_any(e.pai.certificate.get()),
        shown_paa_if_any(e.paa_shown.certificate.get()),
        paa_if_any(e.paa.get()),
        paa_found(e.paa_found),
        paa_unknown_why(e.paa_unknown_why),
        cd_place(e.cd_place),
        cd_bytes(e.cd_bytes),
        cms_if_any(e.cms.get()),
        cms_problem(e.cms_problem),
        cms_trailing(e.cms_trailing),
        cd_if_any(e.cd.get()),
        cd_problem(e.cd_problem),
        signer_if_any(e.cd_signer.get()),
        signer_unknown_why(e.cd_signer_unknown_why),
        facts(*e.facts),
        vid(e.vid),
        pid(e.pid),
        ledger_is_silent(e.ledger_is_silent()),
        evidence_(e) {}

  const Policy& policy;
  const CertificateEvidence& pai;  // its place may differ: it stands in texts only
  Maybe<Certificate> pai_if_any, shown_paa_if_any;
  Maybe<attest::Paa> paa_if_any;
  Evidence::PaaFound paa_found;
  const std::string& paa_unknown_why;
  const MaybeValue<Place>& cd_place;  // likewise
  const Bytes& cd_bytes;
  Maybe<Cms> cms_if_any;
  const std::string& cms_problem;
  size_t cms_trailing;
  Maybe<CertificationDeclaration> cd_if_any;
  const std::string& cd_problem;
  Maybe<CdSigner> signer_if_any;
  const std::string& signer_unknown_why;
  const LedgerFacts& facts;
  MaybeValue<uint16_t> vid, pid;  // as Basic Information gives them
  bool ledger_is_silent;

  // Answers to what shared evidence signs: of the PAI, the PAA itself, the declaration.
  template <Signed What>
  std::optional<bool> answer() const {
    static_assert(What == Signed::pai || What == Signed::paa_self || What == Signed::cd,
                  "this signature is the device's own: take RecordView or Evidence");
    return evidence_.answer(What);
  }
  template <Signed What>
  bool is_unsupported() const {
    static_assert(What == Signed::pai || What == Signed::paa_self,
                  "this signature is the device's own, or of P-256 always");
    return evidence_.is_unsupported(What);
  }
  // Of a PAI or declaration that is not there or empty (LotCommon::is_whole).
  const char* pai_absent_because() const { return why_absent(evidence_, Remark::lacks_pai); }
  const char* cd_absent_because() const { return why_absent(evidence_, Remark::lacks_cd); }
  const std::string& root_above_dac() const { return evidence_.root_above_dac; }
  bool is_logged(const Place& place) const { return is_log(evidence_, place.path); }

 private:
  const Evidence& evidence_;
};

// What records of a lot may differ in and yet be alike: alike.h compares everything else.
constexpr bool differs_between_alike(FactId fact) {
  switch (fact) {
    case FactId::serial_number:
    case FactId::dac:
    case FactId::attestation_elements:
    case FactId::attestation_signature:
    case FactId::attestation_nonce:
    case FactId::attestation_challenge:
      return true;
    default:
      return false;
  }
}

// Records of a lot that are alike agree in this fact. Whoever needs one in which they differ takes
// Evidence, and says in the check's row why an alike record may pass the rule by, or leaves that
// out.
template <FactId F>
concept SameInAlikeRecords = !differs_between_alike(F);

// A fact that a device states, and where it stands. Empty where none is stated.
template <class T>
class StatedValue {
 public:
  explicit StatedValue(const Statement* statement)
      : value_(statement == nullptr ? nullptr : std::get_if<T>(&statement->value)),
        place_(statement == nullptr ? nullptr : &statement->place) {}
  explicit operator bool() const { return static_cast<bool>(value_); }
  const T& operator*() const { return *value_; }
  const T* operator->() const { return &*value_; }
  const Place& place() const { return *place_; }
  std::string where() const { return place_text(*place_); }

 private:
  Maybe<T> value_;
  Maybe<Place> place_;
};

// What a device states, but for what alike records differ in: asking for that does not compile.
class KeptStatements {
 public:
  explicit KeptStatements(const Device& device) : device_(device) {}
  template <FactId F>
  requires SameInAlikeRecords<F> Maybe<Statement> first()
  const { return device_.first(F); }
  template <FactId F>
  requires SameInAlikeRecords<F> MaybeValue<uint64_t> number()
  const { return device_.number(F); }
  template <FactId F>
  requires SameInAlikeRecords<F> Maybe<std::string> string()
  const { return device_.string(F); }
  template <FactId F, class T>
  requires SameInAlikeRecords<F> StatedValue<T> said()
  const { return StatedValue<T>(first<F>().get()); }
  const std::vector<Noted>& remarks() const { return device_.remarks; }
  const std::vector<IntegrityProblem>& integrity() const { return device_.integrity; }
  bool noted(Remark remark) const { return device_.noted(remark); }

 private:
  const Device& device_;
};

// The DAC as alike records have it in common: not its serial number, name texts, key, key id,
// signature and bytes.
class DacProfile {
 public:
  DacProfile(const Certificate& certificate, const CertificateEvidence& evidence)
      : certificate_(certificate), evidence_(evidence) {}
  // Nullopt: there is no DAC, or it cannot be read.
  static std::optional<DacProfile> of(const CertificateEvidence& dac) {
    if (!dac.certificate || !dac.place) return std::nullopt;
    return DacProfile(*dac.certificate, dac);
  }
  std::string where() const { return place_text(*evidence_.place); }
  const Place& place() const { return *evidence_.place; }
  const Name& issuer() const { return certificate_.issuer; }
  Instant not_before() const { return certificate_.not_before; }
  Instant not_after() const { return certificate_.not_after; }
  std::optional<KeyId> akid() const { return certificate_.akid(); }
  const Known<AuthorityKeyId>& authority_key_id() const { return certificate_.authority_key_id; }
  std::optional<uint16_t> vid() const { return certificate_.vid(); }
  std::optional<uint16_t> pid() const { return certificate_.pid(); }
  bool names_above(const Certificate& above) const {
    return names_certificate(certificate_, above);
  }

 private:
  const Certificate& certificate_;
  const CertificateEvidence& evidence_;
};

// An id that a certificate names: it is there and can be read.
struct NamedId {
  uint16_t id;
  const Place* place;
  std::string where() const { return place_text(*place); }
};
struct DacVendor : NamedId {};
struct DacProduct : NamedId {};
struct PaiVendor : NamedId {};

// The declaration, read; and the CMS around it, its one signer, the key id that this one names.
struct Declaration {
  const CertificationDeclaration* cd;
  const Place* place;
  const CertificationDeclaration* operator->() const { return cd; }
  std::string where() const { return place_text(*place); }
};
struct DeclarationCms {
  const Cms* cms;
  const Place* place;
  const Cms* operator->() const { return cms; }
  std::string where() const { return place_text(*place); }
};
struct DeclarationSigner {
  const Cms::Signer* signer;
  const Place* place;
  const Cms::Signer* operator->() const { return signer; }
  std::string where() const { return place_text(*place); }
};
struct SignerKeyId {
  KeyId id;
};
// The product that the ledger was asked for.
struct LedgerProduct {
  uint16_t vid, pid;
  static std::optional<LedgerProduct> asked(const LedgerFacts& facts) {
    if (!facts.vid || !facts.pid) return std::nullopt;
    return LedgerProduct{.vid = *facts.vid, .pid = *facts.pid};
  }
};

class RecordView : public LotView {
 public:
  explicit RecordView(const Evidence& e)
      : LotView(e),
        device(e.device),
        posture(e.device.posture),
        not_used(e.not_used),
        ledger(e.ledger),
        dac_place(e.dac.place),
        dac_if_any(DacProfile::of(e.dac)),
        response_is_logged(e.response_is_logged),
        unchecked_responses_why(e.unchecked_responses_why),
        unchecked_nocsr_responses_why(e.unchecked_nocsr_responses_why),
        dac_revocation(e.dac_revocation),
        pai_revocation(e.pai_revocation),
        revocation_sets(e.revocation_sets),
        dac_in_sets(e.dac_in_sets),
        pai_in_sets(e.pai_in_sets),
        crls(e.crls),
        csrs(e.csrs),
        nocsr(e.nocsr),
        authority_keys(e.authority_keys),
        other_keys(e.other_keys),
        onboarding(e.onboarding),
        ota_images(e.ota_images),
        ota_fetch(e.ota_fetch),
        ordered(e.ordered),
        after(e.after) {}

  KeptStatements device;
  const Posture& posture;  // a record that has any is alike to none
  const std::vector<NotUsed>& not_used;
  const LedgerStatus& ledger;
  const MaybeValue<Place>& dac_place;  // nullopt: there is none
  MaybeValue<DacProfile> dac_if_any;   // nullopt, too, where it cannot be read
  bool response_is_logged;
  // A record that has either is alike to none.
  const std::string &unchecked_responses_why, &unchecked_nocsr_responses_why;
  const RevocationState &dac_revocation, &pai_revocation;  // alike looks the serial number up
  const std::vector<RevocationSetEvidence>& revocation_sets;
  const SetsAnswer &dac_in_sets, &pai_in_sets;  // likewise
  // A record that has any of these is alike to none (alike.cc).
  const std::vector<CrlEvidence>& crls;
  const std::vector<CsrEvidence>& csrs;
  const MaybeValue<NocsrEvidence>& nocsr;
  const std::vector<AuthorityKey>& authority_keys;
  const std::vector<OtherKey>& other_keys;
  const OnboardingEvidence& onboarding;
  const std::vector<OtaEvidence>& ota_images;
  const MaybeValue<OtaFetch>& ota_fetch;
  const MaybeValue<Device>& ordered;
  const MaybeValue<ApprovedPart>& after;
};

// One device as rules see it: made once for all of them.
struct Views {
  explicit Views(const Evidence& e) : evidence(e), record(e) {}
  const Evidence& evidence;
  RecordView record;
};

}  // namespace attest
