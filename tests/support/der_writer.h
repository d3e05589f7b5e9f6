// DerWriter: just enough DER to make certificates, lists, requests and keys for tests, right ones
// and wrong ones. It writes what it is told and checks nothing.
#pragma once

#include <initializer_list>

#include "tests/support/support.h"
#include "verifier/crypto/crypto.h"
#include "verifier/pki/certificate.h"
#include "verifier/pki/der.h"

namespace attest::test {

inline Bytes join(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const auto& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

inline Bytes tlv(uint8_t tag, const Bytes& body) {
  Bytes out{tag};
  if (body.size() < 0x80) {
    out.push_back(static_cast<uint8_t>(body.size()));
  } else {
    Bytes length;
    for (size_t n = body.size(); n != 0; n >>= 8)
      length.insert(length.begin(), static_cast<uint8_t>(n));
    out.push_back(static_cast<uint8_t>(0x80 | length.size()));
    out.insert(out.end(), length.begin(), length.end());
  }
  out.insert(out.end(), body.begin(), body.end());
  return out;
}
inline Bytes tlv(uint8_t tag, std::initializer_list<Bytes> parts) {
  return tlv(tag, join(parts));
}
inline Bytes tlv(uint8_t tag, std::string_view body) {
  return tlv(tag, to_bytes(view(body)));
}
inline Bytes sequence(std::initializer_list<Bytes> parts) {
  return tlv(der::kSequence, join(parts));
}

inline Bytes raw(std::string_view digits) {
  return *from_hex_lenient(digits);
}
inline Bytes object_id(std::string_view dotted) {
  return tlv(der::kOid, der::oid_bytes(dotted));
}
inline Bytes integer(uint8_t n) {
  return tlv(der::kInteger, Bytes{n});
}
inline Bytes octets(const Bytes& body) {
  return tlv(der::kOctetString, body);
}
inline Bytes bits(const Bytes& body) {
  return tlv(der::kBitString, join({{0}, body}));
}
inline Bytes utc(std::string_view s) {
  return tlv(der::kUtcTime, s);
}

inline Bytes attribute(std::string_view type, std::string_view value,
                       uint8_t tag = der::kUtf8String) {
  return sequence({object_id(type), tlv(tag, value)});
}
inline Bytes rdn(const Bytes& attributes) {
  return tlv(der::kSet, attributes);
}
inline Bytes cn(std::string_view value) {
  return rdn(attribute("2.5.4.3", value));
}
inline Bytes vid(std::string_view value) {
  return rdn(attribute("1.3.6.1.4.1.37244.2.1", value));
}
inline Bytes pid(std::string_view value) {
  return rdn(attribute("1.3.6.1.4.1.37244.2.2", value));
}

inline Bytes ecdsa_with_sha256() {
  return sequence({object_id("1.2.840.10045.4.3.2")});
}
inline Bytes scalar(uint8_t seed) {
  return to_bytes(sha256(Bytes{seed}));
}
inline Bytes point(uint8_t seed) {
  return to_bytes(*public_key_of(scalar(seed)));
}
inline Bytes public_key(const Bytes& key, std::string_view curve = "1.2.840.10045.3.1.7") {
  return sequence({sequence({object_id("1.2.840.10045.2.1"), object_id(curve)}), bits(key)});
}

inline Bytes extension(std::string_view type, const Bytes& value, bool critical = false) {
  return sequence({object_id(type), critical ? raw("0101ff") : Bytes{}, octets(value)});
}

// r | s as an ECDSA-Sig-Value.
inline Bytes signature_value(View rs) {
  const auto number = [](View v) {
    while (v.size() > 1 && v[0] == 0) v = v.subspan(1);
    Bytes body = to_bytes(v);
    if (body[0] >= 0x80) body.insert(body.begin(), 0);
    return tlv(der::kInteger, body);
  };
  return sequence({number(rs.first(32)), number(rs.subspan(32))});
}
inline Bytes sign(uint8_t seed, View message) {
  return signature_value(*sign_p256(scalar(seed), sha256(message)));
}

// A DAC-like certificate by parts; a test replaces the part that it is about.
struct CertificateParts {
  Bytes version = tlv(0xA0, integer(2));
  Bytes serial = integer(5);
  Bytes algorithm = ecdsa_with_sha256();
  Bytes issuer = sequence({cn("Some PAI"), vid("FFF1")});
  Bytes validity = sequence({utc("240101000000Z"), tlv(der::kGeneralizedTime, "99991231235959Z")});
  Bytes subject = sequence({cn("Some DAC"), vid("FFF1"), pid("8000")});
  Bytes key = public_key(point(1));
  Bytes unique_ids;
  std::vector<Bytes> extensions = {
      extension("2.5.29.19", sequence({}), true),
      extension("2.5.29.15", raw("03020780"), true),
      extension("2.5.29.14", octets(Bytes(20, 0x11))),
      extension("2.5.29.35", sequence({tlv(0x80, Bytes(20, 0x22))})),
  };
  Bytes outer_algorithm = ecdsa_with_sha256();
  uint8_t signer = 2;

  Bytes tbs() const {
    Bytes all;
    for (const auto& e : extensions) all.insert(all.end(), e.begin(), e.end());
    const Bytes tail = extensions.empty() ? Bytes{} : tlv(0xA3, tlv(der::kSequence, all));
    return sequence({version, serial, algorithm, issuer, validity, subject, key, unique_ids, tail});
  }
  Bytes der() const { return sequence({tbs(), outer_algorithm, bits(sign(signer, tbs()))}); }
};

inline CertificatePtr parsed(const CertificateParts& parts) {
  const auto got = parse_certificate(parts.der());
  REQUIRE_MESSAGE(got, (got ? "" : got.error().what));
  return *got;
}

}  // namespace attest::test
