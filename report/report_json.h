// The JSON report: "matter-attest/report/1" (schemas/report.schema.json).
#pragma once

#include "verifier/base/json.h"
#include "verifier/report.h"

namespace attest {

// {"code","name"}, or nulls and {"reason"}: why it cannot be told.
Json sdk_json(const SdkResult& sdk);
// [{"path", "why"}]
Json not_used_json(std::span<const NotUsed> list);
Json report_json(const Evidence& evidence, const Report& report);

}  // namespace attest
