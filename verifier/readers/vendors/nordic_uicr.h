// The words of Nordic's UICR that lock a part, where a hex file has them.
#pragma once

#include "verifier/readers/containers/address_map.h"

namespace attest {

// The cores of an nRF5340 have a port each. The claim of one that a file does not tell of has the
// core for its value; other evidence may tell of it (gather_cores.cc).
inline constexpr const char *kApplicationCore = "application core", *kNetworkCore = "network core";
// How the place of a core's own claim begins.
inline constexpr const char *kApplicationPort = "0x00ff8000", *kNetworkPort = "0x01ff8000";

// Before the map is joined: only words that the file itself has say anything.
void say_uicr(const AddressMap& map, const std::string& path, Reading& reading);

}  // namespace attest
