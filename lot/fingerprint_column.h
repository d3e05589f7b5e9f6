// FingerprintColumn: one fingerprint of many devices, in fewer bytes than it has.
#pragma once

#include <vector>

#include "lot/fingerprints.h"

namespace attest {

// How many bytes of it are kept. Of a million devices two that have nothing in common agree in
// seven bytes in one lot of 140,000, in six (of what is no more than a warning) in one of 560.
// Passcodes have 28 bits, each its own.
constexpr size_t kept_bytes(Fingerprint kind) {
  switch (kind) {
    case Fingerprint::passcode:
    case Fingerprint::next_passcode:
      return 4;
    case Fingerprint::spake2p_salt:
    case Fingerprint::nonce:
      return 6;
    default:
      return 7;
  }
}

class FingerprintColumn {
 public:
  void reserve(size_t devices, size_t width) { bytes_.reserve(devices * width); }
  void push(uint64_t mark, size_t width) {
    uint64_t kept = mark & ((uint64_t{1} << (8 * width)) - 1);
    if (mark != 0 && kept == 0) kept = 1;  // 0 says that there is none
    for (size_t i = 0; i < width; ++i) bytes_.push_back(static_cast<uint8_t>(kept >> (8 * i)));
  }
  size_t devices(size_t width) const { return bytes_.size() / width; }
  // Spread over all 64 bits again: who searches goes by the first or the last of them.
  uint64_t at(size_t device, size_t width) const {
    constexpr uint64_t kOdd = 0x9E3779B97F4A7C15;
    uint64_t kept = 0;
    for (size_t i = width; i-- > 0;) kept = kept << 8 | bytes_[device * width + i];
    return kept * kOdd;
  }

 private:
  std::vector<uint8_t> bytes_;
};

}  // namespace attest
