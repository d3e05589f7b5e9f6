#include "verifier/matter/nocsr_elements.h"

#include <fmt/format.h>

#include "tests/support/support.h"
#include "verifier/matter/tlv.h"

using namespace attest;
using namespace attest::test;

namespace {

const Bytes kCsr = {0x30, 0x00}, kNonce(32, 0x4E);

tlv::Writer begun() {
  tlv::Writer out;
  out.open(tlv::Type::structure).octets(tlv::context(1), kCsr).octets(tlv::context(2), kNonce);
  return out;
}

}  // namespace

TEST_CASE("NOCSR elements: request, nonce, and the vendor's fields where they are there") {
  const Bytes two = begun().close().bytes();
  const auto bare = parse_nocsr_elements(two);
  REQUIRE(bare);
  CHECK(equal(bare->csr, kCsr));
  CHECK(equal(bare->nonce, kNonce));
  for (const auto& field : bare->vendor_reserved) CHECK_FALSE(field);

  const Bytes bytes =
      begun().octets(tlv::context(3), Bytes{1}).octets(tlv::context(5), Bytes{}).close().bytes();
  const auto full = parse_nocsr_elements(bytes);
  REQUIRE(full);
  CHECK(equal(full->vendor_reserved[0].value(), Bytes{1}));
  CHECK_FALSE(full->vendor_reserved[1]);
  CHECK(full->vendor_reserved[2].value().empty());
}

TEST_CASE("NOCSR elements: what is written otherwise is refused by name") {
  const auto with = [](auto&& change) {
    tlv::Writer out = begun();
    change(out);
    return out.close().bytes();
  };
  Bytes open = begun().close().bytes(), trailing = open;
  open.pop_back();
  trailing.push_back(0x18);
  const struct {
    const char* name;
    Bytes bytes;
    std::string what;
  } rows[] = {
      {"nothing", {}, "NOCSR elements: "},
      {"a list", tlv::Writer().open(tlv::Type::list).close().bytes(),
       "NOCSR elements: expected an anonymous structure, found list"},
      {"a tag", tlv::Writer().open(tlv::Type::structure, tlv::context(1)).close().bytes(),
       "NOCSR elements: expected an anonymous structure, found structure with tag context 1"},
      {"empty", tlv::Writer().open(tlv::Type::structure).close().bytes(),
       "NOCSR elements: expected NOCSR (1), found the end of the structure"},
      {"no nonce",
       tlv::Writer()
           .open(tlv::Type::structure)
           .octets(tlv::context(1), kCsr)
           .octets(tlv::context(3), kCsr)
           .close()
           .bytes(),
       "NOCSR elements: expected CSRNonce (2), found vendor_reserved1 (3)"},
      {"out of order",
       with([](tlv::Writer& w) { w.octets(tlv::context(4), kCsr).octets(tlv::context(3), kCsr); }),
       "NOCSR elements: expected a tag above 4, found vendor_reserved1 (3)"},
      {"twice",
       with([](tlv::Writer& w) { w.octets(tlv::context(3), kCsr).octets(tlv::context(3), kCsr); }),
       "NOCSR elements: expected a tag above 3, found vendor_reserved1 (3)"},
      {"another field", with([](tlv::Writer& w) { w.octets(tlv::context(6), kCsr); }),
       "NOCSR elements: expected no tag but those from 1 to 5, found context 6"},
      {"a vendor's tag", with([](tlv::Writer& w) {
         w.octets({.form = tlv::TagId::Form::full, .vendor = 1, .profile = 2, .number = 3}, kCsr);
       }),
       "NOCSR elements: expected no tag but those from 1 to 5, found 0x0001/0x0002/3"},
      {"a number", with([](tlv::Writer& w) { w.number(tlv::context(3), 7); }),
       "NOCSR elements: vendor_reserved1 (3): expected octet string, found unsigned integer"},
      {"no end", open,
       "NOCSR elements: expected an end-of-container octet (0x18), found the end of "
       "the bytes"},
      {"bytes behind it", trailing,
       "NOCSR elements: expected nothing behind the structure, found 1 byte"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto got = parse_nocsr_elements(row.bytes);
    REQUIRE_FALSE(got);
    CHECK_MESSAGE(got.error().what.starts_with(row.what), got.error().what);
  }
}
