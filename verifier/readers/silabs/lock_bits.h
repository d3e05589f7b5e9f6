// The word of Silicon Labs' lock bits page that locks a Series 1 part, where a hex file has it.
#pragma once

#include "verifier/readers/containers/address_map.h"

namespace attest {

// Before the map is joined: only words that the file itself has say anything.
void say_lock_bits(const AddressMap& map, const std::string& path, Reading& reading);

}  // namespace attest
