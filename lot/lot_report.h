// LotReport: what was found in a lot, as data. Renderers only write it down. Everything in it is in
// an order of its own (by rule, by size, by name), so that the same devices give the same report in
// whatever order, and in however many parts, they were judged.
#pragma once

#include "lot/rule.h"
#include "verifier/readers/reader.h"

namespace attest {

// How many names a finding or a cause lists; its count says how many there are.
inline constexpr size_t kNamesShown = 10;

// One device in short. The whole report of a device is written while the lot runs and kept nowhere.
struct DeviceResult {
  std::string name;
  Verdict verdict = Verdict::undecided;
  std::vector<std::string> failed;       // ids of checks, and of lot.* rules about this one device
  std::vector<std::string> open;         // of an undecided device: ids whose answer is missing
  std::vector<const char*> warned = {};  // ids of checks
  std::string summary;  // a sentence a person can act on; of an unreadable device what stopped us
  // How it stands with each step of the lab's test plan (report/plan_view.h); empty: not asked.
  std::string steps = {};
};

// Devices that failed for the same reason (or stayed open for it).
struct LotCause {
  std::string id;  // of a check, or of a lot.* rule
  uint64_t count = 0;
  std::vector<std::string> devices = {};  // the first kNamesShown of their names
  // What was said of the first device that this decided, where summaries are made; empty: of none.
  std::string example = {};
  // Of a rule about the lot that stays open: what is missing.
  std::string why = {};
  std::string see = {};  // the command that shows the first device; empty where none does
};

struct LotFinding {
  const LotRule* rule = nullptr;
  Severity severity = Severity::error;  // mostly the rule's
  std::string message;  // in a sentence; nothing secret in it unless the policy shows passcodes
  uint64_t count = 0;   // how many devices, or rows of the manifest
  std::vector<std::string> devices;  // the first kNamesShown of their names
};

// What a sample says about the lot (sample.h), already in words too.
struct LotSample {
  uint64_t lot = 0, size = 0, seed = 0, rejected = 0;
  uint64_t most_faulty = 0;  // with 95 % confidence not more of the whole lot
  std::string words;
};

// What one rule compares, before it is told of: what the same devices share besides takes nothing
// from it, nor does the stage.
struct LotCompared {
  const LotRule* rule = nullptr;
  bool by_all = false;     // each of two or more devices gives what is compared
  uint64_t equal = 0;      // devices that share theirs, more than chance explains at a lab
  uint64_t by_chance = 0;  // and as many as it explains
};

struct LotReport {
  Network network = Network::main;
  Stage stage = Stage::network;
  Instant at;
  Verdict verdict =
      Verdict::approve;  // the worst of the devices' and of what is wrong between them
  uint64_t devices = 0, approved = 0, rejected = 0, undecided = 0;
  uint64_t unreadable = 0;                     // of the rejected
  std::vector<LotCause> failed, open, warned;  // most frequent first
  uint64_t devices_warned = 0;                 // with one warning or more
  std::vector<std::string> approved_names;     // the first kNamesShown
  std::vector<LotFinding> findings;            // in the order of lot_rules()
  uint64_t findings_left_out = 0;              // more of the same kind than are listed
  uint64_t manifest_rows = 0;
  std::string second_unit;  // what is missing to two units of each product; empty: nothing
  std::vector<LotCompared> compared;
  std::vector<NotUsed> not_used;   // files that are no evidence, of devices and beside them
  uint64_t not_used_left_out = 0;  // more than are listed
  std::vector<std::string>
      notes;  // what a reader should know: files that are no evidence, a resumed run
  std::optional<LotSample> sample;
  bool fail_on_warn = false;  // a warning between devices is a fault (--fail-on warn)
  std::string engine;         // which checked the signatures
  std::vector<DeviceResult>
      results;  // in input order, and only where the format lists every device
};

}  // namespace attest
