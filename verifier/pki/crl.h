// Crl: an X.509 certificate revocation list (RFC 5280 section 5), read without loading its entries
// into objects: a list of a million serials is an index over its bytes.
#pragma once

#include "verifier/base/maybe.h"
#include "verifier/pki/certificate.h"
#include "verifier/pki/der.h"

namespace attest {

struct Crl {
  std::shared_ptr<const void> owner;  // of the bytes that every View here points into
  View der;
  View tbs;
  unsigned version = 1;      // 2 is right
  View signature_algorithm;  // OID content octets
  bool same_algorithm =
      true;        // as the signed part names it, parameters included (RFC 5280 5.1.1.2)
  View signature;  // content of the BIT STRING
  MaybeValue<std::array<uint8_t, 64>> ecdsa;
  Name issuer;
  Instant this_update;
  MaybeValue<Instant> next_update;
  MaybeValue<Bytes> number;  // CRL number, content octets
  MaybeValue<KeyId> authority_key_id;
  struct Partition {  // issuingDistributionPoint
    std::vector<std::string> uris;
    bool indirect = false, only_user = false, only_ca = false, only_attribute = false,
         only_some_reasons = false;
  };
  MaybeValue<Partition> partition;
  bool delta = false;  // deltaCRLIndicator: it tells what changed since another list
  std::vector<std::string>
      unknown_critical;  // OIDs of critical extensions not understood, entries included
  size_t entry_count = 0;
  View entries;  // the revokedCertificates content; empty when there is none
  // The first thing that is encoded otherwise than it must be. Only salvage_crl leaves it: what the
  // list's signer revoked stays revoked.
  MaybeValue<Error> damage;

  Crl() = default;
  Crl(const Crl&) = delete;
  Crl& operator=(const Crl&) = delete;
};
using CrlPtr = std::shared_ptr<const Crl>;

Result<CrlPtr> parse_crl(Bytes der);
Result<CrlPtr> parse_crl(View der, std::shared_ptr<const void> owner);
// As parse_crl, but a fault that leaves issuer, serial numbers and signature readable is no error:
// it stands in `damage`. An entry whose serial number cannot be read is left out.
Result<CrlPtr> salvage_crl(Bytes der);
Result<CrlPtr> salvage_crl(View der, std::shared_ptr<const void> owner);
bool looks_like_crl(View input);

// What a walk over all entries finds out, kept beside a list so that it can be opened again without
// that walk.
struct CrlSummary {
  size_t entry_count = 0;
  std::vector<std::string> unknown_critical;
};
// A list that parse_crl has read before: everything but its entries is read again.
Result<CrlPtr> reopen_crl(View der, std::shared_ptr<const void> owner, const CrlSummary& summary);

// One entry as it stands. `certificate_issuers` is the content of the GeneralNames that say whose
// certificate this is, in this entry or the last one before it that says so (RFC 5280 5.3.3);
// empty: none does.
struct RevokedItem {
  View whole;
  View serial;
  Instant date;
  MaybeValue<unsigned> reason;
  View certificate_issuers;
  bool names_issuers = false;  // this entry does so itself
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

// The entry that begins at this byte of the list; its certificate issuers are its own only.
// nullopt: none does.
std::optional<RevokedItem> revoked_item_at(const Crl& crl, size_t offset);

// Serials are compared without the leading zeros that some write.
View without_leading_zeros(View serial);
// Does this entry speak of certificates of this issuer? One that names none speaks of the authority
// for which the list was published, whoever signed it: so the Matter SDK's tools write and read
// lists. Behind an entry that names another issuer the two readings part: by RFC 5280 5.3.3 it is
// that one's still, by the SDK the authority's again.
enum class SpeaksOf : uint8_t { other, unsaid, this_one };
SpeaksOf speaks_of(const RevokedItem& item, const Name& issuer);

inline constexpr unsigned kRemoveFromCrl = 8;  // reasonCode, RFC 5280 5.3.1

struct RevokedEntry {
  Instant date;
  MaybeValue<unsigned> reason;  // reasonCode, when given
  bool unsaid = false;          // whether it speaks of this issuer is not said
};
// Walks the entries for this serial (content octets; leading zeros do not matter). `issuer` is the
// certificate's issuer Name: an entry that names other certificate issuers does not count. Only a
// delta list takes a revocation back (removeFromCRL); in a complete one that is an entry like
// others.
std::optional<RevokedEntry> find_revoked(const Crl& crl, View serial, const Name& issuer);

}  // namespace attest
