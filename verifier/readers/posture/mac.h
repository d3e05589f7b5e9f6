// Addresses of a part's interfaces, in hex digits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace attest {

// Whether the chip of this base address (what its fuses hold) has that address on one of its
// interfaces. Espressif's follow the base by up to three: station, access point, Bluetooth,
// Ethernet; an EUI-64 has two bytes between the halves of the base.
bool is_interface_of(std::string_view address, std::string_view base);

// "60:55:49:96:a0:01", also of eight bytes: hex digits, in lower case. Nullopt: no address.
std::optional<std::string> address_digits(std::string_view text);
// Nothing was written there, or nobody's: nothing but zeros or nothing but ones.
bool is_blank_id(std::string_view digits);
// The base that an EUI-64 is made of, of a base that base.
std::string base_of(std::string_view address);

}  // namespace attest
