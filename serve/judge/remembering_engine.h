// RememberingEngine: a signature that was checked is not checked again. Devices that are uploaded
// one after another are of one product as likely as not: their PAI and declaration are the same.
#pragma once

#include <string>
#include <unordered_map>

#include "verifier/crypto/crypto.h"

namespace attest::serve {

class RememberingEngine final : public SignatureEngine {  // of one thread
 public:
  explicit RememberingEngine(SignatureEngine& engine) : engine_(engine) {}
  const char* name() const override { return engine_.name(); }
  void verify(std::span<const SignatureJob> jobs, std::span<uint8_t> answers) override;
  Checked verify_ml_dsa(const MlDsaJob& job) override { return engine_.verify_ml_dsa(job); }
  bool has(MlDsa set) const override { return engine_.has(set); }

 private:
  static constexpr size_t kMost = 4'096;
  SignatureEngine& engine_;
  std::unordered_map<std::string, uint8_t> known_;  // by all bytes of a job
};

}  // namespace attest::serve
