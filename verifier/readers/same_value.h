// Same value: whether two statements of a fact say the same, each in its own spelling.
#pragma once

#include "verifier/readers/device.h"

namespace attest {

// Bytes, numbers and most texts are the same or not. Dashes only group the digits of a manual code
// and of a date. A date is the attribute's YYYYMMDD and what the vendor writes behind it (Core
// Specification 11.1.5.13), or YYYY-MM-DD of factory data, which has no room for that: what follows
// counts where both have it.
bool same_value(FactId fact, const FactValue& a, const FactValue& b);

}  // namespace attest
