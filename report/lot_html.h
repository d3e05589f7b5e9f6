// A lot's HTML report: counts, failures grouped by cause, what is wrong between the devices, and
// each device one click away. One page for ten thousand devices: what is the same for many of them
// is said once.
#pragma once

#include "lot/lot_report.h"

namespace attest {

// `report.results` lists the devices; without them the page shows counts and causes only.
std::string lot_html(const LotReport& report);

}  // namespace attest
