// Records: the ledger's JSON objects, one way in and none out. A record is kept as the ledger's own
// object, word for word, beside the key by which it is looked up; the structs of verifier/ledger.h
// are read from it when asked for.
//
// Strict: a missing key field, a wrong type, a number out of its range, a certificate whose subject
// or key id is not that of its entry are errors that name the record. Unknown members are kept and
// ignored: the ledger grows. Anybody with a vendor's account writes records, so one that cannot be
// read costs no more than itself: it is kept under its key, named, and unknown to who asks for it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "verifier/base/json.h"
#include "verifier/ledger.h"

namespace attest::dcl {

enum class Schema : uint8_t {
  vendor,            // vendorInfo
  model,             // model
  version,           // modelVersion: no list on the ledger
  versions,          // modelVersions: which software versions a model has; no list either
  compliance,        // complianceInfo, all certification types
  coverage,          // deviceSoftwareCompliance
  certificate,       // approvedCertificates: roots and intermediates
  revoked,           // revokedCertificates
  revocation_point,  // PkiRevocationDistributionPoint
};
inline constexpr Schema kSchemas[] = {
    Schema::vendor,      Schema::model,      Schema::version,
    Schema::versions,    Schema::compliance, Schema::coverage,
    Schema::certificate, Schema::revoked,    Schema::revocation_point};

struct SchemaInfo {
  const char* name;         // in snapshots and the cache: "vendor"
  const char* noun;         // for people: "vendor"
  const char* title;        // and many of them: "vendors"
  const char* list_path;    // nullptr when the ledger has no list of them
  const char* list_member;  // wrapper key of a list
  const char* one_member;   // wrapper key of a single answer
};
const SchemaInfo& info(Schema schema);
std::optional<Schema> schema_named(std::string_view name);

// Keys are text that sorts as the ledger's numbers do, with the part by which lookups start in
// front:
//   vendor FFF1 · model, versions FFF1/8000 · version FFF1/8000/00000001 · compliance
//   FFF1/8000/00000001/matter coverage the certificate id · certificate, revoked SKID/base64
//   subject · revocation_point ISSUER/FFF1/label
std::string vendor_key(uint16_t vid);
std::string model_key(uint16_t vid, uint16_t pid);
inline constexpr size_t kModelKeySize = 9;  // FFF1/8000, with which its versions' keys begin
std::string version_key(uint16_t vid, uint16_t pid, uint32_t software_version);
std::string compliance_key(uint16_t vid, uint16_t pid, uint32_t software_version,
                           std::string_view type);
std::string key_id_prefix(
    const KeyId& id);  // of certificate, revoked and revocation_point: "6AFD…7E/"

// The path of one record on a node. nullopt where records are only read as a list: certificates and
// revocation points, since a subject or a label with '/' cannot be written into a path (the gateway
// decodes before it splits), and a certificate looked up that way is "not found" although it
// exists.
std::optional<std::string> one_path(Schema schema, const std::string& key);

struct Record {
  std::string key;
  Json object;               // the ledger's own
  std::string problem = {};  // why it cannot be read, or found by nobody; empty: it can
};

// Says under which key an object belongs, and what is wrong with the rest of it. An error: its key
// cannot be read, so nobody knows whose it is.
Result<Record> read_record(Schema schema, Json object);
Result<VendorInfo> vendor_of(const Json& object);
Result<Model> model_of(const Json& object);
Result<ModelVersion> version_of(const Json& object);
Result<std::vector<uint32_t>> versions_of(const Json& object);
Result<ComplianceInfo> compliance_of(const Json& object);
Result<CertificateCoverage> coverage_of(const Json& object);
Result<RevocationPoint> revocation_point_of(const Json& object);

// All certificates of an approved or revoked entry, each with what its PEM says where entry and PEM
// both speak.
struct EntryCertificate {
  LedgerCertificate certificate;
  KeyId subject_key_id{};
  Bytes issuer, subject;  // DER of the Names
  std::optional<KeyId> authority_key_id;
  std::optional<uint16_t> named_vid;  // in the subject
};
Result<std::vector<EntryCertificate>> certificates_of(const Json& entry);
// The same, each certificate by itself. An error is about the entry.
struct UnreadCertificate {
  std::optional<bool> is_root;  // as the entry says
  std::string why;
};
struct CertificateEntry {
  std::vector<EntryCertificate> certificates;
  std::vector<UnreadCertificate> unread;
};
Result<CertificateEntry> certificate_entry(const Json& entry);
// Of an approved or revoked entry, or of an identifier in a list of roots.
Result<std::string> certificate_key(const Json& entry);
// The PEM texts of an entry, as the ledger has them.
std::vector<std::string> pem_of(const Json& entry);

// One page of a list.
struct Page {
  std::vector<Record> records;
  std::optional<std::string> next_key;  // base64, as the node wrote it
};
Result<Page> read_page(Schema schema, const Json& body);
// One record, which must be the one under `key`.
Result<Record> read_one(Schema schema, const std::string& key, const Json& body);

}  // namespace attest::dcl
