#include "verifier/sdk/sdk_result.h"

#include <algorithm>
#include <string>
#include <vector>

#include "verifier/pki/algorithms.h"
#include "verifier/pki/extension_content.h"
#include "verifier/pki/name.h"
#include "verifier/pki/subject_id.h"

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
  // A root in the PAI's place has not the profile of a PAI.
  if (!e.pai.present()) return e.root_above_dac.empty() || !e.paa_shown.present() ? 207 : 203;
  if (e.pai.bytes.empty()) return 207;
  return e.elements_statement != nullptr &&
                 std::get<Bytes>(e.elements_statement->value).size() > kMaxElementsBytes
             ? 701
             : 0;
}

// Can the library under the SDK parse its names? Which types OpenSSL takes in a name was tried
// (path_validators_test.cc); of those that have a form of their own it reads the content, too.
bool names_are_read(const Certificate& c) {
  constexpr uint8_t kTypes[] = {0x07, 0x08, 0x09, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F,
                                0x12, 0x13, 0x14, 0x16, 0x1C, 0x1D, 0x1E, 0x30};
  for (const Name* name : {&c.issuer, &c.subject}) {
    if (const auto fault = name_fault(*name); fault && !fault->readable) return false;
    for (const NameAttribute& a : name->attributes) {
      const bool bits = a.tag == der::kBitString && !a.value.empty() && a.value[0] <= 7;
      if (!bits && std::find(std::begin(kTypes), std::end(kTypes), a.tag) == std::end(kTypes))
        return false;
    }
  }
  return true;
}

// The format check of one certificate: shape, algorithm, key, and the four extensions of the
// profile.
bool follows_profile(const Certificate& c, bool authority) {
  const KeyAlgorithm* signed_with = algorithm_of_signature(c.signature_algorithm);
  const VerifyingKey key(c);
  if (c.version != 3 || signed_with == nullptr || !key || (!authority && key.algorithm->ml_dsa) ||
      !names_are_read(c))
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
  if (!e.pai.certificate || !e.pai.problem.empty() || !follows_profile(*e.pai.certificate, true))
    return 203;
  if (!e.dac.certificate || !e.dac.problem.empty() || !follows_profile(*e.dac.certificate, false))
    return 303;
  return 0;
}

bool unreadable(const SubjectId& id) {
  return (id.how == SubjectId::How::malformed && id.wrong_type == 0) ||
         id.how == SubjectId::How::duplicate;
}
// The SDK does not look at the type of an id's string.
std::optional<uint16_t> id_read(const SubjectId& id) {
  return id.wrong_type != 0 ? std::optional(id.value) : readable_id(id);
}
std::optional<uint16_t> vid_of(const Certificate& c) {
  return id_read(c.vendor_id);
}
std::optional<uint16_t> pid_of(const Certificate& c) {
  return id_read(c.product_id);
}

int vendor_and_product(const Evidence& e) {
  const Certificate &dac = *e.dac.certificate, &pai = *e.pai.certificate;
  if (unreadable(dac.vendor_id) || unreadable(dac.product_id)) return 303;
  if (unreadable(pai.vendor_id) || unreadable(pai.product_id)) return 203;
  if (!vid_of(pai) || vid_of(dac) != vid_of(pai)) return 305;
  if (!pid_of(dac) || (pid_of(pai) && pid_of(pai) != pid_of(dac))) return 306;
  return 0;
}

int attestation_signature(const Evidence& e) {
  if (e.elements_statement == nullptr && e.device.noted(Remark::key_slot)) return 500;
  if (e.elements_statement == nullptr) {
    const bool another = std::any_of(e.other_keys.begin(), e.other_keys.end(),
                                     [](const OtherKey& key) { return key.named; });
    return another || (e.dac_key && e.dac.certificate->p256 != e.dac_key->public_key) ? 500 : 0;
  }
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
    if (!names_are_read(c) || unreadable(c.vendor_id) || unreadable(c.product_id) || pid_of(c))
      return 105;
  }
  const auto vid = e.paa->certificate ? vid_of(*e.paa->certificate) : e.paa->vid;
  return vid && vid != vid_of(*e.pai.certificate) ? 205 : 0;
}

int dac_validity(const Evidence& e) {
  const Certificate& dac = *e.dac.certificate;
  return e.policy.at < dac.not_before || e.policy.at >= dac.not_after ? 300 : 0;
}

bool has_unknown_critical(const Certificate& c) {
  return std::any_of(c.extensions.begin(), c.extensions.end(),
                     [](const Extension& x) { return x.critical && !is_understood(x, true); });
}

// Extensions that the library reads when it builds a chain: malformed or doubled, there is none.
bool extensions_are_read(const Certificate& c) {
  for (size_t i = 0; i < c.extensions.size(); ++i) {
    const ExtensionKind* kind = extension_kind(c.extensions[i].oid);
    if (kind == nullptr || !kind->read_by_openssl) continue;
    if (content_fault(c.extensions[i])) return false;
    for (size_t k = 0; k < i; ++k) {
      if (equal(c.extensions[i].oid, c.extensions[k].oid)) return false;
    }
  }
  return true;
}
bool names_are_permitted(const Certificate& above, const Certificate& below) {
  const auto constraints = constraints_of(above);
  return !constraints || !violation(*constraints, below);
}

// What the library's strict mode asks of a certificate in a chain; DAC and PAI have passed the
// profile by then.
bool passes_strictly(const Certificate& c) {
  return c.same_algorithm && !has_unknown_critical(c) && extensions_are_read(c) && c.version == 3 &&
         c.basic_constraints.critical && c.key_usage.count != 0 && c.subject_key_id.count != 0 &&
         !c.subject_key_id.critical && !c.authority_key_id.critical;
}

// A PAI stands below the root, so that its path length is 1 at least; a root that was handed over
// as PAI stands below nothing.
bool root_fits(const Certificate& paa, const Certificate& dac, const Certificate& pai) {
  const auto& constraints = paa.basic_constraints.value;
  return passes_strictly(paa) && names_certificate(pai, paa) &&
         (!constraints || !constraints->path_length || *constraints->path_length >= 1 ||
          equal(pai.der, paa.der)) &&
         names_are_permitted(paa, pai) && names_are_permitted(paa, dac);
}

int chain(const Evidence& e) {
  // A library without ML-DSA: NotImplemented.
  if (e.is_unsupported(Signed::dac) || e.is_unsupported(Signed::pai)) return 703;
  const Certificate &dac = *e.dac.certificate, &pai = *e.pai.certificate;
  const Instant issued = dac.not_before;
  const auto within = [&](Instant from, Instant until) {
    return issued >= from && issued <= until;
  };
  bool good = same_name(dac.issuer, pai.subject) && dac.akid() == pai.skid() &&
              e.answer(Signed::dac) == true && within(pai.not_before, pai.not_after) &&
              passes_strictly(dac) && passes_strictly(pai) && names_certificate(dac, pai) &&
              names_are_permitted(pai, dac);
  if (e.paa) {
    const bool named = equal(pai.issuer.der, e.paa->subject) ||
                       (e.paa->certificate && same_name(pai.issuer, e.paa->certificate->subject));
    good = good && named && e.answer(Signed::pai) == true &&
           within(e.paa->not_before, e.paa->not_after) &&
           (!e.paa->certificate || root_fits(*e.paa->certificate, dac, pai));
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
  if (!e.cms || !e.cms_problem.empty() || e.cms->signers.size() != 1 || e.cms->has_certificates ||
      e.cms->has_crls)
    return 600;
  const Cms::Signer& signer = e.cms->signers.front();
  if (signer.version != 3 || !signer.digest_algorithm.is(oid::kSha256) ||
      !signer.signature_algorithm.is(oid::kEcdsaWithSha256) || !signer.ecdsa ||
      signer.has_signed_attributes || !signer.subject_key_id || signer.subject_key_id->size() != 20)
    return 600;
  const bool test_key = equal(*signer.subject_key_id, test_cd_signer().subject_key_id);
  if (!e.cd_signer && !test_key && e.cd_signer_unknown_why.empty()) return 601;
  if (test_key && e.cd && e.cd->certification_type > 1) return 601;
  if (e.cms->version != 3 || e.cms->digest_algorithms.size() != 1 ||
      !e.cms->digest_algorithms[0].is(oid::kSha256) || !equal(e.cms->content_type, oid::kCmsData))
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
  const uint16_t pai_pid = pid_of(pai).value_or(0);  // the SDK takes product 0 for none
  if (cd.dac_origin_vendor_id) {
    if (vid_of(dac) != cd.dac_origin_vendor_id || vid_of(pai) != cd.dac_origin_vendor_id)
      return 604;
    if (pid_of(dac) != cd.dac_origin_product_id ||
        (pai_pid != 0 && pai_pid != *cd.dac_origin_product_id))
      return 605;
  } else {
    if (vid_of(dac) != cd.vendor_id || vid_of(pai) != cd.vendor_id) return 604;
    if (!lists(*pid_of(dac)) || (pai_pid != 0 && !lists(pai_pid))) return 605;
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
  const bool dac = e.dac_revocation.answer == RevocationState::Answer::revoked ||
                   e.dac_in_sets.sdk_finds,
             pai = e.pai_revocation.answer == RevocationState::Answer::revoked ||
                   e.pai_in_sets.sdk_finds;
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

// Something that may hold a certificate is there, and nobody could look into it.
bool something_is_closed(const Evidence& e) {
  return e.device.noted(Remark::encrypted_no_key) || e.device.noted(Remark::flash_encrypted) ||
         e.device.noted(Remark::unreadable_file);
}

// What cannot be read, or was shortened by who kept it, may be the DAC.
bool is_cut_or_damaged(const Evidence& e) {
  return e.device.noted(Remark::damaged_credential) || e.device.noted(Remark::not_in_log) ||
         e.device.noted(Remark::truncated) || !e.device.integrity.empty();
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
  if (!e.dac.present()) {
    // Without the chain the result that a log states is all there is.
    const auto stated = e.device.number(FactId::commissioner_result);
    if (stated) return {.code = sdk_code(static_cast<int>(*stated)), .why_unknown = {}};
    // A part without one answers with none. Where only the evidence lacks it, or has a part of it,
    // nobody knows what the device answers with.
    const bool answers_with_none =
        e.device.noted(Remark::lacks_dac) && !something_is_closed(e) && !is_cut_or_damaged(e);
    if (!answers_with_none) return {.code = {}, .why_unknown = "the DAC is not known"};
    return {.code = sdk_code(701), .why_unknown = {}};
  }
  if (!e.pai.present() && e.root_above_dac.empty() && something_is_closed(e))
    return {.code = {}, .why_unknown = "the PAI is not known"};
  if (e.dac.bytes.empty()) return {.code = sdk_code(701), .why_unknown = {}};
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
