// Reading an X.501 Name; what a Name is and how two are compared stands in certificate.h.
#pragma once

#include "verifier/pki/certificate.h"
#include "verifier/pki/der.h"

namespace attest {

// The views of the answer point into what the cursor reads.
Result<Name> read_name(der::Cursor& cursor, std::string_view name);

}  // namespace attest
