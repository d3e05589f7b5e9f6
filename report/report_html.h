// The HTML report: for a person who decides, and may want to sign. One file that reads on a
// telephone, on paper and in the dark: the verdict, the one thing to do, the chain as a picture,
// who each place says it is, the checks, the evidence.
#pragma once

#include "verifier/report.h"

namespace attest {

std::string report_html(const Evidence& evidence, const Report& report);

}  // namespace attest
