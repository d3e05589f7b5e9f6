// Which checks devices of one lot share. A body listed here looks at nothing but what BatchJudge
// compares: the policy, the PAI and how its PAA was found, the declaration and its signer, the
// ledger's facts, the vendor and product that Basic Information gives. shared_answers_test.cc gives
// each the rest of every other device, and its answer must stay.

#include <algorithm>
#include <string_view>

#include "verifier/catalogue.h"
#include "verifier/judge.h"

namespace attest {
namespace {

// Subjects of which every check is shared but the ones below.
constexpr std::string_view kSubjects[] = {"paa.", "pai.", "cms.", "cd."};
constexpr std::string_view kOfTheDevice[] = {
    "paa.is-valid-at-dac-issuance", "pai.is-valid-at-dac-issuance",
    "pai.is-not-revoked",           "cd.vendor-matches-dac",
    "cd.product-ids-include-dac",   "cd.vendor-matches-basic-information",
    "cd.dac-origin-vendor-matches", "cd.dac-origin-product-matches",
};
constexpr std::string_view kAlone[] = {
    "chain.pai-authority-key-is-paa", "chain.pai-issuer-is-paa",
    "credentials.no-test-paa",        "chain.dac-issuer-is-no-root",
    "credentials.no-test-cd-signer",  "credentials.no-development-cd",
};

std::vector<uint8_t> shared_checks() {
  std::vector<uint8_t> out;
  for (const Check* check : catalogue()) {
    const std::string_view id = check->id;
    const auto in = [&](const auto& list) {
      return std::find(std::begin(list), std::end(list), id) != std::end(list);
    };
    const bool subject = std::any_of(std::begin(kSubjects), std::end(kSubjects),
                                     [&](std::string_view s) { return id.starts_with(s); });
    out.push_back((subject && !in(kOfTheDevice)) || in(kAlone) ? 1 : 0);
  }
  return out;
}

}  // namespace

bool is_shared(size_t check) {
  static const std::vector<uint8_t> shared = shared_checks();
  return shared[check] != 0;
}

}  // namespace attest
