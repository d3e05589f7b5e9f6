// The SARIF 2.1.0 report: the catalogue as rules, what failed or warned as results with a place in
// the dump, the evidence as artifacts with their hashes. A waived finding is a suppressed result;
// what is unknown is a notification, for it is nothing that a file has wrong, and a result where
// the device is not approved for it.
#pragma once

#include <functional>
#include <optional>

#include "verifier/base/json.h"
#include "verifier/report.h"

namespace attest {

// `line_of` as in TextStyle.
Json report_sarif(const Evidence& evidence, const Report& report,
                  const std::function<std::optional<uint64_t>(const Place&)>& line_of = {});

}  // namespace attest
