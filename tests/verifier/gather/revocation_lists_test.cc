// Revocation lists by themselves: which is the newer of a series, and whose one is.

#include "tests/support/revocation_world.h"
#include "verifier/gather/revocation.h"

using namespace attest;
using namespace attest::test;

namespace {

using World = RevocationWorld;

}  // namespace

TEST_CASE("revocation: lists of one series are ordered by number, then by time") {
  const World world;
  const auto crl = [&](const CrlParts& parts) { return *parse_crl(parts.der()); };
  CrlParts longer = World::list(), later = World::list();
  longer.extensions[1] = extension("2.5.29.20", raw("020200ff"));
  later.times = join({utc("260102000000Z"), utc("270101000000Z")});
  const auto two = crl(World::list()), three = crl(World::list(World::kPaiKey, "PAI", 3)),
             of_255 = crl(longer), after = crl(later);
  CHECK(is_newer(*three, *two));
  CHECK_FALSE(is_newer(*two, *three));
  CHECK(is_newer(*of_255, *three));
  CHECK_FALSE(is_newer(*two, *two));
  CHECK(is_newer(*after, *two));
  CHECK(is_newer(*three, *after));  // the number counts first
  CHECK(same_series(*two, *three));
  CrlParts other = World::list();
  other.extensions.push_back(World::distribution_point("https://lists.example/2.crl"));
  CHECK_FALSE(same_series(*two, *crl(other)));
  CHECK_FALSE(same_series(*two, *crl(World::list(World::kPaaKey, "PAA"))));
}

TEST_CASE("revocation: a list is this issuer's by its signature, its key id or its name") {
  const World world;
  const auto judged = [&](const Bytes& der) {
    CrlEvidence list = read_crl(der, {.path = "x.crl", .offset = {}, .item = {}});
    REQUIRE(list.list != nullptr);
    const ListIssuer issuers[] = {world.of_pai(), world.of_paa()};
    judge_crl(list, issuers, {}, world.at, openssl_engine());
    return list;
  };
  CHECK_FALSE(judged(World::list().der()).altered);
  // Another authority of the same name, with a key and a key id of its own: no damage of ours.
  CrlParts namesake = World::list();
  namesake.signer = 77;
  namesake.extensions[0] = extension("2.5.29.35", sequence({tlv(0x80, Bytes(20, 0xB7))}));
  const CrlEvidence foreign = judged(namesake.der());
  CHECK_FALSE(foreign.altered);
  CHECK(foreign.of == ListOf::nobody);
  CHECK(foreign.problem.starts_with("it is of another issuer of the same name"));
  // It names our key, and our key did not sign it, whatever name it gives.
  for (const char* name : {"PAI", "PAJ"}) {
    CrlParts forged = World::list(World::kPaiKey, name);
    forged.signer = 77;
    CHECK(judged(forged.der()).altered);
    CHECK(judged(forged.der()).of == ListOf::pai);
  }
  // Each bit of it: damage, or it cannot be read.
  const Bytes whole = World::list().der();
  for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    CAPTURE(bit);
    Bytes flipped = whole;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ (1u << bit % 8));
    CrlEvidence list = read_crl(flipped, {.path = "x.crl", .offset = {}, .item = {}});
    if (list.list == nullptr) continue;
    const ListIssuer issuers[] = {world.of_pai(), world.of_paa()};
    judge_crl(list, issuers, {}, world.at, openssl_engine());
    CHECK(list.altered);
  }
}
