// Ledger: what the verifier asks of a Distributed Compliance Ledger, and the three ways an answer
// can come. The interface lives here, with its user; caches, snapshots and nodes implement it in
// dcl/.
//
// Absent is an answer ("the ledger has no such record"); Unknown is none. Unknown never becomes
// pass. Records keep the ledger's own field names in the comments where ours differ; schemas:
// zigbee-alliance DCL proto/.
#pragma once

#include <variant>

#include "verifier/base/bytes.h"
#include "verifier/base/instant.h"
#include "verifier/pki/crl_index.h"

namespace attest {

struct Provenance {
  std::string source;   // "main-net cache", "snapshot lab.json", a URL
  int64_t height = 0;   // of the state that was read
  Instant read_at;      // when it was read from a node; 0 when not known
  bool proven = false;  // a store proof was checked against a trusted header

  bool operator==(const Provenance&) const = default;
};

template <class T>
struct Found {
  T value;
  Provenance from;
};
struct Absent {
  Provenance from;
  // What the ledger has in its place, behind the words that say it is absent:
  // " (known versions: 1, 2)". Empty where nothing is known.
  std::string instead = {};
};
struct Unknown {
  std::string why;  // lower case, no final period: "main-net was never synced here"
};
template <class T>
using Fact = std::variant<Unknown, Absent, Found<T>>;

struct VendorInfo {
  uint16_t vendor_id = 0;  // vendorID
  std::string vendor_name, company_legal_name, company_preferred_name, landing_page_url;
};

struct Model {
  uint16_t vid = 0, pid = 0;
  uint32_t device_type_id = 0;
  std::string product_name, product_label, part_number;
  int32_t commissioning_custom_flow = 0;
  uint32_t discovery_capabilities = 0;  // discoveryCapabilitiesBitmask; 0 also when never given
};

struct ModelVersion {
  uint16_t vid = 0, pid = 0;
  uint32_t software_version = 0;
  std::string software_version_string;
  uint32_t cd_version_number = 0;
  std::string firmware_information;
  bool valid = true;  // softwareVersionValid
  std::string ota_url;
  uint64_t ota_file_size = 0;
  std::string ota_checksum;        // base64, as it stands
  uint32_t ota_checksum_type = 0;  // IANA named-information hash id
  uint32_t min_applicable = 0, max_applicable = 0;
};

struct ComplianceInfo {
  uint16_t vid = 0, pid = 0;
  uint32_t software_version = 0;
  std::string certification_type;  // "matter"
  std::string software_version_string;
  uint32_t cd_version_number = 0;
  uint32_t status = 0;  // softwareVersionCertificationStatus: 1 provisional, 2 certified, 3 revoked
  std::string date;     // RFC 3339 as the certification centre sent it
  std::string reason;
  std::string certificate_id;  // cDCertificateId, as it stands
  uint32_t specification_version = 0;
};

struct LedgerCertificate {
  Bytes der;  // from the PEM, whose key id was compared with the entry's
  bool is_root = false;
  bool device_attestation = true;  // certificateType is DeviceAttestationPKI; else it is no PAA
  uint16_t vid = 0;                // the vendor the ledger assigned
  std::string type = {};           // certificateType, as it stands
};

struct RevocationPoint {
  uint16_t vid = 0, pid = 0;
  std::string label;
  KeyId issuer_subject_key_id{};
  bool is_paa = false;
  Bytes crl_signer, crl_signer_delegator;  // DER; delegator empty when there is none
  std::string data_url;
  uint64_t data_file_size = 0;
  std::string data_digest;  // base64; empty when not given
  uint32_t data_digest_type = 0;
  uint32_t revocation_type = 0;
};

// Products that a certificate id covers: deviceSoftwareCompliance. A hint, and no fact: the node
// keeps it beside the entries that decide, and loses and misplaces some.
struct CertificateCoverage {
  std::string certificate_id;
  std::vector<ComplianceInfo> entries;
};

enum class LedgerTrust : uint8_t { none, snapshot, tls, proof };

struct LedgerStatus {
  std::string
      chain_id;  // "main-net", "testnet-2.0", a private ledger's; empty when there is no ledger
  int64_t height = 0;
  Instant synced_at;  // when the facts were read from a node
  LedgerTrust trust = LedgerTrust::none;
  std::string source;
};

class Ledger {
 public:
  virtual ~Ledger() = default;
  virtual LedgerStatus status() = 0;

  // Certificates by subject key id. All of them: one key can stand under several subjects, one pair
  // in several renewals.
  virtual Fact<std::vector<LedgerCertificate>> approved_paa(
      const KeyId& skid) = 0;  // roots, the CSA's certification CA left out
  virtual Fact<std::vector<LedgerCertificate>> approved_pai(
      const KeyId& skid) = 0;  // intermediates
  virtual Fact<std::vector<LedgerCertificate>> revoked_certificates(const KeyId& skid) = 0;
  virtual Fact<std::vector<LedgerCertificate>> cd_signer(
      const KeyId& skid) = 0;  // children of the CSA's certification CA
  virtual Fact<VendorInfo> vendor(uint16_t vid) = 0;
  virtual Fact<Model> model(uint16_t vid, uint16_t pid) = 0;
  virtual Fact<ModelVersion> version(uint16_t vid, uint16_t pid, uint32_t software_version) = 0;
  virtual Fact<ComplianceInfo> compliance(uint16_t vid, uint16_t pid,
                                          uint32_t software_version) = 0;  // type "matter"
  virtual Fact<CertificateCoverage> coverage(const std::string& certificate_id) = 0;
  virtual Fact<std::vector<RevocationPoint>> revocation_points(const KeyId& issuer) = 0;
  // The list behind a revocation point, from the cache or from its address: read, and not judged.
  // Unknown says why there is none: not fetched, out of reach, no CRL, not what the point's size
  // and digest say.
  virtual Fact<RevokedListPtr> crl(const RevocationPoint& point) = 0;
};

}  // namespace attest
