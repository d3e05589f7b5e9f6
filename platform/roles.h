// Roles: files of which the tester insists that they are the device's DAC, PAI, PAA or declaration,
// and onboarding codes that were typed or scanned in place of a file.
#pragma once

#include <string>
#include <vector>

#include "platform/files.h"

namespace attest {

// One a role, a path each; empty: nobody insists.
struct RoleFiles {
  std::string dac, pai, cd, paa;
  bool any() const { return !dac.empty() || !pai.empty() || !cd.empty() || !paa.empty(); }
};

// Reads them before any other evidence, so that what they say comes first: where others say
// otherwise, the checks tell of both. A file that does not hold what it should is an error that
// says what it holds.
std::vector<std::string> read_roles(const RoleFiles& roles, Reading& reading,
                                    const Verbosity& verbosity);

// A word of the command line that is an onboarding code and no path: "MT:...", or 11 or 21 digits
// where no file has that name.
bool is_code_argument(const std::string& word);

}  // namespace attest
