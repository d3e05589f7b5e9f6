#include <cstring>

#include "codecs/formats.h"
#include "codecs/loader.h"

namespace attest::codecs {
namespace {

class Direct final : public Codecs {
 public:
  Result<void> archive(View bytes, std::span<const std::string> passphrases,
                       const std::function<bool(const ArchiveMember&)>& member) override {
    return codecs::archive(bytes, passphrases, member);
  }
  Result<std::vector<std::string>> picture(View bytes) override { return codecs::picture(bytes); }
  Result<CborItem> cbor(View bytes) override { return codecs::cbor(bytes); }
  Result<QrModules> qr_modules(std::string_view text) override { return codecs::qr_modules(text); }
  Result<Bytes> qr_png(const QrModules& modules, size_t pixels_a_module) override {
    return codecs::qr_png(modules, pixels_a_module);
  }
};

}  // namespace

Codecs& direct() {
  static Direct kept;
  return kept;
}

extern "C" Codecs* matter_attest_codecs(const char* version) {
  return std::strcmp(version, MATTER_ATTEST_VERSION) == 0 ? &direct() : nullptr;
}

}  // namespace attest::codecs
