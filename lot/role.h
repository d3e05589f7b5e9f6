// FileRole: what a file is to a lot: a device's, a table of devices, or what all devices share.
#pragma once

#include <string>
#include <vector>

#include "verifier/base/bytes.h"
#include "verifier/gather/revocation.h"

namespace attest {

enum class FileRole : uint8_t {
  device,  // evidence about one device
  shared,  // nothing but PAIs, PAAs, certification declarations or revocation lists: of all devices
  signer,  // and a certificate that may sign lists: shared where a list beside it is its (Signers)
  manifest,  // a table of devices
  records,   // NDJSON
  archive,   // a zip or tar: its members are files like these
  none,      // nothing known
};
// By its content.
FileRole file_role(const std::string& path, View bytes);
// Tells of files with the role `signer` what they are: shared, where one of the lists among the
// lot's files is such a certificate's, else a device's.
class Signers {
 public:
  void add(const std::string& path, View bytes);  // of a file that is shared: its lists
  FileRole role_of(const std::string& path, View bytes) const;

 private:
  std::vector<CrlEvidence> lists_;
};
// Of a file that has no role: whether it is words or a picture, and no read-out of a device.
bool is_aside(const std::string& path, View bytes);
// Of a file that has no role: why.
std::string why_not_used(const std::string& path, View bytes);
// A zip or tar, or anything behind gzip or zstd.
bool is_archive(const std::string& path, View bytes);

}  // namespace attest
