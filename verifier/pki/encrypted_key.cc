#include "verifier/pki/encrypted_key.h"

#include <fmt/format.h>
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>

#include "verifier/pki/der.h"

namespace attest {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using SealedKey = std::unique_ptr<X509_SIG, Freer<X509_SIG_free>>;
using KeyInfo = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freer<PKCS8_PRIV_KEY_INFO_free>>;
using Bundle = std::unique_ptr<PKCS12, Freer<PKCS12_free>>;
using X509Ptr = std::unique_ptr<X509, Freer<X509_free>>;
using CrlPtr = std::unique_ptr<X509_CRL, Freer<X509_CRL_free>>;
using Cipher = std::unique_ptr<EVP_CIPHER, Freer<EVP_CIPHER_free>>;
using Digest = std::unique_ptr<EVP_MD, Freer<EVP_MD_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freer<EVP_CIPHER_CTX_free>>;
void free_safes(STACK_OF(PKCS7) * s) {
  sk_PKCS7_pop_free(s, PKCS7_free);
}
void free_bags(STACK_OF(PKCS12_SAFEBAG) * s) {
  sk_PKCS12_SAFEBAG_pop_free(s, PKCS12_SAFEBAG_free);
}
using Safes = std::unique_ptr<STACK_OF(PKCS7), Freer<free_safes>>;
using Bags = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), Freer<free_bags>>;

// With the ciphers of older tools (RC2, RC4, DES), where OpenSSL has them at hand.
OSSL_LIB_CTX* context() {
  static OSSL_LIB_CTX* const kept = [] {  // never freed, see crypto.cc
    OSSL_LIB_CTX* made = OSSL_LIB_CTX_new();
    for (const char* ciphers : {"default", "legacy"}) OSSL_PROVIDER_load(made, ciphers);
    return made;
  }();
  return kept;
}

class QuietErrors {
 public:
  QuietErrors() { ERR_set_mark(); }
  ~QuietErrors() { ERR_pop_to_mark(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
};

template <auto Encode, class T>
Bytes encoded(T* value) {
  unsigned char* out = nullptr;
  const int length = Encode(value, &out);
  if (length <= 0) return {};
  Bytes bytes(out, out + length);
  OPENSSL_free(out);
  return bytes;
}

tl::unexpected<SealError> broken(std::string what) {
  return tl::unexpected(
      SealError{.wrong_passphrase = false, .error = {.what = std::move(what), .offset = {}}});
}
tl::unexpected<SealError> unfitting() {
  return tl::unexpected(SealError{.wrong_passphrase = true,
                                  .error = {.what = "the passphrase does not fit", .offset = {}}});
}

// The rounds that any key derivation in these bytes asks for: the largest INTEGER that follows a
// salt. Both PBKDF2-params (RFC 8018) and PKCS#12's own are SEQUENCE { OCTET STRING salt, INTEGER
// rounds ...}, so one search over the nested DER finds all of them before anything is derived.
uint64_t most_rounds(View der, unsigned depth = 0) {
  uint64_t most = 0;
  bool after_salt = false;
  if (depth > 24) return 0;
  for (der::Cursor cursor(der); !cursor.empty();) {
    const auto element = cursor.any("element");
    if (!element) break;
    if (element->tag == der::kInteger && after_salt && !element->body.empty()) {
      uint64_t rounds = 0;
      for (const uint8_t byte : element->body)
        rounds = rounds >> 48 != 0 ? UINT64_MAX >> 8 : rounds << 8 | byte;
      most = std::max(most, rounds);
    }
    after_salt = element->tag == der::kOctetString;
    const bool nested =
        (element->tag & 0x20) != 0 ||
        (element->tag == der::kOctetString && element->body.size() > 8 && element->body[0] == 0x30);
    if (nested) most = std::max(most, most_rounds(element->body, depth + 1));
  }
  return most;
}
std::optional<tl::unexpected<SealError>> too_slow(View der) {
  const uint64_t rounds = most_rounds(der);
  if (rounds <= kMaxRounds) return std::nullopt;
  return broken(
      fmt::format("it asks for {} rounds of key derivation, {} are the most that are done", rounds,
                  kMaxRounds));
}

Bytes unsealed(const X509_SIG* sealed, std::string_view passphrase) {
  const KeyInfo info(PKCS8_decrypt_ex(sealed, passphrase.data(),
                                      static_cast<int>(passphrase.size()), context(), nullptr));
  return info == nullptr ? Bytes{} : encoded<i2d_PKCS8_PRIV_KEY_INFO>(info.get());
}

void take_bags(const STACK_OF(PKCS12_SAFEBAG) * bags, std::string_view passphrase, unsigned depth,
               Pkcs12& out) {
  for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); ++i) {
    const PKCS12_SAFEBAG* bag = sk_PKCS12_SAFEBAG_value(bags, i);
    switch (PKCS12_SAFEBAG_get_nid(bag)) {
      case NID_keyBag:
        out.keys.push_back(encoded<i2d_PKCS8_PRIV_KEY_INFO>(
            const_cast<PKCS8_PRIV_KEY_INFO*>(PKCS12_SAFEBAG_get0_p8inf(bag))));
        break;
      case NID_pkcs8ShroudedKeyBag:
        if (Bytes key = unsealed(PKCS12_SAFEBAG_get0_pkcs8(bag), passphrase); !key.empty())
          out.keys.push_back(std::move(key));
        else
          ++out.unopened;
        break;
      case NID_certBag:
        if (const X509Ptr certificate(PKCS12_SAFEBAG_get1_cert(bag)); certificate != nullptr)
          out.certificates.push_back(encoded<i2d_X509>(certificate.get()));
        else
          ++out.unread;
        break;
      case NID_crlBag:
        if (const CrlPtr list(PKCS12_SAFEBAG_get1_crl(bag)); list != nullptr)
          out.lists.push_back(encoded<i2d_X509_CRL>(list.get()));
        else
          ++out.unread;
        break;
      case NID_safeContentsBag:
        if (depth < 4) take_bags(PKCS12_SAFEBAG_get0_safes(bag), passphrase, depth + 1, out);
        break;
      default:
        break;
    }
  }
}

}  // namespace

// SEQUENCE { SEQUENCE { OID below 1.2.840.113549.1.5 or .1.12.1 ...}, OCTET STRING }
bool looks_like_sealed_key(View der) {
  der::Cursor outer(der);
  auto info = outer.enter(der::kSequence, "EncryptedPrivateKeyInfo");
  if (!info || !outer.empty()) return false;
  auto algorithm = info->enter(der::kSequence, "algorithm");
  if (!algorithm) return false;
  const auto oid = algorithm->oid("algorithm");
  if (!oid) return false;
  const std::string name = der::oid_text(*oid);
  if (!name.starts_with("1.2.840.113549.1.5.") && !name.starts_with("1.2.840.113549.1.12.1."))
    return false;
  return info->expect(der::kOctetString, "data").has_value() && info->empty();
}

tl::expected<Bytes, SealError> open_sealed_key(View der, std::string_view passphrase) {
  const QuietErrors quiet;
  if (const auto slow = too_slow(der)) return *slow;
  const unsigned char* at = der.data();
  const SealedKey sealed(d2i_X509_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (sealed == nullptr) return broken("the encrypted private key is malformed");
  Bytes key = unsealed(sealed.get(), passphrase);
  if (key.empty()) return unfitting();
  return key;
}

// OpenSSL's own form: the key is MD5 over passphrase and the first eight bytes of the IV, repeated
// (EVP_BytesToKey).
tl::expected<Bytes, SealError> open_pem_encryption(std::string_view block, View der,
                                                   std::string_view passphrase) {
  const QuietErrors quiet;
  constexpr std::string_view kHeader = "DEK-Info:";
  const auto at = block.find(kHeader);
  const auto end = at == std::string_view::npos ? at : block.find_first_of("\r\n", at);
  if (end == std::string_view::npos) return broken("the encrypted PEM block has no DEK-Info");
  std::string_view info = block.substr(at + kHeader.size(), end - at - kHeader.size());
  info.remove_prefix(std::min(info.find_first_not_of(' '), info.size()));
  const auto comma = info.find(',');
  const std::string name(info.substr(0, comma));
  constexpr std::string_view kNames[] = {"AES-128-CBC", "AES-192-CBC", "AES-256-CBC",
                                         "DES-EDE3-CBC"};
  if (comma == std::string_view::npos ||
      std::find(std::begin(kNames), std::end(kNames), name) == std::end(kNames))
    return broken(
        fmt::format("the PEM block is encrypted with \"{}\", expected AES-CBC or DES-EDE3-CBC",
                    printable(name.substr(0, 32))));
  const Cipher cipher(EVP_CIPHER_fetch(context(), name.c_str(), nullptr));
  const Digest digest(EVP_MD_fetch(context(), "MD5", nullptr));
  if (cipher == nullptr || digest == nullptr)
    return broken(fmt::format("{} is not available", name));
  const auto iv = from_hex(info.substr(comma + 1));
  if (!iv || iv->size() != static_cast<size_t>(EVP_CIPHER_get_iv_length(cipher.get())))
    return broken("the DEK-Info has no IV of the cipher's length");
  std::array<unsigned char, EVP_MAX_KEY_LENGTH> key{};
  EVP_BytesToKey(cipher.get(), digest.get(), iv->data(),
                 reinterpret_cast<const unsigned char*>(passphrase.data()),
                 static_cast<int>(passphrase.size()), 1, key.data(), nullptr);
  const CipherContext run(EVP_CIPHER_CTX_new());
  Bytes plain(der.size() + EVP_MAX_BLOCK_LENGTH);
  int first = 0, last = 0;
  if (run == nullptr ||
      EVP_DecryptInit_ex2(run.get(), cipher.get(), key.data(), iv->data(), nullptr) != 1 ||
      EVP_DecryptUpdate(run.get(), plain.data(), &first, der.data(),
                        static_cast<int>(der.size())) != 1 ||
      EVP_DecryptFinal_ex(run.get(), plain.data() + first, &last) != 1)
    return unfitting();
  plain.resize(static_cast<size_t>(first) + static_cast<size_t>(last));
  return plain;
}

// SEQUENCE { INTEGER 3, SEQUENCE { OID pkcs7-data ...: RFC 7292, 4.
bool looks_like_pkcs12(View der) {
  constexpr uint8_t kVersion[] = {0x02, 0x01, 0x03, 0x30};
  constexpr uint8_t kPkcs7[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07};
  if (der.size() < 24 || der[0] != 0x30) return false;
  const size_t header =
      der[1] < 0x80 ? 2
                    : 2u + (der[1] & 0x7Fu);  // 80, a length not told, is BER that tools do write
  if (header > 6 || !equal(der.subspan(header, 4), kVersion)) return false;
  return find(der.first(std::min<size_t>(der.size(), 32)), kPkcs7).has_value();
}

tl::expected<Pkcs12, SealError> open_pkcs12(View der, std::string_view passphrase) {
  const QuietErrors quiet;
  if (const auto slow = too_slow(der)) return *slow;
  const unsigned char* at = der.data();
  PKCS12* made = PKCS12_init_ex(NID_pkcs7_data, context(), nullptr);
  const bool read =
      made != nullptr && d2i_PKCS12(&made, &at, static_cast<long>(der.size())) != nullptr;
  const Bundle bundle(made);
  if (!read) return broken("the PKCS#12 file is malformed");
  const int length = static_cast<int>(passphrase.size());
  const bool sealed = PKCS12_mac_present(bundle.get()) == 1;
  if (sealed && PKCS12_verify_mac(bundle.get(), passphrase.data(), length) != 1) return unfitting();
  const Safes safes(PKCS12_unpack_authsafes(bundle.get()));
  if (safes == nullptr) return broken("the PKCS#12 file has no readable contents");
  Pkcs12 out;
  for (int i = 0; i < sk_PKCS7_num(safes.get()); ++i) {
    PKCS7* safe = sk_PKCS7_value(safes.get(), i);
    const bool encrypted = PKCS7_type_is_encrypted(safe) != 0;
    const Bags bags(encrypted ? PKCS12_unpack_p7encdata(safe, passphrase.data(), length)
                    : PKCS7_type_is_data(safe) ? PKCS12_unpack_p7data(safe)
                                               : nullptr);
    if (bags == nullptr) {
      out.unopened += encrypted;
      continue;
    }
    take_bags(bags.get(), passphrase, 0, out);
  }
  if (out.unopened != 0 && !sealed) return unfitting();  // nothing else tells a wrong passphrase
  if (out.keys.empty() && out.certificates.empty() && out.lists.empty() && out.unread == 0 &&
      out.unopened == 0)
    return broken("the PKCS#12 file holds neither a key nor a certificate");
  return out;
}

}  // namespace attest
