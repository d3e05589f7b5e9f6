// A vendor whose every entry is in order, on a ledger that is served, and a web beside it: a test
// changes one thing.
#pragma once

#include <fmt/format.h>

#include <map>

#include "audit/audit.h"
#include "tests/support/dcl_support.h"
#include "tests/support/ota_images.h"
#include "tests/support/revocation_world.h"
#include "verifier/pki/key.h"

namespace attest::test {

// What stands at an address.
struct Page {
  int status = 200;
  std::string body;
  bool not_public = false;
  uint64_t size = 0;  // that the server says; 0: that of the body
};
using Web = std::map<std::string, Page>;

// Answers as the downloader does, and counts what it sent.
class FakeWeb final : public dcl::Downloader {
 public:
  FakeWeb(const Web& web, uint64_t& sent) : web_(web), sent_(sent) {}
  Result<dcl::Downloaded> get(const dcl::DownloadRequest& request, const dcl::TakePiece& take,
                              const dcl::OnDownload&) override {
    const auto found = web_.find(request.url);
    if (found == web_.end()) return error(request.url + ": no such host");
    const Page& page = found->second;
    dcl::DownloadMet ignored;
    dcl::DownloadMet& met = request.met == nullptr ? ignored : *request.met;
    met.not_public = page.not_public;
    if (page.not_public) return error(request.url + ": expected a public address, found 10.0.0.1");
    met.status = page.status;
    if (page.status != 200)
      return error(
          fmt::format("{}: expected the file, found the answer {}", request.url, page.status));
    const uint64_t size = page.size == 0 ? page.body.size() : page.size;
    met.other_size = (request.size && *request.size != size) || size > request.limits.bytes;
    if (met.other_size) return error(fmt::format("{}: found {} bytes", request.url, size));
    if (request.begins) {
      if (const auto begun = request.begins({}, 0); !begun) return tl::unexpected(begun.error());
    }
    sent_ += page.body.size();
    if (const auto taken = take(0, view(page.body)); !taken) return tl::unexpected(taken.error());
    return dcl::Downloaded{.kind = dcl::Downloaded::Kind::whole,
                           .url = request.url,
                           .validators = {},
                           .size = page.body.size()};
  }

 private:
  const Web& web_;
  uint64_t& sent_;
};

// The object with one member replaced.
inline Json with(const Json& object, const std::string& name, Json value) {
  Json::Object out;
  bool there = false;
  for (const auto& [key, old] : *object.object()) {
    there |= key == name;
    out.emplace_back(key, key == name ? value : old);
  }
  if (!there) out.emplace_back(name, value);
  return Json(std::move(out));
}

inline const char* kTerms = R"({"schemaVersion":1,"esfRevision":3,"defaultCountry":"US",
"countryEntries":{"US":{"defaultLanguage":"en","languageEntries":{"en":[
{"title":"<b>Terms</b>","text":"<p>Read <em>them</em>.</p><br/>","required":true,"ordinal":0}]}}}})";

struct AuditWorld {
  using Schema = dcl::Schema;
  RevocationWorld certificates;
  fixtures::LedgerFacts facts;
  Web web;
  uint64_t sent = 0;  // by the web
  bool fetch = true, fast_track = false, offline = false;
  std::optional<uint16_t> pid = 0x8000;
  std::string chain_id = "dclchain-local";

  AuditWorld() {
    facts.height = 50;
    put(Schema::vendor, Json()
                            .set("vendorID", 0xFFF1)
                            .set("vendorName", "Forgery")
                            .set("companyLegalName", "Forgery")
                            .set("companyPreferredName", "")
                            .set("vendorLandingPageURL", "https://forgery.example/"));
    put(Schema::model, model());
    Json versions;
    put(Schema::versions, versions.set("vid", 0xFFF1)
                              .set("pid", 0x8000)
                              .set("softwareVersions", Json(Json::Array{Json(1), Json(9)})));
    const Bytes image = OtaParts().bytes();
    put(Schema::version, version(1, "1.0"));
    Json offered = with(version(9, "9.0"), "otaUrl", "https://forgery.example/9.ota");
    offered = with(offered, "otaFileSize", std::to_string(image.size()));
    offered = with(offered, "otaChecksum", base64(sha256(image)));
    put(Schema::version, with(offered, "otaChecksumType", 1));
    for (const int number : {1, 9}) put(Schema::compliance, compliance(number));
    put(Schema::certificate, entry(certificates.paa, true));
    put(Schema::certificate, entry(certificates.pai, false));
    put(Schema::revocation_point, point(certificates.point_of_paa()));
    put(Schema::revocation_point, point(certificates.point_of_pai()));
    web["https://forgery.example/"] = {};
    web["https://forgery.example/product"] = {};
    web["https://forgery.example/maintenance"] = {};
    web["https://forgery.example/terms.json"] = {200, kTerms};
    web["https://forgery.example/9.ota"] = {200, std::string(text(image))};
    web["https://lists.example/pai.crl"] = {200, std::string(text(certificates.list().der()))};
    web["https://lists.example/paa.crl"] = {
        200, std::string(text(RevocationWorld::list(RevocationWorld::kPaaKey, "PAA").der()))};
  }

  static Json model() {
    Json out;
    out.set("vid", 0xFFF1).set("pid", 0x8000).set("deviceTypeId", 22);
    out.set("productName", "Lamp").set("productLabel", "").set("partNumber", "");
    out.set("commissioningCustomFlow", 0).set("discoveryCapabilitiesBitmask", 6);
    out.set("productUrl", "https://forgery.example/product");
    out.set("enhancedSetupFlowOptions", 1)
        .set("enhancedSetupFlowTCUrl", "https://forgery.example/terms.json")
        .set("enhancedSetupFlowTCRevision", 3);
    out.set("enhancedSetupFlowTCDigest", base64(sha256(view(std::string_view(kTerms)))))
        .set("enhancedSetupFlowTCFileSize", static_cast<uint64_t>(std::string_view(kTerms).size()));
    return out.set("maintenanceUrl", "https://forgery.example/maintenance");
  }
  static Json version(int number, const char* text) {
    Json out;
    out.set("vid", 0xFFF1).set("pid", 0x8000).set("softwareVersion", number);
    out.set("softwareVersionString", text).set("cdVersionNumber", 1).set("firmwareInformation", "");
    out.set("softwareVersionValid", true).set("otaUrl", "").set("otaFileSize", "0");
    out.set("otaChecksum", "").set("otaChecksumType", 0);
    return out.set("minApplicableSoftwareVersion", 0)
        .set("maxApplicableSoftwareVersion", number - 1)
        .set("releaseNotesUrl", "");
  }
  static Json compliance(int number) {
    Json out;
    out.set("vid", 0xFFF1).set("pid", 0x8000).set("softwareVersion", number);
    out.set("certificationType", "matter")
        .set("softwareVersionString", fmt::format("{}.0", number))
        .set("cDVersionNumber", 1)
        .set("softwareVersionCertificationStatus", 2);
    return out.set("date", "2026-05-01T00:00:00Z")
        .set("reason", "")
        .set("cDCertificateId", "FORGED0000000001-00")
        .set("specificationVersion", 17039616);
  }
  static Json entry(const CertificatePtr& c, bool is_root) {
    Json one, out;
    one.set("pemCert", to_pem("CERTIFICATE", c->der))
        .set("subject", base64(c->subject.der))
        .set("subjectKeyId", hex_colons(*c->skid()))
        .set("subjectAsText", "CN=Test,vid=0xFFF1");
    one.set("isRoot", is_root).set("vid", 0xFFF1).set("certificateType", "DeviceAttestationPKI");
    return out.set("subject", base64(c->subject.der))
        .set("subjectKeyId", hex_colons(*c->skid()))
        .set("certs", Json(Json::Array{one}));
  }
  static Json point(const RevocationPoint& p) {
    Json out;
    out.set("vid", p.vid == 0 ? 0 : int64_t{p.vid}).set("label", p.label).set("pid", 0);
    out.set("issuerSubjectKeyID", hex_upper(p.issuer_subject_key_id)).set("isPAA", p.is_paa);
    out.set("crlSignerCertificate", to_pem("CERTIFICATE", p.crl_signer)).set("dataURL", p.data_url);
    return out.set("dataFileSize", "0")
        .set("dataDigest", "")
        .set("dataDigestType", 0)
        .set("revocationType", 1)
        .set("crlSignerDelegator", "");
  }

  void put(Schema schema, const Json& object) { REQUIRE(facts.add(schema, object)); }
  // The record of this key with a member replaced.
  void set(Schema schema, const std::string& key, const std::string& name, Json value) {
    Json& record = facts.records.at(schema).at(key);
    record = with(record, name, std::move(value));
  }
  void set_model(const std::string& name, Json value) {
    set(Schema::model, "FFF1/8000", name, std::move(value));
  }
  void set_version(const std::string& name, Json value) {
    set(Schema::version, "FFF1/8000/00000009", name, std::move(value));
  }
  void set_compliance(const std::string& name, Json value) {
    set(Schema::compliance, "FFF1/8000/00000009/matter", name, std::move(value));
  }
  std::string key_of(bool paa) const {
    const auto skid = paa ? certificates.paa->skid() : certificates.pai->skid();
    for (const auto& [key, object] : facts.records.at(Schema::certificate)) {
      if (key.starts_with(dcl::key_id_prefix(*skid))) return key;
    }
    return {};
  }
  void set_terms(const std::string& json) {
    web["https://forgery.example/terms.json"].body = json;
    set_model("enhancedSetupFlowTCDigest", base64(sha256(view(json))));
    set_model("enhancedSetupFlowTCFileSize", static_cast<uint64_t>(json.size()));
  }

  audit::AuditReport report() {
    const Folder folder;
    fixtures::LedgerServer server(facts, {});
    REQUIRE(server.start());
    const auto downloader = [this]() -> Result<std::unique_ptr<dcl::Downloader>> {
      return std::make_unique<FakeWeb>(web, sent);
    };
    auto ledger = dcl::CachedLedger::open(
        {.network = {.name = "main", .chain_id = chain_id, .url = server.url()},
         .cache_folder = folder.path(),
         .ledger = server.url(),
         .offline = offline,
         .max_age = 86'400,
         .now = kNow,
         .engine = openssl_engine(),
         .transport = [] { return dcl::make_curl_transport({.budget = hasty()}); },
         .progress = {},
         .downloader = downloader});
    REQUIRE(ledger);
    return audit::audit(**ledger,
                        {.vid = 0xFFF1,
                         .pid = pid,
                         .fetch = fetch,
                         .fast_track = fast_track,
                         .network = attest::Network::main,
                         .at = certificates.at,
                         .engine = openssl_engine(),
                         .downloader = downloader,
                         .folder = folder / "ota"},
                        Verbosity::silent());
  }
};

}  // namespace attest::test
