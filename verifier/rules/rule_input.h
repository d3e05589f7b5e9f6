// RuleInput: what the parameters of a rule's body may be. For each type: how far a body sees with
// it, where it is found, and which check says why it is not there. A rule that needs something else
// adds it here (or in views.h, when it is something that views share).
#pragma once

#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "verifier/rules/views.h"

namespace attest {

// What a body may take: how far it sees with it, where it is found (null or nullopt: it is not
// there), and which check then says why.
template <class T>
struct RuleInput;

template <>
struct RuleInput<LotView> {
  static constexpr Sees kSees = Sees::lot;
  static constexpr const char* kOwner = nullptr;
  static const LotView* in(const Views& v) { return &v.record; }
};
template <>
struct RuleInput<RecordView> {
  static constexpr Sees kSees = Sees::record;
  static constexpr const char* kOwner = nullptr;
  static const RecordView* in(const Views& v) { return &v.record; }
};
template <>
struct RuleInput<Evidence> {
  static constexpr Sees kSees = Sees::device;
  static constexpr const char* kOwner = nullptr;
  static const Evidence* in(const Views& v) { return &v.evidence; }
};
template <>
struct RuleInput<Dac> {
  static constexpr Sees kSees = Sees::device;
  static constexpr const char* kOwner = "dac.is-one-certificate";
  static std::optional<Dac> in(const Views& v) {
    const CertificateEvidence& dac = v.evidence.dac;
    if (!dac.certificate || !dac.place) return std::nullopt;
    return Dac(*dac.certificate, &dac, nullptr);
  }
};
template <>
struct RuleInput<DacProfile> {
  static constexpr Sees kSees = Sees::record;
  static constexpr const char* kOwner = "dac.is-one-certificate";
  static std::optional<DacProfile> in(const Views& v) { return DacProfile::of(v.evidence.dac); }
};
template <>
struct RuleInput<Pai> {
  static constexpr Sees kSees = Sees::lot;
  static constexpr const char* kOwner = "pai.is-one-certificate";
  static std::optional<Pai> in(const Views& v) {
    const CertificateEvidence& pai = v.evidence.pai;
    if (!pai.certificate || !pai.place) return std::nullopt;
    return Pai(*pai.certificate, &pai, nullptr);
  }
};
template <class T>
std::optional<T> named(const CertificateEvidence& c,
                       MaybeValue<uint16_t> (Certificate::*id)() const) {
  const auto value = c.certificate && c.place ? ((*c.certificate).*id)() : std::nullopt;
  return value ? std::optional(T{{*value, &*c.place}}) : std::nullopt;
}
template <>
struct RuleInput<DacVendor> {
  static constexpr Sees kSees = Sees::record;
  static constexpr const char* kOwner = "dac.names-a-vendor";
  static auto in(const Views& v) { return named<DacVendor>(v.evidence.dac, &Certificate::vid); }
};
template <>
struct RuleInput<DacProduct> {
  static constexpr Sees kSees = Sees::record;
  static constexpr const char* kOwner = "dac.names-a-product";
  static auto in(const Views& v) { return named<DacProduct>(v.evidence.dac, &Certificate::pid); }
};
template <>
struct RuleInput<PaiVendor> {
  static constexpr Sees kSees = Sees::lot;
  static constexpr const char* kOwner = "pai.names-a-vendor";
  static auto in(const Views& v) { return named<PaiVendor>(v.evidence.pai, &Certificate::vid); }
};
template <>
struct RuleInput<Paa> {
  static constexpr Sees kSees = Sees::lot;
  static constexpr const char* kOwner = "paa.is-trusted";
  static const Paa* in(const Views& v) { return v.evidence.paa.get(); }
};
template <>
struct RuleInput<PaaCertificate> {
  static constexpr Sees kSees = Sees::lot;
  static constexpr const char* kOwner = "paa.certificate-is-at-hand";
  static std::optional<PaaCertificate> in(const Views& v) {
    const Paa* paa = v.evidence.paa.get();
    if (paa == nullptr || !paa->certificate) return std::nullopt;
    return PaaCertificate(*paa->certificate, nullptr, &paa->source);
  }
};
template <Role R>
struct RuleInput<ConstraintsOf<R>> {
  static constexpr Sees kSees = RuleInput<CertificateOf<R>>::kSees;
  static constexpr const char* kOwner = R == Role::dac   ? "dac.basic-constraints-are-critical"
                                        : R == Role::pai ? "pai.basic-constraints-are-critical"
                                                         : "paa.basic-constraints-are-critical";
  static std::optional<ConstraintsOf<R>> in(const Views& v) {
    const auto c = RuleInput<CertificateOf<R>>::in(v);
    if (!c || !(*c)->basic_constraints.value) return std::nullopt;
    return ConstraintsOf<R>{*c, &*(*c)->basic_constraints.value};
  }
};
template <Role R>
struct RuleInput<KeyUsageOf<R>> {
  static constexpr Sees kSees = RuleInput<CertificateOf<R>>::kSees;
  static constexpr const char* kOwner = R == Role::dac   ? "dac.key-usage-is-critical"
                                        : R == Role::pai ? "pai.key-usage-is-critical"
                                                         : "paa.key-usage-is-critical";
  static std::optional<KeyUsageOf<R>> in(const Views& v) {
    const auto c = RuleInput<CertificateOf<R>>::in(v);
    if (!c || !(*c)->key_usage.value) return std::nullopt;
    return KeyUsageOf<R>{*c, (*c)->key_usage.value->bits};
  }
};
template <>
struct RuleInput<Place> {  // of the declaration
  static constexpr Sees kSees = Sees::lot;
  static constexpr const char* kOwner = "cd.is-present";
  static const Place* in(const Views& v) {
    return v.record.cd_place ? &*v.record.cd_place : nullptr;
  }
};
template <>
struct RuleInput<DeclarationCms> {
  static constexpr Sees kSees = Sees::lot;
  static constexpr const char* kOwner = "cms.is-signed-data";
  static std::optional<DeclarationCms> in(const Views& v) {
    const LotView& lot = v.record;
    if (lot.cms_if_any == nullptr || !lot.cd_place) return std::nullopt;
    return DeclarationCms{.cms = &*lot.cms_if_any, .place = &*lot.cd_place};
  }
};
template <>
struct RuleInput<DeclarationSigner> {
  static constexpr Sees kSees = Sees::lot;
  static constexpr const char* kOwner = "cms.has-one-signer";
  static std::optional<DeclarationSigner> in(const Views& v) {
    const auto cms = RuleInput<DeclarationCms>::in(v);
    if (!cms || cms->cms->signers.empty()) return std::nullopt;
    return DeclarationSigner{.signer = &cms->cms->signers.front(), .place = cms->place};
  }
};
template <>
struct RuleInput<SignerKeyId> {
  static constexpr Sees kSees = Sees::lot;
  static constexpr const char* kOwner = "cms.signer-is-named-by-key-id";
  static std::optional<SignerKeyId> in(const Views& v) {
    const auto signer = RuleInput<DeclarationSigner>::in(v);
    if (!signer || !signer->signer->subject_key_id) return std::nullopt;
    const auto id = key_id(*signer->signer->subject_key_id);
    return id ? std::optional(SignerKeyId{*id}) : std::nullopt;
  }
};
template <>
struct RuleInput<Declaration> {
  static constexpr Sees kSees = Sees::lot;
  static constexpr const char* kOwner = "cd.is-wellformed";
  static std::optional<Declaration> in(const Views& v) {
    const LotView& lot = v.record;
    if (lot.cd_if_any == nullptr || !lot.cd_place) return std::nullopt;
    return Declaration{.cd = &*lot.cd_if_any, .place = &*lot.cd_place};
  }
};
template <>
struct RuleInput<CdSigner> {
  static constexpr Sees kSees = Sees::lot;
  static constexpr const char* kOwner = "cd.signer-is-trusted";
  static const CdSigner* in(const Views& v) { return v.evidence.cd_signer.get(); }
};
template <>
struct RuleInput<AttestationElements> {
  static constexpr Sees kSees = Sees::device;
  static constexpr const char* kOwner = "attestation.elements-are-wellformed";
  static const AttestationElements* in(const Views& v) {
    return v.evidence.elements ? &*v.evidence.elements : nullptr;
  }
};

// Of the ledger: its entries, each found.
template <class T>
Maybe<T> entry_of(const Fact<T>& fact) {
  const auto* found = std::get_if<Found<T>>(&fact);
  return found == nullptr ? nullptr : &found->value;
}
template <>
struct RuleInput<LedgerProduct> {
  static constexpr Sees kSees = Sees::lot;
  static constexpr const char* kOwner = "ledger.model-is-known";
  static auto in(const Views& v) { return LedgerProduct::asked(v.record.facts); }
};
template <>
struct RuleInput<VendorInfo> {
  static constexpr Sees kSees = Sees::lot;
  static constexpr const char* kOwner = "ledger.vendor-is-known";
  static const VendorInfo* in(const Views& v) { return entry_of(v.record.facts.vendor).get(); }
};
template <>
struct RuleInput<Model> {
  static constexpr Sees kSees = Sees::lot;
  static constexpr const char* kOwner = "ledger.model-is-known";
  static const Model* in(const Views& v) { return entry_of(v.record.facts.model).get(); }
};
template <>
struct RuleInput<ModelVersion> {
  static constexpr Sees kSees = Sees::lot;
  static constexpr const char* kOwner = "ledger.version-is-known";
  static const ModelVersion* in(const Views& v) { return entry_of(v.record.facts.version).get(); }
};
template <>
struct RuleInput<ComplianceInfo> {
  static constexpr Sees kSees = Sees::lot;
  static constexpr const char* kOwner = "ledger.compliance-is-known";
  static const ComplianceInfo* in(const Views& v) {
    return entry_of(v.record.facts.compliance).get();
  }
};

// --- attestation response, requests, orders, facts of the device

// What may be missing, for a body that says itself what follows then: of what the views have not
// under `_if_any` already.
template <class T>
class IfAny {
 public:
  explicit IfAny(std::optional<T> found) : found_(std::move(found)) {}
  explicit operator bool() const { return found_.has_value(); }
  const T& operator*() const { return *found_; }
  const T* operator->() const { return &*found_; }

 private:
  MaybeValue<T> found_;
};
template <class T>
struct RuleInput<IfAny<T>> {
  static constexpr Sees kSees = RuleInput<T>::kSees;
  static constexpr const char* kOwner = nullptr;
  static std::optional<IfAny<T>> in(const Views& v) { return IfAny<T>(RuleInput<T>::in(v)); }
};

// The private key that the evidence gives for the DAC's. No check says why there is none, so that
// it is taken as IfAny<DacKey> only. A record with one is alike to none (alike.cc).
struct DacKey {
  const PrivateKey* key;
  const Place* place;
  const PrivateKey* operator->() const { return key; }
  std::string where() const { return place_text(*place); }
};
template <>
struct RuleInput<IfAny<DacKey>> {
  static constexpr Sees kSees = Sees::record;
  static constexpr const char* kOwner = nullptr;
  static std::optional<IfAny<DacKey>> in(const Views& v) {
    const auto& [key, place] = std::tie(v.evidence.dac_key, v.evidence.dac_key_place);
    return IfAny<DacKey>(key && place ? std::optional(DacKey{.key = &*key, .place = &*place})
                                      : std::nullopt);
  }
};

// The attestation elements as they were received, whether or not they can be read.
struct StatedElements {
  const Bytes* bytes;
  const Place* place;
  std::string where() const { return place_text(*place); }
};
template <>
struct RuleInput<StatedElements> {
  static constexpr Sees kSees = Sees::device;
  static constexpr const char* kOwner = "attestation.response-is-there";
  static std::optional<StatedElements> in(const Views& v) {
    const Statement* said = v.evidence.elements_statement.get();
    const Bytes* bytes = said == nullptr ? nullptr : std::get_if<Bytes>(&said->value);
    if (bytes == nullptr) return std::nullopt;
    return StatedElements{.bytes = bytes, .place = &said->place};
  }
};

// The response to a CSRRequest: its elements as they were received, what they say, the request in
// them. A record with any part of one is alike to none.
struct StatedNocsr {
  const NocsrEvidence* nocsr;
  const NocsrEvidence* operator->() const { return nocsr; }
  std::string where() const { return place_text(*nocsr->place); }
};
template <>
struct RuleInput<StatedNocsr> {
  static constexpr Sees kSees = Sees::record;
  static constexpr const char* kOwner = "nocsr.response-is-there";
  static std::optional<StatedNocsr> in(const Views& v) {
    const auto& nocsr = v.record.nocsr;
    return nocsr && nocsr->place ? std::optional(StatedNocsr{&*nocsr}) : std::nullopt;
  }
};
template <>
struct RuleInput<NocsrElements> {
  static constexpr Sees kSees = Sees::record;
  static constexpr const char* kOwner = "nocsr.elements-are-wellformed";
  static const NocsrElements* in(const Views& v) {
    const auto& nocsr = v.record.nocsr;
    return nocsr && nocsr->place && nocsr->elements ? &*nocsr->elements : nullptr;
  }
};
template <>
struct RuleInput<Csr> {
  static constexpr Sees kSees = Sees::record;
  static constexpr const char* kOwner = "nocsr.csr-is-wellformed";
  static const Csr* in(const Views& v) {
    const auto& nocsr = v.record.nocsr;
    return nocsr && nocsr->place && nocsr->csr ? &*nocsr->csr : nullptr;
  }
};

// Every statement of one fact, not only the first.
template <FactId F>
class Stated {
 public:
  explicit Stated(const Device& device) : device_(device) {}
  std::vector<const Statement*> all() const {
    std::vector<const Statement*> out;
    for (const Statement& s : device_.statements) {
      if (s.fact == F) out.push_back(&s);
    }
    return out;
  }

 private:
  const Device& device_;
};
template <FactId F>
struct RuleInput<Stated<F>> {
  static constexpr Sees kSees = differs_between_alike(F) ? Sees::device : Sees::record;
  static constexpr const char* kOwner = nullptr;
  static std::optional<Stated<F>> in(const Views& v) { return Stated<F>(v.evidence.device); }
};

}  // namespace attest
