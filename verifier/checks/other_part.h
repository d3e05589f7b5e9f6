// Two parts' files in one evidence: identity.one-dac tells of it, and what the files of the other
// part say otherwise follows from that.
#pragma once

#include <set>
#include <string>

#include "verifier/gather/evidence.h"

namespace attest {

// Files that hold a DAC, and not the one that is judged.
class OtherPart {
 public:
  explicit OtherPart(const Evidence& e);
  bool holds(const Place& place) const;
  // Whether that value stands in those files alone.
  bool says(const Device& device, const Statement& value) const;

 private:
  std::set<std::string, std::less<>> files_;
};

}  // namespace attest
