// Revocation lists as evidence: believed as far as their signature, dates and issuer go, and never
// more.

#include "verifier/gather/revocation.h"

#include <functional>

#include "tests/support/revocation_world.h"

using namespace attest;
using namespace attest::test;

namespace {

using Answer = RevocationState::Answer;
using World = RevocationWorld;

const char* answer_name(Answer answer) {
  constexpr const char* kNames[] = {"no list", "not revoked", "revoked", "unknown"};
  return kNames[static_cast<size_t>(answer)];
}

// The DAC's answer from points and lists of the evidence that were judged.
std::string answer_for(const World& world, std::vector<CrlEvidence> points,
                       std::vector<CrlEvidence> evidence = {}) {
  const auto state = revocation_of(*world.dac, ListOf::pai, evidence, points);
  return answer_name(state.answer) + (state.why.empty() ? "" : ": " + state.why);
}

CrlEvidence from_evidence(const World& world, const CrlParts& list,
                          std::vector<CertificatePtr> signers = {}, const char* path = "x.crl") {
  CrlEvidence out = read_crl(list.der(), {.path = path, .offset = {}, .item = {}});
  const ListIssuer issuers[] = {world.of_pai(), world.of_paa()};
  judge_crl(out, issuers, signers, world.at, openssl_engine());
  return out;
}

Bytes dacs_serial() {
  return tlv(der::kSequence, join({entry(7), entry(5, reason(1))}));
}  // the DAC's is 5

}  // namespace

TEST_CASE("a revocation list that is not one says why, and answers nothing") {
  CrlEvidence list = read_crl(Bytes{0x30, 0x00}, {.path = "x.crl", .offset = {}, .item = {}});
  judge_crl(list, {}, {}, Instant{}, openssl_engine());
  CHECK(list.list == nullptr);
  CHECK_FALSE(list.problem.empty());
  CHECK(list.of == ListOf::nobody);
}

TEST_CASE(
    "revocation: a list that cannot be read leaves the question open, where no other answers it") {
  const World world;
  const CrlEvidence broken =
      read_crl(Bytes{0x30, 0x00}, {.path = "x.crl", .offset = {}, .item = {}});
  CHECK(answer_for(world, {}, {broken}) == "unknown: x.crl: " + broken.problem);
  CHECK(answer_for(world, {}, {broken, from_evidence(world, World::list(), {}, "y.crl")}) ==
        "not revoked");
}

TEST_CASE("revocation: another issuer of the same name is told by its key") {
  const World world;
  CrlParts list = World::list();
  list.extensions[0] = extension("2.5.29.35", sequence({tlv(0x80, Bytes(20, 0x99))}));
  CHECK(from_evidence(world, list).problem ==
        "its authority key id is "
        "99:99:99:99:99:99:99:99:99:99:99:99:99:99:99:99:99:99:99:99, expected that of its signer, "
        "0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B");
  list.signer = 0x99;
  CHECK(from_evidence(world, list).problem ==
        "it is of another issuer of the same name (CN=PAI, VID=FFF1), with the key id "
        "99:99:99:99:99:99:99:99:99:99:99:99:99:99:99:99:99:99:99:99");
}

TEST_CASE("the SDK's revocation list is used in force, by its issuer, and not otherwise") {
  if (!have_shared("captures/bad-dac-revoked")) return;
  const auto folder = shared() / "captures/bad-dac-revoked";
  const auto pai = parse_certificate(slurp(folder / "pai.der")).value(),
             dac = parse_certificate(slurp(folder / "dac.der")).value(),
             paa = parse_certificate(slurp(folder / "paa.der")).value();
  const Place place{.path = "crl.der", .offset = {}, .item = {}};
  Bytes der = slurp(folder / "crl.der");
  const Paa anchor = *paa_from(paa, Origin::given, "paa");
  const ListIssuer of_pai = list_issuer(*pai), of_paa = list_issuer(anchor);
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
  CHECK(revocation_of(*pai, ListOf::paa, good, {}).answer ==
        RevocationState::Answer::no_list);  // the list is the PAI's, not the PAA's

  const struct {
    const char* what;
    Instant at;
    ListIssuer by;
    bool flip;
    const char* problem;
  } rows[] = {
      {"before thisUpdate", *parse_rfc3339("2020-01-01T00:00:00Z"), of_pai, false,
       "it is not in force before 2024-12-16T11:16:06Z"},
      {"after nextUpdate", *parse_rfc3339("2125-01-01T00:00:00Z"), of_pai, false,
       "it is stale: a newer one was due 2124-12-17T11:16:06Z"},
      {"another issuer", now, of_paa, false,
       "it is of another issuer (CN=Matter Dev PAI 0xFFF1 no PID, VID=FFF1)"},
      {"changed", now, of_pai, true, "its signature does not verify with its issuer's key"},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.what));
    Bytes bytes = der;
    if (row.flip)
      bytes[*find(bytes, dac->serial) + 7] ^= 1;  // the last octet of the serial that is revoked
    const CrlEvidence list[] = {judged(bytes, {row.by}, row.at)};
    CHECK(list[0].problem == row.problem);
    CHECK(revocation_of(*dac, ListOf::pai, list, {}).answer !=
          RevocationState::Answer::not_revoked);
    // An entry does not end with the list: signed by the PAI it holds, whenever it is read.
    CHECK((revocation_of(*dac, ListOf::pai, list, {}).answer == RevocationState::Answer::revoked) ==
          (row.by.of == ListOf::pai && !row.flip));
  }
}

TEST_CASE(
    "revocation: a point of the ledger is believed when its signer is the issuer or was delegated "
    "by it") {
  const World world;
  const auto delegate = [&](CertificateParts parts) { return parsed(parts)->der; };
  struct Given {
    RevocationPoint point;
    CrlParts list;
  };
  const struct {
    const char* what;
    bool paa;
    std::function<void(Given&)> change;
    std::string problem;
    bool foreign = false;
  } rows[] = {
      {"the PAI itself", false, [](Given&) {}, ""},
      {"the PAA itself", true, [](Given&) {}, ""},
      {"delegated by the PAI", false,
       [&](Given& g) {
         g.point.crl_signer = delegate(world.pai_delegate_parts);
         g.point.crl_signer_delegator = world.pai->der;
         g.list = World::list(World::kPaiDelegateKey, "PAI lists");
       },
       ""},
      {"delegated by the PAA", true,
       [&](Given& g) {
         g.point.crl_signer = delegate(world.paa_delegate_parts);
         g.list = World::list(World::kPaaDelegateKey, "PAA lists");
       },
       ""},
      {"a foreign issuer id", false, [](Given& g) { g.point.issuer_subject_key_id = {}; },
       "the ledger's entry is for the issuer "
       "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00, expected "
       "0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B:0B",
       true},
      {"the PAA's signer for the PAI's list", false,
       [&](Given& g) {
         g.point.crl_signer = world.paa->der;
         g.list = World::list(World::kPaaKey, "PAA");
       },
       "its signer (CN=PAA, VID=FFF1) is neither the issuer (CN=PAI, VID=FFF1) nor delegated by it",
       true},
      {"delegated by the PAA for the PAI's list", false,
       [&](Given& g) { g.point.crl_signer = delegate(world.paa_delegate_parts); },
       "its signer (CN=PAA lists, VID=FFF1) is neither the issuer (CN=PAI, VID=FFF1) nor delegated "
       "by it",
       true},
      {"signed by another key than the PAI's", false,
       [&](Given& g) {
         auto p = world.pai_delegate_parts;
         p.signer = 99;
         g.point.crl_signer = delegate(p);
       },
       "its signer (CN=PAI lists, VID=FFF1) is neither the issuer (CN=PAI, VID=FFF1) nor delegated "
       "by it",
       true},
      {"another key of the PAI's name", false,
       [&](Given& g) {
         g.point.crl_signer = delegate(
             World::parts(99, World::name("PAI"), 99, World::name("PAI"), true, World::kAuthority));
       },
       "its signer (CN=PAI, VID=FFF1) is neither the issuer (CN=PAI, VID=FFF1) nor delegated by it",
       true},
      {"an authority as delegate", false,
       [&](Given& g) {
         g.point.crl_signer =
             delegate(World::parts(World::kPaiDelegateKey, World::name("PAI lists"), World::kPaiKey,
                                   World::name("PAI"), true, World::kAuthority));
       },
       "its signer (CN=PAI lists, VID=FFF1) is an authority itself, expected the issuer or a "
       "certificate for signing lists"},
      {"a DAC as delegate", false,
       [&](Given& g) {
         g.point.crl_signer = world.dac->der;
         g.point.pid = 0x8000;
       },
       "its signer (CN=DAC, VID=FFF1, PID=8000) may not sign lists (no cRLSign)"},
      {"a delegate past its time", false,
       [&](Given& g) {
         auto p = world.pai_delegate_parts;
         p.validity = sequence({utc("240101000000Z"), utc("250101000000Z")});
         g.point.crl_signer = delegate(p);
         g.list = World::list(World::kPaiDelegateKey, "PAI lists");
       },
       "its signer's certificate is not in force (from 2024-01-01T00:00:00Z to "
       "2025-01-01T00:00:00Z)"},
      {"another delegator", false,
       [&](Given& g) {
         g.point.crl_signer = delegate(world.pai_delegate_parts);
         g.point.crl_signer_delegator = world.paa->der;
       },
       "the ledger's delegator (CN=PAA, VID=FFF1) is not the issuer (CN=PAI, VID=FFF1)", true},
      {"a delegator that is none", false,
       [](Given& g) { g.point.crl_signer_delegator = raw("3000"); },
       "the ledger's delegator is not a certificate: ", true},
      // Of its own vendor the question stays open; of another it is no matter who signs.
      {"a signer that is none", false, [](Given& g) { g.point.crl_signer.clear(); },
       "the ledger's signer is not a certificate: ", false},
      {"another vendor's signer that is none", false,
       [](Given& g) {
         g.point.crl_signer.clear();
         g.point.vid = 0xFFF2;
       },
       "the ledger's signer is not a certificate: ", true},
      {"another vendor", false, [](Given& g) { g.point.vid = 0xFFF2; },
       "the ledger's entry is of vendor 0xFFF2, its signer of 0xFFF1", true},
      {"a product for a PAI of none", false, [](Given& g) { g.point.pid = 0x8000; },
       "the ledger's entry is for product 0x8000, its signer for 0x0000", true},
      {"a PAI's entry for a PAA", true,
       [](Given& g) {
         g.point.is_paa = false;
         g.point.issuer_subject_key_id = *key_id(World::key_id_of(World::kPaaKey));
       },
       "the ledger's entry is for the issuer "
       "0A:0A:0A:0A:0A:0A:0A:0A:0A:0A:0A:0A:0A:0A:0A:0A:0A:0A:0A:0A, expected 0B",
       true},
      {"another revocation type", false, [](Given& g) { g.point.revocation_type = 2; },
       "the ledger's entry has revocation type 2, expected 1 (a CRL)"},
      {"a list of the PAA at the PAI's point", false,
       [](Given& g) { g.list = World::list(World::kPaaKey, "PAA"); },
       "it is issued by CN=PAA, VID=FFF1, expected CN=PAI, VID=FFF1"},
      {"a list signed by another key", false, [](Given& g) { g.list.signer = 99; },
       "its signature does not verify with its issuer's key"},
      {"a delegate's list signed by the PAI", false,
       [&](Given& g) {
         g.point.crl_signer = delegate(world.pai_delegate_parts);
         g.list.issuer = World::name("PAI lists");
         g.list.extensions[0] = extension(
             "2.5.29.35", sequence({tlv(0x80, World::key_id_of(World::kPaiDelegateKey))}));
       },
       "its signature does not verify with its signer's key"},
      {"another authority key id", false,
       [](Given& g) {
         g.list.extensions[0] = extension("2.5.29.35", sequence({tlv(0x80, Bytes(20, 1))}));
       },
       "its authority key id is 01:01:01:01:01:01:01:01:01:01:01:01:01:01:01:01:01:01:01:01, "
       "expected that of its signer, 0B"},
      {"expired", false,
       [](Given& g) {
         g.list.times = join({utc("250101000000Z"), utc("260601000000Z")});
       },
       "it is stale: a newer one was due 2026-06-01T00:00:00Z"},
      {"without nextUpdate", false, [](Given& g) { g.list.times = utc("250101000000Z"); },
       "it does not say until when it holds (no nextUpdate)"},
      {"of tomorrow", false,
       [](Given& g) {
         g.list.times = join({utc("260602000000Z"), utc("270601000000Z")});
       },
       "it is not in force before 2026-06-02T00:00:00Z"},
      {"an unknown critical extension", false,
       [](Given& g) { g.list.extensions.push_back(extension("1.2.3.4", {}, true)); },
       "it has a critical extension that is not understood (1.2.3.4)"},
      {"a delta list", false,
       [](Given& g) { g.list.extensions.push_back(extension("2.5.29.27", integer(1), true)); },
       "it has a critical extension that is not understood (2.5.29.27)"},
      {"an unknown critical extension of an entry", false,
       [](Given& g) {
         g.list.entries = tlv(der::kSequence, entry(7, extension("1.2.3.5", {}, true)));
       },
       "it has a critical extension that is not understood (1.2.3.5)"},
      {"the distribution point of this address", false,
       [](Given& g) { g.list.extensions.push_back(World::distribution_point(g.point.data_url)); },
       ""},
      {"the distribution point of another address", false,
       [](Given& g) {
         g.list.extensions.push_back(World::distribution_point("https://lists.example/2.crl"));
       },
       "it is the list of https://lists.example/2.crl, not of this address (issuing distribution "
       "point)"},
      {"of authorities only, for DACs", false,
       [](Given& g) {
         g.list.extensions.push_back(
             World::distribution_point(g.point.data_url, tlv(0x82, raw("ff"))));
       },
       "it covers another kind of certificates (issuing distribution point)"},
      {"of authorities only, for PAIs", true,
       [](Given& g) {
         g.list.extensions.push_back(
             World::distribution_point(g.point.data_url, tlv(0x82, raw("ff"))));
       },
       ""},
      {"of others only, for PAIs", true,
       [](Given& g) {
         g.list.extensions.push_back(
             World::distribution_point(g.point.data_url, tlv(0x81, raw("ff"))));
       },
       "it covers another kind of certificates (issuing distribution point)"},
      {"of version 1", false, [](Given& g) { g.list.version = {}; },
       "its version is 1, expected 2"},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.what));
    Given given{.point = row.paa ? world.point_of_paa() : world.point_of_pai(),
                .list = row.paa ? World::list(World::kPaaKey, "PAA") : World::list()};
    row.change(given);
    const CrlEvidence got = world.judge(given.point, given.list);
    CHECK_MESSAGE(
        (row.problem.empty() ? got.problem.empty() : got.problem.starts_with(row.problem)),
        got.problem);
    CHECK(got.foreign == row.foreign);
    CHECK((got.gap == "") == (std::string_view(row.what) != "a delta list"));
    // Its address is not even asked.
    const bool unfit = row.problem.starts_with("its signer (") || given.point.crl_signer.empty();
    const bool signed_by_issuer = !unfit && !row.foreign && !row.problem.starts_with("its sign") &&
                                  !row.problem.starts_with("it is issued by") &&
                                  given.point.revocation_type == 1;
    CHECK(got.authentic == signed_by_issuer);
    CHECK((got.list == nullptr) == (row.foreign || unfit || given.point.revocation_type != 1));
    if (row.paa) continue;
    // Whatever is wrong with it, it clears nobody; and what its issuer signed revokes.
    CHECK_MESSAGE(
        answer_for(world, {got}) ==
            (row.problem.empty() ? "not revoked"
                                 : "unknown: https://lists.example/pai.crl: " + got.problem),
        answer_for(world, {got}));
    given.list.entries = tlv(
        der::kSequence, join({to_bytes(*der::peel(given.list.entries, der::kSequence)), entry(5)}));
    CHECK(answer_for(world, {world.judge(given.point, given.list)})
              .starts_with(signed_by_issuer ? "revoked" : "unknown"));
  }
}

TEST_CASE("revocation: a PAA without a vendor in its name has the one that the ledger gives it") {
  const World world;
  RevocationPoint point = world.point_of_paa();
  const auto nameless = parsed(World::parts(World::kPaaKey, sequence({cn("PAA")}), World::kPaaKey,
                                            sequence({cn("PAA")}), true, World::kAuthority));
  const Paa paa = *paa_from(nameless, Origin::given, "paa");
  point.crl_signer = nameless->der;
  const auto problem = [&](std::optional<uint16_t> assigned) {
    return judge_point(
               point, [] { return Fact<RevokedListPtr>(Unknown{"not asked"}); },
               list_issuer(paa, assigned), false, world.at, openssl_engine())
        .problem;
  };
  CHECK(problem({}) == "not asked");
  CHECK(problem(0xFFF1) == "not asked");
  CHECK(problem(0xFFF2) == "the ledger's entry is of vendor 0xFFF1, its issuer of 0xFFF2");
}

TEST_CASE("revocation: several points are partitions: any revokes, all are needed to clear") {
  const World world;
  RevocationPoint one = world.point_of_pai(), two = one;
  two.data_url = "https://lists.example/2.crl";
  const auto part = [&](const RevocationPoint& point, bool revokes) {
    CrlParts list = World::list();
    list.extensions.push_back(World::distribution_point(point.data_url));
    if (revokes) list.entries = dacs_serial();
    return world.judge(point, list, true);
  };
  const auto unreachable = judge_point(
      two, [] { return Fact<RevokedListPtr>(Unknown{"it could not be fetched: timed out"}); },
      world.of_pai(), true, world.at, openssl_engine());
  CHECK(answer_for(world, {part(one, false), part(two, false)}) == "not revoked");
  CHECK(answer_for(world, {part(one, false), part(two, true)}) == "revoked");
  CHECK(answer_for(world, {part(one, true), part(two, false)}) == "revoked");
  CHECK(answer_for(world, {part(one, true), unreachable}) == "revoked");
  CHECK(answer_for(world, {part(one, false), unreachable}) ==
        "unknown: https://lists.example/2.crl: it could not be fetched: timed out");
  CHECK(answer_for(world, {unreachable, part(one, false)}) ==
        "unknown: https://lists.example/2.crl: it could not be fetched: timed out");
  // One that does not say which partition it is can revoke and not clear: it may have been put in
  // another's place.
  CHECK(answer_for(world, {part(one, false), world.judge(two, World::list(), true)}) ==
        "unknown: https://lists.example/2.crl: it does not say which of its issuer's several lists "
        "it is (no issuing distribution point)");
  CrlParts revoking = World::list();
  revoking.entries = dacs_serial();
  CHECK(answer_for(world, {part(one, false), world.judge(two, revoking, true)}) == "revoked");
  // A foreign entry beside the issuer's own is not the issuer's word; alone it leaves the question
  // open.
  RevocationPoint foreign = two;
  foreign.vid = 0xFFF2;
  CHECK(answer_for(world, {part(one, false), world.judge(foreign, revoking)}) == "not revoked");
  CHECK(answer_for(world, {world.judge(foreign, World::list())}) ==
        "unknown: https://lists.example/2.crl: the ledger's entry is of vendor 0xFFF2, its signer "
        "of 0xFFF1");
  // A list of the evidence stands for a partition when it names its address.
  CrlParts second = World::list();
  second.extensions.push_back(World::distribution_point(two.data_url));
  CHECK(answer_for(world, {part(one, false), unreachable}, {from_evidence(world, second)}) ==
        "not revoked");
  CHECK(answer_for(world, {part(one, false), unreachable}, {from_evidence(world, World::list())})
            .starts_with("unknown"));
}

TEST_CASE("revocation: a list without number or authority key id revokes, and clears nobody") {
  const World world;
  for (const size_t left_out : {0u, 1u}) {
    CrlParts list = World::list();
    list.extensions.erase(list.extensions.begin() + static_cast<std::ptrdiff_t>(left_out));
    const std::string why =
        left_out == 1
            ? "it has no CRL number: an older list in its place would not be noticed"
            : "it has no authority key id: it does not say which key of its issuer it is of";
    CHECK(answer_for(world, {world.judge(world.point_of_pai(), list)}) ==
          "unknown: https://lists.example/pai.crl: " + why);
    CHECK(answer_for(world, {}, {from_evidence(world, list)}) == "unknown: x.crl: " + why);
    list.entries = dacs_serial();
    CHECK(answer_for(world, {world.judge(world.point_of_pai(), list)}) == "revoked");
  }
}

TEST_CASE("revocation: lists of the evidence go by the same rules, without a ledger too") {
  const World world;
  CrlParts revoking = World::list();
  revoking.entries = dacs_serial();
  CHECK(answer_for(world, {}) == "no list");
  CHECK(answer_for(world, {}, {from_evidence(world, World::list())}) == "not revoked");
  CHECK(answer_for(world, {}, {from_evidence(world, revoking)}) == "revoked");
  CHECK(answer_for(world, {}, {from_evidence(world, World::list(World::kPaaKey, "PAA"))}) ==
        "no list");  // the PAA's covers PAIs
  // A serial with a leading zero is the same serial.
  CrlParts zero = World::list();
  zero.entries =
      tlv(der::kSequence, sequence({tlv(der::kInteger, raw("05")), utc("250601000000Z")}));
  CHECK(answer_for(world, {}, {from_evidence(world, zero)}) == "revoked");
  CrlParts removed = World::list();
  removed.entries = tlv(der::kSequence, entry(5, reason(8)));
  CHECK(answer_for(world, {}, {from_evidence(world, removed)})
            .starts_with("revoked"));  // a complete list takes nothing back
  // No newer list takes a revocation back: whom the issuer once revoked stays so.
  const auto newer = World::list(World::kPaiKey, "PAI", 3);
  CHECK(answer_for(world, {}, {from_evidence(world, revoking), from_evidence(world, newer)}) ==
        "revoked");
  CHECK(answer_for(world, {}, {from_evidence(world, newer), from_evidence(world, revoking)}) ==
        "revoked");
  CHECK(answer_for(world, {world.judge(world.point_of_pai(), newer)},
                   {from_evidence(world, revoking)}) == "revoked");
  // Whoever was only put on hold is let go by it, as by the newer one at the issuer's point; beside
  // no newer list he is held.
  CrlParts held = World::list();
  held.entries = tlv(der::kSequence, entry(5, reason(6)));
  CHECK(answer_for(world, {}, {from_evidence(world, held)}) == "revoked");
  CHECK(answer_for(world, {}, {from_evidence(world, held), from_evidence(world, newer)}) ==
        "not revoked");
  CHECK(answer_for(world, {world.judge(world.point_of_pai(), newer)},
                   {from_evidence(world, held)}) == "not revoked");
  // And that it lacks the entry is told of.
  const auto state = [&](std::vector<CrlEvidence> lists) {
    return revocation_of(*world.dac, ListOf::pai, lists, {});
  };
  const auto once =
      state({from_evidence(world, newer, {}, "new.crl"), from_evidence(world, revoking)}).replaced;
  REQUIRE(once);
  CHECK(once->place.path == "x.crl");
  CHECK(once->newer.path == "new.crl");
  CHECK(!state({from_evidence(world, revoking)}).replaced);
  // One that is named by a list that nothing replaced is told of once.
  CrlParts still = revoking;
  still.extensions[1] = extension("2.5.29.20", integer(9));
  CHECK(!state({from_evidence(world, revoking), from_evidence(world, still)}).replaced);
  CHECK(!state({from_evidence(world, newer), from_evidence(world, World::list())}).replaced);
  CHECK(!state({from_evidence(world, newer)}).replaced);
  CrlParts newest = revoking;
  newest.extensions[1] = extension("2.5.29.20", integer(4));
  CHECK(answer_for(world, {world.judge(world.point_of_pai(), newer)},
                   {from_evidence(world, newest)}) == "revoked");
  // It stands for the issuer's only point where that cannot be reached.
  const auto unreachable = judge_point(
      world.point_of_pai(), [] { return Fact<RevokedListPtr>(Unknown{"offline"}); }, world.of_pai(),
      false, world.at, openssl_engine());
  CHECK(answer_for(world, {unreachable}) == "unknown: https://lists.example/pai.crl: offline");
  CHECK(answer_for(world, {unreachable}, {from_evidence(world, World::list())}) == "not revoked");
  // A delegate's list needs its certificate, and the issuer's signature on that.
  CrlParts delegated = World::list(World::kPaiDelegateKey, "PAI lists");
  CHECK(from_evidence(world, delegated).problem ==
        "it is of another issuer (CN=PAI lists, VID=FFF1)");
  CHECK(from_evidence(world, delegated, {parsed(world.pai_delegate_parts)}).problem == "");
  CertificateParts forged = world.pai_delegate_parts;
  forged.signer = 99;
  CHECK(from_evidence(world, delegated, {parsed(forged)}).problem ==
        "its signer (CN=PAI lists, VID=FFF1) is neither the issuer (CN=PAI, VID=FFF1) nor "
        "delegated by it");
  CHECK(
      from_evidence(world, delegated, {parsed(forged), parsed(world.pai_delegate_parts)}).problem ==
      "");
  delegated.entries = dacs_serial();
  CHECK(answer_for(world, {},
                   {from_evidence(world, delegated, {parsed(world.pai_delegate_parts)})}) ==
        "revoked");
  CertificateParts of_product = world.pai_delegate_parts;
  of_product.subject = sequence({cn("PAI lists"), vid("FFF2")});
  CrlParts of_other = delegated;
  of_other.issuer = of_product.subject;
  CHECK(from_evidence(world, of_other, {parsed(of_product)}).problem ==
        "its signer is of vendor 0xFFF2, its issuer of 0xFFF1");
  // One of several partitions, and nothing says which certificates belong to it.
  CrlParts partition = World::list();
  partition.extensions.push_back(World::distribution_point("https://lists.example/2.crl"));
  CHECK(answer_for(world, {}, {from_evidence(world, partition)}) ==
        "unknown: x.crl: it is the list of https://lists.example/2.crl, and nothing says that this "
        "certificate belongs to it");
}

TEST_CASE(
    "revocation: an indirect list of a delegate speaks of the issuer unless its entries name "
    "others") {
  const World world;
  RevocationPoint point = world.point_of_pai();
  point.crl_signer = parsed(world.pai_delegate_parts)->der;
  const auto listed = [&](const Bytes& entries) {
    CrlParts list = World::list(World::kPaiDelegateKey, "PAI lists");
    list.entries = tlv(der::kSequence, entries);
    list.extensions.push_back(World::distribution_point(point.data_url, tlv(0x84, raw("ff"))));
    return answer_for(world, {world.judge(point, list)});
  };
  CHECK(listed(entry(5)) == "revoked");  // of the authority for which the list is published
  CHECK(listed(entry(5, certificate_issuer(World::name("PAI")))) == "revoked");
  CHECK(listed(join({entry(7, certificate_issuer(World::name("PAI"))), entry(5)})) == "revoked");
  CHECK(listed(join({entry(7, certificate_issuer(World::name("PAI"))),
                     entry(5, certificate_issuer(World::name("Other")))})) == "not revoked");
}
