#include "report/lot_report_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/report_json.h"
#include "report/rule_words.h"
#include "report/test_plan.h"
#include "report/wording.h"
#include "verifier/base/counted.h"
#include "verifier/checks/catalogue.h"

namespace attest {
namespace {

std::string joined(const std::vector<std::string>& names, uint64_t count) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  if (count > names.size() && !names.empty())
    out += fmt::format(", and {} more", count - names.size());
  return out;
}

std::string counts_line(const LotReport& report) {
  return fmt::format("a lot of {}: {} approved, {} rejected, {} undecided",
                     counted(report.devices, "device"), report.approved, report.rejected,
                     report.undecided);
}

// A summary ends with what to do.
std::string_view without(std::string_view text, std::string_view end) {
  return text.ends_with(end) ? text.substr(0, text.size() - end.size()) : text;
}

// "; dac.is-valid-now (12 of 200 devices)": what most devices fail, or what is wrong between them.
std::string first_reason(const LotReport& report) {
  for (const auto* causes : {&report.failed, &report.open}) {
    if (!causes->empty())
      return fmt::format("; {} ({} of {})", causes->front().id, causes->front().count,
                         counted(report.devices, "device"));
  }
  const auto wrong =
      std::find_if(report.findings.begin(), report.findings.end(),
                   [](const LotFinding& finding) { return finding.severity == Severity::error; });
  return wrong == report.findings.end() || report.verdict != Verdict::reject
             ? std::string()
             : fmt::format("; {}: {}", wrong->rule->id, wrong->message);
}

class LotPage {
 public:
  explicit LotPage(const TextStyle& style) : style_(style) {}

  std::string write(const LotReport& report) {
    report_ = &report;
    head(report);
    causes("failed", report.failed, "1;31", report.devices);
    causes("unknown", report.open, "33", report.devices);
    warnings(report);
    if (!report.findings.empty()) out_ += "  in the lot as a whole\n\n";
    for (const LotFinding& finding : report.findings) one(finding);
    if (report.findings_left_out > 0)
      out_ += fmt::format("  {} more findings of the same kinds are not listed\n\n",
                          report.findings_left_out);
    tail(report);
    const auto lines = static_cast<size_t>(std::count(out_.begin(), out_.end(), '\n'));
    if (style_.rows != 0 && lines + 1 > style_.rows) {
      out_ += "\n";
      headline(report);
      if (const std::string why = first_reason(report); !why.empty())
        paragraph(std::string_view(why).substr(2), 2);
    }
    return std::move(out_);
  }

 private:
  std::string ink(const char* code, std::string_view s) const {
    return style_.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, s) : std::string(s);
  }
  void paragraph(std::string_view s, size_t indent) {
    out_ += std::string(indent, ' ') + wrap(s, style_.width - indent, indent) + "\n";
  }
  void labelled(const char* label, std::string_view s) {
    if (!s.empty())
      out_ += fmt::format("    {}{}\n", ink("2", fmt::format("{:<10}", label)),
                          wrap(s, style_.width - 14, 14));
  }

  void headline(const LotReport& report) {
    const char* word = verdict_word(report.verdict);
    const char* code = report.verdict == Verdict::approve  ? "32"
                       : report.verdict == Verdict::reject ? "1;31"
                                                           : "33";
    out_ += fmt::format("{}  {}\n", ink(code, word), counts_line(report));
  }

  void head(const LotReport& report) {
    headline(report);
    if (report.unreadable > 0)
      paragraph(fmt::format("of {} nothing could be read", report.unreadable), 2);
    if (report.sample) paragraph(report.sample->words, 2);
    if (report.approved > 0 && report.approved_names.size() == report.approved)
      paragraph("approved: " + joined(report.approved_names, report.approved), 2);
    if (report.devices_warned > 0)
      paragraph(fmt::format("warnings to read: {} of {}", report.devices_warned,
                            counted(report.devices, "device")),
                2);
    if (report.stage == Stage::lab) {
      if (report.verdict == Verdict::approve)
        paragraph("Approved as a certification lab does, not for production", 2);
    } else if (report.network != Network::main && report.approved > 0) {
      paragraph(report.network == Network::test
                    ? "Approved for the test network, not for production: judge with --network main"
                    : "Approved by what was handed over alone, not for production: no ledger was "
                      "asked; judge with --network main",
                2);
    }
    out_ += "\n";
  }

  void causes(const char* word, const std::vector<LotCause>& list, const char* code,
              uint64_t devices) {
    for (const LotCause& cause : list) {
      out_ += fmt::format("  {} {}\n", ink(code, fmt::format("{:<8}", word)), cause.id);
      const RuleWords words = rule_words(cause.id);
      const bool failed = &list == &report_->failed;
      paragraph(fmt::format("{}: {}", failed ? "does not hold" : "not known", words.title), 4);
      const std::string remedy = failed ? words.remedy : words.when_unknown;
      labelled("cause", without(cause.example, ": " + remedy));
      labelled("do", remedy);
      labelled("devices", fmt::format("{} of {}: {}", cause.count, devices,
                                      joined(cause.devices, cause.count)));
      labelled("see", printable(cause.see));
      out_ += "\n";
    }
  }

  // One line each: what most devices have in common.
  void warnings(const LotReport& report) {
    if (report.warned.empty()) return;
    for (const LotCause& cause : report.warned)
      out_ += fmt::format("  {} {}: {} of {}\n", ink("33", fmt::format("{:<8}", "warn")), cause.id,
                          cause.count, counted(report.devices, "device"));
    out_ += "\n";
  }

  void one(const LotFinding& finding) {
    const bool bad = finding.severity == Severity::error;
    out_ += fmt::format("  {} {}\n", ink(bad ? "1;31" : "33", bad ? "fail    " : "warn    "),
                        finding.rule->id);
    paragraph(finding.message, 4);
    labelled("which", joined(finding.devices, finding.count));
    labelled("do", finding.rule->remedy);
    out_ += "\n";
  }

  void tail(const LotReport& report) {
    for (const NotUsed& unused : report.not_used) paragraph(printable(not_used_text(unused)), 2);
    if (report.not_used_left_out > 0)
      paragraph(fmt::format("not used: {} more", report.not_used_left_out), 2);
    for (const std::string& note : report.notes) paragraph(note, 2);
    std::string facts =
        fmt::format("{}, as of {}", policy_text(report.network, report.stage), rfc3339(report.at));
    if (report.manifest_rows > 0)
      facts += fmt::format("; {} of manifests", counted(report.manifest_rows, "row"));
    if (!report.engine.empty()) facts += fmt::format("; signatures checked by {}", report.engine);
    paragraph(facts, 2);
  }

  TextStyle style_;
  const LotReport* report_ = nullptr;
  std::string out_;
};

Json names_json(const std::vector<std::string>& names) {
  Json out{Json::Array{}};
  for (const std::string& name : names) out.push(name);
  return out;
}

// The test case and step that an id is shown with.
void add_step(Json& json, std::string_view id) {
  const PlanCover* first = cover_of(id, {});
  json.set("test_case", first == nullptr ? Json() : Json(first->test_case))
      .set("step", first == nullptr || *first->step == '\0' ? Json() : Json(first->step));
}

Json causes_json(const std::vector<LotCause>& list) {
  Json out{Json::Array{}};
  for (const LotCause& cause : list) {
    Json one = Json(Json::Object{})
                   .set("id", cause.id)
                   .set("title", cause_title(cause.id))
                   .set("count", cause.count)
                   .set("devices", names_json(cause.devices));
    add_step(one, cause.id);
    if (!cause.why.empty()) one.set("why", cause.why);
    out.push(std::move(one));
  }
  return out;
}

}  // namespace

std::string cause_title(const std::string& id) {
  if (const Check* check = find_check(id)) return check->title;
  const LotRule* rule = find_lot_rule(id);
  return rule == nullptr ? "" : rule->title;
}

std::string lot_counts_text(const LotReport& report) {
  return counts_line(report);
}

std::string lot_verdict_line(const LotReport& report) {
  return fmt::format("{}  {}{}", verdict_word(report.verdict), counts_line(report),
                     first_reason(report));
}

std::string lot_report_text(const LotReport& report, const TextStyle& style) {
  return LotPage(style).write(report);
}

Json lot_report_json(const LotReport& report) {
  Json out{Json::Object{}};
  out.set("schema", "matter-attest/lot/1")
      .set("tool", Json(Json::Object{{"name", Json("matter-attest")},
                                     {"version", Json(MATTER_ATTEST_VERSION)}}));
  out.set("verdict", verdict_name(report.verdict))
      .set("network", network_name(report.network))
      .set("stage", stage_name(report.stage))
      .set("at", rfc3339(report.at));
  out.set("devices", report.devices)
      .set("approve", report.approved)
      .set("reject", report.rejected)
      .set("undecided", report.undecided)
      .set("unreadable", report.unreadable);
  out.set("failed", causes_json(report.failed)).set("open", causes_json(report.open));
  Json findings{Json::Array{}};
  for (const LotFinding& f : report.findings) {
    Json one = Json(Json::Object{})
                   .set("id", f.rule->id)
                   .set("severity", severity_name(f.severity))
                   .set("message", f.message)
                   .set("count", f.count)
                   .set("devices", names_json(f.devices))
                   .set("remedy", f.rule->remedy);
    add_step(one, f.rule->id);
    findings.push(std::move(one));
  }
  out.set("findings", std::move(findings))
      .set("findings_left_out", report.findings_left_out)
      .set("manifest_rows", report.manifest_rows);
  if (report.sample) {
    const LotSample& s = *report.sample;
    out.set("sample", Json(Json::Object{})
                          .set("lot", s.lot)
                          .set("size", s.size)
                          .set("seed", s.seed)
                          .set("rejected", s.rejected)
                          .set("most_faulty", s.most_faulty)
                          .set("words", s.words));
  }
  out.set("not_used", not_used_json(report.not_used));
  if (report.not_used_left_out > 0) out.set("not_used_left_out", report.not_used_left_out);
  out.set("notes", names_json(report.notes)).set("engine", report.engine);
  return out;
}

}  // namespace attest
