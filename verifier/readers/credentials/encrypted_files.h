// Private keys under a passphrase, wherever they are met.
#pragma once

#include "verifier/readers/reader.h"

namespace attest {

// Tries the passphrases given, now and whenever more are known. `open` gives the DER of the key for
// one passphrase.
struct SealError;
void open_private_key(const Place& place,
                      std::function<tl::expected<Bytes, SealError>(std::string_view)> open,
                      Reading& reading);

}  // namespace attest
