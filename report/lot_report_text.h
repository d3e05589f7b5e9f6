// A lot's report written down: for a person, and as JSON.
#pragma once

#include "lot/lot_report.h"
#include "report/report_text.h"
#include "verifier/base/json.h"

namespace attest {

std::string lot_report_text(const LotReport& report, const TextStyle& style);
// In one line: "REJECT  a lot of 5 devices: 3 approved, 2 rejected, 0 undecided".
std::string lot_counts_text(const LotReport& report);  // "a lot of 2 devices: 2 approved, ..."
std::string lot_verdict_line(const LotReport& report);
// One object: {"schema":"matter-attest/lot/1","verdict",…}. The last line of --stream is {"lot":
// this}.
Json lot_report_json(const LotReport& report);
// What an id of a cause demands: the title of the check or the lot rule.
std::string cause_title(const std::string& id);

}  // namespace attest
