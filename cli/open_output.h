// Files to be written: opened so that nothing is waited for, whatever stands at their path.
#pragma once

#include <sys/stat.h>

#include <string>

#include "verifier/result.h"

namespace attest::cli {

const char* kind_of(mode_t mode);  // "a FIFO": what is no regular file, for messages
std::string reason(int number);    // an errno, in a message

// A descriptor of a file to be written, emptied. Regular files only, or what this program was
// started with (/dev/stdout, /dev/fd/3) and /dev/null: a FIFO, a socket or another device is an
// error.
Result<int> open_output(const std::string& path);

}  // namespace attest::cli
