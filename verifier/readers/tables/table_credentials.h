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

// The same in text of JSON that nobody reads by its key: PEM, hex or base64, at any depth. `item`:
// the key. What is no credential stays unread.
void read_json_credentials(const Json& json, const std::string& path, const std::string& item,
                           Reading& reading);
// And in PEM of a text that has a reader of its own, which takes the certificates: lists, private
// keys and declarations.
void read_other_pem(const Source& s, Reading& reading);
// And what stands written out beside the PEM of a file: certificates, lists, keys, declarations
// that are whole.
void read_beside_pem(const Source& s, Reading& reading);

}  // namespace attest
