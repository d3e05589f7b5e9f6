// A post-quantum chain (Matter 1.7, a draft) as plans: "65/44/P256" are the keys of PAA, PAI, DAC.
// Who makes the keys of ML-DSA says how they sign.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "fixtures/forge/device_builder.h"
#include "verifier/crypto/crypto.h"

namespace attest::test {

inline constexpr const char *kOid44 = "2.16.840.1.101.3.4.3.17",
                            *kOid65 = "2.16.840.1.101.3.4.3.18";

struct MlDsaKey {
  Bytes public_key;
  std::function<Bytes(View)> sign;
};
using MakeMlDsaKey = std::function<MlDsaKey(MlDsa set, const std::string& name)>;

// Needs no library: its signature repeats a digest of key and message, which ToyEngine takes.
MlDsaKey toy_ml_dsa_key(MlDsa set, const std::string& name);
class ToyEngine final : public SignatureEngine {
 public:
  explicit ToyEngine(bool has) : has_(has) {}
  const char* name() const override { return "toy"; }
  void verify(std::span<const SignatureJob> jobs, std::span<uint8_t> answers) override {
    openssl_engine().verify(jobs, answers);
  }
  bool has(MlDsa) const override { return has_; }
  Checked verify_ml_dsa(const MlDsaJob& job) override;
  size_t asked = 0;

 private:
  bool has_;
};

// A key of one of the three kinds, which follows from its name.
struct AnyKey {
  std::optional<MlDsa> set;  // nullopt: P-256
  forge::KeyPair pair;
  MlDsaKey ml_dsa;
  Bytes bytes;

  AnyKey(std::string_view which, const std::string& name,
         const MakeMlDsaKey& make = toy_ml_dsa_key);
  const char* oid() const { return *set == MlDsa::set_44 ? kOid44 : kOid65; }
  Bytes id() const;
  Bytes sign(View tbs) const;
  void put_into(forge::CertificatePlan& plan) const;
  // As the issuer of what the plan makes.
  void issue(forge::CertificatePlan& plan) const;
};

struct Chain {
  AnyKey paa_key, pai_key, dac_key;
  forge::CertificatePlan paa, pai, dac;
  forge::DevicePlan device;

  // `name` makes the keys of the authorities, the DAC's key is one for all.
  explicit Chain(const std::string& kinds, const std::string& name = "pq",
                 const MakeMlDsaKey& make = toy_ml_dsa_key);
  Bytes paa_der() const { return made(paa, paa_key); }
  Bytes pai_der() const { return made(pai, paa_key); }
  Bytes dac_der() const { return made(dac, pai_key); }
  static Bytes made(const forge::CertificatePlan& plan, const AnyKey& key);
};

}  // namespace attest::test
