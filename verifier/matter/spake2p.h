// Spake2p: the PASE verifier of a passcode (Core 3.10): w0 (32 bytes) | L (65 bytes).
#pragma once

#include "verifier/base/bytes.h"

namespace attest {

inline constexpr uint32_t kMinPbkdfIterations = 1000, kMaxPbkdfIterations = 100000;
inline constexpr size_t kMinSalt = 16, kMaxSalt = 32, kVerifierBytes = 97;

// 97 bytes. Errors: salt length or iterations out of range.
Result<Bytes> spake2p_verifier(uint32_t passcode, View salt, uint32_t iterations);
// Whether a verifier is the one of a passcode; a wrong passcode costs a third of making its
// verifier. Errors: as above.
Result<bool> is_verifier_of(View verifier, uint32_t passcode, View salt, uint32_t iterations);
// nullopt when the shape is right: 97 bytes, w0 < n, L on the curve; else what is wrong.
std::optional<std::string> judge_verifier(View verifier);

}  // namespace attest
