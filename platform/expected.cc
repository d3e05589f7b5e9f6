#include "platform/expected.h"

#include <fmt/format.h>

#include <filesystem>

#include "platform/files.h"
#include "verifier/base/json.h"
#include "verifier/pki/key.h"
#include "verifier/readers/posture/order.h"
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
void read_credential(const Credential& credential, const Json& value, const std::string& of,
                     const FileBeside& beside, Device& device) {
  if (value.string() == nullptr || value.string()->empty()) return;
  const fs::path name = fs::path(*value.string()).lexically_normal();
  if (name.is_absolute() || *name.begin() == "..") return;
  auto file = beside(name.string());
  if (!file) return;
  Bytes bytes = std::move(*file);
  if (looks_like_pem(bytes)) {
    PemFile pem = parse_pem(bytes);
    if (pem.blocks.empty()) return;
    bytes = std::move(pem.blocks.front().der);
  }
  device.say(
      credential.fact, std::move(bytes),
      {.path = (fs::path(of).parent_path() / name).string(), .offset = {}, .item = credential.key});
}

void read_credentials(View order, const std::string& path, const FileBeside& beside,
                      Device& device) {
  const auto json = parse_json(text(order));
  if (!json) return;
  const Json* matter = json->find("matter");
  if (matter == nullptr) matter = &*json;
  for (const char* group : {"attestation_credentials", "attestation"}) {
    const Json* members = matter->find(group);
    if (members == nullptr) continue;
    for (const Credential& credential : kCredentials) {
      if (const Json* value = members->find(credential.key))
        read_credential(credential, *value, path, beside, device);
    }
  }
}

constexpr const char* kUserConfiguration = "user_configuration.json";

// Keys that the order names as files beside it; one that is not there, or is none, is damage.
void read_key_files(const FileBeside& beside, Device& device) {
  for (OrderedLock& ordered : device.posture.ordered) {
    if ((ordered.key != "signing_keys" && ordered.key != "command_key") ||
        !is_key_file(ordered.value))
      continue;
    const auto file = beside(ordered.value);
    const auto forms = file ? key_forms(*file) : std::nullopt;
    if (forms)
      ordered.value = *forms;
    else
      device.damaged(ordered.place, ordered.place.item,
                     fmt::format("expected a key in PEM in {}, found none", ordered.value));
  }
}

// What Simplicity Commander was given to configure the parts with.
void read_configuration(const std::string& of, const FileBeside& beside, Device& device) {
  const std::string path = (fs::path(of).parent_path() / kUserConfiguration).string();
  const auto file = beside(kUserConfiguration);
  const auto json = file ? parse_json(text(*file)) : Result<Json>(error("none"));
  if (json) read_user_configuration(*json, path, device.posture);
}

}  // namespace

Result<Device> expected_from(const std::string& path) {
  const auto file = FileBytes::open(path);
  if (!file) return error("--expect: " + file.error().what);
  const fs::path folder = fs::path(path).parent_path();
  auto out = expected_from(path, file->view(), [&](const std::string& name) {
    const auto beside = FileBytes::open((folder / name).string());
    return beside ? std::optional(to_bytes(beside->view())) : std::nullopt;
  });
  if (!out) return error("--expect: " + out.error().what);
  return out;
}

Result<Device> expected_from(const std::string& path, View content, const FileBeside& beside) {
  Reading reading;
  const auto done =
      read_evidence({.path = path, .bytes = content, .base = 0, .member = false}, reading);
  const std::string kind = reading.files.empty() ? "" : reading.files.front().kind;
  const bool locks_alone = !done && !reading.device.posture.ordered.empty();
  if (kind != "cpms-json" && kind != "device-json") {
    const std::string found = done ? "a file of kind " + kind : done.error().what;
    return error(
        fmt::format("{}: expected a cpms.json or the keys of device.json, found {}", path, found));
  }
  if (!done && !locks_alone) return error(fmt::format("{}: {}", path, done.error().what));
  if (kind == "cpms-json") {
    const auto utf8 = utf8_of_utf16(content);
    read_credentials(utf8 ? View(*utf8) : content, path, beside, reading.device);
  }
  read_key_files(beside, reading.device);
  read_configuration(path, beside, reading.device);
  return std::move(reading.device);
}

}  // namespace attest
