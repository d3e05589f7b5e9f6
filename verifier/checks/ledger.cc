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

using Certificates = std::vector<LedgerCertificate>;

// Unequal means refused here, so bytes may decide. Of a built-in PAA only key and name are kept.
bool is_this_paa(const LedgerCertificate& entry, const Paa& paa) {
  if (paa.certificate) return equal(entry.der, paa.certificate->der);
  const auto certificate = parse_certificate(entry.der);
  return certificate && (*certificate)->p256 == paa.key &&
         equal((*certificate)->subject.der, paa.subject);
}

Outcome paa_is_approved(const Evidence& e) {
  const TestPaa* test = test_paa(e.paa->subject_key_id);
  if (e.policy.network == Network::test && test != nullptr && e.paa->key == test->key.public_key)
    return skipped("a public test PAA, which stands on no ledger");
  if (const auto* entry = found(e.facts->approved_paa)) {
    const auto same =
        std::find_if(entry->value.begin(), entry->value.end(),
                     [&](const LedgerCertificate& c) { return is_this_paa(c, *e.paa); });
    if (same == entry->value.end())
      return differ(e, "the PAA that was used is not the one the ledger approves under this key id",
                    "another certificate", e.paa->source);
    if (same->device_attestation) return pass();
    if (same->type.empty())
      return unknown(
          "whether the ledger approves the PAA is not known: its entry does not say what it is for "
          "(no certificateType)");
    return fail("the ledger approves the root that was used, but not as a PAA for devices",
                "certificateType DeviceAttestationPKI", printable(same->type), e.ledger.source);
  }
  return present(e, e.facts->approved_paa,
                 fmt::format("the PAA {}", hex_colons(e.paa->subject_key_id)));
}

// --- revoked certificates ---
//
// A certificate is known by its issuer and serial number, or by its key; never by its bytes: of
// each ECDSA signature (r, s) there is a twin (r, n - s) that verifies as well, and whoever holds a
// revoked certificate makes it.

bool same_key(const Certificate& a, const Certificate& b) {
  return equal(a.public_key, b.public_key) && equal(a.key_algorithm, b.key_algorithm);
}
bool same_serial(const Certificate& a, const Certificate& b) {
  return equal(without_leading_zeros(a.serial), without_leading_zeros(b.serial));
}

// What the ledger's revoked certificates of one key id say of one at hand.
struct Revoked {
  bool itself = false;
  CertificatePtr other;  // with its key, under another serial number or of another issuer
  std::string unread;    // an entry that cannot be read: nobody knows which it is
};
Revoked among(const Certificates& revoked, const Certificate& own) {
  Revoked out;
  for (const LedgerCertificate& entry : revoked) {
    const auto certificate = parse_certificate(entry.der);
    if (!certificate) {
      out.unread = certificate.error().what;
      continue;
    }
    const Certificate& c = **certificate;
    const bool named =
        same_name(c.issuer, own.issuer) || (same_name(c.subject, own.subject) && same_key(c, own));
    if (same_serial(c, own) && named) {
      out.itself = true;
    } else if (same_key(c, own)) {
      out.other = *certificate;
    }
  }
  return out;
}

Outcome not_revoked(const Evidence& e, const Fact<Certificates>& fact, const Certificate& own,
                    const char* name) {
  if (const auto* entry = found(fact)) {
    const Revoked revoked = among(entry->value, own);
    if (revoked.itself)
      return fail(
          fmt::format("the {} was revoked on the ledger", name),
          fmt::format("a certificate in force; {} has serial number {}", name, hex(own.serial)),
          fmt::format("revoked, at height {}", e.ledger.height), e.ledger.source);
    if (revoked.unread.empty()) return pass();
    return unknown(fmt::format(
        "whether the {} was revoked is not known: the ledger revoked a certificate with its key "
        "id that cannot be read: {}",
        name, revoked.unread));
  }
  if (std::holds_alternative<Absent>(fact)) return pass();
  return unknown(fmt::format("whether the {} was revoked on the ledger is not known: {}", name,
                             std::get<Unknown>(fact).why));
}

// A new certificate does not heal a key that was lost; a renewal revokes its predecessor, too.
Outcome key_not_revoked(const Evidence& e, const Fact<Certificates>& fact, const Certificate* own,
                        const char* name) {
  if (own == nullptr) return skipped(fmt::format("of the {} only the key is at hand", name));
  const auto* entry = found(fact);
  if (entry == nullptr)
    return std::holds_alternative<Absent>(fact)
               ? pass()
               : unknown(fmt::format("whether the {}'s key was revoked on the ledger is not known",
                                     name));
  const CertificatePtr other = among(entry->value, *own).other;
  if (other == nullptr) return pass();
  return fail(
      fmt::format("the ledger revoked another certificate with the {}'s key: if the key was lost, "
                  "this one is no better",
                  name),
      "no revoked certificate with this key",
      fmt::format("serial number {} of {}, revoked; the {} has serial number {}",
                  hex(other->serial), name_text(other->issuer), name, hex(own->serial)),
      e.ledger.source);
}

Outcome paa_is_not_revoked(const Evidence& e) {
  if (e.paa->certificate) return not_revoked(e, e.facts->revoked_paa, *e.paa->certificate, "PAA");
  const auto* entry = found(e.facts->revoked_paa);
  const bool its_key =
      entry != nullptr &&
      std::any_of(entry->value.begin(), entry->value.end(), [&](const LedgerCertificate& c) {
        const auto certificate = parse_certificate(c.der);
        return !certificate || (*certificate)->p256 == e.paa->key;
      });
  // Whether the revoked one is this one or its renewal cannot be told, and is not "no".
  if (its_key)
    return unknown(
        "whether the PAA was revoked is not known: the ledger revoked a certificate with its key, "
        "and only its key is at hand");
  if (entry != nullptr || std::holds_alternative<Absent>(e.facts->revoked_paa)) return pass();
  return unknown(fmt::format("whether the PAA was revoked on the ledger is not known: {}",
                             std::get<Unknown>(e.facts->revoked_paa).why));
}
Outcome pai_is_not_revoked(const Evidence& e) {
  return not_revoked(e, e.facts->revoked_pai, *e.pai.certificate, "PAI");
}
Outcome paa_key_is_not_revoked(const Evidence& e) {
  return key_not_revoked(e, e.facts->revoked_paa, e.paa->certificate.get(), "PAA");
}
Outcome pai_key_is_not_revoked(const Evidence& e) {
  return key_not_revoked(e, e.facts->revoked_pai, e.pai.certificate.get(), "PAI");
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
// Version entry and certification both hold the version's text and the declaration's number. The
// node keeps them equal where both exist; where they part, neither is the one to believe.
Outcome version_string_matches(const Evidence& e) {
  const std::string* device = e.device.string(FactId::software_version_string);
  if (device == nullptr)
    return skipped("the device's software version string is not in the evidence");
  const auto* version = found(e.facts->version);
  const auto* compliance = found(e.facts->compliance);
  if (version == nullptr && compliance == nullptr)
    return skipped("the ledger has no entry to compare with");
  if (version != nullptr && version->value.software_version_string != *device)
    return differ(e, "the device's software version string is not the ledger's",
                  fmt::format("\"{}\"", version->value.software_version_string),
                  fmt::format("\"{}\"", *device));
  // Not every certification gives it.
  if (compliance != nullptr && !compliance->value.software_version_string.empty() &&
      compliance->value.software_version_string != *device)
    return differ(e,
                  "the device's software version string is not the one that the ledger's "
                  "certification gives",
                  fmt::format("\"{}\"", compliance->value.software_version_string),
                  fmt::format("\"{}\"", *device));
  return pass();
}
Outcome version_is_valid(const Evidence& e) {
  return value(e.facts->version).valid
             ? pass()
             : differ(e, "the vendor marked this software version as not to be used",
                      "softwareVersionValid false",
                      fmt::format("version {}", *e.facts->software_version));
}
Outcome cd_version_number_matches(const Evidence& e) {
  const auto* version = found(e.facts->version);
  const auto* compliance = found(e.facts->compliance);
  if (version == nullptr && compliance == nullptr)
    return skipped("the ledger has no entry to compare with");
  const auto differs = [&](uint32_t ledger, const char* whose) {
    return differ(e, fmt::format("the certification declaration's version number is not {}", whose),
                  std::to_string(ledger), std::to_string(e.cd->version_number));
  };
  if (version != nullptr && version->value.cd_version_number != e.cd->version_number)
    return differs(version->value.cd_version_number, "the ledger's");
  if (compliance != nullptr && compliance->value.cd_version_number != e.cd->version_number)
    return differs(
        compliance->value.cd_version_number,
        version == nullptr ? "the ledger's" : "the one that the ledger's certification gives");
  return pass();
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
std::string products_of(const CertificateCoverage& coverage) {
  std::string out;
  size_t left = coverage.entries.size();
  for (const ComplianceInfo& entry : coverage.entries) {
    if (out.size() > 100) return fmt::format("{} and {} more", out, left);
    out += fmt::format("{}product {} of vendor {} ({})", out.empty() ? "" : ", ", hex_id(entry.pid),
                       hex_id(entry.vid), status_text(entry.status));
    --left;
  }
  return out.empty() ? "no product" : out;
}

// device-software-compliance is a hint: the ledger leaves certified products out of it, keeps
// revoked ones and never lists provisional ones. The entry of the device's own version decides.
Outcome certificate_covers_product(const Evidence& e) {
  if (e.cd->certification_type == 0)
    return skipped("a declaration for development and test stands on no ledger");
  const auto* compliance = found(e.facts->compliance);
  const std::string id = printable(e.cd->certificate_id);
  if (compliance != nullptr ? compliance->value.status != 2 : e.cd->certification_type == 1)
    return skipped(
        "the ledger lists certified products under a certificate id, and this one is not");
  const std::string expected =
      fmt::format("{} among the products of certificate {}",
                  e.facts->vid && e.facts->pid ? product(e) : "the device", id);
  const char* hint = compliance != nullptr && trimmed(compliance->value.certificate_id) ==
                                                  trimmed(e.cd->certificate_id)
                         ? "; its own certification names that certificate, which decides"
                         : "";
  if (const auto* coverage = found(e.facts->coverage)) {
    if (!e.facts->vid || !e.facts->pid)
      return unknown("the device's vendor and product id are not in the evidence",
                     say("vendor_id and product_id"));
    for (const ComplianceInfo& entry : coverage->value.entries) {
      if (entry.vid == *e.facts->vid && entry.pid == *e.facts->pid) return pass();
    }
    return fail(fmt::format("the ledger's list of certificate {} lacks {}{}", id, product(e), hint),
                expected, products_of(coverage->value), e.ledger.source);
  }
  if (std::holds_alternative<Absent>(e.facts->coverage))
    return fail(fmt::format("the ledger lists no products under certificate {}{}", id, hint),
                expected, fmt::format("none at height {}", e.ledger.height), e.ledger.source);
  return unknown(fmt::format("which products certificate {} covers is not known: {}", id,
                             std::get<Unknown>(e.facts->coverage).why));
}

constexpr const char* kAskAgain =
    "fetch the entry (matter-attest dcl sync), or give a snapshot or node that has it with "
    "--ledger";
constexpr const char* kSpec = "Matter Core 11.23";
constexpr const char* kCorrect =
    "correct the firmware, or have the ledger's entry corrected before the product ships";
constexpr const char* kAskWhy =
    "ask the authority why the other certificate was revoked; where its key was lost, have the "
    "chain issued under a new one";
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
                "approved there, as the same certificate and for device attestation.",
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
        .rule = "A revoked root takes everything below it with it. It is known by its issuer and "
                "serial number: other bytes of its signature make no other certificate.",
        .remedy = "have PAI and DACs issued below an approved PAA",
        .when_unknown = kAskAgain,
    },
    {
        .id = "ledger.paa-key-is-not-revoked",
        .title = "no other certificate with the PAA's key was revoked on the ledger",
        .severity = kWarning,
        .spec = "Matter Core 6.2.2.5",
        .after = {"ledger.answers", "paa.is-trusted"},
        .consequence_of = {"ledger.paa-is-not-revoked"},
        .run = paa_key_is_not_revoked,
        .rule =
            "A root that is renewed keeps its key, and its predecessor may be revoked. One that "
            "was revoked for its key is no better under another serial number.",
        .remedy = kAskWhy,
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
        .rule = "The ledger lists revoked intermediates beside the revocation lists. One is known "
                "by its issuer and serial number: other bytes of its signature make no other "
                "certificate.",
        .remedy = "have the DACs issued below a PAI in force",
        .when_unknown = kAskAgain,
    },
    {
        .id = "ledger.pai-key-is-not-revoked",
        .title = "no other certificate with the PAI's key was revoked on the ledger",
        .severity = kWarning,
        .spec = "Matter Core 6.2.2.4",
        .after = {"ledger.answers", "pai.is-one-certificate"},
        .consequence_of = {"ledger.pai-is-not-revoked"},
        .run = pai_key_is_not_revoked,
        .rule = "A PAI that is renewed keeps its key, and its predecessor may be revoked. One that "
                "was revoked for its key is no better under another serial number.",
        .remedy = kAskWhy,
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
        .after = {"ledger.answers"},
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
        .severity = kWarning,
        .spec = "Matter Core 11.23.7",
        .after = {"ledger.answers", "cd.is-wellformed"},
        .consequence_of = {"cd.signature-verifies", "ledger.certificate-id-matches-cd",
                           "ledger.compliance-is-known", "ledger.model-is-known",
                           "ledger.vendor-is-known", "ledger.version-is-known"},
        .open_on_main_only = true,
        .run = certificate_covers_product,
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

std::span<const Check> ledger_checks() {
  return kChecks;
}

}  // namespace attest
