// How a part was ordered to be locked: the object `security` of an order, and Simplicity
// Commander's user_configuration.json beside it.
#pragma once

#include "verifier/base/json.h"
#include "verifier/readers/reader.h"

namespace attest {

// Whether every one of its members is a key of `security`, and there is one.
bool is_security_order(const Json& security);
// Values that cannot be become damage, keys that nobody knows remarks.
void read_security_order(const Json& security, const std::string& path, Reading& reading);
// mcu_flags and tamper settings; what the order itself says of the same stands before it.
void read_user_configuration(const Json& json, const std::string& path, Posture& posture);
// "profile, secure_boot, ...": what `security` may name.
std::string security_keys();
// The names of files that `signing_keys` and `command_key` give in place of a key.
bool is_key_file(std::string_view value);
// Of each key in a PEM file (public or private) the forms in which a part or an image may hold it,
// joined by '|'.
std::vector<std::string> key_forms(View file);

}  // namespace attest
