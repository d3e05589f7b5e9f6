#include "codecs/loader.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <atomic>
#include <filesystem>
#include <mutex>

namespace attest {
namespace {

constexpr const char* kModule = "matter-attest-codecs.so";

std::vector<std::filesystem::path> places(const char* module, const char* built_in) {
  std::error_code failed;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed) return {};
  const auto folder = program.parent_path();
  return {folder / module, folder / built_in / module,
          folder.parent_path() / "lib" / "matter-attest" / module,
          folder.parent_path() / built_in / module};
}

Result<Codecs*> load() {
  const auto symbol = module_symbol(kModule, "codecs", "matter_attest_codecs");
  if (!symbol) return tl::unexpected(symbol.error());
  Codecs* codecs = reinterpret_cast<Codecs* (*)(const char*)>(*symbol)(MATTER_ATTEST_VERSION);
  if (codecs == nullptr)
    return error(fmt::format("{} belongs to another version of matter-attest", kModule));
  return codecs;
}

class Loaded final : public Codecs {
 public:
  Result<void> archive(View bytes, std::span<const std::string> passphrases,
                       const std::function<bool(const ArchiveMember&)>& member) override {
    const auto& codecs = module();
    if (!codecs) return tl::unexpected(codecs.error());
    return (*codecs)->archive(bytes, passphrases, member);
  }
  Result<std::vector<std::string>> picture(View bytes) override {
    const auto& codecs = module();
    if (!codecs) return tl::unexpected(codecs.error());
    return (*codecs)->picture(bytes);
  }
  Result<CborItem> cbor(View bytes) override {
    const auto& codecs = module();
    if (!codecs) return tl::unexpected(codecs.error());
    return (*codecs)->cbor(bytes);
  }
  Result<QrModules> qr_modules(std::string_view text) override {
    const auto& codecs = module();
    if (!codecs) return tl::unexpected(codecs.error());
    return (*codecs)->qr_modules(text);
  }
  Result<Bytes> qr_png(const QrModules& modules, size_t pixels_a_module) override {
    const auto& codecs = module();
    if (!codecs) return tl::unexpected(codecs.error());
    return (*codecs)->qr_png(modules, pixels_a_module);
  }

  const Result<Codecs*>& module() {
    std::call_once(once_, [this] {
      codecs_ = load();
      asked_ = true;
    });
    return codecs_;
  }
  std::optional<Error> missing() const {
    return asked_ && !codecs_ ? std::optional(codecs_.error()) : std::nullopt;
  }

 private:
  std::once_flag once_;
  std::atomic<bool> asked_ = false;
  Result<Codecs*> codecs_ = error("not loaded");
};

Loaded& loaded() {
  static Loaded kept;
  return kept;
}

}  // namespace

Result<void*> module_symbol(const char* module, const char* folder, const char* symbol) {
  std::string tried;
  for (const auto& path : places(module, folder)) {
    std::error_code failed;
    if (!std::filesystem::exists(path, failed)) {
      tried += (tried.empty() ? "" : ", ") + path.string();
      continue;
    }
    void* opened = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (opened == nullptr)
      return error(fmt::format("{} cannot be loaded: {}", path.string(), dlerror()));
    void* found = dlsym(opened, symbol);
    if (found == nullptr)
      return error(fmt::format("{} belongs to another version of matter-attest", path.string()));
    return found;
  }
  return error(fmt::format("{} is not installed; looked for {}", module, tried));
}

Codecs& loaded_codecs() {
  return loaded();
}

std::optional<Error> codecs_missing() {
  return loaded().missing();
}

Result<void> codecs_there() {
  const auto& codecs = loaded().module();
  if (!codecs) return tl::unexpected(codecs.error());
  return {};
}

}  // namespace attest
