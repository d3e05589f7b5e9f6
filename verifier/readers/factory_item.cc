#include "verifier/readers/factory_item.h"

#include <fmt/format.h>

#include <algorithm>

#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/unreadable.h"

namespace attest {
namespace {

std::optional<size_t> length_of(FactId fact) {
  if (fact == FactId::spake2p_verifier) return 97;
  if (fact == FactId::dac_public_key) return 65;
  return std::nullopt;
}

bool is_credential(FactId fact) {
  return fact == FactId::dac || fact == FactId::pai || fact == FactId::paa || fact == FactId::cd;
}

void say_bytes(FactId fact, Bytes value, const Place& place, Reading& reading) {
  if (fact == FactId::dac || fact == FactId::pai || fact == FactId::paa)
    return say_certificate_item(fact, Encoding::der, value, place, reading);
  if (fact == FactId::cd) return say_cd_item(value, place, reading);
  if (const auto wanted = length_of(fact); wanted && value.size() != *wanted) {
    reading.device.damaged(place, fact_name(fact),
                           fmt::format("expected {} bytes, found {}", *wanted, value.size()));
    return;
  }
  reading.holds(fact == FactId::dac_public_key ? "dac-public-key" : "factory");
  reading.device.say(fact, std::move(value), place);
}

}  // namespace

uint64_t widest(FactId fact) {
  switch (fact) {
    case FactId::vendor_id:
    case FactId::product_id:
    case FactId::hardware_version:
      return 0xFFFF;
    case FactId::discriminator:
      return 0xFFFF;  // that it has 12 bits is the checks' affair
    case FactId::passcode:
      return (1u << 27) - 1;  // 27 bits in a payload; the forbidden ones are the checks' affair
    case FactId::commissioning_flow:
      return 0xFF;
    case FactId::data_model_revision:
    case FactId::case_sessions_per_fabric:
    case FactId::subscriptions_per_fabric:
    case FactId::simultaneous_invocations_supported:
    case FactId::simultaneous_writes_supported:
    case FactId::read_paths_supported:
    case FactId::subscribe_paths_supported:
    case FactId::max_paths_per_invoke:
      return 0xFFFF;
    case FactId::product_finish:
    case FactId::product_primary_color:
    case FactId::area_type:
      return 0xFF;
    case FactId::local_config_disabled:
    case FactId::reachable:
      return 1;
    case FactId::discovery_capabilities:
      return 0xFF;
    default:
      return 0xFFFFFFFF;
  }
}

std::string found_number(uint64_t number) {
  constexpr uint64_t kShort = 1'000'000;
  return number < kShort ? std::to_string(number) : "a larger number";
}

void say_number(FactId fact, uint64_t number, const Place& place, Reading& reading) {
  if (number > widest(fact)) {
    say_unreadable(
        reading.device, fact, place, fact_name(fact),
        fmt::format("expected at most {}, found {}", widest(fact), found_number(number)));
    return;
  }
  reading.holds("factory");
  reading.device.say(fact, number, place);
}

void say_item(const FactoryItem& item, View raw, const Place& place, Reading& reading) {
  // Zeros are a number's right, and a text's end; anything else of nothing but 00 or FF was never
  // written.
  const bool zeros_count = item.form == ItemForm::number || item.form == ItemForm::text;
  if (!raw.empty() && is_erased(raw) && !(zeros_count && raw[0] == 0) &&
      (item.form != ItemForm::number || raw.size() >= 4))
    return;
  switch (item.form) {
    case ItemForm::number: {
      if (raw.size() > 8) {
        reading.device.damaged(
            place, fact_name(item.fact),
            fmt::format("expected a number of up to 8 bytes, found {}", raw.size()));
        return;
      }
      uint64_t number = 0;
      for (size_t i = raw.size(); i-- != 0;) number = number << 8 | raw[i];
      say_number(item.fact, number, place, reading);
      return;
    }
    case ItemForm::text: {
      std::string_view s = text(raw);
      if (s.ends_with('\0')) s.remove_suffix(1);
      if (s.empty()) return;
      if (!is_utf8(s) || s.find('\0') != std::string_view::npos) {
        say_unreadable(reading.device, item.fact, place, fact_name(item.fact),
                       fmt::format("expected UTF-8, found {}",
                                   hex(raw.first(std::min<size_t>(raw.size(), 16)))));
        return;
      }
      reading.holds("factory");
      reading.device.say(item.fact, std::string(s), place);
      return;
    }
    case ItemForm::bytes:
      if (raw.empty()) return;
      if (is_credential(item.fact)) {
        say_bytes(item.fact, to_bytes(raw), place, reading);
      } else if (auto value = slot_value(item.fact, Encoding::raw, raw, place, reading)) {
        say_bytes(item.fact, std::move(*value), place, reading);
      }
      return;
    case ItemForm::base64: {
      std::string_view s = text(raw);
      while (!s.empty() && (s.back() == '\0' || s.back() == '\n' || s.back() == '\r'))
        s.remove_suffix(1);
      if (s.empty()) return;
      if (auto decoded = slot_value(item.fact, Encoding::base64, raw, place, reading))
        say_bytes(item.fact, std::move(*decoded), place, reading);
      return;
    }
    case ItemForm::key:
      if (!raw.empty()) say_dac_key_item(Encoding::raw, raw, place, reading);
      return;
  }
}

std::vector<Bytes> raw_keys(const Reading& reading, std::initializer_list<size_t> lengths) {
  std::vector<Bytes> keys;
  const auto add = [&](Bytes key) {
    if (std::find(lengths.begin(), lengths.end(), key.size()) == lengths.end()) return;
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
  };
  for (const Secret& secret : reading.secrets) {
    if (secret.passphrase) continue;
    add(secret.bytes);
    if (secret.bytes.size() <= 256) {
      if (auto digits = from_hex_lenient(text(secret.bytes))) add(std::move(*digits));
    }
  }
  return keys;
}

std::vector<std::string> passphrases(const Reading& reading) {
  std::vector<std::string> out;
  for (const Secret& secret : reading.secrets) {
    std::string_view s = text(secret.bytes);
    if (!secret.passphrase) {
      if (secret.guess || secret.bytes.size() > 1024) continue;
      s = s.substr(0, s.find_first_of("\r\n"));
    }
    if (s.find('\0') == std::string_view::npos && is_utf8(s) && !s.empty()) out.emplace_back(s);
  }
  return out;
}

}  // namespace attest
