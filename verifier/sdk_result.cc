#include "verifier/sdk_result.h"

#include <algorithm>
#include <string>
#include <vector>

#include "verifier/pki/extension.h"

namespace attest {
namespace {

struct CodeName {
  int code;
  const char* name;
};
constexpr CodeName kCodes[] = {
    {0, "Success"},
    {100, "PaaUntrusted"},
    {101, "PaaNotFound"},
    {102, "PaaExpired"},
    {103, "PaaSignatureInvalid"},
    {104, "PaaRevoked"},
    {105, "PaaFormatInvalid"},
    {106, "PaaArgumentInvalid"},
    {200, "PaiExpired"},
    {201, "PaiSignatureInvalid"},
    {202, "PaiRevoked"},
    {203, "PaiFormatInvalid"},
    {204, "PaiArgumentInvalid"},
    {205, "PaiVendorIdMismatch"},
    {206, "PaiAuthorityNotFound"},
    {207, "PaiMissing"},
    {208, "PaiAndDacRevoked"},
    {300, "DacExpired"},
    {301, "DacSignatureInvalid"},
    {302, "DacRevoked"},
    {303, "DacFormatInvalid"},
    {304, "DacArgumentInvalid"},
    {305, "DacVendorIdMismatch"},
    {306, "DacProductIdMismatch"},
    {307, "DacAuthorityNotFound"},
    {400, "FirmwareInformationMismatch"},
    {401, "FirmwareInformationMissing"},
    {500, "AttestationSignatureInvalid"},
    {501, "AttestationElementsMalformed"},
    {502, "AttestationNonceMismatch"},
    {503, "AttestationSignatureInvalidFormat"},
    {600, "CertificationDeclarationNoKeyId"},
    {601, "CertificationDeclarationNoCertificateFound"},
    {602, "CertificationDeclarationInvalidSignature"},
    {603, "CertificationDeclarationInvalidFormat"},
    {604, "CertificationDeclarationInvalidVendorId"},
    {605, "CertificationDeclarationInvalidProductId"},
    {606, "CertificationDeclarationInvalidPAA"},
    {700, "NoMemory"},
    {701, "InvalidArgument"},
    {702, "InternalError"},
    {703, "NotImplemented"},
};

// --- steps, in the SDK's order; each gives the code of its first fault, or 0 ---

int inputs(const Evidence& e) {
  if (!e.dac.present()) return 0;
  if (!e.pai.present()) return 207;
  return e.elements_statement != nullptr &&
                 std::get<Bytes>(e.elements_statement->value).size() > kMaxElementsBytes
             ? 701
             : 0;
}

// The format check of one certificate: shape, algorithm, key, and the four extensions of the
// profile.
bool follows_profile(const Certificate& c, bool authority) {
  if (c.version != 3 || !equal(c.signature_algorithm, oid::kEcdsaWithSha256) || !c.p256)
    return false;
  const auto& bc = c.basic_constraints;
  if (bc.count != 1 || !bc.critical || !bc.value || bc.value->ca != authority) return false;
  if (authority ? bc.value->path_length != 0u : bc.value->path_length.has_value()) return false;
  const auto& usage = c.key_usage;
  if (usage.count != 1 || !usage.critical || !usage.value) return false;
  constexpr uint16_t kSigns = KeyUsage::key_cert_sign | KeyUsage::crl_sign;
  const uint16_t bits = usage.value->bits;
  if (authority
          ? ((bits & kSigns) != kSigns || (bits & ~(kSigns | KeyUsage::digital_signature)) != 0)
          : bits != KeyUsage::digital_signature)
    return false;
  return c.subject_key_id.count == 1 && !c.subject_key_id.critical && c.skid() &&
         c.authority_key_id.count == 1 && !c.authority_key_id.critical && c.akid();
}
int profiles(const Evidence& e) {
  if (!e.pai.certificate || !follows_profile(*e.pai.certificate, true)) return 203;
  if (!e.dac.certificate || !follows_profile(*e.dac.certificate, false)) return 303;
  return 0;
}

bool unreadable(const SubjectId& id) {
  return id.how == SubjectId::How::malformed || id.how == SubjectId::How::duplicate;
}

int vendor_and_product(const Evidence& e) {
  const Certificate &dac = *e.dac.certificate, &pai = *e.pai.certificate;
  if (unreadable(dac.vendor_id) || unreadable(dac.product_id)) return 303;
  if (unreadable(pai.vendor_id) || unreadable(pai.product_id)) return 203;
  if (!pai.vid() || dac.vid() != pai.vid()) return 305;
  if (!dac.pid() || (pai.pid() && pai.pid() != dac.pid())) return 306;
  return 0;
}

int attestation_signature(const Evidence& e) {
  if (e.elements_statement == nullptr)
    return e.dac_key && e.dac.certificate->p256 != e.dac_key->public_key ? 500 : 0;
  if (e.signature == nullptr || e.challenge == nullptr) return 0;
  if (e.signature->size() > 64) return 503;
  return e.answer(Signed::attestation) == true ? 0 : 500;
}

int paa(const Evidence& e) {
  const auto akid = e.pai.certificate->akid();
  if (e.policy.network == Network::main && akid && development_paa_name(*akid) != nullptr)
    return 101;  // no production store has them
  if (e.paa_found == Evidence::PaaFound::unknown) return 0;
  if (e.paa_found != Evidence::PaaFound::by_key_id) return 101;
  if (e.paa->certificate) {
    const Certificate& c = *e.paa->certificate;
    if (unreadable(c.vendor_id) || unreadable(c.product_id) || c.pid()) return 105;
  }
  return e.paa->vid && e.paa->vid != e.pai.certificate->vid() ? 205 : 0;
}

int dac_validity(const Evidence& e) {
  const Certificate& dac = *e.dac.certificate;
  return e.policy.at < dac.not_before || e.policy.at >= dac.not_after ? 300 : 0;
}

bool has_unknown_critical(const Certificate& c) {
  return std::any_of(c.extensions.begin(), c.extensions.end(),
                     [](const Extension& x) { return x.critical && !is_understood(x.oid); });
}

// What the library's strict mode asks of a certificate in a chain; DAC and PAI have passed the
// profile by then.
bool passes_strictly(const Certificate& c) {
  return c.same_algorithm && !has_unknown_critical(c) && c.version == 3 &&
         c.basic_constraints.critical && c.key_usage.count != 0 && c.subject_key_id.count != 0 &&
         !c.subject_key_id.critical && !c.authority_key_id.critical;
}

int chain(const Evidence& e) {
  const Certificate &dac = *e.dac.certificate, &pai = *e.pai.certificate;
  const Instant issued = dac.not_before;
  const auto within = [&](Instant from, Instant until) {
    return issued >= from && issued <= until;
  };
  bool good = same_name(dac.issuer, pai.subject) && dac.akid() == pai.skid() &&
              e.answer(Signed::dac) == true && within(pai.not_before, pai.not_after) &&
              passes_strictly(dac) && passes_strictly(pai) && names_certificate(dac, pai);
  if (e.paa) {
    const bool named = equal(pai.issuer.der, e.paa->subject) ||
                       (e.paa->certificate && same_name(pai.issuer, e.paa->certificate->subject));
    good = good && named && e.answer(Signed::pai) == true &&
           within(e.paa->not_before, e.paa->not_after) &&
           (!e.paa->certificate ||
            (passes_strictly(*e.paa->certificate) && names_certificate(pai, *e.paa->certificate)));
  }
  return good ? 0 : 301;
}

int elements(const Evidence& e) {
  if (e.elements_statement == nullptr) return 0;
  if (!e.elements) return 501;
  return e.nonce != nullptr && !equal(*e.nonce, e.elements->nonce) ? 502 : 0;
}

int declaration_wrapper(const Evidence& e) {
  if (!e.cd_place) return 0;
  // The pass that looks for the key id runs first.
  if (!e.cms || e.cms->signers.size() != 1 || e.cms->has_certificates || e.cms->has_crls)
    return 600;
  const Cms::Signer& signer = e.cms->signers.front();
  if (signer.version != 3 || !equal(signer.digest_algorithm, oid::kSha256) ||
      !equal(signer.signature_algorithm, oid::kEcdsaWithSha256) || !signer.ecdsa ||
      signer.has_signed_attributes || !signer.subject_key_id || signer.subject_key_id->size() != 20)
    return 600;
  const bool test_key = equal(*signer.subject_key_id, test_cd_signer().subject_key_id);
  if (!e.cd_signer && !test_key && e.cd_signer_unknown_why.empty()) return 601;
  if (test_key && e.cd && e.cd->certification_type > 1) return 601;
  if (e.cms->version != 3 || e.cms->digest_algorithms.size() != 1 ||
      !equal(e.cms->digest_algorithms[0], oid::kSha256) ||
      !equal(e.cms->content_type, oid::kCmsData))
    return 602;
  return e.answer(Signed::cd) == false ? 602 : 0;
}

// The SDK stops at an unknown tag: a list of PAAs behind it is not applied.
const std::vector<Bytes>* applied_paa_list(const CertificationDeclaration& cd) {
  return cd.authorized_paa_list && !cd.unknown_tag_hides_fields ? &*cd.authorized_paa_list
                                                                : nullptr;
}

int declaration_payload(const Evidence& e) {
  if (!e.cd_place) return 0;
  if (!e.cd) return 603;
  const CertificationDeclaration& cd = *e.cd;
  if (cd.certificate_id.size() != 19 || cd.certificate_id.find('\0') != std::string::npos)
    return 603;
  if (cd.dac_origin_vendor_id.has_value() != cd.dac_origin_product_id.has_value()) return 603;
  if (const auto* list = applied_paa_list(cd)) {
    if (std::any_of(list->begin(), list->end(), [](const Bytes& id) { return id.size() != 20; }))
      return 603;
  }
  if (cd.format_version != 1) return 501;
  if (e.vid && cd.vendor_id != *e.vid) return 604;
  const auto lists = [&](uint16_t pid) {
    return std::find(cd.product_ids.begin(), cd.product_ids.end(), pid) != cd.product_ids.end();
  };
  if (cd.product_ids.empty() || (e.pid && !lists(*e.pid))) return 605;
  if (cd.certification_type > 2) return 501;
  const Certificate &dac = *e.dac.certificate, &pai = *e.pai.certificate;
  const uint16_t pai_pid = pai.pid().value_or(0);  // the SDK takes product 0 for none
  if (cd.dac_origin_vendor_id) {
    if (dac.vid() != cd.dac_origin_vendor_id || pai.vid() != cd.dac_origin_vendor_id) return 604;
    if (dac.pid() != cd.dac_origin_product_id ||
        (pai_pid != 0 && pai_pid != *cd.dac_origin_product_id))
      return 605;
  } else {
    if (dac.vid() != cd.vendor_id || pai.vid() != cd.vendor_id) return 604;
    if (!lists(*dac.pid()) || (pai_pid != 0 && !lists(pai_pid))) return 605;
  }
  if (const auto* list = applied_paa_list(cd); list != nullptr && e.paa) {
    if (std::none_of(list->begin(), list->end(),
                     [&](const Bytes& id) { return equal(id, e.paa->subject_key_id); }))
      return 606;
  }
  return 0;
}

// A separate call of the commissioner, made after all the rest.
int revocation(const Evidence& e) {
  const bool dac = e.dac_revocation.answer == RevocationState::Answer::revoked,
             pai = e.pai_revocation.answer == RevocationState::Answer::revoked;
  return dac && pai ? 208 : pai ? 202 : dac ? 302 : 0;
}

}  // namespace

const char* sdk_code_name(int code) {
  const auto at = std::find_if(std::begin(kCodes), std::end(kCodes),
                               [&](const CodeName& c) { return c.code == code; });
  return at == std::end(kCodes) ? nullptr : at->name;
}

SdkCode sdk_code(int code) {
  const char* name = sdk_code_name(code);
  return {.code = code, .name = name == nullptr ? "" : name};
}

namespace {

// What the SDK needs before it lets a device pass, and the evidence does not have. An attestation
// response that is missing as a whole is the device's to give when it is commissioned.
std::vector<std::string> not_known(const Evidence& e) {
  std::vector<std::string> out;
  if (e.paa_found == Evidence::PaaFound::unknown) out.emplace_back("the PAA");
  if (!e.cd_place) out.emplace_back("the CD");
  if (e.cms && !e.cd_signer && !e.cd_signer_unknown_why.empty())
    out.emplace_back("the CD's signer");
  const bool response = e.elements_statement != nullptr;
  if (response && e.signature == nullptr) out.emplace_back("the attestation signature");
  if (response && e.nonce == nullptr) out.emplace_back("the nonce");
  if (response && e.challenge == nullptr) out.emplace_back("the attestation challenge");
  return out;
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (size_t i = 0; i < names.size(); ++i) {
    out += i == 0 ? "" : i + 1 == names.size() ? " and " : ", ";
    out += names[i];
  }
  return out + (names.size() == 1 ? " is not known" : " are not known");
}

}  // namespace

SdkResult sdk_result(const Evidence& e) {
  if (!e.dac.present()) return {.code = sdk_code(701), .why_unknown = {}};
  for (const auto step :
       {inputs, profiles, vendor_and_product, attestation_signature, paa, dac_validity, chain,
        elements, declaration_wrapper, declaration_payload, revocation}) {
    if (const int code = step(e); code != 0) return {.code = sdk_code(code), .why_unknown = {}};
  }
  const auto missing = not_known(e);
  if (!missing.empty()) return {.code = {}, .why_unknown = listed(missing)};
  return {.code = sdk_code(0), .why_unknown = {}};
}

}  // namespace attest
