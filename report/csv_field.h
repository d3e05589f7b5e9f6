// A field of a table that people open in a spreadsheet.
#pragma once

#include <string>
#include <string_view>

namespace attest {

// RFC 4180, and no field that a spreadsheet takes for a formula, not even one that separates fields
// by ';'. What a device or a person wrote is made printable.
std::string csv_field(std::string_view value);

}  // namespace attest
