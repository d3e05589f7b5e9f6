// Words for what inspect shows: names of OIDs, of device types, of the facts of a device.
#pragma once

#include <string>
#include <string_view>

#include "verifier/base/bytes.h"
#include "verifier/base/json.h"

namespace attest {

std::string oid_words(View oid);                 // "ECDSA with SHA-256"; its numbers where unknown
const char* oid_name(std::string_view numbers);  // of "1.2.840.10045.4.3.2"; null: not known
const char* oid_use(std::string_view numbers);   // where such stand: "an extension of ..."
std::string device_type_words(uint64_t type);    // "dimmable light (0x0101)"
std::string flow_words(uint8_t flow);            // "standard flow (0): it waits when powered"
std::string capabilities_words(uint64_t bits);   // "found by Bluetooth LE, on the network"
const char* fact_words(std::string_view key);    // of device.json: "serial number"; null: not shown
std::string fact_value_words(std::string_view key, const Json& value);

}  // namespace attest
