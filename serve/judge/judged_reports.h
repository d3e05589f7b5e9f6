// JudgedReports: the last reports that were judged here, under ids that nobody guesses, so that a
// decision can name one. In memory only, bounded in bytes and number: the oldest go first, and
// whoever asks for one of those is told that it was here.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "verifier/base/bytes.h"
#include "verifier/base/instant.h"
#include "verifier/report.h"

namespace attest::serve {

// What a list of decisions shows of a device: texts, empty where it is not known.
struct DeviceSummary {
  std::string vid, pid;  // "0xFFF1"
  std::string product, serial_number;
  std::string dac_serial, dac_sha256;  // hex
  std::string certificate_id;          // of its declaration
  bool operator==(const DeviceSummary&) const = default;
};

struct JudgedReport {
  Instant time;  // when it was judged
  Verdict verdict = Verdict::undecided;
  std::string summary;              // the report's own sentence
  std::string network, stage;       // whose demands counted
  std::vector<std::string> failed;  // the checks that failed
  DeviceSummary device;
  std::string json, html;  // the report
  Bytes bundle;
  size_t bytes() const;
};

// From what judging hands out: the report's JSON says what it is of, the bundle has the DAC. An
// error: it is no report of ours.
Result<JudgedReport> judged_report_of(Instant time, std::string json, std::string html,
                                      Bytes bundle);

// 128 random bits in hex.
Result<std::string> random_id();
bool is_id(std::string_view text);

class JudgedReports {
 public:
  struct Limits {
    size_t bytes = 256u << 20;
    size_t reports = 1000;
    size_t remembered = 10'000;  // ids of those that went
  };
  explicit JudgedReports(Limits limits) : limits_(limits) {}

  // The id under which it is found from now on. An error: it is larger than all may be together.
  Result<std::string> keep(JudgedReport report);

  struct Found {
    std::shared_ptr<const JudgedReport> report;  // null: it is not here
    bool gone = false;                           // but was
  };
  Found find(std::string_view id) const;

  struct Size {
    size_t reports, bytes;
  };
  Size size() const;

 private:
  void make_room(size_t bytes);

  const Limits limits_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const JudgedReport>, std::less<>> reports_;
  std::deque<std::string> oldest_first_;
  std::set<std::string, std::less<>> gone_;
  std::deque<std::string> gone_first_;
  size_t bytes_ = 0;
};

}  // namespace attest::serve
