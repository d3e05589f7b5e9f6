// LotJudge: what a worker does with a batch of devices: reads them, judges them together, and makes
// a line of each. One object a thread; the set-up behind it is shared and does not change while the
// lot runs.
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "lot/alike.h"
#include "lot/device_line.h"
#include "lot/input.h"
#include "lot/manifest_rows.h"
#include "verifier/batch/batch.h"

namespace attest {

struct LotSetup {
  Policy policy;
  TrustStore trust;
  Ledger* ledger = nullptr;
  SignatureEngine* engine = nullptr;
  RejectedVerifiers* tried = nullptr;
  std::vector<Secret> secrets;
  std::optional<Device> ordered;
  std::shared_ptr<const std::vector<RevocationSetEvidence>> sets;  // null: none were given
  SipKey key{};
  std::vector<ManifestRows> manifests;
  // With each device's whole report, and how it is written down. Empty: without.
  std::function<std::string(const Evidence&, const Report&)> whole_report = {};
  // With how each device stands with the steps of the test plan. Empty: without.
  std::function<std::string(const Evidence&, const Report&)> plan_steps = {};
  bool summaries = false;  // say in a sentence why a device is not approved
};

class LotJudge {
 public:
  explicit LotJudge(const LotSetup& setup);
  // One line a device, in the order of the batch.
  std::vector<DeviceLine> judge(LotBatch batch);

 private:
  struct Started {  // a device between reading and judging
    DeviceLine line;
    bool readable = false;
  };
  Started begin(const LotItem& item, Reading& reading) const;
  bool read_files(const LotItem::Files& files, Reading& reading, std::string& problem) const;
  void match(Started& started, Device& device) const;
  void finish(const Judged& judged, DeviceLine& line) const;

  // Lines that are alike to one judged before: their signatures are checked, and its verdict is
  // theirs.
  void judge_alike(const LotBatch& batch, std::vector<std::optional<DeviceLine>>& lines) const;
  bool learn(const LotItem& item, const Judged& judged, const DeviceLine& line);

  struct Known {
    AlikeRecords records;
    DeviceLine line;
    std::shared_ptr<const LotShared> shared;  // what was lent to it: to one alike the same was
  };
  const LotSetup& setup_;
  BatchJudge judge_;
  const bool may_be_alike_;
  std::deque<Known> known_;  // the latest first
  bool begun_ = false;
};

}  // namespace attest
