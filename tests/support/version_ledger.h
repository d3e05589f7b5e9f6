// A ledger that knows one software version, and that another one is in order; everything else is
// absent.
#pragma once

#include <tuple>

#include "verifier/ledger.h"

namespace attest::test {

inline const Provenance kFrom{.source = "a ledger in memory",
                              .height = 359,
                              .read_at = {1'780'000'000 - 60},
                              .proven = false};

inline constexpr uint32_t kDevices = 7;  // the version that the device runs; its entry is in order

struct VersionLedger final : Ledger {
  Fact<ModelVersion> entry = Unknown{"cut off"};
  std::vector<std::tuple<uint16_t, uint16_t, uint32_t>> asked;

  LedgerStatus status() override {
    return {.chain_id = "testnet-2.0",
            .height = 359,
            .synced_at = kFrom.read_at,
            .trust = LedgerTrust::snapshot,
            .source = kFrom.source};
  }
  Fact<std::vector<LedgerCertificate>> approved_paa(const KeyId&) override { return Absent{kFrom}; }
  Fact<std::vector<LedgerCertificate>> approved_pai(const KeyId&) override { return Absent{kFrom}; }
  Fact<std::vector<LedgerCertificate>> revoked_certificates(const KeyId&) override {
    return Absent{kFrom};
  }
  Fact<std::vector<LedgerCertificate>> cd_signer(const KeyId&) override { return Absent{kFrom}; }
  Fact<VendorInfo> vendor(uint16_t) override { return Found<VendorInfo>{{}, kFrom}; }
  Fact<Model> model(uint16_t, uint16_t) override { return Found<Model>{{}, kFrom}; }
  Fact<ModelVersion> version(uint16_t vid, uint16_t pid, uint32_t number) override {
    asked.emplace_back(vid, pid, number);
    if (number == kDevices)
      return Found<ModelVersion>{{.vid = vid,
                                  .pid = pid,
                                  .software_version = number,
                                  .software_version_string = "7.0",
                                  .firmware_information = "",
                                  .ota_url = "",
                                  .ota_checksum = ""},
                                 kFrom};
    return entry;
  }
  Fact<ComplianceInfo> compliance(uint16_t, uint16_t, uint32_t) override { return Absent{kFrom}; }
  Fact<CertificateCoverage> coverage(const std::string&) override { return Absent{kFrom}; }
  Fact<std::vector<RevocationPoint>> revocation_points(const KeyId&) override {
    return Absent{kFrom};
  }
  Fact<RevokedListPtr> crl(const RevocationPoint&) override { return Unknown{"not here"}; }
};

}  // namespace attest::test
