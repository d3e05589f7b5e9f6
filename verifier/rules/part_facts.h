// Which facts of a sample are kept for comparing the next one with it.
#pragma once

#include "verifier/report.h"

namespace attest {

ApprovedPart part_of_report(const Evidence& evidence, const Report& report, std::string source);
// One fact of this device, as part_of_report keeps it; nullopt where the evidence does not give it.
std::optional<std::string> part_fact(const Evidence& evidence, std::string_view name);

}  // namespace attest
