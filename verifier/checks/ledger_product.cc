// Checks of a product against the ledger: vendor, model, software version and certification are
// there, and say of the device what it says of itself.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/checks/ledger_rules.h"

namespace attest {
namespace {

using namespace ledger_rules;

// --- vendor ---

// Basic Information holds 32 bytes of a name, the ledger 128 characters; stray blanks make names
// that look equal differ.
template <FactId F>
Outcome names_agree(const RecordView& record, const std::string& ledger, const char* what) {
  const auto device = record.device.string<F>();
  if (device == nullptr)
    return skipped(fmt::format("the device's {} is not in the evidence", what));
  if (*device == ledger) return pass();
  const auto folded = [](const std::string& s) {
    std::string out;
    for (const char c : s) {
      if (c != ' ' || (!out.empty() && !out.ends_with(' '))) out += c;
    }
    return trimmed(out);
  };
  const char* why = folded(*device) == folded(ledger) ? "they differ only in blanks"
                    : ledger.size() > 32
                        ? "the ledger's is longer than the 32 bytes a device can hold"
                        : "they differ";
  return differ_in_text(record, fmt::format("the device's {} is not the ledger's: {}", what, why),
                        ledger, *device);
}

Outcome vendor_is_known(const RecordView& record) {
  const auto vid = record.facts.vid;
  if (!vid) return unknown("the device's vendor id is not in the evidence", say("vendor_id"));
  return present(record.ledger, record.facts.vendor, fmt::format("vendor {}", hex_id(*vid)));
}
Outcome vendor_name_matches(const VendorInfo& vendor, const RecordView& record) {
  return names_agree<FactId::vendor_name>(record, vendor.vendor_name, "vendor name");
}

// --- model ---

Outcome model_is_known(const RecordView& record) {
  if (!record.facts.pid)
    return unknown("the device's product id is not in the evidence", say("product_id"));
  const auto product = LedgerProduct::asked(record.facts);
  if (!product) return unknown_like("ledger.vendor-is-known");
  return present(record.ledger, record.facts.model, text_of(*product));
}
Outcome product_name_matches(const Model& model, const RecordView& record) {
  return names_agree<FactId::product_name>(record, model.product_name, "product name");
}
Outcome device_type_matches_cd(const Model& model, const Declaration& cd,
                               const RecordView& record) {
  if (model.device_type_id == cd->device_type_id) return pass();
  return differ(record.ledger,
                "the certification declaration names another device type than the ledger's model",
                std::to_string(model.device_type_id), std::to_string(cd->device_type_id));
}
Outcome device_type_matches_device(const Model& model, const RecordView& record) {
  const auto device = record.device.number<FactId::device_type_id>();
  if (!device) return skipped("the device's own type is not in the evidence");
  const uint32_t ledger = model.device_type_id;
  return *device == ledger
             ? pass()
             : differ(record.ledger, "the device names another device type than the ledger's model",
                      std::to_string(ledger), std::to_string(*device));
}

// --- software version ---

// A place of the evidence that says how the device is commissioned: a label's code, or the factory
// data.
std::string said_by(const CodeEvidence& code) {
  return fmt::format("the {} in {}", code.payload.manual ? "manual code" : "QR code",
                     place_text(code.place));
}
std::string said_by(const StatedValue<uint64_t>& said) {
  return fmt::format("the factory data in {}", said.where());
}

std::string flow_text(uint64_t flow) {
  return fmt::format("{} ({})", flow,
                     flow == 0   ? "standard"
                     : flow == 1 ? "user intent"
                     : flow == 2 ? "custom"
                                 : "reserved");
}

Outcome commissioning_flow_matches(const Model& model, const LedgerProduct& product,
                                   const RecordView& record) {
  const int32_t ledger = model.commissioning_custom_flow;
  const auto differs = [&](const std::string& who, const std::string& device) {
    return differ(record.ledger,
                  fmt::format("{} and the ledger's entry of {} give different commissioning flows",
                              who, text_of(product)),
                  flow_text(static_cast<uint64_t>(ledger)), device);
  };
  if (const Maybe<CodeEvidence> code = record.onboarding.main_code()) {
    const OnboardingPayload& p = code->payload;
    // A manual code tells standard from the others only, by its length (Core 5.1.4.1).
    if (p.manual ? p.long_form == (ledger != 0) : p.flow == ledger) return pass();
    return differs(said_by(*code), p.manual ? (p.long_form ? "1 or 2" : flow_text(0))
                                   : p.flow ? flow_text(*p.flow)
                                            : "none");
  }
  const auto said = record.device.said<FactId::commissioning_flow, uint64_t>();
  if (!said) return skipped("the device's commissioning flow is not in the evidence");
  return *said == static_cast<uint64_t>(ledger) ? pass() : differs(said_by(said), flow_text(*said));
}

// The ledger keeps the bits of BLE, on network, Wi-Fi PAF and NFC; Soft AP and Thread it does not
// know.
Outcome discovery_capabilities_match(const Model& model, const LedgerProduct& product,
                                     const RecordView& record) {
  constexpr uint64_t kKept = 0x1E;
  const uint32_t ledger = model.discovery_capabilities;
  if (ledger == 0) return skipped("the ledger's entry gives no discovery capabilities");
  const auto judged = [&](const std::string& who, uint64_t device) {
    if ((device & kKept) == ledger) return pass();
    return differ(
        record.ledger,
        fmt::format("{} and the ledger's entry of {} give different discovery capabilities", who,
                    text_of(product)),
        fmt::format("0x{:02X}", ledger), fmt::format("0x{:02X}", device));
  };
  const Maybe<CodeEvidence> code = record.onboarding.main_code();
  if (code != nullptr && code->payload.capabilities)
    return judged(said_by(*code), *code->payload.capabilities);
  const auto said = record.device.said<FactId::discovery_capabilities, uint64_t>();
  return !said ? skipped("the device's discovery capabilities are not in the evidence")
               : judged(said_by(said), *said);
}

Outcome version_is_known(const RecordView& record) {
  return has_of_version(record, record.facts.version, "software version");
}
// Version entry and certification both hold the version's text and the declaration's number. The
// node keeps them equal where both exist; where they part, neither is the one to believe.
Outcome version_string_matches(const RecordView& record) {
  const auto device = record.device.string<FactId::software_version_string>();
  if (device == nullptr)
    return skipped("the device's software version string is not in the evidence");
  const Maybe<ModelVersion> version = entry_of(record.facts.version);
  const Maybe<ComplianceInfo> compliance = entry_of(record.facts.compliance);
  if (version == nullptr && compliance == nullptr)
    return skipped("the ledger has no entry to compare with");
  if (version != nullptr && version->software_version_string != *device)
    return differ_in_text(record, "the device's software version string is not the ledger's",
                          version->software_version_string, *device);
  // Not every certification gives it.
  if (compliance != nullptr && !compliance->software_version_string.empty() &&
      compliance->software_version_string != *device)
    return differ_in_text(record,
                          "the device's software version string is not the one that the ledger's "
                          "certification gives",
                          compliance->software_version_string, *device);
  return pass();
}
Outcome version_is_valid(const ModelVersion& version, const RecordView& record) {
  const auto asked = record.facts.software_version;
  if (!asked) return blocked("ledger.version-is-known");
  return version.valid
             ? pass()
             : differ(record.ledger, "the vendor marked this software version as not to be used",
                      "softwareVersionValid false", fmt::format("version {}", *asked));
}
Outcome cd_version_number_matches(const Declaration& cd, const RecordView& record) {
  const Maybe<ModelVersion> version = entry_of(record.facts.version);
  const Maybe<ComplianceInfo> compliance = entry_of(record.facts.compliance);
  if (version == nullptr && compliance == nullptr)
    return skipped("the ledger has no entry to compare with");
  const auto differs = [&](uint32_t ledger, const char* whose) {
    return differ(record.ledger,
                  fmt::format("the certification declaration's version number is not {}", whose),
                  std::to_string(ledger), std::to_string(cd->version_number));
  };
  if (version != nullptr && version->cd_version_number != cd->version_number)
    return differs(version->cd_version_number, "the ledger's");
  if (compliance != nullptr && compliance->cd_version_number != cd->version_number)
    return differs(
        compliance->cd_version_number,
        version == nullptr ? "the ledger's" : "the one that the ledger's certification gives");
  return pass();
}
Outcome firmware_information_matches(const ModelVersion& version, const AttestationElements& sent,
                                     const RecordView& record) {
  const std::string& ledger = version.firmware_information;
  if (!sent.firmware_information) return skipped("the device sends no firmware information");
  if (ledger.empty()) return skipped("the ledger has no firmware information");
  // The ledger keeps text: the bytes themselves, or their hex or base64 form.
  const View device = *sent.firmware_information;
  const auto as_hex = from_hex_lenient(ledger);
  const auto as_base64 = from_base64(ledger);
  if (equal(device, view(ledger)) || (as_hex && equal(device, *as_hex)) ||
      (as_base64 && equal(device, *as_base64)))
    return pass();
  return differ(record.ledger, "the device's firmware information is not the ledger's", ledger,
                hex(device));
}

// --- certification ---

Outcome compliance_is_known(const RecordView& record) {
  return has_of_version(record, record.facts.compliance,
                        "a Matter certification of software version");
}
const char* status_text(uint32_t status) {
  return status == 1   ? "provisional (1)"
         : status == 2 ? "certified (2)"
         : status == 3 ? "revoked (3)"
                       : "of no known status";
}
Outcome is_certified(const ComplianceInfo& compliance, const RecordView& record) {
  if (compliance.status == 2) return pass();
  const auto cd = record.cd_if_any;
  if (compliance.status == 1 && cd != nullptr && cd->certification_type == 1)
    return note("provisional on the ledger, as the declaration says");
  if (compliance.status == 3)
    return fail(fmt::format("the certification was revoked{}",
                            compliance.reason.empty() ? "" : ": " + compliance.reason),
                "certified (2)", status_text(3), record.ledger.source);
  return fail("the product is not certified", "certified (2)", status_text(compliance.status),
              record.ledger.source);
}
Outcome status_matches_cd(const ComplianceInfo& compliance, const Declaration& cd,
                          const RecordView& record) {
  const uint32_t status = compliance.status;
  const uint8_t type = cd->certification_type;
  if (type == 0) return skipped("a declaration for development and test stands on no ledger");
  if (status != 1 && status != 2)
    return skipped("the ledger's status is neither provisional nor certified");
  if ((type == 2 && status == 2) || (type == 1 && status == 1)) return pass();
  if (type == 1 && status == 2)
    return note("certified by now; the declaration is still the provisional one");
  return differ(record.ledger, "the ledger's certification status is not the declaration's",
                status_text(status), certification_type_text(type));
}
Outcome date_is_past(const ComplianceInfo& compliance, const RecordView& record) {
  const std::string& date = compliance.date;
  const auto t = parse_rfc3339(date);
  if (!t)
    return fail("the certification's date cannot be read", "an RFC 3339 date", printable(date),
                record.ledger.source);
  return *t <= record.policy.at ? pass()
                                : fail("the certification lies in the future",
                                       fmt::format("a date up to {}", rfc3339(record.policy.at)),
                                       date, record.ledger.source);
}
Outcome certificate_id_matches_cd(const ComplianceInfo& compliance, const Declaration& cd,
                                  const RecordView& record) {
  if (trimmed(compliance.certificate_id) == trimmed(cd->certificate_id)) return pass();
  return differ_in_text(record,
                        "the certification declaration's certificate id is not the ledger's",
                        compliance.certificate_id, cd->certificate_id);
}
Outcome specification_version_matches(const ComplianceInfo& compliance, const RecordView& record) {
  const auto device = record.device.number<FactId::specification_version>();
  const uint32_t ledger = compliance.specification_version;
  if (!device) return skipped("the device's specification version is not in the evidence");
  if (ledger == 0) return skipped("the ledger's entry gives no specification version");
  return *device == ledger
             ? pass()
             : differ(record.ledger, "the device's specification version is not the ledger's",
                      std::to_string(ledger), std::to_string(*device));
}
std::string products_of(const CertificateCoverage& coverage) {
  std::string out;
  size_t left = coverage.entries.size();
  for (const ComplianceInfo& entry : coverage.entries) {
    if (out.size() > 100) return fmt::format("{} and {} more", out, left);
    out += fmt::format("{}{} ({})", out.empty() ? "" : ", ", text_of({entry.vid, entry.pid}),
                       status_text(entry.status));
    --left;
  }
  return out.empty() ? "no product" : out;
}

// device-software-compliance is a hint: the ledger leaves certified products out of it, keeps
// revoked ones and never lists provisional ones. The entry of the device's own version decides.
Outcome certificate_covers_product(const Declaration& cd, const RecordView& record) {
  if (cd->certification_type == 0)
    return skipped("a declaration for development and test stands on no ledger");
  const Maybe<ComplianceInfo> compliance = entry_of(record.facts.compliance);
  const std::string id = printable(cd->certificate_id);
  if (compliance != nullptr ? compliance->status != 2 : cd->certification_type == 1)
    return skipped(
        "the ledger lists certified products under a certificate id, and this one is not");
  const auto product = LedgerProduct::asked(record.facts);
  const std::string expected = fmt::format("{} among the products of certificate {}",
                                           product ? text_of(*product) : "the device", id);
  const char* hint =
      compliance != nullptr && trimmed(compliance->certificate_id) == trimmed(cd->certificate_id)
          ? "; its own certification names that certificate, which decides"
          : "";
  if (const Maybe<CertificateCoverage> coverage = entry_of(record.facts.coverage)) {
    if (!product)
      return unknown("the device's vendor and product id are not in the evidence",
                     say("vendor_id and product_id"));
    for (const ComplianceInfo& entry : coverage->entries) {
      if (entry.vid == product->vid && entry.pid == product->pid) return pass();
    }
    return fail(
        fmt::format("the ledger's list of certificate {} lacks {}{}", id, text_of(*product), hint),
        expected, products_of(*coverage), record.ledger.source);
  }
  if (std::holds_alternative<Absent>(record.facts.coverage))
    return fail(fmt::format("the ledger lists no products under certificate {}{}", id, hint),
                expected, fmt::format("none at height {}", record.ledger.height),
                record.ledger.source);
  return unknown(fmt::format("which products certificate {} covers is not known: {}", id,
                             std::get<Unknown>(record.facts.coverage).why));
}

constexpr const char* kCorrect =
    "correct the firmware, or have the ledger's entry corrected before the product ships";
constexpr const char* kPublish = "publish the entry on the ledger before the product ships";

constexpr Check kChecks[] = {
    {
        .id = "ledger.vendor-is-known",
        .title = "the vendor is on the ledger",
        .severity = kMustBeThere,
        .spec = "Matter Core 11.23.4",
        .after = {"ledger.answers"},
        .consequence_of = {"credentials.no-test-vendor", "credentials.no-development-dac",
                           "credentials.no-test-paa"},
        .open_on_main_only = true,
        .run = rule<vendor_is_known>,
        .rule = "Commissioners show the vendor's name from its entry.",
        .remedy = kPublish,
        .when_unknown = kAskAgain,
    },
    {
        .id = "ledger.vendor-name-matches",
        .title = "device and ledger give the same vendor name",
        .severity = kShouldAgree,
        .spec = "Matter Core 11.1",
        .proves_authenticity = false,
        .run = rule<vendor_name_matches>,
        .rule = "The conformance test compares the two texts; blanks and length count.",
        .remedy = kCorrect,
    },
    {
        .id = "ledger.model-is-known",
        .title = "the product is on the ledger",
        .severity = kMustBeThere,
        .spec = "Matter Core 11.23.5",
        .after = {"ledger.answers"},
        .consequence_of = {"ledger.vendor-is-known", "credentials.no-test-vendor",
                           "credentials.no-development-dac", "credentials.no-test-paa"},
        .open_on_main_only = true,
        .run = rule<model_is_known>,
        .rule = "Without its model entry a product cannot be certified, shown or updated.",
        .remedy = kPublish,
        .when_unknown = kAskAgain,
    },
    {
        .id = "ledger.product-name-matches",
        .title = "device and ledger give the same product name",
        .severity = kShouldAgree,
        .spec = "Matter Core 11.1",
        .proves_authenticity = false,
        .run = rule<product_name_matches>,
        .rule = "The conformance test compares the two texts; blanks and length count.",
        .remedy = kCorrect,
    },
    {
        .id = "ledger.device-type-matches-cd",
        .title = "declaration and ledger name the same device type",
        .severity = kMustAgree,
        .spec = "Matter Core 6.3.1",
        .consequence_of = {"cd.signature-verifies"},
        .proves_authenticity = false,
        .run = rule<device_type_matches_cd>,
        .rule = "The declaration's device type is the model's primary one.",
        .remedy = kCorrect,
    },
    {
        .id = "ledger.device-type-matches-device",
        .title = "device and ledger name the same device type",
        .severity = kShouldAgree,
        .spec = "Matter Core 11.23.5",
        .proves_authenticity = false,
        .run = rule<device_type_matches_device>,
        .rule = "A device of several types may report another one first.",
        .remedy = kCorrect,
    },
    {
        .id = "ledger.commissioning-flow-matches",
        .title = "device and ledger give the same commissioning flow",
        .severity = kMustAgree,
        .spec = "Matter Core 11.23.5",
        .consequence_of = {"onboarding.flow-agrees", "onboarding.qr-flow-is-defined",
                           "onboarding.qr-matches-manual-code", "onboarding.vendor-agrees",
                           "onboarding.product-agrees", "identity.facts-agree"},
        .proves_authenticity = false,
        .run = rule<commissioning_flow_matches>,
        .rule = "commissioningCustomFlow tells a commissioner what its user has to do first; a "
                "label that says otherwise leaves the device unfound.",
        .remedy =
            "print the label for the flow that was published, or have the ledger's entry corrected",
    },
    {
        .id = "ledger.discovery-capabilities-match",
        .title = "device and ledger give the same discovery capabilities",
        .severity = kShouldAgree,
        .spec = "Matter Core 11.23.5",
        .consequence_of = {"onboarding.capabilities-agree", "onboarding.vendor-agrees",
                           "onboarding.product-agrees", "identity.facts-agree"},
        .proves_authenticity = false,
        .run = rule<discovery_capabilities_match>,
        .rule = "A commissioner that knows the entry looks for the device in the ways that "
                "discoveryCapabilitiesBitmask names.",
        .remedy = "print the label for the capabilities that were published, or have the ledger's "
                  "entry corrected",
    },
    {
        .id = "ledger.version-is-known",
        .title = "the software version is on the ledger",
        .severity = kMustBeThere,
        .spec = "Matter Core 11.23.6",
        .after = {"ledger.answers"},
        .consequence_of = {"ledger.vendor-is-known", "ledger.model-is-known",
                           "credentials.no-test-vendor", "credentials.no-development-dac",
                           "credentials.no-test-paa"},
        .open_on_main_only = true,
        .proves_authenticity = false,
        .run = rule<version_is_known>,
        .rule = "Certification is of a software version; one that the ledger lacks is certified "
                "nowhere.",
        .remedy = kPublish,
        .when_unknown = kAskAgain,
    },
    {
        .id = "ledger.version-string-matches",
        .title = "device and ledger give the same software version string",
        .severity = kMustAgree,
        .spec = "Matter Core 11.23.6",
        .after = {"ledger.answers"},
        .proves_authenticity = false,
        .run = rule<version_string_matches>,
        .rule = "The text belongs to the number.",
        .remedy = kCorrect,
    },
    {
        .id = "ledger.version-is-valid",
        .title = "the vendor did not withdraw the software version",
        .severity = kMustAgree,
        .spec = "Matter Core 11.23.6",
        .proves_authenticity = false,
        .run = rule<version_is_valid>,
        .rule = "softwareVersionValid false is the vendor's own \"do not use\".",
        .remedy = "ship a software version that is in force",
    },
    {
        .id = "ledger.cd-version-number-matches",
        .title = "declaration and ledger give the same version number",
        .severity = kMustAgree,
        .spec = "Matter Core 6.3.1",
        .after = {"ledger.answers"},
        .consequence_of = {"cd.signature-verifies"},
        .proves_authenticity = false,
        .run = rule<cd_version_number_matches>,
        .rule = "The declaration's version_number is the one that the ledger keeps for this "
                "certification.",
        .remedy = "take the declaration of this certification from the CSA",
    },
    {
        .id = "ledger.firmware-information-matches",
        .title = "device and ledger give the same firmware information",
        .severity = kMustAgree,
        .spec = "Matter Core 6.2.3.1",
        .sdk = 400,
        .run = rule<firmware_information_matches>,
        .alike = "the response of an alike record is the same byte for byte but for its nonce, and "
                 "so is the firmware information in it",
        .rule = "What the device signs about its firmware is what the vendor published.",
        .remedy = kCorrect,
    },
    {
        .id = "ledger.compliance-is-known",
        .title = "the certification is on the ledger",
        .severity = kMustBeThere,
        .spec = "Matter Core 11.23.7",
        .after = {"ledger.answers"},
        .consequence_of = {"ledger.vendor-is-known", "ledger.model-is-known",
                           "ledger.version-is-known", "credentials.no-test-vendor",
                           "credentials.no-development-dac", "credentials.no-test-paa"},
        .open_on_main_only = true,
        .run = rule<compliance_is_known>,
        .rule =
            "The CSA's certification centre writes an entry for each certified software version.",
        .remedy = "ask the certification centre for the entry; without it no home should accept "
                  "the product",
        .when_unknown = kAskAgain,
    },
    {
        .id = "ledger.is-certified",
        .title = "the software version is certified",
        .severity = kMustBeThere,
        .spec = "Matter Core 11.23.7",
        .run = rule<is_certified>,
        .rule = "Status 2 is certified; 1 is provisional, which a provisional declaration may say; "
                "3 is revoked.",
        .remedy = "wait for the certification, or ship a version that is certified",
    },
    {
        .id = "ledger.status-matches-cd",
        .title = "ledger and declaration agree about the certification's state",
        .severity = kMustAgree,
        .spec = "Matter Core 6.3.1",
        .after = {"ledger.compliance-is-known", "cd.certification-type-is-defined"},
        .consequence_of = {"ledger.is-certified", "cd.signature-verifies"},
        .run = rule<status_matches_cd>,
        .rule = "An official declaration belongs to a certified entry, a provisional one to a "
                "provisional entry.",
        .remedy = "take the declaration of this certification from the CSA",
    },
    {
        .id = "ledger.certification-is-past",
        .title = "the certification does not lie in the future",
        .severity = kMustAgree,
        .spec = "Matter Core 11.23.7",
        .proves_authenticity = false,
        .run = rule<date_is_past>,
        .rule = "An entry dated ahead is not in force yet.",
        .remedy = "wait for the date, or check the clock given by --at",
    },
    {
        .id = "ledger.certificate-id-matches-cd",
        .title = "declaration and ledger give the same certificate id",
        .severity = kMustAgree,
        .spec = "Matter Core 6.3.1",
        .consequence_of = {"cd.signature-verifies"},
        .run = rule<certificate_id_matches_cd>,
        .rule = "Padding aside, both are the same 19 characters; another id is another "
                "certification's.",
        .remedy = "take the declaration of this certification from the CSA",
    },
    {
        .id = "ledger.specification-version-matches",
        .title = "device and ledger give the same specification version",
        .severity = kShouldAgree,
        .spec = "Matter Core 11.1",
        .proves_authenticity = false,
        .run = rule<specification_version_matches>,
        .rule = "The device reports the version it was certified against.",
        .remedy = kCorrect,
    },
    {
        .id = "ledger.certificate-covers-product",
        .title = "the declaration's certificate covers this product",
        .severity = kShouldAgree,
        .spec = "Matter Core 11.23.7",
        .after = {"ledger.answers"},
        .consequence_of = {"cd.signature-verifies", "ledger.certificate-id-matches-cd",
                           "ledger.compliance-is-known", "ledger.model-is-known",
                           "ledger.vendor-is-known", "ledger.version-is-known"},
        .open_on_main_only = true,
        .run = rule<certificate_covers_product>,
        .rule =
            "The ledger lists certified products under their certificate ids. It is a hint only: "
            "the list loses and misplaces entries, and the entry of the device's own version "
            "decides (ledger.is-certified, ledger.certificate-id-matches-cd).",
        .remedy = "compare the certificate id with the CSA's letter; where both agree, tell the "
                  "CSA that its ledger's list is wrong",
        .when_unknown = kAskAgain,
    },
};

}  // namespace

std::span<const Check> ledger_product_checks() {
  return kChecks;
}

}  // namespace attest
