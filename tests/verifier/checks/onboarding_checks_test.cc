#include <fmt/format.h>

#include "tests/support/check_rows.h"
#include "verifier/matter/base38.h"

using namespace attest;
using namespace attest::test;

namespace {

// A device in order; rows change what they are about.
OnboardingPayload own() {
  OnboardingPayload p;
  p.vendor_id = 0xFFF1;
  p.product_id = 0x8000;
  p.flow = 0;
  p.capabilities = 2;
  p.discriminator = 2748;  // 0xABC: short 10
  p.passcode = 34567890;
  return p;
}
template <class Change>
OnboardingPayload changed(Change&& change) {
  OnboardingPayload p = own();
  change(p);
  return p;
}
std::string qr(const OnboardingPayload& p = own()) {
  return make_qr(p).value();
}
std::string manual(const OnboardingPayload& p = own()) {
  return make_manual_code(p).value();
}

Given label(std::string code) {
  return {FactId::qr_payload, std::move(code), "label.png"};
}
Given typed(std::string code) {
  return {FactId::manual_code, std::move(code), "codes.csv"};
}
Given number(FactId fact, uint64_t n) {
  return {fact, n};
}

constexpr const char *kNoQr = "no QR code in the evidence",
                     *kNoManual = "no manual code in the evidence";

// A code whose extension has the serial number as octets.
std::string with_octets() {
  Bytes bytes = from_base38(qr().substr(3)).value();
  for (const uint8_t b : std::initializer_list<uint8_t>{0x15, 0x30, 0x00, 0x01, 0xAA, 0x18})
    bytes.push_back(b);
  return "MT:" + base38(bytes);
}

std::vector<CheckRow> rules() {
  return {
      {"onboarding.qr-has-its-prefix", {label(qr())}, Status::pass, ""},
      {"onboarding.qr-has-its-prefix",
       {label("mt:Y.K9042C00KA0648G00")},
       Status::fail,
       "QR code: expected the prefix \"MT:\", found it in another case\nthe prefix "
       "\"MT:\" | it in another case"},
      {"onboarding.qr-has-its-prefix", {typed(manual())}, Status::skipped, kNoQr},
      {"onboarding.qr-version-is-0",
       {label("Y.K9042C00KA0648G00")},
       Status::blocked,
       "onboarding.qr-has-its-prefix"},
      {"onboarding.qr-characters-are-base38", {label(qr())}, Status::pass, ""},
      {"onboarding.qr-characters-are-base38",
       {label("MT:y.k9042c00ka0648g00")},
       Status::fail,
       "QR code: base 38: expected 0-9 A-Z - . only, found \"y\" as character 1"},
      {"onboarding.qr-length-is-possible", {label(qr())}, Status::pass, ""},
      {"onboarding.qr-length-is-possible",
       {label("MT:Y.K9042C00KA0648G0")},
       Status::fail,
       "QR code: base 38: expected groups of 5 characters and at most one of 4 or 2, found 18 "
       "characters"},
      {"onboarding.qr-groups-fit", {label(qr())}, Status::pass, ""},
      {"onboarding.qr-groups-fit",
       {label("MT:.....00000KA0648G00")},
       Status::fail,
       "QR code: base 38: expected a number of at most 24 bits, found more in the 5 characters "
       "from 1"},
      {"onboarding.qr-version-is-0", {label(qr())}, Status::pass, ""},
      {"onboarding.qr-version-is-0",
       {label("MT:.24J06DB00KA0648G00")},
       Status::fail,
       "QR code: version: expected 0, found 1\n0 | 1"},
      {"onboarding.qr-flow-is-defined", {label(qr())}, Status::pass, ""},
      {"onboarding.qr-flow-is-defined",
       {label("MT:Y.K90UBG00KA0648G00")},
       Status::fail,
       "QR code: flow: expected 0 to 2, found the reserved value 3\n0 to 2 | the reserved value 3"},
      {"onboarding.qr-capabilities-are-defined", {label(qr())}, Status::pass, ""},
      {"onboarding.qr-capabilities-are-defined",
       {label("MT:Y.K9088GJ0KA0648G00")},
       Status::warn,
       "QR code: discovery capabilities: expected bits 0 to 5 only, found 0x82"},
      {"onboarding.qr-capabilities-are-given", {label(qr())}, Status::pass, ""},
      {"onboarding.qr-capabilities-are-given",
       {label("MT:Y.K90-Q000KA0648G00")},
       Status::warn,
       "QR code: discovery capabilities: expected at least one bit, found none"},
      {"onboarding.qr-padding-is-zero", {label(qr())}, Status::pass, ""},
      {"onboarding.qr-padding-is-zero",
       {label("MT:-24J06DB00KA0640A30")},
       Status::fail,
       "QR code: padding: expected 0, found 1"},
      {"onboarding.qr-extension-is-wellformed", {label(qr())}, Status::pass, ""},
      {"onboarding.qr-extension-is-wellformed",
       {label("MT:M5L90MP500K64J0A33P0")},
       Status::fail,
       "QR code: TLV: expected an element, found the end of the input"},
      {"onboarding.qr-extension-types-are-right",
       {label("MT:M5L90MP500K64J0A33P0WISA0DK5N1K8SQ1RYCU1O0")},
       Status::pass,
       ""},
      {"onboarding.qr-extension-types-are-right",
       {label("MT:M5L90MP500K64J0A33P0GCF20O0")},
       Status::pass,
       ""},
      {"onboarding.qr-extension-types-are-right",
       {label(with_octets())},
       Status::warn,
       "QR code: serial number (0): expected UTF-8 string or unsigned integer of 32 bits, found "
       "octet string"},
      {"onboarding.manual-code-has-digits-only", {typed("3497-011-2332")}, Status::pass, ""},
      {"onboarding.manual-code-has-digits-only",
       {typed("3497 011 2332")},
       Status::fail,
       "manual code: expected digits and \"-\" only, found \" \" as character 5"},
      {"onboarding.manual-code-has-digits-only", {label(qr())}, Status::skipped, kNoManual},
      {"onboarding.manual-code-length-is-right", {typed("34970112332")}, Status::pass, ""},
      {"onboarding.manual-code-length-is-right",
       {typed("349701123")},
       Status::fail,
       "manual code: expected 11 or 21 digits, found 9\n11 or 21 digits | 9"},
      {"onboarding.manual-code-version-is-0", {typed("34970112332")}, Status::pass, ""},
      {"onboarding.manual-code-version-is-0",
       {typed("84970112332")},
       Status::fail,
       "manual code: first digit: expected 0 to 7 (version 0), found 8"},
      {"onboarding.manual-code-check-digit-is-right", {typed("34970112332")}, Status::pass, ""},
      {"onboarding.manual-code-check-digit-is-right",
       {typed("34970112333")},
       Status::fail,
       "manual code: check digit: expected the one that belongs to the digits before it, found "
       "another"},
      {"onboarding.manual-code-parts-are-in-range", {typed("34970112332")}, Status::pass, ""},
      {"onboarding.manual-code-parts-are-in-range",
       {typed("06553612341")},
       Status::fail,
       "manual code: digits 2 to 6: expected at most 65535, found a larger number"},
      {"onboarding.vendor-is-in-range", {label(qr())}, Status::pass, ""},
      {"onboarding.vendor-is-in-range",
       {label("MT:U34J06DB00KA0648G00")},
       Status::fail,
       "QR code: vendor id: expected 0 or 0x0001 to 0xFFF4, found 0xFFF5"},
      {"onboarding.vendor-is-in-range", {}, Status::skipped, "no onboarding code in the evidence"},
      {"onboarding.product-is-given-with-vendor", {label(qr())}, Status::pass, ""},
      {"onboarding.product-is-given-with-vendor",
       {label("MT:Y.K906DB00KA0648G00")},
       Status::fail,
       "QR code: product id: expected one that is not 0 beside vendor 0xFFF1, found 0"},
      {"onboarding.passcode-is-in-range", {label(qr())}, Status::pass, ""},
      {"onboarding.passcode-is-in-range",
       {number(FactId::passcode, 0)},
       Status::fail,
       "passcode: expected 1 to 99999998, found zero\n1 to 99999998 | zero"},
      {"onboarding.passcode-is-in-range",
       {label("MT:M5L90MP500W-GT68D20")},
       Status::fail,
       "QR code: passcode: expected 1 to 99999998, found a larger number"},
      {"onboarding.passcode-is-in-range", {}, Status::skipped, "no passcode in the evidence"},
      {"onboarding.passcode-is-not-trivial", {label(qr())}, Status::pass, ""},
      {"onboarding.passcode-is-not-trivial",
       {number(FactId::passcode, 12345678)},
       Status::fail,
       "passcode: expected one that is not trivial, found consecutive digits"},
      {"onboarding.passcode-is-not-trivial", {label("MT:-24J06DB00QPQ36B420")}, Status::pass, ""},
      {"onboarding.passcode-is-not-trivial",
       {number(FactId::passcode, 22222222)},
       Status::fail,
       "passcode: expected one that is not trivial, found one digit eight times"},
  };
}

std::vector<CheckRow> relations() {
  const auto other_passcode = changed([](auto& p) { p.passcode = 34567891; });
  const auto other_short = changed([](auto& p) { p.discriminator = 0x5BC; });
  const auto custom = changed([](auto& p) { p.flow = 2; });
  const auto other_vendor = changed([](auto& p) { p.vendor_id = 0xFFF2; });
  const auto other_product = changed([](auto& p) { p.product_id = 0x8001; });
  const auto extended = changed([](auto& p) {
    p.serial_number = "SN-1";
    p.pbkdf_iterations = 2000;
    p.pbkdf_salt = Bytes(16, 7);
  });
  const Given dac = {FactId::dac, CertificateParts().der(),
                     "dac.der"};  // vendor 0xFFF1, product 0x8000
  return {
      {"onboarding.qr-matches-manual-code", {label(qr()), typed(manual())}, Status::pass, ""},
      {"onboarding.qr-matches-manual-code",
       {label(qr(custom)), typed(manual(custom))},
       Status::pass,
       ""},
      {"onboarding.qr-matches-manual-code",
       {label(qr())},
       Status::skipped,
       "not both a QR code and a manual code in the evidence"},
      {"onboarding.qr-matches-manual-code",
       {label(qr()), typed("34970112333")},
       Status::skipped,
       "not both a QR code and a manual code in the evidence"},
      {"onboarding.qr-matches-manual-code",
       {label(qr()), typed(manual(other_passcode))},
       Status::fail,
       "the manual code in codes.csv and the QR code in label.png are not of one device: another "
       "passcode\nwhat the QR code says | another passcode"},
      {"onboarding.qr-matches-manual-code",
       {label(qr()), typed(manual(other_short))},
       Status::fail,
       "the manual code in codes.csv and the QR code in label.png are not of one device: short "
       "discriminator 5 instead of 10"},
      {"onboarding.qr-matches-manual-code",
       {label(qr()), typed(manual(custom))},
       Status::fail,
       "the manual code in codes.csv and the QR code in label.png are not of one device: 21 digits "
       "for flow 0"},
      {"onboarding.qr-matches-manual-code",
       {label(qr(custom)), typed(manual(changed([](auto& p) { p.flow = 2, p.product_id = 9; })))},
       Status::fail,
       "the manual code in codes.csv and the QR code in label.png are not of one device: product "
       "0x0009 instead of 0x8000"},
      // One fault, one finding: a code that cannot be is its own.
      {"onboarding.qr-matches-manual-code",
       {label("MT:Y.K90UBG00KA0648G00"), typed(manual())},
       Status::blocked,
       "onboarding.qr-flow-is-defined"},
      {.id = "onboarding.qr-matches-manual-code",
       .facts = {label(qr()), typed(manual(other_passcode))},
       .status = Status::fail,
       .words = "the manual code in codes.csv and the QR code in label.png are not of one device: "
                "passcode 34567891 instead of 34567890",
       .show_passcode = true},

      {"onboarding.discriminator-agrees",
       {label(qr()), number(FactId::discriminator, 2748)},
       Status::pass,
       ""},
      {"onboarding.discriminator-agrees",
       {typed(manual()), number(FactId::discriminator, 2749)},
       Status::pass,
       ""},
      {"onboarding.discriminator-agrees",
       {label(qr()), number(FactId::discriminator, 2749)},
       Status::fail,
       "the discriminator in factory.bin is not the one of the QR code in label.png\n2748 | 2749"},
      {"onboarding.discriminator-agrees",
       {typed(manual()), number(FactId::discriminator, 748)},
       Status::fail,
       "the discriminator in factory.bin is not the one of the manual code in codes.csv\none whose "
       "upper four bits are 10 | 748"},
      {"onboarding.discriminator-agrees",
       {label(qr())},
       Status::skipped,
       "no discriminator beside the codes in the evidence"},
      {"onboarding.discriminator-agrees",
       {number(FactId::discriminator, 1)},
       Status::skipped,
       "no readable onboarding code in the evidence"},
      // One fault, one finding: the factory data side with the manual code.
      {"onboarding.discriminator-agrees",
       {label(qr()), typed(manual(other_short)), number(FactId::discriminator, 0x5BC)},
       Status::blocked,
       "onboarding.qr-matches-manual-code"},

      {"onboarding.passcode-agrees",
       {label(qr()), number(FactId::passcode, 34567890)},
       Status::pass,
       ""},
      {"onboarding.passcode-agrees",
       {label(qr())},
       Status::skipped,
       "no passcode beside the codes in the evidence"},
      {"onboarding.passcode-agrees",
       {label(qr()), number(FactId::passcode, 34567891)},
       Status::fail,
       "the passcode in factory.bin is not the one of the QR code in label.png\nthe same in both | "
       "they differ"},
      {.id = "onboarding.passcode-agrees",
       .facts = {label(qr()), number(FactId::passcode, 7)},
       .status = Status::fail,
       .words = "the passcode in factory.bin is not the one of the QR code in label.png\n34567890 "
                "| 00000007",
       .show_passcode = true},

      {"onboarding.vendor-agrees",
       {label(qr()), number(FactId::vendor_id, 0xFFF1)},
       Status::pass,
       ""},
      {"onboarding.vendor-agrees", {label(qr()), dac}, Status::pass, ""},
      {"onboarding.vendor-agrees",
       {label(qr(other_vendor)), number(FactId::vendor_id, 0xFFF1)},
       Status::fail,
       "the QR code in label.png names vendor 0xFFF2, the Basic Information in factory.bin "
       "0xFFF1: it is of 0xFFF2 / 0x8000\n0xFFF1 | 0xFFF2"},
      {"onboarding.vendor-agrees",
       {label(qr(other_vendor)), dac},
       Status::fail,
       "the QR code in label.png names vendor 0xFFF2, the DAC in dac.der 0xFFF1: it is of 0xFFF2 / "
       "0x8000"},
      // The DAC is the odd one out, and its own checks say so.
      {"onboarding.vendor-agrees",
       {label(qr(other_vendor)), dac, number(FactId::vendor_id, 0xFFF2)},
       Status::pass,
       ""},
      {"onboarding.vendor-agrees",
       {label(qr())},
       Status::skipped,
       "no vendor id beside the codes in the evidence"},
      {"onboarding.vendor-agrees",
       {typed(manual()), dac},
       Status::skipped,
       "no code in the evidence names a vendor"},
      {"onboarding.product-agrees", {label(qr()), dac}, Status::pass, ""},
      {"onboarding.product-agrees",
       {label(qr(other_product)), dac},
       Status::fail,
       "the QR code in label.png names product 0x8001, the DAC in dac.der 0x8000: it is of 0xFFF1 "
       "/ 0x8001\n0x8000 | 0x8001"},

      {"onboarding.discriminator-is-in-range",
       {{FactId::discriminator, uint64_t{4095}}},
       Status::pass,
       ""},
      {"onboarding.discriminator-is-in-range",
       {{FactId::discriminator, uint64_t{1}}, {FactId::discriminator, uint64_t{4096}, "b.json"}},
       Status::fail,
       "the discriminator in b.json is 4096\n0 to 4095 | 4096"},
      {"onboarding.discriminator-is-in-range",
       {},
       Status::skipped,
       "no discriminator in the evidence"},
      {"onboarding.flow-is-defined", {{FactId::commissioning_flow, uint64_t{2}}}, Status::pass, ""},
      {"onboarding.flow-is-defined",
       {{FactId::commissioning_flow, uint64_t{3}}},
       Status::fail,
       "the commissioning flow in factory.bin is 3\n0 to 2 | 3"},
      {"onboarding.flow-agrees",
       {label(qr()), number(FactId::commissioning_flow, 0)},
       Status::pass,
       ""},
      {"onboarding.flow-agrees",
       {typed(manual(custom)), number(FactId::commissioning_flow, 1)},
       Status::pass,
       ""},
      {"onboarding.flow-agrees",
       {label(qr()), number(FactId::commissioning_flow, 2)},
       Status::fail,
       "the commissioning flow in factory.bin is not the one of the QR code in label.png\n0 | 2"},
      {"onboarding.flow-agrees",
       {typed(manual()), number(FactId::commissioning_flow, 2)},
       Status::fail,
       "the commissioning flow in factory.bin is not the one of the manual code in codes.csv\n0 | "
       "2"},
      {"onboarding.flow-agrees",
       {label(qr())},
       Status::skipped,
       "no commissioning flow beside the codes in the evidence"},
      {"onboarding.capabilities-agree",
       {label(qr()), number(FactId::discovery_capabilities, 2)},
       Status::pass,
       ""},
      {"onboarding.capabilities-agree",
       {label(qr()), number(FactId::discovery_capabilities, 6)},
       Status::fail,
       "the set of discovery capabilities in factory.bin is not the one of the QR code in "
       "label.png\n0x02 | 0x06"},
      {"onboarding.capabilities-agree",
       {typed(manual()), number(FactId::discovery_capabilities, 6)},
       Status::skipped,
       "no readable QR code in the evidence"},

      {"onboarding.extension-agrees",
       {label(qr(extended)),
        {FactId::serial_number, std::string("SN-1")},
        number(FactId::spake2p_iterations, 2000),
        {FactId::spake2p_salt, Bytes(16, 7)}},
       Status::pass,
       ""},
      {"onboarding.extension-agrees",
       {label(qr(extended)), {FactId::serial_number, std::string("SN-2")}},
       Status::fail,
       "the serial number in factory.bin is not the one of the QR code in label.png\nSN-1 | SN-2"},
      {"onboarding.extension-agrees",
       {label(qr(extended)), number(FactId::spake2p_iterations, 1000)},
       Status::fail,
       "the number of PBKDF iterations in factory.bin is not the one of the QR code in "
       "label.png\n2000 | 1000"},
      {"onboarding.extension-agrees",
       {label(qr(extended)), {FactId::spake2p_salt, Bytes(16, 8)}},
       Status::fail,
       "the PBKDF salt in factory.bin is not the one of the QR code in label.png\nthe same in both "
       "| they differ"},
      {"onboarding.extension-agrees",
       {label(qr())},
       Status::skipped,
       "no QR code repeats a fact in its extension"},
  };
}

}  // namespace

TEST_CASE("onboarding: the rules of a code, codes against each other and against other places") {
  std::vector<CheckRow> rows = rules();
  for (CheckRow& row : relations()) rows.push_back(std::move(row));
  check_rows(rows, {"onboarding"});
}

// A joined code is for several devices: the one with this device's discriminator counts.
TEST_CASE("onboarding: of a joined code, this device's payload counts") {
  const std::string joined =
      qr(changed([](auto& p) { p.discriminator = 1, p.passcode = 1; })) + "*" + qr().substr(3);
  check_rows(
      {
          {"onboarding.discriminator-agrees",
           {label(joined), number(FactId::discriminator, 2748)},
           Status::pass,
           ""},
          {"onboarding.passcode-agrees",
           {label(joined), number(FactId::discriminator, 2748), number(FactId::passcode, 34567890)},
           Status::pass,
           ""},
          {"onboarding.discriminator-agrees",
           {label(joined), number(FactId::discriminator, 7)},
           Status::fail,
           "the discriminator in factory.bin is not the one of the QR code in label.png\n1 | 7"},
      },
      {});
}

TEST_CASE("onboarding: a joined code in a text is one code") {
  const std::string joined =
      qr() + "*" + qr(changed([](auto& p) { p.discriminator = 1, p.passcode = 1; })).substr(3);
  Reading reading;
  REQUIRE(read_evidence({.path = "label.txt", .bytes = view("code: " + joined + "\n")}, reading));
  REQUIRE(reading.device.statements.size() == 1);
  CHECK(*reading.device.string(FactId::qr_payload) == joined);
  CHECK(conflicts(reading.device).empty());
}

TEST_CASE("onboarding: dashes make no second manual code") {
  const Evidence e = evidence_of(
      {"identity.facts-agree", {typed("3497-011-2332"), typed("34970112332")}, Status::pass, ""});
  CHECK(conflicts(e.device).empty());
  CHECK(e.onboarding.codes.size() == 1);
}
