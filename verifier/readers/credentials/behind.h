// One rule for what stands behind a credential in its file: it is read as further evidence, or it
// is damage. Never is it passed over.
#pragma once

#include "verifier/readers/reader.h"

namespace attest {

// The whole DER value that these bytes begin with; empty where none does, or it is cut off.
View first_der(View bytes);

// Zeros, erased flash, blanks, line ends: behind a credential they are nothing.
bool is_padding(uint8_t b);

// The reader of the credential, or of the attestation elements, that these bytes are; null where
// they are none.
const Reader* credential_reader(const Source& s);

// What stands behind the first `used` bytes, one after the other. Padding (zeros, erased flash,
// line ends) is nothing. `what`: "a revocation list", for messages.
void read_behind(const Source& s, size_t used, const char* what, Reading& reading);

// Nothing but whole credentials stand in it, one behind the other.
bool is_row_of_credentials(const Source& s);

// What `read` adds stands at `place`: offsets in decoded bytes would mislead in the text.
template <class Read>
void read_at(const Place& place, Reading& reading, Read&& read) {
  Device& device = reading.device;
  const size_t said = device.statements.size(), problems = device.integrity.size(),
               remarks = device.remarks.size();
  read();
  for (size_t i = said; i < device.statements.size(); ++i) device.statements[i].place = place;
  for (size_t i = problems; i < device.integrity.size(); ++i) device.integrity[i].place = place;
  for (size_t i = remarks; i < device.remarks.size(); ++i) device.remarks[i].place = place;
}

}  // namespace attest
