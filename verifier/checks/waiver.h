// Waivers: which of those in the policy cover which check on this device. A waiver turns a fail or
// a warning into a pass that names it; it answers nothing that is unknown. On main, nothing that
// proves authenticity can be waived, at a lab nothing that it demands; checks on the waivers
// themselves never.
#pragma once

#include "verifier/rules/check.h"

namespace attest {

// What a lab demands cannot be waived there.
bool may_be_waived(const Check& check, Network network, Stage stage);
bool is_for(const Waiver& waiver, const Evidence& evidence);  // of this device, or of every one
bool is_in_force(const Waiver& waiver, const Policy& policy);

// The waiver that covers the check; null when none does.
const Waiver* waiver_for(const Evidence& evidence, const Check& check);
std::string waiver_text(const Waiver& waiver);  // "reason (who, until 2026-12-31)"

// The finding of expect.waivers-are-used before any was looked for.
void forget_unused_waivers(std::vector<Finding>& findings);
// After all checks were asked: waivers that nothing needed, as the finding of
// expect.waivers-are-used.
void report_unused_waivers(const Evidence& evidence, std::vector<Finding>& findings);

}  // namespace attest
