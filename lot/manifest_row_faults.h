// What is wrong with a row of a manifest by itself: values that cannot be, codes that are none,
// columns that disagree.
#pragma once

#include <string>
#include <vector>

#include "lot/rule.h"
#include "verifier/readers/tables/manifest.h"

namespace attest {

struct RowFault {
  const LotRule* rule;
  std::vector<ManifestColumn> columns;  // those it speaks of
  std::string message;
};

// As two spellings of one value are compared: digits of a digest or address in either case, with or
// without colons; of a certificate its digest.
std::string compared(ManifestColumn column, const std::string& value);
std::vector<RowFault> faults_of(const ManifestRow& row);

}  // namespace attest
