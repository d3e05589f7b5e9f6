// Batch: many devices of one lot, judged together by the rules that judge one. Their signatures go
// through the engine in one call; what repeats from device to device is done once and remembered
// by its bytes. A device's verdict and report are the same as if it had been judged alone.
#pragma once

#include <map>

#include "verifier/gather/gather.h"
#include "verifier/gather/lot_cache.h"
#include "verifier/judge/judge.h"

namespace attest {

// One device and what was found. Findings point into the catalogue only.
struct Judged {
  Evidence evidence;
  Outline outline;
  Report report;  // when asked for, and of a device with several chains
};

// Not thread-safe: one object a thread. `trust`, `ledger` (may be null), `engine` and `tried` (may
// be null) outlive it. `ordered`: what --expect says of each device.
class BatchJudge {
 public:
  BatchJudge(Policy policy, const TrustStore& trust, Ledger* ledger, SignatureEngine& engine,
             std::optional<Device> ordered = {}, RejectedVerifiers* tried = nullptr);

  // Answers in the order of the devices. With `reports` every device has its whole report, which
  // takes longer.
  std::vector<Judged> judge(std::vector<Reading> devices, bool reports);

 private:
  Policy policy_;
  const TrustStore& trust_;
  Ledger* ledger_;
  SignatureEngine& engine_;
  std::optional<Device> ordered_;
  Judge judge_;
  LotCache cache_;

  // Devices that agree in all that shared checks look at (views.h).
  struct Common {
    SharedAnswers answers;
    std::array<std::optional<bool>, kSignedCount>
        signatures{};  // of the PAI, its PAA, the declaration
    std::array<bool, kSignedCount> unsupported{};
    bool asked = false;  // they are answered, as far as they can be
  };
  std::map<LotCommon, std::shared_ptr<Common>> commons_;
  std::vector<Judged> joined(std::vector<Judged> all, const std::vector<size_t>& first);
  std::shared_ptr<Common> common(
      const Evidence& evidence);  // null for a device whose PAI or declaration cannot be read
};

}  // namespace attest
