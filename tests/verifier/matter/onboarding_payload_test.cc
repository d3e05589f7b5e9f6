#include "verifier/matter/onboarding_payload.h"

#include <algorithm>

#include "tests/support/support.h"
#include "verifier/base/json.h"
#include "verifier/matter/base38.h"
#include "verifier/matter/tlv.h"

using namespace attest;

namespace {

// The ids of the problems, a warning's in brackets.
std::string ids(const OnboardingPayload& payload) {
  std::string out;
  for (const auto& problem : payload.problems) {
    if (!out.empty()) out += ' ';
    out += problem.warning ? "(" + problem.id + ")" : problem.id;
  }
  return out;
}

OnboardingPayload qr(std::string_view text) {
  auto payloads = parse_qr(text);
  REQUIRE(payloads.size() == 1);
  return payloads.front();
}

// A QR code whose 88 bits are right and whose extension is this.
std::string with_extension(const Bytes& extension) {
  Bytes bytes = from_base38("M5L90MP500K64J00000").value();
  bytes.insert(bytes.end(), extension.begin(), extension.end());
  return "MT:" + base38(bytes);
}

OnboardingPayload example() {
  OnboardingPayload payload;
  payload.vendor_id = 0xFFF1;
  payload.product_id = 0x8000;
  payload.flow = 0;
  payload.capabilities = 2;
  payload.discriminator = 3840;
  payload.passcode = 20202021;
  return payload;
}

}  // namespace

TEST_CASE("base 38 comes back and is strict") {
  CHECK(base38(Bytes{0x88, 0xFF, 0x07}) == "Y.K90");
  CHECK(base38(Bytes{0xFF, 0xFF, 0xFF}) == "PLS18");
  CHECK(base38(Bytes{0, 0}) == "0000");
  CHECK(base38(Bytes{0xFF}) == "R6");
  Bytes all;
  for (int i = 0; i < 64; ++i) {
    CHECK(*from_base38(base38(all)) == all);
    all.push_back(static_cast<uint8_t>(i * 37));
  }
  using Kind = Base38Fault::Kind;
  const struct {
    std::string text;
    Kind kind;
    std::string what;
  } rows[] = {
      {"Y.k90", Kind::alphabet, "base 38: expected 0-9 A-Z - . only, found \"k\" as character 3"},
      {"00000\n", Kind::alphabet,
       "base 38: expected 0-9 A-Z - . only, found \"\\x0A\" as character 6"},
      {"0", Kind::length,
       "base 38: expected groups of 5 characters and at most one of 4 or 2, found 1 characters"},
      {"00000000", Kind::length,
       "base 38: expected groups of 5 characters and at most one of 4 or 2, found 8 characters"},
      {"QLS18", Kind::group_overflow,
       "base 38: expected a number of at most 24 bits, found more in the 5 characters from 1"},
      {"00000....", Kind::group_overflow,
       "base 38: expected a number of at most 16 bits, found more in the 4 characters from 6"},
      {"S6", Kind::group_overflow,
       "base 38: expected a number of at most 8 bits, found more in the 2 characters from 1"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto got = from_base38(row.text);
    REQUIRE_FALSE(got);
    CHECK(got.error().kind == row.kind);
    CHECK(got.error().what == row.what);
  }
}

TEST_CASE("QR codes are read and made again") {
  const struct {
    std::string text;
    int vendor_id, product_id, flow, capabilities, discriminator;
    uint32_t passcode;
    std::string ids;
  } rows[] = {
      {"MT:Y.K9042C00KA0648G00", 0xFFF1, 0x8000, 0, 2, 3840, 20202021, ""},
      {"MT:-24J042C00KA0648G00", 0xFFF1, 0x8001, 0, 2, 3840, 20202021, ""},
      {"MT:6FCJ142C00KA0648G00", 0xFFF1, 0x8005, 0, 2, 3840, 20202021, ""},
      {"MT:-24J0AFN00KA0648G00", 0xFFF1, 0x8001, 0, 4, 3840, 20202021, ""},
      {"MT:Y.K90-WB010E7648G00", 0xFFF1, 0x8000, 2, 0, 3841, 20202041, "(capability-none)"},
      {"MT:U9VJ0OMV172PX813210", 4891, 2, 0, 2, 3431, 49910688, ""},
      {"MT:00000CQM00KA0648G00", 0, 0, 0, 4, 3840, 20202021, ""},
      {"MT:A3L90ARR15G6N57Y900", 1, 1, 1, 4, 3781, 12349876, ""},
      {"MT:MZWA6G6026O2XP0II00", 0xFFF3, 0x8098, 2, 4, 2310, 23005908, ""},
      {"MT:KSNK4M5113-JPR4UY00", 0x1123, 0x0012, 2, 2, 3091, 43338551, ""},
      {"MT:0A.T0P--00Y0OJ0.510", 0x2345, 0x1023, 2, 6, 80, 54757432, ""},
      {"MT:EPX0482F26DAVY09R10", 0x45, 0x10, 1, 7, 174, 81235604, ""},
      {"MT:-24J06DB008CQ36B420", 0xFFF1, 1, 0, 2, 3840, 99999998, ""},
      {"MT:M5L90MP500K64J00000", 12, 1, 0, 1, 128, 2048, ""},
      {"MT:M5L90U.D010K4J00000", 12, 1, 0, 1, 129, 2049, ""},
      {"MT:Y.K90-Q000KA0648G00", 0xFFF1, 0x8000, 0, 0, 3840, 20202021, "(capability-none)"},
      {"MT:Y.K9088GJ0KA0648G00", 0xFFF1, 0x8000, 0, 0x82, 3840, 20202021, "(capability-reserved)"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto got = qr(row.text);
    CHECK(ids(got) == row.ids);
    CHECK(got.valid());
    CHECK_FALSE(got.manual);
    CHECK(got.text == row.text);
    CHECK(got.version == 0);
    CHECK(got.vendor_id.value_or(0) == row.vendor_id);
    CHECK(got.product_id.value_or(0) == row.product_id);
    CHECK(got.vendor_id.has_value() == (row.vendor_id != 0));
    CHECK(got.flow == row.flow);
    CHECK(got.capabilities == row.capabilities);
    CHECK(got.discriminator == row.discriminator);
    CHECK(got.short_discriminator() == row.discriminator / 256);
    CHECK(got.passcode == row.passcode);
    CHECK(make_qr(got).value() == row.text);
  }
}

TEST_CASE("QR codes are refused for the right reason") {
  const struct {
    std::string text;
    std::string id;
    std::string message;
  } rows[] = {
      {"MT:Y.K90UBG00KA0648G00", "flow-reserved",
       "flow: expected 0 to 2, found the reserved value 3"},
      {"MT:Y.K906DB00KA0648G00", "product-zero",
       "product id: expected one that is not 0 beside vendor 0xFFF1, found 0"},
      {"MT:U34J06DB00KA0648G00", "vendor-range",
       "vendor id: expected 0 or 0x0001 to 0xFFF4, found 0xFFF5"},
      {"MT:.24J06DB00KA0648G00", "version", "version: expected 0, found 1"},
      {"MT:-24J06DB004QG46Y900", "passcode-forbidden",
       "passcode: expected one that is not trivial, found consecutive digits"},
      {"MT:-24J06DB00QPQ36B420", "passcode-range",
       "passcode: expected 1 to 99999998, found a larger number"},
      {"MT:M5L90MP500W-GT68D20", "passcode-range",
       "passcode: expected 1 to 99999998, found a larger number"},
      {"MT:-24J06DB00KA0640A30", "padding", "padding: expected 0, found 1"},
      {"MT:Y.K9042C00KA0648G..", "group-overflow",
       "base 38: expected a number of at most 16 bits, found more in the 4 characters from 16"},
      {"MT:.....00000KA0648G00", "group-overflow",
       "base 38: expected a number of at most 24 bits, found more in the 5 characters from 1"},
      {"MT:Y.K9042C00KA0648G0", "length",
       "base 38: expected groups of 5 characters and at most one of 4 or 2, found 18 characters"},
      {"MT:Y.K9042C00KA00", "length",
       "QR code: expected at least 19 characters after the prefix, found 14"},
      {"MT:", "length", "QR code: expected at least 19 characters after the prefix, found 0"},
      {"MT:" + std::string(4294, '0'), "length",
       "QR code: expected at most 4296 characters, found 4297"},
      {"MT:y.k9042c00ka0648g00", "alphabet",
       "base 38: expected 0-9 A-Z - . only, found \"y\" as character 1"},
      {"MT:Y.K9042C00KA0648G00 ", "alphabet",
       "base 38: expected 0-9 A-Z - . only, found \" \" as character 20"},
      {"mt:Y.K9042C00KA0648G00", "prefix",
       "QR code: expected the prefix \"MT:\", found it in another case"},
      {"Z%MT:Y.K9042C00KA0648G00%", "prefix",
       "QR code: expected the prefix \"MT:\", found other text"},
      {"", "prefix", "QR code: expected the prefix \"MT:\", found other text"},
      {"MT:M5L90MP500K64J0A33P0", "tlv-malformed",
       "TLV: expected an element, found the end of the input"},
      {"MT:M5L90MP500K64J027L08R6", "tlv-malformed",
       "TLV: expected an element, found the reserved control octet 0xff"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto got = qr(row.text);
    CHECK(ids(got) == row.id);
    REQUIRE(got.problems.size() == 1);
    CHECK(got.problems.front().message == row.message);
    CHECK_FALSE(got.valid());
    CHECK(got.text == row.text);
  }
}

TEST_CASE("every fault of a QR code is told, and its values are still there") {
  // Vendor 0xFFF5, product 0, flow 3, no capabilities, discriminator 3840, passcode 0, padding 15.
  const auto got = qr("MT:" + base38(from_hex_lenient("a8ff07 0018 00 e001 0000 f0").value()));
  CHECK(ids(got) ==
        "vendor-range product-zero flow-reserved (capability-none) passcode-range padding");
  CHECK(got.vendor_id == 0xFFF5);
  CHECK(got.product_id == 0);
  CHECK(got.discriminator == 3840);
}

TEST_CASE("several payloads in one QR code share the prefix") {
  const auto two = parse_qr("MT:M5L90MP500K64J00000*M5L90U.D010K4J00000");
  REQUIRE(two.size() == 2);
  CHECK(two[0].text == "MT:M5L90MP500K64J00000");
  CHECK(two[0].discriminator == 128);
  CHECK(two[0].passcode == 2048);
  CHECK(two[1].text == "MT:M5L90U.D010K4J00000");
  CHECK(two[1].discriminator == 129);
  CHECK(two[1].passcode == 2049);

  const auto bad = parse_qr("MT:M5L90MP500K64J00000*");
  REQUIRE(bad.size() == 2);
  CHECK(bad[0].valid());
  CHECK(ids(bad[1]) == "length");
}

TEST_CASE("the TLV extension is read, and made again as it was") {
  auto got = qr("MT:M5L90MP500K64J0A33P0WISA0DK5N1K8SQ1RYCU1O0");
  CHECK(ids(got) == "");
  CHECK(got.serial_number == "123456789");
  CHECK(make_qr(got).value() == got.text);

  got = qr("MT:M5L90MP500K64J0A33P0SET70.QT52B.E23-WZE0WISA0DK5N1K8SQ1RYCU1O0");
  CHECK(ids(got) == "");
  CHECK(got.serial_number == "123456789");
  using VendorElement = OnboardingPayload::VendorElement;
  CHECK(got.vendor_elements ==
        std::vector<VendorElement>{{.tag = 0x82, .value = "myData", .integer = false},
                                   {.tag = 0x83, .value = "12", .integer = true}});
  CHECK(make_qr(got).value() == got.text);

  // An integer in a common tag makes the SDK refuse the whole code.
  got = qr("MT:M5L90MP500K64J0A33P0GCF20O0");
  CHECK(ids(got) == "");
  CHECK(got.number_of_devices == 2);
  CHECK(make_qr(got).value() == got.text);

  const Bytes salt(16, 3);
  tlv::Writer w;
  w.open(tlv::Type::structure).number(tlv::context(0), 4294967295).number(tlv::context(1), 1000);
  w.octets(tlv::context(2), salt).number(tlv::context(3), 70000).number(tlv::context(4), 900);
  w.open(tlv::Type::array, tlv::context(0x20)).close();
  got = qr(with_extension(w.close().bytes()));
  CHECK(ids(got) == "");
  CHECK(got.serial_number == "4294967295");
  CHECK(got.pbkdf_iterations == 1000);
  CHECK(got.pbkdf_salt == salt);
  CHECK(got.number_of_devices == 70000);
  CHECK(got.commissioning_timeout == 900);
}

TEST_CASE("the TLV extension: a wrong type is a warning, damage is not") {
  const struct {
    std::string extension;
    std::string ids;
    std::string message;
  } rows[] = {
      {"15 2903 240407 18", "(tlv-type)",
       "number of devices (3): expected unsigned integer, found boolean"},
      {"15 2c01 00 240407 18", "(tlv-type)",
       "PBKDF iterations (1): expected unsigned integer, found UTF-8 string"},
      {"15 2402 07 240407 18", "(tlv-type)",
       "PBKDF salt (2): expected octet string, found unsigned integer"},
      {"15 3500 18 240407 18", "(tlv-type)",
       "serial number (0): expected UTF-8 string or unsigned integer of 32 bits, found structure"},
      {"15 2700 0000000001000000 240407 18", "(tlv-type)",
       "serial number (0): expected UTF-8 string or unsigned integer of 32 bits, found unsigned "
       "integer"},
      {"15 2480 01 240407 18", "(tlv-type)",
       "vendor element 0x80: expected UTF-8 string or signed integer of 32 bits, found unsigned "
       "integer"},
      {"15 2380 0000008000000000 240407 18", "(tlv-type)",
       "vendor element 0x80: expected UTF-8 string or signed integer of 32 bits, found signed "
       "integer"},
      {"15 240407 240408 18", "tlv-malformed",
       "commissioning timeout (4): expected once, found again"},
      {"15 240407 4405 00 01 18", "tlv-malformed", "TLV: expected a context tag, found common 5"},
      {"15 240407 18 00", "tlv-malformed",
       "TLV: expected nothing after the structure, found 1 bytes"},
      {"15 240407 360518", "tlv-malformed", "TLV: expected an element, found the end of the input"},
      {"15 240407", "tlv-malformed", "TLV: expected an element, found the end of the input"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.extension);
    const auto got = qr(with_extension(from_hex_lenient(row.extension).value()));
    CHECK(ids(got) == row.ids);
    REQUIRE(got.problems.size() == 1);
    CHECK(got.problems.front().message == row.message);
    CHECK(got.commissioning_timeout == 7);
  }
  const auto array = qr(with_extension({0x16, 0x18}));
  CHECK(ids(array) == "tlv-malformed");
  CHECK(array.problems.front().message ==
        "TLV: expected an anonymous structure, found array with tag anonymous");
}

TEST_CASE("both codes of one device agree") {
  OnboardingPayload payload = example();
  CHECK(make_qr(payload).value() == "MT:Y.K9042C00KA0648G00");
  CHECK(make_manual_code(payload).value() == "34970112332");
  payload.flow = 2;
  CHECK(make_manual_code(payload).value() == "749701123365521327687");
  payload.flow = 1;
  CHECK(make_manual_code(payload).value() == "749701123365521327687");
}

TEST_CASE("a code that a parser would refuse is not made") {
  using Change = void (*)(OnboardingPayload&);
  const struct {
    Change change;
    std::string qr;  // "" where it can be made
    std::string manual;
  } rows[] = {
      {[](OnboardingPayload& p) { p.version = 1; }, "version: expected 0, found 1",
       "version: expected 0, found 1"},
      {[](OnboardingPayload& p) { p.version = 8; }, "version: expected at most 3 bits, found 8",
       "version: expected 0, found 8"},
      {[](OnboardingPayload& p) { p.flow = 3; },
       "flow: expected 0 to 2, found the reserved value 3", "flow: expected 0 to 2, found 3"},
      {[](OnboardingPayload& p) { p.flow = 4; }, "flow: expected at most 2 bits, found 4",
       "flow: expected 0 to 2, found 4"},
      {[](OnboardingPayload& p) { p.flow.reset(); }, "flow: expected 0 to 2, found none", ""},
      {[](OnboardingPayload& p) { p.capabilities.reset(); },
       "discovery capabilities: expected a value, found none", ""},
      {[](OnboardingPayload& p) { p.discriminator = 4096; },
       "discriminator: expected at most 12 bits, found 4096",
       "discriminator: expected at most 4095, found 4096"},
      {[](OnboardingPayload& p) {
         p.manual = true;
         p.discriminator = 16;
       },
       "discriminator: expected all 12 bits, found the 4 of a manual code",
       "discriminator: expected at most 15, found 16"},
      {[](OnboardingPayload& p) { p.passcode = 0; }, "passcode: expected 1 to 99999998, found zero",
       "passcode: expected 1 to 99999998, found zero"},
      {[](OnboardingPayload& p) { p.passcode += 1u << 27; },
       "passcode: expected 1 to 99999998, found a larger number",
       "passcode: expected 1 to 99999998, found a larger number"},
      {[](OnboardingPayload& p) { p.passcode = 22222222; },
       "passcode: expected one that is not trivial, found one digit eight times",
       "passcode: expected one that is not trivial, found one digit eight times"},
      {[](OnboardingPayload& p) { p.product_id.reset(); },
       "product id: expected one that is not 0 beside vendor 0xFFF1, found 0", ""},
      {[](OnboardingPayload& p) { p.serial_number = "\xFF"; },
       "TLV: UTF-8 string: expected UTF-8, found other bytes", ""},
      {[](OnboardingPayload& p) {
         p.vendor_elements = {{.tag = 4, .value = "1", .integer = true}};
       },
       "vendor element: expected a tag from 0x80 to 0xFF, found 0x04", ""},
      {[](OnboardingPayload& p) {
         p.vendor_elements = {{.tag = 0x80, .value = "2147483648", .integer = true}};
       },
       "vendor element 0x80: expected an integer of 32 bits, found \"2147483648\"", ""},
      {[](OnboardingPayload& p) {
         p.vendor_elements.assign(2, {.tag = 0x80, .value = "", .integer = false});
       },
       "vendor element 0x80: expected once, found again", ""},
      {[](OnboardingPayload& p) { p.serial_number = std::string(3000, 'x'); },
       "QR code: expected at most 4296 characters, found 5032", ""},
  };
  for (const auto& row : rows) {
    OnboardingPayload payload = example();
    row.change(payload);
    CAPTURE(row.qr);
    const auto code = make_qr(payload);
    const auto manual = make_manual_code(payload);
    CHECK((code ? "" : code.error().what) == row.qr);
    CHECK((manual ? "" : manual.error().what) == row.manual);
  }
}

TEST_CASE("passcodes that are not allowed") {
  const struct {
    uint64_t passcode;
    std::string id;
  } rows[] = {
      {0, "passcode-range"},
      {1, ""},
      {11111110, ""},
      {11111111, "passcode-forbidden"},
      {22222222, "passcode-forbidden"},
      {33333333, "passcode-forbidden"},
      {44444444, "passcode-forbidden"},
      {55555555, "passcode-forbidden"},
      {66666666, "passcode-forbidden"},
      {77777777, "passcode-forbidden"},
      {88888888, "passcode-forbidden"},
      {12345678, "passcode-forbidden"},
      {87654321, "passcode-forbidden"},
      {1111111, ""},
      {99999998, ""},
      {99999999, "passcode-range"},
      {100000000, "passcode-range"},
      {UINT64_MAX, "passcode-range"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.passcode);
    const auto got = judge_passcode(row.passcode);
    CHECK((got ? got->id : "") == row.id);
    const std::string digits = std::to_string(row.passcode);
    if (got && digits.size() == 8) CHECK(got->message.find(digits) == std::string::npos);
  }
}

TEST_CASE("codes are found in free text") {
  const struct {
    std::string text;
    std::vector<std::string> found;
  } rows[] = {
      {"", {}},
      {"no code at 12:30, 2026-05-05, GMT:00, +49 170 1234567", {}},
      {"[SVR] SetupQRCode: [MT:-24J042C00KA0648G00]\n[SVR] Manual pairing code: [34970112332]\n",
       {"MT:-24J042C00KA0648G00", "34970112332"}},
      {"https://example.org/qrcode.html?data=MT%3A-24J042C00KA0648G00&x=1",
       {"MT:-24J042C00KA0648G00"}},
      {"The code is MT:Y.K9042C00KA0648G00.", {"MT:Y.K9042C00KA0648G00"}},
      {"code**MT:Y.K9042C00KA0648G00**", {"MT:Y.K9042C00KA0648G00"}},
      {"Z%MT:Y.K9042C00KA0648G00%", {"MT:Y.K9042C00KA0648G00"}},
      {"MT:M5L90MP500K64J00000*M5L90U.D010K4J00000",
       {"MT:M5L90MP500K64J00000", "MT:M5L90U.D010K4J00000"}},
      {"MT:Y.K9042C00KA0648G00 again MT:Y.K9042C00KA0648G00", {"MT:Y.K9042C00KA0648G00"}},
      {"label: MT:Y.K9042C00KA0648G0, damaged", {"MT:Y.K9042C00KA0648G0"}},
      {"Manual 3497-011-2332.", {"34970112332"}},
      {"Manual 3497-011-2333 is mistyped but printed as a code", {"34970112333"}},
      {"7497-011-2336-5521-3276-87", {"749701123365521327687"}},
      {"34970112333\r\n", {}},
      {"a number 34970112333 that is no code", {}},
      {"x34970112332 34970112332x 1.34970112332 34970112332,5 0-34970112332 +34970112332 "
       "34970112332:1",
       {}},
      {"3497-0112-332", {"34970112332"}},
      {"34970-112332\n", {"34970112332"}},
      {"34970-112333\n", {}},
      {"call 3497-0112-332 now", {}},
      {"code 749701-123365-521327-687 (long)", {"749701123365521327687"}},
      {"order 749701-123365-521327-688", {}},
      {"349701123321", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    std::vector<std::string> found;
    for (const auto& payload : find_payloads(row.text)) found.push_back(payload.text);
    CHECK(found == row.found);
  }
}

TEST_CASE("eleven digits are a manual code where something says so") {
  // 34970112332 and 00030406855 are right, …333 and …856 are not.
  const struct {
    std::string text;
    std::vector<std::string> found;
  } rows[] = {
      // Called one, wrong or right, in whatever form.
      {"Manual pairing code: [34970112333]", {"34970112333"}},
      {"Setup code 34970112333", {"34970112333"}},
      {"{\"manual_code\":\"34970112333\",\"sn\":4}", {"34970112333"}},
      {"{\"manualPairingCode\": 34970112333}", {"34970112333"}},
      {"<manualCode>34970112333</manualCode>", {"34970112333"}},
      {"<td>Pairing code</td><td>3497-011-2333</td>", {"34970112333"}},
      {"lamp 7\nManual code:\n3497-011-2333\nmade in May\n", {"34970112333"}},
      {"sn,manual code,line\nA7B,34970112333,L4\n", {"34970112333"}},
      {"3497-011-2333 is the setup code", {"34970112333"}},
      {"34970112333 (manual code)", {"34970112333"}},
      {"Code: 3497-011-2333", {"34970112333"}},
      {"Setup code (11 digits, as on the box): 34970112333", {"34970112333"}},
      {"Setup code of this lamp: 34970112333", {"34970112333"}},
      {"Einrichtungscode 3497-011-2333", {"34970112333"}},
      {"\xE9\x85\x8D\xE5\xAF\xB9\xE7\xA0\x81\xEF\xBC\x9A 34970112333", {"34970112333"}},
      {"Support 0800-123-4567, setup code 3497-011-2333", {"34970112333"}},
      {std::string(100, '.') + "\nMATTER 3497-011-2333", {"34970112333"}},
      // As a label prints it, and right.
      {"lamp 7\n3497-011-2332\nmade in May\n", {"34970112332"}},
      {"Lamp code 34970112332", {"34970112332"}},
      {"Lamp code 34970112333", {}},
      {"USB label 34970112332", {"34970112332"}},
      // Beside a payload.
      {"MT:Y.K9042C00KA0648G00 3497-011-2333", {"MT:Y.K9042C00KA0648G00", "34970112333"}},
      {"MT:Y.K9042C00KA0648G00\n34970112332", {"MT:Y.K9042C00KA0648G00", "34970112332"}},
      {"MT:Y.K9042C00KA0648G00\n3497-011-2332\n0800-123-4567",
       {"MT:Y.K9042C00KA0648G00", "34970112332"}},
      {"MT:Y.K9042C00KA0648G00\nsupport: 0800-123-4567", {"MT:Y.K9042C00KA0648G00"}},
      {"MT:Y.K9042C00KA0648G00\nS/N 34970112332", {"MT:Y.K9042C00KA0648G00"}},
      // Numbers.
      {"Support: 0800-123-4567", {}},
      {"Call 0845-123-4567 for help", {}},
      {"0800-123-4567", {}},
      {"13800138000", {}},
      {"Kontakt: 13912345678", {}},
      {"Lot 2026-334-0017", {}},
      {"P/N 1234-567-8901", {}},
      {"Serial number: 34970112332", {}},
      {"sn,line\n34970112332,L4\n", {}},
      {"sn,manual code,phone\nA7,,34970112332\n", {}},
      {"{\"serial\":\"34970112332\",\"line\":4}", {}},
      {"{\"order_no\": 34970112332}", {}},
      {"tel:34970112332", {}},
      {"batch 34970112332 packed by Kim", {}},
      {"elapsed 34970112332 ns", {}},
      {"Postal code 34970112332", {}},
      {"bar code 34970112332", {}},
      {"Setup code see the box, hotline 0800-123-4567", {}},
      {"pairing code help: 0800-123-4567", {}},
      {"see the user manual 1234-567-8901", {}},
      {"Lamps\n34970112332\n20269549588\n", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    std::vector<std::string> found;
    for (const auto& payload : find_payloads(row.text)) found.push_back(payload.text);
    CHECK(found == row.found);
  }
}

TEST_CASE("numbers that may be codes: each is looked around, however long its line is") {
  // (Looking at all of the line for each of them would take minutes.)
  for (const char* between : {" ", " x,", ", ", "\t"}) {
    std::string text = "sn,line,manual code\nA7,L,34970112333\nx";
    for (uint64_t i = 0; i < 60'000; ++i) text += between + std::to_string(34'970'112'334 + 7 * i);
    text += "\nA7,L,20269549589\n";
    const auto found = find_payloads(text);
    REQUIRE(found.size() >= 2);
    CHECK(found.front().text == "34970112333");
    CHECK(found.back().text == "20269549589");
  }
}

TEST_CASE("no problem shows the passcode of a code") {
  // Every code with one character or digit changed, whatever that breaks.
  const std::string passcode = "20202021";
  for (const std::string code : {"MT:Y.K9042C00KA0648G00", "749701123365521327687"}) {
    for (size_t i = 0; i < code.size(); ++i) {
      for (const char c : {'0', '9', 'Z', '.', 'a'}) {
        std::string changed = code;
        changed[i] = c;
        for (const auto& payload : {parse_qr(changed).front(), parse_manual_code(changed)}) {
          for (const auto& problem : payload.problems) {
            CHECK(problem.message.find(changed) == std::string::npos);
            CHECK(problem.message.find(passcode) == std::string::npos);
          }
        }
      }
    }
  }
}

TEST_CASE("the codes of captured devices say what their notes say") {
  if (!test::have_shared("captures")) return;
  size_t read = 0;
  for (const auto& folder : std::filesystem::directory_iterator(test::shared() / "captures")) {
    if (!std::filesystem::exists(folder.path() / "meta.json")) continue;
    CAPTURE(folder.path().string());
    const auto meta = parse_json(text(test::slurp(folder.path() / "meta.json")));
    REQUIRE(meta);
    const Json* const codes = meta->find("onboarding");
    REQUIRE(codes != nullptr);
    const auto code = qr(*codes->find("qrCode")->string());
    const auto manual = parse_manual_code(*codes->find("manualCode")->string());
    CHECK(code.valid());
    CHECK(manual.valid());
    CHECK(code.passcode == codes->find("passcode")->natural());
    CHECK(manual.passcode == code.passcode);
    CHECK(code.discriminator == codes->find("discriminator")->natural());
    CHECK(manual.short_discriminator() == code.short_discriminator());
    const auto found = find_payloads(text(test::slurp(folder.path() / "meta.json")));
    CHECK(found == std::vector{code, manual});
    ++read;
  }
  CHECK(read > 0);
}

TEST_CASE("codes in a text: wherever they stand, and in none of what is as long") {
  for (const char* code : {"manual code: 34970112332", "manual code: 3497-011-2332",
                           "MT:M5L90MP500K64J00000", "mt:m5l90mp500k64j00000"}) {
    for (size_t before = 0; before < 40; ++before) {
      std::string text(before, 'x');
      text += " ";
      text += code;
      text += " 123";
      const auto found = find_payloads(text);
      if (found.size() != 1 || !found.front().valid()) FAIL(text);
    }
  }
  for (const char* none : {"3497-011--2332", "34970112332-5", "034970112332", "3497011233",
                           "-34970112332", "M T", "1234567890123456789012345678901234567890"})
    CHECK_MESSAGE(find_payloads(std::string("x ") + none + " x").empty(), none);
}
