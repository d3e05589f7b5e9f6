// Crl: an X.509 certificate revocation list (RFC 5280 section 5), read without loading its entries into objects: a
// list of a million serials is an index over its bytes.
#pragma once

#include "verifier/pki/certificate.h"
#include "verifier/pki/der.h"

namespace attest {

struct Crl {
  Bytes der;
  View tbs;
  unsigned version = 1;                 // 2 is right
  View signature_algorithm;             // OID content octets
  std::optional<std::array<uint8_t, 64>> ecdsa;
  Name issuer;
  Instant this_update;
  std::optional<Instant> next_update;
  std::optional<Bytes> number;          // CRL number, content octets
  std::optional<KeyId> authority_key_id;
  struct Partition {                    // issuingDistributionPoint
    std::vector<std::string> uris;
    bool indirect = false, only_user = false, only_ca = false, only_attribute = false, only_some_reasons = false;
  };
  std::optional<Partition> partition;
  std::vector<std::string> unknown_critical;   // OIDs of critical extensions not understood, entries included
  size_t entry_count = 0;
  View entries;                         // the revokedCertificates content; empty when there is none

  Crl() = default;
  Crl(const Crl&) = delete;
  Crl& operator=(const Crl&) = delete;
};
using CrlPtr = std::shared_ptr<const Crl>;

Result<CrlPtr> parse_crl(Bytes der);
bool looks_like_crl(View input);

// One entry as it stands. `certificate_issuers` is the content of the GeneralNames that say whose certificate this is,
// in this entry or the last one before it that says so (RFC 5280 5.3.3); empty: the list's own issuer.
struct RevokedItem {
  View serial;
  Instant date;
  std::optional<unsigned> reason;
  View certificate_issuers;
};
// Walks the entries in their order, for whoever builds an index. The list must outlive the walk.
class RevokedWalk {
 public:
  explicit RevokedWalk(const Crl& crl) : entries_(crl.entries) {}
  std::optional<RevokedItem> next();

 private:
  der::Cursor entries_;
  View certificate_issuers_;
};

struct RevokedEntry {
  Instant date;
  std::optional<unsigned> reason;       // reasonCode, when given
};
// Walks the entries for this serial (content octets; leading zeros do not matter). `issuer` is the certificate's
// issuer Name: with an indirect CRL only entries of that certificate issuer count.
std::optional<RevokedEntry> find_revoked(const Crl& crl, View serial, const Name& issuer);

}  // namespace attest
