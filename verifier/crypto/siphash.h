// SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed digest of 64 bits. Short enough to keep one
// for everything that may repeat in a lot of millions, and without its key nobody can make two
// values collide or try out which passcode it was.
#pragma once

#include "verifier/base/bytes.h"

namespace attest {

using SipKey = std::array<uint8_t, 16>;

uint64_t siphash(const SipKey& key, View data);

}  // namespace attest
