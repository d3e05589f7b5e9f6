// Checks on onboarding codes (Core 5.1): each rule of a QR code and of a manual code by itself. The
// passcode is in no message: not even one of its digits.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "verifier/checks/onboarding_rules.h"
#include "verifier/matter/onboarding_words.h"

namespace attest {
namespace {

using namespace onboarding_rules;

// --- the rules of a code ---

// The problem that the parser names `Problem` is in none of the codes.
template <const char* Problem, Form F>
Outcome keeps_rule(const RecordView& record) {
  const Code* broken = nullptr;
  const PayloadProblem* first = nullptr;
  size_t of_form = 0, count = 0;
  for (const Code& code : record.onboarding.codes) {
    if (!is_of(code, F)) continue;
    ++of_form;
    for (const PayloadProblem& problem : code.payload.problems) {
      if (problem.id != Problem || count++ != 0) continue;
      broken = &code;
      first = &problem;
    }
  }
  if (of_form == 0) {
    for (const NotUsed& unused : record.not_used) {
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
  std::string told = told_of_code(broken->payload.manual, message) +
                     (count > 1 ? fmt::format(" (and {} more)", count - 1) : "");
  if (expected == std::string::npos || found == std::string::npos || found < expected)
    return fail(std::move(told), {}, {}, where(*broken));
  return fail(std::move(told), message.substr(expected + 11, found - expected - 11),
              message.substr(found + 8), where(*broken));
}

// A passcode that no code carries (factory data, device.json) keeps the same rules.
template <const char* Problem>
Outcome passcode_keeps_rule(const RecordView& record) {
  if (Outcome of_codes = keeps_rule<Problem, Form::any>(record); of_codes.status == Status::fail)
    return of_codes;
  if (record.onboarding.passcodes.empty()) return skipped("no passcode in the evidence");
  for (const PasscodeEvidence& p : record.onboarding.passcodes) {
    const auto problem = judge_passcode(p.passcode);
    if (!problem || problem->id != Problem) continue;
    const size_t found = problem->message.rfind(", found ");
    return fail(problem->message, problem->message.substr(19, found - 19),
                problem->message.substr(found + 8), place_text(p.place));
  }
  return pass();
}

constexpr char kPrefix[] = "prefix", kAlphabet[] = "alphabet", kLength[] = "length",
               kOverflow[] = "group-overflow", kVersion[] = "version", kFlow[] = "flow-reserved",
               kReserved[] = "capability-reserved", kNoCapability[] = "capability-none",
               kPadding[] = "padding", kVendorRange[] = "vendor-range",
               kProductZero[] = "product-zero", kTlv[] = "tlv-malformed", kTlvType[] = "tlv-type",
               kRange[] = "passcode-range", kForbidden[] = "passcode-forbidden",
               kCharacters[] = "characters", kCheckDigit[] = "check-digit",
               kVersionDigit[] = "version-digit", kPartRange[] = "part-range";

constexpr TableText kFlowRule = flow_list("; 3 is reserved.");
constexpr TableText kCapabilityRemedy =
    capability_list(Bits::behind, "set the bits of the ways in which the device can be found: ");

constexpr const char *kQrSpec = "Matter Core 5.1.3", *kManualSpec = "Matter Core 5.1.4";
constexpr Check kChecks[] = {
    {
        .id = "onboarding.qr-has-its-prefix",
        .title = "the QR code begins with MT:",
        .spec = kQrSpec,
        .proves_authenticity = false,
        .run = rule<keeps_rule<kPrefix, Form::qr>>,
        .rule = "A scanner takes a code for Matter's by these three characters, in upper case.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.qr-characters-are-base38",
        .title = "the QR code has characters of base 38 only",
        .spec = kQrSpec,
        .after = {"onboarding.qr-has-its-prefix"},
        .proves_authenticity = false,
        .run = rule<keeps_rule<kAlphabet, Form::qr>>,
        .rule = "Digits, upper-case letters, '-' and '.' keep the code in QR's alphanumeric mode.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.qr-length-is-possible",
        .title = "the QR code has a length that payloads have",
        .spec = kQrSpec,
        .after = {"onboarding.qr-has-its-prefix"},
        .proves_authenticity = false,
        .run = rule<keeps_rule<kLength, Form::qr>>,
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
        .run = rule<keeps_rule<kOverflow, Form::qr>>,
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
        .run = rule<keeps_rule<kVersion, Form::qr>>,
        .rule = "What the bits of a later version mean is not known.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.qr-flow-is-defined",
        .title = "the QR code's commissioning flow is defined",
        .spec = kQrSpec,
        .after = {"onboarding.qr-version-is-0"},
        .proves_authenticity = false,
        .run = rule<keeps_rule<kFlow, Form::qr>>,
        .rule = kFlowRule.c_str(),
        .remedy = kReprint,
    },
    {
        .id = "onboarding.qr-capabilities-are-defined",
        .title = "the QR code sets no reserved discovery capability",
        .severity = kWarning,
        .spec = kQrSpec,
        .after = {"onboarding.qr-version-is-0"},
        .proves_authenticity = false,
        .run = rule<keeps_rule<kReserved, Form::qr>>,
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
        .run = rule<keeps_rule<kNoCapability, Form::qr>>,
        .rule = "Without one a commissioner has to look for the device everywhere.",
        .remedy = kCapabilityRemedy.c_str(),
    },
    {
        .id = "onboarding.qr-padding-is-zero",
        .title = "the QR code's padding is zero",
        .spec = kQrSpec,
        .after = {"onboarding.qr-version-is-0"},
        .proves_authenticity = false,
        .run = rule<keeps_rule<kPadding, Form::qr>>,
        .rule = "The four bits after the passcode carry nothing.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.qr-extension-is-wellformed",
        .title = "the QR code's TLV extension can be read",
        .spec = "Matter Core 5.1.5",
        .after = {"onboarding.qr-version-is-0"},
        .proves_authenticity = false,
        .run = rule<keeps_rule<kTlv, Form::qr>>,
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
        .run = rule<keeps_rule<kTlvType, Form::qr>>,
        .rule = "An element of another type is not read by anybody.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.manual-code-has-digits-only",
        .title = "the manual code consists of digits",
        .spec = kManualSpec,
        .proves_authenticity = false,
        .run = rule<keeps_rule<kCharacters, Form::manual>>,
        .rule = "'-' may group the digits; blanks and letters are refused by the SDK.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.manual-code-length-is-right",
        .title = "the manual code has 11 or 21 digits",
        .spec = kManualSpec,
        .after = {"onboarding.manual-code-has-digits-only"},
        .proves_authenticity = false,
        .run = rule<keeps_rule<kLength, Form::manual>>,
        .rule = "11 digits, or 21 where the first says that vendor and product follow.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.manual-code-version-is-0",
        .title = "the manual code is of version 0",
        .spec = kManualSpec,
        .after = {"onboarding.manual-code-length-is-right"},
        .proves_authenticity = false,
        .run = rule<keeps_rule<kVersionDigit, Form::manual>>,
        .rule = "A first digit of 8 or 9 belongs to a later version.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.manual-code-check-digit-is-right",
        .title = "the manual code's check digit is right",
        .spec = kManualSpec,
        .after = {"onboarding.manual-code-version-is-0", "onboarding.manual-code-length-is-right"},
        .proves_authenticity = false,
        .run = rule<keeps_rule<kCheckDigit, Form::manual>>,
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
        .run = rule<keeps_rule<kPartRange, Form::manual>>,
        .rule = "The digits of a part can say more than its bits hold. The SDK masks them, so that "
                "several codes open one device and a faulty printer goes unnoticed.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.vendor-is-in-range",
        .title = "the code's vendor id can be one",
        .spec = "Matter Core 2.5.2",
        .proves_authenticity = false,
        .run = rule<keeps_rule<kVendorRange, Form::any>>,
        .rule = "0 says that none is given; above 0xFFF4 are reserved ids.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.product-is-given-with-vendor",
        .title = "the code names a product beside its vendor",
        .spec = "Matter Core 2.5.3",
        .proves_authenticity = false,
        .run = rule<keeps_rule<kProductZero, Form::any>>,
        .rule = "Product 0 may stand beside vendor 0 only.",
        .remedy = kReprint,
    },
    {
        .id = "onboarding.passcode-is-in-range",
        .title = "the passcode is from 1 to 99999998",
        .spec = "Matter Core 5.1.7",
        .proves_authenticity = false,
        .run = rule<passcode_keeps_rule<kRange>>,
        .rule = "Eight digits, none of the values at the ends.",
        .remedy = "give the device a random passcode, and a new label and verifier with it",
    },
    {
        .id = "onboarding.passcode-is-not-trivial",
        .title = "the passcode is none of the forbidden ones",
        .spec = "Matter Core 5.1.7.1",
        .proves_authenticity = false,
        .run = rule<passcode_keeps_rule<kForbidden>>,
        .rule = "One digit eight times, 12345678 and 87654321 are what an attacker tries first; "
                "commissioners refuse them.",
        .remedy = "give the device a random passcode, and a new label and verifier with it",
    },
};

}  // namespace

std::span<const Check> onboarding_checks() {
  return kChecks;
}

}  // namespace attest
