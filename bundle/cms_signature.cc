#include "bundle/cms_signature.h"

#include <fmt/format.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <new>

#include "verifier/crypto/crypto.h"
#include "verifier/pki/der.h"
#include "verifier/pki/key.h"

namespace attest {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, Freer<X509_free>>;
using Cms = std::unique_ptr<CMS_ContentInfo, Freer<CMS_ContentInfo_free>>;

// Of the stack only; what is in it belongs to others.
struct StackFree {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using Stack = std::unique_ptr<STACK_OF(X509), StackFree>;
// Of a stack that has its own.
struct CertsFree {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
using Certs = std::unique_ptr<STACK_OF(X509), CertsFree>;

template <class T>
T* made(T* p) {
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

OSSL_LIB_CTX* context() {
  static OSSL_LIB_CTX* const kept = made(OSSL_LIB_CTX_new());
  return kept;
}

Bio reading(View bytes) {
  return Bio(made(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))));
}

// The last thing OpenSSL complained about; its queue is left empty.
std::string complaint() {
  const unsigned long code = ERR_peek_last_error();
  const char* why = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return why == nullptr ? "no reason given" : why;
}

int no_passphrase(char*, int, int, void*) {
  return -1;
}

Result<Cert> certificate_in(View pem) {
  const PemFile file = parse_pem(pem);
  const auto block = std::find_if(file.blocks.begin(), file.blocks.end(),
                                  [](const PemBlock& b) { return b.label == "CERTIFICATE"; });
  if (block == file.blocks.end()) return error("expected a certificate in PEM, found none");
  const unsigned char* at = block->der.data();
  X509* empty = made(X509_new_ex(context(), nullptr));  // d2i frees it when it fails
  Cert cert(d2i_X509(&empty, &at, static_cast<long>(block->der.size())));
  if (!cert)
    return error(fmt::format("expected a certificate in PEM, found one that cannot be read: {}",
                             complaint()));
  return cert;
}

std::string name_of(X509* cert) {
  const Bio out(made(BIO_new(BIO_s_mem())));
  X509_NAME_print_ex(out.get(), X509_get_subject_name(cert), 0, XN_FLAG_RFC2253);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return printable(std::string_view(data, static_cast<size_t>(size)));
}

Result<Key> key_in(View pem) {
  const Bio in = reading(pem);
  Key key(
      PEM_read_bio_PrivateKey_ex(in.get(), nullptr, no_passphrase, nullptr, context(), nullptr));
  if (key) return key;
  (void)complaint();
  return error("expected a private key in PEM without a passphrase, found none");
}

struct Pair {
  Key key;
  Cert certificate;
};
Result<Pair> pair_in(View key_pem, View certificate_pem) {
  auto key = key_in(key_pem);
  if (!key) return tl::unexpected(key.error());
  auto cert = certificate_in(certificate_pem);
  if (!cert) return tl::unexpected(cert.error());
  if (X509_check_private_key(cert->get(), key->get()) == 1)
    return Pair{.key = std::move(*key), .certificate = std::move(*cert)};
  (void)complaint();
  return error(fmt::format("expected the certificate of the key, found that of another ({})",
                           name_of(cert->get())));
}

}  // namespace

Result<void> check_key(View key) {
  const auto read = key_in(key);
  return read ? Result<void>() : tl::unexpected(read.error());
}

bool has_certificate(View certificate) {
  const PemFile file = parse_pem(certificate);
  return std::any_of(file.blocks.begin(), file.blocks.end(),
                     [](const PemBlock& b) { return b.label == "CERTIFICATE"; });
}

Result<void> check_pair(View key, View certificate) {
  const auto pair = pair_in(key, certificate);
  return pair ? Result<void>() : tl::unexpected(pair.error());
}

Result<Bytes> sign_detached(View content, View key_pem, View certificate_pem) {
  const auto pair = pair_in(key_pem, certificate_pem);
  if (!pair) return tl::unexpected(pair.error());
  const Bio data = reading(content);
  const Cms cms(CMS_sign_ex(pair->certificate.get(), pair->key.get(), nullptr, data.get(),
                            CMS_DETACHED | CMS_BINARY, context(), nullptr));
  if (!cms) return error(fmt::format("the key cannot sign: {}", complaint()));
  unsigned char* der = nullptr;
  const int size = i2d_CMS_ContentInfo(cms.get(), &der);
  if (size <= 0) return error(fmt::format("the signature cannot be written: {}", complaint()));
  Bytes out(der, der + size);
  OPENSSL_free(der);
  return out;
}

Result<std::string> signer_of(View content, View signature, std::optional<View> certificate) {
  const unsigned char* at = signature.data();
  CMS_ContentInfo* empty = CMS_ContentInfo_new_ex(context(), nullptr);
  const Cms cms(d2i_CMS_ContentInfo(&empty, &at, static_cast<long>(signature.size())));
  if (!cms || at != signature.data() + signature.size()) {
    (void)complaint();
    return error("expected a CMS signature in DER, found something else");
  }
  Cert given;
  Stack only(made(sk_X509_new_null()));
  if (certificate) {
    auto cert = certificate_in(*certificate);
    if (!cert) return tl::unexpected(cert.error());
    given = std::move(*cert);
    sk_X509_push(only.get(), given.get());
  }
  const Bio data = reading(content), sink(made(BIO_new(BIO_s_null())));
  // Whom the certificate is from is not asked: it is the one that was named, or nobody's word.
  const unsigned flags = CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY | (certificate ? CMS_NOINTERN : 0u);
  if (CMS_verify(cms.get(), only.get(), nullptr, data.get(), sink.get(), flags) != 1) {
    const std::string why = complaint();
    return error(certificate
                     ? fmt::format("expected a signature by {}, found none that is good: {}",
                                   name_of(given.get()), why)
                     : fmt::format("the signature is not good: {}", why));
  }
  const Stack signers(CMS_get0_signers(cms.get()));
  if (!signers || sk_X509_num(signers.get()) != 1) return error("expected one signer");
  return name_of(sk_X509_value(signers.get(), 0));
}

Result<Sha256> certificate_digest(View certificate) {
  const auto cert = certificate_in(certificate);
  if (!cert) return tl::unexpected(cert.error());
  unsigned char* der = nullptr;
  const int size = i2d_X509(cert->get(), &der);
  if (size <= 0) return error(fmt::format("the certificate cannot be written: {}", complaint()));
  const Sha256 out = sha256(View(der, static_cast<size_t>(size)));
  OPENSSL_free(der);
  return out;
}

namespace {

// What a signature covers neither by itself nor by being the only one: its versions, which OpenSSL
// does not look at. All are 1 where the signer is named by issuer and serial number.
Result<void> has_its_versions(View signature) {
  der::Cursor outer(signature);
  auto info = outer.enter(der::kSequence, "ContentInfo");
  if (!info) return tl::unexpected(info.error());
  if (auto type = info->oid("content type"); !type) return tl::unexpected(type.error());
  auto explicit_ = info->enter(der::context_constructed(0), "content");
  if (!explicit_) return tl::unexpected(explicit_.error());
  auto data = explicit_->enter(der::kSequence, "SignedData");
  if (!data) return tl::unexpected(data.error());
  auto version = data->small_integer("version", 1);
  if (!version) return tl::unexpected(version.error());
  for (const char* before : {"digest algorithms", "content", "certificates"}) {
    if (auto passed = data->any(before); !passed) return tl::unexpected(passed.error());
  }
  auto all = data->enter(der::kSet, "signers");
  if (!all) return tl::unexpected(all.error());
  auto one = all->enter(der::kSequence, "SignerInfo");
  if (!one) return tl::unexpected(one.error());
  auto own = one->small_integer("version", 1);
  if (!own) return tl::unexpected(own.error());
  if (*version != 1 || *own != 1) return error("expected version 1, found 0");
  return {};
}

// That of the key, or of the key with the digest that was signed.
bool is_algorithm_of_key(CMS_SignerInfo* signer, const X509* certificate) {
  X509_ALGOR *digest = nullptr, *signs = nullptr;
  CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest, &signs);
  if (digest == nullptr || signs == nullptr) return false;
  const int key = EVP_PKEY_get_base_id(X509_get0_pubkey(certificate));
  const int is = OBJ_obj2nid(signs->algorithm);
  int with_digest = NID_undef;
  OBJ_find_sigid_by_algs(&with_digest, OBJ_obj2nid(digest->algorithm), key);
  return is != NID_undef && (is == key || is == with_digest);
}

}  // namespace

Result<void> is_whole_signature(View signature, const Sha256& certificate) {
  const unsigned char* at = signature.data();
  CMS_ContentInfo* empty = CMS_ContentInfo_new_ex(context(), nullptr);
  const Cms cms(d2i_CMS_ContentInfo(&empty, &at, static_cast<long>(signature.size())));
  if (!cms) {
    (void)complaint();
    return error("expected a CMS signature in DER, found something else");
  }
  unsigned char* der = nullptr;
  const int size = i2d_CMS_ContentInfo(cms.get(), &der);
  const bool same = size > 0 && equal(View(der, static_cast<size_t>(size)), signature);
  OPENSSL_free(der);
  if (!same) return error("expected it written in one way, found another");
  const Certs certs(CMS_get1_certs(cms.get()));
  STACK_OF(CMS_SignerInfo)* const signers = CMS_get0_SignerInfos(cms.get());
  if (sk_CMS_SignerInfo_num(signers) != 1 || certs == nullptr || sk_X509_num(certs.get()) != 1)
    return error("expected one signer and its certificate, found others");
  unsigned char* cert = nullptr;
  const int cert_size = i2d_X509(sk_X509_value(certs.get(), 0), &cert);
  const Sha256 found = sha256(View(cert, static_cast<size_t>(std::max(cert_size, 0))));
  OPENSSL_free(cert);
  if (found != certificate)
    return error(fmt::format("expected the certificate with SHA-256 {}, found {}", hex(certificate),
                             hex(found)));
  CMS_SignerInfo* const signer = sk_CMS_SignerInfo_value(signers, 0);
  if (CMS_unsigned_get_attr_count(signer) > 0)
    return error("expected no attributes that are not signed, found some");
  if (OBJ_obj2nid(CMS_get0_eContentType(cms.get())) != NID_pkcs7_data)
    return error("expected one over data, found another");
  if (!is_algorithm_of_key(signer, sk_X509_value(certs.get(), 0)))
    return error("expected the algorithm of the signer's key, found another");
  if (const auto versions = has_its_versions(signature); !versions)
    return tl::unexpected(versions.error());
  return {};
}

}  // namespace attest
