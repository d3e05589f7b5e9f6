// The keys of device.json, read from a JSON object wherever it comes from.
#pragma once

#include "verifier/base/json.h"
#include "verifier/readers/reader.h"

namespace attest {

// A whole number: 22, "22" or "0x16".
Result<uint64_t> json_number(const Json& json);

bool is_device_json(const Json& json);
// A key of device.json or a group of them, as it is written there or misspelt: whoever wrote it
// meant a device's facts, in whatever form the rest is.
bool is_device_key(std::string_view name);
// A member of the object itself is one.
bool has_device_key(const Json& json);
// `others`: top-level keys that the caller reads himself. Unknown keys become remarks, unusable
// values damage.
void read_device_json(const Json& json, const std::string& path, Reading& reading,
                      std::span<const std::string_view> others = {});

}  // namespace attest
