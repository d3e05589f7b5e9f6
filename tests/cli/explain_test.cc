// explain: the words and lines that people paste, and what is said of them.

#include <fmt/format.h>

#include <algorithm>

#include "cli/explained.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"

using namespace attest;

namespace {

// "604 CertificationDeclarationInvalidVendorId", "0xAC InternalError": all of them, in their order.
std::string names(std::string_view pasted) {
  std::string out;
  for (const cli::Explained& one : cli::explained(pasted)) {
    const size_t hex = one.by.find("0x");
    const std::string number =
        hex == std::string::npos ? (one.sdk >= 0 && one.by.starts_with("attestation result of the")
                                        ? std::to_string(one.sdk)
                                        : one.word)
                                 : one.by.substr(hex, one.by.find(' ', hex) - hex);
    out += (out.empty() ? "" : ", ") + number + " " + one.name;
  }
  return out;
}

struct Row {
  const char* pasted;
  const char* says;
};

constexpr const char* k604 = "604 CertificationDeclarationInvalidVendorId";

}  // namespace

TEST_CASE("explain: one result in every way in which people write it") {
  for (const char* pasted :
       {"604",
        "err 604",
        "Err 604",
        "err: 604",
        "err=604",
        "err(604)",
        "604)",
        "\"err 604\"",
        "'604'",
        "error 604.",
        "error code 604",
        "code: 604",
        "0x25C",
        "0x25c",
        "0x0000025C",
        "CertificationDeclarationInvalidVendorId",
        "kCertificationDeclarationInvalidVendorId",
        "AttestationVerificationResult::kCertificationDeclarationInvalidVendorId",
        "certificationdeclarationinvalidvendorid",
        "result = 604",
        "sdk 604",
        "  604\n"}) {
    CAPTURE(pasted);
    CHECK(names(pasted) == k604);
  }
}

TEST_CASE("explain: whole lines of logs, times and processes passed over") {
  constexpr Row kRows[] = {
      {"[1686124594578] [55748:3832836] [CTL] Failed in verifying 'Attestation Information' "
       "command "
       "received from the device: err 101. Look at AttestationVerificationResult enum to "
       "understand "
       "the errors",
       "101 PaaNotFound"},
      {"[1661234567.604][604:605] CHIP:CTL: Error on commissioning step 'AttestationVerification': "
       "'../../src/controller/CHIPDeviceController.cpp:1130: CHIP Error 0x000000AC: Internal "
       "error'",
       "0xAC InternalError"},
      {"E (20512) chip[CTL]: Error on commissioning step 'AttestationVerification': CHIP Error "
       "0x00000020: Failed Device Attestation",
       "0x20 FailedDeviceAttestation"},
      {"CHIP Error 0x0000004A: CA certificate not found", "0x4A CaCertNotFound"},
      {"IM Error 0x00000585: General error: 0x85 (INVALID_COMMAND)", "0x585 InvalidCommand"},
      {"Client selected error: 604 for failed 'Attestation Information' for device", k604},
      {"Attestation status for node 0x0000000000000001: kPaaNotFound", "101 PaaNotFound"},
      {"E/Chip: attestation failed with 305 (DacVendorIdMismatch)", "305 DacVendorIdMismatch"},
      {"Error on commissioning step 'AttestationRevocationCheck': 302", "302 DacRevoked"},
      {"Look at AttestationVerificationResult enum: 601",
       "601 CertificationDeclarationNoCertificateFound"},
      {"NSError Domain=MTRErrorDomain Code=1 \"Device attestation failed\" attestation 101",
       "0x20 FailedDeviceAttestation, 101 PaaNotFound"},
      {"MTRDeviceAttestationResultPaaNotFound", "101 PaaNotFound"},
      {"CERTIFICATION_DECLARATION_INVALID_PRODUCT_ID",
       "605 CertificationDeclarationInvalidProductId"},
      {"Attestation error code: 0x12E", "302 DacRevoked"},
      {"Error: PAA not found", "101 PaaNotFound"},
      {"Commissioning failed with 605", "605 CertificationDeclarationInvalidProductId"},
      {"chip-cert: Error 305", "305 DacVendorIdMismatch, 0x305 Asn1InvalidEncoding"},
      {"Error code: 0x00000020", "0x20 FailedDeviceAttestation"},
      {"status: 0x85", "0x85 InvalidCommand"},
      {"Commissioning timeout after 60000 ms, code 604 of the device's own", k604},
      {"Unable to find PAA, err: 101, PAI's AKID: 78:5C:E7:05:B8:6B:8F:4E", "101 PaaNotFound"},
      {"I (4321) chip[ZCL]: OpCreds: Device Attestation Failed", "0x20 FailedDeviceAttestation"},
      {"Device attestation failed: certificate chain: AttestationVerificationResult.kDacExpired",
       "0x20 FailedDeviceAttestation, 300 DacExpired"},
      {"Commissioning failed: attestation err 605. Look at AttestationVerificationResult",
       "605 CertificationDeclarationInvalidProductId"},
      {"E chip[ZCL]: CertificateChainRequest: 201",
       "201 PaiSignatureInvalid, 0x201 DeviceConfigNotFound"},
      {"E chip[DL]: Setup discriminator read error (201)!",
       "201 PaiSignatureInvalid, 0x201 DeviceConfigNotFound"},
      {"m.etx: Device did not pass attestation (error(s)=[1, 5, 11])",
       "[1, 5, 11] Device did not pass attestation"},
      {"error(s)=[10, 5]", "[10, 5] Device did not pass attestation"},
      {"[10, 5]", "[10, 5] Device did not pass attestation"},
      {"2026-11-20 10:00:01.302 ERROR Verification failed: PaaNotTrusted",
       "PaaNotTrusted PaaNotTrusted"},
      {"chip-cert: Error 0x00000305", "0x305 Asn1InvalidEncoding"},
      {"dac.is-valid-now", "dac.is-valid-now dac.is-valid-now"},
      {"fail cd.vendor-matches-dac | the declaration names another vendor (err 604)",
       "cd.vendor-matches-dac cd.vendor-matches-dac, 604 CertificationDeclarationInvalidVendorId"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.pasted);
    CHECK(names(row.pasted) == row.says);
  }
}

TEST_CASE("explain: CHIP errors, old numbers, chip-cert's and matter.js's words") {
  constexpr Row kRows[] = {
      {"0xAC", "0xAC InternalError"},
      {"172", "0xAC InternalError"},
      {"0x20", "0x20 FailedDeviceAttestation"},
      {"32", "0x20 FailedDeviceAttestation"},
      {"0x4A", "0x4A CaCertNotFound"},
      {"74", "0x4A CaCertNotFound"},
      {"0x85", "0x85 InvalidKeyId, 0x85 InvalidCommand"},
      {"CHIP_ERROR_CA_CERT_NOT_FOUND", "0x4A CaCertNotFound"},
      {"CHIP_ERROR_INTERNAL", "0xAC InternalError"},
      {"0x305", "0x305 Asn1InvalidEncoding"},
      {"0x50", "0x50 UnsupportedCertFormat"},
      {"0x4E", "0x4E CertExpired"},
      {"0x14", "0x14 InvalidSignature"},
      {"800", "800 InvalidArgument"},
      {"900", "900 InternalError"},
      {"65535", "65535 NotImplemented"},
      {"701", "701 InvalidArgument"},
      {"201", "201 PaiSignatureInvalid, 0x201 DeviceConfigNotFound"},
      {"InvalidArgument", "701 InvalidArgument, InvalidArgument InvalidArgument"},
      {"FirmwareInfoMismatch", "FirmwareInfoMismatch FirmwareInfoMismatch"},
      {"internal error", "0xAC InternalError"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.pasted);
    CHECK(names(row.pasted) == row.says);
  }
  for (const char* of_matter_js :
       {"PaaNotTrusted", "CertificateChainInvalid", "CertificateExpired", "VendorIdMismatch",
        "AttestationSignatureInvalid", "AttestationNonceMismatch",
        "CertificationDeclarationSignatureInvalid", "CertificationDeclarationFieldMismatch",
        "CertificateRevoked", "FirmwareInfoMismatch", "CertificationTypeProvisional",
        "CertificationTypeTest", "CertificateIdNotVerified", "CdSignerVerificationSkipped",
        "PaaTrustStoreTimeMismatch", "DclServiceUnavailable", "TrustedAsTestCertificate",
        "ValidationError"}) {
    CAPTURE(of_matter_js);
    const auto all = cli::explained(of_matter_js);
    CHECK(std::any_of(all.begin(), all.end(),
                      [](const cli::Explained& one) { return one.by == "matter.js"; }));
  }
}

TEST_CASE("explain: of a log all that it says, each once, in its order") {
  CHECK(names("[1.1][2:3] CHIP:CTL: Verifying attestation\n"
              "[1.2][2:3] CHIP:CTL: Failed in verifying 'Attestation Information': err 302. Look\n"
              "[1.3][2:3] CHIP:CTL: Error on commissioning step: CHIP Error 0x000000AC: Internal "
              "error\n"
              "[1.4][2:3] CHIP:TOO: Device commissioning Failure: CHIP Error 0x000000AC: Internal "
              "error\n") == "302 DacRevoked, 0xAC InternalError");
  // A CHIP error says where the result stands.
  const auto internal = cli::explained("0xAC");
  REQUIRE(internal.size() == 1);
  CHECK(internal.front().then.find("above") != std::string::npos);
  CHECK(cli::explained("0x4A").front().sdk == 101);
}

TEST_CASE("explain: what nobody knows is not explained") {
  for (const char* pasted :
       {"", " ", "999", "err 999", "hello", "0xZZ", "12:34:56.604 all is well", "err",
        "[604:605] CHIP:DL: writing to storage, all good here and there", "99999999999999999999"})
    CHECK_MESSAGE(names(pasted) == "", pasted);
}

TEST_CASE("explain: every code that the SDK declares, by number, hex and name") {
  size_t seen = 0;
  for (int code = 1; code < 1000; ++code) {
    const char* name = sdk_code_name(code);
    if (name == nullptr) continue;
    ++seen;
    for (const std::string& word : {std::to_string(code), fmt::format("0x{:X}", code),
                                    std::string(name), std::string("k") + name}) {
      CAPTURE(word);
      const auto all = cli::explained(word);
      CHECK(std::any_of(all.begin(), all.end(),
                        [&](const cli::Explained& one) { return one.sdk == code; }));
    }
  }
  CHECK(seen > 40);
}
