// Findings: what the rules of an audit found, as they are asked. One fault gives one fail: who
// meets what only follows from another says blocked.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "audit/audit.h"

namespace attest::audit {

class Findings {
 public:
  Findings(AuditReport& report, bool fetch) : report_(report), fetch_(fetch) {}

  void pass(const AuditRule& rule, std::string about, std::string note = {}) {
    add(rule, std::move(about), Status::pass, std::move(note));
  }
  void fail(const AuditRule& rule, std::string about, std::string message,
            std::string expected = {}, std::string actual = {}) {
    AuditFinding& f =
        add(rule, std::move(about), rule.severity == Severity::error ? Status::fail : Status::warn,
            std::move(message));
    f.expected = std::move(expected);
    f.actual = std::move(actual);
    f.remedy = rule.remedy;
  }
  // Of a rule that is an error otherwise.
  void warn(const AuditRule& rule, std::string about, std::string message,
            std::string expected = {}, std::string actual = {}) {
    AuditFinding& f = add(rule, std::move(about), Status::warn, std::move(message));
    f.severity = Severity::warning;
    f.expected = std::move(expected);
    f.actual = std::move(actual);
    f.remedy = rule.remedy;
  }
  // `remedy`: where this one question is answered otherwise than the rule says.
  void unknown(const AuditRule& rule, std::string about, std::string why, std::string remedy = {}) {
    add(rule, std::move(about), Status::unknown, std::move(why)).remedy =
        remedy.empty() ? rule.when_unknown : std::move(remedy);
  }
  void skipped(const AuditRule& rule, std::string about, std::string why) {
    add(rule, std::move(about), Status::skipped, std::move(why));
  }
  void blocked(const AuditRule& rule, std::string about, const AuditRule& by) {
    add(rule, std::move(about), Status::blocked, by.id);
  }
  // Of a rule that fetches: whether it may be asked; where not, it says that it was skipped.
  bool asked(const AuditRule& rule, const std::string& about) {
    if (fetch_) return true;
    AuditFinding& f = add(rule, about, Status::skipped, "not fetched (--fetch)");
    f.fetches = true;
    return false;
  }
  // Of the verifier's own catalogue.
  void take(AuditFinding finding) { report_.findings.push_back(std::move(finding)); }

 private:
  AuditFinding& add(const AuditRule& rule, std::string about, Status status, std::string message) {
    AuditFinding finding;
    finding.id = rule.id;
    finding.title = rule.title;
    finding.about = std::move(about);
    finding.status = status;
    finding.severity = rule.severity;
    finding.message = std::move(message);
    report_.findings.push_back(std::move(finding));
    return report_.findings.back();
  }

  AuditReport& report_;
  bool fetch_;
};

// One audit under way.
class Fetcher;
struct Auditing {
  dcl::CachedLedger& ledger;
  const AuditOptions& options;
  const Verbosity& verbosity;
  AuditReport& report;
  Findings& findings;
  Fetcher& fetcher;
};

void audit_vendor(Auditing& audit);                                  // vendor.cc
void audit_model(Auditing& audit, const dcl::CachedRecord& record);  // models.cc
void audit_versions(Auditing& audit, AuditedModel& model);           // versions.cc
void audit_image(Auditing& audit, const ModelVersion& entry,
                 const std::string& about);  // images.cc
void audit_certificates(Auditing& audit);    // certificates.cc
// The members of an entry that hold an address.
std::vector<std::string> url_fields(const Json& object);  // urls.cc
// The addresses of one entry: https, and with --fetch whether they answer, but for those that a
// rule of their own fetches.
void audit_urls(Auditing& audit, const std::string& about, const Json& object,
                const std::vector<std::string>& fetched_elsewhere = {});
// What is wrong with an address as it stands; empty: nothing. `http` will do for what is signed.
std::string url_problem(const std::string& url, bool http = false);

}  // namespace attest::audit
