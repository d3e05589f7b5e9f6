// explain: the words and lines that people paste, and what is said of them.

#include <fmt/format.h>

#include <algorithm>

#include "cli/explained.h"
#include "tests/support/support.h"
#include "verifier/checks/catalogue.h"
#include "verifier/readers/text/onboarding_codes.h"

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
       "101 PaaNotFound, 0x20 FailedDeviceAttestation"},
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
       "300 DacExpired, 0x20 FailedDeviceAttestation"},
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

TEST_CASE("explain: a number that counts, names or measures something is no result") {
  for (const char* pasted : {"I (604) wifi: connected",
                             "E (604) chip[DL]: Failed to read",
                             "\033[0;31mE (604) wifi: error",
                             "W (302) wdt: failed attestation of nothing",
                             "Node 302 commissioned",
                             "port 101",
                             "604 ms",
                             "attestation of node: 302",
                             "failed: 300 ms",
                             "Message counter 604",
                             "exchange 604",
                             "10.0.0.1:604",
                             "192.168.1.101:5540",
                             "12:34:56,604",
                             "2026-11-20 10:00:00,604 INFO starting",
                             "11-20 10:00:00.604 1234 604 E chip: failed",
                             "[00:00:01.604,302] <inf> chip: ready",
                             "[1780000000.604][604:605] CHIP:DL: ready",
                             "3497-011-2332",
                             "found 3497-011-2332",
                             "3497 011 2332",
                             "604/1000",
                             "1.604",
                             "604%",
                             "2026/11/20",
                             "session id 302",
                             "attestation elements length: 302",
                             "vid 604",
                             "6.0.4"})
    CHECK_MESSAGE(names(pasted) == "", pasted);
  for (const char* pasted :
       {"what does 604 mean", "attestation result 604", "604, 604", "sdk: 604."})
    CHECK_MESSAGE(names(pasted) == k604, pasted);
}

TEST_CASE("explain: another program's number is no result") {
  for (const char* pasted :
       {"HomeKit Error Domain=HMErrorDomain Code=75", "Error Domain=NSPOSIXErrorDomain Code=32",
        "Process finished with exit code 101", "npm ERR! code 101", "command exited with code 302",
        "wifi: disconnected, reason code 201", "java.io.IOException: error=32, Broken pipe",
        "HTTP status 302", "GATT error 133", "make: *** [all] Error: exit status 604",
        "OSError: [Errno 32] error 101", "curl failed with error 604"})
    CHECK_MESSAGE(names(pasted) == "", pasted);
  for (const char* pasted :
       {"chip-tool exited with code 1: attestation error 604", "plug on wifi: err 604",
        "HTTP bridge: commissioning failed, error 604", "err 604 after mDNS, bluetooth",
        "chip[CTL]: exited with error 604", "disconnected: err 604"})
    CHECK_MESSAGE(names(pasted).find(k604) != std::string::npos, pasted);
}

TEST_CASE("explain: object identifiers in words; an unknown one is none") {
  constexpr Row kRows[] = {
      {"1.3.6.1.4.1.37244.2.1", "1.3.6.1.4.1.37244.2.1 Matter vendor id"},
      {"OID 1.3.6.1.4.1.37244.2.2=8000", "1.3.6.1.4.1.37244.2.2 Matter product id"},
      {"1.3.6.1.4.1.37244.1.1", "1.3.6.1.4.1.37244.1.1 Matter node id"},
      {"1.2.840.10045.4.3.2.", "1.2.840.10045.4.3.2 ECDSA with SHA-256"},
      {"(2.5.29.19)", "2.5.29.19 basic constraints"},
      {"2.16.840.1.101.3.4.3.17", "2.16.840.1.101.3.4.3.17 ML-DSA-44"},
      {"err 604: 2.5.29.35",
       "604 CertificationDeclarationInvalidVendorId, 2.5.29.35 authority key id"},
      {"1.3.6.1.4.1.311.21.7", ""},
      {"2.5.29.604", ""},
      {"2.05.29.19", ""},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.pasted);
    CHECK(names(row.pasted) == row.says);
  }
}

TEST_CASE("explain: the named result before what points to it; where one stands elsewhere") {
  constexpr Row kRows[] = {
      {"CHIP:CTL: Device Attestation failed: kPaiSignatureInvalid",
       "201 PaiSignatureInvalid, 0x20 FailedDeviceAttestation"},
      {"Error 0x000000AC: Internal error\nerr 302", "302 DacRevoked, 0xAC InternalError"},
      {"homeassistant.exceptions.HomeAssistantError: Commission with code failed for node 5.",
       "CommissionFailed CommissionFailed"},
      {"Commission with code failed for node 302.", "CommissionFailed CommissionFailed"},
      {"foo.cpp:601: commissioning stage 'AttestationVerification' failed",
       "AttestationVerification AttestationVerification"},
      {"Commissioning failed with 605", "605 CertificationDeclarationInvalidProductId"},
      {"05-01 10:00:00.100 10658 10672 E CTL : Failed to perform commissioning step 13",
       "CommissioningStep CommissioningStep"},
      {"Failed to perform commissioning step 604", "CommissioningStep CommissioningStep"},
      {"Failed verifying attestation information. Now checking DAC chain revoked status.",
       "AttestationVerification AttestationVerification"},
      {"Attestation Failed", "AttestationFailed AttestationFailed"},
      {"Device Attestation Verification Failed (CON-550)", "AttestationFailed AttestationFailed"},
      {"onCommissioningStatusUpdate nodeId [1]  stage [AttestationVerification]  errorCode [101]",
       "101 PaaNotFound"},
      {"onCommissioningStatusUpdate nodeId [1]  stage [AttestationVerification]  errorCode [172]",
       "0xAC InternalError"},
      {"4: DEVICE_ATTESTATION_VALIDATION_ERROR_TYPE_INVALID_CERTIFICATION_DECLARATION_FORMAT",
       "DEVICE_ATTESTATION_VALIDATION_ERROR_TYPE DEVICE_ATTESTATION_VALIDATION_ERROR_TYPE"},
      {"DEVICE_ATTESTATION_VALIDATION_ERROR_TYPE_SOMETHING_ELSE",
       "DEVICE_ATTESTATION_VALIDATION_ERROR_TYPE DEVICE_ATTESTATION_VALIDATION_ERROR_TYPE"},
      {"test_TC_DA_1_2", "TC_DA_1_2 TC-DA-1.2"},
      {"Unable to find PAA, err: 3f", "101 PaaNotFound"},
      {"err 3f", "3f 3f"},
      {"error 4a", "0x4A CaCertNotFound"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.pasted);
    CHECK(names(row.pasted) == row.says);
  }
  CHECK(cli::explained("err 3f").front().sdk == 101);
}

TEST_CASE("explain: an onboarding code is said to be one, and not repeated") {
  for (const char* code : {"3497-011-2332", "found 3497-011-2332", "34970112332", "3497 011 2332",
                           "3497.011.2332", "MT:Y.K9042C00KA0648G00", "[MT:Y.K9042C00KA0648G00]"}) {
    CAPTURE(code);
    const auto all = cli::explained_code(code);
    REQUIRE(all.size() == 1);
    CHECK(all.front().then.find("payload parse") != std::string::npos);
    for (const std::string& text : {all.front().word, all.front().means, all.front().then})
      CHECK(text.find_first_of("0123456789") == std::string::npos);
  }
  for (const char* none :
       {"err 604", "192.168.100.101", "2026-11-20", "1.2.840.10045.4.3.2", "hello"})
    CHECK_MESSAGE(cli::explained_code(none).empty(), none);
}

TEST_CASE("what is masked as a code: not an OID, instant or address") {
  for (const char* other :
       {"1.3.6.1.4.1.37244.2.1", "1.2.840.10045.4.3.2", "[1780000000.131][4270:4272] CHIP:CTL: x",
        "2026-11-20 10:00:00,604 INFO", "2026-11-20T10:00:00.123456Z", "192.168.1.101:5540",
        "10.20.30.40:5540", "11-20 10:00:00.604 E chip", "[1686124594578] [55748:3832836] [CTL]"})
    CHECK_MESSAGE(without_codes(other) == other, other);
  constexpr Row kMasked[] = {
      {"20202021", "(masked)"},
      {"20.20.20.21", "(masked)"},
      {"2.0.2.0.2.0.2.1", "(masked)"},
      {"2.5.1.8.3.4.9.7", "(masked)"},
      {"3497-011-2332", "(masked)"},
      {"3497.011.2332", "(masked)"},
      {"2020-2021", "(masked)"},
      {"2026-11-20-20202021", "(masked)"},
      {"2026-11-20 20202021", "2026-11-20 (masked)"},
      {"2026-11-20 10:00:00 34970112332", "2026-11-20 10:00:00 (masked)"},
      {"1.2.840.10045.4.3.2 20202021", "1.2.840.10045.4.3.2 (masked)"},
      {"192.168.1.101 20202021", "192.168.1.101 (masked)"},
      {"[34970112332]", "[(masked)]"},
      {"[20202021]", "[(masked)]"},
      {"I (20202021) wifi: x", "I (20202021) wifi: x"},
      {"pin V (20202021)", "pin V ((masked))"},
  };
  for (const Row& row : kMasked) {
    CAPTURE(row.pasted);
    CHECK(without_codes(row.pasted) == row.says);
  }
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
