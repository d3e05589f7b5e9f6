// Reports and bundles that this program wrote, and SARIF of others: why they are no evidence.
#pragma once

#include <string>

#include "verifier/base/bytes.h"

namespace attest {

// Empty: it is none of these. Who asks before reading need not have it parsed again.
std::string why_own_output(View bytes);

}  // namespace attest
