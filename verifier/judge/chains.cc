#include "verifier/judge/chains.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "verifier/checks/catalogue.h"
#include "verifier/gather/chains.h"

namespace attest {
namespace {

// What is said of a chain; all else is said of the device, once.
constexpr std::string_view kOfAChain[] = {
    "dac.",         "pai.",         "paa.",        "chain.",        "key.",        "cd.",
    "attestation.", "credentials.", "revocation.", "identity.one-", "ledger.paa-", "ledger.pai-"};
bool is_of_a_chain(const Check& check) {
  return std::any_of(std::begin(kOfAChain), std::end(kOfAChain), [&](std::string_view prefix) {
    return std::string_view(check.id).starts_with(prefix);
  });
}

// What a reader has to look at first.
unsigned badness(const Finding& f) {
  if (f.status == Status::fail) return 5;
  if (f.keeps_open) return 4;
  if (f.status == Status::unknown) return 3;
  if (f.status == Status::warn) return 2;
  return f.status == Status::pass ? 1 : 0;
}

// Where the chains are of two products, that the other's is not in the declaration is the same
// fault.
bool follows_from_two_products(const Finding& f) {
  const std::string_view id = f.check->id;
  return f.status == Status::fail &&
         (id.starts_with("cd.") || id == "dac.product-is-listed-in-cd" ||
          id == "dac.vendor-matches-cd");
}

bool is_same(const Finding& a, const Finding& b) {
  return a.status == b.status && a.message == b.message && a.expected == b.expected &&
         a.actual == b.actual;
}

}  // namespace

Report join_chains(const Judge& judge, const Evidence& first, Report report,
                   std::span<const Report> others) {
  std::vector<std::string> names = {chain_name(first)};
  for (const auto& other : first.other_chains) names.push_back(chain_name(*other));
  const Check* agree = find_check("identity.chains-agree");
  const Finding* agreement = report.of(agree);
  const bool two_products = agreement != nullptr && agreement->status == Status::fail;
  for (size_t i = 0; i < report.findings.size(); ++i) {
    if (!is_of_a_chain(*report.findings[i].check)) continue;
    std::vector<const Finding*> all = {&report.findings[i]};
    for (const Report& other : others) all.push_back(&other.findings[i]);
    size_t worst = 0;
    for (size_t k = 1; k < all.size(); ++k) {
      if (badness(*all[k]) > badness(*all[worst])) worst = k;
    }
    if (badness(*all[worst]) < 2) continue;
    std::string where;
    bool same = true;
    for (size_t k = 0; k < all.size(); ++k) {
      same = same && is_same(*all[k], *all[worst]);
      if (badness(*all[k]) != badness(*all[worst])) continue;
      where += fmt::format("{}in the {} chain: {}", where.empty() ? "" : "; ", names[k],
                           all[k]->message.empty() ? all[k]->check->title : all[k]->message);
    }
    Finding joined = *all[worst];
    if (worst != 0 && two_products && follows_from_two_products(joined)) {
      joined.status = Status::blocked;
      joined.blocked_by = agree;
      joined.remedy.clear();
      joined.keeps_open = false;
    }
    if (!same) joined.message = std::move(where);
    report.findings[i] = std::move(joined);
  }
  const Verdict of_first = report.verdict;
  judge.conclude(first, report);
  std::string of_each;
  for (size_t k = 0; k < names.size(); ++k) {
    const Verdict verdict = k == 0 ? of_first : others[k - 1].verdict;
    of_each += fmt::format("{}{}: {}", k == 0 ? "" : ", ", names[k], verdict_name(verdict));
  }
  report.summary += fmt::format(" (chains: {})", of_each);
  return report;
}

}  // namespace attest
