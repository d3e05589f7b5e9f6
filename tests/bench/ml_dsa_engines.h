// What the benchmarks of ML-DSA have in common: the engines that are here, keys of OpenSSL's, which
// has ML-DSA from 3.5 on (a bare Debian 13), and what `openssl speed` says.
#pragma once

#include <openssl/evp.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "engines/ippcp.h"
#include "verifier/crypto/crypto.h"

namespace attest::bench {

inline constexpr const char* kNoSignatures =
    "skipped: this OpenSSL makes no ML-DSA signatures (3.5 and later do)";

inline double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

// What libippcp is added to, so that it is asked even where OpenSSL could answer.
class WithoutMlDsa final : public SignatureEngine {
 public:
  const char* name() const override { return "without"; }
  void verify(std::span<const SignatureJob> jobs, std::span<uint8_t> answers) override {
    openssl_engine().verify(jobs, answers);
  }
  Checked verify_ml_dsa(const MlDsaJob&) override { return Checked::unsupported; }
  bool has(MlDsa) const override { return false; }
};

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// A key pair of OpenSSL's.
class Pair {
 public:
  explicit Pair(const char* algorithm) : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, algorithm)) {
    size_t size = 0;
    if (!key_ || EVP_PKEY_get_raw_public_key(key_.get(), nullptr, &size) != 1) return;
    public_.resize(size);
    EVP_PKEY_get_raw_public_key(key_.get(), public_.data(), &size);
  }
  explicit operator bool() const { return !public_.empty(); }
  const Bytes& public_key() const { return public_; }
  Bytes sign(View message) const {
    const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
    size_t size = 0;
    if (EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key_.get(),
                              nullptr) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) != 1)
      return {};
    Bytes out(size);
    if (EVP_DigestSign(context.get(), out.data(), &size, message.data(), message.size()) != 1)
      return {};
    return out;
  }

 private:
  std::unique_ptr<EVP_PKEY, FreeKey> key_;
  Bytes public_;
};

// Verifications a second as openssl itself counts them.
inline double openssl_speed(const char* name) {
  const std::string command =
      std::string("openssl speed -seconds 3 -signature-algorithms 2>/dev/null ") + name +
      " | tail -1";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  char line[512] = {};
  const bool read = pipe != nullptr && std::fgets(line, sizeof line, pipe) != nullptr;
  if (pipe != nullptr) ::pclose(pipe);
  const char* last = read ? std::strrchr(line, ' ') : nullptr;
  return last == nullptr ? 0 : std::atof(last);
}

struct Engine {
  std::string name;
  std::shared_ptr<SignatureEngine> engine;
};

inline std::vector<Engine> engines_here(const std::string& library) {
  std::vector<Engine> out{
      {.name = "openssl", .engine = {&openssl_engine(), [](SignatureEngine*) {}}}};
  if (const auto ippcp = with_ippcp(std::make_shared<WithoutMlDsa>(), library))
    out.push_back({.name = "libippcp", .engine = *ippcp});
  else
    std::printf("libippcp is left out: %s\n", ippcp.error().what.c_str());
  return out;
}

}  // namespace attest::bench
