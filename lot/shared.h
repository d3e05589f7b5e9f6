// LotShared: the PAIs, PAAs, declarations and revocation lists that lie beside devices and belong
// to all of them. What they are is worked out once, whatever the number of devices.
#pragma once

#include <optional>
#include <vector>

#include "verifier/readers/device.h"

namespace attest {

class LotShared {
 public:
  explicit LotShared(Device device);
  // Gives a device what it lacks.
  void lend(Device& device) const;

 private:
  const Bytes* fitting_pai(const Device& device) const;

  Device device_;
  std::vector<std::optional<KeyId>> pais_;  // of each statement: its key id, where it is a PAI
  size_t declarations_ = 0;
};

}  // namespace attest
