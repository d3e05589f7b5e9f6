// LedgerRecord: what a ledger was asked in one verification, and what it said. RecordingLedger
// stands before the real one and writes it down; RecordedLedger answers from it, and only from it.
#pragma once

#include "verifier/base/json.h"
#include "verifier/ledger.h"

namespace attest {

struct LedgerAnswer {
  std::string question;  // "vendor FFF1"
  Json answer;           // {"found": {...}, "from": {...}} | {"absent": {...}} | {"unknown": "why"}
};
struct LedgerRecord {
  LedgerStatus status;
  std::vector<LedgerAnswer> answers;  // each question once, in the order asked
};

class RecordingLedger final : public Ledger {
 public:
  explicit RecordingLedger(Ledger& asked) : asked_(asked) {}
  const LedgerRecord& record() const { return record_; }

  LedgerStatus status() override;
  Fact<std::vector<LedgerCertificate>> approved_paa(const KeyId& skid) override;
  Fact<std::vector<LedgerCertificate>> approved_pai(const KeyId& skid) override;
  Fact<std::vector<LedgerCertificate>> revoked_certificates(const KeyId& skid) override;
  Fact<std::vector<LedgerCertificate>> cd_signer(const KeyId& skid) override;
  Fact<VendorInfo> vendor(uint16_t vid) override;
  Fact<Model> model(uint16_t vid, uint16_t pid) override;
  Fact<ModelVersion> version(uint16_t vid, uint16_t pid, uint32_t software_version) override;
  Fact<ComplianceInfo> compliance(uint16_t vid, uint16_t pid, uint32_t software_version) override;
  Fact<CertificateCoverage> coverage(const std::string& certificate_id) override;
  Fact<std::vector<RevocationPoint>> revocation_points(const KeyId& issuer) override;
  Fact<RevokedListPtr> crl(const RevocationPoint& point) override;

 private:
  template <class T>
  Fact<T> keep(std::string question, Fact<T> answer);
  Ledger& asked_;
  LedgerRecord record_;
};

class RecordedLedger final : public Ledger {
 public:
  explicit RecordedLedger(const LedgerRecord& record) : record_(record) {}  // which must outlive it

  LedgerStatus status() override { return record_.status; }
  Fact<std::vector<LedgerCertificate>> approved_paa(const KeyId& skid) override;
  Fact<std::vector<LedgerCertificate>> approved_pai(const KeyId& skid) override;
  Fact<std::vector<LedgerCertificate>> revoked_certificates(const KeyId& skid) override;
  Fact<std::vector<LedgerCertificate>> cd_signer(const KeyId& skid) override;
  Fact<VendorInfo> vendor(uint16_t vid) override;
  Fact<Model> model(uint16_t vid, uint16_t pid) override;
  Fact<ModelVersion> version(uint16_t vid, uint16_t pid, uint32_t software_version) override;
  Fact<ComplianceInfo> compliance(uint16_t vid, uint16_t pid, uint32_t software_version) override;
  Fact<CertificateCoverage> coverage(const std::string& certificate_id) override;
  Fact<std::vector<RevocationPoint>> revocation_points(const KeyId& issuer) override;
  Fact<RevokedListPtr> crl(const RevocationPoint& point) override;

 private:
  template <class T>
  Fact<T> answer(const std::string& question) const;
  const LedgerRecord& record_;
};

Json write(const LedgerRecord& record);
Result<LedgerRecord> ledger_record_from(const Json& json);

}  // namespace attest
