#include "report/report_sarif.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/check_text.h"
#include "report/posture_table.h"
#include "report/report_json.h"
#include "report/sarif.h"
#include "report/wording.h"
#include "verifier/gather/file_digests.h"
#include "verifier/rules/check.h"

namespace attest {
namespace {

// A finding names its source in words; here they are led back to the file and the byte.
class Places {
 public:
  explicit Places(const Evidence& e) {
    const auto add = [&](const Place& place) { by_text_.emplace(place_text(place), place); };
    for (const Statement& s : e.device.statements) add(s.place);
    for (const Noted& noted : e.device.remarks) add(noted.place);
    for (const IntegrityProblem& problem : e.device.integrity) add(problem.place);
    for (const CertificateEvidence* c : {&e.dac, &e.pai, &e.paa_shown}) {
      if (c->place) add(*c->place);
    }
    for (const auto& place : {e.cd_place, e.dac_key_place}) {
      if (place) add(*place);
    }
    for (const CrlEvidence& crl : e.crls) add(crl.place);
    for (const CsrEvidence& csr : e.csrs) add(csr.place);
    for (const CodeEvidence& code : e.onboarding.codes) add(code.place);
    for (const PasscodeEvidence& passcode : e.onboarding.passcodes) add(passcode.place);
    for (const EvidenceFile& file : e.files) add({.path = file.path, .offset = {}, .item = {}});
  }

  const Place* find(const std::string& source) const {
    const auto at = by_text_.find(source);
    return at == by_text_.end() ? nullptr : &at->second;
  }

 private:
  std::map<std::string, Place> by_text_;
};

class Log {
 public:
  using LineOf = std::function<std::optional<uint64_t>(const Place&)>;
  Log(const Evidence& e, const Report& report, const LineOf& line_of)
      : e_(e), report_(report), places_(e), line_of_(line_of) {}

  Json write() {
    Json artifacts = array(), results = array();
    for (const EvidenceFile& file : e_.files) {
      Json artifact = object()
                          .set("location", object().set("uri", path_uri(file.path)))
                          .set("length", file.size)
                          .set("roles", Json(Json::Array{Json("analysisTarget")}));
      if (const auto digest = shown_digest(file))
        artifact.set("hashes", object().set("sha-256", *digest));
      artifacts.push(artifact.set("description", sarif_message(file.kind)));
    }
    for (const Finding& f : report_.findings) {
      if (f.status == Status::fail || f.status == Status::warn || !f.waived.empty() ||
          (report_.verdict == Verdict::undecided && is_question(f)))
        results.push(result(f));
    }
    Json run = object()
                   .set("invocations", array().push(invocation()))
                   .set("artifacts", std::move(artifacts))
                   .set("results", std::move(results))
                   .set("properties", properties());
    return sarif_log(sarif_rules(e_.policy.network, e_.policy.stage, false), std::move(run));
  }

 private:
  // What keeps the verdict open: of what waits for another, that one.
  bool is_question(const Finding& f) const {
    if (f.status != Status::blocked && f.keeps_open) return true;
    return f.check == report_.decided_by ||
           std::any_of(report_.findings.begin(), report_.findings.end(), [&](const Finding& other) {
             return other.keeps_open && other.blocked_by == f.check &&
                    other.status == Status::blocked;
           });
  }
  Json result(const Finding& f) {
    const bool failed = f.waived.empty() ? f.status == Status::fail : f.severity == Severity::error;
    Json out = object()
                   .set("ruleId", f.check->id)
                   .set("ruleIndex", sarif_rule_index(f.check->id))
                   .set("level", failed ? "error" : "warning")
                   .set("kind", "fail");
    out.set("message", sarif_message(sentence(f.message.empty() ? std::string(f.check->title)
                                                                : f.message.str())));
    out.set("locations", locations(f));
    if (!f.waived.empty())
      out.set("suppressions", Json(Json::Array{object()
                                                   .set("kind", "external")
                                                   .set("status", "accepted")
                                                   .set("justification", printable(f.waived))}));
    Json more = object();
    const auto add = [&](const char* key, const std::string& value) {
      if (!value.empty()) more.set(key, printable(value));
    };
    add("status", status_name(f.status));
    add("expected", f.expected);
    add("actual", f.actual);
    add("source", f.source);
    add("remedy", f.remedy);
    // One rule gives one result a device: the same device's next run is recognised by its DAC.
    if (e_.dac.certificate)
      out.set("partialFingerprints", object().set("dac/v1", hex(e_.dac.certificate->sha256())));
    return out.set("properties", std::move(more));
  }

  // A source that is no place of the evidence (a ledger's entry, what is missing) is about the
  // evidence as a whole: it is shown at the file that holds the DAC, or at the first one.
  Json locations(const Finding& f) {
    const Place* place = places_.find(f.source);
    std::string path;
    if (place != nullptr) {
      path = place->path;
    } else if (e_.dac.place) {
      path = e_.dac.place->path;
    } else if (!e_.files.empty()) {
      path = e_.files.front().path;
    } else {
      return Json(Json::Array{});
    }
    Json artifact = object().set("uri", path_uri(path));
    const auto file = std::find_if(e_.files.begin(), e_.files.end(),
                                   [&](const EvidenceFile& known) { return known.path == path; });
    if (file != e_.files.end())
      artifact.set("index", static_cast<uint64_t>(file - e_.files.begin()));
    Json physical = object().set("artifactLocation", std::move(artifact));
    // GitHub shows a result at its line, and takes none without: what is no text has one.
    Json region = object();
    const Place whole{.path = path, .offset = {}, .item = {}};
    const auto line = line_of_ ? line_of_(place != nullptr ? *place : whole) : std::nullopt;
    region.set("startLine", line.value_or(1));
    if (place != nullptr && place->offset && *place->offset <= kMostExact)
      region.set("byteOffset", *place->offset);
    physical.set("region", std::move(region));
    Json location = object().set("physicalLocation", std::move(physical));
    if (place != nullptr && !place->item.empty())
      location.set(
          "logicalLocations",
          Json(Json::Array{
              object().set("fullyQualifiedName", printable(place->item)).set("kind", "member")}));
    return Json(Json::Array{std::move(location)});
  }

  Json invocation() {
    Json out = object()
                   .set("executionSuccessful", true)
                   .set("exitCode", exit_code(report_.verdict))
                   .set("exitCodeDescription", verdict_name(report_.verdict));
    Json open{Json::Array{}};
    for (const Finding* f : report_.all(Status::unknown)) {
      open.push(
          object()
              .set("level", "warning")
              .set("message",
                   sarif_message(fmt::format("{} could not be answered: {}: {}", f->check->id,
                                             f->message.view(), f->remedy.view())))
              .set("associatedRule",
                   object().set("id", f->check->id).set("index", sarif_rule_index(f->check->id))));
    }
    for (const NotUsed& unused : e_.not_used) open.push(sarif_not_used(unused));
    return out.set("toolExecutionNotifications", std::move(open));
  }

  Json properties() {
    Json out = object()
                   .set("verdict", verdict_name(report_.verdict))
                   .set("summary", printable(report_.summary))
                   .set("device", printable(device_line(e_)));
    out.set("network", network_name(e_.policy.network))
        .set("stage", stage_name(e_.policy.stage))
        .set("at", rfc3339(e_.policy.at));
    if (!e_.ledger.chain_id.empty())
      out.set(
          "ledger",
          object().set("chain_id", printable(e_.ledger.chain_id)).set("height", e_.ledger.height));
    if (const std::string on = fail_on_text(e_.policy); !on.empty()) out.set("fail_on", on);
    if (const std::string taken = environment_text(e_.policy); !taken.empty())
      out.set("environment", taken);
    if (const std::string locked = posture_line(e_, report_); !locked.empty())
      out.set("locked", locked);
    return out.set("sdk_result", sdk_json(report_.sdk));
  }

  static constexpr uint64_t kMostExact =
      (uint64_t{1} << 53) - 1;  // what every JSON reader keeps exact

  const Evidence& e_;
  const Report& report_;
  const Places places_;
  const LineOf& line_of_;
};

}  // namespace

Json report_sarif(const Evidence& evidence, const Report& report,
                  const std::function<std::optional<uint64_t>(const Place&)>& line_of) {
  return Log(evidence, report, line_of).write();
}

}  // namespace attest
