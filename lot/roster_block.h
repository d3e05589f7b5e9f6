// How a lot's devices are kept (roster.h): columns of so many devices. Only the files of the roster
// include it.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "lot/fingerprint_column.h"
#include "lot/roster.h"

namespace attest {

inline constexpr size_t kRosterBlock = 4096;  // devices

struct LotRoster::Block {
  std::array<FingerprintColumn, kFingerprintCount> fingerprints;
  // (Of chip_id as of posture: 7 bytes a device more, where any tells of it.)
  std::vector<uint16_t> discriminator;  // one more than it is; 0: none
  std::vector<uint8_t> product, issuer;
  std::vector<uint8_t> posture;  // as far as any part says how it is locked

  uint64_t mark(Fingerprint kind, size_t device) const {
    const FingerprintColumn& column = fingerprints[static_cast<size_t>(kind)];
    const size_t width = kept_bytes(kind);
    return device < column.devices(width) ? column.at(device, width) : 0;
  }
  std::string names;
  std::vector<uint32_t> name_at;
  size_t size = 0;

  // A block that is full has no spare room.
  void close() { names.shrink_to_fit(); }
};

}  // namespace attest
