#include "verifier/matter/certification_declaration.h"

#include <functional>
#include <map>

#include "tests/support/support.h"
#include "verifier/matter/tlv.h"
#include "verifier/pki/cms.h"

using namespace attest;
using tlv::context;
using tlv::Type;
using tlv::Writer;

namespace {

CertificationDeclaration example() {
  CertificationDeclaration cd;
  cd.format_version = 1;
  cd.vendor_id = 0xFFF1;
  cd.product_ids = {0x8000, 0x8001};
  cd.device_type_id = 0x16;
  cd.certificate_id = "ZIG20142ZB330003-24";
  cd.version_number = 0x2694;
  return cd;
}

// A declaration written field by field. `instead` writes a field in its own way, or leaves it out,
// and says so by returning true; it is asked for tags 0 to 12, the last being the place before the
// end.
Bytes written(const std::function<bool(Writer&, uint32_t)>& instead) {
  const CertificationDeclaration cd = example();
  Writer w;
  w.open(Type::structure);
  for (uint32_t tag = 0; tag <= 12; ++tag) {
    if (instead(w, tag)) continue;
    switch (tag) {
      case 0:
        w.number(context(0), cd.format_version);
        break;
      case 1:
        w.number(context(1), cd.vendor_id);
        break;
      case 2:
        w.open(Type::array, context(2)).number({}, 0x8000).close();
        break;
      case 3:
        w.number(context(3), cd.device_type_id);
        break;
      case 4:
        w.utf8(context(4), cd.certificate_id);
        break;
      case 5:
      case 6:
        w.number(context(tag), 0);
        break;
      case 7:
        w.number(context(7), cd.version_number);
        break;
      case 8:
        w.number(context(8), cd.certification_type);
        break;
      default:
        break;
    }
  }
  w.close();
  return w.bytes();
}

using Instead = std::function<bool(Writer&, uint32_t)>;
Instead without(uint32_t omitted) {
  return [=](Writer&, uint32_t tag) { return tag == omitted; };
}
Instead at(uint32_t place, const std::function<void(Writer&)>& write) {
  return [=](Writer& w, uint32_t tag) {
    if (tag == place) write(w);
    return tag == place;
  };
}

}  // namespace

TEST_CASE("a certification declaration comes back as it was written") {
  CertificationDeclaration cd = example();
  CHECK(*parse_certification_declaration(encode(cd)) == cd);

  cd.dac_origin_vendor_id = 0xFFF2;
  cd.dac_origin_product_id = 0x8002;
  cd.authorized_paa_list = {Bytes(20, 1), Bytes(20, 2)};
  cd.security_level = 255;
  cd.security_information = 65535;
  cd.device_type_id = 0xFFFFFFFF;
  cd.certification_type = 2;
  CHECK(*parse_certification_declaration(encode(cd)) == cd);
}

TEST_CASE("what a check judges parses as it stands") {
  CertificationDeclaration cd = example();
  cd.format_version = 2;
  cd.product_ids.clear();
  cd.certificate_id = std::string("short\0id", 8);
  cd.certification_type = 255;
  cd.dac_origin_vendor_id = 0xFFF2;
  cd.authorized_paa_list = {Bytes{}, Bytes(19, 7), Bytes(200, 8)};
  CHECK(*parse_certification_declaration(encode(cd)) == cd);

  cd.dac_origin_vendor_id.reset();
  cd.dac_origin_product_id = 0x8000;
  cd.authorized_paa_list = std::vector<Bytes>{};
  cd.product_ids.assign(101, 0);
  cd.certificate_id.clear();
  CHECK(*parse_certification_declaration(encode(cd)) == cd);
}

TEST_CASE("integers may use any width that fits") {
  // vendor_id in 8 bytes, product ids in 1, 4 and 8 bytes, certification_type in 2 bytes.
  const Bytes wide = from_hex_lenient(
                         "15 2400 01 2701 f1ff000000000000 3602 0401 0680800000 07 "
                         "0100000000000000 18 2403 16 2c04 03 "
                         "616263 2405 00 2406 00"
                         "2407 00 2508 0200 18")
                         .value();
  const auto cd = parse_certification_declaration(wide);
  REQUIRE(cd);
  CHECK(cd->vendor_id == 0xFFF1);
  CHECK(cd->product_ids == std::vector<uint16_t>{0x01, 0x8080, 0x01});
  CHECK(cd->certification_type == 2);
}

TEST_CASE("a declaration that breaks the structure is refused by the field's name") {
  const struct {
    Instead instead;
    std::string why;
  } rows[] = {
      {without(0), "format_version (0): expected this field, found vendor_id (1)"},
      {without(4), "certificate_id (4): expected this field, found security_level (5)"},
      {without(8), "certification_type (8): expected this field, found the end of the structure"},
      {at(4, [](Writer& w) { w.number(context(4), 7); }),
       "certificate_id (4): expected UTF-8 string, found unsigned integer"},
      {at(4, [](Writer& w) { w.octets(context(4), {}); }),
       "certificate_id (4): expected UTF-8 string, found octet string"},
      {at(1, [](Writer& w) { w.signed_number(context(1), 7); }),
       "vendor_id (1): expected unsigned integer, found signed integer"},
      {at(1, [](Writer& w) { w.number(context(1), 65536); }),
       "vendor_id (1): expected at most 65535, found 65536"},
      {at(3, [](Writer& w) { w.number(context(3), 0x100000000); }),
       "device_type_id (3): expected at most 4294967295, found 4294967296"},
      {at(8, [](Writer& w) { w.number(context(8), 256); }),
       "certification_type (8): expected at most 255, found 256"},
      {at(2, [](Writer& w) { w.open(Type::list, context(2)).close(); }),
       "product_id_array (2): expected array, found list"},
      {at(2, [](Writer& w) { w.open(Type::array, context(2)).number({}, 1).utf8({}, "").close(); }),
       "product_id_array (2) entry 1: expected unsigned integer, found UTF-8 string"},
      {at(2, [](Writer& w) { w.open(Type::array, context(2)).number({}, 70000).close(); }),
       "product_id_array (2) entry 0: expected at most 65535, found 70000"},
      {at(2, [](Writer& w) { w.open(Type::array, context(2)).number(context(0), 1).close(); }),
       "product_id_array (2): TLV: member of an array: expected no tag, found context 0"},
      {at(2,
          [](Writer& w) { w.open(Type::array, context(2)).open(Type::structure).close().close(); }),
       "product_id_array (2) entry 0: expected unsigned integer, found structure"},
      {at(3, [](Writer& w) { w.number(context(12), 0).number(context(3), 0); }),
       "device_type_id (3): expected this field, found the unknown tag context 12"},
      {at(8, [](Writer& w) { w.number({.form = tlv::TagId::Form::common, .number = 8}, 0); }),
       "certification_type (8): expected this field, found the unknown tag common 8"},
      {at(9, [](Writer& w) { w.number(context(10), 1).number(context(9), 1); }),
       "dac_origin_vendor_id (9): expected a tag after dac_origin_product_id (10)"},
      {at(9, [](Writer& w) { w.number(context(9), 1).number(context(9), 1); }),
       "dac_origin_vendor_id (9): expected a tag after dac_origin_vendor_id (9)"},
      {at(12, [](Writer& w) { w.number(context(1), 1); }),
       "vendor_id (1): expected a tag after certification_type (8)"},
      {at(9, [](Writer& w) { w.utf8(context(9), "x"); }),
       "dac_origin_vendor_id (9): expected unsigned integer, found UTF-8 string"},
      {at(11, [](Writer& w) { w.octets(context(11), {}); }),
       "authorized_paa_list (11): expected array, found octet string"},
      {at(11, [](Writer& w) { w.open(Type::array, context(11)).number({}, 1).close(); }),
       "authorized_paa_list (11) entry 0: expected octet string, found unsigned integer"},
      {at(12, [](Writer& w) { w.close(); }),
       "certification declaration: expected nothing after the structure, found 1 bytes"},
      {at(12, [](Writer& w) { w.open(Type::structure, context(12)); }),
       "certification declaration: TLV: expected an element, found the end of the input"},
  };
  for (const auto& row : rows) {
    const Bytes input = written(row.instead);
    CAPTURE(hex(input));
    const auto got = parse_certification_declaration(input);
    REQUIRE_FALSE(got);
    CHECK(got.error().what == row.why);
  }
}

TEST_CASE("input that is no anonymous structure is refused") {
  const struct {
    std::string input;
    std::string why;
  } rows[] = {
      {"", "certification declaration: TLV: expected an element, found the end of the input"},
      {"16 18", "certification declaration: expected structure, found array"},
      {"3501 18",
       "certification declaration: expected an anonymous structure, found tag context 1"},
      {"15", "format_version (0): TLV: expected an element, found the end of the input"},
      {"15 24 00 01 25 01 f1",
       "vendor_id (1): TLV: unsigned integer: expected 3 bytes of tag and value, found 2"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.input);
    const auto got = parse_certification_declaration(from_hex_lenient(row.input).value());
    REQUIRE_FALSE(got);
    CHECK(got.error().what == row.why);
  }
}

TEST_CASE("every cut of a declaration is refused") {
  CertificationDeclaration cd = example();
  cd.authorized_paa_list = {Bytes(20, 1)};
  const Bytes whole = encode(cd);
  for (size_t n = 0; n < whole.size(); ++n)
    CHECK_FALSE(parse_certification_declaration(View(whole).first(n)));
}

TEST_CASE("fields behind an unknown tag are read, and the report can say so") {
  const auto behind = [](Writer& w) {
    w.number(context(200), 1).open(Type::structure, context(201)).number(context(9), 3).close();
    w.number(context(9), 0xFFF2).number(context(10), 0x8001);
    w.open(Type::array, context(11)).octets({}, Bytes(20, 9)).close();
  };
  auto cd = parse_certification_declaration(written(at(9, behind)));
  REQUIRE(cd);
  CHECK(cd->unknown_tags == std::vector<std::string>{"context 200", "context 201"});
  CHECK(cd->unknown_tag_hides_fields);
  CHECK(cd->dac_origin_vendor_id == 0xFFF2);
  CHECK(cd->authorized_paa_list == std::vector<Bytes>{Bytes(20, 9)});

  const auto after = [](Writer& w) {
    w.number(context(9), 1).number(context(10), 1);
    w.number({.form = tlv::TagId::Form::full, .vendor = 0xFFF1, .profile = 0, .number = 9}, 1);
  };
  cd = parse_certification_declaration(written(at(9, after)));
  REQUIRE(cd);
  CHECK(cd->unknown_tags == std::vector<std::string>{"0xFFF1/0x0000/9"});
  CHECK_FALSE(cd->unknown_tag_hides_fields);
}

TEST_CASE("certification types have names") {
  CHECK(certification_type_text(0) == "development and test (0)");
  CHECK(certification_type_text(1) == "provisional (1)");
  CHECK(certification_type_text(2) == "official (2)");
  CHECK(certification_type_text(3) == "reserved (3)");
}

TEST_CASE("declarations of the SDK's vectors parse unless the vector breaks the payload") {
  if (!test::have_shared("matter-sdk")) return;
  // The vectors whose payload lacks a field; all others are for the checks to judge.
  const std::map<std::string, std::string> refused = {
      {"struct_cd_vid_missing", "vendor_id (1): expected this field, found product_id_array (2)"},
      {"struct_cd_cert_id_missing",
       "certificate_id (4): expected this field, found security_level (5)"},
      {"struct_cd_security_info_missing",
       "security_information (6): expected this field, found version_number (7)"},
      {"struct_cd_version_number_missing",
       "version_number (7): expected this field, found certification_type (8)"},
      {"struct_cd_cert_type_missing",
       "certification_type (8): expected this field, found the end of the structure"},
  };
  size_t read = 0, found_refused = 0;
  for (const auto& folder :
       std::filesystem::directory_iterator(test::shared() / "matter-sdk" / "commissioner_dut")) {
    const std::string name = folder.path().filename();
    CAPTURE(name);
    const auto cms = parse_cms(test::slurp(folder.path() / "cd.der"));
    REQUIRE(cms);
    const auto cd = parse_certification_declaration(cms->content);
    if (const auto expected = refused.find(name); expected != refused.end()) {
      REQUIRE_FALSE(cd);
      CHECK(cd.error().what == expected->second);
      ++found_refused;
      continue;
    }
    REQUIRE(cd);
    CHECK(encode(*cd) == cms->content);
    CHECK(cd->unknown_tags.empty());
    ++read;
  }
  CHECK(read > 0);
  CHECK(found_refused == refused.size());
}

TEST_CASE("what the SDK's vectors say about themselves is read from their declarations") {
  if (!test::have_shared("matter-sdk")) return;
  const auto read = [](const char* path) {
    const auto cms = parse_cms(test::slurp(test::shared() / "matter-sdk" / path));
    REQUIRE(cms);
    const auto cd = parse_certification_declaration(cms->content);
    REQUIRE(cd);
    return *cd;
  };
  CHECK(read("commissioner_dut/struct_cd_format_version_2/cd.der").format_version == 2);
  CHECK(read("commissioner_dut/struct_cd_pid_array_count100_valid/cd.der").product_ids.size() ==
        100);
  CHECK(read("commissioner_dut/struct_cd_cert_type_wrong/cd.der").certification_type == 255);
  CHECK(read("commissioner_dut/struct_cd_official_cd/cd.der").certification_type == 2);
  CHECK(read("commissioner_dut/struct_cd_cert_id_len_wrong/cd.der").certificate_id.size() != 19);
  CHECK(read("commissioner_dut/struct_cd_authorized_paa_list_count10_valid/cd.der")
            .authorized_paa_list->size() == 10);
  CHECK(read("commissioner_dut/struct_cd_authorized_paa_list_missing/cd.der").authorized_paa_list ==
        std::nullopt);
  const auto lone = read("commissioner_dut/struct_cd_dac_origin_vid_missing_pid_present/cd.der");
  CHECK(lone.dac_origin_vendor_id == std::nullopt);
  CHECK(lone.dac_origin_product_id.has_value());

  const auto example = read("certification-declaration/SDK-Example-CD-FFF1.der");
  CHECK(example.vendor_id == 0xFFF1);
  CHECK(example.product_ids.size() == 100);
  CHECK(example.product_ids.front() == 0x8000);
  CHECK(example.product_ids.back() == 0x8063);
  CHECK(example.certificate_id == "CSA00000SWC00000-00");
  CHECK(example.certification_type == 0);
}
