#include "verifier/matter/attestation_elements.h"

#include "tests/support/support.h"
#include "verifier/matter/tlv.h"

using namespace attest;
using tlv::context;
using tlv::Type;
using tlv::Writer;

namespace {

const Bytes kNonce(32, 0x5A);
// As much of a CMS as looks_like_attestation_elements asks for.
const Bytes kCd{0x30, 0x0B, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02};

tlv::TagId vendor_tag(uint32_t number) {
  return {.form = tlv::TagId::Form::full, .vendor = 0xFFF1, .profile = 0x3E, .number = number};
}

Writer mandatory() {
  Writer w;
  w.open(Type::structure)
      .octets(context(1), kCd)
      .octets(context(2), kNonce)
      .number(context(3), 1234);
  return w;
}
Bytes closed(Writer w) {
  return w.close().bytes();
}

}  // namespace

TEST_CASE("attestation elements are read whole") {
  const Bytes input = closed(mandatory()
                                 .octets(context(4), Bytes{1, 2})
                                 .open(Type::list, context(7))
                                 .number({}, 1)
                                 .close()
                                 .utf8(context(9), "x")
                                 .octets(vendor_tag(3), Bytes{})
                                 .octets(vendor_tag(1), Bytes{}));
  const auto got = parse_attestation_elements(input);
  REQUIRE(got);
  CHECK(equal(got->certification_declaration, kCd));
  CHECK(equal(got->nonce, kNonce));
  CHECK(got->timestamp == 1234);
  REQUIRE(got->firmware_information);
  CHECK(hex(*got->firmware_information) == "0102");
  CHECK(got->unknown_tags == std::vector<std::string>{"context 7", "context 9"});
  CHECK(got->vendor_elements == 2);
  CHECK(got->trailing_bytes == 0);
  CHECK_FALSE(got->unterminated);
}

TEST_CASE("a nonce of any length parses, as the checks judge it") {
  const Bytes input = closed(Writer()
                                 .open(Type::structure)
                                 .octets(context(1), {})
                                 .octets(context(2), Bytes(16))
                                 .number(context(3), 0));
  const auto got = parse_attestation_elements(input);
  REQUIRE(got);
  CHECK(got->nonce.size() == 16);
  CHECK_FALSE(got->firmware_information);
}

TEST_CASE("trailing bytes and a missing end are told") {
  Bytes input = closed(mandatory());
  input.resize(input.size() + 3);
  CHECK(parse_attestation_elements(input)->trailing_bytes == 3);

  const Bytes open = mandatory().bytes();
  const auto got = parse_attestation_elements(open);
  REQUIRE(got);
  CHECK(got->unterminated);
  CHECK(got->trailing_bytes == 0);
}

TEST_CASE("elements that break the rules are refused by name") {
  const auto structure = [] { return Writer().open(Type::structure); };
  const struct {
    Bytes input;
    std::string why;
  } rows[] = {
      {{}, "attestation elements: TLV: expected an element, found the end of the input"},
      {closed(Writer().open(Type::array)),
       "attestation elements: expected an anonymous structure, found array with tag anonymous"},
      {closed(Writer().open(Type::structure, context(1))),
       "attestation elements: expected an anonymous structure, found structure with tag context 1"},
      {closed(structure()),
       "attestation elements: expected certification_declaration (1), found the end of the "
       "structure"},
      {structure().bytes(),
       "attestation elements: expected certification_declaration (1), found the end of the "
       "structure"},
      {closed(structure().octets(context(2), kNonce).octets(context(1), kCd).number(context(3), 0)),
       "attestation elements: expected certification_declaration (1), found attestation_nonce (2)"},
      {closed(structure().number(context(0), 0)),
       "attestation elements: expected certification_declaration (1), found context 0"},
      {closed(structure().octets(context(1), kCd).number(context(3), 0)),
       "attestation elements: expected attestation_nonce (2), found timestamp (3)"},
      {closed(structure().octets(context(1), kCd).octets(context(2), kNonce)),
       "attestation elements: expected timestamp (3), found the end of the structure"},
      {closed(
           structure().octets(context(1), kCd).octets(context(2), kNonce).octets(context(4), {})),
       "attestation elements: expected timestamp (3), found firmware_information (4)"},
      {closed(structure().octets(context(1), kCd).octets(vendor_tag(1), {})),
       "attestation elements: expected attestation_nonce (2), found 0xFFF1/0x003E/1"},
      {closed(mandatory().octets(context(2), kNonce)),
       "attestation elements: expected a tag above 3, found attestation_nonce (2)"},
      {closed(mandatory().number(context(9), 0).number(context(9), 0)),
       "attestation elements: expected a tag above 9, found context 9"},
      {closed(mandatory().octets(vendor_tag(1), {}).octets(context(4), {})),
       "attestation elements: expected a vendor's tag after a vendor's tag, found "
       "firmware_information (4)"},
      {closed(mandatory().number(vendor_tag(1), 0)),
       "0xFFF1/0x003E/1: expected octet string, found unsigned integer"},
      {closed(mandatory().octets({.form = tlv::TagId::Form::common, .number = 6}, {})),
       "attestation elements: expected a context tag or a vendor's tag, found common 6"},
      {closed(structure().utf8(context(1), "x")),
       "certification_declaration (1): expected octet string, found UTF-8 string"},
      {closed(structure().octets(context(1), kCd).number(context(2), 1)),
       "attestation_nonce (2): expected octet string, found unsigned integer"},
      {closed(structure()
                  .octets(context(1), kCd)
                  .octets(context(2), kNonce)
                  .signed_number(context(3), 0)),
       "timestamp (3): expected unsigned integer, found signed integer"},
      {closed(structure()
                  .octets(context(1), kCd)
                  .octets(context(2), kNonce)
                  .number(context(3), 0x100000000)),
       "timestamp (3): expected at most 4294967295, found 4294967296"},
      {closed(mandatory().number(context(4), 0)),
       "firmware_information (4): expected octet string, found unsigned integer"},
      {mandatory().open(Type::structure, context(5)).bytes(),
       "context 5: TLV: expected an element, found the end of the input"},
  };
  for (const auto& row : rows) {
    CAPTURE(hex(row.input));
    const auto got = parse_attestation_elements(row.input);
    REQUIRE_FALSE(got);
    CHECK(got.error().what == row.why);
  }
}

TEST_CASE("of all cuts only the one before the end parses, and says so") {
  const Bytes whole = closed(mandatory());
  for (size_t n = 0; n + 1 < whole.size(); ++n)
    CHECK_FALSE(parse_attestation_elements(View(whole).first(n)));
  CHECK(parse_attestation_elements(View(whole).first(whole.size() - 1))->unterminated);
}

TEST_CASE("elements are told from other TLV, even when damaged") {
  CHECK(looks_like_attestation_elements(closed(mandatory())));
  CHECK(looks_like_attestation_elements(
      Writer().open(Type::structure).octets(context(1), kCd).bytes()));
  CHECK(looks_like_attestation_elements(
      Writer().open(Type::structure).octets(context(2), kNonce).octets(context(1), kCd).bytes()));
  Bytes array = closed(mandatory());
  array.front() = 0x16;
  CHECK(looks_like_attestation_elements(array));
  const Bytes csr{0x30, 0x0B, 0x30, 0x09, 0x02, 0x01, 0x00};
  for (const Bytes& other :
       {Bytes{}, kCd,
        closed(Writer().open(Type::structure).octets(context(1), csr).octets(context(2), kNonce)),
        closed(Writer().open(Type::structure).octets(context(2), kCd)),
        closed(Writer().open(Type::structure).number(context(1), 1000))}) {
    CAPTURE(hex(other));
    CHECK_FALSE(looks_like_attestation_elements(other));
  }
}

TEST_CASE("captured elements hold the declaration that stands beside them") {
  if (!test::have_shared("captures")) return;
  size_t read = 0;
  for (const auto& folder : std::filesystem::directory_iterator(test::shared() / "captures")) {
    const auto file = folder.path() / "attestation-elements.bin";
    if (!std::filesystem::exists(file)) continue;
    CAPTURE(file.string());
    const Bytes input = test::slurp(file);
    CHECK(looks_like_attestation_elements(input));
    const auto got = parse_attestation_elements(input);
    REQUIRE(got);
    CHECK(equal(got->certification_declaration, test::slurp(folder.path() / "cd.der")));
    CHECK(got->trailing_bytes == 0);
    CHECK_FALSE(got->unterminated);
    CHECK(input.size() <= kMaxElementsBytes);
    ++read;
  }
  CHECK(read > 0);
}
