// The INI files in which the SDK's Linux platform keeps what a device knows of itself:
// chip_factory.ini, chip_config.ini, chip_counters.ini and the KVS. Binary values are base64. DAC,
// PAI and CD are elsewhere (--dac_provider).

#include <fmt/format.h>

#include <algorithm>

#include "verifier/readers/factory_item.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/tables/device_json.h"
#include "verifier/readers/tables/table_credentials.h"
#include "verifier/readers/unreadable.h"

namespace attest {
namespace {

struct Key {
  const char* name;
  FactoryItem item;
};
// src/platform/Linux/PosixConfig.cpp.
constexpr Key kKeys[] = {
    {"serial-num", {FactId::serial_number, ItemForm::text}},
    {"hardware-ver", {FactId::hardware_version, ItemForm::number}},
    {"mfg-date", {FactId::manufacturing_date, ItemForm::text}},
    {"pin-code", {FactId::passcode, ItemForm::number}},
    {"discriminator", {FactId::discriminator, ItemForm::number}},
    {"iteration-count", {FactId::spake2p_iterations, ItemForm::number}},
    {"salt", {FactId::spake2p_salt, ItemForm::base64}},
    {"verifier", {FactId::spake2p_verifier, ItemForm::base64}},
    {"vendor-id", {FactId::vendor_id, ItemForm::number}},
    {"product-id", {FactId::product_id, ItemForm::number}},
    {"unique-id", {FactId::unique_id, ItemForm::text}},
};

std::string_view trimmed(std::string_view s) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!s.empty() && blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && blank(s.back())) s.remove_suffix(1);
  return s;
}
bool is_comment(std::string_view line) {
  return line.empty() || line[0] == ';' || line[0] == '#';
}

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// What follows the first line that says anything.
std::string_view first_line(std::string_view s) {
  if (s.starts_with(kByteOrderMark)) s.remove_prefix(kByteOrderMark.size());
  while (!s.empty()) {
    const auto end = s.find('\n');
    const auto line = trimmed(s.substr(0, end));
    if (!is_comment(line)) return line;
    if (end == std::string_view::npos) break;
    s.remove_prefix(end + 1);
  }
  return "";
}

bool recognises(const Source& s) {
  return s.bytes.size() <= 16u << 20 && first_line(text(s.bytes)) == "[DEFAULT]";
}

// The writer escapes special characters of keys as \xNN.
std::string unescaped(std::string_view key) {
  std::string out;
  for (size_t i = 0; i < key.size(); ++i) {
    if (key[i] == '\\' && key.size() - i >= 4 && key[i + 1] == 'x') {
      if (const auto byte = from_hex(key.substr(i + 2, 2))) {
        out += static_cast<char>((*byte)[0]);
        i += 3;
        continue;
      }
    }
    out += key[i];
  }
  return out;
}

Result<void> read(const Source& s, Reading& reading) {
  const std::string_view all = text(s.bytes);
  std::vector<const Key*> seen;
  bool in_default = false;
  for (size_t at = all.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0; at < all.size();) {
    const size_t end = std::min(all.find('\n', at), all.size());
    const std::string_view line = trimmed(all.substr(at, end - at));
    const uint64_t offset = s.base + at;
    at = end + 1;
    if (is_comment(line)) continue;
    if (line[0] == '[') {
      in_default = line == "[DEFAULT]";
      continue;
    }
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) {
      reading.device.damaged({.path = s.path, .offset = offset, .item = {}}, "ini line",
                             "expected key=value");
      continue;
    }
    const std::string name = unescaped(trimmed(line.substr(0, equals)));
    const auto key = std::find_if(std::begin(kKeys), std::end(kKeys),
                                  [&](const Key& k) { return name == k.name; });
    // Counters, bindings, fabrics say nothing about attestation.
    if (!in_default || key == std::end(kKeys)) continue;
    const Place place{.path = s.path, .offset = offset, .item = name};
    if (std::find(seen.begin(), seen.end(), &*key) != seen.end()) {
      reading.device.damaged(place, "ini line", fmt::format("{} stands twice", name));
      continue;
    }
    seen.push_back(&*key);
    const std::string_view value = trimmed(line.substr(equals + 1));
    if (key->item.form != ItemForm::number) {
      say_item(key->item, view(value), place, reading);
      continue;
    }
    const auto number = json_number(Json(value));
    if (!number) {
      say_unreadable(reading.device, key->item.fact, place, name, number.error().what);
      continue;
    }
    say_number(key->item.fact, *number, place, reading);
    if (key->item.fact == FactId::passcode)
      reading.device.note(Remark::passcode_stored, place, "the factory file holds the passcode");
  }
  return {};
}

}  // namespace

const Reader linux_ini_reader{.kind = "linux-ini",
                              .expects = "a chip_*.ini of the SDK's Linux platform",
                              .content = Content::bytes,
                              .recognises = recognises,
                              .read = read,
                              .rest = Rest::values};

}  // namespace attest
