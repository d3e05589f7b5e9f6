// What stands behind Codecs, one file a format.
#pragma once

#include "verifier/readers/codecs.h"

namespace attest::codecs {

Result<void> archive(View bytes, std::span<const std::string> passphrases,
                     const std::function<bool(const ArchiveMember&)>& member);
Result<std::vector<std::string>> picture(View bytes);
Result<CborItem> cbor(View bytes);
Result<QrModules> qr_modules(std::string_view text);
Result<Bytes> qr_png(const QrModules& modules, size_t pixels_a_module);

}  // namespace attest::codecs
