// CertificateList: a whole list of approved or revoked certificates: what of it can be read, and
// whom that which cannot be read may be about. An entry that cannot be read says neither that a
// certificate was revoked nor that it was not.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dcl/cache.h"

namespace attest::dcl {

struct UnreadEntry {
  // As the entry is filed, or as its PEM says where that is another; nullopt: not even that can be
  // read, and it may be about any.
  std::optional<KeyId> subject_key_id;
  std::optional<Bytes> subject;
  std::set<uint16_t> vids;  // that the entry, its subject or its PEM name
  bool is_root = false;     // as the entry says of all of its certificates
  std::string about, why;   // "6A:FD:…"

  bool may_be(const KeyId& id, View other_subject) const {
    return (!subject_key_id || *subject_key_id == id) &&
           (!subject || equal(*subject, other_subject));
  }
};

struct CertificateList {
  std::set<Bytes> certificates;  // DER of all that can be read
  std::vector<UnreadEntry> unread;

  // What keeps us from knowing whether this certificate is in the list; null: nothing.
  const UnreadEntry* unread_of(const KeyId& id, View subject) const;
};

CertificateList certificate_list(const std::vector<CachedRecord>& records);

}  // namespace attest::dcl
