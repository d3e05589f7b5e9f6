// Tables of checks: facts of a device on the left, what one check makes of them on the right. The
// facts go through gather and judge as those of a real device do.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/support/der_writer.h"
#include "verifier/checks/catalogue.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"

namespace attest::test {

struct Given {
  FactId fact;
  FactValue value;
  std::string path = "factory.bin";
};
struct RemarkRow {
  Remark remark;
  std::string message;
};

struct CheckRow {
  const char* id;
  std::vector<Given> facts;
  Status status;
  std::string words;  // the whole message; for fail and warn "expected | actual" may follow after a
                      // line end
  std::vector<Given> ordered = {};  // --expect
  std::vector<RemarkRow> remarks = {};
  Network network = Network::none;
  bool show_passcode = false;
  Stage stage = Stage::network;
  bool one_of_many = false;
};

inline Device device_of(const std::vector<Given>& facts,
                        const std::vector<RemarkRow>& remarks = {}) {
  Device device;
  for (const Given& f : facts)
    device.say(f.fact, f.value, {.path = f.path, .offset = {}, .item = {}});
  for (const RemarkRow& r : remarks)
    device.note(r.remark, {.path = "flash.bin", .offset = 64, .item = {}}, r.message);
  return device;
}

inline Evidence evidence_of(const CheckRow& row) {
  Reading reading;
  reading.device = device_of(row.facts, row.remarks);
  const Policy policy{.network = row.network,
                      .stage = row.stage,
                      .at = Instant{1'780'000'000},
                      .required = {},
                      .show_passcode = row.show_passcode,
                      .one_of_many = row.one_of_many};
  std::optional<Device> ordered;
  if (!row.ordered.empty()) ordered = device_of(row.ordered);
  Evidence e = gather(std::move(reading), policy, TrustStore::builtin(false), nullptr,
                      openssl_engine(), std::move(ordered));
  verify_signatures(e, openssl_engine());
  return e;
}

inline std::string said(const Finding& f) {
  std::string out = f.blocked_by != nullptr ? f.blocked_by->id : f.message;
  if (!f.expected.empty() || !f.actual.empty())
    out += fmt::format("\n{} | {}", f.expected.view(), f.actual.view());
  return out;
}

// Every row, and then that each check of these subjects was seen passing and not passing.
inline void check_rows(const std::vector<CheckRow>& rows,
                       std::initializer_list<std::string_view> subjects) {
  std::set<std::string> passed, noticed;
  for (const CheckRow& row : rows) {
    CAPTURE(row.id);
    const Check* check = find_check(row.id);
    REQUIRE(check != nullptr);
    const Evidence e = evidence_of(row);
    const Report report = judge(e);
    const Finding& f = report.findings[check_index(*check)];
    const std::string all = said(f), words = row.words.find('\n') == std::string::npos
                                                 ? all.substr(0, all.find('\n'))
                                                 : all;
    const std::string found = fmt::format("{}: {}", status_name(f.status), words),
                      expected = fmt::format("{}: {}", status_name(row.status), row.words);
    CHECK_MESSAGE(found == expected,
                  std::string(row.id) << "\n  found    " << found << "\n  expected " << expected);
    if (f.status == Status::pass && (f.message.empty() || check->severity.main != Severity::info))
      passed.insert(row.id);
    if (f.status == Status::fail || f.status == Status::warn || f.status == Status::unknown)
      noticed.insert(row.id);
    if (check->severity.main == Severity::info)
      (f.message.empty() || f.status == Status::skipped ? passed : noticed).insert(row.id);
  }
  for (const Check* check : catalogue()) {
    const std::string id = check->id;
    if (std::find(subjects.begin(), subjects.end(), id.substr(0, id.find('.'))) == subjects.end())
      continue;
    CHECK_MESSAGE(passed.count(id) == 1, id << ": no row passes it");
    CHECK_MESSAGE(noticed.count(id) == 1, id << ": no row fails it");
  }
}

}  // namespace attest::test
