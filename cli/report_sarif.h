// The SARIF 2.1.0 report: the catalogue as rules, what failed or warned as results with a place in the dump, the evidence
// as artifacts with their hashes. A waived finding is a suppressed result; what is unknown is a notification, for it is
// nothing that a file has wrong.
#pragma once

#include "verifier/json.h"
#include "verifier/report.h"

namespace attest::cli {

Json report_sarif(const Evidence& evidence, const Report& report);

// RFC 3986: a path as a URI reference; an absolute one becomes a file: URI, whatever else a name holds is escaped.
std::string path_uri(std::string_view path);

}  // namespace attest::cli
