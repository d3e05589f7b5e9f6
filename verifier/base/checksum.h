// Cyclic checksums of vendor containers: they find accidents, not attackers.
#pragma once

#include "verifier/base/bytes.h"

namespace attest {

// CRC-32 as zlib and PNG have it (reflected 0xEDB88320, final inversion). `before` is the checksum
// of what came before. Espressif's ROM function starts its register at 0 instead, which is
// crc32(data, 0xFFFFFFFF).
uint32_t crc32(View data, uint32_t before = 0);
inline uint32_t crc32_esp(View data) {
  return crc32(data, 0xFFFFFFFF);
}

}  // namespace attest
