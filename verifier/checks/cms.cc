// Checks on the CMS wrapper of a certification declaration (Matter Core 6.3.1): a fixed shape,
// every field of it.

#include <fmt/format.h>

#include "verifier/checks/catalogue.h"
#include "verifier/pki/der.h"

namespace attest {
namespace {

// `part`: DeclarationCms or DeclarationSigner.
template <class T>
Outcome broken(const T& part, std::string message, std::string expected, std::string actual) {
  return fail(fmt::format("the certification declaration's {}", message), std::move(expected),
              std::move(actual), part.where());
}

Outcome is_present(const LotView& lot) {
  if (lot.cd_place) return pass();
  if (const char* why = lot.cd_absent_because()) return blocked(why);
  return unknown("no certification declaration in the evidence");
}

// An AlgorithmIdentifier that is not the OID alone: the SDK reads no further.
template <class T>
Outcome algorithm_is(const T& part, const char* which, const char* name, View oid,
                     const CmsAlgorithm& found) {
  if (found.is(oid)) return pass();
  if (!equal(found.oid, oid))
    return broken(part, fmt::format("{} is not {}", which, name), der::oid_text(oid),
                  der::oid_text(found.oid));
  return broken(part, fmt::format("{} has parameters", which),
                fmt::format("{} alone", der::oid_text(oid)),
                fmt::format("{} beside it", der::tag_text(*found.parameters)));
}

Outcome parses(const LotView& lot, const Place& place) {
  if (lot.cms_if_any != nullptr && lot.cms_problem.empty()) return pass();
  if (parse_certification_declaration(lot.cd_bytes))
    return fail(
        "the certification declaration is not signed: it is the content alone, without the CMS "
        "that the CSA signed",
        "CMS SignedData (RFC 5652)", fmt::format("the TLV, {} bytes", lot.cd_bytes.size()),
        place_text(place));
  return fail(
      fmt::format("the certification declaration is no CMS SignedData: {}", lot.cms_problem),
      "CMS SignedData (RFC 5652)", lot.cms_problem, place_text(place));
}
Outcome has_no_trailing_bytes(const LotView& lot, const Place& place) {
  if (lot.cms_trailing == 0) return pass();
  return fail(fmt::format("{} {} after the certification declaration", lot.cms_trailing,
                          lot.cms_trailing == 1 ? "byte follows" : "bytes follow"),
              "nothing after the CMS", fmt::format("{} more", lot.cms_trailing), place_text(place));
}
// Version 1 goes with a signer named by issuer and serial number (RFC 5652 5.1, 5.3), and says
// nothing more.
bool version_follows_naming(const Cms& cms, uint64_t version) {
  return version == 1 && !cms.signers.empty() && !first_of(cms.signers).subject_key_id;
}
Outcome version_is_3(const DeclarationCms& cms) {
  if (version_follows_naming(*cms.cms, cms->version))
    return blocked("cms.signer-is-named-by-key-id");
  return cms->version == 3 ? pass()
                           : broken(cms, "CMS version is not 3", "3", std::to_string(cms->version));
}
Outcome digest_algorithm(const DeclarationCms& cms) {
  const auto& all = cms->digest_algorithms;
  if (all.size() != 1)
    return broken(cms, "CMS does not have exactly one digest algorithm", "sha256, once",
                  std::to_string(all.size()));
  return algorithm_is(cms, "CMS digest algorithm", "SHA-256", oid::kSha256, first_of(all));
}
Outcome content_type(const DeclarationCms& cms) {
  return equal(cms->content_type, oid::kCmsData)
             ? pass()
             : broken(cms, "content type is not id-data", "1.2.840.113549.1.7.1",
                      der::oid_text(cms->content_type));
}
Outcome one_signer(const DeclarationCms& cms) {
  return cms->signers.size() == 1 ? pass()
                                  : broken(cms, "CMS does not have exactly one signer", "1",
                                           std::to_string(cms->signers.size()));
}
Outcome nothing_extra(const DeclarationCms& cms) {
  if (cms->has_certificates) return broken(cms, "CMS carries certificates", "none", "certificates");
  if (cms->has_crls) return broken(cms, "CMS carries CRLs", "none", "CRLs");
  for (const Cms::Signer& s : cms->signers) {
    if (s.has_signed_attributes || s.has_unsigned_attributes)
      return broken(cms, "signer has attributes", "none: the signature is over the content itself",
                    "attributes");
  }
  return pass();
}
Outcome signer_version(const DeclarationCms& cms, const DeclarationSigner& signer) {
  if (version_follows_naming(*cms.cms, signer->version))
    return blocked("cms.signer-is-named-by-key-id");
  return signer->version == 3
             ? pass()
             : broken(signer, "signer info version is not 3", "3", std::to_string(signer->version));
}
Outcome signer_digest(const DeclarationSigner& signer) {
  return algorithm_is(signer, "signer's digest algorithm", "SHA-256", oid::kSha256,
                      signer->digest_algorithm);
}
Outcome signer_algorithm(const DeclarationSigner& signer) {
  return algorithm_is(signer, "signature algorithm", "ecdsa-with-SHA256", oid::kEcdsaWithSha256,
                      signer->signature_algorithm);
}
Outcome signer_key_id(const DeclarationSigner& signer) {
  if (!signer->subject_key_id)
    return broken(signer, "signer is not named by a subject key id",
                  "a subject key id of 20 octets", "issuer and serial number");
  if (signer->subject_key_id->size() != 20)
    return broken(signer, "signer's key id has a wrong length", "20 octets",
                  fmt::format("{} octets", signer->subject_key_id->size()));
  return pass();
}
Outcome signature_shape(const DeclarationSigner& signer) {
  return signer->ecdsa ? pass()
                       : broken(signer, "signature is no ECDSA signature",
                                "a DER ECDSA signature of P-256 size",
                                fmt::format("{} bytes", signer->signature.size()));
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
        .run = rule<is_present>,
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
        .run = rule<parses>,
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
        .run = rule<has_no_trailing_bytes>,
        .rule = "Bytes after the CMS mean that its size is stored wrong in the part. The SDK lets "
                "them pass.",
        .remedy = "correct the stored size of the certification declaration",
    },
    {
        .id = "cms.version-is-3",
        .title = "the CMS version is 3",
        .spec = kSpec,
        .sdk = 602,
        .run = rule<version_is_3>,
        .rule = "A signer named by key id makes the version 3 (RFC 5652 5.1).",
        .remedy = kFetch,
    },
    {
        .id = "cms.digest-algorithm-is-sha256",
        .title = "the CMS digest algorithm is SHA-256, alone",
        .spec = kSpec,
        .sdk = 602,
        .run = rule<digest_algorithm>,
        .rule = "Exactly one digest algorithm, SHA-256, without parameters.",
        .remedy = kFetch,
    },
    {
        .id = "cms.content-type-is-data",
        .title = "the CMS content is of type id-data",
        .spec = kSpec,
        .sdk = 602,
        .run = rule<content_type>,
        .rule = "The declaration's TLV is plain data inside the wrapper.",
        .remedy = kFetch,
    },
    {
        .id = "cms.has-one-signer",
        .title = "the CMS has exactly one signer",
        .spec = kSpec,
        .sdk = 602,
        .run = rule<one_signer>,
        .rule = "One signer, the CSA.",
        .remedy = kFetch,
    },
    {
        .id = "cms.has-nothing-extra",
        .title = "the CMS carries no certificates, CRLs or attributes",
        .spec = kSpec,
        .sdk = 602,
        .run = rule<nothing_extra>,
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
        .run = rule<signer_version>,
        .rule = "A signer named by key id has version 3 (RFC 5652 5.3).",
        .remedy = kFetch,
    },
    {
        .id = "cms.signer-digest-is-sha256",
        .title = "the signer's digest algorithm is SHA-256",
        .spec = kSpec,
        .sdk = 600,
        .run = rule<signer_digest>,
        .rule = "The digest of the signature is SHA-256, named without parameters.",
        .remedy = kFetch,
    },
    {
        .id = "cms.signer-algorithm-is-ecdsa-sha256",
        .title = "the signer's algorithm is ecdsa-with-SHA256",
        .spec = kSpec,
        .sdk = 600,
        .run = rule<signer_algorithm>,
        .rule = "The only signature algorithm of the attestation PKI, named without parameters.",
        .remedy = kFetch,
    },
    {
        .id = "cms.signer-is-named-by-key-id",
        .title = "the signer is named by a key id of 20 octets",
        .spec = kSpec,
        .sdk = 600,
        .consequence_of = {"cms.has-nothing-extra"},
        .run = rule<signer_key_id>,
        .rule = "Commissioners look up the signing key by its subject key id.",
        .remedy = kFetch,
    },
    {
        .id = "cms.signature-is-ecdsa",
        .title = "the signature is a DER ECDSA signature",
        .spec = kSpec,
        .sdk = 600,
        .run = rule<signature_shape>,
        .rule = "Two integers of P-256 size in DER.",
        .remedy = kFetch,
    },
};

}  // namespace

std::span<const Check> cms_checks() {
  return kChecks;
}

}  // namespace attest
