// Same value: whether two statements of a fact say the same, each in its own spelling.
#pragma once

#include "verifier/readers/device.h"

namespace attest {

// Bytes, numbers and most texts are the same or not. Dashes only group the digits of a manual code
// and of a date (manufacturing_date.h), of which what follows counts where both have it.
bool same_value(FactId fact, const FactValue& a, const FactValue& b);

}  // namespace attest
