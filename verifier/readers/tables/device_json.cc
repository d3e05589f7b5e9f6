// device.json: facts that a tester writes down, or another program hands over (docs/evidence.md).
// Its keys are also those of `--expect` and of the NDJSON records of `lot --stream`.

#include "verifier/readers/tables/device_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "verifier/base/characters.h"
#include "verifier/readers/credentials/loose_credentials.h"
#include "verifier/readers/factory_item.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/posture/order.h"
#include "verifier/readers/quoted.h"
#include "verifier/readers/tables/resembling_text.h"
#include "verifier/readers/tables/table_credentials.h"
#include "verifier/readers/text/plain_text.h"
#include "verifier/readers/unreadable.h"

namespace attest {
namespace {

enum class Form : uint8_t { number8, number16, number32, flag, string, hex, base64 };
struct Key {
  std::string_view path;  // "spake2p.salt"
  FactId fact;
  Form form;
  const char* holds;
};
constexpr Key kKeys[] = {
    {"vendor_id", FactId::vendor_id, Form::number16, "basic-information"},
    {"product_id", FactId::product_id, Form::number16, "basic-information"},
    {"vendor_name", FactId::vendor_name, Form::string, "basic-information"},
    {"product_name", FactId::product_name, Form::string, "basic-information"},
    {"product_label", FactId::product_label, Form::string, "basic-information"},
    {"product_url", FactId::product_url, Form::string, "basic-information"},
    {"part_number", FactId::part_number, Form::string, "basic-information"},
    {"device_type_id", FactId::device_type_id, Form::number32, "basic-information"},
    {"software_version", FactId::software_version, Form::number32, "basic-information"},
    {"software_version_string", FactId::software_version_string, Form::string, "basic-information"},
    {"hardware_version", FactId::hardware_version, Form::number16, "basic-information"},
    {"hardware_version_string", FactId::hardware_version_string, Form::string, "basic-information"},
    {"serial_number", FactId::serial_number, Form::string, "basic-information"},
    {"manufacturing_date", FactId::manufacturing_date, Form::string, "basic-information"},
    {"specification_version", FactId::specification_version, Form::number32, "basic-information"},
    {"firmware_information", FactId::firmware_information, Form::hex, "firmware-information"},
    {"discriminator", FactId::discriminator, Form::number16, "onboarding"},
    {"passcode", FactId::passcode, Form::number32, "onboarding"},
    {"commissioning_flow", FactId::commissioning_flow, Form::number16, "onboarding"},
    {"discovery_capabilities", FactId::discovery_capabilities, Form::number16, "onboarding"},
    {"commissioner_result", FactId::commissioner_result, Form::number32, "commissioner-result"},
    {"rotating_id_unique_id", FactId::rotating_id_unique_id, Form::hex, "factory"},
    {"unique_id", FactId::unique_id, Form::string, "basic-information"},
    {"data_model_revision", FactId::data_model_revision, Form::number16, "basic-information"},
    {"node_label", FactId::node_label, Form::string, "basic-information"},
    {"location", FactId::location, Form::string, "basic-information"},
    {"local_config_disabled", FactId::local_config_disabled, Form::flag, "basic-information"},
    {"reachable", FactId::reachable, Form::flag, "basic-information"},
    {"capability_minima.case_sessions_per_fabric", FactId::case_sessions_per_fabric, Form::number16,
     "basic-information"},
    {"capability_minima.subscriptions_per_fabric", FactId::subscriptions_per_fabric, Form::number16,
     "basic-information"},
    {"capability_minima.simultaneous_invocations_supported",
     FactId::simultaneous_invocations_supported, Form::number16, "basic-information"},
    {"capability_minima.simultaneous_writes_supported", FactId::simultaneous_writes_supported,
     Form::number16, "basic-information"},
    {"capability_minima.read_paths_supported", FactId::read_paths_supported, Form::number16,
     "basic-information"},
    {"capability_minima.subscribe_paths_supported", FactId::subscribe_paths_supported,
     Form::number16, "basic-information"},
    {"product_appearance.finish", FactId::product_finish, Form::number8, "basic-information"},
    {"product_appearance.primary_color", FactId::product_primary_color, Form::number8,
     "basic-information"},
    {"max_paths_per_invoke", FactId::max_paths_per_invoke, Form::number16, "basic-information"},
    {"device_location.location_name", FactId::location_name, Form::string, "basic-information"},
    {"device_location.area_type", FactId::area_type, Form::number8, "basic-information"},
    {"configuration_version", FactId::configuration_version, Form::number32, "basic-information"},
    {"operational_credentials_feature_map", FactId::opcreds_feature_map, Form::number32,
     "attestation-profile"},
    {"pqc_device_attestation_profile.paa_supported_profiles", FactId::paa_supported_profiles,
     Form::number32, "attestation-profile"},
    {"pqc_device_attestation_profile.pai_supported_profiles", FactId::pai_supported_profiles,
     Form::number32, "attestation-profile"},
    {"pqc_device_attestation_profile.dac_supported_profiles", FactId::dac_supported_profiles,
     Form::number32, "attestation-profile"},
    {"pqc_device_attestation_profile.cd_supported_profiles", FactId::cd_supported_profiles,
     Form::number32, "attestation-profile"},
    {"paa_supported_profiles", FactId::paa_supported_profiles, Form::number32,
     "attestation-profile"},
    {"pai_supported_profiles", FactId::pai_supported_profiles, Form::number32,
     "attestation-profile"},
    {"dac_supported_profiles", FactId::dac_supported_profiles, Form::number32,
     "attestation-profile"},
    {"cd_supported_profiles", FactId::cd_supported_profiles, Form::number32, "attestation-profile"},
    {"spake2p.iterations", FactId::spake2p_iterations, Form::number32, "spake2p"},
    {"spake2p.salt", FactId::spake2p_salt, Form::base64, "spake2p"},
    {"spake2p.verifier", FactId::spake2p_verifier, Form::base64, "spake2p"},
    {"onboarding.qr", FactId::qr_payload, Form::string, "qr"},
    {"onboarding.manual_code", FactId::manual_code, Form::string, "manual-code"},
    {"attestation.elements", FactId::attestation_elements, Form::hex, "attestation-elements"},
    {"attestation.signature", FactId::attestation_signature, Form::hex, "attestation-signature"},
    {"attestation.nonce", FactId::attestation_nonce, Form::hex, "attestation-nonce"},
    {"attestation.challenge", FactId::attestation_challenge, Form::hex, "attestation-challenge"},
    {"nocsr.elements", FactId::nocsr_elements, Form::hex, "nocsr-elements"},
    {"nocsr.signature", FactId::nocsr_signature, Form::hex, "nocsr-signature"},
    {"nocsr.nonce", FactId::nocsr_nonce, Form::hex, "nocsr-nonce"},
    {"nocsr.challenge", FactId::nocsr_challenge, Form::hex, "nocsr-challenge"},
    {"nocsr_elements", FactId::nocsr_elements, Form::hex, "nocsr-elements"},
    {"nocsr_signature", FactId::nocsr_signature, Form::hex, "nocsr-signature"},
    {"nocsr_nonce", FactId::nocsr_nonce, Form::hex, "nocsr-nonce"},
    {"nocsr_challenge", FactId::nocsr_challenge, Form::hex, "nocsr-challenge"},
};

// Known, and of no use: no rule is about it.
constexpr std::string_view kFloor = "device_location.floor_number";

const Key* find_key(std::string_view path) {
  for (const Key& key : kKeys) {
    if (path == key.path) return &key;
  }
  return nullptr;
}
constexpr std::string_view kSecurity = "security";  // of an order
bool is_group(std::string_view name) {
  return name == kSecurity || std::any_of(std::begin(kKeys), std::end(kKeys), [&](const Key& key) {
           return key.path.size() > name.size() && key.path[name.size()] == '.' &&
                  key.path.starts_with(name);
         });
}
// Words that mean something else in other programs' files: none of them makes a file device.json.
bool is_a_common_word(std::string_view key) {
  return key == "location" || key == "reachable" || key == "node_label" ||
         key == "configuration_version" || key == "device_location";
}
// A key, or a group of them, that tells whose file it is.
bool is_own_key(std::string_view name) {
  return find_key(name) != nullptr && !is_a_common_word(name);
}
bool is_own_group(std::string_view name) {
  return is_group(name) && !is_a_common_word(name);
}

Result<FactValue> value_of(const Key& key, const Json& json) {
  if (key.form == Form::flag && json.boolean()) return FactValue(uint64_t{*json.boolean()});
  if (key.form <= Form::flag) {
    const uint64_t most = key.form == Form::flag       ? 1
                          : key.form == Form::number8  ? 0xFF
                          : key.form == Form::number16 ? 0xFFFF
                                                       : 0xFFFFFFFF;
    const auto number = json_number(json);
    if (!number) return tl::unexpected(number.error());
    if (*number > most)
      return error(
          fmt::format("expected a number up to {}, found {}", most, found_number(*number)));
    return FactValue(*number);
  }
  const std::string* string = json.string();
  if (string == nullptr) return error(fmt::format("expected a string, found {}", json.kind()));
  if (key.form == Form::string) return FactValue(*string);
  std::string letters = *string;
  // (Padding only fills up.)
  while (key.form == Form::base64 && letters.size() % 4 > 1) letters += '=';
  auto bytes = key.form == Form::hex ? from_hex(letters) : from_base64(letters);
  if (!bytes) return tl::unexpected(bytes.error());
  return FactValue(std::move(*bytes));
}

// Of a key that is a common word: why what stands there is none of Matter's. Nullopt: it may be.
std::optional<std::string> why_not(std::string_view name, const Json& json) {
  const Key* key = find_key(name);
  if (key == nullptr)
    return json.is_object() ? std::nullopt
                            : std::optional(fmt::format(
                                  "expected an object with its keys, found {}", json.kind()));
  const auto value = value_of(*key, json);
  return value ? std::nullopt : std::optional(value.error().what);
}

void read_member(const Key& key, const Json& json, const std::string& path, Reading& reading) {
  const Place place{.path = path, .offset = {}, .item = std::string(key.path)};
  if (json.is_null()) return;
  if (const auto* string = json.string(); string != nullptr && string->empty()) {
    // "" is "not given". Of these it is told, too: a device that has none answers with just that.
    if (key.fact == FactId::software_version_string || key.fact == FactId::hardware_version_string)
      reading.device.note(Remark::empty_text, place, place.item);
    return;
  }
  auto value = value_of(key, json);
  if (!value) {
    say_unreadable(reading.device, key.fact, place, place.item, value.error().what);
    return;
  }
  reading.holds(key.holds);
  reading.device.say(key.fact, std::move(*value), place);
}

// Keys of other forms, which their own readers take.
constexpr const char* kForeign[] = {"dac_cert",       "pai_cert", "certification_declaration",
                                    "basic_info_pid", "version",  "matter",
                                    "options"};
// Those that other programs have, too.
constexpr std::string_view kAnyForms[] = {"version", "matter", "options"};

// Text that is no JSON, but has a key of device.json and none of another kind: a comma too many
// must not lose its facts in silence.
bool means_device_json(std::string_view broken) {
  const auto has = [&](std::string_view key) {
    return broken.find(fmt::format("\"{}\"", key)) != std::string_view::npos;
  };
  return std::none_of(std::begin(kForeign), std::end(kForeign), has) &&
         std::any_of(std::begin(kKeys), std::end(kKeys),
                     [&](const Key& k) { return is_own_key(k.path) && has(k.path); });
}

bool recognises(const Source& s) {
  if (s.bytes.size() > 4u << 20) return false;
  const auto at = text(s.bytes).find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (at == std::string_view::npos || s.bytes[at] != '{') return false;
  const auto json = parse_json(text(s.bytes));
  return json ? is_device_json(*json) : means_device_json(text(s.bytes));
}

Result<void> read(const Source& s, Reading& reading) {
  const auto json = parse_json(text(s.bytes));
  if (!json) return tl::unexpected(json.error());
  const size_t said = reading.device.statements.size(),
               ordered = reading.device.posture.ordered.size();
  read_device_json(*json, s.path, reading);
  if (reading.device.statements.size() == said && reading.device.posture.ordered.size() > ordered)
    reading.not_used.push_back(
        {.path = s.path, .why = "what was ordered: --expect compares with it"});
  return {};
}

// What a JSON has to do with device.json: its own keys at their places, and others like them.
struct Kinship {
  size_t members = 0;  // of the object itself
  size_t own = 0;      // keys as they are written, where they belong
  size_t like = 0;     // the same keys further inside, or misspelt
  bool telling = false;
  // What is known of a name: records of one form have the same ones over and over.
  struct Name {
    bool telling = false, like = false;
  };
  std::unordered_map<std::string_view, Name> names;
};

// "VendorID", "vendor-id" and "vendor_id" are one word.
std::string plain_word(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (is_letter(c) || is_digit(c)) out += to_lower(c);
  }
  return out;
}

// One letter too many, too few, wrong, or two in the wrong order.
bool one_slip_apart(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  const size_t same =
      static_cast<size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  const std::string_view left = a.substr(same), right = b.substr(same);
  if (left.size() < right.size()) return left == right.substr(1);
  if (left.empty()) return true;
  return left.substr(1) == right.substr(1) ||
         (left.size() > 1 && left[0] == right[1] && left[1] == right[0] &&
          left.substr(2) == right.substr(2));
}

// Keys that hardly anything but a Matter device's facts has.
constexpr const char* kTelling[] = {
    "vendor_id",     "product_id", "device_type_id",         "specification_version",
    "discriminator", "passcode",   "discovery_capabilities", "firmware_information",
    "vid",           "pid",        "commissioning_flow",     "manufacturing_date"};

// How long the plain word of a key is. Of most names that alone says that they are not like it, and
// summaries of fuses have hundreds of names.
constexpr size_t plain_size(std::string_view key) {
  size_t out = 0;
  for (const char c : key) out += is_letter(c) || is_digit(c);
  return out;
}
template <class Key, size_t N, class PathOf>
constexpr std::array<size_t, N> sizes_of(const Key (&keys)[N], const PathOf& path_of) {
  std::array<size_t, N> out{};
  for (size_t i = 0; i < N; ++i) out[i] = plain_size(path_of(keys[i]));
  return out;
}
// `plain`: the plain word of a name. `size`: plain_size(key).
bool is_like(const std::string& plain, std::string_view key, size_t size) {
  if (size > plain.size() + 1 || plain.size() > size + 1) return false;
  const std::string other = plain_word(key);
  return plain == other || (size >= 8 && one_slip_apart(plain, other));
}

// A key that only a Matter device's facts have: an id and a name other devices have as well.
bool is_matters_own(std::string_view name) {
  constexpr std::string_view kAnybodys[] = {"vendor_id",
                                            "product_id",
                                            "vendor_name",
                                            "product_name",
                                            "product_label",
                                            "product_url",
                                            "part_number",
                                            "serial_number",
                                            "hardware_version",
                                            "unique_id",
                                            "software_version",
                                            "manufacturing_date",
                                            "hardware_version_string",
                                            "software_version_string"};
  return (is_own_key(name) || is_own_group(name)) &&
         std::find(std::begin(kAnybodys), std::end(kAnybodys), name) == std::end(kAnybodys);
}

// What a program tells of a device on a bus: its ids beside the words of USB, HID or PCI. Where any
// other key says that a Matter device is meant, or most keys are device.json's, it is none.
bool is_of_a_bus(const Json& json) {
  constexpr std::string_view kBusWords[] = {
      "bcddevice",          "bcdusb",          "iserial",         "iserialnumber",
      "imanufacturer",      "iproduct",        "idvendor",        "idproduct",
      "bdeviceclass",       "bdevicesubclass", "bdeviceprotocol", "bmaxpacketsize0",
      "bnumconfigurations", "busnum",          "devnum",          "buspower",
      "locationid",         "usbversion",      "usagepage",       "releasenumber",
      "manufacturerstring", "productstring",   "interfacenumber", "subsystemvendorid",
      "subsystemproductid", "subsystemid",     "pciaddress",      "deviceclass",
      "busnumber",          "deviceaddress",   "portpath",        "portnumbers"};
  const auto* members = json.object();
  if (members == nullptr) return false;
  constexpr std::string_view kAlso[] = {"bus", "driver", "speed", "path", "usage", "manufacturer"};
  size_t own = 0, of_bus = 0, also = 0;
  for (const auto& [name, value] : *members) {
    if (is_matters_own(name)) return false;
    own += find_key(name) != nullptr;
    of_bus += std::find(std::begin(kBusWords), std::end(kBusWords), plain_word(name)) !=
              std::end(kBusWords);
    also += std::find(std::begin(kAlso), std::end(kAlso), plain_word(name)) != std::end(kAlso);
  }
  return of_bus != 0 && of_bus + also >= 2 && 2 * own < members->size();
}

bool is_telling(const std::string& plain) {
  constexpr auto kSizes = sizes_of(kTelling, [](const char* key) { return key; });
  for (size_t i = 0; i < kSizes.size(); ++i) {
    if (is_like(plain, kTelling[i], kSizes[i])) return true;
  }
  return false;
}
bool is_like_a_key(const std::string& plain) {
  constexpr auto kSizes = sizes_of(kKeys, [](const Key& key) { return key.path; });
  for (size_t i = 0; i < kSizes.size(); ++i) {
    const std::string_view path = kKeys[i].path;
    if (is_like(plain, path, kSizes[i]) && !is_a_common_word(path) &&
        path.find('.') == std::string_view::npos)
      return true;
  }
  return is_telling(plain);
}

constexpr unsigned kKinDepth = 6;

void look_for_kin(const Json& json, unsigned depth, Kinship& kin) {
  if (depth > kKinDepth) return;
  if (const auto* elements = json.array()) {
    for (const Json& element : *elements) look_for_kin(element, depth + 1, kin);
    return;
  }
  if (json.object() == nullptr) return;
  for (const auto& [name, value] : *json.object()) {
    if (depth == 0 && (find_key(name) != nullptr || is_group(name))) continue;  // own
    const auto [of_name, first] = kin.names.try_emplace(name);
    if (first) {
      const std::string plain = plain_word(name);
      of_name->second = {.telling = is_telling(plain), .like = is_like_a_key(plain)};
    }
    kin.telling = kin.telling || of_name->second.telling;
    if (of_name->second.like && !value.is_object()) ++kin.like;
    look_for_kin(value, depth + 1, kin);
  }
}

Kinship kinship(const Json& json) {
  Kinship kin;
  if (const auto* members = json.object()) {
    kin.members = members->size();
    for (const auto& [name, value] : *members) {
      if (is_own_key(name)) ++kin.own;
      if (!is_own_group(name)) continue;
      if (!value.is_object()) kin.own += !value.is_null();  // read, and found to be none
      if (!value.is_object()) continue;
      if (name == kSecurity) kin.own += is_security_order(value) ? 2 : 0;
      size_t inside = 0;
      for (const auto& member : *value.object())
        inside += find_key(name + "." + member.first) != nullptr;
      kin.own += std::min<size_t>(inside, 1) * 2;  // two keys deep: nothing else has that
    }
  }
  look_for_kin(json, 0, kin);
  return kin;
}

bool is_foreign(const Json& json) {
  if (is_of_a_bus(json)) return true;
  // What the readers of those forms left, with an id of a device in it, is somebody's device.json.
  const auto* members = json.object();
  const bool tells =
      members != nullptr && std::any_of(members->begin(), members->end(), [](const auto& member) {
        return find_key(member.first) != nullptr && is_telling(plain_word(member.first));
      });
  return std::any_of(std::begin(kForeign), std::end(kForeign), [&](std::string_view foreign) {
    const bool any =
        std::find(std::begin(kAnyForms), std::end(kAnyForms), foreign) != std::end(kAnyForms);
    return json.find(foreign) != nullptr && !(any && tells);
  });
}

// Text that begins as JSON does; nothing where it is too long, or none.
Result<Json> json_of(const Source& s) {
  const auto at = text(s.bytes).find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (s.bytes.size() > 4u << 20 || at == std::string_view::npos ||
      (s.bytes[at] != '{' && s.bytes[at] != '['))
    return error("no JSON");
  return parse_json(text(s.bytes));
}

bool is_nearly_json(const Json& json) {
  if (is_foreign(json) || is_device_json(json)) return false;
  const Json* one = &json;  // in arrays of one
  while (one->array() != nullptr && one->array()->size() == 1) one = &one->array()->front();
  if (one->array() != nullptr && one != &json) return false;
  if (json.array() != nullptr && json.array()->size() > 1) return false;  // of many devices
  Kinship kin = kinship(json);
  if (one->object() != nullptr) kin.members = one->object()->size();
  return kin.telling && (kin.own + kin.like >= 2 || kin.members == 1);
}

// Of what is no JSON: the same, with a value that a device may have. A process has a pid, too.
bool is_nearly_text(const Source& s) {
  constexpr size_t kMost = 256u << 10, kShort = 128;
  if (s.bytes.size() > kMost || !is_plain_text(s.bytes)) return false;
  const auto [facts, all] = facts_in_text(text(s.bytes));
  const auto* members = facts.object();
  if (members == nullptr || is_of_a_bus(all) || is_foreign(all)) return false;
  const auto tells = [](const auto& member) {
    return is_telling(plain_word(member.first)) && plain_word(member.first) != "pid" &&
           member.second.string()->find_first_of("0123456789") != std::string::npos;
  };
  const bool telling = std::any_of(members->begin(), members->end(), tells);
  return telling && (members->size() >= 2 || s.bytes.size() <= kShort);
}

// The facts of a device, written so that nobody reads them: nested, misspelt, in an array, in
// another form than JSON.
bool recognises_nearly(const Source& s) {
  const auto json = json_of(s);
  return json ? is_nearly_json(*json) : is_nearly_text(s);
}

Result<void> read_nearly(const Source& s, Reading& reading) {
  reading.holds("unread-facts");
  reading.device.note(Remark::resembles_evidence, {.path = s.path, .offset = {}, .item = {}},
                      json_of(s) ? "a JSON with keys like those of device.json, nested or "
                                   "misspelt: its facts are not read"
                                 : "a text with keys like those of device.json that is no JSON: "
                                   "its facts are not read");
  if (onboarding_text_reader.recognises(s)) return onboarding_text_reader.read(s, reading);
  return {};
}

}  // namespace

// A key that only device.json has is enough, where it is not one among many that are nobody's: a
// program's settings may have a "vendor_id", too. Misspelt keys beside it are no other program's.
bool is_device_json(const Json& json) {
  if (json.object() == nullptr || is_foreign(json)) return false;
  const Kinship kin = kinship(json);
  return kin.own != 0 && (kin.own + kin.like >= 2 || 2 * kin.own >= kin.members);
}

bool is_device_key(std::string_view name) {
  return is_own_key(name) || is_own_group(name) || is_like_a_key(plain_word(name));
}
bool has_device_key(const Json& json) {
  const auto* members = json.object();
  return members != nullptr &&
         std::any_of(members->begin(), members->end(),
                     [](const auto& member) { return is_device_key(member.first); });
}

void read_device_json(const Json& json, const std::string& path, Reading& reading,
                      std::span<const std::string_view> others) {
  const Before before = Before::of(reading);
  const QuotedBefore quoted = QuotedBefore::of(reading);
  const auto unknown = [&](const std::string& key) {
    reading.device.note(Remark::unknown_key, {.path = path, .offset = {}, .item = key},
                        fmt::format("key \"{}\" is not known", quotable(printable(key))));
  };
  const auto& members = *json.object();
  const bool surely = std::any_of(members.begin(), members.end(),
                                  [](const auto& member) { return is_matters_own(member.first); });
  for (const auto& [name, value] : members) {
    const auto wrong =
        is_a_common_word(name) && !value.is_null() ? why_not(name, value) : std::nullopt;
    if (wrong && surely) {
      reading.device.damaged({.path = path, .offset = {}, .item = name}, name, *wrong);
    } else if (wrong) {  // it may be another program's
      reading.device.note(Remark::unknown_key, {.path = path, .offset = {}, .item = name},
                          fmt::format("key \"{}\": {}", name, *wrong));
    } else if (const Key* key = find_key(name)) {
      read_member(*key, value, path, reading);
    } else if (name == kSecurity && value.is_object()) {
      read_security_order(value, path, reading);
    } else if (is_group(name) && value.is_null()) {
      continue;  // not given
    } else if (is_group(name) && !value.is_object()) {
      // What stands there was meant to be judged: dropped with a warning it would read as absent.
      reading.device.damaged(
          {.path = path, .offset = {}, .item = name}, name,
          fmt::format("expected an object with its keys, found {}", value.kind()));
    } else if (is_group(name)) {
      for (const auto& member : *value.object()) {
        const std::string full = name + "." + member.first;
        if (const Key* inner = find_key(full)) {
          read_member(*inner, member.second, path, reading);
        } else if (full != kFloor) {
          unknown(full);
        }
      }
    } else if (std::find(others.begin(), others.end(), name) == others.end()) {
      unknown(name);
    }
  }
  read_loose_json(json, path, others, before, reading, true);
  mask_quoted(path, quoted, reading);
}

const Reader nearly_device_json_reader{.kind = "raw",
                                       .expects = "a device.json",
                                       .content = Content::text,
                                       .recognises = recognises_nearly,
                                       .read = read_nearly};
const Reader device_json_reader{.kind = "device-json",
                                .expects = "a device.json",
                                .content = Content::json,
                                .recognises = recognises,
                                .read = read};

}  // namespace attest
