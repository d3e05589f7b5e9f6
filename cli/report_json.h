// The JSON report: "matter-attest/report/1" of interface.md.
#pragma once

#include "verifier/json.h"
#include "verifier/report.h"

namespace attest::cli {

// {"code","name"}, or nulls and {"reason"}: why it cannot be told.
Json sdk_json(const SdkResult& sdk);
Json report_json(const Evidence& evidence, const Report& report);

}  // namespace attest::cli
