// Addresses of a part's interfaces, in hex digits.
#pragma once

#include <string_view>

namespace attest {

// Whether the chip of this base address (what its fuses hold) has that address on one of its
// interfaces. Espressif's follow the base by up to three: station, access point, Bluetooth,
// Ethernet; an EUI-64 has two bytes between the halves of the base.
bool is_interface_of(std::string_view address, std::string_view base);

}  // namespace attest
