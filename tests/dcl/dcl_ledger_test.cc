// The Ledger that a verifier sees: found, absent and unknown, from a cache, a snapshot and a node.
#include "dcl/cached_ledger.h"
#include "dcl/snapshot.h"
#include "tests/support/dcl_support.h"
#include "verifier/pki/certificate.h"

using namespace attest;
using namespace attest::dcl;
using namespace attest::test;

namespace {

KeyId skid(const char* text) {
  return *key_id(*from_hex_lenient(text));
}

const KeyId kPaaFff1 = skid("6AFD22771F511FECBF1641976710DCDC31A1717E");
const KeyId kPaiFff1 = skid("AF42B7094DEBD515EC6ECF33B81115225F325288");
const KeyId kCsaCa = skid("97E469D0C50414C26FC701F77E947739098DF6A5");
const KeyId kCdSigner = skid("FE343F959947763B61EE4539131338494FE67D8E");
const KeyId kTwin = skid("17E9D5BCF719960D767F15CAFFD4F5A71AAB45B2");
const KeyId kSlash = skid("554A72E444414FB6ACE2AC2F9699BB6A8557C494");
const KeyId kRevokedPaa = skid("EB3715DAD0F2AC1C7B1EF848B697713D8B52D6CC");
const KeyId kNobody = skid("0011223344556677889900112233445566778899");

LedgerOptions options(const Folder& folder, Ledger4Test& ledger) {
  return {.network = ledger.network,
          .cache_folder = folder.path(),
          .ledger = "",
          .offline = false,
          .max_age = 86'400,
          .now = kNow,
          .engine = attest::openssl_engine(),
          .transport = [] { return make_curl_transport({.budget = hasty()}); },
          .progress = {}};
}

template <class T>
std::string kind(const Fact<T>& fact) {
  return std::holds_alternative<Unknown>(fact)  ? "unknown: " + std::get<Unknown>(fact).why
         : std::holds_alternative<Absent>(fact) ? "absent" + std::get<Absent>(fact).instead
                                                : "found";
}

// What must hold of the recorded ledger, wherever its facts come from.
void check_facts(CachedLedger& ledger, const std::string& source) {
  const auto paa = ledger.approved_paa(kPaaFff1);
  CAPTURE(kind(paa));
  REQUIRE(std::holds_alternative<Found<std::vector<LedgerCertificate>>>(paa));
  CHECK(std::get<Found<std::vector<LedgerCertificate>>>(paa).value.size() == 1);
  CHECK(std::get<Found<std::vector<LedgerCertificate>>>(paa).value[0].vid == 0xFFF1);
  CHECK(std::get<Found<std::vector<LedgerCertificate>>>(paa).from.source == source);
  CHECK(std::get<Found<std::vector<LedgerCertificate>>>(paa).from.height == 296);
  // One key under two subjects and in two certificates: all are given.
  CHECK(std::get<Found<std::vector<LedgerCertificate>>>(ledger.approved_paa(kTwin)).value.size() ==
        3);
  // A subject with '/' in its base64 cannot be asked for by path; here it is found.
  CHECK(kind(ledger.approved_paa(kSlash)) == "found");
  // The CSA's authority is an approved root and no PAA; its children sign declarations and are no
  // PAIs.
  CHECK(kind(ledger.approved_paa(kCsaCa)) == "absent");
  CHECK(kind(ledger.cd_signer(kCdSigner)) == "found");
  CHECK(kind(ledger.approved_pai(kCdSigner)) == "absent");
  CHECK(kind(ledger.cd_signer(kPaiFff1)) == "absent");
  CHECK(kind(ledger.cd_signer(kCsaCa)) == "absent");
  CHECK(kind(ledger.approved_pai(kPaiFff1)) == "found");
  CHECK(kind(ledger.approved_paa(kPaiFff1)) == "absent");
  CHECK(kind(ledger.approved_paa(kRevokedPaa)) == "absent");
  CHECK(kind(ledger.revoked_certificates(kRevokedPaa)) == "found");
  CHECK(kind(ledger.revoked_certificates(kPaaFff1)) == "absent");
  CHECK(kind(ledger.vendor(0xFFF1)) == "found");
  CHECK(kind(ledger.vendor(0xFFFA)) == "absent");
  CHECK(kind(ledger.model(0xFFF1, 0x8000)) == "found");
  CHECK(kind(ledger.model(0xFFF1, 0x7777)) == "absent");
  CHECK(kind(ledger.compliance(0xFFF1, 0x8000, 1)) == "found");
  CHECK(kind(ledger.compliance(0xFFF1, 0x8000, 99)) == "absent");
  // Certified although there is no model: an entry of its own.
  CHECK(kind(ledger.compliance(0xFFF2, 0xABCE, 7)) == "found");
  CHECK(kind(ledger.model(0xFFF2, 0xABCE)) == "absent");
  // Revoked after it was certified: there, with status 3; the certificate id covers it no more.
  const auto revoked = ledger.compliance(0xFFF1, 0x8001, 1);
  REQUIRE(kind(revoked) == "found");
  CHECK(std::get<Found<ComplianceInfo>>(revoked).value.status == 3);
  const auto coverage = ledger.coverage("ZIG20142ZB330001-24");
  REQUIRE(kind(coverage) == "found");
  CHECK(std::get<Found<CertificateCoverage>>(coverage).value.entries.size() == 2);
  CHECK(kind(ledger.coverage("CSA00000SWC99999-99")) == "absent");
  CHECK(kind(ledger.coverage("csa00000swc00000-00")) == "absent");  // ids are case-sensitive
  const auto points = ledger.revocation_points(kPaaFff1);
  REQUIRE(kind(points) == "found");
  CHECK(std::get<Found<std::vector<RevocationPoint>>>(points).value.size() == 3);
  CHECK(kind(ledger.revocation_points(kNobody)) == "absent");
}

}  // namespace

TEST_CASE("dcl: the ledger's facts are the same from cache, node and snapshot") {
  if (!have_shared("dcl")) return;
  const Folder folder;
  Ledger4Test server(recorded());
  auto wanted = options(folder, server);
  auto cached = CachedLedger::open(wanted);
  REQUIRE(cached);
  CHECK(server.server.asked().empty());  // nothing before the first question
  check_facts(**cached, "dclchain-local cache");
  CHECK(server.server.asked().size() == 11);
  const auto status = (*cached)->status();
  CHECK(status.chain_id == "dclchain-local");
  CHECK(status.height == 296);
  CHECK(status.synced_at == kNow);
  CHECK(status.trust == LedgerTrust::none);  // plain http
  // A software version is fetched when it is asked for, and kept; an absence too.
  CHECK(kind((*cached)->version(0xFFF1, 0x8000, 2)) == "found");
  CHECK(server.server.asked().size() == 12);
  // Of one that is absent, the list of those that there are, too.
  CHECK(kind((*cached)->version(0xFFF1, 0x8000, 99)) == "absent (known versions: 1, 2, 10)");
  CHECK(server.server.asked().size() == 14);
  CHECK(kind((*cached)->version(0xFFF1, 0x8000, 2)) == "found");
  CHECK(kind((*cached)->version(0xFFF1, 0x8000, 99)) == "absent (known versions: 1, 2, 10)");
  CHECK(server.server.asked().size() == 14);

  // Offline: what was read stands, what was not is unknown.
  wanted.offline = true;
  wanted.transport = {};
  auto offline = CachedLedger::open(wanted);
  REQUIRE(offline);
  check_facts(**offline, "dclchain-local cache");
  CHECK(kind((*offline)->version(0xFFF1, 0x8000, 2)) == "found");
  CHECK(kind((*offline)->version(0xFFF1, 0x8000, 99)) == "absent (known versions: 1, 2, 10)");
  CHECK(kind((*offline)->version(0xFFF1, 0x8000, 10)) ==
        "unknown: software version 10 of 0xFFF1/0x8000 is not in the dclchain-local cache, and "
        "nothing may be fetched offline: run matter-attest dcl sync --network main --chain-id "
        "dclchain-local --vid 0xFFF1 --pid 0x8000 first (known versions: 1, 2, 10)");

  // Another machine, from the snapshot alone.
  std::string ignored;
  auto cache =
      Cache::open(cache_path(folder.path(), "dclchain-local"), Cache::Open::existing, ignored);
  REQUIRE(cache);
  const std::string file = folder / "lab.json";
  std::ofstream(file, std::ios::binary) << write_snapshot(*snapshot_of(**cache));
  auto from_file = options(folder, server);
  from_file.cache_folder = "";
  from_file.ledger = file;
  auto snapshot = CachedLedger::open(from_file);
  REQUIRE_MESSAGE(snapshot.has_value(), (snapshot ? "" : snapshot.error().what));
  check_facts(**snapshot, "snapshot lab.json");
  CHECK((*snapshot)->status().trust == LedgerTrust::snapshot);
  CHECK((*snapshot)->status().synced_at == Instant{1795214749});  // as old as its block
  CHECK(kind((*snapshot)->version(0xFFF1, 0x8000, 99)) == "absent (known versions: 1, 2, 10)");
  CHECK(
      kind((*snapshot)->version(0xFFF1, 0x8000, 10)) ==
      "unknown: the snapshot lab.json does not hold software version 10 of 0xFFF1/0x8000: run "
      "matter-attest dcl sync --network main --chain-id dclchain-local --vid 0xFFF1 --pid 0x8000, "
      "then export it anew (known versions: 1, 2, 10)");
  from_file.network.chain_id = "main-net";
  CHECK(CachedLedger::open(from_file).error().what ==
        file +
            ": expected a snapshot of main-net, found one of dclchain-local; it is "
            "asked with --chain-id dclchain-local");

  // A node asked directly, without a cache.
  server.server.forget_asked();
  auto direct = options(folder, server);
  direct.cache_folder = "/nowhere";
  direct.ledger = server.server.url();
  auto node = CachedLedger::open(direct);
  REQUIRE(node);
  check_facts(**node, server.server.url());
  CHECK(server.server.asked().size() <= 20);
}

TEST_CASE("dcl: cached facts that are too old are refreshed, or used and said to be old") {
  const Folder folder;
  Ledger4Test server(small_ledger());
  auto wanted = options(folder, server);
  REQUIRE(kind((*CachedLedger::open(wanted))->vendor(0xFFF1)) == "found");
  CHECK(server.server.asked().size() == 11);
  wanted.now.seconds += 86'400;  // just not older than --max-age
  REQUIRE(kind((*CachedLedger::open(wanted))->vendor(0xFFF1)) == "found");
  CHECK(server.server.asked().size() == 11);
  wanted.now.seconds += 1;
  REQUIRE(kind((*CachedLedger::open(wanted))->vendor(0xFFF1)) == "found");
  CHECK(server.server.asked().size() == 22);
  // The node is gone: the old facts stand, with their date, and a note.
  server.server.stop();
  wanted.now.seconds += 90'000;
  auto old = CachedLedger::open(wanted);
  const auto vendor = (*old)->vendor(0xFFF1);
  REQUIRE(kind(vendor) == "found");
  CHECK(std::get<Found<VendorInfo>>(vendor).from.read_at.seconds == kNow.seconds + 86'401);
  REQUIRE((*old)->notes().size() == 1);
  CHECK((*old)->notes()[0].starts_with(
      "dclchain-local could not be refreshed: node: http://127.0.0.1:"));
  // Without a cache nothing is known, and every answer says why.
  const Folder empty;
  wanted.cache_folder = empty.path();
  const auto none = (*CachedLedger::open(wanted))->vendor(0xFFF1);
  CHECK(kind(none).starts_with("unknown: vendor FFF1: node: http://127.0.0.1:"));
}

TEST_CASE("dcl: unknown is never absent: a node that is not believed gives unknown facts") {
  for (const auto fault :
       {fixtures::Fault::other_chain, fixtures::Fault::stale, fixtures::Fault::html_404,
        fixtures::Fault::json_404, fixtures::Fault::wrong_record, fixtures::Fault::other_height}) {
    const Folder folder;
    Ledger4Test server(small_ledger(), {.fault = fault});
    auto wanted = options(folder, server);
    wanted.ledger = server.server.url();
    auto ledger = CachedLedger::open(wanted);
    REQUIRE(ledger);
    CHECK(kind((*ledger)->vendor(0xFFF1)).starts_with("unknown: "));
    CHECK(kind((*ledger)->vendor(0x1111)).starts_with("unknown: "));
    CHECK(kind((*ledger)->approved_paa(kPaaFff1)).starts_with("unknown: ") ==
          (fault != fixtures::Fault::wrong_record));
  }
}
