// Two parts' files in one evidence: identity.one-dac tells of it, and what the files of the other
// part say otherwise follows from that. Where it is waived nothing follows: a waiver covers what it
// names.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "verifier/gather/evidence.h"

namespace attest {

// Files that hold a DAC, and not the one that is judged.
class OtherPart {
 public:
  explicit OtherPart(const Evidence& e);
  bool holds(const Place& place) const;
  // Whether that value, of the same evidence, stands in those files alone.
  bool says(const Statement& value) const;

 private:
  const std::vector<Statement>& statements_;
  std::set<std::string, std::less<>> files_;
  // What else is there: as many values may be asked about as there are.
  std::set<std::pair<FactId, std::string_view>> bytes_elsewhere_;
};

}  // namespace attest
