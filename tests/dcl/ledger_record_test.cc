// What a ledger was asked and said: kept whole, and answered from alone.

#include "bundle/ledger_record.h"

#include "tests/support/crl_writer.h"
#include "tests/support/support.h"

using namespace attest;

namespace {

const Provenance kFrom{.source = "a node", .height = 42, .read_at = {1780000000}, .proven = true};
const KeyId kKey{1, 2, 3};

template <class T>
Fact<T> found(T value) {
  return Found<T>{std::move(value), kFrom};
}

// Every field away from its default, so that one that is forgotten shows.
struct FullLedger final : Ledger {
  LedgerStatus status() override {
    return {.chain_id = "main-net",
            .height = 42,
            .synced_at = {1780000000},
            .trust = LedgerTrust::proof,
            .source = "so\xFFrce"};
  }
  Fact<std::vector<LedgerCertificate>> approved_paa(const KeyId&) override {
    return found(std::vector<LedgerCertificate>{
        {.der = {1, 2}, .is_root = true, .device_attestation = false, .vid = 7},
        {.der = {3}, .is_root = false, .device_attestation = true, .vid = 8}});
  }
  Fact<std::vector<LedgerCertificate>> approved_pai(const KeyId&) override {
    return Absent{.from = kFrom, .instead = " (known versions: 1)"};
  }
  Fact<std::vector<LedgerCertificate>> revoked_certificates(const KeyId&) override {
    return Unknown{"nobody answered"};
  }
  Fact<std::vector<LedgerCertificate>> cd_signer(const KeyId&) override {
    return found(std::vector<LedgerCertificate>{});
  }
  Fact<VendorInfo> vendor(uint16_t vid) override {
    return found(VendorInfo{.vendor_id = vid,
                            .vendor_name = "n",
                            .company_legal_name = "l",
                            .company_preferred_name = "p",
                            .landing_page_url = "u"});
  }
  Fact<Model> model(uint16_t vid, uint16_t pid) override {
    return found(Model{.vid = vid,
                       .pid = pid,
                       .device_type_id = 5,
                       .product_name = "n",
                       .product_label = "l",
                       .part_number = "p",
                       .commissioning_custom_flow = -1,
                       .discovery_capabilities = 6});
  }
  Fact<ModelVersion> version(uint16_t vid, uint16_t pid, uint32_t sv) override {
    return found(ModelVersion{.vid = vid,
                              .pid = pid,
                              .software_version = sv,
                              .software_version_string = "s",
                              .cd_version_number = 2,
                              .firmware_information = "f",
                              .valid = false,
                              .ota_url = "o",
                              .ota_file_size = 3,
                              .ota_checksum = "c",
                              .ota_checksum_type = 4,
                              .min_applicable = 5,
                              .max_applicable = 6});
  }
  Fact<ComplianceInfo> compliance(uint16_t vid, uint16_t pid, uint32_t sv) override {
    return found(ComplianceInfo{.vid = vid,
                                .pid = pid,
                                .software_version = sv,
                                .certification_type = "matter",
                                .software_version_string = "s",
                                .cd_version_number = 1,
                                .status = 2,
                                .date = "d",
                                .reason = "r",
                                .certificate_id = "i",
                                .specification_version = 3});
  }
  Fact<CertificateCoverage> coverage(const std::string& id) override {
    return found(CertificateCoverage{
        .certificate_id = id,
        .entries = {std::get<Found<ComplianceInfo>>(compliance(1, 2, 3)).value}});
  }
  Fact<std::vector<RevocationPoint>> revocation_points(const KeyId& issuer) override {
    return found(std::vector<RevocationPoint>{point(issuer)});
  }
  Fact<RevokedListPtr> crl(const RevocationPoint&) override {
    static const Bytes der = test::CrlParts().der();  // a signature is never the same twice
    return found(std::make_shared<const RevokedList>(*parse_crl(der)));
  }

  static RevocationPoint point(const KeyId& issuer) {
    return {.vid = 1,
            .pid = 2,
            .label = "l",
            .issuer_subject_key_id = issuer,
            .is_paa = true,
            .crl_signer = {1},
            .crl_signer_delegator = {2},
            .data_url = "u",
            .data_file_size = 3,
            .data_digest = "d",
            .data_digest_type = 4,
            .revocation_type = 5};
  }
};

void ask_everything(Ledger& ledger) {
  ledger.status();
  ledger.approved_paa(kKey);
  ledger.approved_pai(kKey);
  ledger.revoked_certificates(kKey);
  ledger.cd_signer(kKey);
  ledger.vendor(0xFFF1);
  ledger.model(0xFFF1, 0x8000);
  ledger.version(0xFFF1, 0x8000, 1);
  ledger.compliance(0xFFF1, 0x8000, 1);
  ledger.coverage("CSA 1/2");
  ledger.revocation_points(kKey);
  ledger.crl(FullLedger::point(kKey));
}

}  // namespace

TEST_CASE("a recorded ledger says what the real one said, every field of it") {
  FullLedger real;
  RecordingLedger recording(real);
  ask_everything(recording);
  ask_everything(recording);  // asked again, each question stands once
  const Json json = write(recording.record());
  const auto record = ledger_record_from(*parse_json(dump(json)));
  REQUIRE(record.has_value());
  CHECK(record->answers.size() == 11);
  RecordedLedger recorded(*record);
  RecordingLedger again(recorded);
  ask_everything(again);
  CHECK(write(again.record()) == json);
  const auto version = std::get<Found<ModelVersion>>(recorded.version(0xFFF1, 0x8000, 1)).value;
  CHECK(version.ota_file_size == 3);
  CHECK(version.max_applicable == 6);
  CHECK(!version.valid);
  const auto list = std::get<Found<RevokedListPtr>>(recorded.crl(FullLedger::point(kKey))).value,
             was = std::get<Found<RevokedListPtr>>(real.crl({})).value;
  CHECK(equal(list->crl().der, was->crl().der));
  CHECK(std::get<Unknown>(recorded.revoked_certificates(kKey)).why == "nobody answered");
  CHECK(std::get<Absent>(recorded.approved_pai(kKey)).from == kFrom);
  CHECK(std::get<Absent>(recorded.approved_pai(kKey)).instead == " (known versions: 1)");
  CHECK(recorded.status().source == "so\xFFrce");
}

TEST_CASE("what was not asked then is not known now, and what cannot be read neither") {
  const LedgerRecord record{
      .status = {},
      .answers = {
          {.question = "vendor FFF1", .answer = *parse_json(R"({"found":{"vendor_id":70000}})")}}};
  RecordedLedger ledger(record);
  CHECK(std::get<Unknown>(ledger.vendor(0xFFF1)).why ==
        "the bundle's answer to this question cannot be read");
  CHECK(std::get<Unknown>(ledger.vendor(0xFFF2)).why ==
        "the bundle has no answer to this question");
  CHECK(std::get<Unknown>(ledger.crl({})).why == "the bundle has no answer to this question");
  CHECK(!ledger_record_from(*parse_json("[]")).has_value());
}
