#include "verifier/readers/text/commands.h"

#include <algorithm>
#include <iterator>

#include "verifier/base/characters.h"

namespace attest {
namespace {

constexpr std::string_view kBlanks = " \t";

// Programs, and what follows their name where they take a code.
struct Program {
  std::string_view name;
  std::string_view commands;  // each between blanks; empty: any
};
constexpr Program kPrograms[] = {
    {"matter-attest",
     " verify inspect payload probe lot explain replay extract bundle plan serve checklist "},
    {"chip-tool", " pairing payload "},
    {"chip-tool-debug", " pairing payload "},
    {"darwin-framework-tool", " pairing payload "},
    {"chip-repl", ""},
    {"chip-device-ctrl", ""},
    {"matter-repl", ""},
};
// What only counts at the start of a line.
constexpr std::string_view kShell[] = {"echo", "printf", "qrencode", "curl"};
// Functions and requests of controllers.
constexpr std::string_view kCalls[] = {"commissionwithcode", "commission_with_code",
                                       "commission-with-code", "commissionwithpayload"};

std::string_view word_at(std::string_view s, size_t at) {
  const size_t from = std::min(s.find_first_not_of(kBlanks, at), s.size());
  return s.substr(from, std::min(s.find_first_of(" \t\r\n`\"'", from), s.size()) - from);
}

bool is_program(std::string_view line, size_t at) {
  if (at != 0 && (is_word_letter(line[at - 1]) || line[at - 1] == '-')) return false;
  return std::any_of(std::begin(kPrograms), std::end(kPrograms), [&](const Program& program) {
    const size_t end = at + program.name.size();
    if (!line.substr(at).starts_with(program.name) || end >= line.size() ||
        kBlanks.find(line[end]) == kBlanks.npos)
      return false;
    return program.commands.empty() || program.commands.find(" " + std::string(word_at(line, end)) +
                                                             " ") != std::string_view::npos;
  });
}

bool is_call(std::string_view small, size_t at) {
  if (at != 0 && is_word_letter(small[at - 1])) return false;
  return std::any_of(std::begin(kCalls), std::end(kCalls), [&](std::string_view call) {
    const size_t end = at + call.size();
    return small.substr(at).starts_with(call) && end < small.size() &&
           std::string_view(" (\"'").find(small[end]) != std::string_view::npos;
  });
}

// Where a command begins on the line; npos: there is none.
size_t command_at(std::string_view line) {
  constexpr std::string_view kPrompt = " \t$>#%*-.`0123456789";
  const size_t first = std::min(line.find_first_not_of(kPrompt), line.size());
  if (const std::string_view word = word_at(line, first);
      std::find(std::begin(kShell), std::end(kShell), word) != std::end(kShell))
    return first;
  const std::string small = to_lower(line);
  for (size_t at = 0; at < line.size(); ++at) {
    if (!is_letter(line[at])) continue;
    if (is_program(line, at) || is_call(small, at)) return at;
    while (at + 1 < line.size() && is_letter(line[at + 1])) ++at;
  }
  return std::string_view::npos;
}

}  // namespace

std::string without_commands(std::string_view text) {
  std::string out(text);
  bool goes_on = false;
  for (size_t at = 0; at < out.size();) {
    const size_t end = std::min(out.find('\n', at), out.size());
    const std::string_view line = std::string_view(out).substr(at, end - at);
    size_t from = goes_on ? 0 : command_at(line), to = line.size();
    const size_t last = line.find_last_not_of(" \t\r");
    const bool continued = last != line.npos && line[last] == '\\';
    goes_on = false;
    if (from != line.npos) {
      // In marks of code the command ends with them.
      if (from != 0 && line[from - 1] == '`') to = std::min(line.find('`', from), line.size());
      goes_on = continued;
      std::fill(out.begin() + static_cast<std::ptrdiff_t>(at + from),
                out.begin() + static_cast<std::ptrdiff_t>(at + to), ' ');
    }
    at = end + 1;
  }
  return out;
}

bool is_own_document(std::string_view text) {
  constexpr size_t kLeastNamed = 3, kMost = 1u << 20;
  if (text.size() > kMost || text.find("-----BEGIN ") != text.npos) return false;
  const size_t from = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (from == text.npos) return false;
  const std::string_view head = text.substr(from, 200);
  const bool manual = head.find(".TH MATTER") != head.npos;
  if (!manual && !head.starts_with("# ")) return false;
  size_t named = 0;
  for (size_t at = 0; (at = text.find("matter-attest ", at)) != text.npos; ++at) {
    named += is_program(text.substr(at == 0 ? 0 : at - 1), at == 0 ? 0 : 1);
  }
  return manual || named >= kLeastNamed;
}

}  // namespace attest
