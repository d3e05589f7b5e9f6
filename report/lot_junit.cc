#include "report/lot_junit.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/junit.h"
#include "report/rule_words.h"

namespace attest {
namespace {

// This rule is asked of every device: so each suite has a case, and a readable device one that
// passes.
constexpr std::string_view kReadable = "lot.device-is-readable";

// What leaves the lot's verdict open, and no device's.
const LotCause* open_cause(const LotReport& lot, const LotRule& rule) {
  const auto at = std::find_if(lot.open.begin(), lot.open.end(), [&](const LotCause& cause) {
    return !cause.why.empty() && cause.id == rule.id;
  });
  return at == lot.open.end() ? nullptr : &*at;
}

void lot_suite(Markup& page, const LotReport& lot) {
  const auto of_rule = [&](const LotRule& rule, Severity severity) {
    std::vector<const LotFinding*> out;
    for (const LotFinding& f : lot.findings) {
      if (f.rule->id == std::string_view(rule.id) && f.severity == severity) out.push_back(&f);
    }
    return out;
  };
  JunitCounts counts{.tests = lot_rules().size()};
  const auto result_of = [&](const LotRule& rule) {
    const bool weighs = !of_rule(rule, Severity::error).empty() ||
                        (lot.fail_on_warn && !of_rule(rule, Severity::warning).empty());
    if (weighs) return JunitResult::failed;
    // A lot of no devices says nothing.
    if (lot.devices == 0 && rule.id == kReadable) return JunitResult::error;
    if (open_cause(lot, rule) != nullptr) return JunitResult::error;
    return JunitResult::passed;
  };
  for (const LotRule& rule : lot_rules()) {
    counts.failures += result_of(rule) == JunitResult::failed ? 1 : 0;
    counts.errors += result_of(rule) == JunitResult::error ? 1 : 0;
  }
  JunitProperties properties{{"verdict", verdict_name(lot.verdict)},
                             {"network", network_name(lot.network)},
                             {"stage", stage_name(lot.stage)},
                             {"devices", std::to_string(lot.devices)},
                             {"approved", std::to_string(lot.approved)},
                             {"rejected", std::to_string(lot.rejected)},
                             {"undecided", std::to_string(lot.undecided)},
                             {"tool", "matter-attest " MATTER_ATTEST_VERSION}};
  for (const std::string& note : lot.notes) properties.emplace_back("note", note);
  for (const NotUsed& unused : lot.not_used)
    properties.emplace_back("not_used", fmt::format("{}: {}", unused.path, unused.why));
  junit_suite(page, "lot", 0, lot.at, counts, properties, [&] {
    for (const LotRule& rule : lot_rules()) {
      auto found = of_rule(rule, Severity::error);
      const JunitResult result = result_of(rule);
      for (const Severity lesser : {Severity::warning, Severity::info}) {
        for (const LotFinding* f : of_rule(rule, lesser)) found.push_back(f);
      }
      std::vector<std::string> lines;
      for (const LotFinding* f : found) {
        lines.push_back(f->message);
        for (const std::string& name : f->devices) lines.push_back("device: " + name);
      }
      const LotCause* open = open_cause(lot, rule);
      if ((!found.empty() || open != nullptr) && rule.remedy[0] != '\0')
        lines.push_back(fmt::format("do: {}", rule.remedy));
      junit_case(page, rule.id, rule.title,
                 result == JunitResult::passed && !found.empty() ? JunitResult::passed_with_output
                                                                 : result,
                 !found.empty()                 ? found.front()->message
                 : open != nullptr              ? open->why
                 : result == JunitResult::error ? "no device was judged"
                                                : "",
                 lines);
      page.line();
    }
  });
  page.line();
}

void device_suite(Markup& page, const LotReport& lot, const DeviceResult& device, size_t index) {
  const bool readable =
      std::find(device.failed.begin(), device.failed.end(), kReadable) == device.failed.end();
  const JunitCounts counts{.tests = device.failed.size() + device.open.size() + (readable ? 1 : 0),
                           .failures = device.failed.size(),
                           .errors = device.open.size()};
  junit_suite(page, device.name, index, lot.at, counts,
              {{"verdict", verdict_name(device.verdict)}, {"summary", device.summary}}, [&] {
                if (readable)
                  junit_case(page, kReadable, rule_words(kReadable).title, JunitResult::passed);
                for (const std::string& id : device.failed) {
                  // The summary is about the first one; what the others found stands in the
                  // device's own report.
                  const std::string message = id == device.failed.front()
                                                  ? device.summary
                                                  : fmt::format("not so: {}", rule_words(id).title);
                  junit_case(page, id, rule_words(id).title, JunitResult::failed, message,
                             {message, fmt::format("do: {}", rule_words(id).remedy)});
                }
                for (const std::string& id : device.open)
                  junit_case(page, id, rule_words(id).title, JunitResult::error,
                             fmt::format("unknown: {}", device.summary),
                             {fmt::format("do: {}", rule_words(id).when_unknown)});
              });
  page.line();
}

}  // namespace

std::string lot_junit(const LotReport& lot) {
  return junit_file([&](Markup& page) {
    lot_suite(page, lot);
    for (size_t i = 0; i < lot.results.size(); ++i) device_suite(page, lot, lot.results[i], i + 1);
  });
}

}  // namespace attest
