// The JUnit report: a suite for the device, a test case for each check. What failed is a failure;
// what does not apply, was blocked or is unknown is skipped; a warning passes and says so in its
// output. Shaped after the schema that Jenkins publishes for such files, which GitLab and GitHub's
// readers understand, too.
#pragma once

#include "verifier/report.h"

namespace attest {

std::string report_junit(const Evidence& evidence, const Report& report);

}  // namespace attest
