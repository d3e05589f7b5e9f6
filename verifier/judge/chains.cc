#include "verifier/judge/chains.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "verifier/checks/catalogue.h"
#include "verifier/checks/waiver.h"
#include "verifier/gather/chains.h"

namespace attest {
namespace {

constexpr const char *kAgree = "identity.chains-agree",
                     *kReleased = "chain.algorithms-are-released";

// What is asked of the device once, with its first chain: images that are fetched for it, whether a
// waiver was needed by any chain, how the chains agree, what it says of all its chains.
constexpr std::string_view kOnce[] = {"ota.",
                                      "expect.waivers-are-used",
                                      kAgree,
                                      "attestation.feature-",
                                      "attestation.profiles-",
                                      "attestation.dac-profile-is-p256"};
bool is_asked_once(const Check& check) {
  return std::any_of(std::begin(kOnce), std::end(kOnce), [&](std::string_view prefix) {
    return std::string_view(check.id).starts_with(prefix);
  });
}

// What a reader has to look at first. What a waiver let pass is told of, too.
unsigned badness(const Finding& f) {
  if (f.status == Status::fail) return 6;
  if (f.keeps_open) return 5;
  if (f.status == Status::unknown) return 4;
  if (f.status == Status::warn) return 3;
  if (!f.waived.empty()) return 2;
  return f.status == Status::pass ? 1 : 0;
}

// Where the chains are of two products or keys, that one of them does not fit the declaration, or
// what the device signed or keeps, is the same fault; what fits neither is another.
bool follows_from_two_devices(const Finding& joined, const std::vector<const Finding*>& all) {
  const std::string_view id = joined.check->id;
  constexpr std::string_view kOfTheDac[] = {
      "cd.", "dac.product-is-listed-in-cd", "dac.vendor-matches-cd", "attestation.", "nocsr.",
      "key."};
  return joined.status == Status::fail &&
         std::any_of(std::begin(kOfTheDac), std::end(kOfTheDac),
                     [&](std::string_view prefix) { return id.starts_with(prefix); }) &&
         std::any_of(all.begin(), all.end(), [](const Finding* f) {
           return f->status != Status::fail && f->status != Status::unknown;
         });
}

bool is_same(const Finding& a, const Finding& b) {
  return a.status == b.status && a.message == b.message && a.expected == b.expected &&
         a.actual == b.actual && a.waived == b.waived;
}

// One check's findings of all chains as one.
Finding joined(const std::vector<const Finding*>& all, const std::vector<std::string>& names) {
  const auto worst = std::max_element(
      all.begin(), all.end(),
      [](const Finding* a, const Finding* b) { return badness(*a) < badness(*b); });
  Finding out = **worst;
  const bool same =
      std::all_of(all.begin(), all.end(), [&](const Finding* f) { return is_same(*f, **worst); });
  if (same) return out;
  std::string where;
  std::vector<std::string_view> sources;
  for (size_t k = 0; k < all.size(); ++k) {
    if (badness(*all[k]) != badness(**worst)) continue;
    where += fmt::format("{}in the {} chain: {}", where.empty() ? "" : "; ", names[k],
                         all[k]->message.empty() ? all[k]->check->title : all[k]->message.view());
  }
  out.message = std::move(where);
  std::string source;
  for (const Finding* f : all) {
    const bool known = std::find(sources.begin(), sources.end(), f->source) != sources.end();
    if (badness(*f) != badness(**worst) || f->source.empty() || known) continue;
    sources.push_back(f->source);
    source += fmt::format("{}{}", source.empty() ? "" : " and ", f->source.view());
  }
  out.source = source;
  return out;
}

std::vector<std::string> names_of(const Evidence& first) {
  std::vector<std::string> names = {chain_name(first)};
  for (const auto& other : first.other_chains) {
    // (Without its PAI nothing tells of what kind a chain is.)
    const std::string name = chain_name(*other);
    const bool again = std::find(names.begin(), names.end(), name) != names.end();
    names.push_back(again && !other->pai.present() ? "other" : name);
  }
  return names;
}

}  // namespace

std::vector<JudgedChain> judged_chains(const Evidence& first) {
  std::vector<JudgedChain> out;
  if (first.other_chains.empty()) return out;
  const std::vector<std::string> names = names_of(first);
  const Judge judge(first.policy);
  out.push_back({.name = names[0], .report = judge.report(first)});
  for (size_t k = 0; k < first.other_chains.size(); ++k)
    out.push_back({.name = names[k + 1], .report = judge.report(*first.other_chains[k])});
  return out;
}

Report join_chains(const Judge& judge, const Evidence& first, Report report,
                   std::span<const Report> others) {
  const std::vector<std::string> names = names_of(first);
  std::string of_each = fmt::format("{}: {}", names[0], verdict_name(report.verdict));
  for (size_t k = 0; k < others.size(); ++k)
    of_each += fmt::format(", {}: {}", names[k + 1], verdict_name(others[k].verdict));

  const Check* agree = find_check(kAgree);
  const bool two_devices = report.findings[check_index(*agree)].status == Status::fail;
  for (size_t i = 0; i < report.findings.size(); ++i) {
    Finding& own = report.findings[i];
    // Most hold in all chains, and there is nothing to be put together.
    if (badness(own) < 2 && std::none_of(others.begin(), others.end(), [&](const Report& other) {
          return badness(other.findings[i]) >= 2;
        }))
      continue;
    if (is_asked_once(*own.check)) continue;
    std::vector<const Finding*> all = {&own};
    for (const Report& other : others) all.push_back(&other.findings[i]);
    Finding one = joined(all, names);
    if (two_devices && follows_from_two_devices(one, all)) {
      one.status = Status::blocked;
      one.blocked_by = agree;
      one.remedy.clear();
      one.keeps_open = false;
    }
    if (one.check->id == std::string_view(kReleased) && own.status == Status::pass &&
        one.status == Status::warn)
      one.remedy = SparseText::lasting(
          "nothing yet: the legacy chain serves the commissioners of today; judge the "
          "other again when Matter 1.7 is released");
    own = std::move(one);
  }
  judge.conclude_joined(first, report);
  // A commissioner of either kind: of those that refuse, the first one's answer.
  for (const Report& other : others) {
    if (report.sdk.number() == 0) report.sdk = other.sdk;
  }
  report.summary += fmt::format(" (chains: {})", of_each);
  return report;
}

}  // namespace attest
