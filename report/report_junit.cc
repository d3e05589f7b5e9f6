#include "report/report_junit.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/junit.h"
#include "report/posture_table.h"
#include "report/wording.h"
#include "verifier/rules/check.h"

namespace attest {
namespace {

// What keeps the verdict open; one at least, where it is open.
bool is_error(const Finding& f, const Report& report) {
  return report.verdict == Verdict::undecided && f.keeps_open &&
         (f.status == Status::unknown || f.check == report.decided_by);
}

JunitResult result_of(const Finding& f, const Report& report) {
  if (is_error(f, report)) return JunitResult::error;
  switch (f.status) {
    case Status::fail:
      return JunitResult::failed;
    case Status::warn:
      return JunitResult::passed_with_output;
    case Status::pass:
      return f.message.empty() && f.waived.empty() ? JunitResult::passed
                                                   : JunitResult::passed_with_output;
    case Status::skipped:
    case Status::blocked:
    case Status::unknown:
      break;
  }
  return JunitResult::skipped;
}

std::string message_of(const Finding& f) {
  if (f.status == Status::fail) return f.message;
  if (f.status == Status::blocked) return fmt::format("blocked: by {}", f.blocked_by->id);
  const char* status = f.waived.empty() ? status_name(f.status) : "waived";
  return fmt::format("{}: {}", status, f.message.empty() ? f.check->title : f.message.view());
}

std::vector<std::string> details_of(const Finding& f) {
  std::vector<std::string> out;
  const auto add = [&](const char* what, std::string_view value) {
    if (!value.empty()) out.push_back(fmt::format("{}: {}", what, value));
  };
  if (f.status == Status::fail || f.status == Status::unknown)
    add(status_name(f.status), f.message);
  add("waiver", f.waived);
  add("expected", f.expected);
  add("found", f.actual);
  add("where", f.source);
  if (f.status != Status::pass || !f.waived.empty()) {
    add("rule", f.check->spec);
    add("do", f.remedy);
  }
  return out;
}

}  // namespace

std::string report_junit(const Evidence& e, const Report& report) {
  const auto count = [&](JunitResult result) {
    return static_cast<size_t>(
        std::count_if(report.findings.begin(), report.findings.end(),
                      [&](const Finding& f) { return result_of(f, report) == result; }));
  };
  const JunitCounts counts{.tests = report.findings.size(),
                           .failures = count(JunitResult::failed),
                           .errors = count(JunitResult::error),
                           .skipped = count(JunitResult::skipped)};
  JunitProperties properties{{"verdict", verdict_name(report.verdict)},
                             {"summary", report.summary},
                             {"network", network_name(e.policy.network)},
                             {"stage", stage_name(e.policy.stage)},
                             {"sdk_result", sdk_text(report.sdk)},
                             {"tool", "matter-attest " MATTER_ATTEST_VERSION}};
  if (const std::string on = fail_on_text(e.policy); !on.empty())
    properties.emplace_back("fail_on", on);
  if (const std::string taken = environment_text(e.policy); !taken.empty())
    properties.emplace_back("environment", taken);
  if (!e.ledger.chain_id.empty()) properties.emplace_back("ledger", ledger_text(e.ledger));
  if (const std::string locked = posture_line(e, report); !locked.empty())
    properties.emplace_back("locked", locked);
  for (const EvidenceFile& file : e.files)
    properties.emplace_back("evidence", fmt::format("{}: {}", file.path, file.kind));
  for (const NotUsed& unused : e.not_used)
    properties.emplace_back("not_used", fmt::format("{}: {}", unused.path, unused.why));
  if (e.dac.certificate) properties.emplace_back("dac_sha256", hex(e.dac.certificate->sha256()));
  return junit_file([&](Markup& page) {
    junit_suite(page, device_line(e), 0, e.policy.at, counts, properties, [&] {
      for (const Finding& f : report.findings) {
        junit_case(page, f.check->id, f.check->title, result_of(f, report), message_of(f),
                   details_of(f));
        page.line();
      }
    });
    page.line();
  });
}

}  // namespace attest
