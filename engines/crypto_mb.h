// crypto_mb: signatures checked eight at a time by the multi-buffer library of Intel's Cryptography
// Primitives (Apache-2.0), where it is installed and the processor has AVX-512 IFMA. Loaded when
// asked for, never required.
//
// The library only ever says yes on its own: what it refuses, and what is not plainly in range,
// OpenSSL decides; of what it accepts a sample is checked again, and one difference ends its use.
#pragma once

#include "verifier/crypto/crypto.h"

namespace attest {

// `library`: the file; empty to look where the build found it and where the system's loader looks.
// An Error names what is missing: the file, a function in it, the processor's instructions, or
// right answers to a known signature.
Result<std::unique_ptr<SignatureEngine>> load_crypto_mb(const std::string& library);

}  // namespace attest
