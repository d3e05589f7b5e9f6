#include "report/inspect_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "verifier/matter/onboarding_words.h"
#include "verifier/pki/der.h"

namespace attest {
namespace {

struct Word {
  std::string_view key;
  const char* word;
};
template <size_t N>
const char* find(const Word (&table)[N], std::string_view key) {
  const auto* at =
      std::find_if(std::begin(table), std::end(table), [&](const Word& w) { return w.key == key; });
  return at == std::end(table) ? nullptr : at->word;
}

// RFC 5280, 5480, 5758, 8017; Matter Core 6.2.2.
constexpr Word kOids[] = {
    {"1.2.840.10045.2.1", "EC key"},
    {"1.2.840.10045.3.1.7", "P-256 (prime256v1)"},
    {"1.3.132.0.34", "P-384 (secp384r1)"},
    {"1.3.132.0.10", "secp256k1"},
    {"1.2.840.10045.4.1", "ECDSA with SHA-1"},
    {"1.2.840.10045.4.3.1", "ECDSA with SHA-224"},
    {"1.2.840.10045.4.3.2", "ECDSA with SHA-256"},
    {"1.2.840.10045.4.3.3", "ECDSA with SHA-384"},
    {"1.2.840.10045.4.3.4", "ECDSA with SHA-512"},
    {"1.2.840.113549.1.1.1", "RSA key"},
    {"1.2.840.113549.1.1.11", "RSA with SHA-256"},
    {"1.2.840.113549.1.7.1", "CMS data"},
    {"1.2.840.113549.1.7.2", "CMS SignedData"},
    {"1.2.840.113549.1.9.14", "extensions that a request asks for"},
    {"1.3.101.112", "Ed25519"},
    {"2.16.840.1.101.3.4.2.1", "SHA-256"},
    {"2.16.840.1.101.3.4.3.17", "ML-DSA-44"},
    {"2.16.840.1.101.3.4.3.18", "ML-DSA-65"},
    {"2.16.840.1.101.3.4.3.19", "ML-DSA-87"},
    {"2.5.4.3", "common name"},
    {"2.5.4.5", "serial number"},
    {"2.5.4.6", "country"},
    {"2.5.4.7", "locality"},
    {"2.5.4.8", "state or province"},
    {"2.5.4.10", "organization"},
    {"2.5.4.11", "organizational unit"},
    {"2.5.29.14", "subject key id"},
    {"2.5.29.15", "key usage"},
    {"2.5.29.17", "subject alternative names"},
    {"2.5.29.18", "issuer alternative names"},
    {"2.5.29.19", "basic constraints"},
    {"2.5.29.20", "CRL number"},
    {"2.5.29.21", "reason of a revocation"},
    {"2.5.29.27", "delta CRL indicator"},
    {"2.5.29.28", "issuing distribution point"},
    {"2.5.29.29", "certificate issuer"},
    {"2.5.29.30", "name constraints"},
    {"2.5.29.31", "CRL distribution points"},
    {"2.5.29.32", "certificate policies"},
    {"2.5.29.35", "authority key id"},
    {"2.5.29.37", "extended key usage"},
    {"2.5.29.46", "freshest CRL"},
    {"1.3.6.1.5.5.7.1.1", "authority information access"},
    {"1.3.6.1.4.1.37244.1.1", "Matter node id"},
    {"1.3.6.1.4.1.37244.1.2", "Matter firmware signing id"},
    {"1.3.6.1.4.1.37244.1.3", "Matter ICAC id"},
    {"1.3.6.1.4.1.37244.1.4", "Matter root CA id"},
    {"1.3.6.1.4.1.37244.1.5", "Matter fabric id"},
    {"1.3.6.1.4.1.37244.1.6", "Matter CASE authenticated tag"},
    {"1.3.6.1.4.1.37244.2.1", "Matter vendor id"},
    {"1.3.6.1.4.1.37244.2.2", "Matter product id"},
};

// By the branch, the longer first.
constexpr Word kOidUses[] = {
    {"1.3.6.1.4.1.37244.1.",
     "an attribute in the subject of a fabric's certificates (NOC, ICAC, RCAC); a DAC has none"},
    {"1.3.6.1.4.1.37244.2.",
     "an attribute in the subject of DAC, PAI and PAA: four upper-case hex digits"},
    {"2.5.4.", "an attribute in the subject of a certificate"},
    {"2.5.29.", "an extension of a certificate, or of a CRL"},
    {"1.3.6.1.5.5.7.1.", "an extension of a certificate"},
    {"1.3.132.", "an elliptic curve; those of device attestation are on P-256"},
    {"1.2.840.10045.3.", "an elliptic curve; those of device attestation are on P-256"},
    {"1.2.840.10045.2.", "a kind of key"},
    {"1.2.840.113549.1.1.1", "a kind of key, or of signature; Matter has neither"},
    {"1.2.840.10045.4.", "how a certificate is signed: up to Matter 1.6 with ECDSA and SHA-256"},
    {"2.16.840.1.101.3.4.3.", "a post-quantum key or signature, of Matter 1.7"},
    {"1.2.840.113549.1.7.", "a kind of content of CMS, in which declarations are signed"},
};

// Matter Device Library; those that are met most.
constexpr struct {
  uint16_t type;
  const char* word;
} kDeviceTypes[] = {
    {0x000A, "door lock"},
    {0x000B, "door lock controller"},
    {0x000E, "aggregator (bridge)"},
    {0x000F, "generic switch"},
    {0x0011, "power source"},
    {0x0012, "OTA requestor"},
    {0x0013, "bridged node"},
    {0x0014, "OTA provider"},
    {0x0015, "contact sensor"},
    {0x0016, "root node"},
    {0x0022, "speaker"},
    {0x0023, "casting video player"},
    {0x0028, "basic video player"},
    {0x002B, "fan"},
    {0x002C, "air quality sensor"},
    {0x002D, "air purifier"},
    {0x0041, "water freeze detector"},
    {0x0043, "water leak detector"},
    {0x0044, "rain sensor"},
    {0x0070, "refrigerator"},
    {0x0072, "room air conditioner"},
    {0x0073, "laundry washer"},
    {0x0074, "robotic vacuum cleaner"},
    {0x0075, "dishwasher"},
    {0x0076, "smoke and CO alarm"},
    {0x0078, "cooktop"},
    {0x0079, "microwave oven"},
    {0x007A, "extractor hood"},
    {0x007B, "oven"},
    {0x007C, "laundry dryer"},
    {0x0090, "network infrastructure manager"},
    {0x0091, "Thread border router"},
    {0x0100, "on/off light"},
    {0x0101, "dimmable light"},
    {0x0103, "on/off light switch"},
    {0x0104, "dimmer switch"},
    {0x0105, "color dimmer switch"},
    {0x0106, "light sensor"},
    {0x0107, "occupancy sensor"},
    {0x010A, "on/off plug-in unit"},
    {0x010B, "dimmable plug-in unit"},
    {0x010C, "color temperature light"},
    {0x010D, "extended color light"},
    {0x010F, "mounted on/off control"},
    {0x0110, "mounted dimmable load control"},
    {0x0202, "window covering"},
    {0x0203, "window covering controller"},
    {0x0300, "heating/cooling unit"},
    {0x0301, "thermostat"},
    {0x0302, "temperature sensor"},
    {0x0303, "pump"},
    {0x0304, "pump controller"},
    {0x0305, "pressure sensor"},
    {0x0306, "flow sensor"},
    {0x0307, "humidity sensor"},
    {0x0309, "heat pump"},
    {0x050C, "energy EVSE"},
    {0x050D, "device energy management"},
    {0x050F, "water heater"},
    {0x0510, "electrical sensor"},
    {0x0840, "control bridge"},
    {0x0850, "on/off sensor"},
};

constexpr Word kFacts[] = {
    {"vendor_id", "vendor"},
    {"product_id", "product"},
    {"vendor_name", "vendor name"},
    {"product_name", "product name"},
    {"product_label", "product label"},
    {"product_url", "product page"},
    {"part_number", "part number"},
    {"device_type_id", "device type"},
    {"software_version", "software version"},
    {"software_version_string", "software version text"},
    {"hardware_version", "hardware version"},
    {"hardware_version_string", "hardware version text"},
    {"serial_number", "serial number"},
    {"manufacturing_date", "made on"},
    {"specification_version", "Matter version"},
    {"firmware_information", "firmware information"},
    {"discriminator", "discriminator"},
    {"passcode", "passcode"},
    {"commissioning_flow", "commissioning flow"},
    {"discovery_capabilities", "discovery"},
    {"rotating_id_unique_id", "rotating id's unique id"},
    {"unique_id", "unique id"},
    {"data_model_revision", "data model revision"},
    {"node_label", "node label"},
    {"location", "country"},
    {"local_config_disabled", "local configuration off"},
    {"reachable", "reachable"},
    {"max_paths_per_invoke", "most paths an invoke"},
    {"configuration_version", "configuration version"},
    {"capability_minima.case_sessions_per_fabric", "sessions a fabric"},
    {"capability_minima.subscriptions_per_fabric", "subscriptions a fabric"},
    {"capability_minima.simultaneous_invocations_supported", "invocations at a time"},
    {"capability_minima.simultaneous_writes_supported", "writes at a time"},
    {"capability_minima.read_paths_supported", "paths of a read"},
    {"capability_minima.subscribe_paths_supported", "paths of a subscription"},
    {"product_appearance.finish", "finish"},
    {"product_appearance.primary_color", "primary color"},
    {"device_location.location_name", "room"},
    {"device_location.area_type", "kind of room"},
    {"operational_credentials_feature_map", "features of attestation"},
    {"pqc_device_attestation_profile.paa_supported_profiles", "PAA profiles"},
    {"pqc_device_attestation_profile.pai_supported_profiles", "PAI profiles"},
    {"pqc_device_attestation_profile.dac_supported_profiles", "DAC profiles"},
    {"pqc_device_attestation_profile.cd_supported_profiles", "CD profiles"},
    {"commissioner_result", "commissioner's result"},
    {"spake2p.iterations", "SPAKE2+ iterations"},
    {"spake2p.salt", "SPAKE2+ salt"},
    {"spake2p.verifier", "SPAKE2+ verifier"},
    {"attestation.elements", "attestation elements"},
    {"attestation.signature", "attestation signature"},
    {"attestation.nonce", "attestation nonce"},
    {"attestation.challenge", "attestation challenge"},
};

}  // namespace

std::string oid_words(View oid) {
  const std::string numbers = der::oid_text(oid);
  const char* word = oid_name(numbers);
  return word != nullptr ? word : numbers;
}
const char* oid_name(std::string_view numbers) {
  return find(kOids, numbers);
}
const char* oid_use(std::string_view numbers) {
  const auto* at = std::find_if(std::begin(kOidUses), std::end(kOidUses),
                                [&](const Word& w) { return numbers.starts_with(w.key); });
  return at == std::end(kOidUses) ? "a name of an algorithm or attribute" : at->word;
}

std::string device_type_words(uint64_t type) {
  const auto* at = std::find_if(std::begin(kDeviceTypes), std::end(kDeviceTypes),
                                [&](const auto& row) { return row.type == type; });
  return fmt::format("{} (0x{:04X})", at == std::end(kDeviceTypes) ? "device type" : at->word,
                     type);
}

std::string flow_words(uint8_t flow) {
  return flow < std::size(kFlows) ? kFlows[flow].means
                                  : fmt::format("flow {}, which is reserved", flow);
}

std::string capabilities_words(uint64_t bits) {
  std::string out;
  for (size_t i = 0; i < 8; ++i) {
    if ((bits >> i & 1) == 0) continue;
    out += (out.empty() ? "found by " : ", ") + (i < std::size(kDiscoveryWays)
                                                     ? std::string(kDiscoveryWays[i].found_by)
                                                     : fmt::format("reserved bit {}", i));
  }
  return out.empty() ? "found in no way that it names" : out;
}

const char* fact_words(std::string_view key) {
  return find(kFacts, key);
}

std::string fact_value_words(std::string_view key, const Json& value) {
  const std::string text = value.string() != nullptr ? printable(*value.string()) : dump(value);
  const auto number = value.natural();
  if (number && key == "device_type_id") return device_type_words(*number);
  if (number && key == "commissioning_flow" && *number <= 255)
    return flow_words(static_cast<uint8_t>(*number));
  if (number && key == "discovery_capabilities") return capabilities_words(*number);
  if (number && key == "passcode") return fmt::format("{:08}", *number);
  if (number && key == "specification_version")
    return fmt::format("{}.{}.{}.{} ({})", *number >> 24 & 0xFF, *number >> 16 & 0xFF,
                       *number >> 8 & 0xFF, *number & 0xFF, *number);
  constexpr size_t kMost = 64;
  const bool long_bytes = key.starts_with("attestation.") || key == "spake2p.verifier";
  if (long_bytes && text.size() > kMost)
    return fmt::format("{}… ({} characters; --all shows them)", text.substr(0, 32), text.size());
  return text;
}

}  // namespace attest
