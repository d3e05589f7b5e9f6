#include "cli/known_words.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace attest::cli {
namespace {

constexpr const char* kRefusedCommand =
    "the device refused the command: of an attestation or certificate chain request, a nonce that "
    "is not of 32 bytes or a certificate type other than 1 (DAC) and 2 (PAI)";

// Source: the SDK's CHIPError.h (core errors; device 0x2xx, ASN.1 0x3xx, interaction 0x5xx).
constexpr KnownNumber kNumbers[] = {
    {0x03, "IncorrectState", "a step was asked for at the wrong time", kChipError, 0, false, true},
    {0x0B, "NoMemory", "commissioner or device ran out of memory", kChipError},
    {0x10, "KeyNotFound", "a key is not there", kChipError},
    {0x14, "InvalidSignature",
     "a signature does not verify; of chip-cert: a certificate or declaration is not signed by the "
     "key of the issuer that was named",
     kChipError},
    {0x19, "BufferTooSmall",
     "something is longer than there is room for: a DAC or PAI may have 600 bytes at most, with "
     "ML-DSA (a draft of Matter 1.7) 6261",
     kChipError},
    {0x20, "FailedDeviceAttestation",
     "the attestation failed (the SDK says it so since the middle of 2025, before that as internal "
     "error 0xAC)",
     kChipError, 0, false, true},
    {0x21, "EndOfTlv", "a TLV structure ends before what was looked for", kChipError},
    {0x22, "TlvUnderrun", "a TLV structure is cut off", kChipError},
    {0x23, "InvalidTlvElement", "a TLV structure cannot be read", kChipError},
    {0x24, "InvalidTlvTag", "a TLV structure has a field that nobody expects there", kChipError},
    {0x26, "WrongTlvType", "a TLV field is of another type than expected", kChipError},
    {0x2D, "NotImplemented", "commissioner or device cannot do it", kChipError},
    {0x2F, "InvalidArgument",
     "a value has a wrong form; of chip-cert: an option or a file that it does not take",
     kChipError},
    {0x32, "Timeout", "the device did not answer in time: nothing is said of its attestation",
     kChipError},
    {0x38, "InvalidPaseParameter",
     "the passcode, salt, iterations or verifier do not fit each other", kChipError},
    {0x48, "NotConnected", "the connection is gone: nothing is said of its attestation",
     kChipError},
    {0x4A, "CaCertNotFound",
     "a CA's certificate is not there: the PAA that the PAI names is not in the commissioner's "
     "trust store",
     kChipError, 101},
    {0x4B, "CertPathLenConstraintExceeded",
     "a CA stands above more certificates than its path length allows", kChipError, 301},
    {0x4C, "CertPathTooLong", "the chain has too many certificates", kChipError, 301},
    {0x4D, "CertUsageNotAllowed", "a certificate's key usage does not allow what it is used for",
     kChipError},
    {0x4E, "CertExpired",
     "a certificate is over; of chip-cert: also where a certificate ends after its issuer",
     kChipError},
    {0x4F, "CertNotValidYet", "a certificate is not valid yet", kChipError},
    {0x50, "UnsupportedCertFormat",
     "a certificate has a form that the SDK does not read: an extension, attribute or encoding "
     "that the profile does not know",
     kChipError},
    {0x51, "UnsupportedEllipticCurve", "a key is not on P-256", kChipError},
    {0x53, "CertNotFound", "a certificate is not there", kChipError},
    {0x56, "CertLoadFailed", "a certificate cannot be loaded", kChipError},
    {0x57, "CertNotTrusted", "a chain ends at no root that is trusted", kChipError},
    {0x59, "WrongCertDn",
     "a certificate's subject or issuer has a form that is not allowed: vendor and product id are "
     "four upper-case hex digits each",
     kChipError},
    {0x85, "InvalidKeyId", "a key id has a wrong form", kChipError},
    {0x9D, "WrongCertType", "a certificate of another kind than expected", kChipError},
    {0xA0, "PersistedStorageValueNotFound",
     "the device does not find a value in its storage: its factory data is missing or is not where "
     "the firmware looks",
     kChipError},
    {0xAC, "InternalError", "up to SDK 1.4 the commissioner says this when the attestation failed",
     kChipError, 0, false, true},
    {0xAD, "OpenFailed", "a file cannot be opened: is the path right?", kChipError},
    {0xAE, "ReadFailed", "a file or partition cannot be read", kChipError},
    {0xB0, "DecodeFailed", "something cannot be decoded", kChipError},
    {0xBD, "Hsm", "the secure element or hardware key store failed", kChipError},
    {0x201, "DeviceConfigNotFound",
     "the device does not find a value of its factory data (of CertificateChainRequest: its DAC or "
     "PAI; of the setup discriminator: that number): the factory partition is empty, not flashed, "
     "at another offset, or encrypted with another key. Devices print it without 0x, so that it "
     "looks like PaiSignatureInvalid, which it is not",
     kChipError, 0, true},
    {0x305, "Asn1InvalidEncoding",
     "of chip-cert: a certificate is not strict DER (a known case: key usage 03 03 07 06 00, with "
     "a "
     "zero octet too many, as AWS Private CA writes it on request)",
     kChipError, 0, true},
    {0x306, "Asn1UnsupportedEncoding", "of chip-cert: a DER encoding that it does not read",
     kChipError, 0, true},
    {0x501, "Failure", "the device refused without saying why", kStatus},
    {0x7E, "UnsupportedAccess", "the commissioner may not do that", kStatus},
    {0x81, "UnsupportedCommand", "the device does not know the command", kStatus},
    {0x85, "InvalidCommand", kRefusedCommand, kStatus},
    {0x585, "InvalidCommand", kRefusedCommand, kStatus},
    {0x87, "ConstraintError", "a value is out of its range", kStatus},
    {0x89, "ResourceExhausted", "the device has no room", kStatus},
    {0x8B, "NotFound", "the device does not have it", kStatus},
    {0x94, "Timeout", "the device did not answer in time", kStatus},
    {0x9C, "Busy", "the device is busy: ask again", kStatus},
    {0xC3, "UnsupportedCluster", "the device does not have the cluster", kStatus},
    {0xCA, "FailsafeRequired", "the fail-safe has to be armed first", kStatus},
};

constexpr const char* kMatterJs = "matter.js";
constexpr KnownName kNames[] = {
    {"PaaNotTrusted", kMatterJs, "the root that the PAI names is not among the trusted ones", 101},
    {"CertificateChainInvalid", kMatterJs, "the chain from the DAC to its root does not hold", 301},
    {"CertificateExpired", kMatterJs, "a certificate of the chain is over or not valid yet", 300},
    {"VendorIdMismatch", kMatterJs, "certificates of the chain name different vendors", 305},
    {"AttestationSignatureInvalid", kMatterJs, "the device did not sign with the key of its DAC",
     500},
    {"AttestationNonceMismatch", kMatterJs,
     "the device answered with another nonce than the one that was sent", 502},
    {"CertificationDeclarationSignatureInvalid", kMatterJs,
     "the declaration's signature does not verify", 602},
    {"CertificationDeclarationFieldMismatch", kMatterJs,
     "a field of the declaration does not fit the device: vendor, product, origin or the list of "
     "PAAs (604, 605 or 606 of the SDK)",
     604},
    {"CertificateRevoked", kMatterJs, "DAC or PAI are revoked (302, 202 or 208 of the SDK)", 302},
    {"FirmwareInfoMismatch", kMatterJs,
     "the firmware information is not the registered one (the SDK never looks)", 400},
    {"CertificationTypeProvisional", kMatterJs,
     "a remark: the declaration is provisional, certification is pending"},
    {"CertificationTypeTest", kMatterJs,
     "a remark: the declaration is for development and test, and good for no production device"},
    {"CertificateIdNotVerified", kMatterJs,
     "a remark: that the declaration's certificate id stands on the ledger was not looked up"},
    {"CdSignerVerificationSkipped", kMatterJs,
     "a remark: who signed the declaration was not checked"},
    {"PaaTrustStoreTimeMismatch", kMatterJs,
     "a remark: the list of trusted roots is older than the DAC; refresh it"},
    {"DclServiceUnavailable", kMatterJs,
     "a remark: the ledger could not be asked; try again where there is internet"},
    {"TrustedAsTestCertificate", kMatterJs,
     "a remark: the chain ends at a test root, which a production commissioner does not trust"},
    {"ValidationError", kMatterJs, "something could not be read or does not follow its rules"},
};

constexpr KnownPhrase kPhrases[] = {
    {"internal error", 0xAC},
    {"failed device attestation", 0x20},
    {"device attestation failed", 0x20},
    {"ca certificate not found", 0x4A},
    {"invalid command", 0x585},
    {"unable to find paa", 0, 101},
    {"paa not found", 0, 101},
    {"unsupported certificate format", 0x50},
    {"setup discriminator read error", 0x201},
    {"config not found", 0x201},
};

constexpr const char* kFailed = "the commissioning failed; why does not stand in this line";
constexpr const char* kResultAbove =
    "where it was the attestation, the result stands some lines above in the log of the matter "
    "server, as \"err\" and a number of three digits behind \"Attestation Information\": explain "
    "that one";
constexpr const char* kHomeAssistant = "Home Assistant's matter server";
constexpr const char* kCommissioner = "a commissioner built on the Matter SDK";
constexpr const char* kGoogle = "Google Home";
constexpr KnownSaying kSayings[] = {
    {"commission with code failed", "CommissionFailed", kHomeAssistant, kFailed, kResultAbove},
    {"commission on network failed", "CommissionFailed", kHomeAssistant, kFailed, kResultAbove},
    {"commissioning failed", "CommissioningFailed", kCommissioner, kFailed, kResultAbove},
    {"commissioning failure", "CommissioningFailed", kCommissioner, kFailed, kResultAbove},
    {"failed to commission", "CommissioningFailed", kCommissioner, kFailed, kResultAbove},
    {"failed to perform commissioning step", "CommissioningStep", kCommissioner,
     "a step of the commissioning failed; its number is of no result, and not the same in all "
     "versions of the SDK",
     kResultAbove},
    {"failed verifying attestation information", "AttestationVerification", kCommissioner,
     "the attestation was judged and not accepted; whether DAC and PAI are revoked is asked before "
     "the result is told",
     "the result stands some lines below in the log, as \"err\" and a number of three digits "
     "behind "
     "\"Attestation Information\": explain that one"},
    {"type_invalid_certification_declaration_format", "DEVICE_ATTESTATION_VALIDATION_ERROR_TYPE",
     kGoogle, "the certification declaration does not have the form that it must have",
     "hand the device's credentials to verify, which tells which rule it breaks", 603},
    {"device_attestation_validation_error_type_", "DEVICE_ATTESTATION_VALIDATION_ERROR_TYPE",
     kGoogle,
     "the attestation was not accepted; the last words of the name say what Google found, in words "
     "of its own",
     "hand the device's credentials to verify, or commission it with chip-tool, whose log has the "
     "SDK's result"},
    {"attestation failed", "AttestationFailed", "a commissioner or an app",
     "the device's attestation was not accepted; why does not stand in this line", kResultAbove},
    {"attestation verification failed", "AttestationFailed", "a commissioner or an app",
     "the device's attestation was not accepted; why does not stand in this line", kResultAbove},
    {"'attestationverification' failed", "AttestationVerification", kCommissioner,
     "the step of the commissioning in which the attestation is judged failed", kResultAbove},
    {"commissioning step 'attestationverification'", "AttestationVerification", kCommissioner,
     "the step of the commissioning in which the attestation is judged failed", kResultAbove},
    {"err: 3f", "3f", "a commissioner's log, of a PAA that it does not find",
     "behind \"Unable to find PAA\": the root that the PAI names is not in its trust store",
     "the key id behind \"AKID\" is that of the root", 101},
    {"err 3f", "3f", "a commissioner's log, of a PAA that it does not find",
     "behind \"Unable to find PAA\": the root that the PAI names is not in its trust store",
     "the key id behind \"AKID\" is that of the root", 101},
};

constexpr OldCode kOldCodes[] = {
    {800, "InvalidArgument", 701}, {900, "InternalError", 702}, {65535, "NotImplemented", 703}};

}  // namespace

bool is_of_other_numbers(std::string_view line) {
  // (No word of these alone, as "wifi": a line about an "err 604" may have that, too.)
  constexpr std::string_view kOthers[] = {
      "exit code",   "exit status", "exit value",  "exited with", "returncode",
      "return code", "errno",       "http status", "http error",  "http/",
      "errordomain", "reason code", "wifi reason", "gatt error",  "npm err",
      "broken pipe", "oserror",     "ioexception", "curl failed", "curl: "};
  constexpr std::string_view kOurs[] = {"attest", "chip",       "matter",  "mtrerror",
                                        "dac ",   "commission", "im error"};
  const auto has = [&](std::string_view words) {
    return line.find(words) != std::string_view::npos;
  };
  return std::any_of(std::begin(kOthers), std::end(kOthers), has) &&
         std::none_of(std::begin(kOurs), std::end(kOurs), has);
}

std::span<const KnownNumber> known_numbers() {
  return kNumbers;
}
std::span<const KnownName> known_names() {
  return kNames;
}
std::span<const KnownPhrase> known_phrases() {
  return kPhrases;
}
std::span<const KnownSaying> known_sayings() {
  return kSayings;
}
std::span<const OldCode> old_codes() {
  return kOldCodes;
}

}  // namespace attest::cli
