// AlgorithmIdentifier and SubjectPublicKeyInfo (RFC 5280 4.1.1.2, 4.1.2.7), as certificates,
// requests and keys share them.
#pragma once

#include "verifier/base/maybe.h"
#include "verifier/pki/der.h"

namespace attest {

struct Algorithm {
  View oid;                             // content octets
  MaybeValue<der::Element> parameters;  // whatever stands behind the OID
  View content;                         // both

  bool null_parameters() const { return parameters && parameters->tag == der::kNull; }
  bool is(View other) const { return equal(oid, other); }
};
Result<Algorithm> read_algorithm(der::Cursor& cursor, std::string_view name);

struct SubjectPublicKey {
  View algorithm;  // OID content octets
  View curve;      // OID content octets; empty when the parameters are no named curve
  MaybeValue<uint8_t> parameters;  // the ASN.1 type of what stands behind the algorithm's OID
  View key;                        // content of the BIT STRING
  std::optional<Point>
      p256;  // when it is an uncompressed point of prime256v1 that lies on the curve
};
Result<SubjectPublicKey> read_public_key(der::Cursor& cursor, std::string_view name);

// The uncompressed point of 65 bytes that is on P-256, or nullopt.
std::optional<Point> p256_point(View octets);

}  // namespace attest
