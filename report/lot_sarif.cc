#include "report/lot_sarif.h"

#include <fmt/format.h>

#include "report/check_text.h"
#include "report/rule_words.h"
#include "report/sarif.h"
#include "report/wording.h"
#include "verifier/checks/catalogue.h"

namespace attest {
namespace {

Json result(std::string_view id, Severity severity, std::string_view text, uint64_t count,
            const std::vector<std::string>& devices) {
  Json places = array();
  for (const std::string& name : devices)
    places.push(object().set("fullyQualifiedName", printable(name)).set("kind", "device"));
  Json out = object()
                 .set("ruleId", id)
                 .set("ruleIndex", sarif_rule_index(id))
                 .set("level", sarif_level(severity))
                 .set("kind", severity == Severity::info ? "informational" : "fail");
  if (severity == Severity::info)
    out.set("level", "none");  // SARIF 3.27.10: only what fails has a level
  out.set("message", sarif_message(sentence(text)))
      .set("occurrenceCount", count == 0 ? uint64_t{1} : count);
  if (!devices.empty())
    out.set("locations", array().push(object().set("logicalLocations", std::move(places))));
  return out;
}

}  // namespace

Json lot_sarif(const LotReport& lot) {
  Json results = array(), open = array();
  for (const LotCause& cause : lot.failed) {
    if (*rule_words(cause.id).title == '\0') continue;  // no rule of this version
    results.push(result(cause.id, Severity::error,
                        fmt::format("{} of {} devices failed: {}", cause.count, lot.devices,
                                    rule_words(cause.id).title),
                        cause.count, cause.devices));
  }
  for (const LotFinding& f : lot.findings)
    results.push(result(f.rule->id, f.severity, f.message, f.count, f.devices));
  for (const LotCause& cause : lot.open) {
    if (*rule_words(cause.id).title == '\0') continue;
    const std::string said = cause.why.empty()
                                 ? fmt::format("{} could not be answered for {} of {} devices",
                                               cause.id, cause.count, lot.devices)
                                 : fmt::format("{}: {}", cause.id, cause.why);
    open.push(object()
                  .set("level", "warning")
                  .set("message", sarif_message(said))
                  .set("associatedRule",
                       object().set("id", cause.id).set("index", sarif_rule_index(cause.id))));
  }
  for (const NotUsed& unused : lot.not_used) open.push(sarif_not_used(unused));
  Json invocation = object()
                        .set("executionSuccessful", true)
                        .set("exitCode", exit_code(lot.verdict))
                        .set("exitCodeDescription", verdict_name(lot.verdict))
                        .set("toolExecutionNotifications", std::move(open));
  Json properties = object()
                        .set("verdict", verdict_name(lot.verdict))
                        .set("network", network_name(lot.network))
                        .set("stage", stage_name(lot.stage))
                        .set("at", rfc3339(lot.at))
                        .set("devices", lot.devices)
                        .set("approved", lot.approved)
                        .set("rejected", lot.rejected)
                        .set("undecided", lot.undecided)
                        .set("unreadable", lot.unreadable);
  if (!lot.notes.empty()) {
    Json notes = array();
    for (const std::string& note : lot.notes) notes.push(printable(note));
    properties.set("notes", std::move(notes));
  }
  Json run = object()
                 .set("invocations", array().push(std::move(invocation)))
                 .set("results", std::move(results))
                 .set("properties", std::move(properties));
  return sarif_log(sarif_rules(lot.network, lot.stage, true), std::move(run));
}

}  // namespace attest
