// What the ledger answered, as its nodes, dcld, the SDK's tools and we ourselves write it down as
// JSON: certificates of authorities, of who signs for them, revocation points and sets. Whom to
// trust is told to the program in other ways; a certificate that stands there is not the device's.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "verifier/base/contains.h"
#include "verifier/base/json.h"
#include "verifier/pki/certificate.h"
#include "verifier/pki/key.h"
#include "verifier/readers/credentials/behind.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/tables/device_json.h"

namespace attest {
namespace {

// The recorded answers have less than 3 MB; parsed, JSON takes up to 25 times its size.
constexpr size_t kMostAnswer = 16u << 20;
constexpr unsigned kDeepest = 12;

// Keys with a certificate, as the ledger's REST and command line, and the SDK's revocation sets
// spell them.
constexpr std::string_view kCertificate[] = {
    "pemCert",         "pem_cert",           "crlSignerCertificate", "crl_signer_certificate",
    "crl_signer_cert", "crlSignerDelegator", "crl_signer_delegator"};
// Names in DER, as base64: they stand in an answer, and are no credentials.
constexpr std::string_view kName[] = {"subject",         "issuer",       "issuer_name",
                                      "rootSubject",     "root_subject", "authorityKeyId",
                                      "authority_key_id"};
// What an answer consists of: one of these, and how to get the next page.
constexpr std::string_view kAnswer[] = {"approvedCertificates",
                                        "approvedCertificatesBySubject",
                                        "approvedRootCertificates",
                                        "allCertificatesBySubject",
                                        "certificates",
                                        "certificatesBySubject",
                                        "childCertificates",
                                        "nocCertificates",
                                        "nocCertificatesByVidAndSkid",
                                        "nocCertificatesBySubject",
                                        "nocRootCertificates",
                                        "nocIcaCertificates",
                                        "revokedCertificates",
                                        "revokedRootCertificates",
                                        "revokedNocRootCertificates",
                                        "revokedNocIcaCertificates",
                                        "proposedCertificate",
                                        "proposedCertificateRevocation",
                                        "rejectedCertificate",
                                        "PkiRevocationDistributionPoint",
                                        "pkiRevocationDistributionPointsByIssuerSubjectKeyID",
                                        "vendorInfo",
                                        "vendorProducts",
                                        "model",
                                        "modelVersion",
                                        "modelVersions",
                                        "complianceInfo",
                                        "certifiedModel",
                                        "provisionalModel",
                                        "revokedModel",
                                        "deviceSoftwareCompliance"};

// What stands beside a certificate in an answer, in a revocation point and in a revocation set, in
// the spellings of the ledger's REST and of dcld. A device's fact beside it was meant to be judged.
constexpr std::string_view kBeside[] = {"subject",
                                        "subjectAsText",
                                        "subject_as_text",
                                        "subjectKeyId",
                                        "subject_key_id",
                                        "serialNumber",
                                        "serial_number",
                                        "issuer",
                                        "authorityKeyId",
                                        "authority_key_id",
                                        "rootSubject",
                                        "root_subject",
                                        "rootSubjectKeyId",
                                        "root_subject_key_id",
                                        "isRoot",
                                        "is_root",
                                        "isNoc",
                                        "is_noc",
                                        "owner",
                                        "approvals",
                                        "rejects",
                                        "vid",
                                        "pid",
                                        "certificateType",
                                        "certificate_type",
                                        "schemaVersion",
                                        "schema_version",
                                        "isPAA",
                                        "is_paa",
                                        "label",
                                        "issuerSubjectKeyID",
                                        "issuer_subject_key_id",
                                        "dataURL",
                                        "data_url",
                                        "dataFileSize",
                                        "data_file_size",
                                        "dataDigest",
                                        "data_digest",
                                        "dataDigestType",
                                        "data_digest_type",
                                        "revocationType",
                                        "revocation_type"};

template <size_t N>
bool is_one(const std::string_view (&names)[N], std::string_view key) {
  return std::find(std::begin(names), std::end(names), key) != std::end(names);
}

// Certificates that belong to no device: of authorities, and of who signs lists or declarations for
// them. A DAC names a product.
bool is_material(View der) {
  const auto c = parse_certificate(der);
  if (!c) return false;
  const bool authority = (*c)->basic_constraints.value && (*c)->basic_constraints.value->ca;
  const bool signs_lists =
      (*c)->key_usage.value && ((*c)->key_usage.value->bits & KeyUsage::crl_sign) != 0;
  return authority || signs_lists || (*c)->product_id.how == SubjectId::How::absent;
}

class Looking {
 public:
  void at(const Json& json, std::string_view key, unsigned depth) {
    if (depth > kDeepest) {
      other = true;
    } else if (const auto* object = json.object()) {
      for (const auto& [name, value] : *object) at(value, name, depth + 1);
    } else if (const auto* array = json.array()) {
      for (const Json& element : *array) at(element, key, depth + 1);
    } else if (const auto* string = json.string()) {
      if (is_one(kCertificate, key) && !string->empty()) {
        certificate(*string);
      } else if (!is_one(kName, key)) {
        other = other || may_be_credential(*string);
      }
    }
  }
  size_t certificates = 0;
  bool other = false;  // something that may be a device's

 private:
  void certificate(const std::string& written) {
    ++certificates;
    if (looks_like_pem(view(written))) {
      const PemFile file = parse_pem(view(written));
      const bool all = std::all_of(file.blocks.begin(), file.blocks.end(),
                                   [](const PemBlock& b) { return is_material(b.der); });
      other = other || !all || file.blocks.empty() || !file.problems.empty();
      return;
    }
    const auto der = from_base64_lines(written);
    other = other || !der || !is_material(*der);
  }
  static bool in_text(const std::string& written) {
    for (const auto decode : {from_hex_lenient, from_base64_lines}) {
      const auto der = decode(written);
      if (der && credential_reader({.path = {}, .bytes = *der}) != nullptr) return true;
    }
    return false;
  }
  static bool may_be_credential(const std::string& written) {
    constexpr size_t kLeast = 64;
    if (written.size() < kLeast) return false;
    const Source s{.path = {}, .bytes = view(written)};
    return pem_reader.recognises(s) || in_text(written) || damaged_reader.recognises(s);
  }
};

// What an answer has at its own level, and nothing that a device's facts have.
bool is_beside_a_certificate(std::string_view name, const Json& value) {
  return is_one(kBeside, name) || is_one(kCertificate, name) || is_one(kName, name) ||
         is_one(kAnswer, name) || name == "certs" || name == "pagination" ||
         ((value.is_object() || value.array() != nullptr) && !is_device_key(name) &&
          !has_device_key(value));
}
bool holds_an_answer(const Json& json) {
  if (const auto* elements = json.array())
    return std::all_of(elements->begin(), elements->end(), holds_an_answer);
  const auto* members = json.object();
  return members != nullptr &&
         std::all_of(members->begin(), members->end(), [](const auto& member) {
           return is_beside_a_certificate(member.first, member.second);
         });
}

// One of these stands in each of the words by which an answer is known, and one of those in each
// answer: most of JSON has none, and is not searched for all words nor parsed.
constexpr std::string_view kStems[] = {
    "pem",       "crl",           "ertificate", "evocationDistributionPoint",
    "endorInfo", "endorProducts", "odel",       "ompliance"};
template <size_t N>
constexpr bool each_has_a_stem(const std::string_view (&words)[N]) {
  return std::all_of(std::begin(words), std::end(words), [](std::string_view word) {
    return std::any_of(std::begin(kStems), std::end(kStems), [&](std::string_view stem) {
      return word.find(stem) != std::string_view::npos;
    });
  });
}
static_assert(each_has_a_stem(kCertificate) && each_has_a_stem(kAnswer));

bool may_be_answer(std::string_view all) {
  const auto has = [&](std::string_view word) { return contains(all, word); };
  if (has("synced_at") || has("revoked_serial_numbers")) return true;
  return std::any_of(std::begin(kStems), std::end(kStems), has) &&
         (std::any_of(std::begin(kCertificate), std::end(kCertificate), has) ||
          std::any_of(std::begin(kAnswer), std::end(kAnswer), has));
}

const char* why_none(View bytes) {
  const auto at = text(bytes).find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (at == std::string_view::npos || bytes.size() > kMostAnswer ||
      (bytes[at] != '{' && bytes[at] != '['))
    return nullptr;
  if (!may_be_answer(text(bytes))) return nullptr;
  const auto json = parse_json(text(bytes));
  if (!json) return nullptr;
  Looking looking;
  looking.at(*json, {}, 0);
  if (looking.other) return nullptr;
  const auto* members = json->object();
  const bool set = json->array() != nullptr && !json->array()->empty() &&
                   json->array()->front().find("revoked_serial_numbers") != nullptr &&
                   !has_device_key(json->array()->front());
  if (set)
    return "a revocation set of the SDK: nothing signs it, so it is believed in nothing; a list "
           "that "
           "its issuer signed is (a CRL), and the ledger's are asked for with --network";
  const bool ours = json->find("items") != nullptr && json->find("chain_id") != nullptr &&
                    json->find("synced_at") != nullptr && !has_device_key(*json);
  const bool answer = members != nullptr && !members->empty() &&
                      std::all_of(members->begin(), members->end(), [](const auto& member) {
                        return member.first == "pagination" || is_one(kAnswer, member.first);
                      });
  if (answer || ours || (looking.certificates != 0 && holds_an_answer(*json)))
    return "an answer of the ledger: what stands in it is no device's, and the ledger is asked "
           "itself";
  return nullptr;
}

bool recognises(const Source& s) {
  return why_none(s.bytes) != nullptr;
}

Result<void> read(const Source& s, Reading& reading) {
  reading.not_used.push_back({s.path, why_none(s.bytes)});
  return {};
}

}  // namespace

const Reader ledger_answer_reader{.kind = "raw",
                                  .expects = "evidence",
                                  .content = Content::text,
                                  .recognises = recognises,
                                  .read = read};

}  // namespace attest
