// DeviceLine: what is written of one device, one line of JSON, and read back by who joins parts of
// a lot or goes on with one:
//   {"id","verdict","failed":[…],"open":[…],"error","manifest":[…],
//    "not_used":[{"path","why"}],"report":{…},"part":{…}}
// `part` has what the findings between devices need; only --part and --resume write it.
#pragma once

#include "lot/fingerprints.h"
#include "lot/lot_report.h"
#include "verifier/base/json.h"

namespace attest {

struct DeviceLine {
  std::string id;  // JSON text; empty: the name, as a string
  DeviceResult result;
  bool unreadable = false;               // the summary says why
  std::vector<std::string> contradicts;  // "factory.csv row 12: serial, passcode"
  std::vector<NotUsed> not_used;         // of its files
  std::string report;                    // JSON text; empty without --full
  DeviceFingerprints fingerprints;
  std::vector<std::pair<uint32_t, uint32_t>> rows;  // manifest, row: the rows this device has
  uint64_t input = 0;  // a digest of what was judged: a resumed run tells that it is the same
  uint32_t of = 0;     // of which INPUT of the run, where it had several (LotItem)
};

enum class LineForm : uint8_t { result, part };
std::string write_line(const DeviceLine& line, LineForm form);  // ends with a line end
// The paths that a line, or a lot's report, says are not used.
Result<std::vector<NotUsed>> read_not_used(const Json& json);
// Reads a line with its part. An error: it has none, or is no such line.
Result<DeviceLine> read_line(std::string_view text);

}  // namespace attest
