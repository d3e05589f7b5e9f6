// What the NVS namespaces of a Matter device say, and the readers of an NVS partition and of its
// keys. Keys of chip-factory after the Matter SDK's ESP32Config.cpp and esp-matter-mfg-tool;
// esp_secure_cert is the legacy form of Espressif's certificate partition.

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/espressif/esp_nvs.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/unreadable.h"

namespace attest {
namespace {

enum class Form : uint8_t { number, text, base64, bytes, certificate, cd, dac_key, any };
struct Key {
  const char* space;
  const char* key;
  FactId fact;
  Form form;
  uint64_t most = 0;  // of numbers
};
constexpr Key kKeys[] = {
    {"chip-factory", "vendor-id", FactId::vendor_id, Form::number, 0xFFFF},
    {"chip-factory", "product-id", FactId::product_id, Form::number, 0xFFFF},
    {"chip-factory", "vendor-name", FactId::vendor_name, Form::text},
    {"chip-factory", "product-name", FactId::product_name, Form::text},
    {"chip-factory", "product-label", FactId::product_label, Form::text},
    {"chip-factory", "product-url", FactId::product_url, Form::text},
    {"chip-factory", "part-number", FactId::part_number, Form::text},
    {"chip-factory", "device-type", FactId::device_type_id, Form::number, 0xFFFFFFFF},
    {"chip-factory", "hardware-ver", FactId::hardware_version, Form::number, 0xFFFF},
    {"chip-factory", "hw-ver-str", FactId::hardware_version_string, Form::text},
    {"chip-factory", "serial-num", FactId::serial_number, Form::text},
    {"chip-factory", "mfg-date", FactId::manufacturing_date, Form::text},
    {"chip-factory", "discriminator", FactId::discriminator, Form::number, 0xFFFF},
    {"chip-factory", "pin-code", FactId::passcode, Form::number, 0xFFFFFFFF},
    {"chip-factory", "iteration-count", FactId::spake2p_iterations, Form::number, 0xFFFFFFFF},
    {"chip-factory", "salt", FactId::spake2p_salt, Form::base64},
    {"chip-factory", "verifier", FactId::spake2p_verifier, Form::base64},
    {"chip-factory", "rd-id-uid", FactId::rotating_id_unique_id, Form::bytes},
    {"chip-config", "unique-id", FactId::unique_id, Form::text},
    {"chip-factory", "dac-cert", FactId::dac, Form::certificate},
    {"chip-factory", "pai-cert", FactId::pai, Form::certificate},
    {"chip-factory", "cert-dclrn", FactId::cd, Form::cd},
    {"chip-factory", "dac-key", FactId::dac_private_key, Form::dac_key},
    {"chip-factory", "dac-pub-key", FactId::dac_public_key, Form::bytes},
    {"esp_secure_cert", "dev_cert", FactId::dac, Form::any},
    {"esp_secure_cert", "ca_cert", FactId::pai, Form::any},
    {"esp_secure_cert", "priv_key", FactId::dac_private_key, Form::any},
};

// A string without the NUL that ends it.
std::string_view string_of(const NvsItem& item) {
  std::string_view s = text(item.bytes);
  if (s.ends_with('\0')) s.remove_suffix(1);
  return s;
}

void say_item(const Key& key, const NvsItem& item, const Place& place, Reading& reading) {
  const bool is_number = item.kind == NvsItem::Kind::number;
  if (is_number != (key.form == Form::number)) {
    wrong_encoding(key.fact, place,
                   is_number ? "expected text or bytes, found a number"
                             : "expected a number, found text or bytes",
                   reading);
    return;
  }
  switch (key.form) {
    case Form::number:
      if (item.number > key.most) {
        say_unreadable(reading.device, key.fact, place, "nvs value",
                       fmt::format("expected a number up to {}, found {}", key.most, item.number));
        return;
      }
      reading.device.say(key.fact, item.number, place);
      if (key.fact == FactId::passcode)
        reading.device.note(Remark::passcode_stored, place,
                            "the passcode lies in the factory data");
      break;
    case Form::text:
      reading.device.say(key.fact, std::string(string_of(item)), place);
      break;
    case Form::bytes:
    case Form::base64: {
      const Encoding encoding = key.form == Form::bytes ? Encoding::raw : Encoding::base64;
      const View value =
          item.kind == NvsItem::Kind::string ? view(string_of(item)) : View(item.bytes);
      auto bytes = slot_value(key.fact, encoding, value, place, reading);
      if (!bytes) return;
      reading.device.say(key.fact, std::move(*bytes), place);
      break;
    }
    case Form::certificate:
      say_certificate_item(key.fact, Encoding::der, item.bytes, place, reading);
      return;
    case Form::any:
      if (key.fact == FactId::dac_private_key)
        say_dac_key_item(Encoding::any, item.bytes, place, reading);
      else
        say_certificate_item(key.fact, Encoding::any, item.bytes, place, reading);
      return;
    case Form::cd:
      say_cd_item(item.bytes, place, reading);
      return;
    case Form::dac_key:
      say_dac_key_item(Encoding::raw, item.bytes, place, reading);
      return;
  }
  reading.holds(key.fact == FactId::dac_public_key ? "dac-public-key" : "factory");
}

// Entries of chip-factory. What is damaged may have been one of them.
void judge_entries(const Nvs& nvs, const Place& container, Reading& reading) {
  if (!nvs.problems.empty() || nvs.truncated) return;
  NeededEntry needed[] = {{FactId::dac, "dac-cert"},
                          {FactId::dac_private_key, "dac-key"},
                          {FactId::pai, "pai-cert"},
                          {FactId::cd, "cert-dclrn"}};
  for (const NeededEntry& entry : needed) {
    if (const NvsItem* item = nvs.find("chip-factory", entry.name))
      mark_held(needed, entry.fact, item->bytes);
  }
  note_lacking(needed, container, reading);
}

void say_all(const Nvs& nvs, const Place& at, const std::string& label, Reading& reading) {
  const auto place = [&](std::optional<uint64_t> offset, const std::string& item) {
    return Place{.path = at.path,
                 .offset = *at.offset + offset.value_or(0),
                 .item = label.empty() || item.empty() ? label + item : label + ": " + item};
  };
  for (const IntegrityProblem& p : nvs.problems)
    reading.device.damaged(place(p.place.offset, p.place.item), p.what, p.problem);
  for (const Key& key : kKeys) {
    if (const NvsItem* item = nvs.find(key.space, key.key))
      say_item(key, *item, place(item->offset, item->name()), reading);
  }
  if (nvs.find("esp_secure_cert", "cipher_c") != nullptr ||
      nvs.find("esp_secure_cert", "ds_key_id") != nullptr)
    reading.device.note(Remark::key_in_hardware, place(0, "esp_secure_cert/cipher_c"),
                        "the private key is kept by the digital signature peripheral");
  judge_entries(nvs, place(0, "chip-factory"), reading);
  if (nvs.count("esp_secure_cert") != 0 && nvs.count("chip-factory") == 0 &&
      reading.current->kind == "esp-nvs")
    reading.current->kind = "esp-secure-cert";
}

// Where the factory data lie in plain, and the DAC's key with them. By itself the partition may be
// the factory's file: a read-out of the whole flash makes sure of it (esp_flash.cc).
void say_storage(const Nvs& nvs, const Place& at, const std::string& label, Reading& reading) {
  Posture& posture = reading.device.posture;
  const std::string name = label.empty() ? "NVS partition" : printable(label);
  const auto inside = [&](const NvsItem& item) {
    return Place{.path = at.path, .offset = *at.offset + item.offset, .item = item.name()};
  };
  if (nvs.encrypted || nvs.count("chip-factory") != 0)
    posture.say(Trait::nvs, nvs.encrypted ? Holds::yes : Holds::unclear,
                nvs.encrypted ? "encrypted" : "plain",
                fmt::format("the {} with the factory data is {}", name,
                            nvs.encrypted ? "encrypted" : "in plain"),
                at);
  if (nvs.encrypted) {
    posture.say(Trait::dac_key, Holds::unclear, "nvs-encrypted", name, at);
    return;
  }
  for (const auto& [space, key] :
       {std::pair{"chip-factory", "dac-key"}, {"esp_secure_cert", "priv_key"}}) {
    const NvsItem* item = nvs.find(space, key);
    if (item != nullptr)
      posture.say(Trait::dac_key, Holds::unclear, "flash",
                  fmt::format("{}/{} can be read in the {}", space, key, name), inside(*item));
  }
  if (const NvsItem* item = nvs.find("esp_secure_cert", "cipher_c"))
    posture.say(Trait::dac_key, Holds::unclear, "rsa-ds",
                "the esp_secure_cert says so of the private key", inside(*item));
}

// Whatever opens it is the key of one scheme.
void say_scheme(const Secret& secret, const Place& at, const std::string& label, Reading& reading) {
  constexpr size_t kOfHmac = 32;
  const bool by_hmac = secret.bytes.size() == kOfHmac;
  reading.device.posture.say(
      Trait::nvs_scheme, Holds::yes, by_hmac ? "hmac" : "keys-partition",
      fmt::format("the {} opens with {}", label.empty() ? "NVS partition" : printable(label),
                  by_hmac ? "a key of the HMAC scheme" : "the keys of a keys partition"),
      at);
}

Result<void> read_nvs_file(const Source& s, Reading& reading) {
  read_nvs(s, "", reading);
  return {};
}

Result<void> read_keys_file(const Source& s, Reading& reading) {
  if (!read_nvs_keys(s, "", reading))
    return error("expected 64 bytes, their checksum and an erased rest");
  return {};
}

}  // namespace

void read_nvs(const Source& source, const std::string& label, Reading& reading) {
  const Place at{.path = source.path, .offset = source.base, .item = label};
  const Nvs nvs = parse_nvs(source.bytes);
  if (nvs.truncated)
    reading.device.note(
        Remark::truncated, at,
        fmt::format("the NVS partition ends within a page, after {} bytes", source.bytes.size()));
  if (nvs.erased) reading.device.note(Remark::erased, at, "the NVS partition is erased");
  say_storage(nvs, at, label, reading);
  if (!nvs.encrypted) {
    say_all(nvs, at, label, reading);
    return;
  }
  const auto bytes = std::make_shared<const Bytes>(to_bytes(source.bytes));
  reading.open_or_keep({.place = at,
                        .what = "NVS partition",
                        .open =
                            [=](Reading& into) {
                              for (const Secret& secret : into.secrets) {
                                for (const NvsKey& key : nvs_keys_of(secret)) {
                                  const Nvs opened = parse_nvs(*bytes, &key);
                                  if (opened.sound == 0) continue;
                                  into.opened_with(secret.bytes);
                                  say_scheme(secret, at, label, into);
                                  say_all(opened, at, label, into);
                                  return true;
                                }
                              }
                              return false;
                            },
                        .file = {},
                        .by_own_keys = true});
}

bool read_nvs_keys(const Source& source, const std::string& label, Reading& reading) {
  const auto keys = parse_nvs_keys(source.bytes);
  if (!keys) return false;
  reading.holds("nvs-keys");
  if (!keys->sound)
    reading.device.damaged({.path = source.path, .offset = source.base + 64, .item = label},
                           "nvs keys crc", "the checksum of the keys is wrong");
  // Damaged keys are tried all the same: the damage may be in the checksum.
  reading.secrets.push_back(
      {.bytes = Bytes(keys->key.begin(), keys->key.end()), .guess = !keys->sound});
  return true;
}

const Reader esp_nvs_reader{.kind = "esp-nvs",
                            .expects = "an NVS partition",
                            .content = Content::bytes,
                            .recognises = [](const Source& s) { return looks_like_nvs(s.bytes); },
                            .read = read_nvs_file};
const Reader esp_nvs_keys_reader{
    .kind = "esp-nvs-keys",
    .expects = "an NVS keys partition",
    .content = Content::bytes,
    .recognises = [](const Source& s) { return parse_nvs_keys(s.bytes).has_value(); },
    .read = read_keys_file};

}  // namespace attest
