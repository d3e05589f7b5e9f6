// Files that somebody named on the command line and that turned out to hold no evidence.
// In a folder such a file is only listed; who named it took it for a part of the device.
#pragma once

#include <string>
#include <vector>

#include "verifier/gather/evidence.h"
#include "verifier/readers/reader.h"

namespace attest {

// One line for each, "PATH: expected ..., found ...". What is evidence and counts for nothing
// beside a better one (another PAI, a CD signer) is none of them.
std::vector<std::string> named_in_vain(const std::vector<std::string>& paths, const Evidence& e);

// The same of a container that was read, and in which nothing is evidence: a document, a program, a
// download. `unused`: how much was not used before it was read.
std::string container_of_nothing(const Reading& reading, const std::string& path, size_t unused);

}  // namespace attest
