// Nordic nRF Connect factory data: the CBOR map in the factory partition, and the JSON that it is
// made of. Keys after nrfconnect_factory_data.schema. The CD is no part of either: it is compiled
// into the application.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/base/json.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/quoted.h"
#include "verifier/readers/tables/device_json.h"
#include "verifier/readers/unreadable.h"
#include "verifier/readers/vendors/cbor_factory.h"

namespace attest {
namespace {

constexpr FactoryKey kKeys[] = {
    {"version", {}},
    {"sn", FactoryItem{FactId::serial_number, ItemForm::text}},
    {"vendor_id", FactoryItem{FactId::vendor_id, ItemForm::number}},
    {"product_id", FactoryItem{FactId::product_id, ItemForm::number}},
    {"vendor_name", FactoryItem{FactId::vendor_name, ItemForm::text}},
    {"product_name", FactoryItem{FactId::product_name, ItemForm::text}},
    {"product_label", FactoryItem{FactId::product_label, ItemForm::text}},
    {"product_url", FactoryItem{FactId::product_url, ItemForm::text}},
    {"part_number", FactoryItem{FactId::part_number, ItemForm::text}},
    {"date", FactoryItem{FactId::manufacturing_date, ItemForm::text}},
    {"hw_ver", FactoryItem{FactId::hardware_version, ItemForm::number}},
    {"hw_ver_str", FactoryItem{FactId::hardware_version_string, ItemForm::text}},
    {"rd_uid", FactoryItem{FactId::rotating_id_unique_id, ItemForm::bytes}},
    {"dac_cert", FactoryItem{FactId::dac, ItemForm::bytes}},
    {"dac_key", FactoryItem{FactId::dac_private_key, ItemForm::key}},
    {"pai_cert", FactoryItem{FactId::pai, ItemForm::bytes}},
    {"spake2_it", FactoryItem{FactId::spake2p_iterations, ItemForm::number}},
    {"spake2_salt", FactoryItem{FactId::spake2p_salt, ItemForm::bytes}},
    {"spake2_verifier", FactoryItem{FactId::spake2p_verifier, ItemForm::bytes}},
    {"discriminator", FactoryItem{FactId::discriminator, ItemForm::number}},
    {"passcode", FactoryItem{FactId::passcode, ItemForm::number}},
    {"enable_key", {}},
    {"product_finish", {}},
    {"primary_color", {}},
    {"user", {}},
};

bool recognises_map(const Source& s) {
  return looks_like_cbor_factory(s.bytes, kKeys);
}
Result<void> read_map(const Source& s, Reading& reading) {
  return read_cbor_factory(s, kKeys, reading);
}

// Text values are UTF-8, or bytes as "hex:...". No other JSON says "spake2_it" beside "sn".
bool recognises_json(const Source& s) {
  if (s.bytes.size() > 1u << 20) return false;
  const auto at = text(s.bytes).find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (at == std::string_view::npos || s.bytes[at] != '{') return false;
  const auto has = [&](std::string_view key) {
    return text(s.bytes).find(key) != std::string_view::npos;
  };
  return has("\"sn\"") && (has("\"spake2_it\"") || has("\"spake2_verifier\"") || has("\"hw_ver\""));
}

Result<void> read_json(const Source& s, Reading& reading) {
  const auto json = parse_json(text(s.bytes));
  if (!json) return tl::unexpected(json.error());
  auto needed = needed_entries(kKeys);
  for (const auto& member : *json->object()) {
    const std::string& name = member.first;
    const Json& value = member.second;
    const Place place{.path = s.path, .offset = {}, .item = name};
    const auto key = std::find_if(std::begin(kKeys), std::end(kKeys),
                                  [&](const FactoryKey& k) { return name == k.name; });
    if (key == std::end(kKeys)) {
      reading.device.note(Remark::unknown_key, place,
                          fmt::format("key \"{}\" is not known", quotable(printable(name))));
    } else if (key->item) {
      read_factory_member(*key, value, place, needed, reading);
    }
  }
  note_lacking(needed, {.path = s.path, .offset = {}, .item = {}}, reading);
  return {};
}

}  // namespace

void read_factory_member(const FactoryKey& key, const Json& value, const Place& place,
                         std::span<NeededEntry> needed, Reading& reading) {
  if (key.item->form == ItemForm::number) {
    const auto number = json_number(value);
    if (!number) {
      say_unreadable(reading.device, key.item->fact, place, key.name, number.error().what);
      return;
    }
    say_number(key.item->fact, *number, place, reading);
    if (key.item->fact == FactId::passcode)
      reading.device.note(Remark::passcode_stored, place,
                          "the partition made of this file holds the passcode");
    return;
  }
  const std::string* s = value.string();
  if (s == nullptr) {
    say_unreadable(reading.device, key.item->fact, place, key.name,
                   fmt::format("expected a string, found {}", value.kind()));
    return;
  }
  if (!s->starts_with("hex:")) {
    if (key.item->form == ItemForm::text) {
      say_item(*key.item, view(*s), place, reading);
    } else {
      say_unreadable(reading.device, key.item->fact, place, key.name,
                     "expected \"hex:\" and hex digits, found something else");
      mark_held(needed, key.item->fact, view(*s));
    }
    return;
  }
  const auto bytes = from_hex(std::string_view(*s).substr(4));
  if (!bytes) {
    say_unreadable(reading.device, key.item->fact, place, key.name, bytes.error().what);
    mark_held(needed, key.item->fact, view(*s));  // something is there
    return;
  }
  mark_held(needed, key.item->fact, *bytes);
  say_item(*key.item, *bytes, place, reading);
}

std::span<const FactoryKey> nordic_keys() {
  return kKeys;
}

const Reader nordic_reader{.kind = "nordic-factory-data",
                           .expects = "Nordic factory data in CBOR",
                           .content = Content::bytes,
                           .recognises = recognises_map,
                           .read = read_map};
const Reader nordic_json_reader{.kind = "nordic-factory-data",
                                .expects = "Nordic factory data in JSON",
                                .content = Content::json,
                                .recognises = recognises_json,
                                .read = read_json,
                                .rest = Rest::values};

}  // namespace attest
