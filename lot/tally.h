// LotTally: counts verdicts and causes as devices come in, and makes the lot's report of them. What
// it keeps of a device is a line of the roster; results are kept only for those who show each
// device.
#pragma once

#include <map>

#include "lot/roster.h"

namespace attest {

class LotTally {
 public:
  explicit LotTally(bool keep_results) : keep_results_(keep_results) {}
  void add(const DeviceResult& result, const DeviceFingerprints& fingerprints);
  // Of a device, or beside all of them.
  void add(std::span<const NotUsed> not_used);
  uint64_t devices() const { return devices_; }
  uint64_t count(Verdict v) const { return verdicts_[static_cast<size_t>(v)]; }
  const LotRoster& roster() const { return roster_; }
  // Counts, causes and what is wrong between the devices; verdict included. Who knows more adds it
  // and calls conclude().
  LotReport report(Stage stage = Stage::network) const;

 private:
  struct Cause {
    uint64_t count = 0;
    std::vector<std::string> least;   // the first names, sorted
    std::string example_of, example;  // the first name that it decided, and what was said of it
  };
  static void count_cause(Cause& cause, const std::string& name,
                          const std::string* summary = nullptr);
  static void count_all(Cause& cause, const std::string& given);  // of what most devices have

  bool keep_results_;
  uint64_t devices_ = 0;
  std::array<uint64_t, 3> verdicts_{};
  uint64_t unreadable_ = 0;
  std::map<std::string, Cause, std::less<>> failed_, open_;
  std::map<std::string_view, Cause> warned_;
  uint64_t devices_warned_ = 0;
  Cause approved_;
  std::vector<NotUsed> not_used_;
  uint64_t not_used_left_out_ = 0;
  LotRoster roster_;
  std::vector<DeviceResult> results_;
};

// Whether there are two units of each product; at a lab an open cause where there are fewer.
void count_units(LotReport& report, const LotRoster& roster);

// Sorts the findings into the rules' order and lets those that are errors weigh on the verdict.
void conclude(LotReport& report);

}  // namespace attest
