// A mirror of a ledger with authorities of ML-DSA (Matter 1.7, a draft): entries of 4 to 8 kB, and
// the points of their lists, go through it as they came, one by one, in lists and page by page.
#include "serve/mirror/mirror.h"
#include "tests/support/audit_world.h"
#include "tests/support/dcl_support.h"
#include "tests/support/mirror_support.h"
#include "tests/support/post_quantum_chain.h"

using namespace attest;
using namespace attest::dcl;
using namespace attest::serve;
using namespace attest::test;

namespace {

constexpr const char* kKinds[] = {"65/65/P256", "65/44/P256", "44/P256/P256", "44/44/P256"};

CertificatePtr parsed(const Bytes& der) {
  return parse_certificate(der).value();
}
std::string pem(const Certificate& c) {
  return to_pem("CERTIFICATE", c.der);
}

// PAA and PAI of each kind, and points of lists that name them: as far as the ledger's field goes.
struct Authorities {
  std::vector<CertificatePtr> all;
  fixtures::LedgerFacts facts = small_ledger();

  Authorities() {
    for (const char* kinds : kKinds) {
      const Chain chain(kinds, std::string("mirrored ") + kinds);
      for (const bool is_paa : {true, false}) {
        const CertificatePtr& c =
            all.emplace_back(parsed(is_paa ? chain.paa_der() : chain.pai_der()));
        REQUIRE(facts.add(Schema::certificate, AuditWorld::entry(c, is_paa)));
        Json point = AuditWorld::point({.vid = 0xFFF1,
                                        .pid = 0,
                                        .label = "list",
                                        .issuer_subject_key_id = *c->skid(),
                                        .is_paa = is_paa,
                                        .crl_signer = {},
                                        .crl_signer_delegator = {},
                                        .data_url = "https://lists.example/pq.crl",
                                        .data_file_size = 0,
                                        .data_digest = "",
                                        .data_digest_type = 0,
                                        .revocation_type = 1});
        // One that fits, by a later ledger, and one that its field cut off.
        point = with(point, "crlSignerCertificate", is_paa ? pem(*c) : pem(*c).substr(0, 2048));
        REQUIRE(facts.add(Schema::revocation_point, point));
      }
    }
  }
};

// A value in a path or a query.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
    out += plain ? std::string(1, c) : "%" + hex_upper(view(std::string_view(&c, 1)));
  }
  return out;
}

const Json& member(const Json& json, const char* name) {
  const Json* found = json.find(name);
  REQUIRE_MESSAGE(found != nullptr, name);
  return *found;
}

}  // namespace

TEST_CASE("mirror: authorities of ML-DSA, and points of their lists, as the node has them") {
  const Authorities authorities;
  Ledger4Test ledger(authorities.facts);
  const Folder folder;
  auto node = ledger.node();
  const auto synced = sync(node, folder / "main.sqlite", kNow, {});
  REQUIRE_MESSAGE(synced, (synced ? "" : synced.error().what));
  Mirror mirror(folder / "main.sqlite", "dclchain-local", "matter-attest dcl sync");
  const auto json_of = [&](const std::string& target) {
    const MirrorAnswer answer = mirror.answer(request_of(target));
    CHECK_MESSAGE(answer.status == 200, target << ": " << answer.body.substr(0, 200));
    auto json = parse_json(answer.body);
    REQUIRE_MESSAGE(json, target);
    return *json;
  };
  for (const CertificatePtr& c : authorities.all) {
    const std::string key_id = hex_colons(*c->skid());
    CAPTURE(key_id);
    // By its key id, and by subject and key id: the PEM whole.
    for (const std::string& target :
         {"/dcl/pki/certificates?subjectKeyId=" + escaped(key_id),
          "/dcl/pki/certificates/" + escaped(base64(c->subject.der)) + "/" + escaped(key_id)})
      CHECK(dump(json_of(target)).find(dump(Json(pem(*c)))) != std::string::npos);
    const std::string of_key = "/dcl/pki/revocation-points/" + hex_upper(*c->skid());
    const Json points = json_of(of_key), point = json_of(of_key + "/65521/list");
    const bool is_paa = c->self_issued();
    const Json signer(is_paa ? pem(*c) : pem(*c).substr(0, 2048));
    CHECK(dump(points).find(dump(signer)) != std::string::npos);
    CHECK(dump(point).find(dump(signer)) != std::string::npos);
  }
  // Page by page, one entry a page: every certificate once.
  size_t pages = 0;
  std::string all, key;
  do {
    const Json page = json_of("/dcl/pki/certificates?pagination.limit=1" +
                              (key.empty() ? "" : "&pagination.key=" + escaped(key)));
    all += dump(page);
    const Json& next = member(member(page, "pagination"), "next_key");
    key = next.string() == nullptr ? "" : *next.string();
    ++pages;
  } while (!key.empty() && pages < 100);
  CHECK(pages >= authorities.all.size());
  for (const CertificatePtr& c : authorities.all) {
    const std::string text = dump(Json(pem(*c)));
    const size_t at = all.find(text);
    CHECK(at != std::string::npos);
    CHECK(all.find(text, at + 1) == std::string::npos);
  }
}

TEST_CASE("mirror: our own client finds authorities of ML-DSA behind it as behind the node") {
  const Authorities authorities;
  Ledger4Test ledger(authorities.facts);
  const Folder folder;
  auto node = ledger.node();
  REQUIRE(sync(node, folder / "main.sqlite", kNow, {}));
  Mirror mirror(folder / "main.sqlite", "dclchain-local", "matter-attest dcl sync");
  const MirrorServer server(mirror);
  Node behind({.name = "main", .chain_id = "dclchain-local", .url = server.url()},
              *ledger.transport, kNow);
  const auto again = sync(behind, folder / "again.sqlite", kNow, {});
  REQUIRE_MESSAGE(again, (again ? "" : again.error().what));
  std::string set_aside;
  auto source = Cache::open(folder / "main.sqlite", Cache::Open::existing, set_aside),
       copy = Cache::open(folder / "again.sqlite", Cache::Open::existing, set_aside);
  REQUIRE((source && copy));
  for (const Schema schema : {Schema::certificate, Schema::revocation_point}) {
    const auto a = *(*source)->find_all(schema), b = *(*copy)->find_all(schema);
    REQUIRE(a.size() == b.size());
    CHECK(a.size() >= authorities.all.size());
    for (size_t i = 0; i < a.size(); ++i) {
      CHECK(a[i].key == b[i].key);
      CHECK(a[i].object == b[i].object);
    }
  }
}
