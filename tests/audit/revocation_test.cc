// What the lists say that the audit reads: whether a PAI stands on its PAA's, and whose fault it is
// that a list is not there.
#include <algorithm>
#include <string>
#include <vector>

#include "audit/audit.h"
#include "tests/support/audit_world.h"

using namespace attest;
using namespace attest::test;

namespace {

using World = AuditWorld;

constexpr const char *kPaaList = "https://lists.example/paa.crl",
                     *kPaiList = "https://lists.example/pai.crl";

CrlParts paa_list(uint8_t serial, uint8_t key = RevocationWorld::kPaaKey) {
  CrlParts out = RevocationWorld::list(key, "PAA");
  out.entries = tlv(der::kSequence, entry(serial));
  return out;
}
void serve(World& w, const char* url, const CrlParts& list) {
  w.web[url].body = text(list.der());
}
CrlParts over(CrlParts list) {
  list.times = join({utc("260101000000Z"), utc("260201000000Z")});
  return list;
}
void drop_point(World& w, const char* label) {
  std::erase_if(w.facts.records[dcl::Schema::revocation_point],
                [&](const auto& one) { return one.first.ends_with(label); });
}
void set_point(World& w, const char* label, const char* field, const Json& value) {
  for (auto& [key, point] : w.facts.records[dcl::Schema::revocation_point])
    if (key.ends_with(label)) point = with(point, field, value);
}
// All that is not a pass and not merely left out, but for what stands beside the lists.
std::vector<std::string> told(const audit::AuditReport& report) {
  std::vector<std::string> out;
  for (const auto& f : report.findings) {
    if (f.status == Status::pass || f.status == Status::skipped) continue;
    out.push_back(fmt::format("{} {} {}: {}", status_name(f.status), f.id.substr(6),
                              f.about.substr(0, f.about.find(' ')), f.message));
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

TEST_CASE("audit: a PAI that its PAA's list names was revoked, and what is not known is no pass") {
  const struct {
    const char* what;
    void (*change)(World&);
    std::vector<std::string> told;  // how each begins, sorted
  } rows[] = {
      {"named",
       [](World& w) { serve(w, kPaaList, paa_list(5)); },
       {"warn certificate-is-not-revoked PAI: its PAA revoked it: it stands in the list "
        "https://lists.example/paa.crl"}},
      {"another serial", [](World& w) { serve(w, kPaaList, paa_list(6)); }, {}},
      {"named by a list that is over",
       [](World& w) { serve(w, kPaaList, over(paa_list(5))); },
       {"fail revocation-list-is-current revocation: ",
        "warn certificate-is-not-revoked PAI: its PAA revoked it"}},
      {"not named by a list that is over",
       [](World& w) { serve(w, kPaaList, over(paa_list(6))); },
       {"blocked certificate-is-not-revoked PAI: audit.revocation-list-is-current",
        "fail revocation-list-is-current revocation: "}},
      {"named by a list that somebody else signed",
       [](World& w) { serve(w, kPaaList, paa_list(5, RevocationWorld::kDacKey)); },
       {"blocked certificate-is-not-revoked PAI: audit.revocation-list-is-usable",
        "blocked revocation-list-is-current revocation: ",
        "fail revocation-list-is-usable revocation: "}},
      {"no answer",
       [](World& w) { w.web.erase(kPaaList); },
       {"blocked certificate-is-not-revoked PAI: audit.revocation-list-is-usable",
        "blocked revocation-list-is-current revocation: ",
        "unknown revocation-list-is-usable revocation: "}},
      {"named on the PAI's own list, which is of its DACs",
       [](World& w) {
         CrlParts list = RevocationWorld::list();
         list.entries = tlv(der::kSequence, entry(5));
         serve(w, kPaiList, list);
       },
       {}},
      {"no list of the PAA",
       [](World& w) { drop_point(w, "paa"); },
       {"warn revocation-is-published PAA: nobody publishes"}},
      {"a point of the PAA that cannot be read",
       [](World& w) { set_point(w, "paa", "crlSignerCertificate", 7); },
       {"blocked certificate-is-not-revoked PAI: audit.certificates-are-readable",
        "blocked revocation-is-published PAA: ", "unknown certificates-are-readable revocation: "}},
      {"named on the second of two lists",
       [](World& w) {
         RevocationPoint second = w.certificates.point_of_paa();
         second.label = "second";
         second.data_url = "https://lists.example/second.crl";
         w.put(dcl::Schema::revocation_point, World::point(second));
         for (const auto& [url, serial] :
              {std::pair{kPaaList, 6}, std::pair{"https://lists.example/second.crl", 5}}) {
           CrlParts list = paa_list(static_cast<uint8_t>(serial));
           list.extensions.push_back(RevocationWorld::distribution_point(url));
           w.web[url] = {200, std::string(text(list.der()))};
         }
       },
       {"warn certificate-is-not-revoked PAI: its PAA revoked it: it stands in the list "
        "https://lists.example/second.crl"}},
      {"revoked on the ledger, too",
       [](World& w) {
         serve(w, kPaaList, paa_list(5));
         w.put(dcl::Schema::revoked, World::entry(w.certificates.pai, false));
       },
       {"warn certificate-is-not-revoked PAI: it was revoked"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    World w;
    row.change(w);
    const auto all = told(w.report());
    CAPTURE(fmt::format("{}", fmt::join(all, "\n")));
    REQUIRE(all.size() == row.told.size());
    for (size_t i = 0; i < all.size(); ++i) CHECK(all[i].starts_with(row.told[i]));
  }
}

TEST_CASE("audit: a list that its server does not have, or has wrongly, is its publisher's fault") {
  const struct {
    const char* what;
    void (*change)(World&);
    Status status;
    const char* words;
  } rows[] = {
      {"not found", [](World& w) { w.web[kPaiList].status = 404; }, Status::fail, "404"},
      {"gone", [](World& w) { w.web[kPaiList].status = 410; }, Status::fail, "410"},
      {"a greeting", [](World& w) { w.web[kPaiList].body = "hello"; }, Status::fail,
       "what is served there is no revocation list"},
      {"a page", [](World& w) { w.web[kPaiList].body = "<!doctype html><p>moved"; }, Status::fail,
       "what is served there is no revocation list"},
      {"nothing", [](World& w) { w.web[kPaiList].body = ""; }, Status::fail,
       "what is served there is no revocation list"},
      {"a certificate", [](World& w) { w.web[kPaiList].body = text(w.certificates.pai->der); },
       Status::fail, "what is served there is no revocation list"},
      {"another size", [](World& w) { set_point(w, "pai", "dataFileSize", "7"); }, Status::fail,
       "could not be fetched"},
      {"another digest",
       [](World& w) {
         set_point(w, "pai", "dataDigest", base64(Bytes(32, 1)));
         set_point(w, "pai", "dataDigestType", 1);
       },
       Status::fail, "the ledger says"},
      {"at home", [](World& w) { w.web[kPaiList].not_public = true; }, Status::fail,
       "public address"},
      {"not for us", [](World& w) { w.web[kPaiList].status = 403; }, Status::unknown, "403"},
      {"too often", [](World& w) { w.web[kPaiList].status = 429; }, Status::unknown, "429"},
      {"out of order", [](World& w) { w.web[kPaiList].status = 500; }, Status::unknown, "500"},
      {"closed now", [](World& w) { w.web[kPaiList].status = 503; }, Status::unknown, "503"},
      {"no host", [](World& w) { w.web.erase(kPaiList); }, Status::unknown, "no such host"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    World w;
    row.change(w);
    const auto report = w.report();
    const auto all = told(report);
    CAPTURE(fmt::format("{}", fmt::join(all, "\n")));
    REQUIRE(all.size() == 2);
    CHECK(all[0].starts_with("blocked revocation-list-is-current revocation: "));
    CHECK(all[1].starts_with(
        fmt::format("{} revocation-list-is-usable revocation: ", status_name(row.status))));
    CHECK(all[1].find(row.words) != std::string::npos);
    CHECK(report.verdict == (row.status == Status::fail ? Verdict::reject : Verdict::undecided));
  }
}
