// Anybody with a vendor's account writes to the ledger. An entry that cannot be read costs no more
// than itself, and what a node could read can be read here.
#include <algorithm>

#include "dcl/first_pem.h"
#include "dcl/snapshot.h"
#include "tests/support/dcl_support.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::dcl;
using namespace attest::test;

namespace {

KeyId skid(const char* text) {
  return *key_id(*from_hex_lenient(text));
}

const KeyId kPaa = skid("6AFD22771F511FECBF1641976710DCDC31A1717E");
const KeyId kPai = skid("AF42B7094DEBD515EC6ECF33B81115225F325288");
const KeyId kTwin = skid("17E9D5BCF719960D767F15CAFFD4F5A71AAB45B2");
const KeyId kCdSigner = skid("FE343F959947763B61EE4539131338494FE67D8E");
const KeyId kRevokedPaa = skid("EB3715DAD0F2AC1C7B1EF848B697713D8B52D6CC");

Json with(const Json& object, const std::string& name, const Json& value) {
  Json out;
  for (const auto& [key, member] : *object.object()) out.set(key, key == name ? value : member);
  return out;
}

// The entry with another text in the place of its first certificate's PEM.
Json with_pem(const Json& entry, const std::string& pem) {
  Json certs{Json::Array{}};
  for (const Json& cert : *entry.find("certs")->array())
    certs.push(certs.array()->empty() ? with(cert, "pemCert", pem) : cert);
  return with(entry, "certs", certs);
}

std::string pem_of_first(const Json& entry) {
  return pem_of(entry).front();
}

std::string key_under(const fixtures::LedgerFacts& facts, Schema schema,
                      const std::string& prefix) {
  const auto at = facts.records.at(schema).lower_bound(prefix);
  REQUIRE(at != facts.records.at(schema).end());
  REQUIRE(at->first.starts_with(prefix));
  return at->first;
}

// A ledger that was synced from these facts, asked offline, directly and from a snapshot.
struct World {
  explicit World(fixtures::LedgerFacts facts, bool versions = false)
      : server((facts.recordings.clear(), std::move(facts)), {}, hasty()) {
    auto node = server.node();
    auto synced = sync(node, folder / "dclchain-local.sqlite", kNow, {.versions = versions});
    REQUIRE_MESSAGE(synced.has_value(), (synced ? "" : synced.error().what));
    notes = std::move(synced->notes);
    cached = open("");
    std::string ignored;
    auto cache = Cache::open(folder / "dclchain-local.sqlite", Cache::Open::existing, ignored);
    const auto facts_kept = snapshot_of(**cache);
    REQUIRE(facts_kept);
    std::ofstream(folder / "s.json", std::ios::binary) << write_snapshot(*facts_kept);
    snapshot = open(folder / "s.json");
    direct = open(server.server.url());
  }
  std::unique_ptr<CachedLedger> open(const std::string& ledger) {
    auto out =
        CachedLedger::open({.network = server.network,
                            .cache_folder = folder.path(),
                            .ledger = ledger,
                            .offline = ledger.empty(),
                            .max_age = 86'400,
                            .now = kNow,
                            .engine = attest::openssl_engine(),
                            .transport = [] { return make_curl_transport({.budget = hasty()}); },
                            .progress = {}});
    REQUIRE_MESSAGE(out.has_value(), (out ? "" : out.error().what));
    return std::move(*out);
  }
  std::vector<CachedLedger*> all() { return {cached.get(), snapshot.get(), direct.get()}; }
  bool names(const std::string& text) const {
    return std::any_of(notes.begin(), notes.end(), [&](const std::string& note) {
      return note.find(text) != std::string::npos;
    });
  }

  Folder folder;
  Ledger4Test server;
  std::vector<std::string> notes;
  std::unique_ptr<CachedLedger> cached, snapshot, direct;
};

template <class T>
std::string kind(const Fact<T>& fact) {
  return std::holds_alternative<Unknown>(fact)  ? "unknown"
         : std::holds_alternative<Absent>(fact) ? "absent"
                                                : "found";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

}  // namespace

TEST_CASE("first pem: what a node reads is read, under any label and whatever stands around") {
  const Bytes der = {0x30, 0x03, 0x02, 0x01, 0x07}, other = {0x30, 0x00};
  const std::string body = base64(der);
  const std::string block = "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----";
  const struct {
    const char* name;
    std::string text;
    std::optional<Bytes> found;
  } rows[] = {
      {"as it is", block, der},
      {"another label", replaced(block, "CERTIFICATE", "ANYTHING AT ALL"), der},
      {"an empty label", replaced(block, "CERTIFICATE", ""), der},
      {"header fields", replaced(block, "-----\n" + body, "-----\nA: b\nC: d\n\n" + body), der},
      {"header fields without an empty line",
       replaced(block, "-----\n" + body, "-----\nA: b\n" + body), der},
      {"CRLF", replaced(block, "\n", "\r\n"), der},
      {"two blocks", block + "\n" + to_pem("CERTIFICATE", other), der},
      {"two blocks, the other first", to_pem("X", other) + block, other},
      {"text around", "Bag Attributes\n  name: x\n" + block + "\nand more", der},
      {"blanks behind the dashes", replaced(block, "-----\n", "----- \t\n") + "  ", der},
      {"blanks in the body", replaced(block, body, body.substr(0, 3) + " \t\n " + body.substr(3)),
       der},
      {"bits that belong to no octet", replaced(block, body, "MAMCAQd="), der},
      {"a bad block before", "-----BEGIN X-----\n!!!\n-----END X-----\n" + block, der},
      {"a block that ends under another label before",
       "-----BEGIN X-----\nMAA=\n-----END Y-----\n" + block, der},
      {"a BEGIN line alone before", "-----BEGIN X-----\n" + block, der},
      {"not at the start of a line", "x " + block, std::nullopt},
      {"indented", " " + block, std::nullopt},
      {"no END line", block.substr(0, block.size() - 20), std::nullopt},
      {"text behind the END line", block + " x", std::nullopt},
      {"four dashes", replaced(block, "CERTIFICATE-----\n", "CERTIFICATE----\n"), std::nullopt},
      {"base64url", replaced(block, body, "MAMCAQ_-"), std::nullopt},
      {"empty", "", std::nullopt},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.name));
    const auto found = first_pem(row.text);
    CHECK(found.has_value() == row.found.has_value());
    if (found && row.found) CHECK(*found == *row.found);
  }
}

TEST_CASE("dcl: a certificate is found however its sender wrote its PEM") {
  if (!have_shared("dcl")) return;
  const std::string key = key_under(recorded(), Schema::certificate, key_id_prefix(kPaa));
  const Json entry = recorded().records.at(Schema::certificate).at(key);
  const std::string pem = pem_of_first(entry);
  const std::string texts[] = {
      replaced(pem, "CERTIFICATE", "TRUSTED CERTIFICATE"),
      replaced(pem, "CERTIFICATE", "ANYTHING"),
      replaced(pem, "CERTIFICATE-----\nM", "CERTIFICATE-----\nProc-Type: 4,CLEAR\n\nM"),
      pem + to_pem("CERTIFICATE", Bytes{0x30, 0x00}),
      pem + pem,
      "subject=/CN=x\n" + pem + "the end",
      replaced(pem, "\n", "\r\n"),
  };
  for (const std::string& text : texts) {
    CAPTURE(text);
    auto facts = recorded();
    facts.records[Schema::certificate][key] = with_pem(entry, text);
    World world(facts);
    CHECK(world.notes.empty());
    for (CachedLedger* ledger : world.all()) CHECK(kind(ledger->approved_paa(kPaa)) == "found");
  }
}

TEST_CASE("dcl: a certificate that cannot be read is unknown to who needs it, and to nobody else") {
  if (!have_shared("dcl")) return;
  const std::string key = key_under(recorded(), Schema::certificate, key_id_prefix(kPaa));
  const Json entry = recorded().records.at(Schema::certificate).at(key);
  const std::string pem = pem_of_first(entry);
  const std::string twin =
      pem_of_first(recorded()
                       .records.at(Schema::certificate)
                       .at(key_under(recorded(), Schema::certificate, key_id_prefix(kTwin))));
  const Json bad[] = {
      with_pem(entry, ""),
      with_pem(entry, "no PEM"),
      with_pem(entry, to_pem("CERTIFICATE", Bytes{0x30, 0x00})),
      with_pem(entry, pem.substr(0, pem.size() / 2)),
      with_pem(entry, twin),
      with_pem(entry, twin + pem),
      with(entry, "certs", Json(Json::Array{})),
      with(entry, "certs", Json("none")),
      with(entry, "subject", Json("%%%")),
      with(entry, "certs", Json(Json::Array{Json("x")})),
  };
  for (const Json& object : bad) {
    CAPTURE(dump(object).substr(0, 300));
    auto facts = recorded();
    facts.records[Schema::certificate].erase(key);
    facts.records[Schema::certificate][*certificate_key(object)] = object;
    World world(facts);
    CHECK(world.names("certificate 6AFD22771F511FECBF1641976710DCDC31A1717E/"));
    for (CachedLedger* ledger : world.all()) {
      CHECK(kind(ledger->approved_paa(kPaa)) == "unknown");
      CHECK(kind(ledger->approved_paa(kTwin)) == "found");
      CHECK(kind(ledger->cd_signer(kCdSigner)) == "found");
      CHECK(kind(ledger->approved_pai(kPai)) == "unknown");  // is it the CSA's that it is below?
      CHECK(kind(ledger->revoked_certificates(kRevokedPaa)) == "found");
      CHECK(kind(ledger->vendor(0xFFF1)) == "found");
    }
  }
}

TEST_CASE(
    "dcl: a vendor's unreadable intermediate hides no root beside it, a revoked one no doubt") {
  if (!have_shared("dcl")) return;
  auto facts = recorded();
  const std::string key = key_under(facts, Schema::certificate, key_id_prefix(kPai));
  Json mine = with(with_pem(facts.records[Schema::certificate][key], "x"), "subjectKeyId",
                   Json(hex_colons(kPaa)));
  facts.records[Schema::certificate][*certificate_key(mine)] = mine;
  const std::string revoked = key_under(facts, Schema::revoked, key_id_prefix(kRevokedPaa));
  facts.records[Schema::revoked][revoked] = with_pem(facts.records[Schema::revoked][revoked], "x");
  // A certificate in the entry of another key id: neither is believed to be absent.
  const Json other = with(recorded().records.at(Schema::certificate).at(key), "subjectKeyId",
                          Json("00:11:22:33:44:55:66:77:88:99:00:11:22:33:44:55:66:77:88:99"));
  facts.records[Schema::revoked][*certificate_key(other)] = other;
  World world(facts);
  for (CachedLedger* ledger : world.all()) {
    CHECK(kind(ledger->approved_paa(kPaa)) == "found");
    CHECK(kind(ledger->approved_pai(kPaa)) == "unknown");
    CHECK(kind(ledger->revoked_certificates(kRevokedPaa)) == "unknown");
    CHECK(kind(ledger->revoked_certificates(kPai)) == "unknown");
    CHECK(kind(ledger->revoked_certificates(skid("0011223344556677889900112233445566778899"))) ==
          "unknown");
    CHECK(kind(ledger->revoked_certificates(kPaa)) == "absent");
  }
}

TEST_CASE("dcl: models, versions, vendors, compliance entries: one that cannot be read is named") {
  if (!have_shared("dcl")) return;
  auto facts = recorded();
  const auto spoil = [&](Schema schema, const std::string& key, const char* member,
                         const Json& to) {
    facts.records[schema][key] = with(facts.records[schema].at(key), member, to);
  };
  spoil(Schema::vendor, "FFF1", "vendorName", Json());
  spoil(Schema::model, "FFF1/8000", "productName", Json(7));
  spoil(Schema::version, "FFF1/8000/00000002", "otaFileSize", Json(5));
  spoil(Schema::compliance, "FFF1/8000/00000001/matter", "softwareVersionCertificationStatus",
        Json(0));
  spoil(Schema::coverage, "ZIG20142ZB330001-24", "complianceInfo", Json("x"));
  World world(facts, true);
  CHECK(world.notes.size() == 5 + 1);  // and that some versions are named, but not there
  for (const char* named :
       {"vendor FFF1: ", "model FFF1/8000: ", "version FFF1/8000/00000002: ",
        "compliance entry FFF1/8000/00000001/matter: ", "certificate id ZIG20142ZB330001-24: "})
    CHECK(world.names(named));
  for (CachedLedger* ledger : world.all()) {
    CHECK(kind(ledger->vendor(0xFFF1)) == "unknown");
    CHECK(kind(ledger->vendor(0xFFF2)) == "found");
    CHECK(kind(ledger->model(0xFFF1, 0x8000)) == "unknown");
    CHECK(kind(ledger->model(0xFFF1, 0x8001)) == "found");
    CHECK(kind(ledger->version(0xFFF1, 0x8000, 2)) == "unknown");
    CHECK(kind(ledger->version(0xFFF1, 0x8000, 10)) == "found");
    CHECK(kind(ledger->compliance(0xFFF1, 0x8000, 1)) == "unknown");
    CHECK(kind(ledger->compliance(0xFFF1, 0x8000, 2)) == "found");
    CHECK(kind(ledger->coverage("ZIG20142ZB330001-24")) == "unknown");
  }
}

TEST_CASE("dcl: a revocation point is found however its issuer is spelt, and none is left out") {
  if (!have_shared("dcl")) return;
  auto facts = recorded();
  const std::string key = key_under(facts, Schema::revocation_point, key_id_prefix(kPaa));
  const Json point = facts.records[Schema::revocation_point].at(key);
  const std::string id = hex_upper(kPaa);
  std::string lower = id;
  for (char& c : lower) c = c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
  const size_t before = 3;
  size_t added = 0;
  for (const std::string& spelt : {lower, hex_colons(kPaa), "0x" + id, " " + id}) {
    const Json odd = with(point, "issuerSubjectKeyID", Json(spelt));
    const auto record = read_record(Schema::revocation_point, odd);
    REQUIRE(record);
    CHECK(record->problem.find("commissioners do not find it") != std::string::npos);
    CHECK(facts.records[Schema::revocation_point].emplace(record->key, odd).second);
    ++added;
  }
  // Nobody's: named, and in nobody's way.
  for (const std::string& spelt : {std::string("ABCD"), std::string(""), std::string("a/b")}) {
    const Json odd = with(point, "issuerSubjectKeyID", Json(spelt));
    const auto record = read_record(Schema::revocation_point, odd);
    REQUIRE(record);
    CHECK(record->problem.find("expected 20 bytes") != std::string::npos);
    facts.records[Schema::revocation_point][record->key] = odd;
  }
  // A signer that cannot be read does not take the issuer's other points with it.
  const Json unsigned_point =
      with(with(point, "crlSignerCertificate", Json("x")), "label", Json("odd signer"));
  const auto record = read_record(Schema::revocation_point, unsigned_point);
  facts.records[Schema::revocation_point][record->key] = unsigned_point;
  World world(facts);
  CHECK(world.notes.size() == 4 + 3 + 1);
  for (CachedLedger* ledger : world.all()) {
    const auto points = ledger->revocation_points(kPaa);
    REQUIRE(kind(points) == "found");
    CHECK(std::get<Found<std::vector<RevocationPoint>>>(points).value.size() == before + added + 1);
  }
}
