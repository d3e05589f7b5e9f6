// Credentials in the cells of a table, or in a text that reads as one (YAML, a note with commas):
// they are evidence, whatever else the table is for.
#pragma once

#include "verifier/base/json.h"
#include "verifier/readers/reader.h"

namespace attest {

// Says what stands in it. Of a table of several devices only what belongs to none of them alone:
// revocation lists, declarations, certificates of authorities. The table itself is not used, which
// is told with how many of its certificates, keys and requests were left alone.
void read_table_credentials(const Source& s, Reading& reading);

}  // namespace attest
