#include "verifier/pki/der.h"

#include "tests/support/der_writer.h"

using namespace attest;
using namespace attest::test;

TEST_CASE("der: headers are definite, minimal and inside what encloses them") {
  const struct {
    const char* input;
    const char* words;
    uint64_t offset;
  } rows[] = {
      {"", "x: expected an element, found the end", 7},
      {"30", "x: the length is missing", 8},
      {"3080 0000", "x: indefinite length, which DER forbids", 8},
      {"308105", "x: length 5 is not in its shortest form", 8},
      {"30817f", "x: length 127 is not in its shortest form", 8},
      {"308200ff", "x: length 255 is not in its shortest form", 8},
      {"3082ff", "x: the length is cut off", 10},
      {"30850100000000", "x: a length of 5 octets is beyond every limit here", 8},
      {"30ff", "x: a length of 127 octets is beyond every limit here", 8},
      {"3002 05", "x: length 2 goes beyond the 1 bytes that are left", 7},
      {"3084ffffffff00", "x: length 4294967295 goes beyond the 1 bytes that are left", 7},
      {"1f8101 00", "x: tag 0x1f: tag numbers above 30 are not used here", 7},
      {"bf2000", "x: tag 0xbf: tag numbers above 30 are not used here", 7},
      {"0000", "x: expected an element, found tag 0x00", 7},
  };
  for (const auto& row : rows) {
    CAPTURE(row.input);
    const Bytes input = raw(row.input);
    const auto got = der::Cursor(input, 7).any("x");
    REQUIRE_FALSE(got);
    CHECK(got.error() == Error{row.words, row.offset});
  }
  const Bytes good =
      join({tlv(0x04, Bytes(127, 1)), tlv(0x04, Bytes(128, 2)), tlv(0x04, Bytes(70000, 3))});
  der::Cursor cursor(good);
  for (const size_t size : {127u, 128u, 70000u}) CHECK(cursor.any("x")->body.size() == size);
  CHECK(cursor.empty());
}

TEST_CASE("der: expect, optional, enter and end say what was wanted and what is there") {
  const Bytes input = raw("3006 020105 040100 0500");
  der::Cursor outer(input, 100);
  CHECK(outer.expect(der::kSet, "things").error() ==
        Error{"things: expected SET (0x31), found SEQUENCE (0x30)", 100});
  CHECK(outer.expect(der::context_constructed(0), "things").error().what ==
        "things: expected [0] (0xa0), found SEQUENCE (0x30)");
  auto inner = outer.enter(der::kSequence, "things");
  REQUIRE(inner);
  CHECK(inner->offset() == 102);
  CHECK_FALSE(inner->optional(der::kNull, "nothing")->has_value());
  CHECK(inner->small_integer("count", 4).error() ==
        Error{"count: expected a number from 0 to 4, found 5", 104});
  CHECK(inner->end("things").error() ==
        Error{"things: 3 bytes too many, beginning with OCTET STRING (0x04)", 105});
  CHECK(inner->optional(der::kOctetString, "octets")->value().body.size() == 1);
  CHECK(inner->expect(der::kOctetString, "more").error() ==
        Error{"more: expected OCTET STRING (0x04), found the end", 108});
  CHECK(inner->end("things"));
  CHECK(outer.peek() == der::kNull);
}

TEST_CASE("der: primitive values have one encoding") {
  const auto words = [](const auto& result) {
    return result ? std::string("ok") : result.error().what;
  };
  const struct {
    const char* input;
    const char* words;
  } booleans[] = {{"0101ff", "ok"},
                  {"010100", "ok"},
                  {"010101", "b: expected a BOOLEAN of 00 or ff, found 01"},
                  {"0100", "b: expected a BOOLEAN of 00 or ff, found "},
                  {"0102ffff", "b: expected a BOOLEAN of 00 or ff, found ffff"}},
    integers[] = {{"020100", "ok"},
                  {"0201ff", "ok"},
                  {"02020080", "ok"},
                  {"0200", "i: an INTEGER without octets"},
                  {"0202007f", "i: an INTEGER that is not in its shortest form"},
                  {"0202ff80", "i: an INTEGER that is not in its shortest form"}},
    small[] = {{"020164", "ok"},
               {"020165", "i: expected a number from 0 to 100, found 101"},
               {"0201ff", "i: expected a number from 0 to 100, found a negative one"},
               {"0209010000000000000000",
                "i: expected a number from 0 to 100, found a larger one"}},
    oids[] = {{"0603550403", "ok"},
              {"0600", "o: an OBJECT IDENTIFIER whose last arc does not end"},
              {"06025580", "o: an OBJECT IDENTIFIER with a padded arc"},
              {"060255ff", "o: an OBJECT IDENTIFIER whose last arc does not end"},
              {"0603558001", "o: an OBJECT IDENTIFIER with a padded arc"}},
    strings[] = {{"030100", "ok"},
                 {"030200ff", "ok"},
                 {"0300", "s: a BIT STRING without its octet of unused bits"},
                 {"030101", "s: a BIT STRING with 1 unused bits"},
                 {"030208ff", "s: a BIT STRING with 8 unused bits"},
                 {"030204f1", "s: a BIT STRING whose unused bits are not zero"},
                 {"030204f0", "s: expected a BIT STRING of whole octets, found 4 unused bits"}};
  for (const auto& row : booleans)
    CHECK(words(der::Cursor(raw(row.input)).boolean("b")) == row.words);
  for (const auto& row : integers)
    CHECK(words(der::Cursor(raw(row.input)).integer("i")) == row.words);
  for (const auto& row : small)
    CHECK(words(der::Cursor(raw(row.input)).small_integer("i", 100)) == row.words);
  for (const auto& row : oids) CHECK(words(der::Cursor(raw(row.input)).oid("o")) == row.words);
  for (const auto& row : strings)
    CHECK(words(der::Cursor(raw(row.input)).bit_string("s")) == row.words);

  const Bytes eight = raw("0209 00ffffffffffffffff");
  CHECK(der::Cursor(eight).small_integer("i", UINT64_MAX) == UINT64_MAX);
  const Bytes half = raw("030204f0");
  unsigned unused = 0;
  CHECK(der::Cursor(half).bit_string("s", &unused)->size() == 1);
  CHECK(unused == 4);
}

TEST_CASE("der: object identifiers as text and back") {
  for (const char* text : {"1.2.840.10045.4.3.2", "0.0", "0.39", "1.0", "1.39.1", "2.5.4.3", "2.40",
                           "2.999.3", "1.3.6.1.4.1.37244.2.1", "2.5.18446744073709551615"}) {
    CAPTURE(text);
    CHECK(der::oid_text(der::oid_bytes(text)) == text);
  }
  for (const char* bad : {"", "1", "1.", ".1", "1..2", "3.1", "0.40", "1.2.x", "1.02", "-1.2",
                          "1.2 ", "1.2.18446744073709551616", "2.18446744073709551615"}) {
    CAPTURE(bad);
    CHECK(der::oid_bytes(bad).empty());
  }
  CHECK(der::oid_text(raw("5581")) == "#5581");
  CHECK(der::oid_text(raw("5582ffffffffffffffff7f")) ==
        "#5582ffffffffffffffff7f");  // beyond 64 bits
  CHECK(der::oid_text({}) == "#");
  CHECK(equal(oid::kMatterPid, der::oid_bytes("1.3.6.1.4.1.37244.2.2")));
  CHECK(equal(oid::kPrime256v1, der::oid_bytes("1.2.840.10045.3.1.7")));
}

TEST_CASE("der: an ecdsa signature is two positive minimal integers of at most 32 bytes") {
  const Bytes ones(32, 0xFF), small{0x07};
  std::array<uint8_t, 64> rs{};
  rs.fill(0xFF);
  for (size_t i = 32; i < 63; ++i) rs[i] = 0;
  rs[63] = 7;
  const auto read = der::ecdsa_signature(signature_value(rs));
  REQUIRE(read);
  CHECK(*read == rs);
  const struct {
    const char* input;
    const char* words;
  } rows[] = {
      {"3006 0201ff 020101",
       "ecdsa signature: r: expected a positive number, found a negative one"},
      {"3006 020101 0201ff",
       "ecdsa signature: s: expected a positive number, found a negative one"},
      {"3007 02020001 020101", "ecdsa signature: r: an INTEGER that is not in its shortest form"},
      {"3009 020101 020101 020101",
       "ecdsa signature: 3 bytes too many, beginning with INTEGER (0x02)"},
      {"3006 020101 020101 00", "ecdsa signature: 1 bytes too many, beginning with tag 0x00"},
      {"3003 020101", "ecdsa signature: s: expected INTEGER (0x02), found the end"},
      {"3026 0221 01 0000000000000000000000000000000000000000000000000000000000000000 020101",
       "ecdsa signature: r: expected at most 32 bytes, found 33"},
      {"0000", "ecdsa signature: expected SEQUENCE (0x30), found tag 0x00"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.input);
    const auto got = der::ecdsa_signature(raw(row.input));
    REQUIRE_FALSE(got);
    CHECK(got.error().what == row.words);
  }
}

TEST_CASE("der: peel looks behind a header of any form") {
  CHECK(der::peel(raw("3003 020105"), der::kSequence)->size() == 3);
  CHECK(der::peel(raw("3009 020105"), der::kSequence)->size() == 3);
  CHECK(der::peel(raw("3080 020105"), der::kSequence)->size() == 3);
  CHECK(der::peel(raw("30820001 020105"), der::kSequence)->size() == 1);
  CHECK_FALSE(der::peel(raw("3003 020105"), der::kSet));
  CHECK_FALSE(der::peel(raw("3085 0000000003"), der::kSequence));
  CHECK_FALSE(der::peel(raw("3082"), der::kSequence));
}
