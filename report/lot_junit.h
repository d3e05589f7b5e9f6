// A lot as JUnit: a suite for the lot with a case for each of its rules, and a suite for each
// device with a case for each check that failed or stayed open. What a device passed is not kept
// while a lot runs, and not listed.
#pragma once

#include "lot/lot_report.h"

namespace attest {

std::string lot_junit(const LotReport& report);

}  // namespace attest
