#include "verifier/readers/device.h"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <unordered_set>

#include "verifier/readers/quoted.h"
#include "verifier/readers/same_value.h"
#include "verifier/readers/unreadable.h"

namespace attest {
namespace {

struct FactInfo {
  FactId fact;
  const char* name;
  enum Shown : uint8_t { open, masked, secret } shown = open;
};

constexpr FactInfo kFacts[] = {
    {FactId::vendor_id, "vendor_id"},
    {FactId::product_id, "product_id"},
    {FactId::vendor_name, "vendor_name"},
    {FactId::product_name, "product_name"},
    {FactId::product_label, "product_label"},
    {FactId::product_url, "product_url"},
    {FactId::part_number, "part_number"},
    {FactId::device_type_id, "device_type_id"},
    {FactId::software_version, "software_version"},
    {FactId::software_version_string, "software_version_string"},
    {FactId::hardware_version, "hardware_version"},
    {FactId::hardware_version_string, "hardware_version_string"},
    {FactId::serial_number, "serial_number"},
    {FactId::manufacturing_date, "manufacturing_date"},
    {FactId::specification_version, "specification_version"},
    {FactId::firmware_information, "firmware_information"},
    {FactId::discriminator, "discriminator"},
    {FactId::passcode, "passcode", FactInfo::masked},
    {FactId::commissioning_flow, "commissioning_flow"},
    {FactId::discovery_capabilities, "discovery_capabilities"},
    {FactId::spake2p_iterations, "spake2p_iterations"},
    {FactId::spake2p_salt, "spake2p_salt", FactInfo::masked},
    {FactId::spake2p_verifier, "spake2p_verifier", FactInfo::masked},
    {FactId::rotating_id_unique_id, "rotating_id_unique_id", FactInfo::masked},
    {FactId::unique_id, "unique_id"},
    {FactId::data_model_revision, "data_model_revision"},
    {FactId::node_label, "node_label"},
    {FactId::location, "location"},
    {FactId::local_config_disabled, "local_config_disabled"},
    {FactId::reachable, "reachable"},
    {FactId::case_sessions_per_fabric, "case_sessions_per_fabric"},
    {FactId::subscriptions_per_fabric, "subscriptions_per_fabric"},
    {FactId::simultaneous_invocations_supported, "simultaneous_invocations_supported"},
    {FactId::simultaneous_writes_supported, "simultaneous_writes_supported"},
    {FactId::read_paths_supported, "read_paths_supported"},
    {FactId::subscribe_paths_supported, "subscribe_paths_supported"},
    {FactId::product_finish, "product_finish"},
    {FactId::product_primary_color, "product_primary_color"},
    {FactId::max_paths_per_invoke, "max_paths_per_invoke"},
    {FactId::location_name, "location_name"},
    {FactId::area_type, "area_type"},
    {FactId::configuration_version, "configuration_version"},
    {FactId::opcreds_feature_map, "operational_credentials_feature_map"},
    {FactId::paa_supported_profiles, "paa_supported_profiles"},
    {FactId::pai_supported_profiles, "pai_supported_profiles"},
    {FactId::dac_supported_profiles, "dac_supported_profiles"},
    {FactId::cd_supported_profiles, "cd_supported_profiles"},
    {FactId::dac, "dac"},
    {FactId::pai, "pai"},
    {FactId::paa, "paa"},
    {FactId::certificate, "certificate"},
    {FactId::cd, "cd"},
    {FactId::dac_private_key, "dac_private_key", FactInfo::secret},
    {FactId::private_key, "private_key", FactInfo::secret},
    {FactId::dac_public_key, "dac_public_key"},
    {FactId::public_key, "public_key"},
    {FactId::csr, "csr"},
    {FactId::crl, "crl"},
    {FactId::revocation_set, "revocation_set"},
    {FactId::attestation_elements, "attestation_elements"},
    {FactId::attestation_signature, "attestation_signature"},
    {FactId::attestation_nonce, "attestation_nonce"},
    {FactId::attestation_challenge, "attestation_challenge"},
    {FactId::nocsr_elements, "nocsr_elements"},
    {FactId::nocsr_signature, "nocsr_signature"},
    {FactId::nocsr_nonce, "nocsr_nonce"},
    {FactId::nocsr_challenge, "nocsr_challenge"},
    {FactId::qr_payload, "qr_payload", FactInfo::masked},
    {FactId::manual_code, "manual_code", FactInfo::masked},
    {FactId::commissioner_result, "commissioner_result"},
    {FactId::logged_dac_vendor_id, "logged_dac_vendor_id"},
    {FactId::logged_dac_product_id, "logged_dac_product_id"},
    {FactId::logged_dac_key_id, "logged_dac_key_id"},
    {FactId::logged_pai_key_id, "logged_pai_key_id"},
    {FactId::logged_cd_vendor_id, "logged_cd_vendor_id"},
    {FactId::logged_cd_signer, "logged_cd_signer"},
    {FactId::sought_paa, "sought_paa"},
    {FactId::blob, "blob", FactInfo::secret},
};
static_assert(std::size(kFacts) == kFactCount);

const FactInfo& info(FactId fact) {
  return kFacts[static_cast<size_t>(fact)];
}

bool is_id(FactId fact) {
  return fact == FactId::vendor_id || fact == FactId::product_id ||
         fact == FactId::logged_dac_vendor_id || fact == FactId::logged_dac_product_id ||
         fact == FactId::logged_cd_vendor_id;
}
// Kept as a number, and said by everybody as a word.
bool is_flag(FactId fact) {
  return fact == FactId::local_config_disabled || fact == FactId::reachable;
}

bool repeats(FactId fact) {
  return fact == FactId::certificate || fact == FactId::blob || fact == FactId::crl ||
         fact == FactId::csr || fact == FactId::paa || fact == FactId::private_key ||
         fact == FactId::public_key || fact == FactId::commissioner_result ||
         fact == FactId::revocation_set;
}
// What a user sets, or what changes while the device runs: two answers are of two days.
bool changes(FactId fact) {
  return fact == FactId::node_label || fact == FactId::location ||
         fact == FactId::local_config_disabled || fact == FactId::reachable ||
         fact == FactId::location_name || fact == FactId::area_type ||
         fact == FactId::configuration_version;
}

}  // namespace

std::string place_text(const Place& place) {
  std::string out = printable(place.path);
  if (place.offset) out += fmt::format(" at 0x{:x}", *place.offset);
  if (!place.item.empty()) out += fmt::format(" ({})", printable(place.item));
  return out;
}

const char* fact_name(FactId fact) {
  return info(fact).name;
}
bool is_secret(FactId fact) {
  return info(fact).shown == FactInfo::secret;
}
bool is_masked(FactId fact) {
  return info(fact).shown == FactInfo::masked;
}

std::string value_text(FactId fact, const FactValue& value) {
  if (const auto* number = std::get_if<uint64_t>(&value)) {
    if (is_flag(fact) && *number <= 1) return *number == 1 ? "true" : "false";
    return is_id(fact) ? hex_id(*number) : std::to_string(*number);
  }
  if (const auto* string = std::get_if<std::string>(&value))
    return is_masked(fact) ? printable(*string) : shown_text(*string);
  return hex(std::get<Bytes>(value));
}

void Device::say(FactId fact, FactValue value, Place place) {
  statements.push_back({.fact = fact, .value = std::move(value), .place = std::move(place)});
}
void Device::note(Remark remark, Place place, std::string message) {
  remarks.push_back({.remark = remark, .place = std::move(place), .message = std::move(message)});
}
void Device::damaged(Place place, std::string what, std::string problem) {
  integrity.push_back(
      {.place = std::move(place), .what = std::move(what), .problem = std::move(problem)});
}
void say_unreadable(Device& device, FactId fact, Place place, std::string what,
                    std::string_view problem) {
  constexpr std::string_view kFound = ", found ";
  std::string told(problem);
  if (is_confidential(fact)) {
    // The first ", found " behind "expected": a value may have one in it, our own words have none.
    const size_t found = problem.find(kFound, std::min(problem.find("expected "), problem.size()));
    const std::string_view form = problem.starts_with("base64: ") ? "base64" : "another form";
    told = found != std::string_view::npos ? std::string(problem.substr(0, found))
                                           : fmt::format("expected {}", form);
    told += std::string(kFound) + "something else";
  }
  device.damaged(std::move(place), std::move(what), std::move(told));
}

const Statement* Device::first(FactId fact) const {
  const auto at = std::find_if(statements.begin(), statements.end(),
                               [&](const Statement& s) { return s.fact == fact; });
  return at == statements.end() ? nullptr : &*at;
}
std::optional<uint64_t> Device::number(FactId fact) const {
  const Statement* s = first(fact);
  const auto* value = s == nullptr ? nullptr : std::get_if<uint64_t>(&s->value);
  return value == nullptr ? std::nullopt : std::optional<uint64_t>(*value);
}
const std::string* Device::string(FactId fact) const {
  const Statement* s = first(fact);
  return s == nullptr ? nullptr : std::get_if<std::string>(&s->value);
}
const Bytes* Device::bytes(FactId fact) const {
  const Statement* s = first(fact);
  return s == nullptr ? nullptr : std::get_if<Bytes>(&s->value);
}
bool Device::noted(Remark remark) const {
  return std::any_of(remarks.begin(), remarks.end(),
                     [&](const Noted& n) { return n.remark == remark; });
}

std::vector<Conflict> conflicts(const Device& device) {
  std::vector<Conflict> out;
  std::bitset<kFactCount> once, twice;
  for (const Statement& s : device.statements) {
    const auto fact = static_cast<size_t>(s.fact);
    (once[fact] ? twice : once).set(fact);
  }
  if (twice.none()) return out;
  for (const FactInfo& fact : kFacts) {
    if (repeats(fact.fact) || changes(fact.fact) || !twice[static_cast<size_t>(fact.fact)])
      continue;
    Conflict conflict{.fact = fact.fact, .values = {}};
    std::unordered_set<std::string_view> bytes;
    for (const Statement& s : device.statements) {
      if (s.fact != fact.fact) continue;
      if (const auto* value = std::get_if<Bytes>(&s.value)) {
        if (bytes.insert(text(*value)).second) conflict.values.push_back(&s);
        continue;
      }
      const bool known =
          std::any_of(conflict.values.begin(), conflict.values.end(),
                      [&](const Statement* v) { return same_value(s.fact, v->value, s.value); });
      if (!known) conflict.values.push_back(&s);
    }
    if (conflict.values.size() > 1) out.push_back(std::move(conflict));
  }
  return out;
}

}  // namespace attest
