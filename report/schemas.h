// The JSON Schemas of what is written as JSON: of a device's report, a lot's, what inspect finds,
// and an audit of the ledger.
#pragma once

#include <string_view>

namespace attest {

std::string_view report_schema();
std::string_view lot_schema();
std::string_view inspect_schema();
std::string_view audit_schema();

}  // namespace attest
