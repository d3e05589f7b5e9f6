// Simplicity Commander's user_configuration.json: what parts were to be configured with.
#pragma once

#include "verifier/base/json.h"
#include "verifier/readers/reader.h"

namespace attest {

// Adds the flags (`mcu_flags`) and the tamper settings to what the order asks. What the order says
// more exactly (secure_boot "v2", page_lock "full") stands. Errors, with the item's name: a value
// that is none, and one that contradicts the order. Other keys (OPN, VERSION) say nothing of locks.
Result<void> read_user_configuration(const Json& json, const std::string& path, Posture& posture);

}  // namespace attest
