// Records: the ledger's JSON, read strictly. Rows are quirks of the real ledger.
#include "dcl/records.h"
#include "tests/support/dcl_support.h"
#include "verifier/pki/certificate.h"

using namespace attest;
using namespace attest::dcl;
using namespace attest::test;

namespace {

Json recording(const char* file) {
  const auto json = parse_json(text(slurp(shared() / "dcl/rest" / file)));
  REQUIRE(json);
  return *json;
}
Json json(const char* text) {
  const auto parsed = parse_json(text);
  REQUIRE(parsed);
  return *parsed;
}

}  // namespace

TEST_CASE("dcl: every recorded list and record is read") {
  if (!have_shared("dcl")) return;
  const auto& facts = recorded();
  CHECK(facts.records.at(Schema::vendor).size() == 127);
  CHECK(facts.records.at(Schema::model).size() == 180);
  CHECK(facts.records.at(Schema::compliance).size() == 134);
  CHECK(facts.records.at(Schema::certificate).size() == 65);
  CHECK(facts.records.at(Schema::revocation_point).size() == 12);
  // Every recorded 200 and 404 of a single record is read as what it is.
  size_t found = 0, absent = 0;
  for (const auto& recorded : facts.recordings) {
    const auto& [path, recording] = recorded;
    for (const Schema schema : {Schema::vendor, Schema::model, Schema::version, Schema::versions,
                                Schema::compliance, Schema::coverage}) {
      for (const auto& [key, object] : facts.records.at(schema)) {
        if (one_path(schema, key) != path) continue;
        CAPTURE(recorded.first);
        REQUIRE(recording.status == 200);
        const auto body = parse_json(recording.body);
        REQUIRE(body);
        const auto record = read_one(schema, key, *body);
        CHECK_MESSAGE(record.has_value(), (record ? "" : record.error().what));
        ++found;
      }
    }
    if (recording.status == 404) ++absent;
  }
  CHECK(found >= 30);
  CHECK(absent >= 60);
}

TEST_CASE("dcl: the wrapper of one and of many is the same name with another type") {
  const auto one =
      json(R"({"vendorInfo":{"vendorID":65521,"vendorName":"A","companyLegalName":"B"}})");
  const auto many = json(
      R"({"vendorInfo":[{"vendorID":65521,"vendorName":"A","companyLegalName":"B"}],"pagination":{"next_key":null,"total":"1"}})");
  CHECK(read_one(Schema::vendor, "FFF1", one).has_value());
  CHECK(read_page(Schema::vendor, many).has_value());
  CHECK(read_one(Schema::vendor, "FFF1", many).error().what ==
        "expected an object \"vendorInfo\", found array");
  CHECK(read_page(Schema::vendor, one).error().what ==
        "expected a list \"vendorInfo\", found object");
}

TEST_CASE("dcl: 64-bit numbers are strings, others are numbers") {
  if (!have_shared("dcl")) return;
  const auto version =
      version_of(*recording("model/version_fff1_8000_10_u64max_invalid.json").find("modelVersion"));
  REQUIRE(version);
  CHECK(version->ota_file_size == 18446744073709551615u);
  CHECK_FALSE(version->valid);
  const auto last =
      version_of(*recording("model/version_fff1_8001_u32max.json").find("modelVersion"));
  REQUIRE(last);
  CHECK(last->software_version == 4294967295u);
  const auto ota =
      version_of(*recording("model/version_fff1_8001_2_sha512.json").find("modelVersion"));
  REQUIRE(ota);
  CHECK(ota->ota_checksum_type == 8);
  CHECK(version_of(*recording("model/version_fff1_8002_sv0.json").find("modelVersion"))
            ->software_version == 0);
}

TEST_CASE("dcl: cdVersionNumber in a version is cDVersionNumber in compliance") {
  if (!have_shared("dcl")) return;
  CHECK(version_of(*recording("model/version_fff1_8000_2_ota.json").find("modelVersion"))
            ->cd_version_number == 2);
  const auto info = compliance_of(
      *recording("compliance/compliance-info_fff1_8000_2_certified.json").find("complianceInfo"));
  REQUIRE(info);
  CHECK(info->cd_version_number == 2);
}

TEST_CASE("dcl: a compliance entry's own fields are the present, its history is the past") {
  if (!have_shared("dcl")) return;
  const struct {
    const char* file;
    uint32_t status;
    const char* id;
  } rows[] = {
      {"compliance/compliance-info_fff1_8000_1_certified_full.json", 2, "ZIG20142ZB330001-24"},
      {"compliance/compliance-info_fff1_8001_1_revoked_after_certified.json", 3,
       "CSA00000SWC00000-00"},
      {"compliance/compliance-info_fff1_8002_0_provisional.json", 1, "CSA00000SWC00001-00"},
      {"compliance/compliance-info_fff2_8005_1_revoked_only.json", 3, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.file);
    const auto info = compliance_of(*recording(row.file).find("complianceInfo"));
    REQUIRE_MESSAGE(info.has_value(), (info ? "" : info.error().what));
    CHECK(info->status == row.status);
    CHECK(info->certificate_id == row.id);
  }
  // The date is kept as the certification centre wrote it, offset and all.
  CHECK(compliance_of(*recording("compliance/compliance-info_fff1_8001_2_certified_tz_offset.json")
                           .find("complianceInfo"))
            ->date.ends_with("+02:00"));
}

TEST_CASE("dcl: a certificate id covers what is certified now, as the compliance entries say") {
  if (!have_shared("dcl")) return;
  const auto& facts = recorded();
  size_t compared = 0;
  for (const auto& [id, object] : facts.records.at(Schema::coverage)) {
    const auto coverage = coverage_of(object);
    REQUIRE(coverage);
    for (const auto& entry : coverage->entries) {
      CHECK(entry.status == 2);
      const auto key =
          compliance_key(entry.vid, entry.pid, entry.software_version, entry.certification_type);
      CHECK(compliance_of(facts.records.at(Schema::compliance).at(key))->certificate_id == id);
      ++compared;
    }
  }
  CHECK(compared >= 129);
}

TEST_CASE(
    "dcl: vendors' text arrives escaped, in four-byte UTF-8 and with tabs and quotes, and is "
    "kept") {
  if (!have_shared("dcl")) return;
  const auto model = model_of(*recording("model/model_fff2_8001_unicode.json").find("model"));
  REQUIRE(model);
  CHECK(is_utf8(model->product_name + model->product_label));
  const auto record =
      read_record(Schema::model, *recording("model/model_fff2_8001_unicode.json").find("model"));
  REQUIRE(record);
  CHECK(*parse_json(dump(record->object)) == record->object);
}

TEST_CASE(
    "dcl: certificates come from the PEM, one key under several subjects, one entry with several "
    "certificates") {
  if (!have_shared("dcl")) return;
  const auto twin =
      certificates_of(*recording("pki/certificates_paa_twin.json").find("approvedCertificates"));
  REQUIRE_MESSAGE(twin.has_value(), (twin ? "" : twin.error().what));
  CHECK(twin->size() == 2);
  CHECK(twin->at(0).certificate.der != twin->at(1).certificate.der);
  // The ledger's outer subject and key id are compared with the PEM's; its text fields are not
  // looked at.
  const auto nxp =
      certificates_of(*recording("pki/certificates_paa_nxp.json").find("approvedCertificates"));
  REQUIRE(nxp);
  CHECK((*parse_certificate(nxp->front().certificate.der))->null_parameters);
  const auto csa =
      certificates_of(*recording("pki/certificates_paa_csa_ca.json").find("approvedCertificates"));
  REQUIRE(csa);
  CHECK(csa->front().named_vid == 0xC5A0);
  CHECK(csa->front().certificate.is_root);
}

TEST_CASE("dcl: a PEM that does not match its own key id or subject is refused") {
  if (!have_shared("dcl")) return;
  const Json paa = *recording("pki/certificates_paa_fff1.json").find("approvedCertificates");
  const Json other = *recording("pki/certificates_paa_nxp.json").find("approvedCertificates");
  const auto with = [&](const char* name, const Json& value) {
    Json out;
    for (const auto& [key, member] : *paa.object()) out.set(key, key == name ? value : member);
    return certificates_of(out);
  };
  CHECK(with("subjectKeyId", *other.find("subjectKeyId"))
            .error()
            .what.starts_with("certificate: its entry says key id "));
  CHECK(with("subject", *other.find("subject"))
            .error()
            .what.find("its entry and its PEM name different subjects") != std::string::npos);
  CHECK(with("certs", *other.find("certs"))
            .error()
            .what.starts_with("certificate: its entry says key id 6A:FD:22:77"));
  CHECK(with("subjectKeyId", "6a:fd:22:77:1f:51:1f:ec:bf:16:41:97:67:10:dc:dc:31:a1:71:7e")
            .error()
            .what.starts_with("certificates: subjectKeyId: expected 20 bytes of upper-case hex"));
  CHECK(with("certs", Json(Json::Array{})).error().what ==
        "certificates: 6A:FD:22:77:1F:51:1F:EC:BF:16:41:97:67:10:DC:DC:31:A1:71:7E has 0 "
        "certificates, expected 1 to 1000");
  // A root that is not self-issued is no root, whatever the entry says.
  const Json pai = *recording("pki/certificates_pai_fff1_8000.json").find("approvedCertificates");
  std::string text = dump(pai);
  const size_t at = text.find("\"isRoot\":false");
  REQUIRE(at != std::string::npos);
  text.replace(at, 14, "\"isRoot\":true");
  CHECK(certificates_of(*parse_json(text)).error().what.find("listed as a root, but issued by") !=
        std::string::npos);
}

TEST_CASE("dcl: revocation points keep their odd labels and issuers") {
  if (!have_shared("dcl")) return;
  const auto& points = recorded().records.at(Schema::revocation_point);
  CHECK(
      points.contains("7AB9EDA76FE9CB646275326DD14508B800F8E1C8/6006/label with space/and slash"));
  size_t delegated = 0;
  for (const auto& [key, object] : points) {
    const auto point = revocation_point_of(object);
    REQUIRE_MESSAGE(point.has_value(), (point ? "" : point.error().what));
    CHECK(point->revocation_type == 1);
    CHECK(point->data_file_size ==
          0);  // refused by the node with this type: nothing binds the file
    delegated += point->crl_signer_delegator.empty() ? 0 : 1;
    CHECK(key.starts_with(key_id_prefix(point->issuer_subject_key_id)));
  }
  CHECK(delegated >= 1);
  // An issuer id that is no key id is kept, and unreadable only to who asks about it.
  const Json odd = json(
      R"({"vid":65521,"label":"x","issuerSubjectKeyID":"ABCD","pid":0,"isPAA":true,"crlSignerCertificate":"","dataURL":"","dataFileSize":"0","dataDigest":"","dataDigestType":0,"revocationType":1,"schemaVersion":0})");
  CHECK(read_record(Schema::revocation_point, odd)->key == "ABCD/FFF1/x");
  CHECK(revocation_point_of(odd).error().what.starts_with(
      "revocation point: issuerSubjectKeyID: expected 20 bytes"));
}

TEST_CASE("dcl: what cannot be addressed in a path is never asked for by one") {
  CHECK_FALSE(one_path(Schema::certificate, "AB/CD").has_value());
  CHECK_FALSE(one_path(Schema::revocation_point, "AB/FFF1/a/b").has_value());
  CHECK_FALSE(one_path(Schema::coverage, "CSA/../x").has_value());
  CHECK(one_path(Schema::coverage, "CSA00000SWC00000-00") ==
        "/dcl/compliance/device-software-compliance/CSA00000SWC00000-00");
  CHECK(one_path(Schema::coverage, "a b?") ==
        "/dcl/compliance/device-software-compliance/a%20b%3F");
  CHECK(one_path(Schema::compliance, compliance_key(1, 2, 4294967295u, "matter")) ==
        "/dcl/compliance/compliance-info/1/2/4294967295/matter");
}

TEST_CASE("dcl: fields of a wrong type or out of range are refused by name") {
  const struct {
    Schema schema;
    const char* object;
    const char* what;
  } rows[] = {
      {Schema::vendor, R"({"vendorID":70000,"vendorName":"","companyLegalName":""})",
       "vendorInfo: vendorID: expected a number from 1 to 65535, found 70000"},
      {Schema::vendor, R"({"vendorID":-1,"vendorName":"","companyLegalName":""})",
       "vendorInfo: vendorID: expected a number from 1 to 65535, found -1"},
      {Schema::vendor, R"({"vendorID":"65521","vendorName":"","companyLegalName":""})",
       "vendorInfo: vendorID: expected a number from 1 to 65535, found \"65521\""},
      {Schema::vendor, R"({"vendorID":1.5,"vendorName":"","companyLegalName":""})",
       "vendorInfo: vendorID: expected a number from 1 to 65535, found 1.5"},
      {Schema::vendor, R"({"vendorName":"","companyLegalName":""})",
       "vendorInfo: vendorID: missing"},
      {Schema::vendor, R"({"vendorID":1,"vendorName":null,"companyLegalName":""})",
       "vendorInfo: vendorName: expected a string, found null"},
      {Schema::vendor, R"([])", "vendorInfo: expected an object, found array"},
      {Schema::versions, R"({"vid":1,"pid":1,"softwareVersions":[4294967296]})",
       "modelVersions: softwareVersions: expected numbers of 32 bits"},
      {Schema::coverage, R"({"cDCertificateId":"X","complianceInfo":{}})",
       "deviceSoftwareCompliance: complianceInfo: expected an array, found object"},
  };
  for (const auto& row : rows) {
    // What has a key is kept beside its problem; what has none cannot be filed.
    const auto record = read_record(row.schema, json(row.object));
    CHECK((record ? record->problem : record.error().what) == row.what);
  }
}
