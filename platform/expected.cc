#include "platform/expected.h"

#include <fmt/format.h>

#include <filesystem>

#include "platform/files.h"
#include "verifier/base/json.h"
#include "verifier/pki/key.h"
#include "verifier/readers/reader.h"
#include "verifier/readers/text/utf16.h"

namespace attest {
namespace {

namespace fs = std::filesystem;

struct Credential {
  const char* key;
  FactId fact;
};
constexpr Credential kCredentials[] = {
    {"dac_cert", FactId::dac}, {"pai_cert", FactId::pai}, {"certification", FactId::cd}};

// The order names these files relative to itself. One that is not there was not handed over; one
// that lies elsewhere is not followed.
void read_credential(const Credential& credential, const Json& value, const fs::path& folder,
                     Device& device) {
  if (value.string() == nullptr || value.string()->empty()) return;
  const fs::path name = fs::path(*value.string()).lexically_normal();
  if (name.is_absolute() || *name.begin() == "..") return;
  const auto file = FileBytes::open((folder / name).string());
  if (!file) return;
  Bytes bytes = to_bytes(file->view());
  if (looks_like_pem(bytes)) {
    PemFile pem = parse_pem(bytes);
    if (pem.blocks.empty()) return;
    bytes = std::move(pem.blocks.front().der);
  }
  device.say(credential.fact, std::move(bytes),
             {.path = (folder / name).string(), .offset = {}, .item = credential.key});
}

void read_credentials(View order, const std::string& path, Device& device) {
  const auto json = parse_json(text(order));
  if (!json) return;
  const Json* matter = json->find("matter");
  if (matter == nullptr) matter = &*json;
  for (const char* group : {"attestation_credentials", "attestation"}) {
    const Json* members = matter->find(group);
    if (members == nullptr) continue;
    for (const Credential& credential : kCredentials) {
      if (const Json* value = members->find(credential.key))
        read_credential(credential, *value, fs::path(path).parent_path(), device);
    }
  }
}

}  // namespace

Result<Device> expected_from(const std::string& path) {
  const auto file = FileBytes::open(path);
  if (!file) return error("--expect: " + file.error().what);
  Reading reading;
  const auto done =
      read_evidence({.path = path, .bytes = file->view(), .base = 0, .member = false}, reading);
  const std::string kind = reading.files.empty() ? "" : reading.files.front().kind;
  if (kind != "cpms-json" && kind != "device-json") {
    const std::string found = done ? "a file of kind " + kind : done.error().what;
    return error(fmt::format(
        "--expect: {}: expected a cpms.json or the keys of device.json, found {}", path, found));
  }
  if (!done) return error(fmt::format("--expect: {}: {}", path, done.error().what));
  if (kind == "cpms-json") {
    const auto utf8 = utf8_of_utf16(file->view());
    read_credentials(utf8 ? View(*utf8) : file->view(), path, reading.device);
  }
  return std::move(reading.device);
}

}  // namespace attest
