#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "report/audit_report.h"
#include "report/check_text.h"
#include "report/wording.h"
#include "verifier/base/counted.h"

namespace attest {
namespace {

using audit::AuditedModel;
using audit::AuditFinding;
using audit::AuditReport;

std::string upper(const char* word) {
  std::string out;
  for (const char* c = word; *c != '\0'; ++c)
    out += *c >= 'a' && *c <= 'z' ? static_cast<char>(*c - 32) : *c;
  return out;
}

std::string who(const AuditReport& r) {
  std::string out = "vendor " + hex_id(r.vid);
  if (!r.vendor_name.empty()) out += fmt::format(" ({})", printable(r.vendor_name));
  if (r.pid) out += ", product " + hex_id(*r.pid);
  return out;
}

class Page {
 public:
  explicit Page(size_t width) : width_(width) {}
  void line(std::string_view s) { out_ += std::string(s) + "\n"; }
  void paragraph(std::string_view s, size_t indent) {
    if (s.empty()) return;
    out_ += std::string(indent, ' ') + wrap(s, width_ - indent, indent) + "\n";
  }
  void finding(const AuditFinding& f) {
    out_ += fmt::format("\n{:<8} {}\n", status_name(f.status), f.id);
    paragraph(printable(f.about), kIndent);
    paragraph(printable(f.message.empty() ? f.title : f.message), kIndent);
    if (!f.expected.empty()) {
      const Compared both = compared(printable(f.expected), printable(f.actual));
      paragraph(fmt::format("expected {}, found {}", both.expected, both.found), kIndent);
    }
    if (!f.remedy.empty()) paragraph("do: " + f.remedy, kIndent);
  }
  void model(const AuditedModel& m) {
    out_ += "\n";
    paragraph(fmt::format("{}/{} {}", hex_id(m.vid), hex_id(m.pid), printable(m.name)), 0);
    for (const auto& v : m.versions)
      paragraph(fmt::format("version {}{}: {}{}{}", v.software_version,
                            v.text.empty() ? "" : fmt::format(" \"{}\"", printable(v.text)),
                            v.certification,
                            v.certificate_id.empty() ? "" : ", " + printable(v.certificate_id),
                            v.ota_url.empty() ? "" : ", with an image"),
                2);
  }
  std::string take() { return std::move(out_); }

 private:
  static constexpr size_t kIndent = 9;
  size_t width_;
  std::string out_;
};

std::string policy_text(const AuditReport& r) {
  return fmt::format("network {}, as of {}{}{}", network_name(r.network), rfc3339(r.at),
                     r.fast_track ? "; fast track: one certified version of a product is enough, "
                                    "as a warning"
                                  : "",
                     r.fetched ? "; images, terms and addresses were fetched" : "");
}

}  // namespace

std::string audit_line(const AuditReport& r) {
  return fmt::format("{}  {}: {}", upper(verdict_name(r.verdict)), who(r), printable(r.summary));
}

std::string audit_text(const AuditReport& r, const TextStyle& style) {
  Page page(style.width);
  page.paragraph(fmt::format("{}  {}", upper(verdict_name(r.verdict)), who(r)), 0);
  page.paragraph(printable(r.summary), 2);
  page.paragraph(policy_text(r), 2);
  if (!r.ledger.chain_id.empty()) page.paragraph("ledger " + ledger_facts_text(r.ledger), 2);
  for (const Status status : {Status::fail, Status::unknown, Status::warn}) {
    for (const AuditFinding& f : r.findings) {
      if (f.status == status) page.finding(f);
    }
  }
  if (style.all_checks) {
    for (const Status status : {Status::blocked, Status::skipped, Status::pass}) {
      for (const AuditFinding& f : r.findings) {
        if (f.status == status) page.finding(f);
      }
    }
  }
  for (const AuditedModel& m : r.models) page.model(m);
  const auto wanting = static_cast<size_t>(std::count_if(
      r.findings.begin(), r.findings.end(), [](const AuditFinding& f) { return f.fetches; }));
  page.line("");
  page.paragraph(fmt::format("{} passed, {} failed, {}, {} unknown, {} blocked, {} skipped{}",
                             r.count(Status::pass), r.count(Status::fail),
                             counted(r.count(Status::warn), "warning"), r.count(Status::unknown),
                             r.count(Status::blocked), r.count(Status::skipped),
                             wanting == 0 ? "" : fmt::format(" ({} for want of --fetch)", wanting)),
                 0);
  return page.take();
}

std::string audit_rules_markdown() {
  std::string out =
      "# What `dcl audit` looks at\n\n"
      "Written by tests/accept.sh from the table of the program. Of images that are fetched the "
      "checks\nwhose ids begin with ota of [checks.md](checks.md) are asked, too.\n";
  for (const audit::AuditRule& rule : audit::audit_rules()) {
    out += fmt::format("\n## {}\n\n{}. {}\n\n", rule.id, sentence(rule.title), rule.rule);
    out += fmt::format("- severity: {}{}\n- to do: {}\n- when it stays unknown: {}\n",
                       severity_name(rule.severity), rule.fetches ? "; only with `--fetch`" : "",
                       rule.remedy, rule.when_unknown);
  }
  return out;
}

}  // namespace attest
