// A lot as SARIF 2.1.0: a result for each cause, which says of how many devices and names the
// first; one for each thing that is wrong between devices. A result a device would drown who reads
// it, and exceed what code hosts take.
#pragma once

#include "lot/lot_report.h"
#include "verifier/base/json.h"

namespace attest {

Json lot_sarif(const LotReport& report);

}  // namespace attest
