// Devices of a lot as the records of `lot --stream`, forged once for all tests: one PAI, one
// declaration, a DAC, a serial number and onboarding data of its own each.
#pragma once

#include <string>
#include <vector>

#include "verifier/base/json.h"

namespace attest::test {

struct LotRecordPlan {
  Json json;  // the record
  std::string line() const { return dump(json) + "\n"; }
  void replace(const std::string& key, Json value);  // the member, or a new one
};
// At most 600.
const std::vector<LotRecordPlan>& lot_records();
// The words with which the program approves them.
std::vector<std::string> lot_words(std::initializer_list<std::string> more);

}  // namespace attest::test
