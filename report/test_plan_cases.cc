// The test plan's cases: each with its steps, what they demand, and what they ask of a device.
// (SDK's test plans and scripts; Matter 1.7's are a draft.)

#include "report/test_plan.h"

namespace attest {
namespace {

using enum PlanNeeds;

template <FactId... F>
constexpr FactId kFacts[] = {F...};

constexpr PlanStep kDa12[] = {
    {"1", "Generate an attestation nonce of 32 bytes", live},
    {"2", "Obtain the attestation response"},
    {"3a", "Obtain the DAC: X.509 v3, at most 600 bytes"},
    {"3b", "Obtain the PAI: X.509 v3, at most 600 bytes"},
    {"4a", "Read VendorID", live},
    {"4b", "Read ProductID", live},
    {"5", "Extract the fields of attestation_elements"},
    {"5.1", "Verify AttestationElements field size"},
    {"5.2", "Verify certification_declaration format"},
    {"6.1", "Verify CD format_version"},
    {"6.2", "Verify CD vendor_id"},
    {"6.3", "Verify CD product_id_array"},
    {"6.4", "Verify CD device_type_id"},
    {"6.5", "Verify CD certificate_id"},
    {"6.6", "Verify CD security_level"},
    {"6.7", "Verify CD security_information"},
    {"6.8", "Verify CD version_number"},
    {"6.9", "Verify CD certification_type"},
    {"7.0", "Extract VID and PID of DAC and PAI"},
    {"7.1", "Verify that dac_origin is there in whole or not at all"},
    {"7.2", "Verify dac_origin against DAC and PAI"},
    {"7.3", "Verify CD vendor_id and product_id_array against DAC and PAI"},
    {"8", "Verify authorized_paa_list"},
    {"9", "Verify the CD's signature"},
    {"10", "Verify attestation_nonce"},
    {"11", "Verify firmware_information", files, kFacts<FactId::attestation_elements>},
    {"12", "Verify AttestationSignature"},
    {"13", "Refuse a nonce of 33 bytes with INVALID_COMMAND", live},
    {"14", "Refuse a nonce of 31 bytes with INVALID_COMMAND", live},
};
constexpr PlanStep kDa15[] = {
    {"3", "Obtain the DAC"},
    {"4", "Arm the fail-safe", live},
    {"5", "Obtain the CSR response"},
    {"6", "Verify NOCSRElements, its CSR and its nonce"},
    {"7", "Verify the signature of NOCSRElements"},
    {"8", "Verify that no vendor field holds the attestation challenge"},
    {"11", "Refuse a CSR nonce of 31 bytes with INVALID_COMMAND", live},
    {"17", "Compare the keys of two fabrics", live},
};
constexpr PlanStep kDa17[] = {
    {"1.1", "Obtain the PAI of the first unit"},
    {"1.2", "Obtain the DAC of the first unit"},
    {"1.3", "Verify that its PAI is signed by a PAA of the store, and not the SDK's"},
    {"1.4", "Verify that its DAC names its PAI byte for byte"},
    {"1.5", "Verify that its PAI names its PAA byte for byte"},
    {"1.6", "Extract the key of its DAC"},
    {"2", "The same of the second unit", second_unit},
    {"3", "Verify that the keys of the two units differ", second_unit},
};
constexpr PlanStep kSc71[] = {
    {"1", "The first unit's list of root certificates is empty", live},
    {"2", "The second unit's list of root certificates is empty", live},
    {"3", "Compare the discriminators of the two units", second_unit},
    {"4", "Compare the passcodes of the two units", second_unit},
};
constexpr PlanStep kBinfo21[] = {
    {"2", "Read DataModelRevision", files, kFacts<FactId::data_model_revision>},
    {"3", "Refuse writes to what is read only, and so on for each attribute", live},
    {"5", "Read VendorName", files, kFacts<FactId::vendor_name>},
    {"8", "Read VendorID", files, kFacts<FactId::vendor_id>},
    {"11", "Read ProductName", files, kFacts<FactId::product_name>},
    {"14", "Read ProductID", files, kFacts<FactId::product_id>},
    {"17", "Read NodeLabel", files, kFacts<FactId::node_label>},
    {"20a", "Read Location", files, kFacts<FactId::location>},
    {"21", "Read HardwareVersion", files, kFacts<FactId::hardware_version>},
    {"24", "Read HardwareVersionString", files, kFacts<FactId::hardware_version_string>},
    {"27", "Read SoftwareVersion", files, kFacts<FactId::software_version>},
    {"30", "Read SoftwareVersionString", files, kFacts<FactId::software_version_string>},
    {"33", "Read ManufacturingDate", files, kFacts<FactId::manufacturing_date>},
    {"36", "Read PartNumber", files, kFacts<FactId::part_number>},
    {"39", "Read ProductURL", files, kFacts<FactId::product_url>},
    {"42", "Read ProductLabel", files, kFacts<FactId::product_label, FactId::vendor_name>,
     PlanChain::all, kFacts<FactId::product_label>},
    {"45", "Read SerialNumber", files, kFacts<FactId::serial_number>},
    {"48", "Read LocalConfigDisabled", files, kFacts<FactId::local_config_disabled>},
    {"51", "Read Reachable", files, kFacts<FactId::reachable>},
    {"53", "Read UniqueID", files, kFacts<FactId::unique_id, FactId::serial_number>, PlanChain::all,
     kFacts<FactId::unique_id>},
    {"56", "Read CapabilityMinima", files,
     kFacts<FactId::case_sessions_per_fabric, FactId::subscriptions_per_fabric>, PlanChain::all,
     kFacts<FactId::case_sessions_per_fabric, FactId::subscriptions_per_fabric,
            FactId::simultaneous_invocations_supported, FactId::simultaneous_writes_supported,
            FactId::read_paths_supported, FactId::subscribe_paths_supported>},
    {"63", "Read SpecificationVersion", files, kFacts<FactId::specification_version>},
    {"66", "Read MaxPathsPerInvoke", files, kFacts<FactId::max_paths_per_invoke>},
    {"69", "Read ConfigurationVersion", files, kFacts<FactId::configuration_version>},
};
constexpr PlanStep kIdm131[] = {
    {"1", "Read all attributes", live},
    {"2", "No \"Test\" in ProductName", files, kFacts<FactId::product_name>},
    {"3", "No \"Test\" in VendorName", files, kFacts<FactId::vendor_name>},
    {"4", "No test vendor id", files, kFacts<FactId::vendor_id>},
    {"5", "The calendar is not the default", live},
    {"6", "No unit testing cluster", live},
    {"7", "No fault injection cluster", live},
    {"8", "No sample cluster", live},
    {"9", "No empty list of fixed labels", live},
};
// (Draft of Matter 1.7.)
constexpr FactId kProfiles[] = {FactId::paa_supported_profiles, FactId::pai_supported_profiles,
                                FactId::dac_supported_profiles};
constexpr auto kPq = PlanChain::post_quantum, kLegacy = PlanChain::legacy;
constexpr PlanStep kReadFeature = {"1", "Read FeatureMap: PQCDA is set", files,
                                   kFacts<FactId::opcreds_feature_map>},
                   kReadProfiles = {"2", "Read PQCDeviceAttestationProfile", files, kProfiles},
                   kSelect = {
                       "3", "Select the strongest profiles of PAA and PAI", files,
                       kFacts<FactId::paa_supported_profiles, FactId::pai_supported_profiles>};
constexpr PlanStep kDa110[] = {
    kReadFeature,
    kReadProfiles,
    kSelect,
    {"4", "Request the PAI of that profile, its first segment", live},
    {"5", "Join the PAI's segments: its key and signature are of the profiles", files, {}, kPq},
    {"6", "DACSupportedProfiles names P-256", files, kFacts<FactId::dac_supported_profiles>},
    {"7", "Request the DAC of that profile, its first segment", live},
    {"8", "Join the DAC's segments: a P-256 key, a signature of the PAI's", files, {}, kPq},
    {"9", "Obtain the legacy PAI", files, {}, kLegacy},
    {"10", "Obtain the legacy DAC", files, {}, kLegacy},
    {"11", "Verify the post-quantum chain", files, {}, kPq},
    {"12", "Verify the legacy chain", files, {}, kLegacy},
};
constexpr PlanStep kDa112[] = {
    kReadFeature,
    kReadProfiles,
    kSelect,
    {"4", "Obtain the PAI of that profile", files, {}, kPq},
    {"5", "DACSupportedProfiles names P-256", files, kFacts<FactId::dac_supported_profiles>},
    {"6", "Obtain the DAC of that profile", files, {}, kPq},
    {"7", "Obtain the legacy PAI", files, {}, kLegacy},
    {"8", "Obtain the legacy DAC", files, {}, kLegacy},
    {"9", "Obtain the attestation response"},
    {"10", "Verify the post-quantum chain, response and declaration", files, {}, kPq},
    {"11", "Verify the legacy chain and the same response", files, {}, kLegacy},
    {"12", "Finish commissioning", live},
};
constexpr PlanStep kOpcreds39[] = {
    kReadFeature,
    kReadProfiles,
    {"3", "Request the PAI of the strongest profile in segments", live},
    {"4", "Join the PAI's segments: its key and signature are of the profiles", files, {}, kPq},
    {"5", "Request the DAC in segments", live},
    {"6", "Join the DAC's segments: a P-256 key, a signature of the PAI's", files, {}, kPq},
    {"7", "Refuse a SegmentID past the end with INVALID_COMMAND", live},
    {"8", "Refuse a MaxSegmentSize of 65535 with INVALID_COMMAND", live},
    {"9", "Refuse CertificateType 3 with INVALID_COMMAND", live},
};
constexpr PlanStep kWhole[] = {{"", "From files"}};
constexpr PlanStep kWholeLive[] = {{"", "With a device", live}};
constexpr PlanStep kWholeCommand[] = {{"", "From files", command}};
constexpr PlanStep kVersionImages[] = {{"", "The image of the device's own version"},
                                       {"", "The images of the other versions", command}};
constexpr PlanStep kRevocation[] = {{"", "Refuse a revoked DAC or PAI"}};
constexpr PlanStep kQr[] = {{"", "Read the QR code", files, kFacts<FactId::qr_payload>}};
constexpr PlanStep kManual[] = {
    {"", "Read the manual pairing code", files, kFacts<FactId::manual_code>}};
constexpr PlanStep kFlow[] = {{"", "Compare the commissioning flow"},
                              {"", "Advertise as the flow demands", live}};

constexpr const char* kVectors =
    "matter-attest verify on the SDK's vectors of the commissioner (commissioner_dut)";
constexpr const char* kCommissioner = "nothing: the device under test is the commissioner";
constexpr const char* kTerms = "terms and conditions of the enhanced setup flow";
constexpr const char* kTermsLive = "attributes 5 to 9 of General Commissioning, and commands";
constexpr const char* kNfc = "the NFC tag carries the same payload as the QR code";
constexpr const char* kTag = "the tag, read at the device";
constexpr const char* kAdvertising = "what the device advertises, by its commissioning flow";
constexpr const char* kDnsSd = "DNS-SD or Bluetooth of the device";

constexpr TestCase kCases[] = {
    {"TC-DA-1.1", "Factory reset", "NOC, groups and ACL are gone after a factory reset",
     PlanScope::live, "commissioning, a factory reset, and reading the lists after it", "",
     kWholeLive},
    {"TC-DA-1.2", "Device attestation request of a commissionee",
     "DAC, PAI, certification declaration and attestation response are as specified, field by "
     "field",
     PlanScope::device, "the nonce that was sent, and nonces of 33 and 31 bytes being refused", "",
     kDa12},
    {"TC-DA-1.3",
     "Device attestation by a commissioner",
     "a commissioner judges each vector right",
     PlanScope::commissioner,
     kCommissioner,
     kVectors,
     {}},
    {"TC-DA-1.4",
     "Attestation vectors of a commissioner",
     "a commissioner refuses what the vectors call wrong",
     PlanScope::commissioner,
     kCommissioner,
     kVectors,
     {}},
    {"TC-DA-1.5", "NOCSR of a commissionee",
     "NOCSRElements of at most 900 bytes, its CSR on P-256 and signed, its nonce the one sent, a "
     "signature by the DAC's key over elements and challenge",
     PlanScope::device, "a nonce of 31 bytes being refused, and a second fabric", "", kDa15},
    {"TC-DA-1.6",
     "NOCSR by a commissioner",
     "a commissioner refuses a wrong NOCSR response",
     PlanScope::commissioner,
     kCommissioner,
     "",
     {}},
    {"TC-DA-1.7", "PAA of two units",
     "two units of one vendor and product id, each below a PAA of the store that is not the SDK's, "
     "names equal byte for byte, the keys of their DACs different",
     PlanScope::device, "a second unit; matter-attest lot judges the files of two", "", kDa17},
    {"TC-DA-1.8",
     "Attestation by a commissioner, more vectors",
     "a commissioner judges each vector right",
     PlanScope::commissioner,
     kCommissioner,
     kVectors,
     {}},
    {"TC-DA-1.9", "Revocation by a commissioner", "a commissioner refuses a revoked DAC or PAI",
     PlanScope::commissioner, kCommissioner, "", kRevocation},
    {"TC-DA-1.10", "Certificate chain requests with post-quantum profiles",
     "PQCDA and its profiles, both chains whole and valid, the post-quantum one in segments",
     PlanScope::device, "segments of certificates being requested", "", kDa110, true},
    {"TC-DA-1.11",
     "Post-quantum attestation by a commissioner",
     "a commissioner judges post-quantum chains right",
     PlanScope::commissioner,
     kCommissioner,
     "",
     {}},
    {"TC-DA-1.12", "Post-quantum attestation of a commissionee",
     "PQCDA and its profiles, and one attestation response that verifies under both chains",
     PlanScope::device, "commissioning", "", kDa112, true},
    {"TC-DA-1.13",
     "Post-quantum vectors of a commissioner",
     "a commissioner refuses what the vectors call wrong",
     PlanScope::commissioner,
     kCommissioner,
     "",
     {}},
    {"TC-OPCREDS-3.8",
     "Signed verification of the vendor id",
     "the fabric's statement of its vendor id verifies",
     PlanScope::elsewhere,
     "a device on a fabric",
     "",
     {}},
    {"TC-OPCREDS-3.9", "Certificate chain requests of the post-quantum profiles",
     "PQCDA and its profiles, certificates in segments, wrong requests being refused",
     PlanScope::device, "segments being requested, and wrong requests", "", kOpcreds39, true},
    {"TC-SC-7.1", "Onboarding codes of two units",
     "two units differ in discriminator and passcode; after certification neither is the SDK's "
     "default; the list of root certificates is empty",
     PlanScope::device, "the list of root certificates, read at each of two devices", "", kSc71},
    {"TC-DD-1.1", "QR code", "the QR code of a commissionee is as specified", PlanScope::device, "",
     "", kQr},
    {"TC-DD-1.2", "Manual pairing code", "the manual pairing code is as specified",
     PlanScope::device, "", "", kManual},
    {"TC-DD-1.3", "NFC tag", kNfc, PlanScope::live, kTag, "", kWholeLive},
    {"TC-DD-1.4", "Several QR codes in one", "each of the concatenated payloads is as specified",
     PlanScope::device, "", "matter-attest payload parse CODE", kWholeCommand},
    {"TC-DD-1.5", "NFC tag", kNfc, PlanScope::live, kTag, "", kWholeLive},
    {"TC-DD-1.16", "Commissioning flow", kAdvertising, PlanScope::device, kDnsSd, "", kFlow},
    {"TC-DD-1.17", "Commissioning flow", kAdvertising, PlanScope::live, kDnsSd, "", kWholeLive},
    {"TC-DD-2.1", "Advertising of a commissionable node", kAdvertising, PlanScope::live, kDnsSd, "",
     kWholeLive},
    {"TC-DD-3.23", "Commissioning by NFC", kNfc, PlanScope::live, kTag, "", kWholeLive},
    {"TC-DD-3.24", "Commissioning by NFC", kNfc, PlanScope::live, kTag, "", kWholeLive},
    {"TC-SC-4.1", "Commissionable node discovery", kAdvertising, PlanScope::live, kDnsSd, "",
     kWholeLive},
    {"TC-SC-4.3", "Operational discovery", "DNS-SD records of the commissioned device",
     PlanScope::live, kDnsSd, "", kWholeLive},
    {"TC-BINFO-2.1", "Attributes of Basic Information",
     "lengths, ranges and formats of each attribute; read-only ones refuse writes",
     PlanScope::device, "writes being refused", "", kBinfo21},
    {"TC-IDM-13.1", "Accidental defaults",
     "no \"Test\" in names, no test vendor id, no default labels, no test clusters",
     PlanScope::device, "the clusters and labels of the device", "", kIdm131},
    {"TC-CGEN-2.5", "Terms and conditions", kTerms, PlanScope::live, kTermsLive, "", kWholeLive},
    {"TC-CGEN-2.6", "Terms and conditions", kTerms, PlanScope::live, kTermsLive, "", kWholeLive},
    {"TC-CGEN-2.7", "Terms and conditions", kTerms, PlanScope::live, kTermsLive, "", kWholeLive},
    {"TC-CGEN-2.8", "Terms and conditions", kTerms, PlanScope::live, kTermsLive, "", kWholeLive},
    {"TC-CGEN-2.9", "Terms and conditions", kTerms, PlanScope::live, kTermsLive, "", kWholeLive},
    {"TC-CGEN-2.10", "Terms and conditions", kTerms, PlanScope::live, kTermsLive, "", kWholeLive},
    {"TC-CGEN-2.11", "Terms and conditions", kTerms, PlanScope::live, kTermsLive, "", kWholeLive},
    {"post-cert-TestEventTriggers", "Test event triggers are off",
     "attribute 8 of General Diagnostics is false", PlanScope::live, "reading the attribute", "",
     kWholeLive},
    {"post-cert-Vendor", "The vendor is on the ledger", "the ledger has the vendor",
     PlanScope::device, "", "", kWhole},
    {"post-cert-Model", "The product is on the ledger", "the ledger has the model",
     PlanScope::device, "", "", kWhole},
    {"post-cert-Compliance", "The product is certified",
     "the ledger has the compliance of the software version", PlanScope::device, "", "", kWhole},
    {"post-cert-CertifiedModel", "The product is among the certified models",
     "the ledger says certified, with the declaration's certificate id", PlanScope::device, "", "",
     kWhole},
    {"post-cert-AllSoftwareVersions", "Software images on the ledger",
     "size, checksum and type of the image of every software version", PlanScope::device, "",
     "matter-attest dcl audit --fetch", kVersionImages},
    {"TC-PAVST-*",
     "Push AV stream transport",
     "video push",
     PlanScope::elsewhere,
     "a device that answers",
     "",
     {}},
    {"TC-TLSCERT-*",
     "TLS certificate management",
     "TLS certificates",
     PlanScope::elsewhere,
     "a device that answers",
     "",
     {}},
    {"TC-DGSW-*",
     "Software diagnostics",
     "diagnostics",
     PlanScope::elsewhere,
     "a device that answers",
     "",
     {}},
    {"TC-IDM-*",
     "Interaction model",
     "the interaction model",
     PlanScope::elsewhere,
     "a device that answers",
     "",
     {}},
};

}  // namespace

std::span<const TestCase> test_cases() {
  return kCases;
}

}  // namespace attest
