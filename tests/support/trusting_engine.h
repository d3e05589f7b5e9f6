// An engine for what could hide behind a signature: it takes every one of the right size, and of
// P-256 asks only that the key lies on the curve.
#pragma once

#include "verifier/crypto/ml_dsa.h"
#include "verifier/pki/algorithms.h"

namespace attest::test {

class TrustingEngine final : public SignatureEngine {
 public:
  const char* name() const override { return "trusting"; }
  void verify(std::span<const SignatureJob> jobs, std::span<uint8_t> answers) override {
    for (size_t i = 0; i < jobs.size(); ++i) answers[i] = on_curve(jobs[i].key) ? 1 : 0;
  }
  bool has(MlDsa) const override { return true; }
  Checked verify_ml_dsa(const MlDsaJob& job) override {
    return is_of_the_sets_sizes(job) ? Checked::verified : Checked::refused;
  }
};

}  // namespace attest::test
