// What was ordered (--expect): a cpms.json or the keys of device.json, with the certificates that a
// cpms.json names.
#pragma once

#include "verifier/readers/device.h"

namespace attest {

// An error names the file, what was expected and what was found.
Result<Device> expected_from(const std::string& path);

}  // namespace attest
