// Batch: many devices of one lot, judged together by the rules that judge one. Their signatures go through the engine in
// one call; what repeats from device to device (the PAI under its PAA, the CD and its signer) is checked once and
// remembered by its bytes. A device's report is the same as if it had been judged alone.
#pragma once

#include "verifier/gather.h"
#include "verifier/report.h"

namespace attest {

// One device and what was found. The report's findings point into the catalogue only, so either may outlive the other.
struct Judged {
  Evidence evidence;
  Report report;
};

// Not thread-safe: one object a thread. `trust`, `ledger` (may be null) and `engine` outlive it.
class BatchJudge {
 public:
  BatchJudge(Policy policy, const TrustStore& trust, Ledger* ledger, SignatureEngine& engine);

  // Answers in the order of the devices.
  std::vector<Judged> judge(std::vector<Reading> devices);

 private:
  Policy policy_;
  const TrustStore& trust_;
  Ledger* ledger_;
  SignatureEngine& engine_;
};

}  // namespace attest
