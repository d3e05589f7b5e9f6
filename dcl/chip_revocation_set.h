// A revocation set for the Matter SDK's commissioners, made of the ledger's revocation points: of
// lists that were verified, and of no others.
#pragma once

#include <string>
#include <vector>

#include "dcl/cached_ledger.h"
#include "verifier/base/json.h"

namespace attest::dcl {

struct ChipRevocationSet {
  Json set{Json::Array{}};
  size_t points = 0;                  // that the ledger names
  std::vector<std::string> left_out;  // a line each: which point, and why; or what of its list
};

// Of the points whose issuer's key id begins so ("": of all). A list counts when the ledger's point
// is its issuer's, the issuer is an approved PAA or a PAI that one issued, the file has the
// ledger's size and digest, the signer signed it, and `at` lies before its nextUpdate. Where the
// issuer delegated, the entry names it, as the SDK wants it. An error: the ledger's points are not
// known.
Result<ChipRevocationSet> chip_revocation_set(CachedLedger& ledger, const std::string& prefix,
                                              Instant at, SignatureEngine& engine);

}  // namespace attest::dcl
