// Checks on onboarding codes (Core 5.1): each rule of a QR code and of a manual code, and what they
// say against each other and against everything else that names the same facts. The passcode is in
// no message: not even one of its digits.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/catalogue.h"

namespace attest {
namespace {

using Code = CodeEvidence;

const char* kind(const Code& code) {
  return code.payload.manual ? "manual code" : "QR code";
}
std::string where(const Code& code) {
  return place_text(code.place);
}

// --- the rules of a code
// ----------------------------------------------------------------------------

enum class Form : uint8_t { qr, manual, any };
bool is_of(const Code& code, Form form) {
  return form == Form::any || code.payload.manual == (form == Form::manual);
}

// The problem that the parser names `Problem` is in none of the codes.
template <const char* Problem, Form F>
Outcome keeps_rule(const Evidence& e) {
  const Code* broken = nullptr;
  const PayloadProblem* first = nullptr;
  size_t of_form = 0, count = 0;
  for (const Code& code : e.onboarding.codes) {
    if (!is_of(code, F)) continue;
    ++of_form;
    for (const PayloadProblem& problem : code.payload.problems) {
      if (problem.id != Problem || count++ != 0) continue;
      broken = &code;
      first = &problem;
    }
  }
  if (of_form == 0) {
    for (const NotUsed& unused : e.not_used) {
      if (unused.why.starts_with(kLabelNotChecked))
        return skipped(
            fmt::format("no label was judged: {} ({})", unused.path,
                        unused.why.substr(std::string_view(kLabelNotChecked).size() + 2)));
    }
    return skipped(F == Form::qr       ? "no QR code in the evidence"
                   : F == Form::manual ? "no manual code in the evidence"
                                       : "no onboarding code in the evidence");
  }
  if (count == 0) return pass();
  // The parser's words are "<what>: expected <this>, found <that>".
  const std::string& message = first->message;
  const size_t expected = message.find(": expected "), found = message.rfind(", found ");
  std::string more = count > 1 ? fmt::format(" (and {} more)", count - 1) : "";
  if (expected == std::string::npos || found == std::string::npos || found < expected)
    return fail(fmt::format("{}: {}{}", kind(*broken), message, more), {}, {}, where(*broken));
  return fail(fmt::format("{}: {}{}", kind(*broken), message, more),
              message.substr(expected + 11, found - expected - 11), message.substr(found + 8),
              where(*broken));
}

// A passcode that no code carries (factory data, device.json) keeps the same rules.
template <const char* Problem>
Outcome passcode_keeps_rule(const Evidence& e) {
  if (Outcome of_codes = keeps_rule<Problem, Form::any>(e); of_codes.status == Status::fail)
    return of_codes;
  if (e.onboarding.passcodes.empty()) return skipped("no passcode in the evidence");
  for (const PasscodeEvidence& p : e.onboarding.passcodes) {
    const auto problem = judge_passcode(p.passcode);
    if (!problem || problem->id != Problem) continue;
    const size_t found = problem->message.rfind(", found ");
    return fail(problem->message, problem->message.substr(19, found - 19),
                problem->message.substr(found + 8), place_text(p.place));
  }
  return pass();
}

// --- codes against each other
// -----------------------------------------------------------------------

std::vector<const Code*> readable(const Evidence& e, Form form) {
  std::vector<const Code*> out;
  for (const Code& code : e.onboarding.codes) {
    if (is_of(code, form) && code.has_values() && !code.other_device) out.push_back(&code);
  }
  return out;
}

std::string id_text(const std::optional<uint16_t>& id) {
  return id ? hex_id(*id) : "none";
}

// What the manual code says otherwise than the QR code, as "short discriminator 14 instead of 15".
std::string differences(const OnboardingPayload& qr, const OnboardingPayload& manual,
                        bool show_passcode) {
  std::string out;
  const auto add = [&](std::string what) { out += (out.empty() ? "" : ", ") + what; };
  if (manual.short_discriminator() != qr.short_discriminator())
    add(fmt::format("short discriminator {} instead of {}", manual.short_discriminator(),
                    qr.short_discriminator()));
  if (manual.passcode != qr.passcode)
    add(show_passcode ? fmt::format("passcode {:08} instead of {:08}", manual.passcode, qr.passcode)
                      : "another passcode");
  if (manual.long_form && manual.vendor_id != qr.vendor_id)
    add(fmt::format("vendor {} instead of {}", id_text(manual.vendor_id), id_text(qr.vendor_id)));
  if (manual.long_form && manual.product_id != qr.product_id)
    add(fmt::format("product {} instead of {}", id_text(manual.product_id),
                    id_text(qr.product_id)));
  if (qr.flow && manual.long_form != (*qr.flow != 0))
    add(fmt::format("{} digits for flow {}", manual.long_form ? 21 : 11, *qr.flow));
  return out;
}

Outcome qr_matches_manual(const Evidence& e) {
  const auto qr = readable(e, Form::qr), manual = readable(e, Form::manual);
  if (qr.empty() || manual.empty())
    return skipped("not both a QR code and a manual code in the evidence");
  for (const Code* a : qr) {
    for (const Code* b : manual) {
      const std::string other = differences(a->payload, b->payload, e.policy.show_passcode);
      if (other.empty()) continue;
      return fail(
          fmt::format("the manual code in {} and the QR code in {} are not of one device: {}",
                      where(*b), where(*a), other),
          "what the QR code says", other, where(*b));
    }
  }
  return pass();
}

// --- codes against the other places
// -----------------------------------------------------------------

constexpr const char* kNoCode = "no readable onboarding code in the evidence";

Outcome differs(const char* what, const Statement& said, const Code& code, std::string expected,
                std::string actual) {
  return fail(fmt::format("the {} in {} is not the one of the {} in {}", what,
                          place_text(said.place), kind(code), where(code)),
              std::move(expected), std::move(actual), place_text(said.place));
}

Outcome discriminator_agrees(const Evidence& e) {
  const Statement* said = e.device.first(FactId::discriminator);
  const Code* code = e.onboarding.main_code();
  if (said == nullptr) return skipped("no discriminator beside the codes in the evidence");
  if (code == nullptr) return skipped(kNoCode);
  const uint64_t number = *e.device.number(FactId::discriminator);
  const bool brief = code->payload.manual;  // it has the upper four of the twelve bits
  if ((brief ? number >> 8 : number) == code->payload.discriminator) return pass();
  return differs("discriminator", *said, *code,
                 brief
                     ? fmt::format("one whose upper four bits are {}", code->payload.discriminator)
                     : std::to_string(code->payload.discriminator),
                 std::to_string(number));
}

Outcome passcode_agrees(const Evidence& e) {
  const Statement* said = e.device.first(FactId::passcode);
  const Code* code = e.onboarding.main_code();
  if (said == nullptr) return skipped("no passcode beside the codes in the evidence");
  if (code == nullptr) return skipped(kNoCode);
  const uint64_t number = *e.device.number(FactId::passcode);
  if (number == code->payload.passcode) return pass();
  Outcome out = differs(
      "passcode", *said, *code,
      e.policy.show_passcode ? fmt::format("{:08}", code->payload.passcode) : "the same in both",
      e.policy.show_passcode ? fmt::format("{:08}", number) : "they differ");
  for (const PasscodeEvidence& p : e.onboarding.passcodes) {
    if (p.fits_verifier == true)
      out.texts->message +=
          fmt::format("; the SPAKE2+ verifier belongs to the one in {}", place_text(p.place));
  }
  return out;
}

// Somebody beside the codes who names the vendor or the product.
struct Witness {
  const char* name;
  Place place;
  std::vector<uint16_t> ids;
};

template <bool Vendor>
std::vector<Witness> witnesses(const Evidence& e) {
  std::vector<Witness> out;
  const auto add = [&](const char* name, const std::optional<Place>& place,
                       std::vector<uint16_t> ids) {
    if (place && !ids.empty())
      out.push_back({.name = name, .place = *place, .ids = std::move(ids)});
  };
  const auto one = [](const std::optional<uint16_t>& id) {
    return id ? std::vector<uint16_t>{*id} : std::vector<uint16_t>{};
  };
  if (const Statement* said = e.device.first(Vendor ? FactId::vendor_id : FactId::product_id))
    add("Basic Information", said->place, one(Vendor ? e.vid : e.pid));
  // A declaration with dac_origin says that the DAC speaks for another vendor or product.
  const bool foreign_dac =
      e.cd && (Vendor ? e.cd->dac_origin_vendor_id : e.cd->dac_origin_product_id).has_value();
  if (e.dac.certificate && !foreign_dac)
    add("DAC", e.dac.place, one(Vendor ? e.dac.certificate->vid() : e.dac.certificate->pid()));
  if (e.cd && out.empty())
    add("certification declaration", e.cd_place, Vendor ? one(e.cd->vendor_id) : e.cd->product_ids);
  return out;
}

// The odd one out is at fault: where Basic Information and the DAC differ, their own checks say so,
// and a code that sides with either of them is not blamed.
template <bool Vendor>
Outcome names_agree(const Evidence& e) {
  const char* what = Vendor ? "vendor" : "product";
  constexpr const char* kNobodyAsks =
      Vendor ? "no code in the evidence names a vendor" : "no code in the evidence names a product";
  if (e.onboarding.codes.empty()) return skipped(kNobodyAsks);
  const auto all = witnesses<Vendor>(e);
  if (all.empty()) return skipped(fmt::format("no {} id beside the codes in the evidence", what));
  size_t asked = 0;
  for (const Code* code : readable(e, Form::any)) {
    const auto id = Vendor ? code->payload.vendor_id : code->payload.product_id;
    if (!id) continue;
    ++asked;
    if (std::any_of(all.begin(), all.end(), [&](const Witness& w) {
          return std::find(w.ids.begin(), w.ids.end(), *id) != w.ids.end();
        }))
      continue;
    const Witness& w = all.front();
    const std::string expected =
        w.ids.size() == 1 ? hex_id(w.ids.front()) : fmt::format("one of {} products", w.ids.size());
    return fail(fmt::format("the {} in {} names {} {}, the {} in {} {}", kind(*code), where(*code),
                            what, hex_id(*id), w.name, place_text(w.place), expected),
                expected, hex_id(*id), where(*code));
  }
  return asked == 0 ? skipped(kNobodyAsks) : pass();
}

Outcome flow_agrees(const Evidence& e) {
  const Statement* said = e.device.first(FactId::commissioning_flow);
  const Code* code = e.onboarding.main_code();
  if (said == nullptr) return skipped("no commissioning flow beside the codes in the evidence");
  if (code == nullptr) return skipped(kNoCode);
  const uint64_t number = *e.device.number(FactId::commissioning_flow);
  const OnboardingPayload& p = code->payload;
  if (p.manual ? p.long_form == (number != 0) : p.flow == number) return pass();
  return differs("commissioning flow", *said, *code,
                 p.manual ? (p.long_form ? "1 or 2" : "0") : std::to_string(*p.flow),
                 std::to_string(number));
}

Outcome capabilities_agree(const Evidence& e) {
  const Statement* said = e.device.first(FactId::discovery_capabilities);
  if (said == nullptr) return skipped("no discovery capabilities beside the codes in the evidence");
  const auto qr = readable(e, Form::qr);
  if (qr.empty()) return skipped("no readable QR code in the evidence");
  const uint64_t number = *e.device.number(FactId::discovery_capabilities);
  const uint8_t in_code = *qr.front()->payload.capabilities;
  if (number == in_code) return pass();
  return differs("set of discovery capabilities", *said, *qr.front(),
                 fmt::format("0x{:02X}", in_code), fmt::format("0x{:02X}", number));
}

// A QR code's TLV extension repeats facts of the factory data.
Outcome extension_agrees(const Evidence& e) {
  size_t compared = 0;
  for (const Code* code : readable(e, Form::qr)) {
    const OnboardingPayload& p = code->payload;
    if (const Statement* said = e.device.first(FactId::serial_number);
        p.serial_number && said != nullptr) {
      ++compared;
      const std::string& there = *e.device.string(FactId::serial_number);
      if (there != *p.serial_number)
        return differs("serial number", *said, *code, printable(*p.serial_number),
                       printable(there));
    }
    if (const Statement* said = e.device.first(FactId::spake2p_iterations);
        p.pbkdf_iterations && said != nullptr) {
      ++compared;
      const uint64_t there = *e.device.number(FactId::spake2p_iterations);
      if (there != *p.pbkdf_iterations)
        return differs("number of PBKDF iterations", *said, *code,
                       std::to_string(*p.pbkdf_iterations), std::to_string(there));
    }
    if (const Statement* said = e.device.first(FactId::spake2p_salt);
        p.pbkdf_salt && said != nullptr) {
      ++compared;
      const Bytes& there = *e.device.bytes(FactId::spake2p_salt);
      if (there != *p.pbkdf_salt)
        return differs("PBKDF salt", *said, *code,
                       e.policy.show_passcode ? hex(*p.pbkdf_salt) : "the same in both",
                       e.policy.show_passcode ? hex(there) : "they differ");
    }
  }
  return compared == 0 ? skipped("no QR code repeats a fact in its extension") : pass();
}

constexpr char kPrefix[] = "prefix", kAlphabet[] = "alphabet", kLength[] = "length",
               kOverflow[] = "group-overflow", kVersion[] = "version", kFlow[] = "flow-reserved",
               kReserved[] = "capability-reserved", kNoCapability[] = "capability-none",
               kPadding[] = "padding", kVendorRange[] = "vendor-range",
               kProductZero[] = "product-zero", kTlv[] = "tlv-malformed", kTlvType[] = "tlv-type",
               kRange[] = "passcode-range", kForbidden[] = "passcode-forbidden",
               kCharacters[] = "characters", kCheckDigit[] = "check-digit",
               kVersionDigit[] = "version-digit", kPartRange[] = "part-range";

constexpr const char *kQrSpec = "Matter Core 5.1.3", *kManualSpec = "Matter Core 5.1.4",
                     *kCodeSpec = "Matter Core 5.1";
constexpr const char *kReprint = "make the code again and print the label anew",
                     *kSameDevice =
                         "print the label from the same record that the part was written from";
// What every comparison with the other places follows from.
#define ECHO "identity.facts-agree", "onboarding.qr-matches-manual-code"

constexpr Check kChecks[] = {
    {
        .id = "onboarding.qr-has-its-prefix",
        .title = "the QR code begins with MT:",
        .spec = kQrSpec,
        .proves_authenticity = false,
        .run = keeps_rule<kPrefix, Form::qr>,
        .rule = "A scanner takes a code for Matter's by these three characters, in upper case.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.qr-characters-are-base38",
        .title = "the QR code has characters of base 38 only",
        .spec = kQrSpec,
        .after = {"onboarding.qr-has-its-prefix"},
        .proves_authenticity = false,
        .run = keeps_rule<kAlphabet, Form::qr>,
        .rule = "Digits, upper-case letters, '-' and '.' keep the code in QR's alphanumeric mode.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.qr-length-is-possible",
        .title = "the QR code has a length that payloads have",
        .spec = kQrSpec,
        .after = {"onboarding.qr-has-its-prefix"},
        .proves_authenticity = false,
        .run = keeps_rule<kLength, Form::qr>,
        .rule = "Five characters carry three bytes, four carry two, two carry one; other "
                "remainders mean lost characters. A payload has at least eleven bytes.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.qr-groups-fit",
        .title = "no group of the QR code overflows its bytes",
        .spec = kQrSpec,
        .after = {"onboarding.qr-has-its-prefix"},
        .proves_authenticity = false,
        .run = keeps_rule<kOverflow, Form::qr>,
        .rule = "Five characters of base 38 can say more than three bytes hold. Reading on would "
                "give one payload several texts.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.qr-version-is-0",
        .title = "the QR code is of version 0",
        .spec = kQrSpec,
        .after = {"onboarding.qr-has-its-prefix", "onboarding.qr-characters-are-base38",
                  "onboarding.qr-length-is-possible", "onboarding.qr-groups-fit"},
        .proves_authenticity = false,
        .run = keeps_rule<kVersion, Form::qr>,
        .rule = "What the bits of a later version mean is not known.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.qr-flow-is-defined",
        .title = "the QR code's commissioning flow is defined",
        .spec = kQrSpec,
        .after = {"onboarding.qr-version-is-0"},
        .proves_authenticity = false,
        .run = keeps_rule<kFlow, Form::qr>,
        .rule = "0 standard, 1 user intent, 2 custom; 3 is reserved.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.qr-capabilities-are-defined",
        .title = "the QR code sets no reserved discovery capability",
        .severity = kWarning,
        .spec = kQrSpec,
        .after = {"onboarding.qr-version-is-0"},
        .proves_authenticity = false,
        .run = keeps_rule<kReserved, Form::qr>,
        .rule = "Bits 6 and 7 are reserved. The SDK refuses such a code in its strict mode.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.qr-capabilities-are-given",
        .title = "the QR code names a way to discover the device",
        .severity = kWarning,
        .spec = kQrSpec,
        .after = {"onboarding.qr-version-is-0"},
        .proves_authenticity = false,
        .run = keeps_rule<kNoCapability, Form::qr>,
        .rule = "Without one a commissioner has to look for the device everywhere.",
        .remedy = "set the bits of the ways in which the device can be found: Soft AP 1, BLE 2, on "
                  "network 4, Wi-Fi PAF 8, NFC 16, Thread 32",
    },
    {
        .id = "onboarding.qr-padding-is-zero",
        .title = "the QR code's padding is zero",
        .spec = kQrSpec,
        .after = {"onboarding.qr-version-is-0"},
        .proves_authenticity = false,
        .run = keeps_rule<kPadding, Form::qr>,
        .rule = "The four bits after the passcode carry nothing.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.qr-extension-is-wellformed",
        .title = "the QR code's TLV extension can be read",
        .spec = "Matter Core 5.1.5",
        .after = {"onboarding.qr-version-is-0"},
        .proves_authenticity = false,
        .run = keeps_rule<kTlv, Form::qr>,
        .rule = "One anonymous structure with context tags, each once, and nothing after it. A "
                "commissioner refuses the whole code otherwise.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.qr-extension-types-are-right",
        .title = "the elements of the QR code's extension have their types",
        .severity = kWarning,
        .spec = "Matter Core 5.1.5",
        .after = {"onboarding.qr-extension-is-wellformed"},
        .proves_authenticity = false,
        .run = keeps_rule<kTlvType, Form::qr>,
        .rule = "An element of another type is not read by anybody.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.manual-code-has-digits-only",
        .title = "the manual code consists of digits",
        .spec = kManualSpec,
        .proves_authenticity = false,
        .run = keeps_rule<kCharacters, Form::manual>,
        .rule = "'-' may group the digits; blanks and letters are refused by the SDK.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.manual-code-length-is-right",
        .title = "the manual code has 11 or 21 digits",
        .spec = kManualSpec,
        .after = {"onboarding.manual-code-has-digits-only"},
        .proves_authenticity = false,
        .run = keeps_rule<kLength, Form::manual>,
        .rule = "11 digits, or 21 where the first says that vendor and product follow.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.manual-code-version-is-0",
        .title = "the manual code is of version 0",
        .spec = kManualSpec,
        .after = {"onboarding.manual-code-length-is-right"},
        .proves_authenticity = false,
        .run = keeps_rule<kVersionDigit, Form::manual>,
        .rule = "A first digit of 8 or 9 belongs to a later version.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.manual-code-check-digit-is-right",
        .title = "the manual code's check digit is right",
        .spec = kManualSpec,
        .after = {"onboarding.manual-code-version-is-0", "onboarding.manual-code-length-is-right"},
        .proves_authenticity = false,
        .run = keeps_rule<kCheckDigit, Form::manual>,
        .rule = "Verhoeff's check digit catches every wrong digit and every swap of neighbours. A "
                "code that fails it cannot be typed in.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.manual-code-parts-are-in-range",
        .title = "the parts of the manual code are in their ranges",
        .spec = kManualSpec,
        .after = {"onboarding.manual-code-check-digit-is-right"},
        .proves_authenticity = false,
        .run = keeps_rule<kPartRange, Form::manual>,
        .rule = "The digits of a part can say more than its bits hold. The SDK masks them, so that "
                "several codes open one device and a faulty printer goes unnoticed.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.vendor-is-in-range",
        .title = "the code's vendor id can be one",
        .spec = "Matter Core 2.5.2",
        .proves_authenticity = false,
        .run = keeps_rule<kVendorRange, Form::any>,
        .rule = "0 says that none is given; above 0xFFF4 are reserved ids.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.product-is-given-with-vendor",
        .title = "the code names a product beside its vendor",
        .spec = "Matter Core 2.5.3",
        .proves_authenticity = false,
        .run = keeps_rule<kProductZero, Form::any>,
        .rule = "Product 0 may stand beside vendor 0 only.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.passcode-is-in-range",
        .title = "the passcode is from 1 to 99999998",
        .spec = "Matter Core 5.1.7",
        .proves_authenticity = false,
        .run = passcode_keeps_rule<kRange>,
        .rule = "Eight digits, none of the values at the ends.",
        .remedy = "give the device a random passcode, and a new label and verifier with it",
    },
    {
        .id = "onboarding.passcode-is-not-trivial",
        .title = "the passcode is none of the forbidden ones",
        .spec = "Matter Core 5.1.7.1",
        .proves_authenticity = false,
        .run = passcode_keeps_rule<kForbidden>,
        .rule = "One digit eight times, 12345678 and 87654321 are what an attacker tries first; "
                "commissioners refuse them.",
        .remedy = "give the device a random passcode, and a new label and verifier with it",
    },
    {
        .id = "onboarding.qr-matches-manual-code",
        .title = "QR code and manual code are of one device",
        .spec = kCodeSpec,
        .consequence_of = {"identity.facts-agree"},
        .proves_authenticity = false,
        .run = qr_matches_manual,
        .rule = "Both stand on one label. Where they differ, one of them opens another device, or "
                "none.",
        .remedy = kSameDevice,
    },
    {
        .id = "onboarding.discriminator-agrees",
        .title = "the discriminator is the one of the codes",
        .spec = kCodeSpec,
        .consequence_of = {ECHO},
        .proves_authenticity = false,
        .run = discriminator_agrees,
        .rule =
            "The device advertises its own discriminator; a commissioner looks for the label's.",
        .remedy = kSameDevice,
    },
    {
        .id = "onboarding.passcode-agrees",
        .title = "the passcode is the one of the codes",
        .spec = kCodeSpec,
        .consequence_of = {ECHO},
        .proves_authenticity = false,
        .run = passcode_agrees,
        .rule = "With another passcode on the label nobody can commission the device.",
        .remedy = kSameDevice,
    },
    {
        .id = "onboarding.vendor-agrees",
        .title = "the codes name the device's vendor",
        .spec = kCodeSpec,
        .consequence_of = {ECHO},
        .proves_authenticity = false,
        .run = names_agree<true>,
        .rule = "A commissioner compares the label's vendor with Basic Information and looks the "
                "product up in the ledger by it.",
        .remedy = kSameDevice,
    },
    {
        .id = "onboarding.product-agrees",
        .title = "the codes name the device's product",
        .spec = kCodeSpec,
        .consequence_of = {ECHO, "onboarding.vendor-agrees"},
        .proves_authenticity = false,
        .run = names_agree<false>,
        .rule = "A commissioner compares the label's product with Basic Information and looks it "
                "up in the ledger.",
        .remedy = kSameDevice,
    },
    {
        .id = "onboarding.flow-agrees",
        .title = "the commissioning flow is the one of the codes",
        .spec = kCodeSpec,
        .consequence_of = {ECHO},
        .proves_authenticity = false,
        .run = flow_agrees,
        .rule = "The flow decides what the user is asked to do before the device can be found.",
        .remedy = kSameDevice,
    },
    {
        .id = "onboarding.capabilities-agree",
        .title = "the discovery capabilities are those of the QR code",
        .spec = kCodeSpec,
        .consequence_of = {ECHO},
        .proves_authenticity = false,
        .run = capabilities_agree,
        .rule = "A commissioner looks for the device only in the ways that the code names.",
        .remedy = kSameDevice,
    },
    {
        .id = "onboarding.extension-agrees",
        .title = "the QR code's extension repeats the facts as they are",
        .spec = "Matter Core 5.1.5",
        .consequence_of = {ECHO},
        .proves_authenticity = false,
        .run = extension_agrees,
        .rule =
            "Serial number, PBKDF iterations and salt in the extension are those of this device.",
        .remedy = kSameDevice,
    },
};

}  // namespace

std::span<const Check> onboarding_checks() {
  return kChecks;
}

}  // namespace attest
