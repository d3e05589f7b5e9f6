// Checks on revocation: a revoked certificate is refused, and a question that stays open never
// reads as "not revoked".

#include "verifier/gather/revocation.h"

#include <fmt/format.h>

#include "verifier/checks/catalogue.h"

namespace attest {
namespace {

using Answer = RevocationState::Answer;

// Without a list in the evidence the ledger's points say where one would be.
Outcome judged(const LotView& lot, const RevocationState& state,
               const Fact<std::vector<RevocationPoint>>& points, const char* name) {
  if (state.answer == Answer::not_revoked) return pass();
  if (state.answer == Answer::revoked)
    return fail(
        fmt::format(
            "the {} was revoked on {} ({}){}", name, rfc3339(state.date), reason_text(state.reason),
            state.why.empty() ? ""
                              : fmt::format("; what is wrong with the list beside that ({}) "
                                            "takes nothing back",
                                            state.why)),
        "a certificate in force", "its serial number is on the list", place_text(state.place));
  if (state.answer == Answer::unknown)
    return unknown(fmt::format("whether the {} was revoked is not known: {}", name, state.why));
  if (!lot.facts.asked) return skipped("no revocation list in the evidence, and no ledger asked");
  if (std::holds_alternative<Absent>(points))
    return skipped("the ledger names no revocation list for its issuer");
  if (lot.ledger_is_silent) return unknown_like("ledger.answers");
  if (const Maybe<Unknown> why = std::get_if<Unknown>(&points))
    return unknown(fmt::format("whether the {} was revoked is not known: {}", name, why->why));
  return unknown(fmt::format(
      "whether the {} was revoked is not known: its issuer could not be settled", name));
}

Outcome dac_is_not_revoked(const RecordView& record) {
  return judged(record, record.dac_revocation, record.facts.dac_points, "DAC");
}
Outcome pai_is_not_revoked(const RecordView& record) {
  return judged(record, record.pai_revocation, record.facts.pai_points, "PAI");
}

Outcome lists_can_be_used(const RecordView& record) {
  if (record.crls.empty() && record.facts.lists.empty())
    return skipped(record.facts.asked
                       ? "no revocation list in the evidence, and the ledger names none"
                       : "no revocation list in the evidence");
  for (const auto* lists : {&record.crls, &record.facts.lists}) {
    for (const CrlEvidence& list : *lists) {
      const std::string& why = list.problem.empty() ? list.gap : list.problem;
      if (why.empty()) continue;
      const std::string place = place_text(list.place);
      if (list.authentic)
        return fail(fmt::format("the revocation list {} clears nobody: {}", place, why),
                    list.problem.empty() ? "a list that says what it covers"
                                         : "a list in force that is wholly understood",
                    why, place);
      return fail(fmt::format("the revocation list {} cannot be used: {}", place, why),
                  "a list of the DAC's or PAI's issuer, in force", why, place);
    }
  }
  return pass();
}

Outcome stays_revoked(const RecordView& record) {
  if (record.crls.empty()) return skipped("no revocation list in the evidence");
  for (const auto& [state, name] :
       {std::pair(&record.dac_revocation, "DAC"), std::pair(&record.pai_revocation, "PAI")}) {
    if (!state->replaced) continue;
    const ReplacedEntry& entry = *state->replaced;
    return fail(fmt::format("{} revokes the {} ({}, {}), and the newer list {} names it no more",
                            place_text(entry.place), name, rfc3339(entry.date),
                            reason_text(entry.reason), place_text(entry.newer)),
                "what was revoked stays on the list", "an entry that was taken off",
                place_text(entry.newer));
  }
  return pass();
}

Outcome a_list_is_published(const RecordView& record) {
  if (!record.facts.asked) return skipped("no ledger was asked");
  if (std::holds_alternative<Absent>(record.facts.dac_points)) {
    const Maybe<Certificate> pai = record.pai_if_any;
    const std::string hindered = pai == nullptr ? std::string() : does_not_fit_a_point(*pai);
    return fail(
        "the ledger names no revocation list for the DAC's issuer: a stolen key could never be "
        "revoked" +
            (hindered.empty() ? "" : "; " + hindered),
        "a revocation distribution point", "none", record.ledger.source);
  }
  if (const Maybe<Unknown> why = std::get_if<Unknown>(&record.facts.dac_points))
    return unknown(
        fmt::format("whether a revocation list is published is not known: {}", why->why));
  return pass();
}

// --- revocation sets

constexpr const char* kNoSet = "no revocation set was given";

// (Without a set nothing waits for the certificate.)
Outcome not_in_set(const RecordView& record, const SetsAnswer& said, bool readable,
                   const char* name, const char* owner) {
  if (record.revocation_sets.empty()) return skipped(kNoSet);
  if (!readable) return blocked(owner);
  if (said.named)
    return fail(fmt::format("entry [{}] of the revocation set {} names the {}: revoked by the set "
                            "given; it is unsigned",
                            said.entry, place_text(*said.named), name),
                "a certificate that no set names", "its issuer and serial number stand there",
                place_text(*said.named));
  if (said.unclear)
    return unknown_aside(fmt::format(
        "whether a revocation set names the {} is not known: what may name it there cannot be read",
        name));
  return note(
      fmt::format("no revocation set given names the {}, which proves nothing: a set is "
                  "unsigned",
                  name));
}
Outcome dac_is_not_in_set(const RecordView& record) {
  return not_in_set(record, record.dac_in_sets, record.dac_if_any.has_value(), "DAC",
                    "dac.is-one-certificate");
}
Outcome pai_is_not_in_set(const RecordView& record) {
  return not_in_set(record, record.pai_in_sets, record.pai_if_any != nullptr, "PAI",
                    "pai.is-one-certificate");
}

std::string and_more(size_t all) {
  return all < 2 ? "" : fmt::format(" (and {} more)", all - 1);
}

Outcome set_can_be_read(const RecordView& record) {
  if (record.revocation_sets.empty()) return skipped(kNoSet);
  for (const RevocationSetEvidence& one : record.revocation_sets) {
    const std::string place = place_text(one.place);
    if (one.set == nullptr)
      return fail(fmt::format("the revocation set {} cannot be read: {}; the SDK takes such a file "
                              "for \"nothing is revoked\"",
                              place, one.problem),
                  "a JSON array of entries", one.problem, place);
    const auto& faults = one.set->unreadable();
    if (faults.empty()) continue;
    std::string all;
    constexpr size_t kTold = 8;
    for (size_t i = 0; i < faults.size() && i < kTold; ++i)
      all += fmt::format("{}entry [{}]: {}", i == 0 ? "" : "; ", faults[i].entry, faults[i].what);
    if (faults.size() > kTold) all += fmt::format("; and {} more", faults.size() - kTold);
    return fail(fmt::format("not all of the revocation set {} can be read: {}", place, all),
                "entries with issuer_name, issuer_subject_key_id and revoked_serial_numbers", all,
                place);
  }
  return pass();
}

// First what it means for this device.
Outcome set_works_in_the_sdk(const RecordView& record) {
  if (record.revocation_sets.empty()) return skipped(kNoSet);
  for (const auto& [said, name] :
       {std::pair(&record.dac_in_sets, "DAC"), std::pair(&record.pai_in_sets, "PAI")}) {
    if (!said->named || said->sdk_misses.empty()) continue;
    return fail(fmt::format("entry [{}] of the revocation set {} names the {}, and the SDK {}: {}",
                            said->entry, place_text(*said->named), name,
                            said->sdk_finds ? "does not find it there" : "takes it for not revoked",
                            said->sdk_misses),
                "an entry that the SDK finds", said->sdk_misses, place_text(*said->named));
  }
  for (const RevocationSetEvidence& one : record.revocation_sets) {
    if (one.set == nullptr || one.set->lost_on_sdk().empty()) continue;
    const auto& lost = one.set->lost_on_sdk();
    const std::string place = place_text(one.place);
    return fail(
        fmt::format("the SDK does not find all that the revocation set {} names: entry "
                    "[{}]: {}{}",
                    place, first_of(lost).entry, first_of(lost).what, and_more(lost.size())),
        "a set that revokes in the SDK what it names", first_of(lost).what, place);
  }
  return pass();
}

constexpr const char* kGetLists =
    "get the issuer's revocation list: let the ledger and the list's address be asked, or hand "
    "over "
    "the list";

constexpr Check kChecks[] = {
    {
        .id = "pai.is-not-revoked",
        .title = "the PAI is on no revocation list",
        .spec = "Matter Core 6.2.4",
        .sdk = 202,
        .after = {"pai.is-one-certificate", "paa.is-trusted"},
        .consequence_of = {"pai.signature-verifies"},
        .open_on_main_only = true,
        .run = rule<pai_is_not_revoked>,
        .rule =
            "The PAA's lists name the PAIs that it took back; every device below such a PAI is "
            "refused. Whom a list of the PAA or its delegate names is revoked, whatever else is "
            "wrong with the list and whatever a newer one lacks; not being named counts only when "
            "every list of the PAA could "
            "be used.",
        .remedy = "use DACs issued below a PAI in force",
        .when_unknown = kGetLists,
    },
    {
        .id = "dac.is-not-revoked",
        .title = "the DAC is on no revocation list",
        .spec = "Matter Core 6.2.4",
        .sdk = 302,
        .after = {"dac.is-one-certificate", "pai.is-one-certificate"},
        .consequence_of = {"dac.signature-verifies"},
        .open_on_main_only = true,
        .run = rule<dac_is_not_revoked>,
        .rule = "The PAI's lists name the DACs that it took back, by serial number. Whom a list of "
                "the PAI or its delegate names is revoked, whatever else is wrong with the list "
                "and whatever a newer one lacks; not being named counts only when every list of "
                "the PAI could be used.",
        .remedy = "keep this part back, and find out why its DAC was revoked",
        .when_unknown = kGetLists,
    },
    {
        .id = "revocation.pai-is-not-in-set",
        .title = "no revocation set given names the PAI",
        .spec = "Matter Core 6.2.4",
        .sdk = 202,
        .consequence_of = {"pai.is-not-revoked", "pai.signature-verifies"},
        .run = rule<pai_is_not_in_set>,
        .rule = "A revocation set is what the SDK's commissioners look certificates up in. Nothing "
                "signs it: whom it names is refused on the word of who gave it, and whom it does "
                "not name it clears not. Issuers and serial numbers are compared as what they are, "
                "in all entries (TC-DA-1.9).",
        .remedy = "use DACs issued below a PAI in force; if the set is wrong, ask whoever made it",
        .when_unknown = "hand over a set that can be read",
    },
    {
        .id = "revocation.dac-is-not-in-set",
        .title = "no revocation set given names the DAC",
        .spec = "Matter Core 6.2.4",
        .sdk = 302,
        .consequence_of = {"dac.is-not-revoked", "dac.signature-verifies"},
        .run = rule<dac_is_not_in_set>,
        .rule = "As revocation.pai-is-not-in-set, of the DAC: by the set given, which is unsigned "
                "(TC-DA-1.9).",
        .remedy = "keep this part back, and find out why its DAC was revoked; if the set is wrong, "
                  "ask whoever made it",
        .when_unknown = "hand over a set that can be read",
    },
    {
        .id = "revocation.set-can-be-read",
        .title = "the revocation sets given can be read",
        .severity = kWarning,
        .spec = "Matter Core 6.2.4.2",
        .run = rule<set_can_be_read>,
        .rule =
            "A set is a JSON array of entries, each with an issuer's name and key id and serial "
            "numbers. An entry that cannot be read is told of, and the others count; the SDK "
            "passes such a set by in silence.",
        .remedy = "make the set anew (dcl revocation --format chip)",
    },
    {
        .id = "revocation.set-works-in-the-sdk",
        .title = "the SDK finds in the revocation sets given what they name",
        .severity = kWarning,
        .spec = "Matter Core 6.2.4.2",
        .run = rule<set_works_in_the_sdk>,
        .rule = "The SDK compares names, key ids and serial numbers as texts, and its search ends, "
                "as \"not revoked\", at the first entry of the issuer whose signer (or delegator) "
                "is not base64, has more than 600 bytes or another name or key id. What a set "
                "names all the same stays in use on its commissioners.",
        .remedy = "make the set anew (dcl revocation --format chip), and roll that one out",
    },
    {
        .id = "revocation.lists-can-be-used",
        .title = "the revocation lists at hand can be used",
        .severity = kWarning,
        .spec = "RFC 5280 6.3",
        .run = rule<lists_can_be_used>,
        .rule = "A list counts when it is signed by the issuer it speaks for or by a signer that "
                "this issuer delegated to. Whom it names is revoked then, whatever else is wrong "
                "with it; whom it does not name it clears only when it is in force at the instant "
                "and fully understood. A point on the ledger counts only when its signer, vendor "
                "and product are the issuer's.",
        .remedy = "fetch the list again from the address that the ledger names, or have its issuer "
                  "correct the list or the ledger's entry",
    },
    {
        .id = "revocation.entries-stay",
        .title = "no older revocation list at hand names the DAC or the PAI where a newer one does "
                 "not",
        .severity = kWarning,
        .spec = "RFC 5280 3.3, 5.3.1",
        .run = rule<stays_revoked>,
        .rule = "Revocation is for good, but for a hold: a newer list that lacks the entry takes "
                "nothing back, and the older one still counts.",
        .remedy = "ask the list's issuer why it took the entry off, and take the older list away "
                  "when that is settled",
    },
    {
        .id = "revocation.list-is-published",
        .title = "the ledger names a revocation list for the DAC's issuer",
        .severity = kWarning,
        .spec = "Matter Core 11.23.9",
        .after = {"ledger.answers"},
        .run = rule<a_list_is_published>,
        .rule = "Commissioners find revocation lists only through the ledger.",
        .remedy = "publish a revocation distribution point for the PAI on the ledger",
        .when_unknown = "let the ledger be asked (dcl sync, --ledger)",
    },
};

}  // namespace

std::span<const Check> revocation_checks() {
  return kChecks;
}

}  // namespace attest
