// A device about which every fact of a ledger is right, and that ledger: a test changes one thing.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/support/der_writer.h"
#include "tests/support/judged.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"

namespace attest::test::ledger_world {

inline const Provenance kFrom{
    .source = "a ledger in memory", .height = 359, .read_at = {1780000000}, .proven = false};

// Everything that a right device's ledger says; a row changes one thing.
struct FakeLedger final : Ledger {
  LedgerStatus state{.chain_id = "testnet-2.0",
                     .height = 359,
                     .synced_at = {1780272000 - 60},
                     .trust = LedgerTrust::snapshot,
                     .source = kFrom.source};
  Fact<std::vector<LedgerCertificate>> paa = Absent{kFrom}, pai = Absent{kFrom},
                                       revoked = Absent{kFrom}, signer = Absent{kFrom};
  KeyId revoked_key{};
  Fact<VendorInfo> vendor_info = Found<VendorInfo>{{.vendor_id = 0xFFE0,
                                                    .vendor_name = "Forgery",
                                                    .company_legal_name = "",
                                                    .company_preferred_name = "",
                                                    .landing_page_url = ""},
                                                   kFrom};
  Model model_value{.vid = 0xFFE0,
                    .pid = 0x8000,
                    .device_type_id = 22,
                    .product_name = "plug",
                    .product_label = "",
                    .part_number = ""};
  std::optional<Fact<Model>> model_fact;
  ModelVersion version_value{.vid = 0xFFE0,
                             .pid = 0x8000,
                             .software_version = 7,
                             .software_version_string = "7.0",
                             .cd_version_number = 1,
                             .firmware_information = "",
                             .valid = true,
                             .ota_url = "",
                             .ota_checksum = ""};
  std::optional<Fact<ModelVersion>> version_fact;
  ComplianceInfo compliance_value{.vid = 0xFFE0,
                                  .pid = 0x8000,
                                  .software_version = 7,
                                  .certification_type = "matter",
                                  .software_version_string = "7.0",
                                  .cd_version_number = 1,
                                  .status = 1,
                                  .date = "2026-01-01T00:00:00Z",
                                  .reason = "",
                                  .certificate_id = "",
                                  .specification_version = 17039616};
  std::optional<Fact<ComplianceInfo>> compliance_fact;
  Fact<CertificateCoverage> covered = Absent{kFrom};
  Fact<std::vector<RevocationPoint>> points = Absent{kFrom};

  LedgerStatus status() override { return state; }
  Fact<std::vector<LedgerCertificate>> approved_paa(const KeyId&) override { return paa; }
  Fact<std::vector<LedgerCertificate>> approved_pai(const KeyId&) override { return pai; }
  Fact<std::vector<LedgerCertificate>> revoked_certificates(const KeyId& skid) override {
    return skid == revoked_key ? revoked : Fact<std::vector<LedgerCertificate>>(Absent{kFrom});
  }
  Fact<std::vector<LedgerCertificate>> cd_signer(const KeyId&) override { return signer; }
  Fact<VendorInfo> vendor(uint16_t) override { return vendor_info; }
  Fact<Model> model(uint16_t, uint16_t) override {
    return model_fact ? *model_fact : Fact<Model>(Found<Model>{model_value, kFrom});
  }
  Fact<ModelVersion> version(uint16_t, uint16_t, uint32_t) override {
    return version_fact ? *version_fact
                        : Fact<ModelVersion>(Found<ModelVersion>{version_value, kFrom});
  }
  Fact<ComplianceInfo> compliance(uint16_t, uint16_t, uint32_t) override {
    return compliance_fact ? *compliance_fact
                           : Fact<ComplianceInfo>(Found<ComplianceInfo>{compliance_value, kFrom});
  }
  Fact<CertificateCoverage> coverage(const std::string&) override { return covered; }
  Fact<std::vector<RevocationPoint>> revocation_points(const KeyId&) override { return points; }
  Fact<RevokedListPtr> crl(const RevocationPoint&) override { return Unknown{"not here"}; }
};

// The forged device whose declaration is provisional: the only kind that can be right on a ledger
// without the CSA's key.
struct World {
  FakeLedger ledger;
  Device facts;  // further facts of the device
  Network network = Network::test;
  Instant at = *parse_rfc3339("2026-06-01T00:00:00Z");
  CertificatePtr paa, pai;
  bool given = true;  // the PAA, beside the ledger
  std::string fixture = "cd-provisional";
  std::function<void(Device&)> change = [](Device&) {};  // of what the fixture states

  World() {
    const Judged device = judge_fixture("cd-provisional");
    REQUIRE(device.evidence.paa != nullptr);
    paa = device.evidence.paa->certificate;
    pai = device.evidence.pai.certificate;
    REQUIRE(paa != nullptr);
    ledger.paa = Found<std::vector<LedgerCertificate>>{{{.der = paa->der,
                                                         .is_root = true,
                                                         .device_attestation = true,
                                                         .vid = 0xFFE0,
                                                         .type = "DeviceAttestationPKI"}},
                                                       kFrom};
    ledger.compliance_value.certificate_id = device.evidence.cd->certificate_id;
    ledger.model_value.device_type_id = device.evidence.cd->device_type_id;
    ledger.version_value.cd_version_number = ledger.compliance_value.cd_version_number =
        device.evidence.cd->version_number;
    const Place place{.path = "device.json", .offset = {}, .item = {}};
    facts.say(FactId::software_version, uint64_t{7}, place);
    facts.say(FactId::software_version_string, std::string("7.0"), place);
    facts.say(FactId::device_type_id, uint64_t{device.evidence.cd->device_type_id}, place);
    facts.say(FactId::specification_version, uint64_t{17039616}, place);
    ledger.model_value.product_name = *device.evidence.device.string(FactId::product_name);
  }

  Report judge() {
    const Judged device = judge_fixture(fixture);
    Reading reading;
    reading.device = device.evidence.device;
    change(reading.device);
    for (const Statement& s : facts.statements) reading.device.statements.push_back(s);
    TrustStore trust = TrustStore::builtin(network == Network::test);
    if (given) REQUIRE(trust.add_paa(paa, Origin::given, "paa").has_value());
    if (device.evidence.cd_signer && device.evidence.cd_signer->certificate)
      REQUIRE(trust
                  .add_cd_signer(device.evidence.cd_signer->certificate, Origin::given, "signer",
                                 openssl_engine())
                  .has_value());
    Policy policy{.network = network, .at = at, .required = {}, .show_passcode = false};
    Evidence e = gather(std::move(reading), policy, trust, &ledger, openssl_engine());
    verify_signatures(e, openssl_engine());
    return attest::judge(e);
  }
};

inline std::set<std::string> noticed(const Report& report) {
  std::set<std::string> out;
  for (const Finding& f : report.findings) {
    if (f.status == Status::fail || f.status == Status::warn || f.status == Status::unknown)
      out.insert(f.check->id);
  }
  return out;
}

inline void root_of_type(World& w, const char* type) {
  LedgerCertificate& root = std::get<Found<std::vector<LedgerCertificate>>>(w.ledger.paa).value[0];
  root.type = type;
  root.device_attestation = root.type == "DeviceAttestationPKI";
}
// An entry of the ledger's revoked certificates under the key id of this one.
inline void revoke(World& w, const Certificate& under, Bytes der) {
  w.ledger.revoked_key = *under.skid();
  w.ledger.revoked = Found<std::vector<LedgerCertificate>>{
      {{.der = std::move(der), .type = "DeviceAttestationPKI"}}, kFrom};
}
// The same certificate with one octet of a part of it changed. Nobody asks an entry's signature.
inline Bytes changed_at(const Certificate& c, View part, size_t octet) {
  Bytes out = c.der;
  const auto at = static_cast<size_t>(part.data() - c.der.data()) + octet;
  out[at] ^= 1;
  return out;
}
// The same certificate under the other signature (r, n - s), which verifies as well.
inline Bytes twin_of(const Certificate& c) {
  constexpr const char* kOrder = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
  std::array<uint8_t, 64> twin = *c.ecdsa;
  const Bytes order = raw(kOrder);
  int borrow = 0;
  for (size_t i = 32; i-- > 0;) {
    const int left = order[i] - twin[32 + i] - borrow;
    borrow = left < 0 ? 1 : 0;
    twin[32 + i] = static_cast<uint8_t>(left + 256 * borrow);
  }
  const Bytes der =
      sequence({to_bytes(c.tbs), ecdsa_with_sha256(), attest::test::bits(signature_value(twin))});
  REQUIRE_FALSE(equal(der, c.der));
  return der;
}

}  // namespace attest::test::ledger_world
