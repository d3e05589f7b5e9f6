// Sealed: keys and certificates under a passphrase, as files of their own: PKCS#12, encrypted
// PKCS#8, and the older PEM with Proc-Type headers. On OpenSSL, in a library context of its own
// like crypto.h; encrypted_key.cc and crypto.cc are the only files of this room that include
// <openssl/...>. A file may ask for any number of key derivation rounds; more than kMaxRounds is
// refused, or a file of a hundred bytes could keep us busy for hours.
#pragma once

#include "verifier/base/bytes.h"

namespace attest {

inline constexpr uint64_t kMaxRounds = 2'000'000;

// Why nothing came out: a passphrase that does not fit is the user's affair, the rest is the
// file's.
struct SealError {
  bool wrong_passphrase = false;
  Error error;
};

// An EncryptedPrivateKeyInfo (RFC 5958): the PrivateKeyInfo inside.
bool looks_like_sealed_key(View der);
tl::expected<Bytes, SealError> open_sealed_key(View der, std::string_view passphrase);

// A PEM block with "DEK-Info: AES-256-CBC,<iv>": the DER inside. `block` is its text, `der` its
// decoded body.
tl::expected<Bytes, SealError> open_pem_encryption(std::string_view block, View der,
                                                   std::string_view passphrase);

struct Pkcs12 {
  std::vector<Bytes> keys;  // PrivateKeyInfo
  std::vector<Bytes> certificates, lists;
  size_t unread = 0;    // certificates and lists that cannot be read
  size_t unopened = 0;  // parts whose cipher is not at hand, or that are damaged
};
bool looks_like_pkcs12(View der);
tl::expected<Pkcs12, SealError> open_pkcs12(View der, std::string_view passphrase);

}  // namespace attest
