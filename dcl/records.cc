#include "dcl/records.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "dcl/first_pem.h"
#include "verifier/pki/certificate.h"

namespace attest::dcl {
namespace {

constexpr SchemaInfo kInfos[] = {
    {"vendor", "vendor", "vendors", "/dcl/vendorinfo/vendors", "vendorInfo", "vendorInfo"},
    {"model", "model", "models", "/dcl/model/models", "model", "model"},
    {"version", "software version", "software versions", nullptr, nullptr, "modelVersion"},
    {"versions", "list of software versions of model", "version lists", nullptr, nullptr,
     "modelVersions"},
    {"compliance", "compliance entry", "compliance entries", "/dcl/compliance/compliance-info",
     "complianceInfo", "complianceInfo"},
    {"coverage", "certificate id", "certificate ids", "/dcl/compliance/device-software-compliance",
     "deviceSoftwareCompliance", "deviceSoftwareCompliance"},
    {"certificate", "certificate", "certificates", "/dcl/pki/certificates", "approvedCertificates",
     "approvedCertificates"},
    {"revoked", "revoked certificate", "revoked certificates", "/dcl/pki/revoked-certificates",
     "revokedCertificates", "revokedCertificates"},
    {"revocation-point", "revocation point", "revocation points", "/dcl/pki/revocation-points",
     "PkiRevocationDistributionPoint", "PkiRevocationDistributionPoint"},
};

constexpr size_t kMaxCertificatesOfEntry = 1000;

// Takes members out of an object and keeps the first complaint, so that a decoder reads as a list
// of fields. A member that decides something must be there; `newer` ones may be missing, older
// nodes do not send them.
class Fields {
 public:
  Fields(const Json& object, const char* name) : object_(object), name_(name) {
    if (!object.is_object())
      print_error(fmt::format("expected an object, found {}", object.kind()));
  }

  uint64_t number(const char* key, uint64_t min, uint64_t max, bool newer = false) {
    const Json* member = take(key, newer);
    if (member == nullptr) return 0;
    const auto value = member->natural();
    if (!value || *value < min || *value > max) {
      print_error(fmt::format("{}: expected a number from {} to {}, found {}", key, min, max,
                              shown(*member)));
      return 0;
    }
    return *value;
  }
  uint16_t id(const char* key, uint64_t min) {
    return static_cast<uint16_t>(number(key, min, 0xFFFF));
  }
  uint32_t u32(const char* key, bool newer = false) {
    return static_cast<uint32_t>(number(key, 0, 0xFFFFFFFF, newer));
  }

  // int64 and uint64 come as strings of digits.
  uint64_t digits(const char* key) {
    const Json* member = take(key, false);
    if (member == nullptr) return 0;
    uint64_t value = 0;
    const std::string* text = member->string();
    if (text != nullptr) {
      const auto got = std::from_chars(text->data(), text->data() + text->size(), value);
      if (!text->empty() && got.ec == std::errc() && got.ptr == text->data() + text->size())
        return value;
    }
    print_error(fmt::format("{}: expected a 64-bit number as a string of digits, found {}", key,
                            shown(*member)));
    return 0;
  }
  std::string text(const char* key, bool newer = false) {
    const Json* member = take(key, newer);
    if (member == nullptr) return {};
    if (member->string() == nullptr)
      print_error(fmt::format("{}: expected a string, found {}", key, shown(*member)));
    return member->string() == nullptr ? std::string() : *member->string();
  }
  bool flag(const char* key) {
    const Json* member = take(key, false);
    if (member == nullptr) return false;
    if (!member->boolean())
      print_error(fmt::format("{}: expected true or false, found {}", key, shown(*member)));
    return member->boolean().value_or(false);
  }
  const Json::Array* array(const char* key) {
    const Json* member = take(key, false);
    if (member == nullptr) return nullptr;
    if (member->array() == nullptr)
      print_error(fmt::format("{}: expected an array, found {}", key, shown(*member)));
    return member->array();
  }
  void print_error(std::string why) {
    if (problem_.empty()) problem_ = std::move(why);
  }

  template <class T>
  Result<T> done(T value) const {
    if (!problem_.empty()) return error(fmt::format("{}: {}", name_, problem_));
    return value;
  }

 private:
  const Json* take(const char* key, bool newer) {
    const Json* member = object_.find(key);
    if (member == nullptr && !newer) print_error(fmt::format("{}: missing", key));
    return member;
  }
  static std::string shown(const Json& value) {
    if (value.is_object() || value.is_array()) return value.kind();
    const std::string whole = dump(value);
    return printable(whole.size() <= 60 ? whole : whole.substr(0, 57) + "...");
  }

  const Json& object_;
  const char* name_;
  std::string problem_;
};

std::string percent(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::optional<KeyId> key_id_meant(std::string_view text) {
  const auto bytes = from_hex_lenient(text);
  return bytes ? key_id(*bytes) : std::nullopt;
}

// A key id as the ledger spells it, else what was written, without '/'.
std::string key_id_part(const std::string& text) {
  const auto id = key_id_meant(text);
  return id ? hex_upper(*id) : percent(text);
}

// Any vendor may write revocation points, and the ledger does not look at the issuer's id. However
// it is spelt, who asks for the key id that it means finds it; two spellings are two points.
Result<std::string> point_key(const Json& object) {
  Fields f(object, "revocation point");
  const std::string issuer = f.text("issuerSubjectKeyID"), label = f.text("label");
  const uint16_t vid = f.id("vid", 0);
  const std::string id = key_id_part(issuer);
  const std::string spelling = id == issuer || !key_id_meant(issuer) ? "" : percent(issuer) + "/";
  return f.done(id + "/" + spelling + vendor_key(vid) + "/" + label);
}

Result<KeyId> key_id_of(std::string_view text, bool colons) {
  const auto id = key_id_meant(text);
  if (!id || (colons && hex_colons(*id) != text))
    return error(fmt::format("expected 20 bytes of upper-case hex, found \"{}\"", printable(text)));
  return *id;
}

Result<EntryCertificate> entry_certificate(const Json& object, View subject, const KeyId& skid) {
  Fields f(object, "certificate");
  const std::string pem = f.text("pemCert"), type = f.text("certificateType", true);
  const bool is_root = f.flag("isRoot");
  const uint16_t vid = static_cast<uint16_t>(f.number("vid", 0, 0xFFFF, true));
  if (const auto readable = f.done(true); !readable) return tl::unexpected(readable.error());
  auto der = first_pem(pem);
  if (!der) return within("certificate: pemCert", der.error());
  size_t consumed = 0;
  const auto parsed = parse_certificate(*der, &consumed);
  if (!parsed) return within("certificate: pemCert", parsed.error());
  const Certificate& certificate = **parsed;
  if (consumed != der->size())
    return error(fmt::format("certificate: pemCert: {} bytes after the certificate",
                             der->size() - consumed));
  // What the entry is filed under must be what the certificate itself says: lookups trust the key.
  if (certificate.skid() != skid) {
    const auto own = certificate.skid();
    return error(fmt::format("certificate: its entry says key id {}, its PEM says {}",
                             hex_colons(skid), own ? hex_colons(*own) : "none"));
  }
  if (!equal(certificate.subject.der, subject)) {
    return error(fmt::format("certificate {}: its entry and its PEM name different subjects",
                             hex_colons(skid)));
  }
  if (is_root && !certificate.self_issued()) {
    return error(fmt::format("certificate {}: listed as a root, but issued by {}", hex_colons(skid),
                             printable(name_text(certificate.issuer))));
  }
  return EntryCertificate{.certificate = {.der = std::move(*der),
                                          .is_root = is_root,
                                          .device_attestation = type == "DeviceAttestationPKI",
                                          .vid = vid,
                                          .type = type},
                          .subject_key_id = skid,
                          .issuer = to_bytes(certificate.issuer.der),
                          .subject = to_bytes(certificate.subject.der),
                          .authority_key_id = certificate.akid(),
                          .named_vid = certificate.vid()};
}

// What is wrong with a record besides its key; empty: nothing.
template <class T>
std::string wrong(const Result<T>& record) {
  return record ? std::string() : record.error().what;
}

std::string point_problem(const Json& object) {
  const auto point = revocation_point_of(object);
  if (!point) return point.error().what;
  const std::string& issuer = *object.find("issuerSubjectKeyID")->string();
  if (hex_upper(point->issuer_subject_key_id) != issuer)
    return fmt::format(
        "revocation point: issuerSubjectKeyID: expected 20 bytes of upper-case hex, found \"{}\": "
        "commissioners do not find it",
        printable(issuer));
  if (!point->crl_signer.empty()) return "";
  // What a field lets in is 2048 characters: of a certificate of ML-DSA that is the beginning.
  for (const char* field : {"crlSignerCertificate", "crlSignerDelegator"}) {
    const Json* found = object.find(field);
    const std::string* pem = found == nullptr ? nullptr : found->string();
    if (pem != nullptr && pem->find("-----BEGIN ") != std::string::npos &&
        pem->find("-----END ") == std::string::npos)
      return fmt::format(
          "revocation point: {}: a PEM block without its end, {} characters (the ledger's field "
          "holds 2048; a certificate of ML-DSA has more)",
          field, pem->size());
  }
  return "revocation point: crlSignerCertificate: expected a PEM block";
}

std::string problem_of(Schema schema, const Json& object) {
  switch (schema) {
    case Schema::vendor:
      return wrong(vendor_of(object));
    case Schema::model:
      return wrong(model_of(object));
    case Schema::version:
      return wrong(version_of(object));
    case Schema::versions:
      return wrong(versions_of(object));
    case Schema::compliance:
      return wrong(compliance_of(object));
    case Schema::coverage:
      return wrong(coverage_of(object));
    case Schema::certificate:
    case Schema::revoked:
      return wrong(certificates_of(object));
    case Schema::revocation_point:
      return point_problem(object);
  }
  return {};
}

Result<std::string> key_of(Schema schema, const Json& object) {
  Fields f(object, info(schema).one_member);
  switch (schema) {
    case Schema::vendor:
      return f.done(vendor_key(f.id("vendorID", 1)));
    case Schema::model:
    case Schema::versions: {
      const uint16_t vid = f.id("vid", 1), pid = f.id("pid", 0);
      return f.done(model_key(vid, pid));
    }
    case Schema::version: {
      const uint16_t vid = f.id("vid", 1), pid = f.id("pid", 0);
      return f.done(version_key(vid, pid, f.u32("softwareVersion")));
    }
    case Schema::compliance: {
      const uint16_t vid = f.id("vid", 1), pid = f.id("pid", 0);
      const uint32_t version = f.u32("softwareVersion");
      return f.done(compliance_key(vid, pid, version, f.text("certificationType")));
    }
    case Schema::coverage:
      return f.done(f.text("cDCertificateId"));
    case Schema::certificate:
    case Schema::revoked:
      return certificate_key(object);
    case Schema::revocation_point:
      return point_key(object);
  }
  return error("no such schema");
}

}  // namespace

const SchemaInfo& info(Schema schema) {
  return kInfos[static_cast<size_t>(schema)];
}

std::optional<Schema> schema_named(std::string_view name) {
  for (const Schema schema : kSchemas) {
    if (name == info(schema).name) return schema;
  }
  return std::nullopt;
}

std::string vendor_key(uint16_t vid) {
  return fmt::format("{:04X}", vid);
}
std::string model_key(uint16_t vid, uint16_t pid) {
  return fmt::format("{:04X}/{:04X}", vid, pid);
}
std::string version_key(uint16_t vid, uint16_t pid, uint32_t software_version) {
  return fmt::format("{:04X}/{:04X}/{:08X}", vid, pid, software_version);
}
std::string compliance_key(uint16_t vid, uint16_t pid, uint32_t software_version,
                           std::string_view type) {
  return fmt::format("{:04X}/{:04X}/{:08X}/{}", vid, pid, software_version, type);
}
std::string key_id_prefix(const KeyId& id) {
  return hex_upper(id) + "/";
}

std::optional<std::string> one_path(Schema schema, const std::string& key) {
  // Always plain decimal: the gateway reads a leading zero as octal.
  const auto number = [&](size_t at, size_t digits) {
    uint32_t value = 0;
    if (key.size() >= at + digits)
      std::from_chars(key.data() + at, key.data() + at + digits, value, 16);
    return value;
  };
  switch (schema) {
    case Schema::vendor:
      return fmt::format("/dcl/vendorinfo/vendors/{}", number(0, 4));
    case Schema::model:
      return fmt::format("/dcl/model/models/{}/{}", number(0, 4), number(5, 4));
    case Schema::versions:
      return fmt::format("/dcl/model/versions/{}/{}", number(0, 4), number(5, 4));
    case Schema::version:
      return fmt::format("/dcl/model/versions/{}/{}/{}", number(0, 4), number(5, 4), number(10, 8));
    case Schema::compliance: {
      if (key.size() < 19 || key.find('/', 19) != std::string::npos) return std::nullopt;
      return fmt::format("/dcl/compliance/compliance-info/{}/{}/{}/{}", number(0, 4), number(5, 4),
                         number(10, 8), percent(std::string_view(key).substr(19)));
    }
    case Schema::coverage: {
      if (key.empty() || key.find('/') != std::string::npos) return std::nullopt;
      return "/dcl/compliance/device-software-compliance/" + percent(key);
    }
    case Schema::certificate:
    case Schema::revoked:
    case Schema::revocation_point:
      return std::nullopt;
  }
  return std::nullopt;
}

Result<VendorInfo> vendor_of(const Json& object) {
  Fields f(object, "vendorInfo");
  return f.done(VendorInfo{.vendor_id = f.id("vendorID", 1),
                           .vendor_name = f.text("vendorName"),
                           .company_legal_name = f.text("companyLegalName"),
                           .company_preferred_name = f.text("companyPreferredName", true),
                           .landing_page_url = f.text("vendorLandingPageURL", true)});
}

Result<Model> model_of(const Json& object) {
  Fields f(object, "model");
  return f.done(Model{.vid = f.id("vid", 1),
                      .pid = f.id("pid", 0),
                      .device_type_id = f.u32("deviceTypeId"),
                      .product_name = f.text("productName"),
                      .product_label = f.text("productLabel"),
                      .part_number = f.text("partNumber"),
                      .commissioning_custom_flow =
                          static_cast<int32_t>(f.number("commissioningCustomFlow", 0, 0x7FFFFFFF)),
                      .discovery_capabilities = f.u32("discoveryCapabilitiesBitmask", true)});
}

Result<ModelVersion> version_of(const Json& object) {
  Fields f(object, "modelVersion");
  return f.done(ModelVersion{.vid = f.id("vid", 1),
                             .pid = f.id("pid", 0),
                             .software_version = f.u32("softwareVersion"),
                             .software_version_string = f.text("softwareVersionString"),
                             .cd_version_number = f.u32("cdVersionNumber"),
                             .firmware_information = f.text("firmwareInformation"),
                             .valid = f.flag("softwareVersionValid"),
                             .ota_url = f.text("otaUrl"),
                             .ota_file_size = f.digits("otaFileSize"),
                             .ota_checksum = f.text("otaChecksum"),
                             .ota_checksum_type = f.u32("otaChecksumType"),
                             .min_applicable = f.u32("minApplicableSoftwareVersion"),
                             .max_applicable = f.u32("maxApplicableSoftwareVersion")});
}

Result<std::vector<uint32_t>> versions_of(const Json& object) {
  Fields f(object, "modelVersions");
  std::vector<uint32_t> out;
  if (const auto* numbers = f.array("softwareVersions")) {
    for (const Json& number : *numbers) {
      const auto value = number.natural();
      if (!value || *value > 0xFFFFFFFF)
        f.print_error("softwareVersions: expected numbers of 32 bits");
      out.push_back(static_cast<uint32_t>(value.value_or(0)));
    }
  }
  return f.done(out);
}

Result<ComplianceInfo> compliance_of(const Json& object) {
  Fields f(object, "complianceInfo");
  ComplianceInfo out{.vid = f.id("vid", 1),
                     .pid = f.id("pid", 0),
                     .software_version = f.u32("softwareVersion"),
                     .certification_type = f.text("certificationType"),
                     .software_version_string = f.text("softwareVersionString"),
                     .cd_version_number = f.u32("cDVersionNumber"),
                     .status = f.u32("softwareVersionCertificationStatus"),
                     .date = f.text("date"),
                     .reason = f.text("reason"),
                     .certificate_id = f.text("cDCertificateId"),
                     .specification_version = f.u32("specificationVersion", true)};
  // 0 means that there is no entry, and is never stored.
  if (out.status < 1 || out.status > 3) {
    f.print_error(
        fmt::format("softwareVersionCertificationStatus: expected 1 (provisional), 2 (certified) "
                    "or 3 (revoked), found {}",
                    out.status));
  }
  return f.done(std::move(out));
}

Result<CertificateCoverage> coverage_of(const Json& object) {
  Fields f(object, "deviceSoftwareCompliance");
  CertificateCoverage out{.certificate_id = f.text("cDCertificateId"), .entries = {}};
  const Json::Array* entries = f.array("complianceInfo");
  if (const auto readable = f.done(true); !readable) return tl::unexpected(readable.error());
  for (const Json& entry : *entries) {
    auto one = compliance_of(entry);
    if (!one) return within("deviceSoftwareCompliance", one.error());
    if (one->certificate_id != out.certificate_id) {
      return error(fmt::format("deviceSoftwareCompliance: {} lists an entry of certificate id {}",
                               printable(out.certificate_id), printable(one->certificate_id)));
    }
    out.entries.push_back(std::move(*one));
  }
  return out;
}

Result<RevocationPoint> revocation_point_of(const Json& object) {
  Fields f(object, "revocation point");
  RevocationPoint point{.vid = f.id("vid", 0),
                        .pid = f.id("pid", 0),
                        .label = f.text("label"),
                        .issuer_subject_key_id = {},
                        .is_paa = f.flag("isPAA"),
                        .crl_signer = {},
                        .crl_signer_delegator = {},
                        .data_url = f.text("dataURL"),
                        .data_file_size = f.digits("dataFileSize"),
                        .data_digest = f.text("dataDigest"),
                        .data_digest_type = f.u32("dataDigestType"),
                        .revocation_type = f.u32("revocationType")};
  const std::string issuer = f.text("issuerSubjectKeyID"), signer = f.text("crlSignerCertificate"),
                    delegator = f.text("crlSignerDelegator", true);
  if (const auto readable = f.done(true); !readable) return tl::unexpected(readable.error());
  const auto id = key_id_of(issuer, false);
  if (!id) return within("revocation point: issuerSubjectKeyID", id.error());
  point.issuer_subject_key_id = *id;
  // A signer that cannot be read stays empty, and the point is judged as one without a signer: it
  // must not take the issuer's other points with it.
  if (auto der = first_pem(signer)) point.crl_signer = std::move(*der);
  if (delegator.empty()) return point;
  if (auto der = first_pem(delegator)) {
    point.crl_signer_delegator = std::move(*der);
  } else {
    point.crl_signer.clear();
  }
  return point;
}

Result<std::string> certificate_key(const Json& entry) {
  Fields f(entry, "certificates");
  const std::string subject = f.text("subject"), id = f.text("subjectKeyId");
  return f.done(key_id_part(id) + "/" + subject);
}

Result<CertificateEntry> certificate_entry(const Json& entry) {
  Fields f(entry, "certificates");
  const std::string subject_text = f.text("subject"), skid_text = f.text("subjectKeyId");
  const Json::Array* certs = f.array("certs");
  if (const auto readable = f.done(true); !readable) return tl::unexpected(readable.error());
  const auto subject = from_base64(subject_text);
  if (!subject) return within("certificates: subject", subject.error());
  const auto skid = key_id_of(skid_text, true);
  if (!skid) return within("certificates: subjectKeyId", skid.error());
  if (certs->empty() || certs->size() > kMaxCertificatesOfEntry) {
    return error(fmt::format("certificates: {} has {} certificates, expected 1 to {}",
                             hex_colons(*skid), certs->size(), kMaxCertificatesOfEntry));
  }
  CertificateEntry out;
  for (const Json& cert : *certs) {
    auto one = entry_certificate(cert, *subject, *skid);
    if (one) {
      out.certificates.push_back(std::move(*one));
      continue;
    }
    const Json* root = cert.find("isRoot");
    out.unread.push_back(
        {.is_root = root == nullptr ? std::nullopt : root->boolean(), .why = one.error().what});
  }
  return out;
}

Result<std::vector<EntryCertificate>> certificates_of(const Json& entry) {
  auto all = certificate_entry(entry);
  if (!all) return tl::unexpected(all.error());
  if (!all->unread.empty()) return error(all->unread.front().why);
  return std::move(all->certificates);
}

std::vector<std::string> pem_of(const Json& entry) {
  std::vector<std::string> out;
  const Json* certs = entry.find("certs");
  if (certs == nullptr || certs->array() == nullptr) return out;
  for (const Json& cert : *certs->array()) {
    const Json* pem = cert.find("pemCert");
    if (pem != nullptr && pem->string() != nullptr) out.push_back(*pem->string());
  }
  return out;
}

Result<Record> read_record(Schema schema, Json object) {
  auto key = key_of(schema, object);
  if (!key) return tl::unexpected(key.error());
  std::string problem = problem_of(schema, object);
  return Record{.key = std::move(*key), .object = std::move(object), .problem = std::move(problem)};
}

Result<Page> read_page(Schema schema, const Json& body) {
  const char* member = info(schema).list_member;
  const Json* list = body.find(member);
  if (list == nullptr || list->array() == nullptr) {
    return error(fmt::format("expected a list \"{}\", found {}", member,
                             list == nullptr ? "none" : list->kind()));
  }
  Page page;
  for (const Json& object : *list->array()) {
    auto record = read_record(schema, object);
    if (!record) return tl::unexpected(record.error());
    page.records.push_back(std::move(*record));
  }
  const Json* pagination = body.find("pagination");
  const Json* next = pagination == nullptr ? nullptr : pagination->find("next_key");
  if (next == nullptr)
    return error(fmt::format("\"{}\": expected pagination with a next_key, found none", member));
  if (next->is_null()) return page;
  const std::string* key = next->string();
  const auto bytes = key == nullptr ? error("") : from_base64(*key);
  if (!bytes || bytes->empty() || key->size() > 4096)
    return error(
        fmt::format("\"{}\": next_key: expected base64 or null, found {}", member, next->kind()));
  page.next_key = *key;
  return page;
}

Result<Record> read_one(Schema schema, const std::string& key, const Json& body) {
  const char* member = info(schema).one_member;
  const Json* object = body.find(member);
  if (object == nullptr || !object->is_object()) {
    return error(fmt::format("expected an object \"{}\", found {}", member,
                             object == nullptr ? "none" : object->kind()));
  }
  auto record = read_record(schema, *object);
  if (!record) return record;
  if (record->key != key)
    return error(fmt::format("asked about {} {}, the answer is about {}", info(schema).name,
                             printable(key), printable(record->key)));
  return record;
}

}  // namespace attest::dcl
