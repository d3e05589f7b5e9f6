#include "verifier/readers/posture/order.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/base/characters.h"
#include "verifier/crypto/crypto.h"
#include "verifier/crypto/firmware_signature.h"
#include "verifier/pki/key.h"
#include "verifier/readers/posture/tool_text.h"
#include "verifier/readers/quoted.h"

namespace attest {
namespace {

enum class Form : uint8_t { word, keys, number, version, settings };
struct Key {
  const char* name;
  Form form;
  std::initializer_list<std::string_view> words = {};
  const char* means = nullptr;  // another key
};

const Key kKeys[] = {
    {"profile", Form::word, {"release", "development", "none"}},
    {"secure_boot", Form::word, {"on", "off", "v1", "v2", "certificate", "mcuboot"}},
    {"signing_keys", Form::keys},
    {"sign_key", Form::keys, {}, "signing_keys"},
    {"command_key", Form::keys},
    {"verify_certificate", Form::word, {"on", "off"}},
    {"anti_rollback", Form::word, {"on", "off"}},
    {"page_lock", Form::word, {"none", "narrow", "full"}},
    {"flash_encryption", Form::word, {"off", "on", "development", "release"}},
    {"nvs_encryption", Form::word, {"off", "keys-partition", "hmac"}},
    {"debug",
     Form::word,
     {"open", "locked", "standard-lock", "secure-lock", "permanent-lock", "disabled"}},
    {"device_erase", Form::word, {"enabled", "disabled"}},
    {"download_mode", Form::word, {"open", "secure", "disabled"}},
    {"secure_version", Form::number},
    {"dac_key",
     Form::word,
     {"flash", "nvs-encrypted", "secure-cert-encrypted", "hmac-ecdsa", "efuse-ecdsa", "rsa-ds",
      "secure-vault", "tee", "kmu", "secure-element"}},
    {"secure_engine", Form::version},
    {"tamper", Form::settings},
};

const Key* find_key(std::string_view name) {
  const auto at = std::find_if(std::begin(kKeys), std::end(kKeys),
                               [&](const Key& k) { return tool::same_word(name, k.name); });
  return at == std::end(kKeys) ? nullptr : &*at;
}

std::string lower(std::string_view s) {
  std::string out;
  for (const char c : s) out += c == ' ' ? '_' : to_lower(c);
  return out;
}

// A value as text: numbers and booleans in their own words.
std::optional<std::string> text_of(const Json& json) {
  if (const auto b = json.boolean()) return *b ? "on" : "off";
  if (const std::string* s = json.string()) return *s;
  if (const Json::Number* n = json.number()) return n->text;
  return std::nullopt;
}

bool has(std::initializer_list<std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// "enabled" where the key knows "on" alone, and the other way round.
std::string as_the_key_says(const Key& key, std::string word) {
  const bool yes = word == "on" || word == "enabled" || word == "true";
  const bool no = word == "off" || word == "disabled" || word == "false";
  if (has(key.words, word)) return word;
  if (yes && has(key.words, "on")) return "on";
  if (yes && has(key.words, "enabled")) return "enabled";
  if (no && has(key.words, "off")) return "off";
  if (no && has(key.words, "disabled")) return "disabled";
  if ((no || word == "none") && has(key.words, "off")) return "off";
  return word;
}

std::string expected_of(const Key& key) {
  if (key.form == Form::number) return "a number";
  if (key.form == Form::version) return "a version such as 2.2.5";
  std::string known;
  for (const std::string_view word : key.words)
    known += fmt::format("{}{}", known.empty() ? "" : ", ", word);
  return "one of " + known;
}

bool is_version(std::string_view s) {
  return !s.empty() && is_digit(s.front()) && is_digit(s.back()) &&
         s.find_first_not_of("0123456789.") == std::string_view::npos &&
         s.find("..") == std::string_view::npos;
}

class OrderReader {
 public:
  OrderReader(const std::string& path, Reading& reading) : path_(path), reading_(reading) {}

  void member(const std::string& name, const Json& value) {
    const Key* key = find_key(name);
    if (key == nullptr) {
      reading_.device.note(
          Remark::unknown_key, place("security." + name),
          fmt::format("key \"security.{}\" is not known", quotable(printable(name))));
      return;
    }
    if (value.is_null()) return;
    if (key->form == Form::settings)
      settings(*key, value, "");
    else if (key->form == Form::keys)
      keys(*key, value);
    else
      one(*key, value);
  }

 private:
  Place place(std::string item) const {
    return {.path = path_, .offset = {}, .item = std::move(item)};
  }
  void add(const Key& key, std::string value) {
    const char* name = key.means == nullptr ? key.name : key.means;
    reading_.device.posture.ordered.push_back(
        {.key = name,
         .value = std::move(value),
         .place = place(fmt::format("security.{}", key.name))});
  }
  // One value a key: two spellings of it ("debug", "Debug") are no two orders.
  void add_once(const Key& key, std::string value) {
    for (const OrderedLock& other : reading_.device.posture.ordered) {
      if (other.key == key.name && other.value != value)
        return wrong(key, twice(other.value, value));
      if (other.key == key.name) return;
    }
    add(key, std::move(value));
  }
  void setting(const Key& key, const std::string& name, const std::string& value) {
    const std::string of = name + "=", whole = of + value;
    for (const OrderedLock& other : reading_.device.posture.ordered) {
      if (other.key == key.name && other.value.starts_with(of) && other.value != whole)
        return wrong(key, twice(other.value, whole));
      if (other.key == key.name && other.value == whole) return;
    }
    add(key, whole);
  }
  static std::string twice(std::string_view first, std::string_view second) {
    return fmt::format("expected one value, found two: {} and {}", quotable(first),
                       quotable(second));
  }
  void wrong(const Key& key, std::string problem) {
    reading_.device.damaged(place(fmt::format("security.{}", key.name)),
                            fmt::format("security.{}", key.name), std::move(problem));
  }

  void one(const Key& key, const Json& value) {
    const auto given = text_of(value);
    if (!given)
      return wrong(key, fmt::format("expected {}, found {}", expected_of(key), value.kind()));
    if (given->empty()) return;  // "" is "not given"
    if (key.form == Form::number) {
      const auto number = tool::number(*given);
      if (!number)
        return wrong(key,
                     fmt::format("expected a number, found \"{}\"", quotable(printable(*given))));
      return add_once(key, std::to_string(*number));
    }
    if (key.form == Form::version)
      return is_version(*given) ? add_once(key, *given)
                                : wrong(key, "expected a version such as 2.2.5");
    const std::string word = as_the_key_says(key, lower(*given));
    if (has(key.words, word)) return add_once(key, word);
    wrong(key,
          fmt::format("expected {}, found \"{}\"", expected_of(key), quotable(printable(*given))));
  }

  void keys(const Key& key, const Json& value) {
    if (const Json::Array* list = value.array()) {
      if (list->empty()) wrong(key, "expected a key, found an empty list");
      for (const Json& each : *list) key_value(key, each);
    } else {
      key_value(key, value);
    }
  }
  void key_value(const Key& key, const Json& value) {
    const std::string* given = value.string();
    if (given == nullptr)
      return wrong(key, fmt::format("expected keys as text, found {}", value.kind()));
    std::string word = lower(*given);
    if (word.empty()) return wrong(key, "expected a key, found an empty text");
    if (word.starts_with("sha256:")) word.erase(0, 7);
    if ((word.size() == 64 || word.size() == 128) &&
        std::all_of(word.begin(), word.end(), is_hex_digit))
      return add(key, word);
    if (is_key_file(*given)) return add(key, *given);
    wrong(key,
          "expected sha256: and 64 hex digits, 128 hex digits, or a PEM file beside the order");
  }

  void settings(const Key& key, const Json& value, const std::string& above) {
    if (!value.is_object())
      return wrong(key, fmt::format("expected an object, found {}", value.kind()));
    for (const auto& [name, inner] : *value.object()) {
      if (inner.is_object() && above.empty()) {
        settings(key, inner, setting_name(name));
      } else if (const auto word = setting_value(inner)) {
        if (above == kTamperLevels && !is_tamper_level(*word))
          return wrong(key, fmt::format("{}: expected a level from 0 to 7, found {}",
                                        quotable(printable(name)), quotable(printable(*word))));
        setting(key, setting_name(name), *word);
      } else {
        wrong(key, fmt::format("{}: expected a value, found {}", quotable(printable(name)),
                               inner.kind()));
      }
    }
  }

  const std::string& path_;
  Reading& reading_;
};

}  // namespace

std::string security_keys() {
  std::string out;
  for (const Key& key : kKeys) {
    if (key.means == nullptr) out += fmt::format("{}{}", out.empty() ? "" : ", ", key.name);
  }
  return out;
}

bool is_security_order(const Json& security) {
  const auto* members = security.object();
  return members != nullptr && !members->empty() &&
         std::any_of(members->begin(), members->end(),
                     [](const auto& member) { return find_key(member.first) != nullptr; });
}

void read_security_order(const Json& security, const std::string& path, Reading& reading) {
  OrderReader order(path, reading);
  for (const auto& [name, value] : *security.object()) order.member(name, value);
}

std::string setting_name(std::string_view name) {
  return lower(name);
}

std::optional<std::string> setting_value(const Json& value) {
  if (const auto flag = value.boolean()) return *flag ? "enabled" : "disabled";
  const auto word = text_of(value);
  return word ? std::optional(lower(*word)) : std::nullopt;
}

bool is_tamper_level(std::string_view word) {
  return word.size() == 1 && word[0] >= '0' && word[0] <= '7';
}

bool is_key_file(std::string_view value) {
  return lower(value).ends_with(".pem") && value.find('/') == std::string_view::npos &&
         value.find('\\') == std::string_view::npos;
}

std::vector<std::string> key_forms(View file) {
  std::vector<std::string> all;
  for (const PemBlock& block : parse_pem(file).blocks) {
    const auto key = firmware_key(block.der);
    if (!key) continue;
    std::string out = hex(mcuboot_key_hash(*key));
    if (const auto digest = esp_key_digest(*key)) out += "|" + hex(*digest);
    if (key->kind == FirmwareKey::Kind::p256) out += "|" + hex(key->point);
    out += "|der:" + hex(key->spki);
    all.push_back(std::move(out));
  }
  return all;
}

}  // namespace attest
