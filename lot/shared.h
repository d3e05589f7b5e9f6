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
  // Of all that lies there: who goes on with a lot compares it.
  uint64_t digest() const { return digest_; }
  // The lists of a device that was judged: which of them are of its issuers.
  void saw(const std::vector<CrlEvidence>& judged) const;
  // What was lent to no device so far, nor is what one has of its own; lists of nobody's issuer,
  // and such as lie there twice.
  std::vector<NotUsed> unused() const;

 private:
  struct Lent {
    Statement statement;
    std::optional<KeyId> pai;  // its key id, where it is a PAI
    bool with_lists = false;   // the certificate of a list's signer
    bool lists_only = false;   // one that signs nothing else: lent with its lists, or not at all
  };
  const Lent* fitting_pai(const Device& device) const;
  bool is_own(const Statement& shared, const Reading& reading) const;

  std::vector<Lent> lent_;
  std::shared_ptr<const std::vector<CrlEvidence>> lists_;  // null: none
  std::shared_ptr<const std::vector<RevocationSetEvidence>> sets_;
  size_t declarations_ = 0;
  uint64_t digest_ = 0;
  std::vector<NotUsed> twice_;
  // Of lent_, and of lists_; set by whatever thread.
  mutable std::vector<std::atomic<bool>> used_, of_somebody_;
};

}  // namespace attest
