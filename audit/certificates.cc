// PAA and PAI of a vendor: approved, in date, not revoked.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "audit/authority.h"
#include "dcl/network.h"

namespace attest::audit {
namespace {

void audit_dates(Auditing& a, const Authority& one) {
  const Instant from = one.certificate->not_before, until = one.certificate->not_after;
  if (from <= a.options.at && a.options.at <= until)
    return a.findings.pass(rule::certificate_is_in_date, one.about());
  a.findings.fail(
      rule::certificate_is_in_date, one.about(),
      from > a.options.at ? "the certificate is not valid yet" : "the certificate has ended",
      "valid at " + rfc3339(a.options.at), fmt::format("{} to {}", rfc3339(from), rfc3339(until)));
}

void audit_issuer(Auditing& a, const Authority& pai, Authorities& approved, Authorities* revoked,
                  const std::function<void(const Authority&)>& add) {
  bool found = false;
  for (const Authority& paa : approved.all()) {
    if (!issued(paa, pai)) continue;
    found = true;
    add(paa);
  }
  if (found) return a.findings.pass(rule::pai_has_approved_paa, pai.about());
  if (approved.hides_issuer_of(pai))
    return a.findings.blocked(rule::pai_has_approved_paa, pai.about(),
                              rule::certificates_are_readable);
  const bool gone =
      revoked != nullptr && std::any_of(revoked->all().begin(), revoked->all().end(),
                                        [&](const auto& r) { return issued(r, pai); });
  a.findings.fail(rule::pai_has_approved_paa, pai.about(),
                  gone ? "its PAA was revoked" : "its PAA is not approved", "an approved PAA",
                  pai.entry.authority_key_id ? hex_colons(*pai.entry.authority_key_id)
                                             : "none that it names by key id");
}

// Whether it is a PAI that names no vendor, below a PAA of this one.
bool is_below(const Authority& pai, const Authorities& approved, uint16_t vid) {
  if (pai.is_paa || !pai.names_no_vendor()) return false;
  return std::any_of(approved.all().begin(), approved.all().end(),
                     [&](const Authority& paa) { return issued(paa, pai) && paa.is_of(vid); });
}

// The vendor's approved PAAs and PAIs, and the PAAs above them.
std::vector<const Authority*> audit_approved(Auditing& a, Authorities& approved,
                                             Authorities* revoked) {
  const uint16_t vid = a.options.vid;
  std::vector<const Authority*> issuers;
  const auto add = [&](const Authority& one) {
    if (std::find(issuers.begin(), issuers.end(), &one) == issuers.end()) issuers.push_back(&one);
  };
  for (const Authority& one : approved.all()) {
    if (!one.is_of(vid) && !is_below(one, approved, vid)) {
      if (!one.is_paa && one.names_no_vendor())
        a.findings.skipped(rule::pai_has_approved_paa, one.about(),
                           "it names no vendor: no device's chain can go through it");
      continue;
    }
    add(one);
    audit_dates(a, one);
    if (!one.is_paa) audit_issuer(a, one, approved, revoked, add);
  }
  return issuers;
}

// What the lists of the PAAs above a PAI say of it.
struct Listed {
  std::string revoked;                  // by which list
  const AuditRule* hindered = nullptr;  // what keeps us from knowing, and is told
  std::string unknown;                  // the same, and is not told yet
};
Listed listed(const Authority& pai, const std::vector<const Authority*>& issuers,
              const std::map<KeyId, PaaLists>& of_paas) {
  Listed out;
  if (pai.is_paa) return out;
  for (const Authority* paa : issuers) {
    if (!issued(*paa, pai)) continue;
    const auto found = of_paas.find(paa->entry.subject_key_id);
    if (found == of_paas.end()) continue;
    const auto state = revocation_of(*pai.certificate, ListOf::paa, {}, found->second.lists);
    if (state.answer == RevocationState::Answer::revoked && out.revoked.empty())
      out.revoked = fmt::format("its PAA revoked it: it stands in the list {}",
                                dcl::shown_url(state.place.path));
    if (out.hindered == nullptr) out.hindered = found->second.hindered;
    if (state.answer == RevocationState::Answer::unknown) out.unknown = state.why;
  }
  return out;
}

void audit_revoked(Auditing& a, const std::vector<const Authority*>& issuers, Authorities& revoked,
                   const std::map<KeyId, PaaLists>& of_paas) {
  std::set<Bytes> told;
  const auto tell = [&](const Authority& one, std::string how = "it was revoked") {
    if (told.insert(one.entry.certificate.der).second)
      a.findings.fail(rule::certificate_is_not_revoked, one.about(), std::move(how), "approved",
                      "revoked");
  };
  for (const Authority& one : revoked.all()) {
    if (one.is_of(a.options.vid)) tell(one);
  }
  for (const Authority* one : issuers) {
    const Listed by_paa = listed(*one, issuers, of_paas);
    if (revoked.holds(*one))
      tell(*one);
    else if (!by_paa.revoked.empty())
      tell(*one, by_paa.revoked);
    else if (revoked.hides(*one))
      a.findings.blocked(rule::certificate_is_not_revoked, one->about(),
                         rule::certificates_are_readable);
    else if (by_paa.hindered != nullptr)
      a.findings.blocked(rule::certificate_is_not_revoked, one->about(), *by_paa.hindered);
    else if (!by_paa.unknown.empty())
      a.findings.unknown(rule::certificate_is_not_revoked, one->about(), by_paa.unknown);
    else
      a.findings.pass(rule::certificate_is_not_revoked, one->about());
  }
}

}  // namespace

void audit_certificates(Auditing& a) {
  auto approved = Authorities::read(a, dcl::Schema::certificate);
  auto revoked = Authorities::read(a, dcl::Schema::revoked);
  if (approved) approved->tell_of(a.options.vid);
  if (revoked) revoked->tell_of(a.options.vid);
  std::vector<const Authority*> issuers;
  if (approved) issuers = audit_approved(a, *approved, revoked ? &*revoked : nullptr);
  std::map<KeyId, PaaLists> of_paas;
  if (approved) of_paas = audit_revocation_points(a, issuers, *approved);
  if (revoked) audit_revoked(a, issuers, *revoked, of_paas);
  if (!approved) return;
  const std::string about = "vendor " + hex_id(a.options.vid);
  const bool any_unread =
      std::any_of(a.report.findings.begin(), a.report.findings.end(),
                  [](const AuditFinding& f) { return f.id == rule::certificates_are_readable.id; });
  if (issuers.empty() && !any_unread)
    return a.findings.skipped(
        rule::pai_has_approved_paa, about,
        "the ledger has no PAA or PAI of this vendor (a PAI need not be there)");
  if (!any_unread && revoked) a.findings.pass(rule::certificates_are_readable, about);
}

}  // namespace attest::audit
