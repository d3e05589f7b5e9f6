// LotRoster: every device of a lot in at most 100 bytes, and what repeats among them. Marks are
// kept in columns, names packed, products and issuers by number. Devices may be added in any order:
// the findings are the same, down to their words.
#pragma once

#include <array>
#include <memory>

#include "lot/fingerprints.h"
#include "lot/lot_report.h"

namespace attest {

struct FindingList {
  std::vector<LotFinding> findings;
  uint64_t left_out = 0;                   // of a kind of which kMostFindings are listed
  std::vector<LotCompared> compared = {};  // of a roster: what was looked for
};
inline constexpr size_t kMostFindings = 100;  // of one rule

class LotRoster {
 public:
  LotRoster();
  ~LotRoster();
  LotRoster(LotRoster&&) noexcept;
  void add(std::string_view name, const DeviceFingerprints& fingerprints);
  uint64_t size() const { return size_; }
  std::string name(uint32_t device) const;
  // What repeats, counts upwards, or is of another product or PAI, or locked otherwise than the
  // rest.
  FindingList findings(Stage stage = Stage::network) const;
  // The devices of each product, in the order of its ids, and how many DAC keys they have: 0, 1, or
  // 2 for more. Those that name no product stand together.
  struct Units {
    std::string product;
    uint64_t devices = 0;
    uint8_t keys = 0;
    std::vector<std::string> names;  // the first kNamesShown
  };
  std::vector<Units> units() const;
  // Parts that do not say all that others do of how they are locked: in this they are compared with
  // none.
  struct Untold {
    std::string traits;  // "debug, secure boot"
    uint64_t devices = 0;
    std::vector<std::string> names;  // the first kNamesShown
  };
  std::vector<Untold> locks_untold() const;

 private:
  struct Block;
  class Search;
  FindingList repetitions(Stage stage) const;
  // Few and long texts, by number; past 254 different ones all further are "others" and of none.
  struct Kinds {
    std::vector<std::string> names;
    uint8_t number(const std::string& name);
  };
  // Whose kinds are compared: a column of every block.
  enum class Column : uint8_t { product, issuer };
  void unlike_the_rest(const Kinds& kinds, Column column, FindingList& out) const;
  void locked_unlike_the_rest(FindingList& out) const;
  // Devices of some postures, by the posture's number; 0: of none.
  struct LockedSo {
    uint64_t count = 0;
    std::vector<std::string> names;  // the first kNamesShown
  };
  void count_locked(const std::array<LockedSo*, 256>& of) const;

  std::vector<std::unique_ptr<Block>> blocks_;
  uint64_t size_ = 0;
  std::string name_before_;  // as it is shown; what is packed next may begin as it does
  Kinds products_, issuers_, postures_;
};

}  // namespace attest
