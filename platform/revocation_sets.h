// Revocation sets that a tester gives (--revocation-set): files, each of which has to be one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "verifier/gather/evidence.h"

namespace attest {

// Adds each to the reading and to its list of files, as if it lay among the evidence.
Result<void> read_revocation_sets(const std::vector<std::string>& paths, Reading& reading);
// The same for the devices of a lot, read once; null without any.
Result<std::shared_ptr<const std::vector<RevocationSetEvidence>>> revocation_sets_from(
    const std::vector<std::string>& paths);

}  // namespace attest
