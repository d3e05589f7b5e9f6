// Checks against the Distributed Compliance Ledger: is the product known there, certified there,
// and does the ledger say of it what the device says of itself? On the main network everything must
// be there and agree; on the test network a missing entry is a warning and a contradiction an
// error.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/catalogue.h"

namespace attest {
namespace {

template <class T>
const Found<T>* found(const Fact<T>& fact) {
  return std::get_if<Found<T>>(&fact);
}
template <class T>
const T& value(const Fact<T>& fact) {
  return std::get<Found<T>>(fact).value;
}

// Present, absent or not known, with the words for each.
template <class T>
Outcome present(const Evidence& e, const Fact<T>& fact, std::string_view what) {
  if (found(fact) != nullptr) return pass();
  if (std::holds_alternative<Absent>(fact))
    return fail(fmt::format("{} is not on the ledger {}", what, e.ledger.chain_id), "an entry",
                fmt::format("none at height {}", e.ledger.height), e.ledger.source);
  const std::string& why = std::get<Unknown>(fact).why;
  return unknown(fmt::format("whether {} is on the ledger is not known{}", what,
                             why.empty() ? "" : ": " + why));
}

Outcome differ(const Evidence& e, std::string message, std::string ledger, std::string device) {
  return fail(std::move(message), fmt::format("{} (ledger)", ledger), std::move(device),
              e.ledger.source);
}

std::string product(const Evidence& e) {
  return fmt::format("product {} of vendor {}", hex_id(*e.facts->pid), hex_id(*e.facts->vid));
}
std::string trimmed(std::string_view s) {
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return std::string(s);
}

// What the device says of itself and the evidence lacks.
std::string say(std::string_view keys) {
  return fmt::format("hand over what the device says of itself: {} in device.json, or a log", keys);
}

// --- the ledger itself ---

// What stopped us in a word; the whole of it stands beside.
const char* stopped_by(std::string_view why) {
  const auto says = [&](std::string_view words) {
    return why.find(words) != std::string_view::npos;
  };
  if (says("resolve host") || says("no such host")) return "reached: no internet";
  return says("connect") || says("timed out") || says("unreachable") ? "reached" : "read";
}

Outcome answers(const Evidence& e) {
  if (e.policy.network == Network::none) return skipped("policy none asks no ledger");
  // Asked, but nothing was ever read: one answer for all, instead of one a fact.
  if (e.facts->asked && e.ledger.height == 0) {
    const auto* fact = std::get_if<Unknown>(&e.facts->vendor);
    const std::string why = fact == nullptr ? "" : fact->why;
    return with_texts(Status::unknown,
                      fmt::format("the {} ledger could not be {}", network_name(e.policy.network),
                                  stopped_by(why)),
                      "an answer of the ledger", why);
  }
  if (e.facts->asked) return pass();
  return unknown(fmt::format("the {} ledger was not asked", network_name(e.policy.network)));
}

Outcome facts_are_fresh(const Evidence& e) {
  if (e.ledger.synced_at.seconds == 0) return skipped("no fact of the ledger was read");
  const int64_t age = e.policy.at.seconds - e.ledger.synced_at.seconds;
  if (age <= e.policy.max_age) return pass();
  return fail(fmt::format("the ledger's facts are {} hours old", age / 3600),
              fmt::format("at most {} hours", e.policy.max_age / 3600), rfc3339(e.ledger.synced_at),
              e.ledger.source);
}

// --- anchors ---

Outcome paa_is_approved(const Evidence& e) {
  if (e.policy.network == Network::test && test_paa(e.paa->subject_key_id) != nullptr)
    return skipped("a public test PAA, which stands on no ledger");
  if (const auto* entry = found(e.facts->approved_paa)) {
    const bool same =
        std::any_of(entry->value.begin(), entry->value.end(), [&](const LedgerCertificate& c) {
          return !e.paa->certificate || equal(c.der, e.paa->certificate->der);
        });
    return same ? pass()
                : differ(
                      e,
                      "the PAA that was used is not the one the ledger approves under this key id",
                      "another certificate", e.paa->source);
  }
  return present(e, e.facts->approved_paa,
                 fmt::format("the PAA {}", hex_colons(e.paa->subject_key_id)));
}

Outcome not_revoked(const Evidence& e, const Fact<std::vector<LedgerCertificate>>& fact, View der,
                    const char* name) {
  if (const auto* entry = found(fact)) {
    // Of a built-in PAA only key and name are kept: whether the revoked one is this one cannot be
    // told, and is not "no".
    if (der.empty())
      return unknown(
          fmt::format("whether the {} was revoked is not known: the ledger revoked a certificate "
                      "with its key id, and only its key is at hand",
                      name));
    const bool listed = std::any_of(entry->value.begin(), entry->value.end(),
                                    [&](const LedgerCertificate& c) { return equal(c.der, der); });
    if (!listed) return pass();
    return fail(fmt::format("the {} was revoked on the ledger", name), "a certificate in force",
                fmt::format("revoked, at height {}", e.ledger.height), e.ledger.source);
  }
  if (std::holds_alternative<Absent>(fact)) return pass();
  return unknown(fmt::format("whether the {} was revoked on the ledger is not known: {}", name,
                             std::get<Unknown>(fact).why));
}
Outcome paa_is_not_revoked(const Evidence& e) {
  return not_revoked(e, e.facts->revoked_paa,
                     e.paa->certificate ? View(e.paa->certificate->der) : View(), "PAA");
}
Outcome pai_is_not_revoked(const Evidence& e) {
  return not_revoked(e, e.facts->revoked_pai, e.pai.certificate->der, "PAI");
}

// --- vendor ---

// Basic Information holds 32 bytes of a name, the ledger 128 characters; stray blanks make names
// that look equal differ.
Outcome names_agree(const Evidence& e, FactId fact, const std::string& ledger, const char* what) {
  const std::string* device = e.device.string(fact);
  if (device == nullptr)
    return skipped(fmt::format("the device's {} is not in the evidence", what));
  if (*device == ledger) return pass();
  const auto folded = [](const std::string& s) {
    std::string out;
    for (const char c : s) {
      if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
    }
    return trimmed(out);
  };
  const char* why = folded(*device) == folded(ledger) ? "they differ only in blanks"
                    : ledger.size() > 32
                        ? "the ledger's is longer than the 32 bytes a device can hold"
                        : "they differ";
  return differ(e, fmt::format("the device's {} is not the ledger's: {}", what, why),
                fmt::format("\"{}\"", ledger), fmt::format("\"{}\"", *device));
}

Outcome vendor_is_known(const Evidence& e) {
  if (!e.facts->vid)
    return unknown("the device's vendor id is not in the evidence", say("vendor_id"));
  return present(e, e.facts->vendor, fmt::format("vendor {}", hex_id(*e.facts->vid)));
}
Outcome vendor_name_matches(const Evidence& e) {
  return names_agree(e, FactId::vendor_name, value(e.facts->vendor).vendor_name, "vendor name");
}

// --- model ---

Outcome model_is_known(const Evidence& e) {
  if (!e.facts->pid)
    return unknown("the device's product id is not in the evidence", say("product_id"));
  return present(e, e.facts->model, product(e));
}
Outcome product_name_matches(const Evidence& e) {
  return names_agree(e, FactId::product_name, value(e.facts->model).product_name, "product name");
}
Outcome device_type_matches_cd(const Evidence& e) {
  const uint32_t ledger = value(e.facts->model).device_type_id;
  if (ledger == e.cd->device_type_id) return pass();
  return differ(e,
                "the certification declaration names another device type than the ledger's model",
                std::to_string(ledger), std::to_string(e.cd->device_type_id));
}
Outcome device_type_matches_device(const Evidence& e) {
  const auto device = e.device.number(FactId::device_type_id);
  if (!device) return skipped("the device's own type is not in the evidence");
  const uint32_t ledger = value(e.facts->model).device_type_id;
  return *device == ledger
             ? pass()
             : differ(e, "the device names another device type than the ledger's model",
                      std::to_string(ledger), std::to_string(*device));
}

// --- software version ---

// A place of the evidence that says how the device is commissioned: a label's code, or the factory
// data.
std::string said_by(const CodeEvidence& code) {
  return fmt::format("the {} in {}", code.payload.manual ? "manual code" : "QR code",
                     place_text(code.place));
}
std::string said_by(const Statement& s) {
  return fmt::format("the factory data in {}", place_text(s.place));
}

std::string flow_text(uint64_t flow) {
  return fmt::format("{} ({})", flow,
                     flow == 0   ? "standard"
                     : flow == 1 ? "user intent"
                     : flow == 2 ? "custom"
                                 : "reserved");
}

Outcome commissioning_flow_matches(const Evidence& e) {
  const int32_t ledger = value(e.facts->model).commissioning_custom_flow;
  const auto differs = [&](const std::string& who, const std::string& device) {
    return differ(e,
                  fmt::format("{} and the ledger's entry of {} give different commissioning flows",
                              who, product(e)),
                  flow_text(static_cast<uint64_t>(ledger)), device);
  };
  if (const CodeEvidence* code = e.onboarding.main_code()) {
    const OnboardingPayload& p = code->payload;
    // A manual code tells standard from the others only, by its length (Core 5.1.4.1).
    if (p.manual ? p.long_form == (ledger != 0) : p.flow == ledger) return pass();
    return differs(said_by(*code),
                   p.manual ? (p.long_form ? "1 or 2" : flow_text(0)) : flow_text(*p.flow));
  }
  const Statement* said = e.device.first(FactId::commissioning_flow);
  if (said == nullptr) return skipped("the device's commissioning flow is not in the evidence");
  const uint64_t flow = *e.device.number(FactId::commissioning_flow);
  return flow == static_cast<uint64_t>(ledger) ? pass() : differs(said_by(*said), flow_text(flow));
}

// The ledger keeps the bits of BLE, on network, Wi-Fi PAF and NFC; Soft AP and Thread it does not
// know.
Outcome discovery_capabilities_match(const Evidence& e) {
  constexpr uint64_t kKept = 0x1E;
  const uint32_t ledger = value(e.facts->model).discovery_capabilities;
  if (ledger == 0) return skipped("the ledger's entry gives no discovery capabilities");
  const auto judged = [&](const std::string& who, uint64_t device) {
    if ((device & kKept) == ledger) return pass();
    return differ(
        e,
        fmt::format("{} and the ledger's entry of {} give different discovery capabilities", who,
                    product(e)),
        fmt::format("0x{:02X}", ledger), fmt::format("0x{:02X}", device));
  };
  const CodeEvidence* code = e.onboarding.main_code();
  if (code != nullptr && code->payload.capabilities)
    return judged(said_by(*code), *code->payload.capabilities);
  const Statement* said = e.device.first(FactId::discovery_capabilities);
  return said == nullptr ? skipped("the device's discovery capabilities are not in the evidence")
                         : judged(said_by(*said), *e.device.number(FactId::discovery_capabilities));
}

Outcome version_is_known(const Evidence& e) {
  if (!e.facts->software_version)
    return unknown("the device's software version is not in the evidence", say("software_version"));
  return present(e, e.facts->version,
                 fmt::format("software version {} of {}", *e.facts->software_version, product(e)));
}
Outcome version_string_matches(const Evidence& e) {
  const std::string* device = e.device.string(FactId::software_version_string);
  if (device == nullptr)
    return skipped("the device's software version string is not in the evidence");
  const std::string& ledger = value(e.facts->version).software_version_string;
  return *device == ledger ? pass()
                           : differ(e, "the device's software version string is not the ledger's",
                                    fmt::format("\"{}\"", ledger), fmt::format("\"{}\"", *device));
}
Outcome version_is_valid(const Evidence& e) {
  return value(e.facts->version).valid
             ? pass()
             : differ(e, "the vendor marked this software version as not to be used",
                      "softwareVersionValid false",
                      fmt::format("version {}", *e.facts->software_version));
}
Outcome cd_version_number_matches(const Evidence& e) {
  // Version model and compliance entry both hold it; the ledger keeps the two equal where both
  // exist.
  const auto* version = found(e.facts->version);
  const auto* compliance = found(e.facts->compliance);
  if (version == nullptr && compliance == nullptr)
    return skipped("the ledger has no entry to compare with");
  const uint32_t ledger =
      version != nullptr ? version->value.cd_version_number : compliance->value.cd_version_number;
  return ledger == e.cd->version_number
             ? pass()
             : differ(e, "the certification declaration's version number is not the ledger's",
                      std::to_string(ledger), std::to_string(e.cd->version_number));
}
Outcome firmware_information_matches(const Evidence& e) {
  const std::string& ledger = value(e.facts->version).firmware_information;
  if (!e.elements || !e.elements->firmware_information)
    return skipped("the device sends no firmware information");
  if (ledger.empty()) return skipped("the ledger has no firmware information");
  // The ledger keeps text: the bytes themselves, or their hex or base64 form.
  const View device = *e.elements->firmware_information;
  const auto as_hex = from_hex_lenient(ledger);
  const auto as_base64 = from_base64(ledger);
  if (equal(device, view(ledger)) || (as_hex && equal(device, *as_hex)) ||
      (as_base64 && equal(device, *as_base64)))
    return pass();
  return differ(e, "the device's firmware information is not the ledger's", ledger, hex(device));
}

// --- certification ---

Outcome compliance_is_known(const Evidence& e) {
  if (!e.facts->software_version)
    return unknown("the device's software version is not in the evidence", say("software_version"));
  return present(e, e.facts->compliance,
                 fmt::format("a Matter certification of software version {} of {}",
                             *e.facts->software_version, product(e)));
}
const char* status_text(uint32_t status) {
  return status == 1   ? "provisional (1)"
         : status == 2 ? "certified (2)"
         : status == 3 ? "revoked (3)"
                       : "of no known status";
}
Outcome is_certified(const Evidence& e) {
  const ComplianceInfo& c = value(e.facts->compliance);
  if (c.status == 2) return pass();
  if (c.status == 1 && e.cd && e.cd->certification_type == 1)
    return note("provisional on the ledger, as the declaration says");
  if (c.status == 3)
    return fail(
        fmt::format("the certification was revoked{}", c.reason.empty() ? "" : ": " + c.reason),
        "certified (2)", status_text(3), e.ledger.source);
  return fail("the product is not certified", "certified (2)", status_text(c.status),
              e.ledger.source);
}
Outcome status_matches_cd(const Evidence& e) {
  const uint32_t status = value(e.facts->compliance).status;
  const uint8_t type = e.cd->certification_type;
  if (type == 0) return skipped("a declaration for development and test stands on no ledger");
  if (status != 1 && status != 2)
    return skipped("the ledger's status is neither provisional nor certified");
  if ((type == 2 && status == 2) || (type == 1 && status == 1)) return pass();
  if (type == 1 && status == 2)
    return note("certified by now; the declaration is still the provisional one");
  return differ(e, "the ledger's certification status is not the declaration's",
                status_text(status), certification_type_text(type));
}
Outcome date_is_past(const Evidence& e) {
  const std::string& date = value(e.facts->compliance).date;
  const auto t = parse_rfc3339(date);
  if (!t)
    return fail("the certification's date cannot be read", "an RFC 3339 date", printable(date),
                e.ledger.source);
  return *t <= e.policy.at
             ? pass()
             : fail("the certification lies in the future",
                    fmt::format("a date up to {}", rfc3339(e.policy.at)), date, e.ledger.source);
}
Outcome certificate_id_matches_cd(const Evidence& e) {
  const std::string& ledger = value(e.facts->compliance).certificate_id;
  if (trimmed(ledger) == trimmed(e.cd->certificate_id)) return pass();
  return differ(e, "the certification declaration's certificate id is not the ledger's",
                fmt::format("\"{}\"", ledger), fmt::format("\"{}\"", e.cd->certificate_id));
}
Outcome specification_version_matches(const Evidence& e) {
  const auto device = e.device.number(FactId::specification_version);
  const uint32_t ledger = value(e.facts->compliance).specification_version;
  if (!device) return skipped("the device's specification version is not in the evidence");
  if (ledger == 0) return skipped("the ledger's entry gives no specification version");
  return *device == ledger ? pass()
                           : differ(e, "the device's specification version is not the ledger's",
                                    std::to_string(ledger), std::to_string(*device));
}
Outcome certificate_covers_product(const Evidence& e) {
  if (e.cd->certification_type == 0)
    return skipped("a declaration for development and test stands on no ledger");
  if (const auto* coverage = found(e.facts->coverage)) {
    if (!e.facts->vid || !e.facts->pid)
      return unknown("the device's vendor and product id are not in the evidence",
                     say("vendor_id and product_id"));
    for (const ComplianceInfo& entry : coverage->value.entries) {
      if (entry.vid == *e.facts->vid && entry.pid == *e.facts->pid) return pass();
    }
    return differ(e,
                  fmt::format("certificate {} does not cover {}", printable(e.cd->certificate_id),
                              product(e)),
                  "other products", product(e));
  }
  // Only certified entries are listed: a provisional, revoked or re-certified one is not, and its
  // own check says which.
  if (std::holds_alternative<Absent>(e.facts->coverage)) {
    const auto* compliance = found(e.facts->compliance);
    if (compliance != nullptr ? compliance->value.status != 2 : e.cd->certification_type == 1)
      return skipped("the ledger lists certified products only, and this one is not");
    return fail(fmt::format("certificate {} is not on the ledger", printable(e.cd->certificate_id)),
                "an entry", fmt::format("none at height {}", e.ledger.height), e.ledger.source);
  }
  return unknown(fmt::format("which products certificate {} covers is not known: {}",
                             printable(e.cd->certificate_id),
                             std::get<Unknown>(e.facts->coverage).why));
}

constexpr const char* kAskAgain =
    "fetch the entry (matter-attest dcl sync), or give a snapshot or node that has it with "
    "--ledger";
constexpr const char* kSpec = "Matter Core 11.23";
constexpr const char* kCorrect =
    "correct the firmware, or have the ledger's entry corrected before the product ships";
constexpr const char* kPublish = "publish the entry on the ledger before the product ships";

constexpr Check kChecks[] = {
    {
        .id = "ledger.answers",
        .title = "the ledger answers",
        .severity = kMustBeThere,
        .spec = kSpec,
        .open_on_main_only = true,
        .run = answers,
        .rule = "Whether a product is known and certified stands on the ledger alone; unasked, "
                "that stays open.",
        .remedy = "run matter-attest dcl sync, or give a snapshot or node with --ledger",
        .when_unknown = "run matter-attest dcl sync where there is internet, or give a snapshot or "
                        "node with --ledger",
    },
    {
        .id = "ledger.facts-are-fresh",
        .title = "the ledger's facts are recent",
        .severity = kWarning,
        .spec = kSpec,
        .after = {"ledger.answers"},
        .proves_authenticity = false,
        .run = facts_are_fresh,
        .rule = "Certifications are revoked and roots withdrawn; old facts do not know it.",
        .remedy = "run matter-attest dcl sync",
    },
    {
        .id = "ledger.paa-is-approved",
        .title = "the PAA is approved on the ledger",
        .severity = kMustBeThere,
        .spec = "Matter Core 6.2.2.5",
        .sdk = 101,
        .after = {"ledger.answers", "paa.is-trusted"},
        .consequence_of = {"credentials.no-test-paa", "credentials.no-development-dac"},
        .open_on_main_only = true,
        .run = paa_is_approved,
        .rule = "A root given by hand is not one that homes trust: on the main network it must be "
                "approved there, as the same certificate.",
        .remedy = "have the PAA approved on the ledger, or the PAI issued below an approved one",
        .when_unknown = kAskAgain,
    },
    {
        .id = "ledger.paa-is-not-revoked",
        .title = "the PAA was not revoked on the ledger",
        .spec = "Matter Core 6.2.2.5",
        .after = {"ledger.answers", "paa.is-trusted"},
        .open_on_main_only = true,
        .run = paa_is_not_revoked,
        .rule = "A revoked root takes everything below it with it.",
        .remedy = "have PAI and DACs issued below an approved PAA",
        .when_unknown = kAskAgain,
    },
    {
        .id = "ledger.pai-is-not-revoked",
        .title = "the PAI was not revoked on the ledger",
        .spec = "Matter Core 6.2.2.4",
        .sdk = 202,
        .after = {"ledger.answers", "pai.is-one-certificate"},
        .open_on_main_only = true,
        .run = pai_is_not_revoked,
        .rule = "The ledger lists revoked intermediates beside the revocation lists.",
        .remedy = "have the DACs issued below a PAI in force",
        .when_unknown = kAskAgain,
    },
    {
        .id = "ledger.vendor-is-known",
        .title = "the vendor is on the ledger",
        .severity = kMustBeThere,
        .spec = "Matter Core 11.23.4",
        .after = {"ledger.answers"},
        .consequence_of = {"credentials.no-test-vendor", "credentials.no-development-dac",
                           "credentials.no-test-paa"},
        .open_on_main_only = true,
        .run = vendor_is_known,
        .rule = "Commissioners show the vendor's name from its entry.",
        .remedy = kPublish,
        .when_unknown = kAskAgain,
    },
    {
        .id = "ledger.vendor-name-matches",
        .title = "device and ledger give the same vendor name",
        .severity = kWarning,
        .spec = "Matter Core 11.1",
        .after = {"ledger.vendor-is-known"},
        .proves_authenticity = false,
        .run = vendor_name_matches,
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
        .run = model_is_known,
        .rule = "Without its model entry a product cannot be certified, shown or updated.",
        .remedy = kPublish,
        .when_unknown = kAskAgain,
    },
    {
        .id = "ledger.product-name-matches",
        .title = "device and ledger give the same product name",
        .severity = kWarning,
        .spec = "Matter Core 11.1",
        .after = {"ledger.model-is-known"},
        .proves_authenticity = false,
        .run = product_name_matches,
        .rule = "The conformance test compares the two texts; blanks and length count.",
        .remedy = kCorrect,
    },
    {
        .id = "ledger.device-type-matches-cd",
        .title = "declaration and ledger name the same device type",
        .severity = kMustAgree,
        .spec = "Matter Core 6.3.1",
        .after = {"ledger.model-is-known", "cd.is-wellformed"},
        .consequence_of = {"cd.signature-verifies"},
        .proves_authenticity = false,
        .run = device_type_matches_cd,
        .rule = "The declaration's device type is the model's primary one.",
        .remedy = kCorrect,
    },
    {
        .id = "ledger.device-type-matches-device",
        .title = "device and ledger name the same device type",
        .severity = kWarning,
        .spec = "Matter Core 11.23.5",
        .after = {"ledger.model-is-known"},
        .proves_authenticity = false,
        .run = device_type_matches_device,
        .rule = "A device of several types may report another one first.",
        .remedy = kCorrect,
    },
    {
        .id = "ledger.commissioning-flow-matches",
        .title = "device and ledger give the same commissioning flow",
        .severity = kMustAgree,
        .spec = "Matter Core 11.23.5",
        .after = {"ledger.model-is-known"},
        .consequence_of = {"onboarding.flow-agrees", "onboarding.qr-flow-is-defined",
                           "onboarding.qr-matches-manual-code", "onboarding.vendor-agrees",
                           "onboarding.product-agrees", "identity.facts-agree"},
        .proves_authenticity = false,
        .run = commissioning_flow_matches,
        .rule = "commissioningCustomFlow tells a commissioner what its user has to do first; a "
                "label that says otherwise leaves the device unfound.",
        .remedy =
            "print the label for the flow that was published, or have the ledger's entry corrected",
    },
    {
        .id = "ledger.discovery-capabilities-match",
        .title = "device and ledger give the same discovery capabilities",
        .severity = kWarning,
        .spec = "Matter Core 11.23.5",
        .after = {"ledger.model-is-known"},
        .consequence_of = {"onboarding.capabilities-agree", "onboarding.vendor-agrees",
                           "onboarding.product-agrees", "identity.facts-agree"},
        .proves_authenticity = false,
        .run = discovery_capabilities_match,
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
        .run = version_is_known,
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
        .after = {"ledger.version-is-known"},
        .proves_authenticity = false,
        .run = version_string_matches,
        .rule = "The text belongs to the number.",
        .remedy = kCorrect,
    },
    {
        .id = "ledger.version-is-valid",
        .title = "the vendor did not withdraw the software version",
        .severity = kMustAgree,
        .spec = "Matter Core 11.23.6",
        .after = {"ledger.version-is-known"},
        .proves_authenticity = false,
        .run = version_is_valid,
        .rule = "softwareVersionValid false is the vendor's own \"do not use\".",
        .remedy = "ship a software version that is in force",
    },
    {
        .id = "ledger.cd-version-number-matches",
        .title = "declaration and ledger give the same version number",
        .severity = kMustAgree,
        .spec = "Matter Core 6.3.1",
        .after = {"ledger.answers", "cd.is-wellformed"},
        .consequence_of = {"cd.signature-verifies"},
        .proves_authenticity = false,
        .run = cd_version_number_matches,
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
        .after = {"ledger.version-is-known", "attestation.elements-are-wellformed"},
        .run = firmware_information_matches,
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
        .run = compliance_is_known,
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
        .after = {"ledger.compliance-is-known"},
        .run = is_certified,
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
        .run = status_matches_cd,
        .rule = "An official declaration belongs to a certified entry, a provisional one to a "
                "provisional entry.",
        .remedy = "take the declaration of this certification from the CSA",
    },
    {
        .id = "ledger.certification-is-past",
        .title = "the certification does not lie in the future",
        .severity = kMustAgree,
        .spec = "Matter Core 11.23.7",
        .after = {"ledger.compliance-is-known"},
        .proves_authenticity = false,
        .run = date_is_past,
        .rule = "An entry dated ahead is not in force yet.",
        .remedy = "wait for the date, or check the clock given by --at",
    },
    {
        .id = "ledger.certificate-id-matches-cd",
        .title = "declaration and ledger give the same certificate id",
        .severity = kMustAgree,
        .spec = "Matter Core 6.3.1",
        .after = {"ledger.compliance-is-known", "cd.is-wellformed"},
        .consequence_of = {"cd.signature-verifies"},
        .run = certificate_id_matches_cd,
        .rule = "Padding aside, both are the same 19 characters; another id is another "
                "certification's.",
        .remedy = "take the declaration of this certification from the CSA",
    },
    {
        .id = "ledger.specification-version-matches",
        .title = "device and ledger give the same specification version",
        .severity = kWarning,
        .spec = "Matter Core 11.1",
        .after = {"ledger.compliance-is-known"},
        .proves_authenticity = false,
        .run = specification_version_matches,
        .rule = "The device reports the version it was certified against.",
        .remedy = kCorrect,
    },
    {
        .id = "ledger.certificate-covers-product",
        .title = "the declaration's certificate covers this product",
        .severity = kMustAgree,
        .spec = "Matter Core 11.23.7",
        .after = {"ledger.answers", "cd.is-wellformed"},
        .consequence_of = {"cd.signature-verifies", "ledger.certificate-id-matches-cd",
                           "ledger.compliance-is-known", "ledger.model-is-known",
                           "ledger.vendor-is-known", "ledger.version-is-known"},
        .open_on_main_only = true,
        .run = certificate_covers_product,
        .rule = "The ledger lists the products of a certificate id; the declaration's id must list "
                "this one.",
        .remedy = "take the declaration of this product from the CSA",
        .when_unknown = kAskAgain,
    },
};

}  // namespace

std::span<const Check> ledger_checks() {
  return kChecks;
}

}  // namespace attest
