// One report of a device that has several chains: each was judged by itself.
#pragma once

#include <string>
#include <vector>

#include "verifier/judge/judge.h"

namespace attest {

// The first chain's report, and of the others what is worse there: of their certificates and what
// hangs on them. A finding that is not the same for all says of which chain it is.
Report join_chains(const Judge& judge, const Evidence& first, Report report,
                   std::span<const Report> others);

// Each chain as it was judged by itself, for who draws them: the first, then the others. Empty of a
// device with one.
struct JudgedChain {
  std::string name;  // "legacy", "ML-DSA-65"
  Report report;
};
std::vector<JudgedChain> judged_chains(const Evidence& first);

}  // namespace attest
