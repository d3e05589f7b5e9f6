#include "verifier/readers/credentials/name_beside.h"

#include <algorithm>
#include <iterator>

namespace attest {
namespace {

constexpr std::string_view kNames[] = {"name", "key", "id", "field", "label", "role", "slot"};
constexpr std::string_view kValues[] = {"value", "data", "content",    "contents", "bytes",
                                        "pem",   "der",  "hex",        "base64",   "b64",
                                        "text",  "cert", "certificate"};

constexpr std::string_view kBlanks = " \t\r", kAround = " \t\r\"'-{,";

std::string_view bare(std::string_view s) {
  s.remove_prefix(std::min(s.find_first_not_of(kAround), s.size()));
  return s.substr(0, s.find_last_not_of(" \t\r\"'-{},") + 1);  // npos + 1 is 0
}

// "value" of `  - "value": …`
template <size_t N>
bool begins_with(std::string_view entry, const std::string_view (&keys)[N]) {
  entry = bare(entry);
  const std::string_view word = entry.substr(0, entry.find_first_of(" \t\"':="));
  return std::find(std::begin(keys), std::end(keys), word) != std::end(keys);
}

// What the entry "name: dac_cert" says. Empty: it is none.
std::string_view named(std::string_view entry) {
  const size_t sign = entry.find_first_of(":=");
  return sign != std::string_view::npos && begins_with(entry, kNames) ? bare(entry.substr(sign + 1))
                                                                      : std::string_view();
}

bool begins_item(std::string_view line) {
  const size_t at = line.find_first_not_of(kBlanks);
  return at != std::string_view::npos && line[at] == '-' && at + 1 < line.size() &&
         kBlanks.find(line[at + 1]) != std::string_view::npos;
}

// Where the key of an entry stands in its line.
size_t column(std::string_view line) {
  return std::min(line.find_first_not_of(kAround), line.size());
}

std::string_view line_at(std::string_view text, size_t from) {
  return text.substr(from, text.substr(from).find('\n'));
}

}  // namespace

std::string_view name_beside(std::string_view line, std::string_view of_value) {
  const bool of_two_items = begins_item(of_value) && !begins_item(line);
  return of_two_items || !begins_with(of_value, kValues) ? std::string_view() : named(line);
}

std::string name_in_map(std::string_view text, size_t offset, std::string_view of_value) {
  constexpr size_t kLongest = 16384;  // of a value: ML-DSA's certificates have 8,348 characters
  constexpr size_t kMostLines = 200;
  // On its line, before it: the last entry is the value's.
  const size_t comma = of_value.rfind(',');
  if (comma != std::string_view::npos) {
    if (!begins_with(of_value.substr(comma + 1), kValues)) return {};
    for (size_t end = comma; end != std::string_view::npos;) {
      const size_t from = end == 0 ? std::string_view::npos : of_value.rfind(',', end - 1);
      const std::string_view name =
          named(of_value.substr(from + 1, end - from - 1));  // npos + 1 is 0
      if (!name.empty()) return std::string(name);
      end = from;
    }
  } else if (!begins_with(of_value, kValues)) {
    return {};
  }
  // On its line, behind it.
  text = text.substr(offset, kLongest);
  const std::string_view rest = line_at(text, 0);
  const std::string_view map = rest.substr(0, rest.find('}'));
  for (size_t at = map.find(','); at != std::string_view::npos; at = map.find(',', at + 1)) {
    const std::string_view entry = map.substr(at + 1, map.find(',', at + 1) - at - 1);
    if (const auto name = named(entry); !name.empty()) return std::string(name);
  }
  if (map.size() != rest.size()) return {};
  // In the lines behind it, in the same column: what is further in is the value's.
  size_t at = rest.size();
  for (size_t lines = 0; lines < kMostLines && at < text.size(); ++lines) {
    const std::string_view line = line_at(text, at + 1);
    at += 1 + line.size();
    const bool of_value_still =
        column(line) > column(of_value) || line.find("-----") != std::string_view::npos;
    if (of_value_still || line.find_first_not_of(kBlanks) == std::string_view::npos) continue;
    const bool is_entry = line.find_first_of(":=") != std::string_view::npos;
    if (!is_entry || column(line) != column(of_value) || begins_item(line)) return {};
    if (const auto name = named(line); !name.empty()) return std::string(name);
  }
  return {};
}

}  // namespace attest
