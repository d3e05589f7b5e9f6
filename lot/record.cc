#include "lot/record.h"

#include <fmt/format.h>

#include "verifier/crypto/crypto.h"
#include "verifier/readers/tables/device_json.h"

namespace attest {
namespace {

constexpr size_t kMostIdBytes = 256;
constexpr std::string_view kOwnKeys[] = {"id", "dac", "pai", "cd", "paa"};

struct Credential {
  const char* key;
  FactId fact;
};
constexpr Credential kCredentials[] = {
    {"dac", FactId::dac}, {"pai", FactId::pai}, {"cd", FactId::cd}, {"paa", FactId::paa}};

Result<void> read_id(const Json& json, LotRecord& record) {
  const Json* id = json.find("id");
  if (id == nullptr || id->is_null()) return {};
  const std::string* string = id->string();
  const Json::Number* number = id->number();
  if (string == nullptr && number == nullptr)
    return error(fmt::format("id: expected a string or a number, found {}", id->kind()));
  const std::string& name = string != nullptr ? *string : number->text;
  if (name.size() > kMostIdBytes)
    return error(fmt::format("id: expected at most {} bytes, found {}", kMostIdBytes, name.size()));
  record.id = dump(*id);
  if (!name.empty()) record.name = name;
  return {};
}

void read_credential(const Credential& credential, const Json& json, const std::string& path,
                     Reading& reading) {
  const Json* value = json.find(credential.key);
  if (value == nullptr || value->is_null()) return;
  const Place place{.path = path, .offset = {}, .item = credential.key};
  const std::string* string = value->string();
  if (string != nullptr && string->empty()) return;  // "" is "not given"
  if (string == nullptr) {
    reading.device.damaged(place, credential.key,
                           fmt::format("expected base64 of DER, found {}", value->kind()));
    return;
  }
  auto der = from_base64(*string);
  if (!der) {
    reading.device.damaged(place, credential.key, der.error().what);
    return;
  }
  reading.holds(credential.key);
  reading.device.say(credential.fact, std::move(*der), place);
}

}  // namespace

Result<LotRecord> read_record(std::string_view line, const std::string& unnamed, bool list_file) {
  const auto json = parse_json(line);
  if (!json) return tl::unexpected(json.error());
  if (!json->is_object())
    return error(fmt::format("expected a JSON object, found {}", json->kind()));
  LotRecord record;
  record.name = unnamed;
  if (auto id = read_id(*json, record); !id) return tl::unexpected(id.error());
  EvidenceFile file{
      .path = unnamed, .kind = "device-json", .sha256 = {}, .size = line.size(), .holds = {}};
  if (list_file) {
    file.sha256 = sha256(view(line));
    record.reading.current = &file;
  }
  record.reading.device.statements.reserve(16);
  for (const Credential& credential : kCredentials)
    read_credential(credential, *json, unnamed, record.reading);
  read_device_json(*json, unnamed, record.reading, kOwnKeys);
  record.reading.current = nullptr;
  if (list_file) record.reading.files.push_back(std::move(file));
  return record;
}

}  // namespace attest
