// Checks on the waivers that a person hands over beside the evidence. They stand under `expect`,
// with the order: both say what the person expects of this part. A waiver that does not count
// leaves its check as it is; here it is told why.

#include <fmt/format.h>

#include "verifier/checks/catalogue.h"
#include "verifier/checks/waiver.h"

namespace attest {
namespace {

constexpr const char* kNone = "no waivers";

// One outcome for all waivers that the predicate finds fault with; `is` names it.
template <class Wrong>
Outcome all(const Policy& policy, const char* is, const char* expected, Wrong&& wrong) {
  if (policy.waivers.empty()) return skipped(kNone);
  std::string message, actual;
  for (const Waiver& waiver : policy.waivers) {
    const std::string what = wrong(waiver);
    if (what.empty()) continue;
    message += fmt::format("{}the waiver of {} {}", message.empty() ? "" : "; ", waiver.id, is);
    actual += (actual.empty() ? "" : ", ") + what;
  }
  return message.empty() ? pass() : fail(std::move(message), expected, std::move(actual));
}

Outcome name_checks(const LotView& lot) {
  return all(lot.policy, "names no check", "ids of the catalogue",
             [](const Waiver& w) { return find_check(w.id) == nullptr ? w.id : std::string(); });
}

Outcome are_permitted(const LotView& lot) {
  return all(lot.policy, "does not count: it cannot be waived",
             "waivers of what can be waived for this network and stage", [&](const Waiver& w) {
               const Maybe<Check> check = find_check(w.id);
               return check != nullptr &&
                              !may_be_waived(*check, lot.policy.network, lot.policy.stage)
                          ? w.id
                          : std::string();
             });
}

Outcome are_in_force(const Evidence& e) {
  return all(e.policy, "has expired", "waivers that hold at the instant of judging",
             [&](const Waiver& w) {
               return is_in_force(w, e.policy) || !is_for(w, e) ? std::string() : w.until_text;
             });
}

// The runner finds out (report_unused_waivers): only after all others is known which waivers were
// needed.
Outcome are_used(const LotView& lot) {
  return lot.policy.waivers.empty() ? skipped(kNone) : pass();
}

constexpr Check kChecks[] = {
    {
        .id = "expect.waivers-name-checks",
        .title = "every waiver names a check",
        .severity = kWarning,
        .proves_authenticity = false,
        .run = rule<name_checks>,
        .rule = "A waiver of a misspelled id, or of a check that another version of the tool has, "
                "covers nothing.",
        .remedy = "correct the id (matter-attest checks lists them), or take the waiver out",
    },
    {
        .id = "expect.waivers-are-permitted",
        .title = "every waiver is for something that can be waived",
        .severity = kWarning,
        .proves_authenticity = false,
        .run = rule<are_permitted>,
        .rule =
            "On main nothing that proves that the device is what it says (signatures, chain, "
            "revocation, trust, test credentials) can be waived, at a certification lab nothing "
            "that it demands; checks on waivers nowhere.",
        .remedy = "take the waiver out, and mend what it was for",
    },
    {
        .id = "expect.waivers-are-in-force",
        .title = "no waiver has expired",
        .severity = kWarning,
        .proves_authenticity = false,
        .run = rule<are_in_force>,
        .alike = "a record that is judged with waivers is alike to none",
        .rule = "A waiver holds until the day it names, that day included; after it the check "
                "counts again.",
        .remedy = "mend what the waiver was for, or have it renewed by who gave it",
    },
    {
        .id = "expect.waivers-are-used",
        .title = "every waiver is needed",
        .severity = kWarning,
        .proves_authenticity = false,
        .run = rule<are_used>,
        .rule = "A waiver of a check that passes would let the fault pass unseen should it come "
                "back; one of a check that is unknown or blocked does nothing. One that is for "
                "another device is not counted.",
        .remedy = "take the waiver out",
    },
};

}  // namespace

std::span<const Check> waiver_checks() {
  return kChecks;
}

}  // namespace attest
