// Ustar: a few small files in one, as POSIX 1003.1 writes them: tar lists and unpacks it. Only what
// a bundle needs, and only one way to write it: regular files, owner 0, mode 0644, time 0, short
// names, no compression. Reading writes again and compares, so that no byte of an archive (headers,
// padding, end) can differ from the one way and be accepted. libarchive, which the codecs have,
// reads leniently by design and would let most of these bytes vary.
#pragma once

#include "verifier/base/bytes.h"

namespace attest {

struct TarMember {
  std::string name;  // 1 to 99 of a-z 0-9 . - _ (and upper case)
  Bytes content;

  bool operator==(const TarMember&) const = default;
};

inline constexpr size_t kMaxUstarMembers = 64;
inline constexpr size_t kMaxUstarBytes = 64u << 20;

Bytes write_ustar(const std::vector<TarMember>& members);
Result<std::vector<TarMember>> read_ustar(View archive);

}  // namespace attest
