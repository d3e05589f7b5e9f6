// A ledger with post-quantum authorities: entries of 4 to 6 kB from a node through cache and
// snapshot, what is exported of them, lists that ML-DSA signed, and signers that do not fit the
// ledger's field.
#include "dcl/chip_revocation_set.h"
#include "dcl/snapshot.h"
#include "dcl/trust_export.h"
#include "fixtures/forge/crl_builder.h"
#include "tests/support/audit_world.h"
#include "tests/support/post_quantum_device.h"
#include "verifier/matter/revocation_set.h"
#include "verifier/verify.h"

using namespace attest;
using namespace attest::dcl;
using namespace attest::test;

namespace {

constexpr const char* kList = "https://lists.example/pq.crl";

CertificatePtr parsed(const Bytes& der) {
  return parse_certificate(der).value();
}
std::string pem(const Bytes& der) {
  return to_pem("CERTIFICATE", der);
}

// A list as the holder of this key issues it, with a serial number.
Bytes list_of(const forge::NamePlan& issuer, const AnyKey& key, const Bytes& serial) {
  forge::CertificatePlan authority;
  authority.subject = issuer;
  forge::ListPlan plan = forge::list_plan(authority, forge::key_named("unused"), {serial});
  plan.authority_key_id = key.id();
  if (key.set) plan.algorithm = key.oid();
  return forge::revocation_list(plan, [&](View tbs) { return key.sign(tbs); });
}

RevocationPoint point_of(const Certificate& issuer, bool is_paa, const Bytes& signer) {
  return {.vid = 0xFFF1,
          .pid = 0,
          .label = is_paa ? "paa" : "pai",
          .issuer_subject_key_id = *issuer.skid(),
          .is_paa = is_paa,
          .crl_signer = signer,
          .crl_signer_delegator = {},
          .data_url = kList,
          .data_file_size = 0,
          .data_digest = "",
          .data_digest_type = 0,
          .revocation_type = 1};
}

// The authorities of a chain on a ledger that is served, read through a cache.
struct World4Chain {
  explicit World4Chain(const Chain& chain, const std::vector<RevocationPoint>& points = {},
                       const Bytes& list = {})
      : paa(parsed(chain.paa_der())), pai(parsed(chain.pai_der())) {
    fixtures::LedgerFacts facts = small_ledger();
    REQUIRE(facts.add(Schema::certificate, AuditWorld::entry(paa, true)));
    REQUIRE(facts.add(Schema::certificate, AuditWorld::entry(pai, false)));
    for (const RevocationPoint& point : points)
      REQUIRE(facts.add(Schema::revocation_point, AuditWorld::point(point)));
    web[kList] = {.status = 200, .body = std::string(text(list))};
    node.emplace(std::move(facts));
    auto opened =
        CachedLedger::open({.network = node->network,
                            .cache_folder = folder.path(),
                            .ledger = node->server.url(),
                            .offline = false,
                            .max_age = 86'400,
                            .now = kNow,
                            .engine = engine,
                            .transport = [] { return make_curl_transport({.budget = hasty()}); },
                            .progress = {},
                            .downloader = [this] { return std::make_unique<FakeWeb>(web, sent); }});
    REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().what));
    ledger = std::move(*opened);
  }
  ToyEngine engine{true};
  CertificatePtr paa, pai;
  Web web;
  uint64_t sent = 0;
  Folder folder;
  std::optional<Ledger4Test> node;
  std::unique_ptr<CachedLedger> ledger;
};

std::vector<LedgerCertificate> found(const Fact<std::vector<LedgerCertificate>>& fact) {
  const auto* entry = std::get_if<Found<std::vector<LedgerCertificate>>>(&fact);
  return entry == nullptr ? std::vector<LedgerCertificate>() : entry->value;
}

// With its serial number; that today's SDK does not read such a signer is told, and nothing else.
void check_written(const ChipRevocationSet& made) {
  CHECK(dump(made.set).find("1234") != std::string::npos);
  REQUIRE(made.left_out.size() == 1);
  CHECK(made.left_out[0].find("of which the SDK reads 600 at most") != std::string::npos);
}

}  // namespace

TEST_CASE("post-quantum ledger: entries of PAA and PAI are found by key id, byte for byte") {
  for (const char* kinds : {"65/65/P256", "65/44/P256", "44/P256/P256", "44/44/P256"}) {
    CAPTURE(std::string(kinds));
    const Chain chain(kinds);
    World4Chain world(chain);
    const auto paas = found(world.ledger->approved_paa(*world.paa->skid())),
               pais = found(world.ledger->approved_pai(*world.pai->skid()));
    REQUIRE(paas.size() == 1);
    REQUIRE(pais.size() == 1);
    CHECK(paas[0].der == chain.paa_der());
    CHECK(pais[0].der == chain.pai_der());
    CHECK(paas[0].der.size() > 4000);
    // What commissioners load: the root, whatever its size; none of it is left out.
    const auto exported = trust_export(*world.ledger);
    REQUIRE(exported);
    REQUIRE(exported->certificates.size() == 1);
    CHECK(exported->certificates[0].der == chain.paa_der());
    CHECK(exported->left_out.empty());
  }
}

TEST_CASE("post-quantum ledger: a device is judged by the root that the ledger has") {
  const Chain chain("65/44/P256");
  World4Chain world(chain);
  const TrustStore trust = TrustStore::builtin(true);
  Reading reading;
  for (const Bytes& der : {chain.pai_der(), chain.dac_der()})
    reading.device.say(FactId::certificate, der, {.path = "x", .offset = {}, .item = {}});
  Policy policy;
  policy.network = attest::Network::test;
  policy.at = kNow;
  const auto judged = verify({.reading = std::move(reading),
                              .policy = policy,
                              .trust = trust,
                              .engine = world.engine,
                              .ledger = world.ledger.get()});
  const auto status = [&](const char* id) { return judged.report.of(find_check(id))->status; };
  CHECK(status("paa.is-trusted") == Status::pass);
  CHECK(status("pai.signature-verifies") == Status::pass);
  CHECK(status("dac.signature-verifies") == Status::pass);
  CHECK(status("ledger.paa-is-approved") == Status::pass);
  // No list can be named for such an issuer yet, which is said.
  const Finding* list = judged.report.of(find_check("revocation.list-is-published"));
  REQUIRE(list != nullptr);
  CHECK(list->message.view().ends_with(
      "the ledger cannot name one yet: its field for the certificate of a list's signer holds 2048 "
      "characters, and one of ML-DSA-65 has more"));
}

TEST_CASE("post-quantum ledger: a snapshot of it is read back the same") {
  const Chain chain("65/65/P256");
  World4Chain world(chain);
  const std::string file = cache_path(world.folder.path(), world.node->network.chain_id);
  Node node = world.node->node();
  const auto synced = sync(node, file, kNow, {});
  REQUIRE_MESSAGE(synced, (synced ? "" : synced.error().what));
  std::string set_aside;
  auto cache = Cache::open(file, Cache::Open::existing, set_aside);
  REQUIRE(cache);
  REQUIRE(*cache);
  const auto snapshot = snapshot_of(**cache);
  REQUIRE(snapshot);
  const std::string written = write_snapshot(*snapshot);
  CHECK(written.find(base64(View(chain.paa_der()).first(45))) != std::string::npos);
  const auto back = read_snapshot(written);
  REQUIRE_MESSAGE(back, (back ? "" : back.error().what));
  CHECK(write_snapshot(*back) == written);
}

TEST_CASE("post-quantum ledger: lists that ML-DSA signed go into the SDK's revocation set") {
  for (const char* kinds : {"65/65/P256", "65/44/P256", "44/44/P256", "44/P256/P256"}) {
    CAPTURE(std::string(kinds));
    const Chain chain(kinds);
    const CertificatePtr paa = parsed(chain.paa_der()), pai = parsed(chain.pai_der());
    const Bytes serial = {0x12, 0x34};
    const struct {
      bool is_paa;
      const Certificate& issuer;
      Bytes list;
    } rows[] = {{true, *paa, list_of(chain.paa.subject, chain.paa_key, serial)},
                {false, *pai, list_of(chain.pai.subject, chain.pai_key, serial)}};
    for (const auto& row : rows) {
      CAPTURE(row.is_paa);
      const RevocationPoint point = point_of(row.issuer, row.is_paa, to_bytes(row.issuer.der));
      World4Chain world(chain, {point}, row.list);
      const auto made = chip_revocation_set(*world.ledger, "", kNow, world.engine);
      REQUIRE_MESSAGE(made, (made ? "" : made.error().what));
      check_written(*made);
      // Changed, it is nobody's.
      Bytes changed = row.list;
      changed.back() ^= 1;
      World4Chain other(chain, {point}, changed);
      const auto none = chip_revocation_set(*other.ledger, "", kNow, other.engine);
      REQUIRE(none);
      REQUIRE(none->left_out.size() == 1);
      CHECK(none->left_out[0].ends_with("its signature does not verify with its issuer's key"));
      CHECK(none->set.array()->empty());
      // Nobody here has the algorithm: neither believed nor called wrong.
      ToyEngine lacks(false);
      World4Chain open(chain, {point}, row.list);
      const auto unknown = chip_revocation_set(*open.ledger, "", kNow, lacks);
      REQUIRE(unknown);
      if (std::string(kinds) == "44/P256/P256" && !row.is_paa) continue;
      REQUIRE(unknown->left_out.size() == 1);
      CHECK(unknown->left_out[0].find("which no library here checks") != std::string::npos);
    }
  }
}

TEST_CASE(
    "post-quantum ledger: a list by a signer of P-256 that an issuer of ML-DSA delegated to") {
  const Chain chain("65/44/P256");
  const AnyKey key("P256", "lists");
  forge::CertificatePlan plan = chain.dac;
  plan.subject = {forge::common_name("Forged lists"), forge::vid("FFF1")};
  plan.replace(forge::key_usage(KeyUsage::crl_sign));
  key.put_into(plan);
  const Bytes signer = Chain::made(plan, chain.pai_key), serial = {0x12, 0x34};
  const CertificatePtr pai = parsed(chain.pai_der());
  World4Chain world(chain, {point_of(*pai, false, signer)}, list_of(plan.subject, key, serial));
  const auto made = chip_revocation_set(*world.ledger, "", kNow, world.engine);
  REQUIRE(made);
  check_written(*made);
  // Signed by another than the PAI it is nobody's delegate; without a library nobody knows.
  World4Chain other(chain, {point_of(*pai, false, Chain::made(plan, chain.paa_key))},
                    list_of(plan.subject, key, serial));
  const auto none = chip_revocation_set(*other.ledger, "", kNow, other.engine);
  REQUIRE(none);
  REQUIRE(none->left_out.size() == 1);
  CHECK(none->left_out[0].find("is neither the issuer (") != std::string::npos);
  const CrlEvidence open = judge_point(
      point_of(*pai, false, signer), [] { return Fact<RevokedListPtr>(Unknown{"not asked"}); },
      list_issuer(*pai), false, kNow, *std::make_unique<ToyEngine>(false));
  CHECK(open.problem.ends_with("is signed with ML-DSA-44, which no library here checks"));
}

TEST_CASE("post-quantum ledger: a signer that does not fit the ledger's field is explained") {
  const Chain chain("44/44/P256");
  const CertificatePtr pai = parsed(chain.pai_der());
  const auto problem = [](const std::string& signer, const std::string& delegator) {
    Json object = AuditWorld::point(point_of(*parsed(Chain("44/44/P256").pai_der()), false, {}));
    object = with(object, "crlSignerCertificate", signer);
    object = with(object, "crlSignerDelegator", delegator);
    return read_record(Schema::revocation_point, object)->problem;
  };
  const std::string whole = pem(chain.pai_der());
  REQUIRE(whole.size() > 2048);
  CHECK(problem(whole, "") == "");
  CHECK(problem(whole.substr(0, 2048), "") ==
        "revocation point: crlSignerCertificate: a PEM block without its end, 2048 characters (the "
        "ledger's field holds 2048; a certificate of ML-DSA has more)");
  CHECK(problem(whole, whole.substr(0, 2048))
            .starts_with("revocation point: crlSignerDelegator: a PEM block without its end"));
  CHECK(problem("", "") == "revocation point: crlSignerCertificate: expected a PEM block");
  // Whoever judges such a point says the same.
  const CrlEvidence list = judge_point(
      point_of(*pai, false, {}), [] { return Fact<RevokedListPtr>(Unknown{"not asked"}); },
      list_issuer(*pai), false, kNow, openssl_engine());
  CHECK(list.problem.ends_with(
      "(the field holds 2048 characters; a certificate of ML-DSA-44, the issuer's or one that it "
      "issued, has more)"));
  CHECK(does_not_fit_a_point(*parsed(Chain("P256/P256/P256").pai_der())) == "");
  CHECK(does_not_fit_a_point(*parsed(Chain("44/P256/P256").pai_der()))
            .ends_with("ML-DSA-44 has more"));
}
