// EspSecureCert: Espressif's partition for the DAC, its key and the PAI, in its TLV and in its
// older "cust_flash" form.
#pragma once

#include "verifier/readers/reader.h"

namespace attest {

bool looks_like_esp_secure_cert(View partition);
// The same without any doubt, for places that nobody names: a magic and a first item whose checksum
// is right.
bool is_esp_secure_cert(View partition);
// Reads a partition at `source.base`. `label` is its name in a flash image; empty for a file of its
// own.
void read_esp_secure_cert(const Source& source, const std::string& label, Reading& reading);

}  // namespace attest
