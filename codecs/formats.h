// The three formats behind Codecs, one file each.
#pragma once

#include "verifier/readers/codecs.h"

namespace attest::codecs {

tl::expected<void, Error> archive(View bytes, std::span<const std::string> passphrases,
                                  const std::function<bool(const ArchiveMember&)>& member);
Result<std::vector<std::string>> picture(View bytes);
Result<CborItem> cbor(View bytes);

}  // namespace attest::codecs
