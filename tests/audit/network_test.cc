// What the network kept an audit from knowing is nobody's fault on the ledger; and what is an
// address there.
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "audit/audit.h"
#include "audit/findings.h"
#include "tests/support/audit_world.h"

using namespace attest;
using namespace attest::test;

namespace {

using World = AuditWorld;

// Answers nothing; every host is dead.
class NoWeb final : public dcl::Downloader {
 public:
  Result<dcl::Downloaded> get(const dcl::DownloadRequest& request, const dcl::TakePiece&,
                              const dcl::OnDownload&) override {
    return error(request.url + ": no connection");
  }
};

const audit::AuditFinding* find(const audit::AuditReport& report, const char* id, Status status) {
  for (const auto& f : report.findings) {
    if (f.id == id && f.status == status) return &f;
  }
  return nullptr;
}

// An audit with lists kept in this folder.
audit::AuditReport audit_in(const Folder& folder, World& w, bool offline, bool dead,
                            const char* now) {
  fixtures::LedgerServer server(w.facts, {});
  REQUIRE(server.start());
  const auto downloader = [&]() -> Result<std::unique_ptr<dcl::Downloader>> {
    if (dead) return std::make_unique<NoWeb>();
    return std::make_unique<FakeWeb>(w.web, w.sent);
  };
  const Instant at = *parse_rfc3339(now);
  auto ledger = dcl::CachedLedger::open(
      {.network = {.name = "main", .chain_id = w.chain_id, .url = server.url()},
       .cache_folder = folder.path(),
       .ledger = offline ? "" : server.url(),
       .offline = offline,
       .max_age = 86'400,
       .now = at,
       .engine = openssl_engine(),
       .transport = [] { return dcl::make_curl_transport({.budget = hasty()}); },
       .progress = {},
       .downloader = downloader});
  REQUIRE(ledger);
  return audit::audit(**ledger,
                      {.vid = 0xFFF1,
                       .pid = 0x8000,
                       .offline = offline,
                       .at = at,
                       .engine = openssl_engine(),
                       .downloader = downloader},
                      Verbosity::silent());
}

}  // namespace

TEST_CASE("audit: a list that is over and cannot be refreshed is not its publisher's fault") {
  constexpr const char *kCurrent = "audit.revocation-list-is-current",
                       *kIn = "2026-06-01T00:00:00Z", *kAfter = "2026-06-20T00:00:00Z";
  World w;
  CrlParts list = RevocationWorld::list();
  list.times = join({utc("260501000000Z"), utc("260610000000Z")});
  w.web["https://lists.example/pai.crl"].body = text(list.der());
  const Folder folder;
  CHECK(find(audit_in(folder, w, false, false, kIn), kCurrent, Status::pass) != nullptr);
  // Nobody answers: a newer one may be there.
  const auto dead = audit_in(folder, w, false, true, kAfter);
  CHECK(find(dead, kCurrent, Status::fail) == nullptr);
  const auto* open = find(dead, kCurrent, Status::unknown);
  REQUIRE(open != nullptr);
  CHECK(open->message.find("the next was due 2026-06-10") != std::string::npos);
  CHECK(open->message.find("no connection") != std::string::npos);
  CHECK(open->remedy == audit::kNetworkAgain);
  CHECK(dead.verdict == Verdict::undecided);
  // The server has no newer one: that is a fault.
  CHECK(find(audit_in(folder, w, false, false, kAfter), kCurrent, Status::fail) != nullptr);
}

TEST_CASE("audit: who gave no answer is unknown with a remedy about the network") {
  const struct {
    const char* what;
    void (*change)(World&);
    const char* id;
    const char* remedy;
  } rows[] = {
      {"a page without a host", [](World& w) { w.web.erase("https://forgery.example/product"); },
       "audit.urls-answer", audit::kNetworkAgain},
      {"a page that is refused",
       [](World& w) { w.web["https://forgery.example/product"].status = 403; }, "audit.urls-answer",
       "open the address in a browser"},
      {"terms without a host", [](World& w) { w.web.erase("https://forgery.example/terms.json"); },
       "audit.terms-file-matches", audit::kNetworkAgain},
      {"an image without a host", [](World& w) { w.web.erase("https://forgery.example/9.ota"); },
       "ota.is-fetched", audit::kNetworkAgain},
      {"a list without a host", [](World& w) { w.web.erase("https://lists.example/pai.crl"); },
       "audit.revocation-list-is-usable", audit::kNetworkAgain},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    World w;
    row.change(w);
    const auto report = w.report();
    CHECK(report.count(Status::fail) == 0);
    CHECK(report.verdict == Verdict::undecided);
    const auto* open = find(report, row.id, Status::unknown);
    REQUIRE(open != nullptr);
    CHECK(open->remedy == row.remedy);
  }
}

TEST_CASE("audit: every address of the recorded schemas is one that is judged") {
  if (!have_shared("dcl")) return;
  std::map<dcl::Schema, std::set<std::string>> judged;
  for (const auto& [schema, records] : recorded().records) {
    for (const auto& [key, object] : records) {
      const auto fields = audit::url_fields(object);
      judged[schema].insert(fields.begin(), fields.end());
      for (const auto& [name, value] : *object.object()) {
        const bool is_address =
            value.string() != nullptr && value.string()->find("://") != std::string::npos;
        CAPTURE(name);
        if (is_address) CHECK(std::find(fields.begin(), fields.end(), name) != fields.end());
      }
    }
  }
  using Names = std::set<std::string>;
  CHECK(judged[dcl::Schema::vendor] == Names{"vendorLandingPageURL"});
  CHECK(judged[dcl::Schema::model] ==
        Names{"commissioningCustomFlowUrl", "commissioningFallbackUrl", "enhancedSetupFlowTCUrl",
              "lsfUrl", "maintenanceUrl", "productUrl", "supportUrl", "userManualUrl"});
  CHECK(judged[dcl::Schema::version] == Names{"otaUrl", "releaseNotesUrl"});
  CHECK(judged[dcl::Schema::revocation_point] == Names{"dataURL"});
  CHECK(judged[dcl::Schema::compliance].empty());
}

TEST_CASE("audit: what is wrong with an address") {
  const struct {
    const char *url, *words;
    bool http = false;
  } rows[] = {
      {"https://forgery.example/x?y=%20#z", ""},
      {"HTTPS://forgery.example", ""},
      {"http://forgery.example/", "expected https, found http"},
      {"http://forgery.example/", "", true},
      {"ftp://forgery.example/", "expected http or https, found another", true},
      {"forgery.example", "expected https, found another"},
      {"https:/forgery.example", "expected an http or https address"},
      {"https://", "expected"},
      {"https:///x", "expected a host, found none"},
      {"https://:443/", "has no host"},
      {"https://forgery.example:99999/", "has a port that is none"},
      {"https://forgery..example/", "has no host"},
      {"https://u@forgery.example/", "user name"},
      {"https://forgery.example/a b", "a character that no URL has"},
      {"https://forgery.example/%zz", "has characters that no URL has"},
      {"https://forgery.example/<script>", "has characters that no URL has"},
      {" https://forgery.example/", "expected https, found another"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.url);
    const std::string found = audit::url_problem(row.url, row.http);
    CAPTURE(found);
    CHECK((*row.words == 0 ? found.empty() : found.find(row.words) != std::string::npos));
  }
}
