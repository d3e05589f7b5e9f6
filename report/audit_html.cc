#include <fmt/format.h>

#include <string>
#include <utility>

#include "report/audit_report.h"
#include "report/html_page.h"
#include "report/wording.h"

namespace attest {
namespace {

using audit::AuditFinding;
using audit::AuditReport;

class Writer {
 public:
  Writer(Markup& page, const AuditReport& report) : page_(page), r_(report) {}

  void write() {
    decision();
    for (const auto& [status, title] :
         {std::pair(Status::fail, "At fault"), std::pair(Status::unknown, "Not known"),
          std::pair(Status::warn, "Worth a look")})
      findings(status, title);
    products();
    rest();
    conditions();
    sign_off(page_);
  }

 private:
  std::string who() const {
    return "vendor " + hex_id(r_.vid) +
           (r_.vendor_name.empty() ? "" : fmt::format(" ({})", r_.vendor_name)) +
           (r_.pid ? ", product " + hex_id(*r_.pid) : "");
  }
  void decision() {
    const auto section = page_.in("section", {{"class", "decision"}});
    decision_headline(page_, r_.verdict, who());
    const auto todo = page_.in("div", {{"class", fmt::format("todo {}", tone_class(r_.verdict))}});
    const auto p = page_.in("p", {{"class", "fault first-capital"}});
    page_.isolated(r_.summary);
  }
  void finding(const AuditFinding& f, bool open) {
    const std::string classes = fmt::format("check {}", tone_class(f.status));
    const auto details = open ? page_.in("details", {{"class", classes}, {"open", ""}})
                              : page_.in("details", {{"class", classes}});
    {
      const auto summary = page_.in("summary");
      page_.leaf("span", status_name(f.status), {{"class", "tag"}})
          .text(" ")
          .leaf("code", f.id)
          .text(" ");
      const auto title = page_.in("span", {{"class", "title"}});
      page_.isolated(f.about);
    }
    const auto body = page_.in("div", {{"class", "body"}});
    {
      const auto p = page_.in("p", {{"class", "message first-capital"}});
      page_.isolated(f.status == Status::blocked ? "blocked by " + f.message
                     : f.message.empty()         ? f.title
                                                 : f.message);
    }
    if (!f.expected.empty()) {
      const auto facts = page_.in("dl", {{"class", "facts"}});
      const Compared both = compared(f.expected, f.actual);
      fact(page_, "expected", both.expected);
      fact(page_, "found", both.found);
    }
    if (!f.remedy.empty()) page_.leaf("p", fmt::format("Do: {}", f.remedy), {{"class", "remedy"}});
  }
  void findings(Status status, std::string_view title) {
    if (r_.count(status) == 0) return;
    const auto section = page_.in("section");
    page_.leaf("h2", title).line();
    for (const AuditFinding& f : r_.findings) {
      if (f.status == status) finding(f, true);
    }
  }
  void products() {
    if (r_.models.empty()) return;
    const auto section = page_.in("section");
    page_.leaf("h2", "Products").line();
    const auto table = page_.in("table");
    {
      const auto head = page_.in("thead");
      const auto row = page_.in("tr");
      for (const char* name : {"product", "version", "certification", "certificate", "image"})
        page_.leaf("th", name, {{"scope", "col"}});
    }
    const auto body = page_.in("tbody");
    for (const auto& m : r_.models) {
      for (const auto& v : m.versions) {
        const auto row = page_.in("tr");
        cell(fmt::format("{}/{} {}", hex_id(m.vid), hex_id(m.pid), m.name));
        cell(fmt::format("{} {}", v.software_version, v.text));
        cell(v.certification);
        cell(v.certificate_id);
        cell(v.ota_url);
      }
    }
  }
  void cell(std::string_view text) {
    const auto td = page_.in("td");
    page_.isolated(text);
  }
  void rest() {
    const auto section = page_.in("section");
    page_.leaf("h2", "All that was asked").line();
    const auto details = page_.in("details", {{"class", "group"}});
    page_.leaf("summary", fmt::format("{} passed, {} blocked, {} skipped", r_.count(Status::pass),
                                      r_.count(Status::blocked), r_.count(Status::skipped)));
    const auto inside = page_.in("div", {{"class", "inside"}});
    for (const AuditFinding& f : r_.findings) {
      if (f.status == Status::pass || f.status == Status::blocked || f.status == Status::skipped)
        finding(f, false);
    }
  }
  void conditions() {
    const auto section = page_.in("section");
    page_.leaf("h2", "How it was asked").line();
    const auto facts = page_.in("dl", {{"class", "facts"}});
    fact(page_, "policy", network_name(r_.network));
    fact(page_, "as of", rfc3339(r_.at));
    fact(page_, "fast track",
         r_.fast_track ? "one certified version of a product is enough, as a warning" : "no");
    fact(page_, "fetched", r_.fetched ? "images, terms and addresses" : "no (--fetch)");
    fact(page_, "ledger", ledger_facts_text(r_.ledger));
    fact(page_, "tool", "matter-attest " MATTER_ATTEST_VERSION);
  }

  Markup& page_;
  const AuditReport& r_;
};

}  // namespace

std::string audit_html(const AuditReport& report) {
  const std::string title =
      fmt::format("{}: vendor {} on the ledger", verdict_name(report.verdict), hex_id(report.vid));
  return html_page(title, report.verdict, [&](Markup& page) { Writer(page, report).write(); });
}

}  // namespace attest
