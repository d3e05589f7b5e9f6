// How a check of the catalogue, or a rule about lots, is written as JSON: what `checks --format
// json` shows and the server gives.
#pragma once

#include "lot/rule.h"
#include "verifier/base/json.h"
#include "verifier/rules/check.h"

namespace attest {

Json check_json(const Check& check);
Json lot_rule_json(const LotRule& rule);
Json catalogue_json();  // all of both

}  // namespace attest
