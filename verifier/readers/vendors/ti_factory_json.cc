// The factory data of a TI CC13xx or CC26xx as JSON, of which TI's script makes the table in flash
// (ti_factory.cc): {"elements": [{"dac_cert": "hex:3082...", "len": 507}, ...]}. An element's
// length is what the firmware reads of it.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/base/json.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/quoted.h"
#include "verifier/readers/tables/device_json.h"
#include "verifier/readers/vendors/cbor_factory.h"

namespace attest {
namespace {

constexpr size_t kMost = 1u << 20;

constexpr FactoryKey kKeys[] = {
    {"serial_number", FactoryItem{FactId::serial_number, ItemForm::text}},
    {"vendor_id", FactoryItem{FactId::vendor_id, ItemForm::number}},
    {"product_id", FactoryItem{FactId::product_id, ItemForm::number}},
    {"vendor_name", FactoryItem{FactId::vendor_name, ItemForm::text}},
    {"product_name", FactoryItem{FactId::product_name, ItemForm::text}},
    {"manufacturing_date", FactoryItem{FactId::manufacturing_date, ItemForm::text}},
    {"hw_ver", FactoryItem{FactId::hardware_version, ItemForm::number}},
    {"hw_ver_str", FactoryItem{FactId::hardware_version_string, ItemForm::text}},
    {"dac_cert", FactoryItem{FactId::dac, ItemForm::bytes}},
    {"dac_priv_key", FactoryItem{FactId::dac_private_key, ItemForm::key}},
    {"pai_cert", FactoryItem{FactId::pai, ItemForm::bytes}},
    {"rd_uniqueid", FactoryItem{FactId::rotating_id_unique_id, ItemForm::bytes}},
    {"spake2_it", FactoryItem{FactId::spake2p_iterations, ItemForm::number}},
    {"spake2_salt", FactoryItem{FactId::spake2p_salt, ItemForm::bytes}},
    {"spake2_verifier", FactoryItem{FactId::spake2p_verifier, ItemForm::bytes}},
    {"discriminator", FactoryItem{FactId::discriminator, ItemForm::number}},
    {"passcode", FactoryItem{FactId::passcode, ItemForm::number}},
};

const FactoryKey* key_of(std::string_view name) {
  const auto* key = std::find_if(std::begin(kKeys), std::end(kKeys),
                                 [&](const FactoryKey& k) { return name == k.name; });
  return key == std::end(kKeys) ? nullptr : key;
}

// Broken JSON is told as such where it is meant as this.
bool recognises(const Source& s) {
  if (s.bytes.size() > kMost) return false;
  const auto at = text(s.bytes).find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (at == std::string_view::npos || s.bytes[at] != '{') return false;
  const auto has = [&](std::string_view words) {
    return text(s.bytes).find(words) != std::string_view::npos;
  };
  if (!has("\"elements\"") || !has("\"len\"")) return false;
  const auto json = parse_json(text(s.bytes));
  if (!json)
    return std::any_of(std::begin(kKeys), std::end(kKeys),
                       [&](const FactoryKey& k) { return has(fmt::format("\"{}\"", k.name)); });
  const Json* elements = json->find("elements");
  if (elements == nullptr || elements->array() == nullptr) return false;
  return std::any_of(elements->array()->begin(), elements->array()->end(), [](const Json& element) {
    return element.object() != nullptr &&
           std::any_of(element.object()->begin(), element.object()->end(),
                       [](const auto& member) { return key_of(member.first) != nullptr; });
  });
}

// How many bytes a value takes in flash: of a number at least.
std::optional<uint64_t> size_of(const FactoryKey& key, const Json& value) {
  if (key.item->form == ItemForm::number) {
    auto number = json_number(value);
    if (!number) return std::nullopt;
    uint64_t size = 1;
    while (*number >>= 8) ++size;
    return size;
  }
  if (value.string() == nullptr) return std::nullopt;
  const std::string_view s = *value.string();
  if (!s.starts_with("hex:")) return s.size();
  const auto bytes = from_hex(s.substr(4));
  return bytes ? std::optional<uint64_t>(bytes->size()) : std::nullopt;
}

void judge_length(const FactoryKey& key, const Json& value, const Json& stated, const Place& place,
                  Reading& reading) {
  const auto length = json_number(stated);
  if (!length) {
    reading.device.damaged(place, "length of the element", length.error().what);
    return;
  }
  const auto size = size_of(key, value);
  const bool number = key.item->form == ItemForm::number;
  if (!size || (number ? *size <= *length && *length <= 8 : *size == *length)) return;
  reading.device.damaged(
      place, "length of the element",
      number ? fmt::format("expected {} to 8 bytes of a number, \"len\" says {}", *size, *length)
             : fmt::format("expected the {} bytes that the value has, \"len\" says {}", *size,
                           *length));
}

Result<void> read(const Source& s, Reading& reading) {
  const auto json = parse_json(text(s.bytes));
  if (!json) return tl::unexpected(json.error());
  auto needed = needed_entries(kKeys);
  for (const Json& element : *json->find("elements")->array()) {
    if (element.object() == nullptr) {
      reading.device.damaged({.path = s.path, .offset = {}, .item = "elements"}, "element",
                             fmt::format("expected an object, found {}", element.kind()));
      continue;
    }
    const Json* length = element.find("len");
    for (const auto& [name, value] : *element.object()) {
      if (name == "len") continue;
      const Place place{.path = s.path, .offset = {}, .item = "elements[]." + name};
      const FactoryKey* key = key_of(name);
      if (key == nullptr) {
        reading.device.note(Remark::unknown_key, place,
                            fmt::format("key \"{}\" is not known", quotable(printable(name))));
        continue;
      }
      read_factory_member(*key, value, place, needed, reading);
      if (length != nullptr) judge_length(*key, value, *length, place, reading);
    }
  }
  note_lacking(needed, {.path = s.path, .offset = {}, .item = {}}, reading);
  return {};
}

}  // namespace

const Reader ti_factory_json_reader{.kind = "ti-factory-data",
                                    .expects = "TI's factory data in JSON",
                                    .content = Content::json,
                                    .recognises = recognises,
                                    .read = read,
                                    .rest = Rest::values};

}  // namespace attest
