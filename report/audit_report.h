// The report of an audit of the ledger: for people, for programs, for a browser.
#pragma once

#include <string>

#include "audit/audit.h"
#include "report/report_text.h"

namespace attest {

// What failed, then what stayed open and what is worth a look; with style.all_checks all of it.
std::string audit_text(const audit::AuditReport& report, const TextStyle& style);
std::string audit_json(const audit::AuditReport& report);
std::string audit_html(const audit::AuditReport& report);
// In one line: "REJECT  vendor 0xFFF1: why".
std::string audit_line(const audit::AuditReport& report);
// docs/audit.md: the rules.
std::string audit_rules_markdown();

}  // namespace attest
