#include "verifier/readers/text/log_values.h"

#include <algorithm>
#include <iterator>

#include "verifier/matter/tlv.h"
#include "verifier/readers/text/log_line.h"

namespace attest::log {
namespace {

constexpr BasicAttribute kBasicAttributes[] = {
    {0x01, FactId::vendor_name, false, "VendorName"},
    {0x02, FactId::vendor_id, true, "VendorID"},
    {0x03, FactId::product_name, false, "ProductName"},
    {0x04, FactId::product_id, true, "ProductID"},
    {0x07, FactId::hardware_version, true, "HardwareVersion"},
    {0x08, FactId::hardware_version_string, false, "HardwareVersionString"},
    {0x09, FactId::software_version, true, "SoftwareVersion"},
    {0x0A, FactId::software_version_string, false, "SoftwareVersionString"},
    {0x0B, FactId::manufacturing_date, false, "ManufacturingDate"},
    {0x0C, FactId::part_number, false, "PartNumber"},
    {0x0D, FactId::product_url, false, "ProductURL"},
    {0x0E, FactId::product_label, false, "ProductLabel"},
    {0x0F, FactId::serial_number, false, "SerialNumber"},
    {0x12, FactId::unique_id, false, "UniqueID"},
    {0x15, FactId::specification_version, true, "SpecificationVersion"},
};

}  // namespace

const BasicAttribute* basic_attribute(uint64_t id) {
  const auto at = std::find_if(std::begin(kBasicAttributes), std::end(kBasicAttributes),
                               [&](const BasicAttribute& a) { return a.attribute == id; });
  return at == std::end(kBasicAttributes) ? nullptr : &*at;
}

std::optional<NamedAttribute> basic_attribute_named(std::string_view line) {
  for (const BasicAttribute& attribute : kBasicAttributes) {
    const std::string name = std::string(attribute.name) + ": ";
    const size_t at = line.find(name);
    // A word of its own, that nothing but the log's prefix stands before.
    if (at != std::string_view::npos && (at == 0 || line[at - 1] == ' ' || line[at - 1] == ']'))
      return NamedAttribute{.attribute = &attribute, .at = at};
  }
  return std::nullopt;
}

std::optional<NamedAttribute> ReadOut::line(std::string_view line) {
  constexpr uint64_t kBasicInformation = 0x28;
  constexpr unsigned kLinesOfCluster = 64;
  const bool attribute = line.find("Attribute 0x") != std::string_view::npos;
  if (line.find("Cluster: 0x") != std::string_view::npos) {
    may_follow_ = number_after(line, "Cluster") != kBasicInformation ? 0
                  : attribute                                        ? 1
                                                                     : kLinesOfCluster;
    return std::nullopt;
  }
  // (What a setup code says has the same names.)
  if (may_follow_ == 0 || attribute || line.find("SPL") != std::string_view::npos)
    return std::nullopt;
  --may_follow_;
  return basic_attribute_named(line);
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
  }
  return open != 0;
}

bool has_telling_words(View text) {
  constexpr std::string_view kTelling[] = {"CHIP:",
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
                                           "AttestationVerification"};
  return std::any_of(std::begin(kTelling), std::end(kTelling),
                     [&](std::string_view words) { return find(text, view(words)).has_value(); });
}

}  // namespace attest::log
