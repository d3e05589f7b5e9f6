// The text report: verdict first, then the one thing to do, a picture of the chain, and what
// failed.
#pragma once

#include <functional>
#include <optional>

#include "verifier/report.h"

namespace attest {

struct TextStyle {
  bool colour = false;
  size_t width = 80;
  size_t rows = 0;  // of the terminal; 0: there is none
  // On which line of a text file a place is, from 1; empty, or nullopt: not told (SARIF).
  std::function<std::optional<uint64_t>(const Place&)> line_of = {};
  bool all_checks = false;  // also those that passed, were skipped or blocked
  bool golden = false;  // also those that are blocked, and no totals: what an accepted report keeps
};
std::string report_text(const Evidence& evidence, const Report& report, const TextStyle& style);
// In one line, whatever its length: "REJECT  a lamp 0xFFF1 / 0x8000: why".
std::string verdict_line(const Evidence& evidence, const Report& report);

// Breaks a text at blanks so that no line is wider than `width` columns; later lines start with
// `indent` blanks.
std::string wrap(std::string_view text, size_t width, size_t indent);

}  // namespace attest
