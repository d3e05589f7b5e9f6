// Headline: the one sentence of a report that a person acts on.
#pragma once

#include <string>

#include "verifier/report.h"

namespace attest {

// A commissioner's own result that is not ours belongs into the headline: first where nothing was
// decided here, behind our own finding where something was.
std::string with_commissioner(const Report& report, std::string summary);
// Certificates alone leave the verdict open; that they are a chain is an answer of its own.
std::string with_chain(const Evidence& e, const Report& report, std::string summary);

}  // namespace attest
