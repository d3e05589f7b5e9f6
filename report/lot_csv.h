// A lot as a table for spreadsheets (RFC 4180): id, verdict, failed, open, summary; a row a device
// as it is done, and one without a verdict for each path that counts for nothing. No field is one
// that a spreadsheet takes for a formula.
#pragma once

#include "lot/device_line.h"

namespace attest {

inline constexpr const char* kCsvHeading = "id,verdict,failed,open,summary,locked\n";
std::string lot_csv_line(const DeviceLine& line);
std::string lot_csv_line(const NotUsed& unused);

}  // namespace attest
