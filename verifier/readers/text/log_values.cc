#include "verifier/readers/text/log_values.h"

#include <algorithm>
#include <iterator>

#include "verifier/matter/tlv.h"

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
                                           "AttestationVerification"};
  return std::any_of(std::begin(kTelling), std::end(kTelling),
                     [&](std::string_view words) { return find(text, view(words)).has_value(); });
}

}  // namespace attest::log
