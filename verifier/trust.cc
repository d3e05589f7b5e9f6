#include "verifier/trust.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/crypto/crypto.h"
#include "verifier/pki/algorithms.h"

namespace attest {
namespace {

// SEQUENCE { SET { SEQUENCE { oid, UTF8String } } ... }: all parts short enough for one-byte
// lengths.
Bytes name_of(std::initializer_list<std::pair<View, std::string_view>> attributes) {
  Bytes rdns;
  for (const auto& [oid, value] : attributes) {
    const auto inner = static_cast<uint8_t>(oid.size() + value.size() + 4);
    const uint8_t head[] = {0x31, static_cast<uint8_t>(inner + 2), 0x30, inner,
                            0x06, static_cast<uint8_t>(oid.size())};
    rdns.insert(rdns.end(), std::begin(head), std::end(head));
    rdns.insert(rdns.end(), oid.begin(), oid.end());
    rdns.push_back(0x0C);
    rdns.push_back(static_cast<uint8_t>(value.size()));
    rdns.insert(rdns.end(), value.begin(), value.end());
  }
  const uint8_t head[] = {0x30, static_cast<uint8_t>(rdns.size())};
  rdns.insert(rdns.begin(), std::begin(head), std::end(head));
  return rdns;
}

Paa builtin_paa(const TestPaa& test) {
  const std::string vendor = fmt::format("{:04X}", test.vid);
  return {.subject_key_id = test.key.subject_key_id,
          .key = test.key.public_key,
          .subject = test.vid == 0 ? name_of({{oid::kCommonName, test.common_name}})
                                   : name_of({{oid::kCommonName, test.common_name},
                                              {oid::kMatterVid, vendor}}),
          .vid = test.vid == 0 ? std::nullopt : std::optional<uint16_t>(test.vid),
          .not_before = test.key.not_before,
          .not_after = test.key.not_after,
          .certificate = nullptr,
          .origin = Origin::builtin,
          .source = "built in"};
}

CdSigner builtin_signer(const KnownKey& known, bool under_csa) {
  return {.subject_key_id = known.subject_key_id,
          .key = known.public_key,
          .not_before = known.not_before,
          .not_after = known.not_after,
          .name = known.name,
          .origin = Origin::builtin,
          .source = "built in",
          .under_csa = under_csa,
          .certificate = nullptr};
}

template <class T>
void insert_sorted(std::vector<std::unique_ptr<T>>& list, T item) {
  const auto at =
      std::lower_bound(list.begin(), list.end(), item.subject_key_id,
                       [](const auto& a, const KeyId& b) { return a->subject_key_id < b; });
  list.insert(at, std::make_unique<T>(std::move(item)));
}

// Was this certificate issued by the CSA's certification CA, as its name and signature say?
bool issued_by_csa(const Certificate& certificate, SignatureEngine& engine) {
  const KnownKey& ca = csa_certification_ca();
  if (certificate.akid() != ca.subject_key_id || !certificate.ecdsa) return false;
  const SignatureJob job{
      .key = ca.public_key, .digest = certificate.tbs_digest(), .signature = *certificate.ecdsa};
  return check(engine, job) == Checked::verified;
}

}  // namespace

Result<Paa> paa_from(const CertificatePtr& certificate, Origin origin, std::string source) {
  const auto skid = certificate->skid();
  if (!skid) return error("expected a PAA: the certificate has no subject key id of 20 bytes");
  if (!certificate->self_issued())
    return error(fmt::format("expected a PAA: {} was issued by {}", name_text(certificate->subject),
                             name_text(certificate->issuer)));
  if (!certificate->basic_constraints.value || !certificate->basic_constraints.value->ca)
    return error(fmt::format("expected a PAA: {} is no certification authority",
                             name_text(certificate->subject)));
  // By its key, too: a key id is what whoever makes the certificate writes into it.
  if (*skid == csa_certification_ca().subject_key_id ||
      certificate->p256 == csa_certification_ca().public_key)
    return error(
        "expected a PAA: this is the CSA's Matter Certification and Testing CA, which signs CD "
        "signers and is no PAA");
  Bytes subject = to_bytes(certificate->subject.der);
  return Paa{.subject_key_id = *skid,
             .key = certificate->p256,
             .subject = std::move(subject),
             .vid = certificate->vid(),
             .not_before = certificate->not_before,
             .not_after = certificate->not_after,
             .certificate = certificate,
             .origin = origin,
             .source = std::move(source)};
}

Result<CdSigner> cd_signer_from(const CertificatePtr& certificate, Origin origin,
                                std::string source, SignatureEngine& engine) {
  const auto skid = certificate->skid();
  if (!skid)
    return error("expected a CD signer: the certificate has no subject key id of 20 bytes");
  if (!certificate->p256) return error("expected a CD signer: its key is not on P-256");
  const bool under_csa = issued_by_csa(*certificate, engine);
  return CdSigner{.subject_key_id = *skid,
                  .key = *certificate->p256,
                  .not_before = certificate->not_before,
                  .not_after = certificate->not_after,
                  .name = name_text(certificate->subject),
                  .origin = origin,
                  .source = std::move(source),
                  .under_csa = under_csa,
                  .certificate = certificate};
}

TrustStore TrustStore::builtin(bool with_test_credentials) {
  TrustStore store;
  for (const KnownKey& key : csa_cd_signers())
    insert_sorted(store.signers_, builtin_signer(key, true));
  if (with_test_credentials) {
    for (const TestPaa& paa : test_paas()) insert_sorted(store.paas_, builtin_paa(paa));
    insert_sorted(store.signers_, builtin_signer(test_cd_signer(), false));
  }
  return store;
}

TrustStore TrustStore::builtin_at_lab() {
  TrustStore store = builtin(false);
  insert_sorted(store.signers_, builtin_signer(test_cd_signer(), false));
  return store;
}

Result<void> TrustStore::add_paa(const CertificatePtr& certificate, Origin origin,
                                 std::string source) {
  auto paa = paa_from(certificate, origin, std::move(source));
  if (!paa) return tl::unexpected(paa.error());
  // The same certificate twice, or one of which only the facts were built in, is one anchor.
  std::erase_if(paas_, [&](const auto& known) {
    return known->subject_key_id == paa->subject_key_id && known->key == paa->key &&
           (known->certificate == nullptr || equal(known->certificate->der, paa->certificate->der));
  });
  insert_sorted(paas_, std::move(*paa));
  given_ += origin == Origin::given;
  return {};
}

Result<void> TrustStore::add_cd_signer(const CertificatePtr& certificate, Origin origin,
                                       std::string source, SignatureEngine& engine) {
  auto signer = cd_signer_from(certificate, origin, std::move(source), engine);
  if (!signer) return tl::unexpected(signer.error());
  std::erase_if(signers_, [&](const auto& known) {
    return known->subject_key_id == signer->subject_key_id && known->key == signer->key;
  });
  insert_sorted(signers_, std::move(*signer));
  given_ += origin == Origin::given;
  return {};
}

std::vector<GivenAnchor> TrustStore::given() const {
  std::vector<GivenAnchor> out;
  const auto add = [&](const auto& list, GivenAnchor::Role role) {
    // Of anchors with one key id the newest stands first.
    for (auto at = list.rbegin(); at != list.rend(); ++at) {
      if ((*at)->origin == Origin::given)
        out.push_back({.role = role, .source = (*at)->source, .der = (*at)->certificate->der});
    }
  };
  add(paas_, GivenAnchor::Role::paa);
  add(signers_, GivenAnchor::Role::cd_signer);
  return out;
}

std::vector<const Paa*> TrustStore::paas(const KeyId& skid) const {
  std::vector<const Paa*> out;
  auto at = std::lower_bound(paas_.begin(), paas_.end(), skid,
                             [](const auto& a, const KeyId& b) { return a->subject_key_id < b; });
  for (; at != paas_.end() && (*at)->subject_key_id == skid; ++at) out.push_back(at->get());
  return out;
}

const Paa* TrustStore::paa_named(View subject) const {
  for (const auto& paa : paas_) {
    if (equal(paa->subject, subject)) return paa.get();
  }
  return nullptr;
}

const CdSigner* TrustStore::cd_signer(const KeyId& skid) const {
  const auto at =
      std::lower_bound(signers_.begin(), signers_.end(), skid,
                       [](const auto& a, const KeyId& b) { return a->subject_key_id < b; });
  return at != signers_.end() && (*at)->subject_key_id == skid ? at->get() : nullptr;
}

}  // namespace attest
