#include "report/lot_csv.h"

#include <fmt/format.h>

#include <string>

#include "report/csv_field.h"

namespace attest {

std::string lot_csv_line(const DeviceLine& line) {
  const DeviceResult& r = line.result;
  return fmt::format("{},{},{},{},{},{}\n", csv_field(r.name), verdict_name(r.verdict),
                     csv_field(fmt::to_string(fmt::join(r.failed, " "))),
                     csv_field(fmt::to_string(fmt::join(r.open, " "))), csv_field(r.summary),
                     csv_field(line.fingerprints.posture));
}

// A row as of a device, with no verdict: the path, and why it counts for nothing.
std::string lot_csv_line(const NotUsed& unused) {
  return fmt::format("{},not_used,,,{},\n", csv_field(unused.path), csv_field(unused.why));
}

}  // namespace attest
