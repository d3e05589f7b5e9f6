// The index of a revocation list answers what walking it would.
#include "verifier/pki/crl_index.h"

#include "tests/support/crl_writer.h"

using namespace attest;
using namespace attest::test;

namespace {

CrlPtr crl_of(const CrlParts& parts) {
  const auto crl = parse_crl(parts.der());
  REQUIRE_MESSAGE(crl, (crl ? "" : crl.error().what));
  return *crl;
}

Bytes serial_entry(const Bytes& serial, const Bytes& extensions = {}) {
  return sequence({tlv(der::kInteger, serial), utc("250601000000Z"),
                   extensions.empty() ? Bytes{} : tlv(der::kSequence, extensions)});
}

// Index and walk, asked the same.
bool same_answer(const RevokedList& indexed, const Crl& crl, View serial, const Name& issuer) {
  const auto by_index = indexed.find(serial, issuer);
  const auto by_walk = find_revoked(crl, serial, issuer);
  REQUIRE_MESSAGE(by_index, (by_index ? "" : by_index.error().what));
  if (by_index->has_value() != by_walk.has_value()) return false;
  return !by_walk ||
         ((*by_index)->date == by_walk->date && (*by_index)->reason == by_walk->reason &&
          (*by_index)->unsaid == by_walk->unsaid);
}

}  // namespace

TEST_CASE("crl index: every serial of lists of all sizes is found, and no other") {
  for (const unsigned count : {0u, 1u, 2u, 7u, 8u, 9u, 64u, 1000u, 5000u}) {
    CAPTURE(count);
    Bytes entries;
    for (unsigned i = 0; i < count; ++i) {
      const Bytes one = serial_entry({0x40, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)},
                                     i % 3 == 0 ? reason(static_cast<uint8_t>(i % 7)) : Bytes{});
      entries.insert(entries.end(), one.begin(), one.end());
    }
    CrlParts parts;
    parts.entries = count == 0 ? Bytes{} : tlv(der::kSequence, entries);
    const CrlPtr crl = crl_of(parts);
    const auto list = RevokedList::indexed(crl);
    size_t wrong = 0;
    for (unsigned i = 0; i < count + 50; ++i) {
      const Bytes serial{0x40, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)};
      const auto found = list.find(serial, crl->issuer);
      wrong += !found || found->has_value() != (i < count) ? 1 : 0;
      if (count <= 64 && !same_answer(list, *crl, serial, crl->issuer)) ++wrong;
    }
    CHECK(wrong == 0);
    CHECK(CrlIndex::build(*crl).size() == CrlIndex::size_for(count));
    CHECK_FALSE(CrlIndex::over(CrlIndex::build(*crl), count + 1));
  }
}

TEST_CASE(
    "crl index: leading zeros, repeated serials, removals and certificate issuers are as in a "
    "walk") {
  const Bytes a = sequence({cn("CA a")}), b = sequence({cn("CA b")});
  CertificateParts of_a, of_b;
  of_a.issuer = a;
  of_b.issuer = sequence({cn("ca  B")});
  const auto ca_a = parsed(of_a), ca_b = parsed(of_b), own = parsed(CertificateParts());
  for (const bool delta : {false, true}) {
    CAPTURE(delta);
    CrlParts parts;
    parts.entries =
        tlv(der::kSequence, join({serial_entry({0x00, 0x80}), serial_entry({0x05}, reason(8)),
                                  serial_entry({0x06}, reason(8)), serial_entry({0x06}, reason(1)),
                                  entry(1), entry(2, certificate_issuer(a)), entry(3),
                                  entry(4, join({certificate_issuer(b), reason(4)})), entry(1),
                                  entry(0x7F, certificate_issuer(a)), entry(1)}));
    parts.extensions.push_back(delta ? extension("2.5.29.27", integer(1), true)
                                     : extension("2.5.29.28", sequence({tlv(0x84, raw("ff"))})));
    const CrlPtr crl = crl_of(parts);
    const auto list = RevokedList::indexed(crl);
    for (const auto& certificate : {ca_a, ca_b, own}) {
      for (unsigned serial = 0; serial < 256; ++serial) {
        CAPTURE(serial);
        CHECK(same_answer(list, *crl, Bytes{static_cast<uint8_t>(serial)}, certificate->issuer));
        CHECK(same_answer(list, *crl, Bytes{0, 0, static_cast<uint8_t>(serial)},
                          certificate->issuer));
      }
      CHECK(same_answer(list, *crl, {}, certificate->issuer));
    }
    CHECK(list.find(raw("80"), own->issuer)->has_value() == true);
    // Removed from the list: what only a delta says.
    CHECK(list.find(raw("05"), own->issuer)->has_value() != delta);
    CHECK((*list.find(raw("000006"), own->issuer))->reason == (delta ? 1u : 8u));
  }
}

TEST_CASE("crl index: an index that does not fit its list is an error, and reads nothing beyond") {
  CrlParts parts;
  Bytes entries;
  for (uint8_t i = 1; i < 100; ++i) {
    const Bytes one = entry(i);
    entries.insert(entries.end(), one.begin(), one.end());
  }
  parts.entries = tlv(der::kSequence, entries);
  const CrlPtr crl = crl_of(parts);
  const Bytes good = CrlIndex::build(*crl);
  for (size_t at = 0; at < good.size(); ++at) {
    for (const unsigned flip : {0x01u, 0x80u, 0xFFu}) {
      Bytes bad = good;
      bad[at] = static_cast<uint8_t>(bad[at] ^ flip);
      const auto index = CrlIndex::over(bad, crl->entry_count);
      REQUIRE(index);
      for (const char* serial : {"01", "32", "63", "78"})
        (void)index->find(*crl, raw(serial), crl->issuer);
    }
  }
  // Asked before it reads, and a no is an error.
  const auto index = CrlIndex::over(good, crl->entry_count);
  for (size_t refuse = 0; refuse < 5; ++refuse) {
    size_t asked = 0;
    const auto found =
        index->find(*crl, raw("07"), crl->issuer, [&](View) { return asked++ != refuse; });
    REQUIRE_FALSE(found);
    CHECK(found.error().what == "the list or its index is damaged");
  }
  CHECK(index->find(*crl, raw("07"), crl->issuer, [](View) { return true; })->has_value());
  // Who expects many asks once for all that a search reads before it reads a record.
  std::vector<View> asked;
  const RevokedList list(crl, *index, Sha256{},
                         [&](View part) { return asked.push_back(part), true; });
  list.expect_many();
  REQUIRE(asked.size() == 1);
  const View front = asked.front();
  CHECK(front.data() == good.data());
  REQUIRE(list.find(raw("070707"), crl->issuer));  // not on the list
  for (size_t i = 1; i < 3; ++i)
    CHECK((asked[i].data() >= front.data() &&
           asked[i].data() + asked[i].size() <= front.data() + front.size()));
}

TEST_CASE("crl: a list is opened again without walking its entries") {
  CrlParts parts;
  parts.entries = tlv(der::kSequence, join({entry(1), entry(2, extension("1.2.4", {}, true))}));
  const Bytes der = parts.der();
  const CrlPtr crl = *parse_crl(der);
  const auto again =
      reopen_crl(crl->der, crl->owner,
                 {.entry_count = crl->entry_count, .unknown_critical = crl->unknown_critical});
  REQUIRE(again);
  CHECK((*again)->entry_count == 2);
  CHECK((*again)->unknown_critical == std::vector<std::string>{"1.2.4"});
  CHECK(equal((*again)->entries, crl->entries));
  CHECK((*again)->number == crl->number);
  CHECK((*again)->ecdsa == crl->ecdsa);
  CHECK(find_revoked(**again, raw("02"), crl->issuer));
  CHECK_FALSE(revoked_item_at(*crl, 0));
  CHECK_FALSE(revoked_item_at(*crl, der.size()));
  CHECK(equal(
      revoked_item_at(*crl, static_cast<size_t>(crl->entries.data() - crl->der.data()))->serial,
      raw("01")));
}
