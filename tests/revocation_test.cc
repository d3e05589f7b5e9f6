// Revocation lists as evidence: believed as far as their signature, dates and issuer go, and never more.

#include "verifier/revocation.h"

#include "tests/support.h"

using namespace attest;
using namespace attest::test;

TEST_CASE("a revocation list that is not one says why, and answers nothing") {
  CrlEvidence list = read_crl(Bytes{0x30, 0x00}, {.path = "x.crl", .offset = {}, .item = {}});
  judge_crl(list, {}, {}, Instant{}, openssl_engine());
  CHECK(list.list == nullptr);
  CHECK_FALSE(list.problem.empty());
  CHECK(list.of == ListOf::nobody);
}

TEST_CASE("the SDK's revocation list is used in force, by its issuer, and not otherwise") {
  if (!have_shared("captures/bad-dac-revoked")) return;
  const auto folder = shared() / "captures/bad-dac-revoked";
  const auto pai = parse_certificate(slurp(folder / "pai.der")).value(), dac = parse_certificate(slurp(folder / "dac.der")).value(),
             paa = parse_certificate(slurp(folder / "paa.der")).value();
  const Place place{.path = "crl.der", .offset = {}, .item = {}};
  Bytes der = slurp(folder / "crl.der");
  const ListIssuer of_pai = list_issuer(*pai), of_paa = list_issuer(*paa_from(paa, Origin::given, "paa"));
  const Instant now = *parse_rfc3339("2026-11-20T22:00:00Z");
  const auto judged = [&](const Bytes& bytes, std::vector<ListIssuer> by, Instant at) {
    CrlEvidence list = read_crl(bytes, place);
    judge_crl(list, by, {}, at, openssl_engine());
    return list;
  };

  const CrlEvidence good[] = {judged(der, {of_pai, of_paa}, now)};
  CHECK(good[0].problem == "");
  CHECK(good[0].gap == "");
  CHECK(good[0].of == ListOf::pai);
  CHECK(revocation_of(*dac, ListOf::pai, good, {}).answer == RevocationState::Answer::revoked);
  CHECK(revocation_of(*pai, ListOf::paa, good, {}).answer == RevocationState::Answer::no_list);   // the list is the PAI's, not the PAA's

  const struct {
    const char* what;
    Instant at;
    ListIssuer by;
    bool flip;
    const char* problem;
  } rows[] = {
      {"before thisUpdate", *parse_rfc3339("2020-01-01T00:00:00Z"), of_pai, false, "it is not in force before 2024-12-16T11:16:06Z"},
      {"after nextUpdate", *parse_rfc3339("2125-01-01T00:00:00Z"), of_pai, false, "it is stale: a newer one was due 2124-12-17T11:16:06Z"},
      {"another issuer", now, of_paa, false, "it is of another issuer (CN=Matter Dev PAI 0xFFF1 no PID, VID=FFF1)"},
      {"changed", now, of_pai, true, "its signature does not verify with its issuer's key"},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.what));
    Bytes bytes = der;
    if (row.flip) bytes[*find(bytes, dac->serial) + 7] ^= 1;   // the last octet of the serial that is revoked
    const CrlEvidence list[] = {judged(bytes, {row.by}, row.at)};
    CHECK(list[0].problem == row.problem);
    CHECK(revocation_of(*dac, ListOf::pai, list, {}).answer != RevocationState::Answer::not_revoked);
    CHECK(revocation_of(*dac, ListOf::pai, list, {}).answer != RevocationState::Answer::revoked);
  }
}
