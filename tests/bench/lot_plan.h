// The lot of the benchmarks: what lot_maker writes, and lot_ledger revokes a few of.
#pragma once

#include "fixtures/forge/device_builder.h"

namespace attest::bench {

// Provisional: approved by every policy but that of the main ledger.
inline forge::DevicePlan lot_plan() {
  forge::DevicePlan plan = forge::good_plan("lot");
  plan.cd.certification_type = 1;
  return plan;
}

}  // namespace attest::bench
