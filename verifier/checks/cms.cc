// Checks on the CMS wrapper of a certification declaration (Matter Core 6.3.1): a fixed shape,
// every field of it.

#include <fmt/format.h>

#include "verifier/catalogue.h"
#include "verifier/pki/der.h"

namespace attest {
namespace {

Outcome broken(const Evidence& e, std::string message, std::string expected, std::string actual) {
  return fail(fmt::format("the certification declaration's {}", message), std::move(expected),
              std::move(actual), place_text(*e.cd_place));
}
const Cms::Signer& signer(const Evidence& e) {
  return e.cms->signers.front();
}

Outcome is_present(const Evidence& e) {
  if (e.cd_place) return pass();
  if (const char* why = why_absent(e, Remark::lacks_cd)) return blocked(why);
  return unknown("no certification declaration in the evidence");
}

// An AlgorithmIdentifier that is not the OID alone: the SDK reads no further.
Outcome algorithm_is(const Evidence& e, const char* which, const char* name, View oid,
                     const CmsAlgorithm& found) {
  if (found.is(oid)) return pass();
  if (!equal(found.oid, oid))
    return broken(e, fmt::format("{} is not {}", which, name), der::oid_text(oid),
                  der::oid_text(found.oid));
  return broken(e, fmt::format("{} has parameters", which),
                fmt::format("{} alone", der::oid_text(oid)),
                fmt::format("{} beside it", der::tag_text(*found.parameters)));
}

Outcome parses(const Evidence& e) {
  if (e.cms && e.cms_problem.empty()) return pass();
  if (parse_certification_declaration(e.cd_bytes))
    return fail(
        "the certification declaration is not signed: it is the content alone, without the CMS "
        "that the CSA signed",
        "CMS SignedData (RFC 5652)", fmt::format("the TLV, {} bytes", e.cd_bytes.size()),
        place_text(*e.cd_place));
  return fail(fmt::format("the certification declaration is no CMS SignedData: {}", e.cms_problem),
              "CMS SignedData (RFC 5652)", e.cms_problem, place_text(*e.cd_place));
}
Outcome has_no_trailing_bytes(const Evidence& e) {
  if (e.cms_trailing == 0) return pass();
  return fail(fmt::format("{} {} after the certification declaration", e.cms_trailing,
                          e.cms_trailing == 1 ? "byte follows" : "bytes follow"),
              "nothing after the CMS", fmt::format("{} more", e.cms_trailing),
              place_text(*e.cd_place));
}
// Version 1 goes with a signer named by issuer and serial number (RFC 5652 5.1, 5.3), and says
// nothing more.
bool version_follows_naming(const Evidence& e, uint64_t version) {
  return version == 1 && !e.cms->signers.empty() && !signer(e).subject_key_id;
}
Outcome version_is_3(const Evidence& e) {
  if (version_follows_naming(e, e.cms->version)) return blocked("cms.signer-is-named-by-key-id");
  return e.cms->version == 3
             ? pass()
             : broken(e, "CMS version is not 3", "3", std::to_string(e.cms->version));
}
Outcome digest_algorithm(const Evidence& e) {
  const auto& all = e.cms->digest_algorithms;
  if (all.size() != 1)
    return broken(e, "CMS does not have exactly one digest algorithm", "sha256, once",
                  std::to_string(all.size()));
  return algorithm_is(e, "CMS digest algorithm", "SHA-256", oid::kSha256, all[0]);
}
Outcome content_type(const Evidence& e) {
  return equal(e.cms->content_type, oid::kCmsData)
             ? pass()
             : broken(e, "content type is not id-data", "1.2.840.113549.1.7.1",
                      der::oid_text(e.cms->content_type));
}
Outcome one_signer(const Evidence& e) {
  return e.cms->signers.size() == 1 ? pass()
                                    : broken(e, "CMS does not have exactly one signer", "1",
                                             std::to_string(e.cms->signers.size()));
}
Outcome nothing_extra(const Evidence& e) {
  if (e.cms->has_certificates) return broken(e, "CMS carries certificates", "none", "certificates");
  if (e.cms->has_crls) return broken(e, "CMS carries CRLs", "none", "CRLs");
  for (const Cms::Signer& s : e.cms->signers) {
    if (s.has_signed_attributes || s.has_unsigned_attributes)
      return broken(e, "signer has attributes", "none: the signature is over the content itself",
                    "attributes");
  }
  return pass();
}
Outcome signer_version(const Evidence& e) {
  if (version_follows_naming(e, signer(e).version)) return blocked("cms.signer-is-named-by-key-id");
  return signer(e).version == 3
             ? pass()
             : broken(e, "signer info version is not 3", "3", std::to_string(signer(e).version));
}
Outcome signer_digest(const Evidence& e) {
  return algorithm_is(e, "signer's digest algorithm", "SHA-256", oid::kSha256,
                      signer(e).digest_algorithm);
}
Outcome signer_algorithm(const Evidence& e) {
  return algorithm_is(e, "signature algorithm", "ecdsa-with-SHA256", oid::kEcdsaWithSha256,
                      signer(e).signature_algorithm);
}
Outcome signer_key_id(const Evidence& e) {
  if (!signer(e).subject_key_id)
    return broken(e, "signer is not named by a subject key id", "a subject key id of 20 octets",
                  "issuer and serial number");
  if (signer(e).subject_key_id->size() != 20)
    return broken(e, "signer's key id has a wrong length", "20 octets",
                  fmt::format("{} octets", signer(e).subject_key_id->size()));
  return pass();
}
Outcome signature_shape(const Evidence& e) {
  return signer(e).ecdsa
             ? pass()
             : broken(e, "signature is no ECDSA signature", "a DER ECDSA signature of P-256 size",
                      fmt::format("{} bytes", signer(e).signature.size()));
}

constexpr const char* kSpec = "Matter Core 6.3.1";
constexpr const char* kFetch =
    "take the certification declaration from the CSA again, unchanged; it was built or cut by "
    "another tool";

constexpr Check kChecks[] = {
    {
        .id = "cd.is-present",
        .title = "the evidence has a certification declaration",
        .spec = kSpec,
        .sdk = 603,
        .run = is_present,
        .rule = "A device presents its certification declaration inside the attestation elements; "
                "without it no commissioner accepts it.",
        .remedy = "hand over the CD file, a dump that holds it, or the attestation elements",
        .when_unknown = "hand over the CD file, a dump that holds it, or the attestation elements",
    },
    {
        .id = "cms.is-signed-data",
        .title = "the declaration is CMS SignedData",
        .spec = kSpec,
        .sdk = 602,
        .after = {"cd.is-present"},
        .run = parses,
        .rule = "The declaration is a DER ContentInfo of type signedData with a fixed shape.",
        .remedy = kFetch,
    },
    {
        .id = "cms.has-no-trailing-bytes",
        .title = "nothing follows the declaration",
        .spec = kSpec,
        .after = {"cms.is-signed-data"},
        .consequence_of = {"cms.signature-is-ecdsa", "cd.signature-verifies"},
        .proves_authenticity = false,
        .run = has_no_trailing_bytes,
        .rule = "Bytes after the CMS mean that its size is stored wrong in the part. The SDK lets "
                "them pass.",
        .remedy = "correct the stored size of the certification declaration",
    },
    {
        .id = "cms.version-is-3",
        .title = "the CMS version is 3",
        .spec = kSpec,
        .sdk = 602,
        .after = {"cms.is-signed-data"},
        .run = version_is_3,
        .rule = "A signer named by key id makes the version 3 (RFC 5652 5.1).",
        .remedy = kFetch,
    },
    {
        .id = "cms.digest-algorithm-is-sha256",
        .title = "the CMS digest algorithm is SHA-256, alone",
        .spec = kSpec,
        .sdk = 602,
        .after = {"cms.is-signed-data"},
        .run = digest_algorithm,
        .rule = "Exactly one digest algorithm, SHA-256, without parameters.",
        .remedy = kFetch,
    },
    {
        .id = "cms.content-type-is-data",
        .title = "the CMS content is of type id-data",
        .spec = kSpec,
        .sdk = 602,
        .after = {"cms.is-signed-data"},
        .run = content_type,
        .rule = "The declaration's TLV is plain data inside the wrapper.",
        .remedy = kFetch,
    },
    {
        .id = "cms.has-one-signer",
        .title = "the CMS has exactly one signer",
        .spec = kSpec,
        .sdk = 602,
        .after = {"cms.is-signed-data"},
        .run = one_signer,
        .rule = "One signer, the CSA.",
        .remedy = kFetch,
    },
    {
        .id = "cms.has-nothing-extra",
        .title = "the CMS carries no certificates, CRLs or attributes",
        .spec = kSpec,
        .sdk = 602,
        .after = {"cms.is-signed-data"},
        .run = nothing_extra,
        .rule = "The signature is over the content octets directly; anything else in the wrapper "
                "is refused by commissioners.",
        .remedy = kFetch,
    },
    {
        .id = "cms.signer-version-is-3",
        .title = "the signer info version is 3",
        .spec = kSpec,
        .sdk = 600,
        .after = {"cms.has-one-signer"},
        .run = signer_version,
        .rule = "A signer named by key id has version 3 (RFC 5652 5.3).",
        .remedy = kFetch,
    },
    {
        .id = "cms.signer-digest-is-sha256",
        .title = "the signer's digest algorithm is SHA-256",
        .spec = kSpec,
        .sdk = 600,
        .after = {"cms.has-one-signer"},
        .run = signer_digest,
        .rule = "The digest of the signature is SHA-256, named without parameters.",
        .remedy = kFetch,
    },
    {
        .id = "cms.signer-algorithm-is-ecdsa-sha256",
        .title = "the signer's algorithm is ecdsa-with-SHA256",
        .spec = kSpec,
        .sdk = 600,
        .after = {"cms.has-one-signer"},
        .run = signer_algorithm,
        .rule = "The only signature algorithm of the attestation PKI, named without parameters.",
        .remedy = kFetch,
    },
    {
        .id = "cms.signer-is-named-by-key-id",
        .title = "the signer is named by a key id of 20 octets",
        .spec = kSpec,
        .sdk = 600,
        .after = {"cms.has-one-signer"},
        .consequence_of = {"cms.has-nothing-extra"},
        .run = signer_key_id,
        .rule = "Commissioners look up the signing key by its subject key id.",
        .remedy = kFetch,
    },
    {
        .id = "cms.signature-is-ecdsa",
        .title = "the signature is a DER ECDSA signature",
        .spec = kSpec,
        .sdk = 600,
        .after = {"cms.has-one-signer"},
        .run = signature_shape,
        .rule = "Two integers of P-256 size in DER.",
        .remedy = kFetch,
    },
};

}  // namespace

std::span<const Check> cms_checks() {
  return kChecks;
}

}  // namespace attest
