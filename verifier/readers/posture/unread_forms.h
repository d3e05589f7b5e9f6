// Files of vendors' tools that have to do with locks and cannot be read as evidence, so that a
// report says what they are, and what to hand over in their place.
#pragma once

#include <string>

#include "verifier/readers/reader.h"

namespace attest {

// Empty: it is none of them. (Asked where no reader made anything of the file.)
std::string unread_form(const Source& source);

}  // namespace attest
