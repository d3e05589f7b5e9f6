// CrlIndex: where a serial number stands in a revocation list, found without walking it. Made in
// one walk and then only looked at, in memory or in a file beside the list; its octets are the same
// on every machine.
//
//   directory  2^b + 1 numbers: where the records of each value of a hash's top b bits begin
//   tags       eight bits of each record's hash
//   records    32 bits more of it, the serial's entry's offset in the list, the offset of the entry
//   that names the
//              certificate issuers in force there (0: none does); like the tags in the order of the
//              hashes
//
// The hash only narrows the search: what counts is the entry. It is a part of SHA-256, so that
// nobody who writes a list can put many serials into one place. Tags stand apart so that a serial
// that is not on the list, as nearly all are, touches little: of a million serials two pages among
// the first 320 of 3,300.
#pragma once

#include <functional>

#include "verifier/base/maybe.h"
#include "verifier/pki/crl.h"

namespace attest {

inline constexpr size_t kMaxCrlBytes = size_t{1} << 30;  // offsets are 32 bits

// Whether these octets, of the list or of its index, are as they were written. Asked before they
// are read.
using IsSound = std::function<bool(View)>;

class CrlIndex {
 public:
  static Bytes build(const Crl& crl);
  // How many octets the index of a list with so many entries has.
  static size_t size_for(size_t entry_count);
  // The views must outlive the index. An error when this is no index of a list with so many
  // entries.
  static Result<CrlIndex> over(View octets, size_t entry_count);

  // The same answer as find_revoked. An error: list or index are damaged.
  Result<std::optional<RevokedEntry>> find(const Crl& crl, View serial, const Name& issuer,
                                           const IsSound& sound = {}) const;
  // What a search reads for a serial that is not on the list: directory and tags.
  View front() const { return front_; }

 private:
  View front_, directory_, tags_, records_;
  unsigned bits_ = 0;
};

// RevokedList: a revocation list and how it is searched. Immutable.
class RevokedList {
 public:
  // Searched by walking: for a list that is asked once or twice.
  explicit RevokedList(CrlPtr crl);
  // Searched by an index made here and kept in memory.
  static RevokedList indexed(CrlPtr crl);
  // Searched by an index that stands where the list's owner keeps it. `tbs_digest`: as it was when
  // the list was read.
  RevokedList(CrlPtr crl, CrlIndex index, const Sha256& tbs_digest, IsSound sound)
      : crl_(std::move(crl)), tbs_digest_(tbs_digest), index_(index), sound_(std::move(sound)) {}

  const Crl& crl() const { return *crl_; }
  const Sha256& tbs_digest() const { return tbs_digest_; }  // that its signature covers
  Result<std::optional<RevokedEntry>> find(View serial, const Name& issuer) const;
  // For who will ask for many: compares now, and in one go, what nearly every search reads, where
  // it was not compared yet. What is damaged is told by the search that meets it.
  void expect_many() const;

 private:
  CrlPtr crl_;
  Sha256 tbs_digest_;
  std::shared_ptr<const Bytes> octets_;  // of an index made here
  MaybeValue<CrlIndex> index_;
  IsSound sound_;
};
using RevokedListPtr = std::shared_ptr<const RevokedList>;

}  // namespace attest
