#include "audit/authority.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace attest::audit {

using dcl::CachedLedger;
using dcl::CachedRecord;
using dcl::UnreadEntry;

std::string Authority::about() const {
  return fmt::format("{} {}", is_paa ? "PAA" : "PAI", hex_colons(entry.subject_key_id));
}

bool issued(const Authority& paa, const Authority& pai) {
  return paa.is_paa && paa.entry.subject == pai.entry.issuer &&
         (!pai.entry.authority_key_id || *pai.entry.authority_key_id == paa.entry.subject_key_id);
}

std::optional<Authorities> Authorities::read(Auditing& a, dcl::Schema schema) {
  const auto fact = a.ledger.records(schema);
  if (const auto* unknown = std::get_if<Unknown>(&fact)) {
    a.findings.unknown(schema == dcl::Schema::revoked ? rule::certificate_is_not_revoked
                                                      : rule::pai_has_approved_paa,
                       "vendor " + hex_id(a.options.vid), unknown->why);
    return std::nullopt;
  }
  Authorities out(a, schema);
  const auto* found = std::get_if<Found<std::vector<CachedRecord>>>(&fact);
  if (found == nullptr) return out;
  out.list_ = dcl::certificate_list(found->value);
  for (const CachedRecord& record : found->value) {
    const auto entry = dcl::certificate_entry(record.object);
    if (!entry) continue;
    // Where the entry of its issuer cannot be read, it is a PAI for all that is known.
    const auto role = a.ledger.role(record);
    if (role && *role != CachedLedger::Role::paa && *role != CachedLedger::Role::pai) continue;
    for (const dcl::EntryCertificate& one : entry->certificates) {
      auto certificate = parse_certificate(one.certificate.der);
      if (!certificate || !one.certificate.device_attestation) continue;
      const auto& constraints = (*certificate)->basic_constraints.value;
      if (!constraints || !constraints->ca) continue;  // a DAC that somebody put there
      out.all_.push_back({.is_paa = one.certificate.is_root,
                          .entry = one,
                          .certificate = std::move(*certificate)});
    }
  }
  return out;
}

bool Authorities::tell(const UnreadEntry* entry) {
  if (entry == nullptr) return false;
  const std::string about = fmt::format(
      "{} certificate {}", schema_ == dcl::Schema::revoked ? "revoked" : "approved", entry->about);
  if (told_.insert(about).second)
    audit_->findings.unknown(rule::certificates_are_readable, about, entry->why);
  return true;
}

bool Authorities::hides(const Authority& one) {
  return tell(list_.unread_of(one.entry.subject_key_id, one.entry.subject));
}

bool Authorities::hides_issuer_of(const Authority& pai) {
  const auto found =
      std::find_if(list_.unread.begin(), list_.unread.end(), [&](const UnreadEntry& u) {
        const auto& id = pai.entry.authority_key_id;
        return id ? u.may_be(*id, pai.entry.issuer)
                  : !u.subject || equal(*u.subject, pai.entry.issuer);
      });
  return tell(found == list_.unread.end() ? nullptr : &*found);
}

bool Authorities::hides_issuer(const KeyId& id) {
  const auto found = std::find_if(
      list_.unread.begin(), list_.unread.end(),
      [&](const UnreadEntry& u) { return !u.subject_key_id || *u.subject_key_id == id; });
  return tell(found == list_.unread.end() ? nullptr : &*found);
}

void Authorities::tell_of(uint16_t vid) {
  for (const UnreadEntry& entry : list_.unread) {
    // A PAA may name no vendor; of others nobody knows whose they are.
    const bool anybodys = entry.vids.empty() && !(entry.subject && entry.is_root);
    if (entry.vids.contains(vid) || anybodys) tell(&entry);
  }
}

}  // namespace attest::audit
