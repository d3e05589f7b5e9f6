// How a check of the catalogue is explained on a terminal.
#pragma once

#include "audit/rule.h"
#include "lot/rule.h"
#include "verifier/rules/check.h"

namespace attest {

std::string check_text(const Check& check, size_t width);
std::string lot_rule_text(const LotRule& rule, size_t width);
std::string audit_rule_text(const audit::AuditRule& rule, size_t width);
std::string checks_markdown();             // docs/checks.md
std::string sentence(std::string_view s);  // with a capital first letter

}  // namespace attest
