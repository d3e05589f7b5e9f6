// Opens a shared object. The loader maps what the file's headers say without looking whether the
// file has it: of one that was cut, the first touch of what is not there ends the program.
#pragma once

#include <string>

#include "verifier/base/result.h"

namespace attest {

// `name`: a path, which is looked at first, or a name that the loader looks for.
Result<void*> open_shared_object(const std::string& name, int flags);

}  // namespace attest
