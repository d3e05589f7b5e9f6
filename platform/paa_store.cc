#include "platform/paa_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "platform/files.h"
#include "platform/trust_files.h"
#include "verifier/base/json.h"

namespace attest {
namespace {

namespace fs = std::filesystem;

Result<std::optional<Instant>> said_by(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return std::nullopt;
  const auto bytes = FileBytes::open(file.string());
  if (!bytes) return tl::unexpected(bytes.error());
  const std::string name = printable(file.string());
  const auto json = parse_json(text(bytes->view()), {.bytes = 16u << 20, .depth = 16});
  if (!json) return within(name, json.error());
  const Json* schema = json->find("schema");
  const std::string* which = schema == nullptr ? nullptr : schema->string();
  if (which == nullptr || *which != kProvenanceSchema) return std::nullopt;  // somebody else's
  const Json* time = json->find("time");
  if (time == nullptr || time->string() == nullptr)
    return error(
        fmt::format("{}: time: expected the time of the ledger's block, found none", name));
  const auto instant = parse_rfc3339(*time->string());
  if (!instant) return within(name + ": time", instant.error());
  return *instant;
}

Instant written(const fs::path& file) {
  std::error_code ignored;
  const auto time = fs::last_write_time(file, ignored);
  if (ignored) return {};
  const auto system = std::chrono::file_clock::to_sys(time);
  return {std::chrono::duration_cast<std::chrono::seconds>(system.time_since_epoch()).count()};
}

}  // namespace

Result<PaaStore> paa_store_from(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored))
    return error(fmt::format("{}: expected a folder of PAA certificates, found {}", printable(path),
                             fs::exists(path, ignored) ? "a file" : "nothing by this name"));
  const auto certificates = trusted_certificates(path);
  if (!certificates) return tl::unexpected(certificates.error());
  if (certificates->found.empty())
    return error(
        fmt::format("{}: expected PAA certificates in the folder, found none", printable(path)));
  const fs::path folder = fs::absolute(path, ignored).lexically_normal();
  const fs::path above =
      (folder.has_filename() ? folder : folder.parent_path()).parent_path() / kProvenanceFile;
  for (const auto& [file, dated_by] : {std::pair(folder / kProvenanceFile, "its provenance.json"),
                                       std::pair(above, "the provenance.json above it")}) {
    const auto said = said_by(file);
    if (!said) return tl::unexpected(said.error());
    if (*said) return PaaStore{.path = path, .as_of = **said, .dated_by = dated_by};
  }
  PaaStore store{.path = path, .as_of = {}, .dated_by = "when its newest file was written"};
  for (const auto& [certificate, name] : certificates->found) {
    const fs::path file(name.substr(0, name.find('!')));  // of an archive: itself
    store.as_of = std::max(store.as_of, written(file));
  }
  return store;
}

}  // namespace attest
