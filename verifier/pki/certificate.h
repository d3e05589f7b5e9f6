// Certificate: an X.509 certificate as plain values. Parsing never asks about trust or about the
// Matter profile: a version 2, an unknown curve, a missing or doubled extension all parse, and the
// checks say what is wrong. Immutable, shared, and owner of its bytes; every View points into
// `der`.
#pragma once

#include <memory>

#include "verifier/base/bytes.h"
#include "verifier/base/instant.h"
#include "verifier/base/maybe.h"

namespace attest {

struct NameAttribute {
  View oid;         // content octets
  uint8_t tag = 0;  // ASN.1 string type
  View value;
};

struct Name {
  View der;                               // the whole Name, SEQUENCE included
  std::vector<NameAttribute> attributes;  // all RDNs, in order
};
// "CN=Matter Test PAI, VID=FFF1": printable, order kept.
std::string name_text(const Name& name);
// RFC 5280 7.1 comparison: string types and case folded, inner blanks collapsed. Byte-equal names
// are equal.
bool same_name(const Name& a, const Name& b);

// How a vendor or product id stands in a subject (Matter Core 6.2.2.2, the CN fallback of 6.2.2.2
// included).
struct SubjectId {
  enum class How : uint8_t { absent, attribute, common_name, malformed, duplicate };
  How how = How::absent;
  uint16_t value = 0;  // for attribute, common_name and duplicate (the first one)
  std::string found;   // for malformed: the text as it stands
  // For malformed by its ASN.1 type alone: that type; `value` is what a reader that does not look
  // at types finds. Ids are of UTF8String or PrintableString.
  uint8_t wrong_type = 0;
};

// An extension that the profile knows: how often it occurs, whether its first occurrence is
// critical, what it says.
template <class T>
struct Known {
  unsigned count = 0;
  bool critical = false;
  MaybeValue<T> value;  // nullopt when absent or not decodable
  std::string problem;  // why not decodable
};
struct BasicConstraints {
  bool ca = false;
  bool false_written = false;  // which DER leaves out
  MaybeValue<uint64_t> path_length;
};
struct KeyUsage {
  enum Bit : uint16_t {
    digital_signature = 1,
    non_repudiation = 2,
    key_encipherment = 4,
    data_encipherment = 8,
    key_agreement = 16,
    key_cert_sign = 32,
    crl_sign = 64,
    encipher_only = 128,
    decipher_only = 256
  };
  uint16_t bits = 0;
  bool minimal = true;  // no zero bits at the end, which DER leaves out (X.690 11.2.2)
};
std::string key_usage_text(uint16_t bits);  // "keyCertSign, cRLSign"
struct AuthorityKeyId {
  MaybeValue<Bytes> key_identifier;
  MaybeValue<Name> issuer;  // of the certificate above, where it is named: who issued that one,
                            // and its serial number
  MaybeValue<View> serial;
};
struct DistributionPoints {
  unsigned points = 0;
  std::vector<std::string> uris;
  bool other_names = false;  // a name that is no URI
  bool has_crl_issuer = false;
};

struct Extension {
  View oid;
  bool critical = false;
  View value;
  bool false_written = false;  // "not critical" said in so many octets, which DER leaves out
};

struct Certificate {
  Bytes der;  // exactly the certificate

  unsigned version = 1;          // 1, 2, 3 as X.509 names them
  View serial;                   // content octets of the INTEGER
  View tbs;                      // what the signature covers
  View signature_algorithm;      // OID content octets of the outer AlgorithmIdentifier
  View tbs_signature_algorithm;  // and of the inner one
  bool same_algorithm = true;    // both identifiers are the same, parameters included
  bool null_parameters =
      false;  // the algorithm identifiers carry NULL parameters (the NXP production PAA)
  MaybeValue<uint8_t> other_parameters;  // or something else, of this ASN.1 type
  View signature;                        // content of the BIT STRING
  MaybeValue<std::array<uint8_t, 64>>
      ecdsa;  // the same as r | s; nullopt when not an ECDSA-Sig-Value of P-256 size

  Name issuer, subject;
  Instant not_before, not_after;
  uint8_t not_before_type = 0, not_after_type = 0;  // UTCTime or GeneralizedTime
  bool has_unique_ids = false;

  View key_algorithm;  // OID content octets
  View curve;          // OID content octets; empty when the parameters are no named curve
  MaybeValue<uint8_t> key_parameters;  // the ASN.1 type of what stands behind its algorithm
  View public_key;                     // content of the BIT STRING
  MaybeValue<Point>
      p256;  // when it is an uncompressed point of 65 bytes on prime256v1 (on-curve is checked)

  std::vector<Extension> extensions;
  Known<BasicConstraints> basic_constraints;
  Known<KeyUsage> key_usage;
  Known<Bytes> subject_key_id;
  Known<AuthorityKeyId> authority_key_id;
  Known<DistributionPoints> crl_distribution_points;

  SubjectId vendor_id, product_id;  // of the subject

  bool self_issued() const { return equal(issuer.der, subject.der); }
  MaybeValue<KeyId> skid() const;  // nullopt unless exactly 20 octets
  MaybeValue<KeyId> akid() const;
  MaybeValue<uint16_t> vid() const;  // when readable (attribute or common_name)
  MaybeValue<uint16_t> pid() const;
  Sha256 sha256() const;  // of der
  Sha256 tbs_digest() const;

  Certificate() = default;
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
};

// Is `above` the certificate that the authority key id of the one below names by issuer and serial
// number? True when it names none.
bool names_certificate(const Certificate& below, const Certificate& above);
using CertificatePtr = std::shared_ptr<const Certificate>;

inline constexpr size_t kMaxCertificateBytes =
    64u << 10;  // beyond this nothing is read as one certificate

// Reads one certificate at the start of `input`. Bytes after it are allowed here; `*consumed` says
// where it ended.
Result<CertificatePtr> parse_certificate(View input, size_t* consumed = nullptr);

// DER content octets of the OIDs that others compare with.
namespace oid {
extern const View kEcdsaWithSha256, kEcPublicKey, kPrime256v1, kMatterVid, kMatterPid, kCommonName;
extern const View kBasicConstraints, kKeyUsage, kSubjectKeyId, kAuthorityKeyId,
    kCrlDistributionPoints;
}  // namespace oid

}  // namespace attest
