#include "verifier/crypto/crypto.h"

// The functions of OpenSSL that 3.0 deprecates are used here for P-256, SHA-256 and MD5. Measured
// with OpenSSL 3.0.22 on one core against `openssl speed ecdsap256`: a check through
// EVP_PKEY_fromdata and EVP_PKEY_verify runs at 0.72 of that rate, because every key is imported
// through a provider; a kept EC_KEY whose point is exchanged runs at 0.98. PBKDF2 over
// SHA256_Update takes half the time of OpenSSL's own. And none of them needs a provider or a
// library context, which a cold start would have to set up.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/md5.h>
#include <openssl/objects.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include <algorithm>
#include <climits>
#include <new>
#include <utility>
#include <vector>

#include "verifier/crypto/ml_dsa.h"

namespace attest {
namespace {

// OpenSSL answers "no" to an allocation only; that is what it is here too.
template <class T>
T* made(T* p) {
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using BigNumber = std::unique_ptr<BIGNUM, Freer<BN_clear_free>>;
using BigNumberContext = std::unique_ptr<BN_CTX, Freer<BN_CTX_free>>;
using CurvePoint = std::unique_ptr<EC_POINT, Freer<EC_POINT_free>>;
using Key = std::unique_ptr<EC_KEY, Freer<EC_KEY_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freer<EVP_CIPHER_CTX_free>>;

// OpenSSL leaves its complaints on a queue of the thread; others in this process (TLS) read that
// queue.
class QuietErrors {
 public:
  QuietErrors() { ERR_set_mark(); }
  ~QuietErrors() { ERR_pop_to_mark(); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;
};

// Our own library context: only the default one reads OPENSSL_CONF and openssl.cnf. Made when first
// needed, and never freed, since another thread may still be at work when the process ends.
OSSL_LIB_CTX* context() {
  static OSSL_LIB_CTX* const kept = made(OSSL_LIB_CTX_new());
  return kept;
}

struct Curve {
  EC_GROUP* group = made(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  const BIGNUM* order = EC_GROUP_get0_order(group);
};
const Curve& p256() {
  static const Curve kept;  // not freed, as above
  return kept;
}

// A key of the given context whose operations are OpenSSL's own, whatever engine a host has made
// its default.
Key new_key(OSSL_LIB_CTX* of) {
  Key key(made(EC_KEY_new_ex(of, nullptr)));
  if (EC_KEY_set_method(key.get(), EC_KEY_OpenSSL()) != 1 ||
      EC_KEY_set_group(key.get(), p256().group) != 1)
    throw std::bad_alloc();
  return key;
}

constexpr uint8_t kUncompressed = 0x04;

// The public keys that were read last, each with its 65 bytes: of one device the same are read for
// a certificate and for what it signed, and devices of a lot are below one PAI.
class ReadKeys {
 public:
  // Null: these bytes are no point of the curve.
  EC_KEY* of(View point, BN_CTX* numbers) {
    // Hybrid points (06, 07) would pass EC_KEY_oct2key.
    if (point.size() != sizeof(Point) || point[0] != kUncompressed) return nullptr;
    Kept* oldest = &kept_.front();
    for (Kept& kept : kept_) {
      if (kept.used != 0 && equal(kept.point, point)) {
        kept.used = ++now_;
        return kept.key.get();
      }
      if (kept.used < oldest->used) oldest = &kept;
    }
    oldest->used = 0;
    // (Verification asks no provider, so the context is never looked at.)
    if (!oldest->key) oldest->key = new_key(nullptr);
    if (EC_KEY_oct2key(oldest->key.get(), point.data(), point.size(), numbers) != 1) return nullptr;
    std::copy(point.begin(), point.end(), oldest->point.begin());
    oldest->used = ++now_;
    return oldest->key.get();
  }

 private:
  struct Kept {
    Point point{};
    Key key;
    uint64_t used = 0;  // 0: it has no point
  };
  static constexpr size_t kMost = 8;
  std::array<Kept, kMost> kept_;
  uint64_t now_ = 0;
};

// What one thread keeps between checks.
struct Scratch {
  ReadKeys keys;
  BigNumberContext numbers{made(BN_CTX_new())};
  Signature signature{made(ECDSA_SIG_new())};
  BIGNUM* r = made(BN_new());  // owned by `signature`
  BIGNUM* s = made(BN_new());

  Scratch() { ECDSA_SIG_set0(signature.get(), r, s); }
};
Scratch& scratch() {
  thread_local Scratch kept;
  return kept;
}

bool verify_one(const SignatureJob& job, Scratch& mine) {
  EC_KEY* const key = mine.keys.of(job.key, mine.numbers.get());
  if (key == nullptr) return false;
  if (BN_bin2bn(job.signature.data(), 32, mine.r) == nullptr ||
      BN_bin2bn(job.signature.data() + 32, 32, mine.s) == nullptr)
    throw std::bad_alloc();
  return ECDSA_do_verify(job.digest.data(), static_cast<int>(job.digest.size()),
                         mine.signature.get(), key) == 1;
}

// A public key of ML-DSA in OpenSSL, which has it since 3.5: the library that is loaded is asked,
// whatever it was when this was compiled. Null: it has none, or takes none of these bytes.
using AnyKey = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using AnyKeyContext = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
constexpr const char* openssl_name(MlDsa set) {
  return set == MlDsa::set_44 ? "ML-DSA-44" : "ML-DSA-65";
}
bool openssl_has(MlDsa set) {
  static const auto has = [](MlDsa which) {
    const QuietErrors quiet;
    EVP_SIGNATURE* found = EVP_SIGNATURE_fetch(context(), openssl_name(which), nullptr);
    EVP_SIGNATURE_free(found);
    return found != nullptr;
  };
  static const bool kept[] = {has(MlDsa::set_44), has(MlDsa::set_65)};
  return kept[static_cast<size_t>(set)];
}
AnyKey ml_dsa_key(MlDsa set, View bytes) {
  const AnyKeyContext making(EVP_PKEY_CTX_new_from_name(context(), openssl_name(set), nullptr));
  if (making == nullptr || EVP_PKEY_fromdata_init(making.get()) != 1) return nullptr;
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, const_cast<uint8_t*>(bytes.data()),
                                        bytes.size()),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  EVP_PKEY_fromdata(making.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters);
  return AnyKey(key);
}
// Making one costs as much as a verification, a chain has two, and a whole lot shares them. Null:
// as above.
EVP_PKEY* kept_ml_dsa_key(MlDsa set, View bytes) {
  struct Kept {
    MlDsa set;
    Bytes bytes;
    AnyKey key;
  };
  constexpr size_t kMost = 4;
  thread_local std::vector<Kept> kept;
  const auto known = std::find_if(kept.begin(), kept.end(), [&](const Kept& k) {
    return k.set == set && equal(k.bytes, bytes);
  });
  if (known != kept.end()) return known->key.get();
  AnyKey made_now = ml_dsa_key(set, bytes);
  if (made_now == nullptr) return nullptr;
  if (kept.size() == kMost) kept.erase(kept.begin());
  return kept.emplace_back(Kept{set, to_bytes(bytes), std::move(made_now)}).key.get();
}

class OpensslEngine final : public SignatureEngine {
 public:
  const char* name() const override { return "openssl"; }
  void verify(std::span<const SignatureJob> jobs, std::span<uint8_t> answers) override {
    const QuietErrors quiet;
    Scratch& mine = scratch();
    for (size_t i = 0; i < jobs.size() && i < answers.size(); ++i)
      answers[i] = verify_one(jobs[i], mine) ? 1 : 0;
  }
};

BigNumber number_of(View scalar) {
  BigNumber out(made(BN_secure_new()));
  if (BN_bin2bn(scalar.data(), static_cast<int>(scalar.size()), out.get()) == nullptr)
    throw std::bad_alloc();
  return out;
}

Bytes scalar_bytes(const BIGNUM* number) {
  Bytes out(32);
  BN_bn2binpad(number, out.data(), 32);
  return out;
}

// 1 <= scalar < n as a number, or null.
BigNumber private_scalar(View scalar) {
  if (scalar.size() != 32) return nullptr;
  BigNumber k = number_of(scalar);
  if (BN_is_zero(k.get()) || BN_cmp(k.get(), p256().order) >= 0) return nullptr;
  return k;
}

// HMAC-SHA256 with the key's two blocks already absorbed, so that PBKDF2 pays for them once (RFC
// 2104 section 4).
class HmacKey {
 public:
  explicit HmacKey(View key) {
    std::array<uint8_t, SHA256_CBLOCK> block{};
    if (key.size() > block.size()) {
      const Sha256 folded = sha256(key);
      std::copy(folded.begin(), folded.end(), block.begin());
    } else {
      std::copy(key.begin(), key.end(), block.begin());
    }
    for (auto& b : block) b ^= 0x36;
    SHA256_Init(&inner_);
    SHA256_Update(&inner_, block.data(), block.size());
    for (auto& b : block) b ^= 0x36 ^ 0x5C;
    SHA256_Init(&outer_);
    SHA256_Update(&outer_, block.data(), block.size());
  }
  // Of a digest: with its padding, which is always the same, it is one block, and so is the outer
  // half.
  Sha256 of_digest(const Sha256& data) const {
    constexpr size_t kBits = 8 * (SHA256_CBLOCK + sizeof(Sha256));
    std::array<uint8_t, SHA256_CBLOCK> block{};
    std::copy(data.begin(), data.end(), block.begin());
    block[sizeof(Sha256)] = 0x80;
    block[SHA256_CBLOCK - 2] = kBits >> 8;
    absorb(inner_, block);
    absorb(outer_, block);
    Sha256 digest;
    std::copy_n(block.begin(), digest.size(), digest.begin());
    return digest;
  }
  Sha256 of(View a, View b = {}) const {
    Sha256 digest{};
    SHA256_CTX state = inner_;
    SHA256_Update(&state, a.data(), a.size());
    SHA256_Update(&state, b.data(), b.size());
    SHA256_Final(digest.data(), &state);
    state = outer_;
    SHA256_Update(&state, digest.data(), digest.size());
    SHA256_Final(digest.data(), &state);
    return digest;
  }

 private:
  SHA256_CTX inner_{}, outer_{};

  // What `half` has absorbed and the block: its state takes the place of the block's first half.
  static void absorb(SHA256_CTX half, std::array<uint8_t, SHA256_CBLOCK>& block) {
    SHA256_Transform(&half, block.data());
    for (size_t i = 0; i < sizeof(Sha256); ++i)
      block[i] = static_cast<uint8_t>(half.h[i / 4] >> (24 - 8 * (i % 4)));
  }
};

// Decrypts with a named cipher and without padding. The callers have checked lengths.
Result<Bytes> decrypt(const char* name, View key, const uint8_t* iv, View data) {
  const QuietErrors quiet;
  if (data.size() > INT_MAX / 2)
    return error(fmt::format("{}: {} bytes are too many", name, data.size()));
  const std::unique_ptr<EVP_CIPHER, Freer<EVP_CIPHER_free>> cipher(
      EVP_CIPHER_fetch(context(), name, nullptr));
  const CipherContext state(made(EVP_CIPHER_CTX_new()));
  Bytes out(data.size() + 16);
  int length = 0, rest = 0;
  if (!cipher || EVP_DecryptInit_ex2(state.get(), cipher.get(), key.data(), iv, nullptr) != 1 ||
      EVP_CIPHER_CTX_set_padding(state.get(), 0) != 1 ||
      EVP_DecryptUpdate(state.get(), out.data(), &length, data.data(),
                        static_cast<int>(data.size())) != 1 ||
      EVP_DecryptFinal_ex(state.get(), out.data() + length, &rest) != 1)
    return error(fmt::format("{}: openssl refuses {} bytes", name, data.size()));
  out.resize(static_cast<size_t>(length) + static_cast<size_t>(rest));
  return out;
}

Result<void> whole_blocks(std::string_view name, View data) {
  if (data.size() % 16 == 0) return {};
  return error(
      fmt::format("{}: expected whole blocks of 16 bytes, found {} bytes", name, data.size()));
}

Result<void> aes_key(std::string_view name, View key) {
  if (key.size() == 16 || key.size() == 24 || key.size() == 32) return {};
  return error(fmt::format("{}: expected a key of 16, 24 or 32 bytes, found {}", name, key.size()));
}

}  // namespace

Sha256 sha256(View data) {
  return sha256(data, {});
}

Sha256 sha256(View a, View b) {
  Sha256 digest{};
  SHA256_CTX state;
  SHA256_Init(&state);
  SHA256_Update(&state, a.data(), a.size());
  SHA256_Update(&state, b.data(), b.size());
  SHA256_Final(digest.data(), &state);
  return digest;
}

struct Hash::State {
  DigestContext context;
};

Hash::Hash(std::unique_ptr<State> state) : state_(std::move(state)) {}
Hash::~Hash() = default;
Hash::Hash(Hash&&) noexcept = default;
Hash& Hash::operator=(Hash&&) noexcept = default;

Result<Hash> Hash::of_type(uint32_t iana_id) {
  constexpr std::pair<uint32_t, const char*> kTypes[] = {{1, "SHA2-256"},  {7, "SHA2-384"},
                                                         {8, "SHA2-512"},  {10, "SHA3-256"},
                                                         {11, "SHA3-384"}, {12, "SHA3-512"}};
  const auto* type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                  [&](const auto& t) { return t.first == iana_id; });
  if (type == std::end(kTypes))
    return error(fmt::format("digest type: expected 1, 7, 8, 10, 11 or 12, found {}", iana_id));
  const QuietErrors quiet;
  const std::unique_ptr<EVP_MD, Freer<EVP_MD_free>> digest(
      EVP_MD_fetch(context(), type->second, nullptr));
  auto state = std::make_unique<State>(State{DigestContext(made(EVP_MD_CTX_new()))});
  if (!digest || EVP_DigestInit_ex2(state->context.get(), digest.get(), nullptr) != 1)
    return error(fmt::format("digest type {}: openssl does not offer {}", iana_id, type->second));
  return Hash(std::move(state));
}

void Hash::update(View data) {
  EVP_DigestUpdate(state_->context.get(), data.data(), data.size());
}

Bytes Hash::finish() {
  Bytes out(EVP_MAX_MD_SIZE);
  unsigned length = 0;
  EVP_DigestFinal_ex(state_->context.get(), out.data(), &length);
  out.resize(length);
  return out;
}

Bytes md5(View data) {
  Bytes out(MD5_DIGEST_LENGTH);
  MD5_CTX state;
  MD5_Init(&state);
  MD5_Update(&state, data.data(), data.size());
  MD5_Final(out.data(), &state);
  return out;
}

Bytes hmac_sha256(View key, View data) {
  return to_bytes(HmacKey(key).of(data));
}

struct Pbkdf2::State {
  HmacKey password;
  Bytes salt;
  uint32_t iterations;
};

Pbkdf2::Pbkdf2(View password, View salt, uint32_t iterations)
    : state_(new State{
          .password = HmacKey(password), .salt = to_bytes(salt), .iterations = iterations}) {}
Pbkdf2::~Pbkdf2() = default;
Pbkdf2::Pbkdf2(Pbkdf2&&) noexcept = default;

Sha256 Pbkdf2::block(uint32_t number) const {
  const std::array<uint8_t, 4> big_endian = {
      static_cast<uint8_t>(number >> 24), static_cast<uint8_t>(number >> 16),
      static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)};
  Sha256 u = state_->password.of(state_->salt, big_endian), sum = u;
  for (uint32_t i = 1; i < state_->iterations; ++i) {
    u = state_->password.of_digest(u);
    for (size_t k = 0; k < sum.size(); ++k) sum[k] ^= u[k];
  }
  return sum;
}

bool on_curve(View point) {
  const QuietErrors quiet;
  Scratch& mine = scratch();
  return mine.keys.of(point, mine.numbers.get()) != nullptr;
}

std::optional<Point> public_key_of(View scalar) {
  const BigNumber k = private_scalar(scalar);
  if (!k) return std::nullopt;
  const QuietErrors quiet;
  const EC_GROUP* group = p256().group;
  BN_CTX* numbers = scratch().numbers.get();
  const CurvePoint point(made(EC_POINT_new(group)));
  Point out{};
  if (EC_POINT_mul(group, point.get(), k.get(), nullptr, nullptr, numbers) != 1 ||
      EC_POINT_point2oct(group, point.get(), POINT_CONVERSION_UNCOMPRESSED, out.data(), out.size(),
                         numbers) != out.size())
    throw std::bad_alloc();
  return out;
}

Bytes scalar_mod_order(View big_endian) {
  const QuietErrors quiet;
  BN_CTX* numbers = scratch().numbers.get();
  const BigNumber sum(made(BN_secure_new())), part(made(BN_secure_new()));
  BN_zero(sum.get());
  // By words of 32 bytes, so that the work grows with the length and not with its square.
  for (size_t at = 0; at < big_endian.size();) {
    const size_t n = std::min<size_t>(32, big_endian.size() - at);
    if (BN_bin2bn(big_endian.data() + at, static_cast<int>(n), part.get()) == nullptr ||
        BN_lshift(sum.get(), sum.get(), static_cast<int>(8 * n)) != 1 ||
        BN_add(sum.get(), sum.get(), part.get()) != 1 ||
        BN_mod(sum.get(), sum.get(), p256().order, numbers) != 1)
      throw std::bad_alloc();
    at += n;
  }
  return scalar_bytes(sum.get());
}

Bytes difference_mod_order(View a, View b) {
  const BigNumber left = number_of(a), right = number_of(b);
  if (BN_mod_sub(left.get(), left.get(), right.get(), p256().order, scratch().numbers.get()) != 1)
    throw std::bad_alloc();
  return scalar_bytes(left.get());
}

bool SignatureEngine::has(MlDsa set) const {
  return openssl_has(set);
}

Checked SignatureEngine::verify_ml_dsa(const MlDsaJob& job) {
  return openssl_verify_ml_dsa(job, {});
}

Checked openssl_verify_ml_dsa(const MlDsaJob& job, View context_string) {
  if (!is_of_the_sets_sizes(job) || context_string.size() > kLongestMlDsaContext)
    return Checked::refused;
  if (!openssl_has(job.set)) return Checked::unsupported;
  const QuietErrors quiet;
  EVP_PKEY* const key = kept_ml_dsa_key(job.set, job.key);
  if (key == nullptr) return Checked::refused;
  const DigestContext checking(made(EVP_MD_CTX_new()));
  // Its name as OpenSSL 3.5 defines it, whose headers need not be here.
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_end(), OSSL_PARAM_construct_end()};
  if (!context_string.empty())
    parameters[0] = OSSL_PARAM_construct_octet_string(
        "context-string", const_cast<uint8_t*>(context_string.data()), context_string.size());
  if (EVP_DigestVerifyInit_ex(checking.get(), nullptr, nullptr, context(), nullptr, key,
                              parameters) != 1)
    return Checked::unsupported;
  const bool good = EVP_DigestVerify(checking.get(), job.signature.data(), job.signature.size(),
                                     job.message.data(), job.message.size()) == 1;
  return good ? Checked::verified : Checked::refused;
}

SignatureEngine& openssl_engine() {
  static OpensslEngine kept;
  return kept;
}

Result<std::array<uint8_t, 64>> sign_p256(View scalar, const Sha256& digest) {
  const QuietErrors quiet;
  const BigNumber k = private_scalar(scalar);
  if (!k) return error("p-256 private key: expected 32 bytes between 1 and n - 1");
  const Key key = new_key(context());  // the nonce comes from this context's random generator
  if (EC_KEY_set_private_key(key.get(), k.get()) != 1) throw std::bad_alloc();
  const Signature made_signature(
      ECDSA_do_sign(digest.data(), static_cast<int>(digest.size()), key.get()));
  if (!made_signature) return error("p-256 private key: openssl does not sign with it");
  std::array<uint8_t, 64> out{};
  BN_bn2binpad(ECDSA_SIG_get0_r(made_signature.get()), out.data(), 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(made_signature.get()), out.data() + 32, 32);
  return out;
}

Result<Bytes> aes_ecb_decrypt(View key, View data) {
  if (auto ok = aes_key("aes-ecb", key).and_then([&] { return whole_blocks("aes-ecb", data); });
      !ok)
    return tl::unexpected(ok.error());
  return decrypt(fmt::format("AES-{}-ECB", key.size() * 8).c_str(), key, nullptr, data);
}

Result<Bytes> aes_cbc_decrypt(View key, View iv, View data) {
  if (auto ok = aes_key("aes-cbc", key).and_then([&] { return whole_blocks("aes-cbc", data); });
      !ok)
    return tl::unexpected(ok.error());
  if (iv.size() != 16)
    return error(
        fmt::format("aes-cbc: expected an initialisation vector of 16 bytes, found {}", iv.size()));
  return decrypt(fmt::format("AES-{}-CBC", key.size() * 8).c_str(), key, iv.data(), data);
}

Result<Bytes> aes256_xts_decrypt(View key64, View tweak16, View data) {
  if (key64.size() != 64)
    return error(fmt::format("aes-xts: expected a key of 64 bytes, found {}", key64.size()));
  if (tweak16.size() != 16)
    return error(fmt::format("aes-xts: expected a tweak of 16 bytes, found {}", tweak16.size()));
  // Below one block there is nothing to steal from (IEEE 1619).
  if (data.size() < 16)
    return error(fmt::format("aes-xts: expected at least 16 bytes, found {}", data.size()));
  return decrypt("AES-256-XTS", key64, tweak16.data(), data);
}

}  // namespace attest
