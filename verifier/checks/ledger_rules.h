// What the two files of ledger.* share: how a fact of the ledger is looked at, and the words for
// it.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "verifier/checks/catalogue.h"

namespace attest::ledger_rules {

// Present, absent or not known, with the words for each.
template <class T>
Outcome present(const LedgerStatus& ledger, const Fact<T>& fact, std::string_view what) {
  if (entry_of(fact) != nullptr) return pass();
  if (std::holds_alternative<Absent>(fact))
    return fail(fmt::format("{} is not on the ledger {}{}", what, ledger.chain_id,
                            std::get<Absent>(fact).instead),
                "an entry", fmt::format("none at height {}", ledger.height), ledger.source);
  const std::string& why = std::get<Unknown>(fact).why;
  return unknown(fmt::format("whether {} is on the ledger is not known{}", what,
                             why.empty() ? "" : ": " + why));
}

inline Outcome differ(const LedgerStatus& ledger, std::string message, std::string entry,
                      std::string device) {
  return fail(std::move(message), fmt::format("{} (ledger)", entry), std::move(device),
              ledger.source);
}
inline Outcome differ_in_text(const RecordView& record, std::string message,
                              const std::string& ledger, const std::string& device) {
  return differ(record.ledger, std::move(message), fmt::format("\"{}\"", ledger),
                fmt::format("\"{}\"", device));
}

inline std::string text_of(const LedgerProduct& product) {
  return fmt::format("product {} of vendor {}", hex_id(product.pid), hex_id(product.vid));
}
inline std::string trimmed(std::string_view s) {
  while (s.ends_with(' ')) s.remove_suffix(1);
  return std::string(s);
}

// What the device says of itself and the evidence lacks.
inline std::string say(std::string_view keys) {
  return fmt::format("hand over what the device says of itself: {} in device.json, or a log", keys);
}

// Present, absent or not known, of what the ledger has of the device's own software version.
template <class T>
Outcome has_of_version(const RecordView& record, const Fact<T>& fact, const char* what) {
  const auto version = record.facts.software_version;
  if (!version)
    return unknown("the device's software version is not in the evidence", say("software_version"));
  const auto product = LedgerProduct::asked(record.facts);
  if (!product) return unknown_like("ledger.model-is-known");
  return present(record.ledger, fact,
                 fmt::format("{} {} of {}", what, *version, text_of(*product)));
}

inline constexpr const char* kAskAgain =
    "fetch the entry (matter-attest dcl sync), or give a snapshot or node that has it with "
    "--ledger";
inline constexpr const char* kSpec = "Matter Core 11.23";

}  // namespace attest::ledger_rules
