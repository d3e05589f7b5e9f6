#include "verifier/readers/text/log_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "verifier/base/characters.h"
#include "verifier/matter/tlv.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/text/log_line.h"
#include "verifier/readers/text/log_said.h"

namespace attest::log {
namespace {

using Form = DeviceAttribute::Form;
constexpr uint64_t kBasic = kBasicInformation, kCredentials = kOperationalCredentials;
constexpr DeviceAttribute kAttributes[] = {
    {kBasic, 0x00, FactId::data_model_revision, Form::number, "DataModelRevision"},
    {kBasic, 0x01, FactId::vendor_name, Form::text, "VendorName"},
    {kBasic, 0x02, FactId::vendor_id, Form::number, "VendorID"},
    {kBasic, 0x03, FactId::product_name, Form::text, "ProductName"},
    {kBasic, 0x04, FactId::product_id, Form::number, "ProductID"},
    {kBasic, 0x05, FactId::node_label, Form::text, "NodeLabel"},
    {kBasic, 0x06, FactId::location, Form::text, "Location"},
    {kBasic, 0x07, FactId::hardware_version, Form::number, "HardwareVersion"},
    {kBasic, 0x08, FactId::hardware_version_string, Form::text, "HardwareVersionString"},
    {kBasic, 0x09, FactId::software_version, Form::number, "SoftwareVersion"},
    {kBasic, 0x0A, FactId::software_version_string, Form::text, "SoftwareVersionString"},
    {kBasic, 0x0B, FactId::manufacturing_date, Form::text, "ManufacturingDate"},
    {kBasic, 0x0C, FactId::part_number, Form::text, "PartNumber"},
    {kBasic, 0x0D, FactId::product_url, Form::text, "ProductURL"},
    {kBasic, 0x0E, FactId::product_label, Form::text, "ProductLabel"},
    {kBasic, 0x0F, FactId::serial_number, Form::text, "SerialNumber"},
    {kBasic, 0x10, FactId::local_config_disabled, Form::flag, "LocalConfigDisabled"},
    {kBasic, 0x11, FactId::reachable, Form::flag, "Reachable"},
    {kBasic, 0x12, FactId::unique_id, Form::text, "UniqueID"},
    {kBasic, 0x13, FactId::case_sessions_per_fabric, Form::number, "CaseSessionsPerFabric", 0},
    {kBasic, 0x13, FactId::subscriptions_per_fabric, Form::number, "SubscriptionsPerFabric", 1},
    {kBasic, 0x13, FactId::simultaneous_invocations_supported, Form::number,
     "SimultaneousInvocationsSupported", 2},
    {kBasic, 0x13, FactId::simultaneous_writes_supported, Form::number,
     "SimultaneousWritesSupported", 3},
    {kBasic, 0x13, FactId::read_paths_supported, Form::number, "ReadPathsSupported", 4},
    {kBasic, 0x13, FactId::subscribe_paths_supported, Form::number, "SubscribePathsSupported", 5},
    {kBasic, 0x14, FactId::product_finish, Form::number, "Finish", 0},
    {kBasic, 0x14, FactId::product_primary_color, Form::number, "PrimaryColor", 1},
    {kBasic, 0x15, FactId::specification_version, Form::number, "SpecificationVersion"},
    {kBasic, 0x16, FactId::max_paths_per_invoke, Form::number, "MaxPathsPerInvoke"},
    {kBasic, 0x17, FactId::location_name, Form::text, "LocationName", 0},
    {kBasic, 0x17, FactId::area_type, Form::number, "AreaType", 2},
    {kBasic, 0x18, FactId::configuration_version, Form::number, "ConfigurationVersion"},
    {kCredentials, 0xFFFC, FactId::opcreds_feature_map, Form::number, "FeatureMap"},
    {kCredentials, 0x06, FactId::paa_supported_profiles, Form::number, "PAASupportedProfiles", 0},
    {kCredentials, 0x06, FactId::pai_supported_profiles, Form::number, "PAISupportedProfiles", 1},
    {kCredentials, 0x06, FactId::dac_supported_profiles, Form::number, "DACSupportedProfiles", 2},
    {kCredentials, 0x06, FactId::cd_supported_profiles, Form::number, "CDSupportedProfiles", 3},
};

// "caseSessionsPerFabric", as some programs write the names of attributes and fields.
bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return to_lower(x) == to_lower(y);
         });
}

}  // namespace

namespace {

bool is_at(const DeviceAttribute& a, AttributePath path) {
  return a.cluster == path.cluster && a.attribute == path.attribute;
}
template <class Condition>
const DeviceAttribute* find_attribute(Condition condition) {
  const auto at = std::find_if(std::begin(kAttributes), std::end(kAttributes), condition);
  return at == std::end(kAttributes) ? nullptr : &*at;
}

}  // namespace

const DeviceAttribute* device_attribute(AttributePath path, std::optional<uint64_t> field) {
  return find_attribute(
      [&](const DeviceAttribute& a) { return is_at(a, path) && a.field == field; });
}
const DeviceAttribute* attribute_field(AttributePath path, std::string_view field) {
  return find_attribute([&](const DeviceAttribute& a) {
    return is_at(a, path) && a.field &&
           (field == std::to_string(*a.field) || same_name(field, a.name));
  });
}
const DeviceAttribute* attribute_field_of(AttributePath path, std::string_view line,
                                          std::string& name) {
  return find_attribute([&](const DeviceAttribute& a) {
    if (!is_at(a, path) || !a.field) return false;
    name = "0x" + std::to_string(*a.field);
    return line.find(name + " = ") != std::string_view::npos;
  });
}
bool is_attribute_structure(AttributePath path) {
  return find_attribute([&](const DeviceAttribute& a) { return is_at(a, path) && a.field; }) !=
         nullptr;
}
bool is_device_cluster(std::optional<uint64_t> cluster) {
  return find_attribute([&](const DeviceAttribute& a) { return a.cluster == cluster; }) != nullptr;
}

namespace {

// "TRUE" behind the name, whatever the case.
std::optional<uint64_t> flag_after(std::string_view line, std::string_view name) {
  const size_t at = line.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = line.substr(at + name.size());
  while (!rest.empty() && (rest[0] == ' ' || rest[0] == ':' || rest[0] == '='))
    rest.remove_prefix(1);
  for (const auto& [word, value] :
       {std::pair<std::string_view, uint64_t>{"true", 1}, {"false", 0}}) {
    if (rest.size() >= word.size() && same_name(rest.substr(0, word.size()), word)) return value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<FactValue> attribute_value(const DeviceAttribute& attribute, std::string_view line,
                                         std::string_view name) {
  if (!attribute.is_number()) {
    auto words = quoted_after(line, name);
    return words && is_utf8(*words) ? std::optional<FactValue>(std::move(*words)) : std::nullopt;
  }
  const auto number =
      attribute.form == Form::flag ? flag_after(line, name) : number_after(line, name);
  return number ? std::optional<FactValue>(*number) : std::nullopt;
}

std::optional<NamedAttribute> attribute_named(uint64_t cluster, std::string_view line) {
  for (const DeviceAttribute& attribute : kAttributes) {
    if (attribute.cluster != cluster) continue;
    const std::string name = std::string(attribute.name) + ":";
    const size_t at = line.find(name), behind = at + name.size();
    // A word of its own, that nothing but the log's prefix stands before. Of an empty text the
    // blank behind it is gone with the line's end.
    if (at == std::string_view::npos || (behind < line.size() && line[behind] != ' ')) continue;
    if (at == 0 || line[at - 1] == ' ' || line[at - 1] == ']')
      return NamedAttribute{.attribute = &attribute, .at = at};
  }
  return std::nullopt;
}

std::optional<NamedAttribute> ReadOut::line(std::string_view line) {
  constexpr unsigned kLinesOfCluster = 64;
  const bool attribute = line.find("Attribute 0x") != std::string_view::npos;
  if (line.find("Cluster: 0x") != std::string_view::npos) {
    in_structure_ = false;
    const auto cluster = number_after(line, "Cluster");
    cluster_ = cluster.value_or(0);
    may_follow_ = !is_device_cluster(cluster) ? 0 : attribute ? 1 : kLinesOfCluster;
    return std::nullopt;
  }
  // (What a setup code says has the same names.)
  if (may_follow_ == 0 || attribute || line.find("SPL") != std::string_view::npos)
    return std::nullopt;
  // "CapabilityMinima: {": its fields have lines of their own, each with its name.
  if (line.ends_with(": {")) {
    in_structure_ = true;
    return std::nullopt;
  }
  if (in_structure_ && line.ends_with('}')) {
    in_structure_ = false;
    --may_follow_;
    return std::nullopt;
  }
  if (!in_structure_) --may_follow_;
  auto named = attribute_named(cluster_, line);
  return named && named->attribute->field.has_value() == in_structure_ ? named : std::nullopt;
}

bool ends_within(View structure) {
  size_t open = 0;
  tlv::Cursor cursor(structure);
  while (!cursor.empty()) {
    const auto element = cursor.next();
    if (!element) {
      Bytes longer = to_bytes(cursor.rest());
      longer.resize(longer.size() + kMostCut);
      tlv::Cursor on(longer);
      return on.next() && on.offset() > cursor.rest().size();
    }
    open += element->is_container();
    open -= element->type == tlv::Type::end;
    if (open == 0) return false;  // whole: what stands behind it is too much
  }
  return open != 0;
}

bool has_telling_words(View bytes) {
  constexpr std::string_view kTelling[] = {"CHIP:",
                                           "CommandPathIB =",
                                           "chip[",
                                           "[CTL]",
                                           "[DMG]",
                                           "[TOO]",
                                           "chip.CTL",
                                           "chip.native",
                                           "AttestationResponse",
                                           "NOCSRElements",
                                           "attestationElements",
                                           "'Attestation Information'",
                                           "certificate considered (",
                                           "OnDeviceAttestation",
                                           "certificateChainRe",
                                           "payload: 1528",
                                           "Unable to find PAA",
                                           "Device candidate DAC chain",
                                           "--> DAC's VID",
                                           "CD signing key identifier",
                                           "attestation errorCode",
                                           "certificate-chain-request",
                                           "Cluster: 0x0000_0028",
                                           "Cluster: 0x0000_003E",
                                           "AttestationVerification"};
  constexpr std::string_view kIds = "DAC's VID:";
  const std::string_view all = attest::text(bytes);
  for (size_t at = 0; (at = all.find(kIds, at)) != std::string_view::npos; at += kIds.size()) {
    if (begins_statement(all, at)) return true;
  }
  return std::any_of(std::begin(kTelling), std::end(kTelling),
                     [&](std::string_view words) { return find(bytes, view(words)).has_value(); });
}

PemBlockOf::End PemBlockOf::end() const {
  auto der = from_base64(full + tail);
  const size_t there = der ? der->size() : full.size() / 4 * 3;
  const size_t says = der ? der_size(*der) : 0;
  if (der && !der->empty() && (says == 0 ? there == stated : says <= there))
    return {.whole = std::move(*der), .lacks = {}};
  const std::optional<uint64_t> size = stated      ? stated
                                       : says != 0 ? std::optional<uint64_t>(says)
                                                   : std::nullopt;
  return {.whole = {},
          .lacks = size ? fmt::format("its PEM block began and was cut: {} bytes are stated, {} "
                                      "are in the log",
                                      *size, there)
                        : "its PEM block is not whole"};
}

std::optional<PemBlockOf> announced_block(const std::string& line, uint64_t offset) {
  constexpr std::string_view kConsidered = "considered (";
  if (line.find("certificate considered (") == std::string::npos) return std::nullopt;
  const size_t at = line.find(kConsidered) + kConsidered.size();
  return PemBlockOf{.role = line.find("DAC cert") != std::string::npos   ? FactId::dac
                            : line.find("PAI cert") != std::string::npos ? FactId::pai
                            : line.find("PAA cert") != std::string::npos ? FactId::paa
                                                                         : FactId::certificate,
                    .stated = number_after("n=" + line.substr(at), "n"),
                    .offset = offset,
                    .full = {},
                    .tail = {}};
}

}  // namespace attest::log
