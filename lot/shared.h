// LotShared: the PAIs, PAAs, declarations and revocation lists that lie beside devices and belong
// to all of them. What they are is worked out once, whatever the number of devices: a list of many
// serial numbers is read and indexed here, and devices look into it.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "verifier/readers/reader.h"

namespace attest {

class LotShared {
 public:
  explicit LotShared(Device device);
  // Gives a device what it lacks, and every list: one that names others may be what says that this
  // one is not revoked. (So nothing is alike where lists lie beside the devices: alike.cc.)
  void lend(Reading& reading) const;
  // What was lent to no device so far, nor is what one has of its own.
  std::vector<NotUsed> unused() const;

 private:
  struct Lent {
    Statement statement;
    std::optional<KeyId> pai;  // its key id, where it is a PAI
    bool with_lists = false;   // the certificate of a list's signer
  };
  const Lent* fitting_pai(const Device& device) const;
  bool is_own(const Statement& shared, const Reading& reading) const;

  std::vector<Lent> lent_;
  std::shared_ptr<const std::vector<CrlEvidence>> lists_;  // null: none
  size_t declarations_ = 0;
  mutable std::vector<std::atomic<bool>> used_;  // of lent_; set by whatever thread
};

}  // namespace attest
