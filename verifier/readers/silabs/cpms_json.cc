// cpms.json: what a maker orders from, or exports of, Silicon Labs' provisioning tool. Protocol 2
// groups its keys, version 1 has them flat. Credentials are paths to files that lie beside it; what
// those hold, they say themselves.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/base/json.h"
#include "verifier/readers/factory_item.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/quoted.h"
#include "verifier/readers/tables/device_json.h"
#include "verifier/readers/tables/json_head.h"
#include "verifier/readers/text/beside.h"
#include "verifier/readers/unreadable.h"

namespace attest {
namespace {

constexpr size_t kMost = 1u << 20;

struct Key {
  const char* name;
  std::optional<FactoryItem> item;
};
constexpr Key kKeys[] = {
    {"serial_number", FactoryItem{FactId::serial_number, ItemForm::text}},
    {"vendor_id", FactoryItem{FactId::vendor_id, ItemForm::number}},
    {"vendor_name", FactoryItem{FactId::vendor_name, ItemForm::text}},
    {"product_id", FactoryItem{FactId::product_id, ItemForm::number}},
    {"product_name", FactoryItem{FactId::product_name, ItemForm::text}},
    {"product_label", FactoryItem{FactId::product_label, ItemForm::text}},
    {"product_url", FactoryItem{FactId::product_url, ItemForm::text}},
    {"part_number", FactoryItem{FactId::part_number, ItemForm::text}},
    {"hw_version", FactoryItem{FactId::hardware_version, ItemForm::number}},
    {"hw_version_str", FactoryItem{FactId::hardware_version_string, ItemForm::text}},
    {"manufacturing_date", FactoryItem{FactId::manufacturing_date, ItemForm::text}},
    {"unique_id", FactoryItem{FactId::rotating_id_unique_id, ItemForm::bytes}},
    {"discriminator", FactoryItem{FactId::discriminator, ItemForm::number}},
    {"passcode", FactoryItem{FactId::passcode, ItemForm::number}},
    {"iterations", FactoryItem{FactId::spake2p_iterations, ItemForm::number}},
    {"salt", FactoryItem{FactId::spake2p_salt, ItemForm::base64}},
    {"verifier", FactoryItem{FactId::spake2p_verifier, ItemForm::base64}},
    {"commissioning_flow", FactoryItem{FactId::commissioning_flow, ItemForm::number}},
    {"rendezvous_flags", FactoryItem{FactId::discovery_capabilities, ItemForm::number}},
    {"firmware_info", FactoryItem{FactId::firmware_information, ItemForm::bytes}},
    {"setup_payload", {}},
    {"sw_version", FactoryItem{FactId::software_version, ItemForm::number}},
    {"paa_cert", {}},
    {"paa_key", {}},
    {"cd_cert", {}},
    {"cd_key", {}},
    {"certification", {}},
    {"pai_cert", {}},
    {"pai_key", {}},
    {"dac_cert", {}},
    {"dac_key", {}},
    {"key_id", {}},
    {"key_pass", {}},
    {"pkcs12", {}},
    {"common_name", {}},
    {"test_event_enable_key", {}},
};
constexpr const char* kGroups[] = {
    "instance_info", "commissionable_data", "attestation_credentials",
    "spake2p",       "attestation",         "ota"};

bool is_group(std::string_view name) {
  return std::find(std::begin(kGroups), std::end(kGroups), name) != std::end(kGroups);
}

// The tool writes Python's text of a byte string: b'\xc0\xff"3'. Also read: bare hex.
std::optional<Bytes> python_bytes(std::string_view s) {
  if (s.size() < 3 || s[0] != 'b' || (s[1] != '\'' && s[1] != '"') || s.back() != s[1])
    return std::nullopt;
  s = s.substr(2, s.size() - 3);
  Bytes out;
  while (!s.empty()) {
    if (s[0] != '\\') {
      out.push_back(static_cast<uint8_t>(s[0]));
      s.remove_prefix(1);
      continue;
    }
    if (s.size() < 2) return std::nullopt;
    if (s[1] == 'x') {
      const auto byte = from_hex(s.substr(2, 2));
      if (!byte || byte->size() != 1) return std::nullopt;
      out.push_back((*byte)[0]);
      s.remove_prefix(4);
      continue;
    }
    constexpr std::string_view kEscapes = "n\nr\rt\t\\\\'\'\"\"";
    size_t i = 0;
    while (i < kEscapes.size() && kEscapes[i] != s[1]) i += 2;
    if (i >= kEscapes.size()) return std::nullopt;
    out.push_back(static_cast<uint8_t>(kEscapes[i + 1]));
    s.remove_prefix(2);
  }
  return out;
}

void read_member(const Key& key, const Json& value, const Place& place, Reading& reading) {
  const auto damaged = [&](const std::string& problem) {
    say_unreadable(reading.device, key.item->fact, place, key.name, problem);
  };
  const std::string* string = value.string();
  if (value.is_null() || (string != nullptr && string->empty())) return;  // not given
  if (key.item->form == ItemForm::number) {
    const auto number = json_number(value);
    return number ? say_number(key.item->fact, *number, place, reading)
                  : damaged(number.error().what);
  }
  if (string == nullptr) return damaged(fmt::format("expected a string, found {}", value.kind()));
  if (key.item->form != ItemForm::bytes) return say_item(*key.item, view(*string), place, reading);
  auto bytes = python_bytes(*string);
  if (!bytes) {
    if (auto digits = from_hex(*string)) bytes = std::move(*digits);
  }
  if (bytes) return say_item(*key.item, *bytes, place, reading);
  damaged("expected hex digits or Python's text of a byte string, found something else");
}

// What stands under "matter". The groups alone are the same without that level.
const Json* body_of(const Json& json) {
  if (const Json* matter = json.find("matter")) return matter->is_object() ? matter : nullptr;
  const auto is = [&](const char* group) {
    const Json* found = json.find(group);
    return found != nullptr && found->is_object();
  };
  return is("instance_info") || is("commissionable_data") || is("attestation_credentials")
             ? &json
             : nullptr;
}

void read_group(const Json& group, const std::string& prefix, const std::string& path,
                Reading& reading, bool outermost) {
  if (!group.is_object()) return;
  for (const auto& member : *group.object()) {
    const std::string& name = member.first;
    const Json& value = member.second;
    const Place place{.path = path, .offset = {}, .item = prefix + name};
    const auto key = std::find_if(std::begin(kKeys), std::end(kKeys),
                                  [&](const Key& k) { return name == k.name; });
    if (is_group(name) && value.is_object()) {
      if (outermost) read_group(value, prefix + name + ".", path, reading, false);
    } else if (key == std::end(kKeys)) {
      reading.device.note(Remark::unknown_key, place,
                          fmt::format("key \"{}\" is not known", quotable(printable(place.item))));
    } else if (key->item) {
      read_member(*key, value, place, reading);
    }
  }
}

// Words of the tool's own: enough where the file breaks off before a group is whole, or is damaged.
constexpr const char* kOwnWords[] = {"\"instance_info\"", "\"commissionable_data\"",
                                     "\"attestation_credentials\"", "\"cpms.json\""};

bool recognises(const Source& s) {
  const auto named = [&](std::string_view key) {
    return text(s.bytes).find(key) != std::string_view::npos;
  };
  const bool own = std::any_of(std::begin(kOwnWords), std::end(kOwnWords), named);
  if (!own && !named("\"matter\"")) return false;
  const auto head = json_head(s.bytes, kMost);
  if (!head || !head->json.is_object()) return false;
  const Json* body = body_of(head->json);
  const bool groups =
      body != nullptr &&
      std::any_of(body->object()->begin(), body->object()->end(), [](const auto& member) {
        return is_group(member.first) ||
               std::any_of(std::begin(kKeys), std::end(kKeys),
                           [&](const Key& k) { return member.first == k.name; });
      });
  return groups || (head->broken && own);
}

Result<void> read(const Source& s, Reading& reading) {
  const auto head = json_head(s.bytes, kMost);
  if (!head || head->broken) return tl::unexpected(parse_json(text(s.bytes)).error());
  const Json* body = body_of(head->json);
  if (body == nullptr) return error("none of its groups");
  read_group(*body, body == &head->json ? "" : "matter.", s.path, reading, true);
  read_beside(s, cpms_json_reader, behind_json(s.bytes, *head), reading);
  return {};
}

}  // namespace

const Reader cpms_json_reader{.kind = "cpms-json",
                              .expects = "a cpms.json",
                              .content = Content::json,
                              .recognises = recognises,
                              .read = read,
                              .rest = Rest::values};

}  // namespace attest
