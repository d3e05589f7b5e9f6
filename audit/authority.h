// Authorities: the PAAs and PAIs of a list of the ledger, and what of that list cannot be read: an
// entry that cannot be read may be anybody's whom its key does not exclude. It is told once, and
// whatever hangs on it is blocked by that.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "audit/findings.h"
#include "dcl/certificate_list.h"
#include "verifier/gather/revocation.h"

namespace attest::audit {

struct Authority {
  bool is_paa = false;
  dcl::EntryCertificate entry;
  CertificatePtr certificate;

  std::string about() const;  // "PAA 6A:FD:…"
  bool is_of(uint16_t vid) const { return entry.certificate.vid == vid || entry.named_vid == vid; }
  bool names_no_vendor() const { return entry.certificate.vid == 0 && !entry.named_vid; }
};
// Going by names and key ids.
bool issued(const Authority& paa, const Authority& pai);

class Authorities {
 public:
  // Nullopt: the list is not known, which is told.
  static std::optional<Authorities> read(Auditing& audit, dcl::Schema schema);

  const std::vector<Authority>& all() const { return all_; }
  bool holds(const Authority& one) const {
    return list_.certificates.contains(one.entry.certificate.der);
  }
  // An entry that cannot be read and keeps us from knowing: whether this certificate is in the
  // list, who issued this PAI, whether an issuer of this key id is. It is told. False: nothing
  // does.
  bool hides(const Authority& one);
  bool hides_issuer_of(const Authority& pai);
  bool hides_issuer(const KeyId& id);
  // Tells what may be this vendor's.
  void tell_of(uint16_t vid);

 private:
  Authorities(Auditing& audit, dcl::Schema schema) : audit_(&audit), schema_(schema) {}
  bool tell(const dcl::UnreadEntry* entry);

  Auditing* audit_;
  dcl::Schema schema_;
  std::vector<Authority> all_;
  dcl::CertificateList list_;
  std::set<std::string> told_;
};

// What a PAA publishes of the PAIs that it revoked.
struct PaaLists {
  std::vector<CrlEvidence> lists;
  // What keeps us from knowing whom they name: the rule that tells it. Null: nothing.
  const AuditRule* hindered = nullptr;
};
// By the PAA's key id. (revocation_points.cc)
std::map<KeyId, PaaLists> audit_revocation_points(Auditing& audit,
                                                  const std::vector<const Authority*>& issuers,
                                                  Authorities& approved);

}  // namespace attest::audit
