// FileRole: what a file is to a lot: a device's, a table of devices, or what all devices share.
#pragma once

#include <string>

#include "verifier/base/bytes.h"

namespace attest {

enum class FileRole : uint8_t {
  device,    // evidence about one device
  shared,    // nothing but PAIs, PAAs or certification declarations: of all devices
  manifest,  // a table of devices
  records,   // NDJSON
  archive,   // a zip or tar: its members are files like these
  none,      // nothing known
};
// By its content.
FileRole file_role(const std::string& path, View bytes);
// Of a file that has no role: why.
std::string why_not_used(const std::string& path, View bytes);
// A zip or tar, or anything behind gzip or zstd.
bool is_archive(const std::string& path, View bytes);

}  // namespace attest
