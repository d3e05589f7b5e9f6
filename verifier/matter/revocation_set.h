// RevocationSet: what the Matter SDK's own commissioners look revoked certificates up in: a JSON
// array, an entry an issuer, as credentials/generate_revocation_set.py writes it. Nothing signs it.
//
// It is asked in two ways. As the SDK does (src/credentials/attestation_verifier,
// TestDACRevocationDelegateImpl.cpp): names, key ids and serial numbers are compared as texts, and
// an entry of the right issuer whose signer does not fit ends the search as "not revoked". And as
// it should be: all entries, key ids and serial numbers as what they are. An entry that cannot be
// read is told of, and the others are read.
#pragma once

#include <memory>
#include <unordered_set>

#include "verifier/base/json.h"
#include "verifier/base/maybe.h"
#include "verifier/pki/certificate.h"

namespace attest {

struct RevocationSetFault {
  size_t entry;
  std::string what;
};

class RevocationSet {
 public:
  struct Entry {
    std::string issuer_name, key_id;  // as they are written
    Bytes issuer_der;                 // read; empty: it cannot be
    Name issuer;                      // points into issuer_der
    MaybeValue<KeyId> id;
    bool whole = true;                        // all of issuer and serial numbers can be read
    std::unordered_set<std::string> written;  // serial numbers as they stand there
    std::unordered_set<std::string> numbers;  // the same as numbers: octets without leading zeros
    // Why the SDK's search ends here: for a certificate of this issuer, for any. Empty: it does
    // not.
    std::string sdk_stops, sdk_breaks;

    Entry() = default;
    Entry(Entry&&) = default;
    Entry& operator=(Entry&&) = default;
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
  };

  struct Answer {
    MaybeValue<size_t> entry;      // that names the certificate
    MaybeValue<size_t> sdk_entry;  // in which the SDK finds it
    std::string sdk_misses;        // why it does not, of one that is named
    bool unclear = false;  // not named, but an entry that may be of its issuer cannot be read
  };
  Answer of(const Certificate& certificate) const;
  // Whether an entry is of its issuer, or may be one.
  bool is_about(const Certificate& certificate) const;
  // Whether `of` may answer anything else for a certificate of the same issuer and authority key id
  // with this serial number instead: one that is named.
  bool names(const Certificate& certificate, View serial) const;

  const std::vector<Entry>& entries() const { return entries_; }
  size_t serials() const;
  // What nobody can read.
  const std::vector<RevocationSetFault>& unreadable() const { return unreadable_; }
  // Where the SDK finds nothing of what an entry names, or not all of it.
  const std::vector<RevocationSetFault>& lost_on_sdk() const { return lost_on_sdk_; }

 private:
  friend Result<std::shared_ptr<const RevocationSet>> parse_revocation_set(std::string_view json);
  void add(const Json& json);
  void read_issuer(const Json& json, size_t index, Entry& entry);
  void read_serials(const Json& json, size_t index, Entry& entry);
  void read_signer(const Json& json, Entry& entry) const;
  void find_hidden();

  std::vector<Entry> entries_;
  std::vector<RevocationSetFault> unreadable_, lost_on_sdk_;
};
using RevocationSetPtr = std::shared_ptr<const RevocationSet>;

inline constexpr size_t kMostRevocationSetBytes = 64u << 20;

// An error: it is no JSON array, or too large. (The SDK takes that for "nothing is revoked".)
Result<RevocationSetPtr> parse_revocation_set(std::string_view json);
// Text that is meant to be one, readable or not.
bool looks_like_revocation_set(View bytes);

// An entry, written as the SDK reads it.
struct RevocationSetIssuer {
  View name;  // DER
  KeyId key_id{};
  View signer, delegator;  // DER; delegator empty: the issuer signs itself
};
Json revocation_set_entry(const RevocationSetIssuer& issuer, const std::vector<Bytes>& serials);

}  // namespace attest
