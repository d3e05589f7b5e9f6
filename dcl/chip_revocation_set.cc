#include "dcl/chip_revocation_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "dcl/network.h"
#include "dcl/records.h"
#include "verifier/gather/list_signature.h"
#include "verifier/gather/revocation.h"
#include "verifier/matter/revocation_set.h"
#include "verifier/pki/algorithms.h"

namespace attest::dcl {
namespace {

// The issuer of a point's list, as a certificate of an approved PAA or one below it.
struct Authority {
  CertificatePtr certificate;
  std::shared_ptr<const Paa> paa;  // it is one: views of its ListIssuer point into this
  std::optional<uint16_t> assigned;

  ListIssuer issuer() const {
    return paa ? list_issuer(*paa, assigned) : list_issuer(*certificate);
  }
};

class Writing {
 public:
  Writing(CachedLedger& ledger, Instant at, SignatureEngine& engine)
      : ledger_(ledger), at_(at), engine_(engine) {}

  void add(const CachedRecord& record) {
    ++made.points;
    const auto point = revocation_point_of(record.object);
    if (!point) return leave_out(printable(record.key), point.error().what);
    const std::string name =
        fmt::format("{} ({}, issuer {})", shown_url(point->data_url), printable(point->label),
                    hex_colons(point->issuer_subject_key_id));
    const auto authority = authority_of(*point);
    if (!authority) return leave_out(name, authority.error().what);
    const CrlEvidence list = judge_point(
        *point, [&] { return ledger_.crl(*point); }, authority->issuer(), false, at_, engine_);
    if (!list.problem.empty() || !list.authentic || list.list == nullptr)
      return leave_out(name, list.problem.empty() ? "its signer did not sign it" : list.problem);
    if (list.list->crl().delta)
      return leave_out(name, "it is a delta list: it names only what changed since another");
    write(*point, *authority, list.list->crl(), name);
  }

  ChipRevocationSet made;

 private:
  void leave_out(const std::string& what, const std::string& why) {
    made.left_out.push_back(fmt::format("{}: {}", what, why));
  }

  // An approved PAA of this key id that issued the certificate, or is it.
  Result<Authority> approved(const KeyId& id, const Certificate* below) {
    const auto fact = ledger_.approved_paa(id);
    if (const auto* why = std::get_if<Unknown>(&fact)) return error(why->why);
    const auto* found = std::get_if<Found<std::vector<LedgerCertificate>>>(&fact);
    bool unsupported = false;
    if (found != nullptr) {
      for (const LedgerCertificate& entry : found->value) {
        auto certificate = parse_certificate(entry.der);
        if (!entry.device_attestation || !certificate) continue;
        auto paa = paa_from(*certificate, Origin::ledger, "the ledger");
        const Checked above = below == nullptr ? Checked::verified : issued(*below, **certificate);
        unsupported = unsupported || above == Checked::unsupported;
        if (!paa || above != Checked::verified) continue;
        return Authority{.certificate = *certificate,
                         .paa = std::make_shared<const Paa>(std::move(*paa)),
                         .assigned = entry.vid != 0 ? std::optional(entry.vid) : std::nullopt};
      }
    }
    if (unsupported)
      return error(fmt::format(
          "whether its issuer is under an approved PAA is not known: it is signed with {}, which "
          "no library here checks",
          algorithm_name(below->signature_algorithm)));
    return error(fmt::format("its issuer is under no approved PAA ({})", hex_colons(id)));
  }
  Checked issued(const Certificate& below, const Certificate& paa) {
    const VerifyingKey key(paa);
    if (!same_name(below.issuer, paa.subject) || !key ||
        algorithm_of_signature(below.signature_algorithm) != key.algorithm)
      return Checked::refused;
    const auto job = signature_job(below, key);
    return job ? check(engine_, *job) : Checked::refused;
  }

  // The PAI stands in the point, as who signs or who delegates, or on the ledger.
  std::vector<CertificatePtr> pais_of(const RevocationPoint& point) {
    std::vector<CertificatePtr> out;
    const auto take = [&](const Bytes& der) {
      auto c = parse_certificate(der);
      if (c && (*c)->skid() == point.issuer_subject_key_id && (*c)->basic_constraints.value &&
          (*c)->basic_constraints.value->ca)
        out.push_back(std::move(*c));
    };
    take(point.crl_signer_delegator);
    take(point.crl_signer);
    const auto fact = ledger_.approved_pai(point.issuer_subject_key_id);
    if (const auto* found = std::get_if<Found<std::vector<LedgerCertificate>>>(&fact)) {
      for (const LedgerCertificate& entry : found->value) take(entry.der);
    }
    return out;
  }
  Result<Authority> authority_of(const RevocationPoint& point) {
    if (point.is_paa) return approved(point.issuer_subject_key_id, nullptr);
    std::optional<Error> why;
    for (const CertificatePtr& pai : pais_of(point)) {
      const auto akid = pai->akid();
      if (!akid) continue;
      const auto paa = approved(*akid, pai.get());
      if (paa) return Authority{.certificate = pai, .paa = nullptr, .assigned = {}};
      why = paa.error();
    }
    return why ? Result<Authority>(tl::unexpected(*why))
               : error("the PAI whose list it is stands neither in the point nor on the ledger");
  }

  // The serial numbers that the list says are of this issuer.
  void write(const RevocationPoint& point, const Authority& authority, const Crl& crl,
             const std::string& name) {
    const Certificate& c = *authority.certificate;
    std::vector<Bytes> serials;
    std::unordered_set<std::string> known;
    size_t unsaid = 0, others = 0;
    RevokedWalk walk(crl);
    while (const auto item = walk.next()) {
      const SpeaksOf of = speaks_of(*item, c.subject);
      unsaid += of == SpeaksOf::unsaid;
      others += of == SpeaksOf::other;
      const View number = without_leading_zeros(item->serial);
      if (of == SpeaksOf::this_one && known.insert(std::string(text(number))).second)
        serials.push_back(to_bytes(number));
    }
    if (others != 0)
      leave_out(name, fmt::format("{} of its entries are of another issuer", others));
    if (unsaid != 0)
      leave_out(name, fmt::format("{} of its entries stand behind one of another issuer and do not "
                                  "say whose they are",
                                  unsaid));
    const auto signer = parse_certificate(point.crl_signer);
    const bool delegated = signer && (!equal((*signer)->subject.der, c.subject.der) ||
                                      (*signer)->skid() != point.issuer_subject_key_id);
    Json entry = revocation_set_entry({.name = c.subject.der,
                                       .key_id = point.issuer_subject_key_id,
                                       .signer = point.crl_signer,
                                       .delegator = delegated ? View(c.der) : View()},
                                      serials);
    const auto& entries = *made.set.array();
    if (std::find(entries.begin(), entries.end(), entry) == entries.end())
      made.set.push(std::move(entry));
  }

  CachedLedger& ledger_;
  Instant at_;
  SignatureEngine& engine_;
};

}  // namespace

Result<ChipRevocationSet> chip_revocation_set(CachedLedger& ledger, const std::string& prefix,
                                              Instant at, SignatureEngine& engine) {
  const auto fact = ledger.records(Schema::revocation_point, prefix);
  if (const auto* why = std::get_if<Unknown>(&fact)) return error(why->why);
  Writing writing(ledger, at, engine);
  if (const auto* found = std::get_if<Found<std::vector<CachedRecord>>>(&fact)) {
    for (const CachedRecord& record : found->value) writing.add(record);
  }
  // What we write is what the SDK reads, or it is said.
  if (const auto again = parse_revocation_set(dump(writing.made.set)); again) {
    for (const RevocationSetFault& lost : (*again)->lost_on_sdk())
      writing.made.left_out.push_back(
          fmt::format("entry [{}] is written, and the SDK does not find "
                      "all of it: {}",
                      lost.entry, lost.what));
  }
  return std::move(writing.made);
}

}  // namespace attest::dcl
