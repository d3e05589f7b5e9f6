// Private keys as people hold them. Only P-256. A key's scalar never leaves the process: nothing
// here prints it.
#pragma once

#include "verifier/base/bytes.h"
#include "verifier/base/maybe.h"

namespace attest {

struct PrivateKey {
  std::array<uint8_t, 32> scalar{};
  Point public_key{};  // computed from the scalar
  std::optional<Point>
      stated_public;  // the public key written beside it in the file, where there is one
};
// SEC 1 ECPrivateKey, PKCS#8 PrivateKeyInfo. (Raw 32 bytes: raw_private_key.)
Result<PrivateKey> parse_private_key(View der, size_t* consumed = nullptr);
Result<PrivateKey> raw_private_key(View scalar32);

// A PKCS#10 certification request.
struct Csr {
  Bytes der;
  Bytes info;           // the signed CertificationRequestInfo
  std::string subject;  // as name_text
  MaybeValue<uint16_t> vid, pid;
  bool p256 = false;
  Bytes curve;  // OID content octets
  MaybeValue<Point> public_key;
  Bytes signature_algorithm;  // OID content octets
  MaybeValue<std::array<uint8_t, 64>> ecdsa;
};
Result<Csr> parse_csr(View der, size_t* consumed = nullptr);

// One PEM block, decoded. `label` is the text between BEGIN and -----.
struct PemBlock {
  std::string label;
  Bytes der;
  size_t offset = 0;       // of its BEGIN line in the text
  bool encrypted = false;  // has Proc-Type: 4,ENCRYPTED headers
};
struct PemFile {
  std::vector<PemBlock> blocks;
  std::vector<Error> problems;   // blocks that begin and cannot be read; the others are still here
  std::vector<size_t> begun_at;  // where the BEGIN line of each of these stands
  size_t parameters = 0;         // blocks of EC PARAMETERS: left out
};
bool looks_like_pem(View input);
PemFile parse_pem(View input);
std::string to_pem(std::string_view label, View der);

}  // namespace attest
