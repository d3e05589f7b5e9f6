// Carving: certificates, declarations, requests, keys and factory data searched for inside bytes of
// no known form.
#pragma once

#include "verifier/readers/reader.h"

namespace attest {

// What carving a piece of bytes found. Everything found is stated, with its offset.
struct Carved {
  size_t found = 0;   // items stated
  size_t broken = 0;  // begun and cut, or damaged inside
};
Carved carve(const Source& s, Reading& reading);

// Where the next candidate for anything that is searched for begins at or after `from`; the size
// when there is none. Runs at the speed of memory; every candidate is then judged by a parser.
size_t next_candidate(View bytes, size_t from);

}  // namespace attest
