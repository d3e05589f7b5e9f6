// The words of Nordic's UICR that lock a part, where a hex file has them.
#pragma once

#include "verifier/readers/containers/address_map.h"

namespace attest {

// Before the map is joined: only words that the file itself has say anything.
void say_uicr(const AddressMap& map, const std::string& path, Reading& reading);

}  // namespace attest
