#include "verifier/readers/credentials/name_beside.h"

#include <algorithm>
#include <iterator>

#include "verifier/base/characters.h"

namespace attest {
namespace {

constexpr std::string_view kNames[] = {"name", "key", "id", "field", "label", "role", "slot"};
constexpr std::string_view kValues[] = {"value", "data", "content",    "contents", "bytes",
                                        "pem",   "der",  "hex",        "base64",   "b64",
                                        "text",  "cert", "certificate"};

constexpr std::string_view kBlanks = " \t\r";
constexpr size_t kMostLines = 200, kMostAbove = 20;
constexpr size_t kLongest = 16384;  // of a value: ML-DSA's certificates have 8,348 characters

std::string_view bare(std::string_view s) {
  s.remove_prefix(std::min(s.find_first_not_of(" \t\r\"'-{,."), s.size()));
  return s.substr(0, s.find_last_not_of(" \t\r\"'-{},") + 1);  // npos + 1 is 0
}

// "value" of `  - "value": …` and `.value = …`
template <size_t N>
bool begins_with(std::string_view entry, const std::string_view (&keys)[N]) {
  entry = bare(entry);
  const std::string word = to_lower(entry.substr(0, entry.find_first_of(" \t\"':=")));
  return std::find(std::begin(keys), std::end(keys), word) != std::end(keys);
}

bool is_entry(std::string_view line) {
  return line.find_first_of(":=") != std::string_view::npos;
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
  return std::min(line.find_first_not_of(" \t\r\"'-{,"), line.size());
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(kBlanks) == std::string_view::npos;
}

std::string_view line_at(std::string_view text, size_t from) {
  return text.substr(from, text.substr(from).find('\n'));
}

// The entries on the value's own line before it, the nearest first.
std::string_view before_on_line(std::string_view entries) {
  while (!entries.empty()) {
    const size_t from = entries.rfind(',') + 1;  // npos + 1 is 0
    if (const auto name = named(entries.substr(from)); !name.empty()) return name;
    entries = entries.substr(0, from == 0 ? 0 : from - 1);
  }
  return {};
}

// What an item of a list begins with, on a line of its own: "-", "[[part]]", "{".
bool heads_item(std::string_view line) {
  const size_t last = line.find_last_not_of(kBlanks);
  const std::string_view words = last == std::string_view::npos ? line : line.substr(0, last + 1);
  const size_t first = std::min(words.find_first_not_of(kBlanks), words.size());
  return words.substr(first) == "-" || words.substr(first).starts_with("[[") ||
         words.ends_with('{');
}

// The lines above it in its column: what is further in is another entry's. Right above it a name is
// the value's; further up it is where the list's item begins there, too, and no head of a file.
std::string_view above(std::string_view text, size_t line, std::string_view of_value) {
  std::string_view found;
  size_t end = line;
  for (size_t lines = 0; lines < kMostAbove && end != 0 && text[end - 1] == '\n'; ++lines) {
    const size_t least = end - 1 - std::min(end - 1, kLongest);
    size_t from = end - 1;
    while (from != least && text[from - 1] != '\n') --from;
    const std::string_view one = text.substr(from, end - 1 - from);
    end = from;
    if (heads_item(one)) return found;
    if (is_blank(one) || column(one) < column(of_value)) return {};
    if (column(one) > column(of_value)) continue;
    if (!is_entry(one)) return {};
    const std::string_view name = named(one);
    if (!name.empty() && lines == 0) return name;
    if (found.empty()) found = name;
    if (begins_item(one)) return found;
  }
  return {};
}

// On its line behind it, and in the lines behind that, in its column.
std::string_view behind(std::string_view text, std::string_view of_value) {
  const std::string_view rest = line_at(text, 0);
  const std::string_view map = rest.substr(0, rest.find('}'));
  for (size_t at = map.find(','); at != std::string_view::npos; at = map.find(',', at + 1)) {
    const std::string_view entry = map.substr(at + 1, map.find(',', at + 1) - at - 1);
    if (const auto name = named(entry); !name.empty()) return name;
  }
  if (map.size() != rest.size()) return {};
  size_t at = rest.size();
  for (size_t lines = 0; lines < kMostLines && at < text.size(); ++lines) {
    const std::string_view line = line_at(text, at + 1);
    at += 1 + line.size();
    const bool of_value_still =
        column(line) > column(of_value) || line.find("-----") != std::string_view::npos;
    if (of_value_still || is_blank(line)) continue;
    if (!is_entry(line) || column(line) != column(of_value) || begins_item(line)) return {};
    if (const auto name = named(line); !name.empty()) return name;
  }
  return {};
}

}  // namespace

NameInMap name_in_map(std::string_view text, size_t line, size_t offset) {
  std::string_view of_value = line_at(text, line);
  of_value = of_value.substr(0, std::min(of_value.size(), offset - line));
  // (Of a map on one line the last entry is the value's, behind the item before it.)
  of_value = of_value.substr(of_value.rfind('}') + 1);  // npos + 1 is 0
  const size_t comma = of_value.rfind(',');
  const std::string_view entry = of_value.substr(comma + 1);
  if (!begins_with(entry, kValues)) return {};
  std::string_view name;
  if (comma != std::string_view::npos) {
    const size_t open = of_value.rfind('{', comma) + 1;  // npos + 1 is 0
    name = before_on_line(of_value.substr(open, comma - open));
  }
  if (name.empty() && comma == std::string_view::npos && !begins_item(of_value))
    name = above(text, line, of_value);
  // "- name: dac" and "- value: …" are a list of pairs.
  if (name.empty() && begins_item(of_value) && line != 0 && text[line - 1] == '\n') {
    const size_t from = text.substr(0, line - 1).rfind('\n') + 1;
    const std::string_view one = text.substr(from, line - 1 - from);
    if (begins_item(one)) name = named(one);
  }
  if (name.empty()) name = behind(text.substr(offset, kLongest), of_value);
  return {.name = name, .entry = entry};
}

}  // namespace attest
