// A lot's report written down: for a person, and as JSON.
#pragma once

#include "cli/report_text.h"
#include "verifier/json.h"
#include "verifier/lot/lot_report.h"

namespace attest::cli {

std::string lot_report_text(const LotReport& report, const TextStyle& style);
// One object: {"schema":"matter-attest/lot/1","verdict",…}. The last line of --stream is {"lot":
// this}.
Json lot_report_json(const LotReport& report);
// What an id of a cause demands: the title of the check or the lot rule.
std::string cause_title(const std::string& id);

}  // namespace attest::cli
