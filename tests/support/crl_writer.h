// Revocation lists for tests, right ones and wrong ones, by parts.
#pragma once

#include "tests/support/der_writer.h"

namespace attest::test {

inline Bytes entry(uint8_t serial, const Bytes& extensions = {}) {
  return sequence({tlv(der::kInteger, serial >= 0x80 ? Bytes{0, serial} : Bytes{serial}),
                   utc("250601000000Z"),
                   extensions.empty() ? Bytes{} : tlv(der::kSequence, extensions)});
}
inline Bytes reason(uint8_t code) {
  return extension("2.5.29.21", tlv(0x0A, Bytes{code}));
}
inline Bytes certificate_issuer(const Bytes& name) {
  return extension("2.5.29.29", sequence({tlv(0xA4, name)}), true);
}

struct CrlParts {
  Bytes version = integer(1);
  Bytes issuer = sequence({cn("Some PAI"), vid("FFF1")});
  Bytes times = join({utc("260101000000Z"), tlv(der::kGeneralizedTime, "20990101000000Z")});
  Bytes entries = tlv(der::kSequence, entry(7));
  std::vector<Bytes> extensions = {extension("2.5.29.35", sequence({tlv(0x80, Bytes(20, 0x11))})),
                                   extension("2.5.29.20", raw("020102"))};

  Bytes tbs() const {
    Bytes all;
    for (const auto& e : extensions) all.insert(all.end(), e.begin(), e.end());
    const Bytes tail = extensions.empty() ? Bytes{} : tlv(0xA0, tlv(der::kSequence, all));
    return sequence({version, ecdsa_with_sha256(), issuer, times, entries, tail});
  }
  uint8_t signer = 2;

  Bytes der() const { return sequence({tbs(), ecdsa_with_sha256(), bits(sign(signer, tbs()))}); }
};

}  // namespace attest::test
