// Cryptography: every primitive the verifier needs, on OpenSSL. crypto.cc and firmware_signature.cc
// are the only files of this room that include <openssl/...>; each uses a library context of its
// own and never loads a host's openssl.cnf, so a host's configuration cannot change a verdict.
#pragma once

#include <memory>
#include <span>

#include "verifier/base/bytes.h"

namespace attest {

Sha256 sha256(View data);
Sha256 sha256(View a, View b);  // of a | b, without joining them

// IANA named-information hash ids as the ledger and the Matter OTA header use them: 1 sha-256, 7
// sha-384, 8 sha-512, 10 sha3-256, 11 sha3-384, 12 sha3-512.
class Hash {
 public:
  static Result<Hash> of_type(uint32_t iana_id);  // an unknown id is an error that names it
  void update(View data);
  Bytes finish();
  ~Hash();
  Hash(Hash&&) noexcept;
  Hash& operator=(Hash&&) noexcept;

 private:
  struct State;
  explicit Hash(std::unique_ptr<State>);
  std::unique_ptr<State> state_;
};
Bytes md5(View data);  // Espressif partition tables; a checksum, not a defence
Bytes hmac_sha256(View key, View data);

// PBKDF2 with HMAC-SHA-256 (RFC 8018 section 5.2), by blocks, whose joined bytes are the derived
// key: the first often says enough, and each costs the same.
class Pbkdf2 {
 public:
  Pbkdf2(View password, View salt, uint32_t iterations);
  ~Pbkdf2();
  Pbkdf2(Pbkdf2&&) noexcept;
  Sha256 block(uint32_t number) const;  // counted from 1

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// P-256. Scalars are 32 bytes big endian.
bool on_curve(View point);  // 65 bytes, uncompressed, on the curve, not infinity
std::optional<Point> public_key_of(View scalar);  // nullopt unless 1 <= scalar < n
Bytes scalar_mod_order(View big_endian);          // any length -> 32 bytes, mod n
Bytes difference_mod_order(View a, View b);       // two scalars below n -> a - b mod n

// One P-256 signature check: does r|s over this digest verify under this point?
struct SignatureJob {
  Point key{};
  Sha256 digest{};
  std::array<uint8_t, 64> signature{};  // r | s, 32 bytes each, big endian
};

// One ML-DSA signature check (FIPS 204, the pure form with an empty context): does the signature
// over this message verify under this key? The views live as long as the job.
enum class MlDsa : uint8_t { set_44, set_65 };
struct MlDsaJob {
  MlDsa set;
  View key, message, signature;  // a key or signature of another size than the set's is refused
};
// Unsupported: the library at hand does not have the algorithm, so that nobody knows.
enum class Checked : uint8_t { refused, verified, unsupported };

// The narrow interface through which every signature goes. Engines answer a whole batch; answers[i]
// belongs to jobs[i]. A key off the curve or r, s out of 1..n-1 is simply false.
class SignatureEngine {
 public:
  virtual ~SignatureEngine() = default;
  virtual const char* name() const = 0;
  virtual void verify(std::span<const SignatureJob> jobs, std::span<uint8_t> answers) = 0;
  // What OpenSSL says, until an engine knows better.
  virtual Checked verify_ml_dsa(const MlDsaJob& job);
  virtual bool has(MlDsa set) const;
};
SignatureEngine& openssl_engine();  // thread-safe, no set-up

struct MlDsaSizes {
  size_t key, signature;  // bytes
};
constexpr MlDsaSizes sizes_of(MlDsa set) {
  return set == MlDsa::set_44 ? MlDsaSizes{.key = 1312, .signature = 2420}
                              : MlDsaSizes{.key = 1952, .signature = 3309};
}

// For fixtures/forge and tests only: makes a signature (r | s) and a key pair. The verifier never
// signs.
Result<std::array<uint8_t, 64>> sign_p256(View scalar, const Sha256& digest);

// Symmetric ciphers of vendor dumps. Keys of a wrong length are errors. Data length must fit the
// mode.
Result<Bytes> aes_ecb_decrypt(View key, View data);
Result<Bytes> aes_cbc_decrypt(View key, View iv, View data);  // no padding removed
Result<Bytes> aes256_xts_decrypt(View key64, View tweak16, View data);

}  // namespace attest
