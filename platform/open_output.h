// Files to be written: opened so that nothing is waited for, whatever stands at their path.
#pragma once

#include <string>

#include "verifier/base/result.h"

namespace attest {

// A descriptor of a file to be written, emptied. Regular files only, or what this program was
// started with (/dev/stdout, /dev/fd/3) and /dev/null: a FIFO, a socket or another device is an
// error.
Result<int> open_output(const std::string& path);

}  // namespace attest
