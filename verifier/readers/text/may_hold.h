// Whether a text can hold a credential at all. Programs keep megabytes of JSON that have nothing to
// do with a device: one walk over the letters tells, before anything is parsed or decoded.
#pragma once

#include <string_view>

namespace attest {

// False: neither PEM, nor a run of letters or numbers as long as the least credential, nor a dump.
bool may_hold_credential(std::string_view text);

}  // namespace attest
