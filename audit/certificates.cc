// PAA and PAI of a vendor, and the revocation lists of each: approved, in date, with a list that
// can be used.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "audit/findings.h"
#include "verifier/gather/revocation.h"
#include "verifier/trust.h"

namespace attest::audit {
namespace {

using dcl::CachedRecord;
using dcl::EntryCertificate;

constexpr int64_t kDay = 86'400, kSoon = 2 * kDay;

struct Authority {
  bool is_paa = false;
  EntryCertificate entry;
  CertificatePtr certificate;

  std::string about() const {
    return fmt::format("{} {}", is_paa ? "PAA" : "PAI", hex_colons(entry.subject_key_id));
  }
  bool is_of(uint16_t vid) const { return entry.certificate.vid == vid || entry.named_vid == vid; }
};

bool entry_names(const Json& object, uint16_t vid) {
  const Json* certs = object.find("certs");
  if (certs == nullptr || certs->array() == nullptr) return false;
  return std::any_of(certs->array()->begin(), certs->array()->end(), [&](const Json& one) {
    const Json* value = one.find("vid");
    return value != nullptr && value->natural() == vid;
  });
}

// All PAAs and PAIs of a list. An entry that cannot be read costs whom it names.
std::optional<std::vector<Authority>> authorities(Auditing& a, dcl::Schema schema) {
  const std::string about = "vendor " + hex_id(a.options.vid);
  const auto fact = a.ledger.records(schema);
  if (const auto* unknown = std::get_if<Unknown>(&fact)) {
    a.findings.unknown(schema == dcl::Schema::revoked ? rule::certificate_is_not_revoked
                                                      : rule::pai_has_approved_paa,
                       about, unknown->why);
    return std::nullopt;
  }
  std::vector<Authority> out;
  const auto* found = std::get_if<Found<std::vector<CachedRecord>>>(&fact);
  if (found == nullptr) return out;
  for (const CachedRecord& record : found->value) {
    const auto role = a.ledger.role(record);
    const auto entry = dcl::certificate_entry(record.object);
    const bool readable = role && entry && entry->unread.empty();
    if (!readable && entry_names(record.object, a.options.vid))
      a.findings.unknown(rule::pai_has_approved_paa, about,
                         !entry  ? entry.error().what
                         : !role ? role.error().what
                                 : entry->unread.front().why);
    if (!entry || !role) continue;
    if (*role != dcl::CachedLedger::Role::paa && *role != dcl::CachedLedger::Role::pai) continue;
    for (const EntryCertificate& one : entry->certificates) {
      auto certificate = parse_certificate(one.certificate.der);
      if (!certificate || !one.certificate.device_attestation) continue;
      const auto& constraints = (*certificate)->basic_constraints.value;
      if (!constraints || !constraints->ca) continue;  // a DAC that somebody put there
      out.push_back({.is_paa = one.certificate.is_root,
                     .entry = one,
                     .certificate = std::move(*certificate)});
    }
  }
  return out;
}

bool issued(const Authority& paa, const Authority& pai) {
  return paa.is_paa && paa.entry.subject == pai.entry.issuer &&
         (!pai.entry.authority_key_id || *pai.entry.authority_key_id == paa.entry.subject_key_id);
}

void audit_dates(Auditing& a, const Authority& one) {
  const Instant from = one.certificate->not_before, until = one.certificate->not_after;
  if (from <= a.options.at && a.options.at <= until)
    return a.findings.pass(rule::certificate_is_in_date, one.about());
  a.findings.fail(
      rule::certificate_is_in_date, one.about(),
      from > a.options.at ? "the certificate is not valid yet" : "the certificate has ended",
      "valid at " + rfc3339(a.options.at), fmt::format("{} to {}", rfc3339(from), rfc3339(until)));
}

// The revocation points of the ledger, sorted by what they say they are for.
class Points {
 public:
  explicit Points(Auditing& a) : a_(a) {}

  // Of an approved issuer.
  void of(const Authority& issuer) {
    const auto fact = a_.ledger.revocation_points(issuer.entry.subject_key_id);
    if (const auto* unknown = std::get_if<Unknown>(&fact))
      return a_.findings.unknown(rule::revocation_is_published, issuer.about(), unknown->why);
    std::vector<RevocationPoint> points;
    if (const auto* found = std::get_if<Found<std::vector<RevocationPoint>>>(&fact))
      points = found->value;
    std::erase_if(points, [&](const RevocationPoint& p) { return p.is_paa != issuer.is_paa; });
    if (points.empty())
      return a_.findings.fail(rule::revocation_is_published, issuer.about(),
                              "nobody publishes what this issuer has revoked", "a revocation point",
                              "none");
    a_.findings.pass(rule::revocation_is_published, issuer.about());
    const auto named = list_issuer_of(issuer);
    if (!named) return;
    for (const RevocationPoint& point : points) {
      const auto beside = std::count_if(points.begin(), points.end(), [&](const auto& p) {
        return p.vid == point.vid && p.pid == point.pid;
      });
      judge(point, *named, beside > 1);
    }
  }

  // What else this vendor publishes: for issuers that the ledger does not have, or other vendors'.
  void others_of_vendor(const std::vector<Authority>& approved) {
    const auto fact = a_.ledger.records(dcl::Schema::revocation_point);
    const auto* found = std::get_if<Found<std::vector<CachedRecord>>>(&fact);
    if (const auto* unknown = std::get_if<Unknown>(&fact))
      a_.findings.unknown(rule::revocation_is_published, "vendor " + hex_id(a_.options.vid),
                          unknown->why);
    if (found == nullptr) return;
    for (const CachedRecord& record : found->value) {
      const Json* vid = record.object.find("vid");
      if (vid == nullptr || vid->natural() != a_.options.vid) continue;
      const auto point = dcl::revocation_point_of(record.object);
      if (!point) {
        a_.findings.unknown(rule::revocation_list_is_usable,
                            "revocation point " + printable(record.key), point.error().what);
        continue;
      }
      if (!judged_.contains(name_of(*point))) other(*point, approved);
    }
  }

 private:
  static std::string name_of(const RevocationPoint& point) {
    return fmt::format("revocation point {} \"{}\"", hex_upper(point.issuer_subject_key_id),
                       printable(point.label));
  }
  std::optional<ListIssuer> list_issuer_of(const Authority& issuer) {
    if (!issuer.is_paa) return list_issuer(*issuer.certificate);
    auto paa = paa_from(issuer.certificate, Origin::ledger, "the ledger");
    if (!paa) {
      a_.findings.unknown(rule::revocation_list_is_usable, issuer.about(), paa.error().what);
      return std::nullopt;
    }
    kept_.push_back(std::make_unique<Paa>(std::move(*paa)));
    const uint16_t assigned = issuer.entry.certificate.vid;
    return list_issuer(*kept_.back(),
                       assigned == 0 ? std::nullopt : std::optional<uint16_t>(assigned));
  }
  // Its issuer is on the ledger, or is the signer or the delegator that it names.
  void other(const RevocationPoint& point, const std::vector<Authority>& approved) {
    for (const Authority& one : approved) {
      if (one.entry.subject_key_id != point.issuer_subject_key_id || one.is_paa != point.is_paa)
        continue;
      if (const auto named = list_issuer_of(one)) judge(point, *named, false);
      return;
    }
    for (const Bytes* der : {&point.crl_signer, &point.crl_signer_delegator}) {
      auto certificate = parse_certificate(*der);
      if (!certificate || (*certificate)->skid() != point.issuer_subject_key_id || point.is_paa)
        continue;
      others_.push_back(std::move(*certificate));
      return judge(point, list_issuer(*others_.back()), false);
    }
    a_.findings.fail(rule::revocation_point_is_its_issuers, name_of(point),
                     "the point names an issuer that is not approved, and a signer of another one",
                     "the key id of its signer, or of the PAI that delegated to it",
                     hex_colons(point.issuer_subject_key_id));
  }

  void judge(const RevocationPoint& point, const ListIssuer& issuer, bool partitioned) {
    const std::string about = name_of(point);
    judged_.insert(about);
    std::string unavailable;
    const CrlEvidence list = judge_point(
        point,
        [&]() -> Fact<RevokedListPtr> {
          auto fact = a_.ledger.crl(point);
          if (const auto* unknown = std::get_if<Unknown>(&fact)) unavailable = unknown->why;
          return fact;
        },
        issuer, partitioned, a_.options.at, a_.options.engine);
    if (list.foreign)
      return a_.findings.fail(rule::revocation_point_is_its_issuers, about, list.problem,
                              "a signer of the issuer's", "another's");
    a_.findings.pass(rule::revocation_point_is_its_issuers, about);
    const std::string where = dcl::shown_url(point.data_url);
    if (!unavailable.empty()) {
      a_.findings.unknown(rule::revocation_list_is_usable, about,
                          fmt::format("{}: {}", where, unavailable));
      return a_.findings.blocked(rule::revocation_list_is_current, about,
                                 rule::revocation_list_is_usable);
    }
    const Crl* crl = list.list == nullptr ? nullptr : &list.list->crl();
    const bool over = crl != nullptr && crl->next_update && *crl->next_update < a_.options.at;
    const std::string problem = list.problem.empty() ? list.gap : list.problem;
    // That it is no longer in force is told below.
    if (crl == nullptr || !list.authentic || (!problem.empty() && !over)) {
      a_.findings.fail(
          rule::revocation_list_is_usable, about,
          fmt::format("{}: {}", where, problem.empty() ? "it is not its issuer's" : problem),
          "a list of this issuer that clears whom it does not name", "another");
      return a_.findings.blocked(rule::revocation_list_is_current, about,
                                 rule::revocation_list_is_usable);
    }
    a_.findings.pass(rule::revocation_list_is_usable, about);
    judge_age(about, where, *crl);
  }

  void judge_age(const std::string& about, const std::string& where, const Crl& crl) {
    const std::string age =
        fmt::format("{}: of {}, {} days old, {} serials", where, rfc3339(crl.this_update),
                    (a_.options.at.seconds - crl.this_update.seconds) / kDay, crl.entry_count);
    if (!crl.next_update)
      return a_.findings.warn(rule::revocation_list_is_current, about,
                              age + "; it does not say when the next is due", "a nextUpdate",
                              "none");
    const std::string due = rfc3339(*crl.next_update);
    if (*crl.next_update < a_.options.at)
      return a_.findings.fail(rule::revocation_list_is_current, about,
                              fmt::format("{}; the next was due {}", age, due),
                              "due after " + rfc3339(a_.options.at), due);
    if (crl.next_update->seconds - a_.options.at.seconds < kSoon)
      return a_.findings.warn(rule::revocation_list_is_current, about,
                              fmt::format("{}; the next is due {}", age, due),
                              "two days or more left", due);
    a_.findings.pass(rule::revocation_list_is_current, about,
                     fmt::format("{}, next due {}", age, due));
  }

  Auditing& a_;
  std::set<std::string> judged_;
  std::vector<std::unique_ptr<Paa>> kept_;  // list_issuer points into them
  std::vector<CertificatePtr> others_;
};

}  // namespace

void audit_certificates(Auditing& a) {
  const uint16_t vid = a.options.vid;
  const auto approved = authorities(a, dcl::Schema::certificate);
  const auto revoked = authorities(a, dcl::Schema::revoked);
  std::vector<const Authority*> issuers;  // the vendor's, and the PAAs above them
  const auto add = [&](const Authority& one) {
    if (std::find(issuers.begin(), issuers.end(), &one) == issuers.end()) issuers.push_back(&one);
  };
  if (approved) {
    for (const Authority& one : *approved) {
      if (!one.is_of(vid)) continue;
      add(one);
      audit_dates(a, one);
      if (one.is_paa) continue;
      bool found = false;
      for (const Authority& paa : *approved) {
        if (!issued(paa, one)) continue;
        found = true;
        add(paa);
      }
      if (found) {
        a.findings.pass(rule::pai_has_approved_paa, one.about());
        continue;
      }
      const bool gone = revoked && std::any_of(revoked->begin(), revoked->end(),
                                               [&](const auto& r) { return issued(r, one); });
      a.findings.fail(rule::pai_has_approved_paa, one.about(),
                      gone ? "its PAA was revoked" : "its PAA is not approved", "an approved PAA",
                      one.entry.authority_key_id ? hex_colons(*one.entry.authority_key_id)
                                                 : "none that it names by key id");
    }
    if (issuers.empty())
      a.findings.skipped(rule::pai_has_approved_paa, "vendor " + hex_id(vid),
                         "the ledger has no PAA or PAI of this vendor (a PAI need not be there)");
  }
  if (revoked) {
    for (const Authority& one : *revoked) {
      if (one.is_of(vid))
        a.findings.fail(rule::certificate_is_not_revoked, one.about(), "it was revoked", "approved",
                        "revoked");
    }
  }
  if (!approved) return;
  for (const Authority* one : issuers) {
    if (revoked && std::none_of(revoked->begin(), revoked->end(), [&](const Authority& r) {
          return r.entry.certificate.der == one->entry.certificate.der;
        }))
      a.findings.pass(rule::certificate_is_not_revoked, one->about());
  }
  Points points(a);
  std::set<KeyId> seen;
  for (const Authority* one : issuers) {
    if (seen.insert(one->entry.subject_key_id).second) points.of(*one);
  }
  points.others_of_vendor(*approved);
}

}  // namespace attest::audit
