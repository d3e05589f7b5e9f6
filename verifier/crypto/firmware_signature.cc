#include "verifier/crypto/firmware_signature.h"

// What crypto.cc says of deprecated functions holds here, too: no provider's set-up for a point.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <new>

#include "verifier/crypto/crypto.h"

namespace attest {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Freer<Free>>;
using BigNumber = Owned<BIGNUM, BN_free>;
using NumberContext = Owned<BN_CTX, BN_CTX_free>;
using Pkey = Owned<EVP_PKEY, EVP_PKEY_free>;
using PkeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

class QuietErrors {
 public:
  QuietErrors() { ERR_set_mark(); }
  ~QuietErrors() { ERR_pop_to_mark(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
};

OSSL_LIB_CTX* context() {
  static OSSL_LIB_CTX* const kept = OSSL_LIB_CTX_new();
  if (kept == nullptr) throw std::bad_alloc();
  return kept;
}

BigNumber number(View big_endian) {
  BigNumber out(BN_bin2bn(big_endian.data(), static_cast<int>(big_endian.size()), nullptr));
  if (!out) throw std::bad_alloc();
  return out;
}

constexpr size_t kLeastRsa = 256, kMostRsa = 512, kMostExponent = 8;

Pkey rsa_key(View modulus, View exponent) {
  if (modulus.size() < kLeastRsa || modulus.size() > kMostRsa || exponent.empty() ||
      exponent.size() > kMostExponent)
    return nullptr;
  const BigNumber n = number(modulus), e = number(exponent);
  const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> build(OSSL_PARAM_BLD_new());
  if (!build || OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return nullptr;
  const Owned<OSSL_PARAM, OSSL_PARAM_free> params(OSSL_PARAM_BLD_to_param(build.get()));
  const PkeyContext making(EVP_PKEY_CTX_new_from_name(context(), "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !making || EVP_PKEY_fromdata_init(making.get()) != 1 ||
      EVP_PKEY_fromdata(making.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return nullptr;
  return Pkey(key);
}

int curve_id(FirmwareCurve curve) {
  return curve == FirmwareCurve::p192   ? NID_X9_62_prime192v1
         : curve == FirmwareCurve::p256 ? NID_X9_62_prime256v1
                                        : NID_secp384r1;
}
size_t curve_width(FirmwareCurve curve) {
  return curve == FirmwareCurve::p192 ? 24 : curve == FirmwareCurve::p256 ? 32 : 48;
}

Bytes bytes_of(const BIGNUM* n, size_t width) {
  Bytes out(width);
  if (BN_bn2binpad(n, out.data(), static_cast<int>(width)) < 0) return {};
  return out;
}

template <class Encode>
Bytes der_of(Encode&& encode) {
  const int size = encode(nullptr);
  if (size <= 0) return {};
  Bytes out(static_cast<size_t>(size));
  uint8_t* at = out.data();
  encode(&at);
  return out;
}

std::optional<FirmwareKey> rsa_of(EVP_PKEY* key, FirmwareKey out) {
  BIGNUM *n = nullptr, *e = nullptr;
  const bool got = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
                   EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1;
  const BigNumber modulus(n), exponent(e);
  if (!got) return std::nullopt;
  out.kind = FirmwareKey::Kind::rsa;
  out.modulus = bytes_of(n, static_cast<size_t>(BN_num_bytes(n)));
  out.exponent = bytes_of(e, static_cast<size_t>(BN_num_bytes(e)));
  if (out.modulus.size() < kLeastRsa || out.modulus.size() > kMostRsa) return std::nullopt;
  // The bit string inside the SubjectPublicKeyInfo is the PKCS#1 key: it ends it.
  const auto integer = [](const Bytes& value) {
    const bool pad = !value.empty() && value[0] >= 0x80;
    return value.size() + (pad ? 1 : 0);
  };
  const size_t content =
      2 + (integer(out.exponent) > 127 ? 1 : 0) + integer(out.exponent) + 4 + integer(out.modulus);
  const size_t whole = content + 4;
  if (whole >= out.spki.size()) return std::nullopt;
  out.pkcs1.assign(out.spki.end() - static_cast<std::ptrdiff_t>(whole), out.spki.end());
  return out.pkcs1[0] == 0x30 && out.pkcs1[1] == 0x82 ? std::optional(out) : std::nullopt;
}

std::optional<FirmwareKey> curve_of(EVP_PKEY* key, FirmwareKey out) {
  char name[64] = {};
  size_t length = 0;
  if (EVP_PKEY_get_group_name(key, name, sizeof name, &length) != 1) return std::nullopt;
  const std::string_view group(name, std::min(length, sizeof name));
  using Kind = FirmwareKey::Kind;
  const Kind kind = group == "prime192v1"   ? Kind::p192
                    : group == "prime256v1" ? Kind::p256
                    : group == "secp384r1"  ? Kind::p384
                                            : Kind::rsa;
  if (kind == Kind::rsa) return std::nullopt;
  const size_t width = kind == Kind::p192 ? 24 : kind == Kind::p256 ? 32 : 48;
  BIGNUM *x = nullptr, *y = nullptr;
  const bool got = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
                   EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1;
  const BigNumber own_x(x), own_y(y);
  if (!got) return std::nullopt;
  out.kind = kind;
  out.point = bytes_of(x, width);
  const Bytes second = bytes_of(y, width);
  out.point.insert(out.point.end(), second.begin(), second.end());
  return out.point.size() == 2 * width ? std::optional(out) : std::nullopt;
}

Bytes reversed(View v) {
  return {v.rbegin(), v.rend()};
}
void append(Bytes& out, View v) {
  out.insert(out.end(), v.begin(), v.end());
}

}  // namespace

bool verify_rsa_pss(View modulus, View exponent, View digest, View signature) {
  const QuietErrors quiet;
  const Pkey key = rsa_key(modulus, exponent);
  if (!key || digest.size() != SHA256_DIGEST_LENGTH) return false;
  const PkeyContext asking(EVP_PKEY_CTX_new_from_pkey(context(), key.get(), nullptr));
  if (!asking || EVP_PKEY_verify_init(asking.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(asking.get(), RSA_PKCS1_PSS_PADDING) != 1 ||
      EVP_PKEY_CTX_set_signature_md(asking.get(), EVP_sha256()) != 1 ||
      EVP_PKEY_CTX_set_rsa_mgf1_md(asking.get(), EVP_sha256()) != 1 ||
      EVP_PKEY_CTX_set_rsa_pss_saltlen(asking.get(), 32) != 1)
    return false;
  return EVP_PKEY_verify(asking.get(), signature.data(), signature.size(), digest.data(),
                         digest.size()) == 1;
}

bool verify_ecdsa(FirmwareCurve curve, View point, View digest, View signature) {
  const QuietErrors quiet;
  const size_t width = curve_width(curve);
  if (point.size() != 2 * width || signature.size() != 2 * width) return false;
  const Owned<EC_KEY, EC_KEY_free> key(EC_KEY_new_by_curve_name(curve_id(curve)));
  if (!key) return false;
  EC_KEY_set_method(key.get(), EC_KEY_OpenSSL());
  const BigNumber x = number(point.first(width)), y = number(point.subspan(width));
  if (EC_KEY_set_public_key_affine_coordinates(key.get(), x.get(), y.get()) != 1) return false;
  const Owned<ECDSA_SIG, ECDSA_SIG_free> both(ECDSA_SIG_new());
  if (!both) throw std::bad_alloc();
  ECDSA_SIG_set0(both.get(), number(signature.first(width)).release(),
                 number(signature.subspan(width)).release());
  return ECDSA_do_verify(digest.data(), static_cast<int>(digest.size()), both.get(), key.get()) ==
         1;
}

bool verify_ed25519(View key, View message, View signature) {
  const QuietErrors quiet;
  if (key.size() != 32 || signature.size() != 64) return false;
  const Pkey pkey(
      EVP_PKEY_new_raw_public_key_ex(context(), "ED25519", nullptr, key.data(), key.size()));
  const Owned<EVP_MD_CTX, EVP_MD_CTX_free> asking(EVP_MD_CTX_new());
  return pkey && asking &&
         EVP_DigestVerifyInit_ex(asking.get(), nullptr, nullptr, context(), nullptr, pkey.get(),
                                 nullptr) == 1 &&
         EVP_DigestVerify(asking.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

Bytes sha384(View data) {
  Bytes out(SHA384_DIGEST_LENGTH);
  SHA384(data.data(), data.size(), out.data());
  return out;
}
Bytes sha512(View data) {
  Bytes out(SHA512_DIGEST_LENGTH);
  SHA512(data.data(), data.size(), out.data());
  return out;
}

std::optional<FirmwareKey> firmware_key(View der) {
  const QuietErrors quiet;
  const uint8_t* at = der.data();
  Pkey key(d2i_PUBKEY_ex(nullptr, &at, static_cast<long>(der.size()), context(), nullptr));
  if (!key) {
    at = der.data();
    key.reset(
        d2i_AutoPrivateKey_ex(nullptr, &at, static_cast<long>(der.size()), context(), nullptr));
  }
  if (!key) return std::nullopt;
  FirmwareKey out;
  out.spki = der_of([&](uint8_t** to) { return i2d_PUBKEY(key.get(), to); });
  if (EVP_PKEY_is_a(key.get(), "RSA") == 1) return rsa_of(key.get(), std::move(out));
  if (EVP_PKEY_is_a(key.get(), "EC") == 1) return curve_of(key.get(), std::move(out));
  if (EVP_PKEY_is_a(key.get(), "ED25519") != 1) return std::nullopt;
  out.kind = FirmwareKey::Kind::ed25519;
  out.point.resize(32);
  size_t size = out.point.size();
  return EVP_PKEY_get_raw_public_key(key.get(), out.point.data(), &size) == 1 ? std::optional(out)
                                                                              : std::nullopt;
}

std::optional<Sha256> esp_key_digest(const FirmwareKey& key) {
  using Kind = FirmwareKey::Kind;
  const QuietErrors quiet;
  Bytes block;
  if (key.kind == Kind::rsa) {
    constexpr size_t kWidth = 384;
    if (key.modulus.size() != kWidth || key.exponent.size() > 4) return std::nullopt;
    const NumberContext work(BN_CTX_new());
    const BigNumber n = number(key.modulus), word(BN_new()), r(BN_new());
    if (!work || !word || !r) throw std::bad_alloc();
    // R = 2^6144 mod n, and M' = -1/n mod 2^32.
    BN_zero(r.get());
    BN_set_bit(r.get(), 2 * 8 * static_cast<int>(kWidth));
    BN_mod(r.get(), r.get(), n.get(), work.get());
    BN_zero(word.get());
    BN_set_bit(word.get(), 32);
    const BigNumber inverse(BN_mod_inverse(nullptr, n.get(), word.get(), work.get()));
    if (!inverse) return std::nullopt;
    BN_sub(inverse.get(), word.get(), inverse.get());
    append(block, reversed(key.modulus));
    Bytes exponent = reversed(key.exponent);
    exponent.resize(4);
    append(block, exponent);
    append(block, reversed(bytes_of(r.get(), kWidth)));
    append(block, reversed(bytes_of(inverse.get(), 4)));
  } else if (key.kind == Kind::ed25519) {
    return std::nullopt;
  } else {
    const size_t width = key.point.size() / 2;
    block.push_back(key.kind == Kind::p192 ? 1 : key.kind == Kind::p256 ? 2 : 3);
    append(block, reversed(View(key.point).first(width)));
    append(block, reversed(View(key.point).subspan(width)));
    block.resize(1 + (width == 48 ? 96 : 64));
  }
  return sha256(block);
}

Sha256 mcuboot_key_hash(const FirmwareKey& key) {
  return sha256(key.kind == FirmwareKey::Kind::rsa ? key.pkcs1 : key.spki);
}
std::string mcuboot_key_hash(const FirmwareKey& key, size_t size) {
  const Bytes& der = key.kind == FirmwareKey::Kind::rsa ? key.pkcs1 : key.spki;
  return size == SHA256_DIGEST_LENGTH   ? hex(sha256(der))
         : size == SHA384_DIGEST_LENGTH ? hex(sha384(der))
         : size == SHA512_DIGEST_LENGTH ? hex(sha512(der))
                                        : "";
}

bool verifies_firmware(const FirmwareKey& key, std::string_view scheme, View message,
                       View signature) {
  using Kind = FirmwareKey::Kind;
  if (scheme.starts_with("rsa"))
    return key.kind == Kind::rsa && verify_rsa_pss(key.modulus, key.exponent, message, signature);
  if (scheme == "ecdsa-p256")
    return key.kind == Kind::p256 &&
           verify_ecdsa(FirmwareCurve::p256, key.point, message, signature);
  if (scheme == "ecdsa-p384")
    return key.kind == Kind::p384 &&
           verify_ecdsa(FirmwareCurve::p384, key.point, message, signature);
  return scheme == "ed25519" && key.kind == Kind::ed25519 &&
         verify_ed25519(key.point, message, signature);
}

std::optional<Bytes> esp_xts_decrypt(View key, uint64_t address, View data) {
  constexpr size_t kUnit = 128;
  const QuietErrors quiet;
  if ((key.size() != 32 && key.size() != 64) || address % kUnit != 0 || data.size() % kUnit != 0)
    return std::nullopt;
  const Owned<EVP_CIPHER, EVP_CIPHER_free> cipher(
      EVP_CIPHER_fetch(context(), key.size() == 32 ? "AES-128-XTS" : "AES-256-XTS", nullptr));
  const Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free> work(EVP_CIPHER_CTX_new());
  if (!cipher || !work) return std::nullopt;
  Bytes out(data.size());
  for (size_t at = 0; at < data.size(); at += kUnit) {
    std::array<uint8_t, 16> tweak{};
    const auto place = static_cast<uint32_t>(address + at);
    for (unsigned i = 0; i < 4; ++i) tweak.at(i) = static_cast<uint8_t>(place >> (8 * i));
    const Bytes unit = reversed(data.subspan(at, kUnit));
    Bytes plain(kUnit);
    int size = 0;
    if (EVP_DecryptInit_ex(work.get(), cipher.get(), nullptr, key.data(), tweak.data()) != 1 ||
        EVP_DecryptUpdate(work.get(), plain.data(), &size, unit.data(), static_cast<int>(kUnit)) !=
            1)
      return std::nullopt;
    std::reverse_copy(plain.begin(), plain.end(), out.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return out;
}

}  // namespace attest
