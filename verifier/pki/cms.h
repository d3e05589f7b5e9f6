// Cms: the CMS wrapper of a certification declaration (RFC 5652 SignedData), read as it stands.
// Wrong versions and algorithms parse; the checks judge them.
#pragma once

#include "verifier/base/bytes.h"
#include "verifier/base/maybe.h"

namespace attest {

// An algorithm as an AlgorithmIdentifier names it.
struct CmsAlgorithm {
  Bytes oid;                       // content octets
  MaybeValue<uint8_t> parameters;  // the ASN.1 type of what stands beside it; nothing is right
  bool is(View other) const { return !parameters && equal(oid, other); }
};

struct Cms {
  Bytes der;                                    // exactly the ContentInfo
  uint64_t version = 0;                         // 3 is right
  std::vector<CmsAlgorithm> digest_algorithms;  // exactly one sha256 is right
  Bytes content_type;                           // of the encapsulated content; id-data is right
  Bytes content;  // the eContent octets: the certification declaration TLV
  bool has_certificates = false, has_crls = false;

  struct Signer {
    uint64_t version = 0;              // 3 is right
    MaybeValue<Bytes> subject_key_id;  // nullopt when the signer is named by issuer and serial
    CmsAlgorithm digest_algorithm, signature_algorithm;
    bool has_signed_attributes = false, has_unsigned_attributes = false;
    Bytes signature;                            // as it stands
    MaybeValue<std::array<uint8_t, 64>> ecdsa;  // as r | s
  };
  std::vector<Signer> signers;  // exactly one is right
};

inline constexpr size_t kMaxCmsBytes = 64u << 10;

// The ContentInfo's type OID is signedData and the shape holds; anything else is an error that says
// where.
Result<Cms> parse_cms(View input, size_t* consumed = nullptr);
// Cheap test for readers: does a ContentInfo of type signedData begin here?
bool looks_like_cms(View input);
// Does a declaration lie in it? Whatever else is in the wrapper: the content begins as its TLV
// does.
bool holds_declaration(View input);
// A SignedData that only carries things (PKCS#7 bundle, .p7b): the DER of each certificate and each
// revocation list inside.
struct CmsBag {
  std::vector<Bytes> certificates, crls;
  size_t other_revocation = 0;  // RFC 5652 10.2.1: an OCSP response, or what else is registered
};
Result<CmsBag> cms_bag(View input);
// A whole CMS of a kind that holds no declaration: "EnvelopedData". Null: it is none.
const char* other_cms(View input);

// DER content octets of the OIDs that a right declaration's wrapper has.
namespace oid {
extern const View kSha256, kCmsData;
}  // namespace oid

}  // namespace attest
