// Telink factory data: Nordic's CBOR map with the CD beside it and always the passcode; and the
// summary.json that the tool writes for the factory.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/base/json.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/tables/device_json.h"
#include "verifier/readers/unreadable.h"
#include "verifier/readers/vendors/cbor_factory.h"

namespace attest {
namespace {

const std::vector<FactoryKey>& keys() {
  static const std::vector<FactoryKey> kept = [] {
    std::vector<FactoryKey> all(nordic_keys().begin(), nordic_keys().end());
    all.push_back({"cert_dclrn", FactoryItem{FactId::cd, ItemForm::bytes}});
    return all;
  }();
  return kept;
}

// The key of the CD, as CBOR writes it, tells the two tools apart: 0x6A is a text of ten bytes,
// 0x4A a byte string.
bool recognises_map(const Source& s) {
  if (!looks_like_cbor_factory(s.bytes, keys())) return false;
  const View head = s.bytes.first(std::min<size_t>(s.bytes.size(), 16u << 10));
  return find(head, view("\x6A"
                         "cert_dclrn")) ||
         find(head, view("\x4A"
                         "cert_dclrn"));
}

// A unique id that the tool was given stands there as 32 hex digits in ASCII, one that it made as
// 16 bytes. The firmware uses the bytes as they are stored; so do we.
Result<void> read_map(const Source& s, Reading& reading) {
  return read_cbor_factory(s, keys(), reading);
}

bool recognises_summary(const Source& s) {
  if (s.bytes.size() > 1u << 20) return false;
  const auto at = text(s.bytes).find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (at == std::string_view::npos || s.bytes[at] != '{') return false;
  const auto has = [&](std::string_view key) {
    return text(s.bytes).find(key) != std::string_view::npos;
  };
  return has("\"serial_num\"") && has("\"spake2_verifier\"");
}

// Credentials are paths on the factory's computer: only the values are evidence.
Result<void> read_summary(const Source& s, Reading& reading) {
  constexpr struct {
    const char* key;
    FactoryItem item;
  } kKeys[] = {
      {"serial_num", {FactId::serial_number, ItemForm::text}},
      {"vendor_id", {FactId::vendor_id, ItemForm::number}},
      {"product_id", {FactId::product_id, ItemForm::number}},
      {"vendor_name", {FactId::vendor_name, ItemForm::text}},
      {"product_name", {FactId::product_name, ItemForm::text}},
      {"hw_ver", {FactId::hardware_version, ItemForm::number}},
      {"hw_ver_str", {FactId::hardware_version_string, ItemForm::text}},
      {"discriminator", {FactId::discriminator, ItemForm::number}},
      {"passcode", {FactId::passcode, ItemForm::number}},
      {"spake2_it", {FactId::spake2p_iterations, ItemForm::number}},
      {"spake2_salt", {FactId::spake2p_salt, ItemForm::base64}},
      {"spake2_verifier", {FactId::spake2p_verifier, ItemForm::base64}},
      {"qrcode", {FactId::qr_payload, ItemForm::text}},
      {"manualcode", {FactId::manual_code, ItemForm::text}},
  };
  const auto json = parse_json(text(s.bytes));
  if (!json) return tl::unexpected(json.error());
  for (const auto& key : kKeys) {
    const Json* value = json->find(key.key);
    if (value == nullptr || value->is_null()) continue;
    const Place place{.path = s.path, .offset = {}, .item = key.key};
    if (key.item.form == ItemForm::number) {
      if (const auto number = json_number(*value)) {
        say_number(key.item.fact, *number, place, reading);
      } else {
        say_unreadable(reading.device, key.item.fact, place, key.key, number.error().what);
      }
    } else if (const std::string* string = value->string()) {
      say_item(key.item, view(*string), place, reading);
    } else {
      say_unreadable(reading.device, key.item.fact, place, key.key,
                     fmt::format("expected a string, found {}", value->kind()));
    }
  }
  return {};
}

}  // namespace

const Reader telink_reader{.kind = "telink-factory-data",
                           .expects = "Telink factory data in CBOR",
                           .content = Content::bytes,
                           .recognises = recognises_map,
                           .read = read_map};
const Reader telink_summary_reader{.kind = "telink-factory-data",
                                   .expects = "a Telink summary.json",
                                   .content = Content::text,
                                   .recognises = recognises_summary,
                                   .read = read_summary,
                                   .rest = Rest::values};

}  // namespace attest
