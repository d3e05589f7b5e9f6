// TermsFile: the terms and conditions of a product's enhanced setup flow, as the ledger's
// enhancedSetupFlowTCUrl leads to them. Judged as text in hand; who fetches them bounds their size.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace attest::audit {

// More is not read: the texts of all countries and languages fit well.
inline constexpr size_t kMostTerms = 4u << 20;

// What keeps a commissioner from showing them, the first few of many; empty: nothing does.
// `revision`: enhancedSetupFlowTCRevision of the model's entry.
std::vector<std::string> terms_problems(std::string_view json, uint64_t revision);

}  // namespace attest::audit
