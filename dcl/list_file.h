// ListFile: a revocation list, its index and what is known of its download, in one file of the
// cache. The file is mapped and not read: a lookup touches a few of its pages, whatever the list's
// size, and each page is compared with its digest when it is first touched, so that a file that
// rotted is noticed. Written beside its place and then put there, so whoever opens it sees the old
// one or the new one.
//
//   "MACRL\0\0\2" · length of the head, 4 octets · of the sums, 4 octets · SHA-256 of head and sums
//   head (JSON) · sums (8 octets of the SHA-256 of each page) · to the next page · the list (DER)
//   and its index
#pragma once

#include <atomic>

#include "dcl/download.h"
#include "verifier/pki/crl_index.h"

namespace attest::dcl {

// A whole file in memory without being read, and the page digests it was written with. Unmapped
// with its last user.
class MappedFile {
 public:
  // An error names the path. Regular files only.
  static Result<std::shared_ptr<MappedFile>> open(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  View view() const { return view_; }
  Instant modified() const { return modified_; }

 private:
  MappedFile() = default;
  View view_;
  Instant modified_;
};

// What was downloaded, as it was served.
struct ListSource {
  std::string url;
  Validators validators;
  uint64_t size = 0;         // of the file as served: DER or PEM
  uint32_t digest_type = 0;  // 0: none was asked for
  std::string digest;        // base64, as the ledger writes it
};

struct ListFile {
  ListSource source;
  RevokedListPtr list;
  Instant fetched_at;  // when the server last said that it is the newest

  // nullopt: there is none. An error: what is there cannot be used.
  static Result<std::optional<ListFile>> open(const std::string& path);
  static Result<void> write(const std::string& path, const ListSource& source,
                            const RevokedList& list, Instant now);
  // The same list, seen again.
  static void touch(const std::string& path, Instant now);
};

}  // namespace attest::dcl
