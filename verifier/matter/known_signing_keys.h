// Keys that sign firmware and whose private parts are published.
#pragma once

#include <string_view>

namespace attest {

// The file in which the key with this MCUboot hash (hex) is published; nullptr: none known.
const char* published_signing_key(std::string_view key_hash);

}  // namespace attest
