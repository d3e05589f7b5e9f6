// What is said of a value that could not be read. What stands at a secret's place is a secret
// whether it can be read or not: every reader that quotes a value, quotes it here.
#pragma once

#include "verifier/readers/device.h"

namespace attest {

// In no output at all, or only where it was asked for.
inline bool is_confidential(FactId fact) {
  return is_secret(fact) || is_masked(fact);
}

// Damage at the place of `fact`. `problem` is in the words of all errors: "expected this, found
// that". Where a secret belongs, only what was expected is told of it. (A length is no quote.)
void say_unreadable(Device& device, FactId fact, Place place, std::string what,
                    std::string_view problem);

}  // namespace attest
