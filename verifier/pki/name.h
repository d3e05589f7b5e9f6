// Reading an X.501 Name; what a Name is and how two are compared stands in certificate.h.
#pragma once

#include "verifier/pki/certificate.h"
#include "verifier/pki/der.h"

namespace attest {

// The views of the answer point into what the cursor reads.
Result<Name> read_name(der::Cursor& cursor, std::string_view name);

// What in a name keeps path validators from reading it, or breaks a bound of RFC 5280 appendix A.1.
struct NameFault {
  std::string what, expected, found;
  bool readable = true;  // a reader that counts no characters takes it
};
std::optional<NameFault> name_fault(const Name& name);

// Does `name` begin with all of `base`, compared as RFC 5280 7.1 has it? (The subtree of a
// directory name, RFC 5280 4.2.1.10.)
bool is_within(const Name& base, const Name& name);

}  // namespace attest
