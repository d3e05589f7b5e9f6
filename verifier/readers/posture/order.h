// How a part was ordered to be locked: the object `security` of an order.
#pragma once

#include "verifier/base/json.h"
#include "verifier/readers/reader.h"

namespace attest {

// Whether every one of its members is a key of `security`, and there is one.
bool is_security_order(const Json& security);
// Values that cannot be become damage, keys that nobody knows remarks.
void read_security_order(const Json& security, const std::string& path, Reading& reading);
// The name and the value of a setting as orders are kept: "otp_read", "4"; a flag is "enabled" or
// "disabled". Nothing for a list or an object.
std::string setting_name(std::string_view name);
std::optional<std::string> setting_value(const Json& value);
// The group of settings that are levels, as Simplicity Commander names it.
inline constexpr std::string_view kTamperLevels = "tamper_levels";
bool is_tamper_level(std::string_view word);  // 0 to 7
// "profile, secure_boot, ...": what `security` may name.
std::string security_keys();
// The names of files that `signing_keys` and `command_key` give in place of a key.
bool is_key_file(std::string_view value);
// Of each key in a PEM file (public or private) the forms in which a part or an image may hold it,
// joined by '|'.
std::vector<std::string> key_forms(View file);

}  // namespace attest
