// Csv: tables as factories' tools write them (RFC 4180): quoted fields that may span lines, CRLF or LF, a BOM. The
// separator is ',', ';' or tab, whichever the first line has.
#pragma once

#include "verifier/bytes.h"

namespace attest {

using CsvRecord = std::vector<std::string>;

// At most `limit` records; empty lines are none. A quote that never closes is an error with its offset.
Result<std::vector<CsvRecord>> parse_csv(std::string_view text, size_t limit = SIZE_MAX);

}  // namespace attest
