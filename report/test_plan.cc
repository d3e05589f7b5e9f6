#include "report/test_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_map>

#include "verifier/base/characters.h"

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

constexpr const char *k12 = "TC-DA-1.2", *k15 = "TC-DA-1.5", *k17 = "TC-DA-1.7", *kSc = "TC-SC-7.1",
                     *kBinfo = "TC-BINFO-2.1", *kDd1 = "TC-DD-1.1", *kDd2 = "TC-DD-1.2",
                     *kVendor = "post-cert-Vendor", *kModel = "post-cert-Model",
                     *kCompliance = "post-cert-Compliance",
                     *kCertified = "post-cert-CertifiedModel",
                     *kVersions = "post-cert-AllSoftwareVersions", *k110 = "TC-DA-1.10",
                     *k112 = "TC-DA-1.12", *k39 = "TC-OPCREDS-3.9";

// A row a check and step. Of several rows of one check the first is the one it is shown with.
constexpr PlanCover kCovers[] = {
    {"attestation.response-is-there", k12, "2", true},
    {"dac.is-present", k12, "3a"},
    {"dac.is-not-the-pai", k12, "3a"},
    {"dac.is-one-certificate", k12, "3a"},
    {"dac.is-short-enough", k12, "3a"},
    {"dac.version-is-3", k12, "3a"},
    {"pai.is-present", k12, "3b"},
    {"pai.is-not-a-device-certificate", k12, "3b"},
    {"pai.is-one-certificate", k12, "3b"},
    {"pai.is-short-enough", k12, "3b"},
    {"pai.version-is-3", k12, "3b"},
    {"attestation.elements-are-wellformed", k12, "5", true},
    {"attestation.elements-are-terminated", k12, "5"},
    {"attestation.elements-have-no-trailing-bytes", k12, "5"},
    {"attestation.elements-are-short-enough", k12, "5.1", true},
    {"cd.is-present", k12, "5.2"},
    {"cms.is-signed-data", k12, "5.2"},
    {"cms.has-no-trailing-bytes", k12, "5.2"},
    {"cms.version-is-3", k12, "5.2"},
    {"cms.digest-algorithm-is-sha256", k12, "5.2"},
    {"cms.content-type-is-data", k12, "5.2"},
    {"cms.has-one-signer", k12, "5.2"},
    {"cms.has-nothing-extra", k12, "5.2"},
    {"cms.signer-version-is-3", k12, "5.2"},
    {"cms.signer-digest-is-sha256", k12, "5.2"},
    {"cms.signer-algorithm-is-ecdsa-sha256", k12, "5.2"},
    {"cms.signer-is-named-by-key-id", k12, "5.2"},
    {"cms.signature-is-ecdsa", k12, "5.2"},
    {"cd.is-wellformed", k12, "6.1"},
    {"cd.is-wellformed", k12, "6.8"},
    {"cd.format-version-is-1", k12, "6.1"},
    {"cd.vendor-id-in-range", k12, "6.2"},
    {"cd.vendor-matches-basic-information", k12, "6.2", true},
    {"cd.product-ids-include-basic-information", k12, "6.3", true},
    {"cd.device-type-id-in-range", k12, "6.4"},
    {"cd.certificate-id-length", k12, "6.5"},
    {"cd.security-level-is-0", k12, "6.6"},
    {"cd.security-information-is-0", k12, "6.7"},
    {"cd.certification-type-is-defined", k12, "6.9"},
    {"dac.vendor-id-is-wellformed", k12, "7.0"},
    {"dac.product-id-is-wellformed", k12, "7.0"},
    {"dac.names-a-vendor", k12, "7.0"},
    {"dac.names-a-product", k12, "7.0"},
    {"pai.vendor-id-is-wellformed", k12, "7.0"},
    {"pai.product-id-is-wellformed", k12, "7.0"},
    {"pai.names-a-vendor", k12, "7.0"},
    {"cd.dac-origin-is-complete", k12, "7.1"},
    {"cd.dac-origin-vendor-matches", k12, "7.2"},
    {"cd.dac-origin-product-matches", k12, "7.2"},
    {"dac.vendor-matches-pai", k12, "7.3"},
    {"cd.vendor-matches-dac", k12, "7.3"},
    {"dac.vendor-matches-cd", k12, "7.3"},
    {"cd.vendor-matches-pai", k12, "7.3"},
    {"cd.product-ids-include-dac", k12, "7.3"},
    {"dac.product-is-listed-in-cd", k12, "7.3"},
    {"cd.product-ids-include-pai", k12, "7.3"},
    {"cd.authorized-paa-list-is-wellformed", k12, "8"},
    {"cd.authorizes-paa", k12, "8"},
    {"cd.signer-is-trusted", k12, "9"},
    {"cd.signature-verifies", k12, "9"},
    {"cd.test-key-signs-no-official", k12, "9"},
    {"cd.official-is-signed-by-csa", k12, "9"},
    {"cd.signer-is-its-types", k12, "9"},
    {"attestation.nonce-length", k12, "10", true},
    {"attestation.nonce-matches", k12, "10", true},
    {"attestation.firmware-information", k12, "11"},
    {"attestation.challenge-length", k12, "12", true},
    {"attestation.signature-length", k12, "12", true},
    {"attestation.signature-verifies", k12, "12", true},

    {"dac.is-one-certificate", k15, "3"},
    {"nocsr.response-is-there", k15, "5", true},
    {"nocsr.elements-are-short-enough", k15, "6", true},
    {"nocsr.elements-are-wellformed", k15, "6", true},
    {"nocsr.nonce-length", k15, "6", true},
    {"nocsr.nonce-matches", k15, "6", true},
    {"nocsr.csr-is-wellformed", k15, "6", true},
    {"nocsr.csr-key-is-p256", k15, "6", true},
    {"nocsr.csr-algorithm-is-ecdsa-sha256", k15, "6", true},
    {"nocsr.csr-signature-verifies", k15, "6", true},
    {"nocsr.csr-key-is-not-the-dacs", k15, "6", true},
    {"nocsr.challenge-length", k15, "7", true},
    {"nocsr.signature-length", k15, "7", true},
    {"nocsr.signature-verifies", k15, "7", true},
    {"nocsr.challenge-is-not-in-vendor-fields", k15, "8", true},

    {"pai.is-present", k17, "1.1"},
    {"pai.is-one-certificate", k17, "1.1"},
    {"pai.is-short-enough", k17, "1.1"},
    {"dac.is-present", k17, "1.2"},
    {"dac.is-one-certificate", k17, "1.2"},
    {"dac.is-short-enough", k17, "1.2"},
    {"paa.is-trusted", k17, "1.3"},
    {"chain.pai-authority-key-is-paa", k17, "1.3"},
    {"pai.signature-verifies", k17, "1.3"},
    {"credentials.no-development-dac", k17, "1.3"},
    {"credentials.no-test-paa", k17, "1.3"},
    {"chain.dac-issuer-is-pai", k17, "1.4"},
    {"chain.pai-issuer-is-paa", k17, "1.5"},
    {"chain.names-are-byte-equal", k17, "1.4"},
    {"chain.names-are-byte-equal", k17, "1.5"},
    {"dac.key-is-p256", k17, "1.6"},
    {"evidence.second-unit-is-shown", k17, "2"},
    {"lot.two-units-are-shown", k17, "2"},
    {"lot.dac-key-is-used-once", k17, "3", true},
    {"lot.dac-is-used-once", k17, "3"},

    {"attestation.feature-is-set", k110, "1", true},
    {"attestation.profiles-are-known", k110, "2", true},
    {"attestation.profiles-name-each-chain", k110, "3", true},
    {"pai.is-present", k110, "5"},
    {"pai.is-not-a-device-certificate", k110, "5"},
    {"pai.is-one-certificate", k110, "5"},
    {"pai.is-short-enough", k110, "5"},
    {"pai.version-is-3", k110, "5"},
    {"pai.key-is-p256", k110, "5"},
    {"pai.signature-algorithm-is-ecdsa-sha256", k110, "5"},
    {"attestation.dac-profile-is-p256", k110, "6", true},
    {"dac.is-present", k110, "8"},
    {"dac.is-not-the-pai", k110, "8"},
    {"dac.is-one-certificate", k110, "8"},
    {"dac.is-short-enough", k110, "8"},
    {"dac.version-is-3", k110, "8"},
    {"dac.key-is-p256", k110, "8"},
    {"dac.signature-algorithm-is-ecdsa-sha256", k110, "8"},
    {"chain.signature-algorithms-fit-keys", k110, "8"},
    {"pai.is-present", k110, "9"},
    {"pai.is-not-a-device-certificate", k110, "9"},
    {"pai.is-one-certificate", k110, "9"},
    {"pai.is-short-enough", k110, "9"},
    {"pai.version-is-3", k110, "9"},
    {"dac.is-present", k110, "10"},
    {"dac.is-not-the-pai", k110, "10"},
    {"dac.is-one-certificate", k110, "10"},
    {"dac.is-short-enough", k110, "10"},
    {"dac.version-is-3", k110, "10"},
    {"paa.is-trusted", k110, "11"},
    {"chain.pai-authority-key-is-paa", k110, "11"},
    {"chain.dac-issuer-is-pai", k110, "11"},
    {"chain.pai-issuer-is-paa", k110, "11"},
    {"chain.strength-does-not-rise", k110, "11"},
    {"chain.signature-algorithms-fit-keys", k110, "11"},
    {"pai.signature-verifies", k110, "11"},
    {"dac.signature-verifies", k110, "11"},
    {"dac.vendor-matches-pai", k110, "11"},
    {"paa.is-trusted", k110, "12"},
    {"chain.pai-authority-key-is-paa", k110, "12"},
    {"chain.dac-issuer-is-pai", k110, "12"},
    {"chain.pai-issuer-is-paa", k110, "12"},
    {"chain.strength-does-not-rise", k110, "12"},
    {"chain.signature-algorithms-fit-keys", k110, "12"},
    {"pai.signature-verifies", k110, "12"},
    {"dac.signature-verifies", k110, "12"},
    {"dac.vendor-matches-pai", k110, "12"},

    {"attestation.feature-is-set", k112, "1", true},
    {"attestation.profiles-are-known", k112, "2", true},
    {"attestation.profiles-name-each-chain", k112, "3", true},
    {"pai.is-present", k112, "4"},
    {"pai.is-not-a-device-certificate", k112, "4"},
    {"pai.is-one-certificate", k112, "4"},
    {"pai.is-short-enough", k112, "4"},
    {"pai.version-is-3", k112, "4"},
    {"pai.key-is-p256", k112, "4"},
    {"pai.signature-algorithm-is-ecdsa-sha256", k112, "4"},
    {"attestation.dac-profile-is-p256", k112, "5", true},
    {"dac.is-present", k112, "6"},
    {"dac.is-not-the-pai", k112, "6"},
    {"dac.is-one-certificate", k112, "6"},
    {"dac.is-short-enough", k112, "6"},
    {"dac.version-is-3", k112, "6"},
    {"dac.key-is-p256", k112, "6"},
    {"dac.signature-algorithm-is-ecdsa-sha256", k112, "6"},
    {"chain.signature-algorithms-fit-keys", k112, "6"},
    {"pai.is-present", k112, "7"},
    {"pai.is-not-a-device-certificate", k112, "7"},
    {"pai.is-one-certificate", k112, "7"},
    {"pai.is-short-enough", k112, "7"},
    {"pai.version-is-3", k112, "7"},
    {"dac.is-present", k112, "8"},
    {"dac.is-not-the-pai", k112, "8"},
    {"dac.is-one-certificate", k112, "8"},
    {"dac.is-short-enough", k112, "8"},
    {"dac.version-is-3", k112, "8"},
    {"attestation.response-is-there", k112, "9", true},
    {"paa.is-trusted", k112, "10"},
    {"chain.pai-authority-key-is-paa", k112, "10"},
    {"chain.dac-issuer-is-pai", k112, "10"},
    {"chain.pai-issuer-is-paa", k112, "10"},
    {"chain.strength-does-not-rise", k112, "10"},
    {"chain.signature-algorithms-fit-keys", k112, "10"},
    {"pai.signature-verifies", k112, "10"},
    {"dac.signature-verifies", k112, "10"},
    {"dac.vendor-matches-pai", k112, "10"},
    {"attestation.nonce-matches", k112, "10", true},
    {"attestation.signature-verifies", k112, "10", true},
    {"cd.is-wellformed", k112, "10"},
    {"cd.signature-verifies", k112, "10"},
    {"cd.vendor-matches-dac", k112, "10"},
    {"cd.product-ids-include-dac", k112, "10"},
    {"cd.authorizes-paa", k112, "10"},
    {"identity.chains-agree", k112, "10"},
    {"paa.is-trusted", k112, "11"},
    {"chain.pai-authority-key-is-paa", k112, "11"},
    {"chain.dac-issuer-is-pai", k112, "11"},
    {"chain.pai-issuer-is-paa", k112, "11"},
    {"chain.strength-does-not-rise", k112, "11"},
    {"chain.signature-algorithms-fit-keys", k112, "11"},
    {"pai.signature-verifies", k112, "11"},
    {"dac.signature-verifies", k112, "11"},
    {"dac.vendor-matches-pai", k112, "11"},
    {"attestation.nonce-matches", k112, "11", true},
    {"attestation.signature-verifies", k112, "11", true},
    {"cd.is-wellformed", k112, "11"},
    {"cd.signature-verifies", k112, "11"},
    {"cd.vendor-matches-dac", k112, "11"},
    {"cd.product-ids-include-dac", k112, "11"},
    {"cd.authorizes-paa", k112, "11"},
    {"identity.chains-agree", k112, "11"},

    {"attestation.feature-is-set", k39, "1", true},
    {"attestation.profiles-are-known", k39, "2", true},
    {"pai.is-present", k39, "4"},
    {"pai.is-not-a-device-certificate", k39, "4"},
    {"pai.is-one-certificate", k39, "4"},
    {"pai.is-short-enough", k39, "4"},
    {"pai.version-is-3", k39, "4"},
    {"pai.key-is-p256", k39, "4"},
    {"pai.signature-algorithm-is-ecdsa-sha256", k39, "4"},
    {"dac.is-present", k39, "6"},
    {"dac.is-not-the-pai", k39, "6"},
    {"dac.is-one-certificate", k39, "6"},
    {"dac.is-short-enough", k39, "6"},
    {"dac.version-is-3", k39, "6"},
    {"dac.key-is-p256", k39, "6"},
    {"dac.signature-algorithm-is-ecdsa-sha256", k39, "6"},
    {"chain.signature-algorithms-fit-keys", k39, "6"},

    {"factory.discriminator-is-not-default", kSc, "3"},
    {"lot.discriminators-do-not-repeat", kSc, "3", true},
    {"factory.passcode-is-not-default", kSc, "4"},
    {"lot.passcodes-do-not-repeat", kSc, "4", true},
    {"lot.spake2p-verifier-is-used-once", kSc, "4"},
    {"lot.spake2p-salt-is-used-once", kSc, "4"},
    {"lot.payload-is-used-once", kSc, "4"},

    {"basic.texts-fit-their-attributes", kBinfo, "5"},
    {"basic.texts-fit-their-attributes", kBinfo, "11"},
    {"basic.texts-fit-their-attributes", kBinfo, "17"},
    {"basic.texts-fit-their-attributes", kBinfo, "24"},
    {"basic.texts-fit-their-attributes", kBinfo, "30"},
    {"basic.texts-fit-their-attributes", kBinfo, "33"},
    {"basic.texts-fit-their-attributes", kBinfo, "36"},
    {"basic.texts-fit-their-attributes", kBinfo, "39"},
    {"basic.texts-fit-their-attributes", kBinfo, "42"},
    {"basic.texts-fit-their-attributes", kBinfo, "45"},
    {"basic.texts-fit-their-attributes", kBinfo, "53"},
    {"basic.data-model-fits-specification", kBinfo, "2"},
    {"basic.vendor-id-is-in-range", kBinfo, "8"},
    {"basic.product-id-is-in-range", kBinfo, "14"},
    {"basic.location-is-a-country", kBinfo, "20a"},
    {"basic.hardware-version-is-in-range", kBinfo, "21"},
    {"basic.software-version-is-in-range", kBinfo, "27"},
    {"basic.manufacturing-date-is-a-date", kBinfo, "33"},
    {"basic.manufacturing-date-is-plausible", kBinfo, "33"},
    {"basic.product-url-is-a-web-address", kBinfo, "39"},
    {"basic.product-label-does-not-name-the-vendor", kBinfo, "42"},
    {"basic.local-configuration-is-on", kBinfo, "48"},
    {"basic.device-is-reachable", kBinfo, "51"},
    {"basic.unique-id-is-not-the-serial-number", kBinfo, "53"},
    {"basic.capability-minima-are-enough", kBinfo, "56"},
    {"basic.specification-version-is-known", kBinfo, "63"},
    {"basic.paths-per-invoke-are-in-range", kBinfo, "66"},
    {"basic.configuration-version-is-in-range", kBinfo, "69"},
    {"basic.names-do-not-say-test", "TC-IDM-13.1", "2"},
    {"basic.names-do-not-say-test", "TC-IDM-13.1", "3"},
    {"basic.no-sdk-fallback-values", "TC-IDM-13.1", "2"},
    {"basic.no-sdk-fallback-values", "TC-IDM-13.1", "3"},
    {"basic.vendor-id-is-no-test-vendor", "TC-IDM-13.1", "4", true},
    {"credentials.no-test-vendor", "TC-IDM-13.1", "4"},
    {"credentials.no-test-vendor", k12, "6.2"},

    {"pai.is-not-revoked", "TC-DA-1.9", ""},
    {"dac.is-not-revoked", "TC-DA-1.9", ""},
    {"revocation.dac-is-not-in-set", "TC-DA-1.9", ""},
    {"revocation.pai-is-not-in-set", "TC-DA-1.9", ""},

    {"onboarding.qr-has-its-prefix", kDd1, ""},
    {"onboarding.qr-characters-are-base38", kDd1, ""},
    {"onboarding.qr-length-is-possible", kDd1, ""},
    {"onboarding.qr-groups-fit", kDd1, ""},
    {"onboarding.qr-version-is-0", kDd1, ""},
    {"onboarding.qr-flow-is-defined", kDd1, ""},
    {"onboarding.qr-capabilities-are-defined", kDd1, ""},
    {"onboarding.qr-padding-is-zero", kDd1, ""},
    {"onboarding.qr-extension-is-wellformed", kDd1, ""},
    {"onboarding.qr-extension-types-are-right", kDd1, ""},
    {"onboarding.passcode-is-in-range", kDd1, ""},
    {"onboarding.passcode-is-not-trivial", kDd1, ""},
    {"onboarding.manual-code-has-digits-only", kDd2, ""},
    {"onboarding.manual-code-length-is-right", kDd2, ""},
    {"onboarding.manual-code-version-is-0", kDd2, ""},
    {"onboarding.manual-code-check-digit-is-right", kDd2, ""},
    {"onboarding.manual-code-parts-are-in-range", kDd2, ""},
    {"onboarding.qr-matches-manual-code", kDd2, ""},
    {"onboarding.flow-agrees", "TC-DD-1.16", ""},

    {"ledger.vendor-is-known", kVendor, "", true},
    {"ledger.vendor-name-matches", kVendor, ""},
    {"ledger.model-is-known", kModel, "", true},
    {"ledger.product-name-matches", kModel, ""},
    {"ledger.compliance-is-known", kCompliance, "", true},
    {"ledger.is-certified", kCertified, "", true},
    {"ledger.certificate-id-matches-cd", kCertified, ""},
    {"ledger.version-is-known", kVersions, "", true},
    {"ledger.version-is-valid", kVersions, ""},
    {"ota.size-matches-ledger", kVersions, ""},
    {"ota.checksum-type-is-known", kVersions, ""},
    {"ota.checksum-matches-ledger", kVersions, "", true},
};

// "TC_DA_1_2", "tc-da-1.2" -> "tcda12"; with '.' and '_' alike.
std::string squeezed(std::string_view id) {
  std::string out;
  for (const char c : to_lower(id)) out += c == '_' || c == '.' ? '-' : c;
  return out;
}

}  // namespace

std::span<const TestCase> test_cases() {
  return kCases;
}
std::span<const PlanCover> plan_covers() {
  return kCovers;
}

const TestCase* find_test_case(std::string_view id) {
  const std::string wanted = squeezed(id);
  const auto* at = std::find_if(std::begin(kCases), std::end(kCases), [&](const TestCase& of) {
    const std::string own = squeezed(of.id);
    return own.ends_with('*')
               ? wanted.size() >= own.size() && wanted.starts_with(own.substr(0, own.size() - 1))
               : own == wanted;
  });
  return at == std::end(kCases) ? nullptr : at;
}

const PlanStep* find_step(const TestCase& of, std::string_view step) {
  const auto at = std::find_if(of.steps.begin(), of.steps.end(),
                               [&](const PlanStep& own) { return own.step == step; });
  return at == of.steps.end() ? nullptr : &*at;
}

namespace {

// Each report asks for every check of the catalogue.
using CoversOf = std::unordered_map<std::string_view, std::vector<const PlanCover*>>;
template <class Is>
CoversOf covers_that(Is&& is) {
  CoversOf out;
  for (const PlanCover& cover : kCovers) {
    if (is(cover)) out[cover.id].push_back(&cover);
  }
  return out;
}
std::vector<const PlanCover*> covers_in(const CoversOf& all, std::string_view id) {
  const auto found = all.find(id);
  return found == all.end() ? std::vector<const PlanCover*>() : found->second;
}

}  // namespace

std::vector<const PlanCover*> covers_of(std::string_view id) {
  static const CoversOf all = covers_that([](const PlanCover&) { return true; });
  return covers_in(all, id);
}

std::vector<const PlanCover*> covers_of(const TestCase& of, const PlanStep& step) {
  std::vector<const PlanCover*> out;
  // Of two steps without a number the first is the one that files tell of.
  if (&step != find_step(of, step.step)) return out;
  for (const PlanCover& cover : kCovers) {
    if (cover.test_case == std::string_view(of.id) && cover.step == std::string_view(step.step))
      out.push_back(&cover);
  }
  return out;
}

const PlanCover* cover_of(std::string_view id, const FactSet& wrong) {
  // A step that asks one chain of two is not what a check of any chain is shown with.
  static const CoversOf all = covers_that([](const PlanCover& cover) {
    const TestCase* of = find_test_case(cover.test_case);
    const PlanStep* step = of == nullptr ? nullptr : find_step(*of, cover.step);
    return step == nullptr || step->chain == PlanChain::all;
  });
  const auto covers = covers_in(all, id);
  // Where nothing is wrong, which is nearly all of a report, no step is about it more than another.
  if (wrong.none() || covers.empty()) return covers.empty() ? nullptr : covers.front();
  const auto at = std::find_if(covers.begin(), covers.end(), [&](const PlanCover* cover) {
    const TestCase* of = find_test_case(cover->test_case);
    const PlanStep* step = of == nullptr ? nullptr : find_step(*of, cover->step);
    if (step == nullptr) return false;
    const auto judges = step->judges();
    return std::any_of(judges.begin(), judges.end(),
                       [&](FactId f) { return wrong.test(static_cast<size_t>(f)); });
  });
  return at != covers.end() ? *at : covers.front();
}

std::string covers_text(std::string_view id) {
  std::string out;
  for (const PlanCover* cover : covers_of(id))
    out += fmt::format("{}{}{}{}", out.empty() ? "" : ", ", cover->test_case,
                       *cover->step == '\0' ? "" : " ", cover->step);
  return out;
}

std::string step_name(const PlanStep& step) {
  return *step.step == '\0' ? step.title : fmt::format("{} {}", step.step, step.title);
}

}  // namespace attest
