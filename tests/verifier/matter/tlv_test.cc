#include "verifier/matter/tlv.h"

#include "tests/support/support.h"

using namespace attest;
using tlv::Type;

namespace {

Bytes bytes(std::string_view text) {
  return from_hex_lenient(text).value();
}

// Everything up to the end or the first error.
Result<size_t> count_elements(View data) {
  size_t n = 0;
  for (tlv::Cursor cursor(data); !cursor.empty(); ++n) {
    if (const auto element = cursor.next(); !element) return tl::unexpected<Error>(element.error());
  }
  return n;
}

}  // namespace

TEST_CASE("every element type and tag form is read") {
  const struct {
    std::string input;
    Type type;
    std::string tag;
    uint64_t unsigned_value;
    int64_t signed_value;
    std::string string;  // hex
  } rows[] = {
      {"00 80", Type::signed_integer, "anonymous", 0, -128, ""},
      {"01 0080", Type::signed_integer, "anonymous", 0, -32768, ""},
      {"02 feffffff", Type::signed_integer, "anonymous", 0, -2, ""},
      {"03 0000000000000080", Type::signed_integer, "anonymous", 0, INT64_MIN, ""},
      {"24 05 ff", Type::unsigned_integer, "context 5", 255, 0, ""},
      {"05 0100", Type::unsigned_integer, "anonymous", 1, 0, ""},
      {"06 00000080", Type::unsigned_integer, "anonymous", 0x80000000, 0, ""},
      {"07 ffffffffffffffff", Type::unsigned_integer, "anonymous", UINT64_MAX, 0, ""},
      {"28 00", Type::boolean, "context 0", 0, 0, ""},
      {"29 ff", Type::boolean, "context 255", 1, 0, ""},
      {"0a 0000803f", Type::real, "anonymous", 0x3f800000, 0, ""},
      {"0b 000000000000f03f", Type::real, "anonymous", 0x3ff0000000000000, 0, ""},
      {"4c 3412 02 c3a9", Type::utf8, "common 4660", 0, 0, "c3a9"},
      {"6d 78563412 0100 41", Type::utf8, "common 305419896", 0, 0, "41"},
      {"90 0100 00", Type::octets, "implicit 1", 0, 0, ""},
      {"b2 01000000 02000000 beef", Type::octets, "implicit 1", 0, 0, "beef"},
      {"d3 f1ff 3e00 0100 0100000000000000 aa", Type::octets, "0xFFF1/0x003E/1", 0, 0, "aa"},
      {"f4 f1ff 3e00 01000100", Type::null, "0xFFF1/0x003E/65537", 0, 0, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.input);
    const Bytes input = bytes(row.input);
    tlv::Cursor cursor(input);
    const auto element = cursor.next();
    REQUIRE(element);
    CHECK(element->type == row.type);
    CHECK(tlv::tag_text(element->tag) == row.tag);
    CHECK(element->unsigned_value == row.unsigned_value);
    CHECK(element->signed_value == row.signed_value);
    CHECK(hex(element->bytes) == row.string);
    CHECK(cursor.empty());
  }
}

TEST_CASE("broken TLV is refused with what was expected and found") {
  std::string nested;
  for (unsigned i = 0; i <= tlv::kMaxDepth; ++i) nested += "17";
  const struct {
    std::string input;
    std::string why;
    uint64_t offset;
  } rows[] = {
      {"19", "TLV: expected an element, found the reserved control octet 0x19", 0},
      {"15 3f 00 00", "TLV: expected an element, found the reserved control octet 0x3f", 1},
      {"15 38 01", "TLV: expected an element, found the reserved control octet 0x38", 1},
      {"18", "TLV: expected an element, found the end of a container that was not opened", 0},
      {"15 18 18", "TLV: expected an element, found the end of a container that was not opened", 2},
      {"24", "TLV: unsigned integer: expected 2 bytes of tag and value, found 0", 0},
      {"26 01 020304", "TLV: unsigned integer: expected 5 bytes of tag and value, found 4", 0},
      {"f5 f1ff", "TLV: structure: expected 8 bytes of tag and value, found 2", 0},
      {"15 30 01 05 aabb", "TLV: octet string: expected 5 bytes, found 2", 1},
      {"13 ffffffffffffffff 00", "TLV: octet string: expected 18446744073709551615 bytes, found 1",
       0},
      {"0c 02 c328", "TLV: UTF-8 string: expected UTF-8, found other bytes", 0},
      {"15 04 01 18", "TLV: member of a structure: expected a tag, found none", 1},
      {"16 24 01 01 18", "TLV: member of an array: expected no tag, found context 1", 1},
      {nested, "TLV: containers nested deeper than 16", 16},
  };
  for (const auto& row : rows) {
    CAPTURE(row.input);
    const auto got = count_elements(bytes(row.input));
    REQUIRE_FALSE(got);
    CHECK(got.error().what == row.why);
    CHECK(got.error().offset == row.offset);
  }
}

TEST_CASE("a cursor stays where it was after an error, and counts from its base") {
  const Bytes input = bytes("04 01 19");
  tlv::Cursor cursor(input, 100);
  CHECK(cursor.next()->offset == 100);
  for (int again = 0; again < 2; ++again) CHECK(cursor.next().error().offset == 102);
  CHECK(cursor.rest().size() == 1);
}

TEST_CASE("skipping a container ends behind its own end") {
  const Bytes input = bytes("15 35 01 36 02 04 07 18 37 03 15 18 04 01 18 18 24 02 09 18");
  tlv::Cursor cursor(input);
  CHECK(cursor.skip_container().error().what == "TLV: no container is open");
  REQUIRE(cursor.next());
  REQUIRE(cursor.next()->type == Type::structure);
  REQUIRE(cursor.skip_container());
  CHECK(cursor.next()->unsigned_value == 9);
  CHECK(cursor.next()->type == Type::end);
  CHECK(cursor.empty());

  tlv::Cursor cut{View(input).first(8)};
  REQUIRE(cut.next());
  REQUIRE(cut.next());
  CHECK(cut.skip_container().error().what ==
        "TLV: expected an element, found the end of the input");
}

TEST_CASE("the writer takes the shortest width that holds a value") {
  const tlv::TagId one = tlv::context(1);
  const struct {
    tlv::Writer writer;
    std::string bytes;
  } rows[] = {
      {tlv::Writer().number({}, 0), "0400"},
      {tlv::Writer().number(one, 255), "2401ff"},
      {tlv::Writer().number(one, 256), "25010001"},
      {tlv::Writer().number(one, 65536), "260100000100"},
      {tlv::Writer().number(one, 0x100000000), "27010000000001000000"},
      {tlv::Writer().signed_number(one, 127), "20017f"},
      {tlv::Writer().signed_number(one, 128), "21018000"},
      {tlv::Writer().signed_number(one, -128), "200180"},
      {tlv::Writer().signed_number(one, -32769), "2201ff7fffff"},
      {tlv::Writer().signed_number(one, INT64_MIN), "23010000000000000080"},
      {tlv::Writer().utf8({}, "abc"), "0c03616263"},
      {tlv::Writer().octets(one, {}), "300100"},
      {tlv::Writer().number({.form = tlv::TagId::Form::common, .number = 5}, 1), "44050001"},
      {tlv::Writer().number({.form = tlv::TagId::Form::implicit, .number = 65536}, 1),
       "a40000010001"},
      {tlv::Writer().octets(
           {.form = tlv::TagId::Form::full, .vendor = 0xFFF1, .profile = 0x3E, .number = 1}, {}),
       "d0f1ff3e00010000"},
      {tlv::Writer()
           .open(Type::structure)
           .open(Type::array, one)
           .close()
           .open(Type::list, one)
           .close()
           .close(),
       "1536011837011818"},
  };
  for (const auto& row : rows) CHECK(hex(row.writer.bytes()) == row.bytes);

  const Bytes long_string(300, 0x55);
  CHECK(hex(View(tlv::Writer().octets(one, long_string).bytes()).first(4)) == "31012c01");
}
