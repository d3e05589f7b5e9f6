// LotShared: the PAIs, PAAs, declarations and revocation lists that lie beside devices and belong
// to all of them. What they are is worked out once, whatever the number of devices: a list of many
// serial numbers is read and indexed here, and devices look into it.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "verifier/readers/reader.h"

namespace attest {

struct Evidence;

// What is lent, and whether it was to somebody; the threads that judge share it.
class LentOnes {
 public:
  void add(Statement statement);
  size_t size() const { return all_.size(); }
  const Statement& operator[](size_t i) const { return all_[i].statement; }
  const std::optional<KeyId>& pai(size_t i) const { return all_[i].pai; }
  // The PAI that one of the device's certificates names as its issuer.
  std::optional<size_t> fitting_pai(const Device& device) const;
  // Those that are given to the device, or are its own, are used.
  void mark(const std::vector<size_t>& given, const Reading& reading) const;
  bool is_used(size_t i) const { return used_[i].load(std::memory_order_relaxed); }
  // Their files, a path once each; `all`: whether used or not.
  void add_files(std::vector<std::string>& to, bool all) const;
  void settle() { used_ = std::vector<std::atomic<bool>>(all_.size()); }  // none is added any more

 private:
  struct One {
    Statement statement;
    std::optional<KeyId> pai;  // its key id, where it is a PAI
  };
  std::vector<One> all_;
  mutable std::vector<std::atomic<bool>> used_;
};

// What the tester named for the devices (--pai, --cd): it goes to those that bring none of their
// own, neither in their files nor beside them.
class LotNamed {
 public:
  // `more`: the files that hold other things, too, which are not lent.
  explicit LotNamed(Device chosen, std::set<std::string> more = {});
  bool has_fitting_pai(const Device& device) const;
  std::vector<size_t> choose(const Device& device) const;
  const LentOnes& all() const { return all_; }
  bool holds_more(const std::string& file) const { return more_.contains(file); }
  std::vector<NotUsed> unused() const;
  uint64_t digest() const { return digest_; }

 private:
  LentOnes all_;
  std::set<std::string> more_;
  uint64_t digest_ = 0;
};

class LotShared {
 public:
  explicit LotShared(Device device, std::shared_ptr<const LotNamed> named = nullptr);
  // Gives a device what it lacks, and every list: one that names others may be what says that this
  // one is not revoked. (So nothing is alike where lists lie beside the devices: alike.cc.)
  void lend(Reading& reading) const;
  // The files of what lend() gives to it. Nullopt: one of them holds more than that, so that who
  // reads it sees another device.
  std::optional<std::vector<std::string>> files_for(const Reading& reading) const;
  // Of all that lies there: who goes on with a lot compares it.
  uint64_t digest() const { return digest_; }
  // Of a device that was judged: which lists and sets are of its issuers.
  void saw(const Evidence& judged) const;
  // What was lent to no device so far, nor is what one has of its own; lists of nobody's issuer
  // and sets, such as cannot be read, and such as lie there twice. What was named tells of itself.
  std::vector<NotUsed> unused() const;
  // The sets that the devices were judged with, all but those that unused() names.
  std::vector<std::string> used_sets() const;
  // The same of the files of all else; `all`: where it is not known what devices before took.
  void add_used_files(std::vector<std::string>& to, bool all) const;

 private:
  struct Kind {
    bool with_lists = false;  // the certificate of a list's signer
    bool lists_only = false;  // one that signs nothing else: lent with its lists, or not at all
  };
  std::vector<size_t> choose(const Device& device) const;

  LentOnes lent_;
  std::vector<Kind> kinds_;  // of lent_
  std::shared_ptr<const LotNamed> named_;
  std::shared_ptr<const std::vector<CrlEvidence>> lists_;  // null: none
  std::shared_ptr<const std::vector<RevocationSetEvidence>> sets_;
  size_t declarations_ = 0;
  uint64_t digest_ = 0;
  std::vector<NotUsed> twice_;
  mutable std::vector<std::atomic<bool>> of_somebody_;      // of lists_; set by whatever thread
  mutable std::vector<std::atomic<bool>> set_of_somebody_;  // of sets_
};

}  // namespace attest
