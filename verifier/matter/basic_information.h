// Basic Information (Core 11.1): what values of its attributes can be, and which ones the Matter
// SDK answers with where nobody wrote any.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace attest {

// src/include/platform/CHIPDeviceConfig.h.
inline constexpr const char *kFallbackVendorName = "TEST_VENDOR",
                            *kFallbackProductName = "TEST_PRODUCT",
                            *kFallbackHardwareVersionString = "TEST_VERSION",
                            *kFallbackSerialNumber = "TEST_SN";
inline constexpr std::array<uint8_t, 16> kFallbackRotatingId = {
    0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF};

// Two capital letters that ISO 3166-1 assigned to a country, or "XX".
bool is_country(std::string_view location);

// What keeps it from being an http or https URL with a host (RFC 3986); null: nothing does.
const char* web_address_problem(std::string_view url);

// The revision of the data model that a SpecificationVersion has; nullopt: no version known here.
std::optional<uint64_t> data_model_of(uint64_t specification_version);
// Written as one, and later than the latest known here, or than the latest of its minor.
bool is_newer_specification(uint64_t specification_version);
std::string specification_text(uint64_t specification_version);  // "1.4.1 (0x01040100)"
std::string known_specifications();                              // "1.3, 1.4, …"

}  // namespace attest
