// How a check of the catalogue, or a rule about lots or the ledger, is written as JSON: what
// `checks --format json` shows and the server gives.
#pragma once

#include "audit/rule.h"
#include "lot/rule.h"
#include "verifier/base/json.h"
#include "verifier/rules/check.h"

namespace attest {

Json check_json(const Check& check);
Json lot_rule_json(const LotRule& rule);
Json audit_rule_json(const audit::AuditRule& rule);
Json catalogue_json();  // all of them

}  // namespace attest
