// The audit of a vendor's products: a world in which all is in order, and rows that change one
// thing. Every rule is seen passing and not passing.
#include "audit/audit.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>

#include "report/audit_report.h"
#include "tests/support/audit_world.h"

using namespace attest;
using namespace attest::test;

namespace {

using Schema = dcl::Schema;
using World = AuditWorld;

struct Row {
  const char* what;
  std::function<void(World&)> change;
  const char* id;
  Status status;
  const char* words;
  size_t fails = 1;  // of the whole audit
};

// What is an error fails once and nothing else with it.
const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      {"vendor gone", [](World& w) { w.facts.records[Schema::vendor].clear(); },
       "audit.vendor-is-known", Status::fail, "no entry of the vendor"},
      {"no product",
       [](World& w) {
         w.pid.reset();
         w.facts.records[Schema::model].clear();
         w.facts.records[Schema::compliance].clear();
       },
       "audit.vendor-has-models", Status::warn, "no product", 0},
      {"another product", [](World& w) { w.pid = 0x8001; }, "audit.model-is-known", Status::fail,
       "(known products: 0x8000)"},
      {"certified without a model",
       [](World& w) { w.pid.reset(), w.facts.records[Schema::model].clear(); },
       "audit.model-is-known", Status::fail, "no model"},
      {"flow of another type", [](World& w) { w.set_model("maintenanceUrl", 7); },
       "audit.model-is-readable", Status::unknown, "maintenanceUrl: expected a text", 0},
      {"discovery of 16", [](World& w) { w.set_model("discoveryCapabilitiesBitmask", 16); },
       "audit.discovery-capabilities-in-range", Status::fail, "is 16"},
      {"discovery of 14", [](World& w) { w.set_model("discoveryCapabilitiesBitmask", 14); },
       "audit.discovery-capabilities-in-range", Status::pass, "", 0},
      {"custom flow", [](World& w) { w.set_model("commissioningCustomFlow", 2); },
       "audit.custom-flow-has-url", Status::fail, "described nowhere"},
      {"terms without revision", [](World& w) { w.set_model("enhancedSetupFlowTCRevision", 0); },
       "audit.terms-are-complete", Status::fail, "enhancedSetupFlowTCRevision"},
      {"terms without URL", [](World& w) { w.set_model("enhancedSetupFlowTCUrl", ""); },
       "audit.terms-are-complete", Status::fail, "enhancedSetupFlowTCUrl"},
      {"terms without size", [](World& w) { w.set_model("enhancedSetupFlowTCFileSize", 0); },
       "audit.terms-are-complete", Status::fail, "enhancedSetupFlowTCFileSize"},
      {"terms without digest", [](World& w) { w.set_model("enhancedSetupFlowTCDigest", ""); },
       "audit.terms-are-complete", Status::fail, "enhancedSetupFlowTCDigest"},
      {"terms without maintenance", [](World& w) { w.set_model("maintenanceUrl", ""); },
       "audit.terms-are-complete", Status::fail, "maintenanceUrl"},
      {"no terms", [](World& w) { w.set_model("enhancedSetupFlowOptions", 2); },
       "audit.terms-are-complete", Status::skipped, "asks for no terms", 0},
      {"digest of 20 bytes",
       [](World& w) { w.set_model("enhancedSetupFlowTCDigest", base64(Bytes(20, 1))); },
       "audit.terms-digest-is-sha256", Status::fail, "no SHA-256"},
      {"digest with a blank",
       [](World& w) { w.set_model("enhancedSetupFlowTCDigest", base64(Bytes(32, 1)) + "\n"); },
       "audit.terms-digest-is-sha256", Status::fail, "no SHA-256"},
      {"other terms", [](World& w) { w.web["https://forgery.example/terms.json"].body[10] ^= 1; },
       "audit.terms-file-matches", Status::fail, "does not have the digest"},
      {"terms of 1 GiB",
       [](World& w) { w.web["https://forgery.example/terms.json"].size = 1u << 30; },
       "audit.terms-file-matches", Status::fail, "1073741824 bytes"},
      {"1 GiB of terms announced",
       [](World& w) { w.set_model("enhancedSetupFlowTCFileSize", 1 << 30); },
       "audit.terms-file-matches", Status::unknown, "no more than", 0},
      {"terms gone", [](World& w) { w.web["https://forgery.example/terms.json"].status = 404; },
       "audit.terms-file-matches", Status::fail, "404"},
      {"terms not served now",
       [](World& w) { w.web["https://forgery.example/terms.json"].status = 503; },
       "audit.terms-file-matches", Status::unknown, "503", 0},
      {"terms at home",
       [](World& w) { w.web["https://forgery.example/terms.json"].not_public = true; },
       "audit.terms-file-matches", Status::fail, "public address"},
      {"terms of another revision",
       [](World& w) {
         w.set_terms(
             R"({"schemaVersion":1,"esfRevision":4,"defaultCountry":"US",)"
             R"("countryEntries":{"US":{"defaultLanguage":"en","languageEntries":{"en":[]}}}})");
       },
       "audit.terms-file-is-valid", Status::fail, "esfRevision: expected 3, found 4"},
      {"terms that are no JSON", [](World& w) { w.set_terms("<html>"); },
       "audit.terms-file-is-valid", Status::fail, "expected JSON"},
      {"no version",
       [](World& w) {
         for (const Schema s : {Schema::version, Schema::versions, Schema::compliance})
           w.facts.records[s].clear();
       },
       "audit.model-has-versions", Status::warn, "no software version", 0},
      {"certified without an entry",
       [](World& w) { w.put(Schema::compliance, World::compliance(7)); }, "audit.version-is-known",
       Status::fail, "(known versions: 1, 9)"},
      {"listed without an entry",
       [](World& w) { w.facts.records[Schema::version].erase("FFF1/8000/00000009"); },
       "audit.version-is-known", Status::fail, "is listed, but has no entry"},
      {"withdrawn", [](World& w) { w.set_version("softwareVersionValid", false); },
       "audit.version-is-valid", Status::warn, "withdrawn", 0},
      {"lowest above highest", [](World& w) { w.set_version("minApplicableSoftwareVersion", 9); },
       "audit.applicable-range-is-usable", Status::warn, "the lowest is 9", 0},
      {"image without size", [](World& w) { w.set_version("otaFileSize", "0"); },
       "audit.ota-entry-is-complete", Status::fail, "otaFileSize"},
      {"checksum with a line end",
       [](World& w) { w.set_version("otaChecksum", base64(Bytes(32, 1)) + "\n"); },
       "audit.ota-checksum-is-usable", Status::fail, "white space", 2},
      {"checksum of another type", [](World& w) { w.set_version("otaChecksumType", 7); },
       "audit.ota-checksum-is-usable", Status::fail, "sha-384", 2},
      {"checksum type 2", [](World& w) { w.set_version("otaChecksumType", 2); },
       "audit.ota-checksum-is-usable", Status::fail, "otaChecksumType is 2", 2},
      {"another image",
       [](World& w) {
         OtaParts other;
         other.payload[0] ^= 1;
         w.web["https://forgery.example/9.ota"].body = text(other.bytes());
       },
       "ota.checksum-matches-ledger", Status::fail, ""},
      {"no image there", [](World& w) { w.web.erase("https://forgery.example/9.ota"); },
       "ota.is-fetched", Status::unknown, "no such host", 0},
      {"revoked", [](World& w) { w.set_compliance("softwareVersionCertificationStatus", 3); },
       "audit.version-is-certified", Status::fail, "was revoked"},
      {"revoked and withdrawn",
       [](World& w) {
         w.set_compliance("softwareVersionCertificationStatus", 3);
         w.set_version("softwareVersionValid", false);
       },
       "audit.version-is-certified", Status::warn, "withdrawn", 0},
      {"provisional", [](World& w) { w.set_compliance("softwareVersionCertificationStatus", 1); },
       "audit.version-is-certified", Status::warn, "provisional", 0},
      {"not certified",
       [](World& w) { w.facts.records[Schema::compliance].erase("FFF1/8000/00000009/matter"); },
       "audit.version-is-certified", Status::fail, "(see --fast-track)"},
      {"not certified, fast track",
       [](World& w) {
         w.fast_track = true;
         w.facts.records[Schema::compliance].erase("FFF1/8000/00000009/matter");
       },
       "audit.version-is-certified", Status::warn, "fast-track policy", 0},
      {"revoked, fast track",
       [](World& w) {
         w.fast_track = true;
         w.set_compliance("softwareVersionCertificationStatus", 3);
       },
       "audit.version-is-certified", Status::fail, "was revoked"},
      {"none certified, fast track",
       [](World& w) { w.fast_track = true, w.facts.records[Schema::compliance].clear(); },
       "audit.version-is-certified", Status::fail, "no compliance entry", 2},
      {"certified for zigbee only",
       [](World& w) {
         auto& entries = w.facts.records[Schema::compliance];
         const Json old = entries.at("FFF1/8000/00000009/matter");
         entries.erase("FFF1/8000/00000009/matter");
         w.put(Schema::compliance, with(old, "certificationType", "zigbee"));
       },
       "audit.version-is-certified", Status::fail, "no compliance entry"},
      {"other text", [](World& w) { w.set_compliance("softwareVersionString", "9"); },
       "audit.compliance-agrees", Status::fail, "contradict"},
      {"other CD version", [](World& w) { w.set_compliance("cDVersionNumber", 2); },
       "audit.compliance-agrees", Status::fail, "contradict"},
      {"certificate id of 18",
       [](World& w) { w.set_compliance("cDCertificateId", "FORGED000000001-00"); },
       "audit.certificate-id-is-wellformed", Status::fail, "18 characters"},
      {"certified tomorrow", [](World& w) { w.set_compliance("date", "2027-01-01T00:00:00Z"); },
       "audit.certification-is-past", Status::warn, "in the future", 0},
      {"http", [](World& w) { w.set_model("productUrl", "http://forgery.example/product"); },
       "audit.urls-are-https", Status::fail, "productUrl"},
      {"257 characters",
       [](World& w) {
         w.set_model("productUrl", "https://forgery.example/" + std::string(240, 'x'));
       },
       "audit.urls-are-https", Status::fail, "256 characters"},
      {"release notes over http",
       [](World& w) { w.set_version("releaseNotesUrl", "http://forgery.example/notes"); },
       "audit.urls-are-https", Status::fail, "releaseNotesUrl"},
      {"release notes that are no text", [](World& w) { w.set_version("releaseNotesUrl", 5); },
       "audit.urls-are-https", Status::unknown, "releaseNotesUrl: expected a text", 0},
      {"a manual at no host", [](World& w) { w.set_model("userManualUrl", "https://:443/x"); },
       "audit.urls-are-https", Status::fail, "userManualUrl"},
      {"a support page with a blank",
       [](World& w) { w.set_model("supportUrl", "https://forgery.example/a b"); },
       "audit.urls-are-https", Status::fail, "supportUrl"},
      {"a landing page of another scheme",
       [](World& w) {
         w.set(Schema::vendor, "FFF1", "vendorLandingPageURL", "ftp://forgery.example/");
       },
       "audit.urls-are-https", Status::fail, "vendorLandingPageURL"},
      {"a field of a later ledger, half a percent sign",
       [](World& w) { w.set_model("companionAppUrl", "https://forgery.example/%4"); },
       "audit.urls-are-https", Status::fail, "companionAppUrl"},
      {"terms over http",
       [](World& w) { w.set_model("enhancedSetupFlowTCUrl", "http://forgery.example/t.json"); },
       "audit.urls-are-https", Status::fail, "enhancedSetupFlowTCUrl"},
      {"a list at a file",
       [](World& w) {
         for (auto& [key, point] : w.facts.records[Schema::revocation_point])
           if (key.ends_with("pai")) point = with(point, "dataURL", "file:///pai.crl");
       },
       "audit.urls-are-https", Status::fail, "dataURL"},
      {"a list over http, which is signed",
       [](World& w) {
         for (auto& [key, point] : w.facts.records[Schema::revocation_point])
           if (key.ends_with("pai")) point = with(point, "dataURL", "http://lists.example/pai.crl");
         w.web["http://lists.example/pai.crl"] = w.web["https://lists.example/pai.crl"];
       },
       "audit.urls-are-https", Status::pass, "", 0},
      {"page gone", [](World& w) { w.web["https://forgery.example/product"].status = 410; },
       "audit.urls-answer", Status::warn, "410", 0},
      {"page inside", [](World& w) { w.web["https://forgery.example/product"].not_public = true; },
       "audit.urls-answer", Status::warn, "public address", 0},
      {"page refused", [](World& w) { w.web["https://forgery.example/product"].status = 403; },
       "audit.urls-answer", Status::unknown, "403", 0},
      {"a PAI that cannot be read",
       [](World& w) {
         Json& entry = w.facts.records[Schema::certificate].at(w.key_of(false));
         const Json one = with(entry.find("certs")->array()->front(), "pemCert", "none");
         entry = with(entry, "certs", Json(Json::Array{one}));
       },
       "audit.certificates-are-readable", Status::unknown, "pemCert", 0},
      {"PAA not approved",
       [](World& w) { w.facts.records[Schema::certificate].erase(w.key_of(true)); },
       "audit.pai-has-approved-paa", Status::fail, "its PAA is not approved"},
      {"PAA revoked",
       [](World& w) {
         w.facts.records[Schema::certificate].erase(w.key_of(true));
         w.put(Schema::revoked, World::entry(w.certificates.paa, true));
       },
       "audit.pai-has-approved-paa", Status::fail, "its PAA was revoked"},
      {"PAI revoked",
       [](World& w) {
         w.facts.records[Schema::certificate].erase(w.key_of(false));
         w.put(Schema::revoked, World::entry(w.certificates.pai, false));
       },
       "audit.certificate-is-not-revoked", Status::warn, "it was revoked", 0},
      {"PAI over",
       [](World& w) {
         auto parts = RevocationWorld::parts(RevocationWorld::kPaiKey, RevocationWorld::name("PAI"),
                                             RevocationWorld::kPaaKey, RevocationWorld::name("PAA"),
                                             true, RevocationWorld::kAuthority);
         parts.validity = sequence({utc("240101000000Z"), utc("260501000000Z")});
         w.facts.records[Schema::certificate].erase(w.key_of(false));
         w.put(Schema::certificate, World::entry(parsed(parts), false));
       },
       "audit.certificate-is-in-date", Status::warn, "has ended", 0},
      {"no point of the PAI",
       [](World& w) {
         std::erase_if(w.facts.records[Schema::revocation_point],
                       [](const auto& one) { return one.first.ends_with("pai"); });
       },
       "audit.revocation-is-published", Status::warn, "nobody publishes", 0},
      {"point of a stranger",
       [](World& w) {
         RevocationPoint point = w.certificates.point_of_pai();
         point.label = "stranger";
         point.issuer_subject_key_id = {};
         w.put(Schema::revocation_point, World::point(point));
       },
       "audit.revocation-point-is-its-issuers", Status::warn, "not approved", 0},
      {"list of another key",
       [](World& w) {
         w.web["https://lists.example/pai.crl"].body =
             text(RevocationWorld::list(RevocationWorld::kDacKey).der());
       },
       "audit.revocation-list-is-usable", Status::fail, "pai.crl"},
      {"no list", [](World& w) { w.web.erase("https://lists.example/pai.crl"); },
       "audit.revocation-list-is-usable", Status::unknown, "no such host", 0},
      {"list over",
       [](World& w) {
         CrlParts list = RevocationWorld::list();
         list.times = join({utc("260101000000Z"), utc("260201000000Z")});
         w.web["https://lists.example/pai.crl"].body = text(list.der());
       },
       "audit.revocation-list-is-current", Status::fail, "the next was due 2026-02-01"},
      {"list due tomorrow",
       [](World& w) {
         CrlParts list = RevocationWorld::list();
         list.times = join({utc("260101000000Z"), utc("260602000000Z")});
         w.web["https://lists.example/pai.crl"].body = text(list.der());
       },
       "audit.revocation-list-is-current", Status::warn, "the next is due", 0},
  };
  return all;
}

std::string told(const audit::AuditReport& report) {
  std::string out;
  for (const auto& f : report.findings) {
    if (f.status != Status::pass && f.status != Status::skipped)
      out += fmt::format("{} {} {}: {}\n", status_name(f.status), f.id, f.about, f.message);
  }
  return out;
}

}  // namespace

TEST_CASE("audit: a product in order is approved, and every rule but a few was asked") {
  World world;
  const auto report = world.report();
  CAPTURE(told(report));
  CHECK(report.verdict == Verdict::approve);
  CHECK(report.count(Status::warn) == 0);
  CHECK(report.summary == "nothing was found to be wrong");
  REQUIRE(report.models.size() == 1);
  CHECK(report.models[0].name == "Lamp");
  REQUIRE(report.models[0].versions.size() == 2);
  CHECK(report.models[0].versions[1].certification == "certified");
  // Of a vendor the same.
  world.pid.reset();
  CHECK(world.report().verdict == Verdict::approve);
}

TEST_CASE("audit: one thing changed gives one finding, and each rule was seen both ways") {
  std::set<std::string> passed, noticed;
  const auto note = [&](const audit::AuditReport& report) {
    for (const auto& f : report.findings) {
      if (f.status == Status::pass) passed.insert(f.id);
      if (f.status == Status::fail || f.status == Status::warn || f.status == Status::unknown)
        noticed.insert(f.id);
    }
  };
  World whole;
  whole.pid.reset();
  note(whole.report());
  for (const Row& row : rows()) {
    CAPTURE(row.what);
    World world;
    row.change(world);
    const auto report = world.report();
    note(report);
    CAPTURE(told(report));
    const auto found = std::find_if(report.findings.begin(), report.findings.end(),
                                    [&](const audit::AuditFinding& f) {
                                      return f.id == row.id && f.status == row.status &&
                                             f.message.find(row.words) != std::string::npos;
                                    });
    CHECK(found != report.findings.end());
    CHECK(report.count(Status::fail) == row.fails);
    const bool open = report.count(Status::unknown) != 0;
    CHECK(report.verdict == (row.fails != 0 ? Verdict::reject
                             : open         ? Verdict::undecided
                                            : Verdict::approve));
    if (found != report.findings.end() && row.status != Status::pass &&
        row.status != Status::skipped)
      CHECK(!found->remedy.empty());
  }
  for (const audit::AuditRule& rule : audit::audit_rules()) {
    CAPTURE(rule.id);
    CHECK(passed.contains(rule.id));
    CHECK(noticed.contains(rule.id));
  }
}

TEST_CASE("audit: what could not be asked is never a pass") {
  World offline;
  offline.offline = true;  // of a node: nothing can be asked
  offline.fetch = false;
  const auto report = offline.report();
  CAPTURE(told(report));
  CHECK(report.verdict == Verdict::undecided);
  CHECK(report.count(Status::pass) == 0);
  // Without --fetch nothing but lists is fetched, and what was not asked is told.
  World plain;
  plain.fetch = false;
  const auto unfetched = plain.report();
  CHECK(unfetched.verdict == Verdict::approve);
  for (const auto& f : unfetched.findings) {
    const audit::AuditRule* rule = audit::find_audit_rule(f.id);
    if (rule != nullptr && rule->fetches) CHECK(f.status == Status::skipped);
  }
  CHECK(audit_text(unfetched, {}).find("--fetch)") != std::string::npos);
}

TEST_CASE("audit: terms of 1 GiB are not read") {
  World world;
  world.set_model("enhancedSetupFlowTCFileSize", 1 << 30);
  world.web["https://forgery.example/terms.json"].size = 1u << 30;
  world.set_version("otaUrl", "");
  static_cast<void>(world.report());
  CHECK(world.sent < 4096);  // the lists
}

TEST_CASE("audit: the rules are a catalogue: ids of their own, sentences, remedies") {
  std::set<std::string> seen;
  for (const audit::AuditRule& rule : audit::audit_rules()) {
    CAPTURE(rule.id);
    CHECK(seen.insert(rule.id).second);
    CHECK(std::string_view(rule.id).starts_with("audit."));
    CHECK(!std::string_view(rule.title).ends_with("."));
    CHECK(std::string_view(rule.rule).ends_with("."));
    CHECK(std::string_view(rule.remedy).size() > 10);
    CHECK(std::string_view(rule.when_unknown).size() > 10);
    CHECK(audit::find_audit_rule(rule.id) == &rule);
  }
}

TEST_CASE("audit: no line of the text is wider than 80 columns, and no form lets markup through") {
  World world;
  world.set_model("productName", "<script>alert(1)</script>\x1b[31m");
  world.set_model("discoveryCapabilitiesBitmask", 16);
  const auto report = world.report();
  const std::string page = audit_html(report), json = audit_json(report);
  CHECK(page.find("<script>") == std::string::npos);
  CHECK(page.find('\x1b') == std::string::npos);
  const auto parsed = parse_json(json);
  REQUIRE(parsed);
  CHECK(*parsed->find("verdict")->string() == "reject");
  CHECK(*parsed->find("schema")->string() == "matter-attest/audit/1");
  std::istringstream lines(audit_text(report, {.width = 80, .all_checks = true}));
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(line.size() <= 80);
    CHECK(line.find('\x1b') == std::string::npos);
  }
}

TEST_CASE("docs/audit.md is the table of the audit's rules") {
  const std::string made = audit_rules_markdown();
  if (std::getenv("ACCEPT") != nullptr) std::ofstream("docs/audit.md") << made;
  const bool same = text(slurp("docs/audit.md")) == made;
  CHECK_MESSAGE(same, "docs/audit.md is not what the table says: tests/accept.sh");
}
