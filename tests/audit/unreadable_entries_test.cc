// Entries of certificates and revocation points that cannot be read or placed: each is named once,
// and nothing that hangs on one passes or looks wrong for it.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "audit/audit.h"
#include "dcl/certificate_list.h"
#include "tests/support/audit_world.h"

using namespace attest;
using namespace attest::test;

namespace {

using Schema = dcl::Schema;
using World = AuditWorld;
constexpr const char *kUnread = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
                     *kReadable = "audit.certificates-are-readable",
                     *kNotRevoked = "audit.certificate-is-not-revoked",
                     *kPaaApproved = "audit.pai-has-approved-paa",
                     *kPointIsIssuers = "audit.revocation-point-is-its-issuers",
                     *kPublished = "audit.revocation-is-published";

// The entry with members of its certificate replaced.
Json with_certificate(const Json& entry, std::vector<std::pair<std::string, Json>> changes) {
  Json one = entry.find("certs")->array()->front();
  for (auto& [name, value] : changes) one = with(one, name, std::move(value));
  return with(entry, "certs", Json(Json::Array{one}));
}
void change(World& w, bool paa, std::vector<std::pair<std::string, Json>> changes) {
  Json& entry = w.facts.records.at(Schema::certificate).at(w.key_of(paa));
  entry = with_certificate(entry, std::move(changes));
}

// What is neither pass nor skipped, of whom these rules are about.
std::vector<std::string> told(const audit::AuditReport& report) {
  std::vector<std::string> out;
  for (const auto& f : report.findings) {
    if (f.status != Status::pass && f.status != Status::skipped)
      out.push_back(fmt::format("{} {} {}", status_name(f.status), f.id,
                                f.about.substr(0, f.about.find_first_of(":\""))));
  }
  return out;
}
using Told = std::vector<std::string>;

std::string line(const char* status, const char* id, const char* about) {
  return fmt::format("{} {} {}", status, id, about);
}

const audit::AuditFinding* find(const audit::AuditReport& report, const char* id,
                                const std::string& about) {
  for (const auto& f : report.findings) {
    if (f.id == id && f.about.starts_with(about)) return &f;
  }
  return nullptr;
}

CertificatePtr without_vendor(uint8_t key, const char* name, uint8_t issuer_key,
                              const Bytes& issuer) {
  return parsed(RevocationWorld::parts(key, sequence({cn(name)}), issuer_key, issuer, true,
                                       RevocationWorld::kAuthority));
}
Json without_vid(const Json& entry) {
  return with_certificate(entry, {{"vid", 0}});
}

}  // namespace

TEST_CASE("audit: a PAA that cannot be read is one finding, and what hangs on it is blocked") {
  World w;
  change(w, true, {{"pemCert", kUnread}, {"vid", 0}});
  const auto report = w.report();
  CHECK(told(report) == Told{line("unknown", kReadable, "approved certificate 0A"),
                             line("blocked", kPaaApproved, "PAI 0B"),
                             line("blocked", kPointIsIssuers,
                                  "revocation point 0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A ")});
  CHECK(report.verdict == Verdict::undecided);
  // The PAI is there, and judged for what is known of it.
  REQUIRE(find(report, "audit.certificate-is-in-date", "PAI 0B") != nullptr);
  CHECK(find(report, kReadable, "approved")->remedy.find("dcl paa --format json") !=
        std::string::npos);
}

TEST_CASE("audit: a PAI that cannot be read or names no vendor never vanishes") {
  const struct {
    const char* what;
    std::function<void(World&)> change;
    Status status;
    const char *id, *about;
  } rows[] = {
      {"its PEM is cut off, and its entry names nobody",
       [](World& w) {
         change(w, false, {{"pemCert", kUnread}, {"vid", 0}});
       },
       Status::unknown, kReadable, "approved certificate 0B"},
      {"its entry names another vendor",
       [](World& w) {
         change(w, false, {{"pemCert", kUnread}, {"vid", 0xFFF2}});
       },
       Status::unknown, kReadable, "approved certificate 0B"},
      {"its vendor is no number",
       [](World& w) {
         change(w, false, {{"vid", "x"}});
       },
       Status::unknown, kReadable, "approved certificate 0B"},
      {"nobody knows whether it is a root",
       [](World& w) {
         change(w, false, {{"isRoot", "no"}, {"vid", 0}});
       },
       Status::unknown, kReadable, "approved certificate 0B"},
      {"its key id is none",
       [](World& w) {
         Json entry = w.facts.records.at(Schema::certificate).at(w.key_of(false));
         w.facts.records.at(Schema::certificate).erase(w.key_of(false));
         w.put(Schema::certificate, without_vid(with(entry, "subjectKeyId", "0B:0B")));
       },
       Status::unknown, kReadable, "approved certificate 0B%3A0B"},
      {"it names no vendor, and is below the vendor's PAA",
       [](World& w) {
         w.put(
             Schema::certificate,
             without_vid(World::entry(without_vendor(30, "PAI of nobody", RevocationWorld::kPaaKey,
                                                     RevocationWorld::name("PAA")),
                                      false)));
       },
       Status::pass, kPaaApproved, "PAI 1E"},
      {"it names no vendor, nor does its PAA",
       [](World& w) {
         w.put(
             Schema::certificate,
             without_vid(World::entry(
                 without_vendor(30, "PAI of nobody", 31, sequence({cn("PAA of nobody")})), false)));
       },
       Status::skipped, kPaaApproved, "PAI 1E"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    World w;
    row.change(w);
    const auto report = w.report();
    CAPTURE(fmt::format("{}", fmt::join(told(report), "\n")));
    const auto* found = find(report, row.id, row.about);
    REQUIRE(found != nullptr);
    CHECK(found->status == row.status);
    CHECK(report.count(Status::fail) == 0);
    CHECK(report.verdict ==
          (row.status == Status::unknown ? Verdict::undecided : Verdict::approve));
  }
}

TEST_CASE("audit: another vendor's entry that cannot be read is no concern of this one") {
  World w;
  const CertificatePtr other = parsed(RevocationWorld::parts(32, sequence({cn("PAI"), vid("FFF2")}),
                                                             33, sequence({cn("PAA"), vid("FFF2")}),
                                                             true, RevocationWorld::kAuthority));
  w.put(Schema::certificate,
        with_certificate(World::entry(other, false), {{"pemCert", kUnread}, {"vid", 0xFFF2}}));
  w.put(Schema::revoked,
        with_certificate(World::entry(other, false), {{"pemCert", kUnread}, {"vid", 0xFFF2}}));
  const auto report = w.report();
  CHECK(told(report).empty());
  CHECK(report.verdict == Verdict::approve);
}

TEST_CASE("audit: a revoked entry that cannot be read clears nobody whom it may be about") {
  const struct {
    const char* what;
    std::function<Json(const World&)> entry;
    bool paa;
  } rows[] = {
      {"isRoot is not there",
       [](const World& w) {
         return with_certificate(World::entry(w.certificates.paa, true),
                                 {{"isRoot", Json()}, {"vid", "x"}});
       },
       true},
      {"PEM cut off",
       [](const World& w) {
         return with_certificate(World::entry(w.certificates.pai, false), {{"pemCert", kUnread}});
       },
       false},
      {"no certificates",
       [](const World& w) {
         return with(World::entry(w.certificates.pai, false), "certs", Json(Json::Array{}));
       },
       false},
      {"filed under another key id",
       [](const World& w) {
         return with(World::entry(w.certificates.pai, false), "subjectKeyId",
                     hex_colons(*key_id(Bytes(20, 0x77))));
       },
       false},
      {"its key id is none",
       [](const World& w) {
         return with(World::entry(w.certificates.pai, false), "subjectKeyId", "0B");
       },
       false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    World w;
    w.put(Schema::revoked, row.entry(w));
    const auto report = w.report();
    CAPTURE(fmt::format("{}", fmt::join(told(report), "\n")));
    CHECK(report.verdict == Verdict::undecided);
    const auto* whose = find(report, kNotRevoked, row.paa ? "PAA 0A" : "PAI 0B");
    REQUIRE(whose != nullptr);
    CHECK(whose->status == Status::blocked);
    CHECK(find(report, kNotRevoked, row.paa ? "PAI 0B" : "PAA 0A")->status == Status::pass);
    const auto* named = find(report, kReadable, "revoked certificate");
    REQUIRE(named != nullptr);
    CHECK(named->status == Status::unknown);
  }
}

TEST_CASE("audit: what was revoked below an approved entry that cannot be read was revoked") {
  World w;
  change(w, true, {{"pemCert", kUnread}});
  w.put(Schema::revoked, World::entry(w.certificates.pai, false));
  const auto report = w.report();
  const auto* revoked = find(report, kNotRevoked, "PAI 0B");
  REQUIRE(revoked != nullptr);
  CHECK(revoked->status == Status::warn);
}

TEST_CASE("audit: a revocation point that cannot be read is named once, whoever's it is") {
  World w;
  auto& points = w.facts.records.at(Schema::revocation_point);
  for (auto& [key, object] : points) {
    if (key.ends_with("pai")) object = with(object, "dataFileSize", 5);
  }
  const auto report = w.report();
  CHECK(told(report) ==
        Told{line("unknown", kReadable,
                  "revocation point 0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B/FFF1/pai"),
             line("blocked", kPublished, "PAI 0B")});
  CHECK(report.verdict == Verdict::undecided);
}

TEST_CASE("certificate list: whom an entry that cannot be read may be about") {
  const World w;
  const auto record = [](const Json& object) {
    const auto key = dcl::certificate_key(object);
    REQUIRE(key);
    return dcl::CachedRecord{.key = *key, .object = object, .when = {}};
  };
  const Json whole = World::entry(w.certificates.pai, false);
  const KeyId id = *w.certificates.pai->skid();
  const Bytes subject = to_bytes(w.certificates.pai->subject.der);
  CHECK(dcl::certificate_list({record(whole)}).certificates.contains(w.certificates.pai->der));
  CHECK(dcl::certificate_list({record(whole)}).unread.empty());
  const auto cut = dcl::certificate_list({record(with_certificate(whole, {{"pemCert", kUnread}}))});
  REQUIRE(cut.unread.size() == 1);
  CHECK(cut.unread_of(id, subject) != nullptr);
  CHECK(cut.unread_of(id, Bytes{1}) == nullptr);
  CHECK(cut.unread_of(*key_id(Bytes(20, 1)), subject) == nullptr);
  CHECK(cut.unread.front().vids == std::set<uint16_t>{0xFFF1});
  const auto any =
      dcl::certificate_list({record(with(with(whole, "subjectKeyId", "?"), "subject", "?"))});
  CHECK(any.unread_of(*key_id(Bytes(20, 1)), Bytes{1}) != nullptr);
}
