// Check: one rule about a device, as data and one small function.
//
// A body decides only "is it so". Its parameters say what it needs and how far it sees (views.h);
// the runner (judge.cc) decides whether it may be asked:
//   needs           what its parameters name is there (rule<body>): else it is blocked by the check
//   that says why, as if that one stood in `after`
//   after           ids that must not have failed (or warned), been blocked or stayed unknown: else
//   this one is `blocked` by their
//                   root. A skipped one skips this one too.
//   consequence_of  ids of which a failure here would only be an echo: a fail turns into `blocked`
//   by the one that failed.
// So one fault gives one fail, and bodies stay short. Severity belongs to the rule and the
// network's policy, not to the body: an unmet rule is `fail` when it is an error there, `warn` when
// it is a warning, a note on a `pass` when it is info.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <tuple>

#include "verifier/report.h"
#include "verifier/rules/rule_input.h"

namespace attest {

// What a body found. Its texts stand apart: most outcomes have none or a constant one, and cost
// nothing then.
struct Outcome {
  struct Texts {
    std::string message, expected, actual, source;
    std::string remedy = {};  // of an unknown: what would answer it; empty: what the check says
    FactSet facts = {};       // see Finding
  };
  Status status = Status::pass;
  const char* constant = nullptr;  // instead of texts: the message; with Status::blocked the id
  bool open = false;               // see unknown_like
  bool aside = false;              // see unknown_aside
  // How bad it is in this case, whatever the rule says: an order names it, or a fault beside it
  // takes its sting.
  std::optional<Severity> weight = {};
  std::unique_ptr<Texts> texts;
};

inline Outcome with_texts(Status status, std::string message, std::string expected = {},
                          std::string actual = {}, std::string source = {}) {
  return {.status = status,
          .constant = nullptr,
          .open = false,
          .aside = false,
          .texts = std::make_unique<Outcome::Texts>(Outcome::Texts{.message = std::move(message),
                                                                   .expected = std::move(expected),
                                                                   .actual = std::move(actual),
                                                                   .source = std::move(source)})};
}
inline Outcome pass() {
  return {};
}
inline Outcome note(std::string message) {
  return with_texts(Status::pass, std::move(message));
}
inline Outcome fail(std::string message, std::string expected = {}, std::string actual = {},
                    std::string source = {}) {
  return with_texts(Status::fail, std::move(message), std::move(expected), std::move(actual),
                    std::move(source));
}
inline Outcome skipped(std::string why) {
  return with_texts(Status::skipped, std::move(why));
}
inline Outcome unknown(std::string why) {
  return with_texts(Status::unknown, std::move(why));
}
// Not known, and no reason by itself to keep the device from being approved: the approval says that
// the check could not be made, and --fail-on unknown keeps it out.
inline Outcome unknown_aside(std::string why) {
  Outcome out = unknown(std::move(why));
  out.aside = true;
  return out;
}
inline Outcome unknown(std::string why, std::string remedy) {
  Outcome out = unknown(std::move(why));
  out.texts->remedy = std::move(remedy);
  return out;
}
inline Outcome of_facts(const FactSet& facts, Outcome outcome) {
  if (outcome.texts != nullptr) outcome.texts->facts = facts;
  return outcome;
}
inline Outcome weighing(Severity weight, Outcome outcome) {
  outcome.weight = weight;
  return outcome;
}
// A constant text: it lives as long as the program.
inline Outcome note(const char* message) {
  return {
      .status = Status::pass, .constant = message, .open = false, .aside = false, .texts = nullptr};
}
inline Outcome skipped(const char* why) {
  return {
      .status = Status::skipped, .constant = why, .open = false, .aside = false, .texts = nullptr};
}
inline Outcome unknown(const char* why) {
  return {
      .status = Status::unknown, .constant = why, .open = false, .aside = false, .texts = nullptr};
}
inline Outcome blocked(const char* by) {
  return {
      .status = Status::blocked, .constant = by, .open = false, .aside = false, .texts = nullptr};
}
// Unknown for the very reason that another check is unknown for. It is shown as blocked by that
// one, so that one missing thing is told of once; the verdict stays as open as if it said unknown.
inline Outcome unknown_like(const char* other) {
  return {
      .status = Status::blocked, .constant = other, .open = true, .aside = false, .texts = nullptr};
}

// An outcome from before, taken in place of asking the check: of a bundle, from which secrets are
// left out.
struct Answered {
  const Check* check;
  Status status;
  const char* blocked_by;  // with Status::blocked: the id, of the catalogue
  Outcome::Texts texts;
};

// How bad an unmet rule is under each network's policy, and at the certification lab.
struct Severities {
  Severity main = Severity::error, test = Severity::error, none = Severity::error,
           lab = Severity::error;
  Severity under(Network n, Stage stage) const {
    if (stage == Stage::lab) return lab;
    return n == Network::main ? main : n == Network::test ? test : none;
  }
};
inline constexpr Severities kError{};
inline constexpr Severities kWarning{Severity::warning, Severity::warning, Severity::warning,
                                     Severity::warning};
inline constexpr Severities kInfo{Severity::info, Severity::info, Severity::info, Severity::info};
inline constexpr Severities kErrorOnMain{Severity::error, Severity::warning, Severity::warning,
                                         Severity::warning};
// Of credentials that are not the product's own.
inline constexpr Severities kErrorOnMainAndAtLab{Severity::error, Severity::warning,
                                                 Severity::warning, Severity::error};
// What the lab's scripts demand and the specification does not.
inline constexpr Severities kErrorAtLab{Severity::warning, Severity::warning, Severity::warning,
                                        Severity::error};
// Of the ledger: an entry that is not there, and one that contradicts the evidence. The lab demands
// none, and its units are often of a version that no ledger has yet.
inline constexpr Severities kMustBeThere{Severity::error, Severity::warning, Severity::info,
                                         Severity::info};
inline constexpr Severities kMustAgree{Severity::error, Severity::error, Severity::info,
                                       Severity::info};
inline constexpr Severities kShouldAgree{Severity::warning, Severity::warning, Severity::warning,
                                         Severity::info};

inline constexpr size_t kMaxLinks = 16;
using Ids = std::array<const char*, kMaxLinks>;
inline constexpr size_t kMaxNeeds = 4;

// A body, ready to be asked of a device, and what its type says of it.
struct Rule {
  Outcome (*ask)(const Views&) = nullptr;
  Sees sees = Sees::device;
  std::array<const char*, kMaxNeeds> needs{};  // ids of the checks that say why a need is not there
};

namespace detail {

template <auto Body>
struct Asking;
template <class... Seen, Outcome (*Body)(const Seen&...)>
struct Asking<Body> {
  static Outcome ask(const Views& views) {
    const auto given = std::make_tuple(RuleInput<Seen>::in(views)...);
    return std::apply(
        [](const auto&... each) {
          const char* lacking = nullptr;
          ((lacking = lacking == nullptr && !each ? RuleInput<Seen>::kOwner : lacking), ...);
          return lacking == nullptr ? Body(*each...) : blocked(lacking);
        },
        given);
  }
  static constexpr Rule rule() {
    Rule out{.ask = ask, .sees = std::max({Sees::lot, RuleInput<Seen>::kSees...}), .needs = {}};
    size_t n = 0;
    ((RuleInput<Seen>::kOwner == nullptr ? void()
                                         : void(out.needs.at(n++) = RuleInput<Seen>::kOwner)),
     ...);
    return out;
  }
};

}  // namespace detail

// Of a body `Outcome f(const T&...)`, where each T is one that rule_input.h gives.
template <auto Body>
inline constexpr Rule rule = detail::Asking<Body>::rule();

struct Check {
  const char* id;     // "<subject>.<statement>": never reused, never renamed
  const char* title;  // what must hold, in a line
  Severities severity = kError;
  const char* spec = "";  // "Matter Core 6.2.2.3"
  int sdk = 0;            // the code the SDK gives for this fault alone; 0: it accepts it
  Ids after{}, consequence_of{};
  bool open_on_main_only =
      false;  // an unknown answer keeps the verdict open on the main network only
  // What proves that the device is what it says (signatures, chain, revocation, trust, whose
  // declaration it is) cannot be waived on main. A check is taken to, until it says otherwise.
  bool proves_authenticity = true;
  Rule run{};
  // Of a rule that sees the whole device: why a record that is alike to one judged before
  // (lot/alike.h) may pass it by unasked. Empty: it may not, and no record is alike to another
  // while such a rule is in the catalogue.
  const char* alike = "";
  const char* rule = "";    // the rule in our words, and what goes wrong without it
  const char* remedy = "";  // what to do where it does not hold
  // What to do where its answer stays unknown: never what is done about a fault, which nobody
  // found. An outcome may bring its own.
  const char* when_unknown = "";
};

// One check's answer, without a look at what it builds on.
inline Outcome ask(const Check& check, const Evidence& evidence) {
  return check.run.ask(Views(evidence));
}
// Its answer holds for every device of a lot (LotView), for every alike record.
inline bool is_shared(const Check& check) {
  return check.run.sees == Sees::lot;
}
inline bool alike_may_pass_by(const Check& check) {
  return check.run.sees != Sees::device || *check.alike != '\0';
}

// What to do about an answer that is missing.
inline const char* unknown_remedy(const Check& check) {
  return *check.when_unknown != '\0'
             ? check.when_unknown
             : "hand over what the message says is missing, and judge again";
}

}  // namespace attest
