// Bundle: one file that keeps a verification for later: what was judged, with what, and the report.
// An uncompressed tar (see ustar.h) of
//
//   manifest.json   what made it, and name, size and SHA-256 of every other member but the next and
//   the last manifest.p7s    where it is signed: a detached CMS signature of manifest.json … the
//   members (see case.h) SHA256SUMS      of everything above, for sha256sum -c
//
// A bundle has one way to be written; reading compares with it, so that any changed byte is an
// error. That guards against accidents. Against somebody who writes another bundle, only the
// signature does.
#pragma once

#include "bundle/ustar.h"

namespace attest {

inline constexpr const char* kBundleSchema = "matter-attest/bundle/1";

struct Bundle {
  std::string tool_version;
  std::vector<TarMember> members;
  Bytes signature;  // DER; empty when it is not signed

  const TarMember* find(std::string_view name) const;
};

std::string manifest_text(const Bundle& bundle);  // what is signed
Bytes write_bundle(const Bundle& bundle);
Result<Bundle> read_bundle(View file);

}  // namespace attest
