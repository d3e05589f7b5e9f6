#include <algorithm>

#include "tests/support/ota_images.h"
#include "tests/support/support.h"
#include "verifier/matter/tlv.h"

using namespace attest;
using namespace attest::test;

namespace {

OtaParts with_everything() {
  OtaParts p;
  p.header.min_applicable = 3;
  p.header.max_applicable = 8;
  p.header.release_notes_url = "https://example.com/9";
  return p;
}

// A header around other TLV.
Bytes around(View tlv, std::optional<uint32_t> said = {}) {
  Bytes out = {0x1E, 0xF1, 0xEE, 0x1B, 0, 0, 0, 0, 0, 0, 0, 0};
  const uint32_t size = said.value_or(static_cast<uint32_t>(tlv.size()));
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<uint8_t>(size >> (8 * i)));
  out.insert(out.end(), tlv.begin(), tlv.end());
  return out;
}

tlv::Writer& fields(tlv::Writer& w, uint32_t from, uint32_t to) {
  for (uint32_t tag = from; tag <= to; ++tag) {
    if (tag == 3 || tag == 7)
      w.utf8(tlv::context(tag), "x");
    else if (tag == 9)
      w.octets(tlv::context(tag), Bytes(32, 1));
    else
      w.number(tlv::context(tag), tag);
  }
  return w;
}

OtaImage in_pieces(View file, size_t piece) {
  OtaScan scan;
  for (size_t at = 0; at < file.size(); at += piece)
    scan.update(file.subspan(at, std::min(piece, file.size() - at)));
  return scan.finish();
}

}  // namespace

TEST_CASE("ota image: a header with every field") {
  const OtaParts parts = with_everything();
  const Bytes file = parts.bytes();
  CHECK(looks_like_ota_image(file));
  const auto header = parse_ota_header(file);
  REQUIRE(header);
  CHECK(header->vendor_id == 0xFFF1);
  CHECK(header->product_id == 0x8000);
  CHECK(header->software_version == 9);
  CHECK(header->software_version_string == "9.0");
  CHECK(header->payload_size == 3000);
  CHECK(header->min_applicable == 3u);
  CHECK(header->max_applicable == 8u);
  CHECK(header->release_notes_url == "https://example.com/9");
  CHECK(header->digest_type == 1);
  CHECK(header->digest == digest_of(1, parts.payload));
  CHECK(header->total_size == file.size());
  CHECK(header->payload_offset() == file.size() - 3000);
  CHECK(encode_ota_header(*header) == to_bytes(View(file).first(file.size() - 3000)));
}

TEST_CASE("ota image: headers that cannot be read") {
  const Bytes good = with_everything().bytes();
  const auto changed = [&](size_t at, uint8_t value) {
    Bytes out = good;
    out[at] = value;
    return out;
  };
  tlv::Writer swapped, twice, late, anonymous, profile, open_ended, wide, text_number;
  fields(fields(swapped.open(tlv::Type::structure), 1, 1), 0, 0);
  fields(fields(fields(twice.open(tlv::Type::structure), 0, 8), 8, 8), 9, 9).close();
  fields(fields(late.open(tlv::Type::structure), 0, 9), 5, 5).close();
  anonymous.open(tlv::Type::structure).number({}, 1).close();
  fields(profile.open(tlv::Type::structure), 0, 9)
      .number({.form = tlv::TagId::Form::full, .vendor = 0xFFF1, .profile = 0, .number = 1}, 1)
      .close();
  fields(open_ended.open(tlv::Type::structure), 0, 9);
  wide.open(tlv::Type::structure).number(tlv::context(0), 0x10000).close();
  text_number.open(tlv::Type::structure).utf8(tlv::context(0), "1").close();
  tlv::Writer list, trailing, missing, signed_id;
  list.open(tlv::Type::list).close();
  fields(trailing.open(tlv::Type::structure), 0, 9).close().number({}, 1);
  fields(fields(missing.open(tlv::Type::structure), 0, 4), 9, 9).close();
  signed_id.open(tlv::Type::structure).signed_number(tlv::context(0), 1).close();
  const struct {
    const char* what;
    Bytes file;
    const char* words;
    size_t offset;
  } rows[] = {
      {"empty", {}, "fixed part: expected 16 bytes, found 0", 0},
      {"another file", Bytes(100, 0x41), "file identifier: expected 0x1BEEF11E, found 0x41414141",
       0},
      {"cut in the fixed part", to_bytes(View(good).first(15)),
       "fixed part: expected 16 bytes, found 15", 15},
      {"cut in the header", to_bytes(View(good).first(40)), "header: expected 91 bytes, found 24",
       40},
      {"header too long", changed(13, 0x05), "header size: expected at most 1024, found 1371", 12},
      {"huge header size", around({}, 0xFFFFFFFF),
       "header size: expected at most 1024, found 4294967295", 12},
      {"no header", around({}), "header: TLV: expected an element, found the end of the input", 16},
      {"a list", around(list.bytes()),
       "header: expected an anonymous structure, found list with tag anonymous", 16},
      {"order", around(swapped.bytes()), "header: expected VendorID (0), found ProductID (1)", 17},
      {"twice", around(twice.bytes()),
       "header: expected ImageDigest (9), found ImageDigestType (8)", 46},
      {"after the last", around(late.bytes()),
       "header: expected the end of the structure, found MinApplicableSoftwareVersion (5)", 81},
      {"missing", around(missing.bytes()),
       "header: expected ImageDigestType (8), found ImageDigest (9)", 33},
      {"without a tag", around(anonymous.bytes()),
       "header: TLV: member of a structure: expected a tag, found none", 17},
      {"a vendor's tag", around(profile.bytes()),
       "header: expected a context tag, found 0xFFF1/0x0000/1", 81},
      {"no end", around(open_ended.bytes()),
       "header: TLV: expected an element, found the end of the input", 81},
      {"vendor of 17 bits", around(wide.bytes()),
       "VendorID (0): expected at most 65535, found 65536", 17},
      {"vendor as text", around(text_number.bytes()),
       "VendorID (0): expected unsigned integer, found UTF-8 string", 17},
      {"vendor signed", around(signed_id.bytes()),
       "VendorID (0): expected unsigned integer, found signed integer", 17},
      {"more after the structure", around(trailing.bytes()),
       "header: expected the end of its 68 bytes, found 2 more", 82},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const auto header = parse_ota_header(row.file);
    REQUIRE(!header);
    CHECK(header.error().what == row.words);
    CHECK(header.error().offset.value_or(9999) == row.offset);
    // The stream says the same, and its digests are there all the same.
    const OtaImage image = in_pieces(row.file, 7);
    CHECK(!image.header);
    CHECK(image.problem == row.words);
    CHECK(image.sha256 == sha256(row.file));
  }
}

TEST_CASE("ota image: fields of a later format are passed over") {
  tlv::Writer w;
  fields(w.open(tlv::Type::structure), 0, 9)
      .number(tlv::context(10), 1)
      .open(tlv::Type::structure, tlv::context(12))
      .utf8(tlv::context(0), "x")
      .close()
      .close();
  const auto header = parse_ota_header(around(w.bytes()));
  REQUIRE(header);
  CHECK(header->unknown_tags == std::vector<uint32_t>{10, 12});
}

TEST_CASE("ota image: the pieces in which it comes make no difference") {
  OtaParts parts = with_everything();
  for (const size_t payload : {size_t{0}, size_t{1}, size_t{900}, size_t{3000}}) {
    parts.payload = Bytes(payload, 0x33);
    parts.trailing = Bytes(payload == 900 ? 5 : 0, 0x44);
    const Bytes file = parts.bytes();
    const OtaImage whole = scan_ota_image(file);
    REQUIRE(whole.header);
    CHECK(whole.size == file.size());
    CHECK(whole.payload_digest == whole.header->digest);
    CHECK(whole.sha256 == sha256(file));
    CHECK(whole.digests.size() == 6);
    for (const OtaDigest& digest : whole.digests)
      CHECK(digest.value == digest_of(digest.type, file));
    for (const size_t piece : {1u, 15u, 16u, 17u, 1039u, 1040u, 1041u, 2000u}) {
      CAPTURE(piece);
      const OtaImage cut = in_pieces(file, piece);
      CHECK(cut.header == whole.header);
      CHECK(cut.digests == whole.digests);
      CHECK(cut.payload_digest == whole.payload_digest);
      CHECK(cut.size == whole.size);
    }
  }
}

TEST_CASE("ota image: digests of every type") {
  for (uint32_t type = 0; type <= 13; ++type) {
    CAPTURE(type);
    OtaParts parts;
    parts.header.digest_type = type;
    const OtaImage image = scan_ota_image(parts.bytes(), [](const OtaHeader&) {
      return std::vector<uint32_t>{8, 9, 1};
    });
    REQUIRE(image.header);
    const bool made = type != 0 && type != 9 &&
                      type != 13;  // sha3-224 has too few bits for the ledger, which asks for none
    CHECK(image.payload_digest.has_value() == made);
    if (made) CHECK(*image.payload_digest == image.header->digest);
    CHECK(image.digests.size() == 2);  // SHA-256 always, and what is known of what was asked for
    CHECK(image.digest(8) != nullptr);
    CHECK(image.digest(9) == nullptr);
  }
  CHECK(std::string(ota_digest_name(2)) == "sha-256-128");
  CHECK(std::string(ota_digest_name(13)) == "unknown");
}

TEST_CASE("ota image: the payload's digest is over what came of it") {
  OtaParts parts;
  const Bytes file = parts.bytes();
  const OtaImage cut = scan_ota_image(View(file).first(file.size() - 1000));
  CHECK(cut.payload_digest == digest_of(1, View(parts.payload).first(2000)));
  parts.unseal().header.payload_size = ~uint64_t{0};
  CHECK(scan_ota_image(parts.bytes()).payload_digest == digest_of(1, parts.payload));
}
