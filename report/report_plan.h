// A report by the lab's test cases, of a device and of a lot: as text, and as JUnit suites.
#pragma once

#include "lot/lot_report.h"
#include "report/report_text.h"

namespace attest {

std::string report_plan(const Evidence& evidence, const Report& report, const TextStyle& style);
// A suite a test case, a case a step: what only a device can show is skipped.
std::string report_junit_plan(const Evidence& evidence, const Report& report);
std::string lot_plan(const LotReport& lot, const TextStyle& style);
std::string lot_junit_plan(const LotReport& lot);

}  // namespace attest
