// Revocation lists: those among the evidence, and those behind the ledger's points for the PAI and
// the PAA.

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "verifier/gather/gather.h"

namespace attest {
namespace {

std::vector<ListIssuer> issuers_of(const Evidence& e, const LedgerFacts& f) {
  std::vector<ListIssuer> out;
  if (e.pai.certificate) out.push_back(list_issuer(*e.pai.certificate));
  if (!e.paa) return out;
  std::optional<uint16_t> assigned;
  if (const auto* found = std::get_if<Found<std::vector<LedgerCertificate>>>(&f.approved_paa)) {
    for (const LedgerCertificate& entry : found->value) {
      const auto certificate = parse_certificate(entry.der);
      if (certificate && (*certificate)->p256 == e.paa->key && entry.vid != 0) assigned = entry.vid;
    }
  }
  out.push_back(list_issuer(*e.paa, assigned));
  return out;
}

std::span<const RevocationPoint> found(const Fact<std::vector<RevocationPoint>>& points) {
  const auto* known = std::get_if<Found<std::vector<RevocationPoint>>>(&points);
  return known == nullptr ? std::span<const RevocationPoint>()
                          : std::span<const RevocationPoint>(known->value);
}

}  // namespace

// The same list twice says nothing more.
void read_lists(Evidence& e, const std::vector<CrlEvidence>* shared) {
  std::unordered_set<std::string_view> known;
  for (const Statement& s : e.device.statements) {
    if (s.fact == FactId::crl && known.insert(text(std::get<Bytes>(s.value))).second)
      e.crls.push_back(read_crl(std::get<Bytes>(s.value), s.place));
  }
  if (shared == nullptr) return;
  for (const CrlEvidence& list : *shared) {
    if (known.empty() || !known.contains(text(list.list->crl().der))) e.crls.push_back(list);
  }
}

bool signs_lists(const Certificate& c, std::span<const CrlEvidence> lists) {
  if (!c.basic_constraints.value || c.basic_constraints.value->ca || c.self_issued()) return false;
  const bool may_sign = c.key_usage.value && (c.key_usage.value->bits & KeyUsage::crl_sign) != 0;
  if (!may_sign && c.pid()) return false;  // a device's, whoever may use its name
  return std::any_of(lists.begin(), lists.end(), [&](const CrlEvidence& list) {
    return list.list != nullptr && same_name(list.list->crl().issuer, c.subject);
  });
}

std::vector<CrlEvidence> lists_of_points(const Evidence& e, const LedgerFacts& f, Ledger& ledger,
                                         SignatureEngine& engine) {
  std::vector<CrlEvidence> out;
  for (const ListIssuer& issuer : issuers_of(e, f)) {
    const auto points = found(issuer.of == ListOf::pai ? f.dac_points : f.pai_points);
    for (const RevocationPoint& point : points) {
      // Points of one vendor and one issuer are partitions; those of other vendors are another
      // matter.
      const auto beside =
          std::count_if(points.begin(), points.end(), [&](const RevocationPoint& p) {
            return p.vid == point.vid && p.is_paa == point.is_paa && p.pid == point.pid;
          });
      out.push_back(judge_point(
          point, [&] { return ledger.crl(point); }, issuer, beside > 1, e.policy.at, engine));
      if (e.policy.one_of_many && out.back().list != nullptr) out.back().list->expect_many();
    }
  }
  return out;
}

void judge_lists(Evidence& e, SignatureEngine& engine) {
  const LedgerFacts& f = *e.facts;
  if (e.crls.empty() && f.lists.empty()) return;
  if (!e.crls.empty()) {
    // The ledger names signers too; for which issuer they sign is judged, not believed.
    std::vector<CertificatePtr> signers = e.crl_signers;
    for (const auto* points : {&f.dac_points, &f.pai_points}) {
      for (const RevocationPoint& point : found(*points)) {
        if (auto signer = parse_certificate(point.crl_signer))
          signers.push_back(std::move(*signer));
      }
    }
    const auto issuers = issuers_of(e, f);
    for (CrlEvidence& list : e.crls) judge_crl(list, issuers, signers, e.policy.at, engine);
  }
  if (e.dac.certificate)
    e.dac_revocation = revocation_of(*e.dac.certificate, ListOf::pai, e.crls, f.lists);
  if (e.pai.certificate)
    e.pai_revocation = revocation_of(*e.pai.certificate, ListOf::paa, e.crls, f.lists);
}

}  // namespace attest
