// What the two files of ledger.* share: how a fact of the ledger is looked at, and the words for
// it.
#pragma once

#include <fmt/format.h>

#include "verifier/catalogue.h"

namespace attest::ledger_rules {

template <class T>
const Found<T>* found(const Fact<T>& fact) {
  return std::get_if<Found<T>>(&fact);
}
template <class T>
const T& value(const Fact<T>& fact) {
  return std::get<Found<T>>(fact).value;
}

// Present, absent or not known, with the words for each.
template <class T>
Outcome present(const Evidence& e, const Fact<T>& fact, std::string_view what) {
  if (found(fact) != nullptr) return pass();
  if (std::holds_alternative<Absent>(fact))
    return fail(fmt::format("{} is not on the ledger {}", what, e.ledger.chain_id), "an entry",
                fmt::format("none at height {}", e.ledger.height), e.ledger.source);
  const std::string& why = std::get<Unknown>(fact).why;
  return unknown(fmt::format("whether {} is on the ledger is not known{}", what,
                             why.empty() ? "" : ": " + why));
}

inline Outcome differ(const Evidence& e, std::string message, std::string ledger,
                      std::string device) {
  return fail(std::move(message), fmt::format("{} (ledger)", ledger), std::move(device),
              e.ledger.source);
}

inline std::string product(const Evidence& e) {
  return fmt::format("product {} of vendor {}", hex_id(*e.facts->pid), hex_id(*e.facts->vid));
}
inline std::string trimmed(std::string_view s) {
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return std::string(s);
}

// What the device says of itself and the evidence lacks.
inline std::string say(std::string_view keys) {
  return fmt::format("hand over what the device says of itself: {} in device.json, or a log", keys);
}
inline constexpr const char* kAskAgain =
    "fetch the entry (matter-attest dcl sync), or give a snapshot or node that has it with "
    "--ledger";
inline constexpr const char* kSpec = "Matter Core 11.23";

}  // namespace attest::ledger_rules
