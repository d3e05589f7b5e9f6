// LotRecord: one device as one line of NDJSON (docs/lots.md): the keys of device.json, and
// "id", "dac", "pai", "cd", "paa" in base64 DER.
#pragma once

#include "verifier/readers/reader.h"

namespace attest {

struct LotRecord {
  std::string id;  // the "id" as JSON text, to be written out unchanged; empty: the record has none
  std::string name;  // the same as plain text, or `unnamed`
  Reading reading;
};

// An error says why the line is no record; `unnamed` ("line 17") is how such a device, and one
// without an id, is called. With `list_file` the line is listed among the evidence, as a report
// shows it.
Result<LotRecord> read_record(std::string_view line, const std::string& unnamed, bool list_file);

}  // namespace attest
