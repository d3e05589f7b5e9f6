#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

#include "verifier/rules/check.h"

namespace attest {

// What is wrong with several statements, told in one finding: the values of the first stand in it.
class StatementFaults {
 public:
  void add(const Statement& s, const std::string& what, std::string expected, std::string actual) {
    message_ += fmt::format("{}{} in {} {}", message_.empty() ? "" : "; ", fact_name(s.fact),
                            place_text(s.place), what);
    facts_.set(static_cast<size_t>(s.fact));
    if (!source_.empty()) return;
    expected_ = std::move(expected);
    actual_ = std::move(actual);
    source_ = place_text(s.place);
  }
  Outcome outcome(bool any, const char* nothing) {
    if (!message_.empty())
      return of_facts(facts_, fail(std::move(message_), std::move(expected_), std::move(actual_),
                                   std::move(source_)));
    return any ? pass() : skipped(nothing);
  }

 private:
  std::string message_, expected_, actual_, source_;
  FactSet facts_;
};

}  // namespace attest
