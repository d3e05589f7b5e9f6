#include "verifier/readers/credentials/name_before.h"

#include <algorithm>
#include <iterator>

#include "verifier/base/characters.h"
#include "verifier/readers/credentials/role_names.h"

namespace attest {
namespace {

constexpr size_t kBefore = 400;   // characters before a value that may say what it is
constexpr size_t kMostLines = 5;  // of them

// The last of the words before a value, behind another value on the line. (Names are long, too, and
// hardly have digits among their letters.)
std::string_view behind_values(std::string_view line) {
  constexpr size_t kLeastValue = 24, kLeastDigits = 2, kSurely = 64;
  size_t from = 0;
  for (size_t at = 0; at < line.size();) {
    size_t end = at, digits = 0;
    for (; end < line.size() && is_base64_letter(line[end]); ++end) digits += !is_letter(line[end]);
    const size_t size = end - at;
    if (size >= kSurely || (size >= kLeastValue && digits >= kLeastDigits)) from = end;
    at = end + 1;
  }
  return line.substr(from);
}

// Tags that name no value.
bool is_of_layout(std::string_view tag) {
  constexpr std::string_view kTags[] = {
      "a",   "array", "b",    "body", "br",   "cell",  "code",   "data",   "dd",    "dict",
      "div", "dl",    "dt",   "em",   "font", "entry", "h1",     "h2",     "h3",    "h4",
      "h5",  "h6",    "html", "i",    "item", "kbd",   "key",    "li",     "name",  "ol",
      "p",   "plist", "pre",  "row",  "samp", "span",  "strong", "string", "table", "tbody",
      "td",  "text",  "th",   "tr",   "tt",   "u",     "ul",     "value"};
  return std::find(std::begin(kTags), std::end(kTags), to_lower(tag)) != std::end(kTags);
}

// What the attributes of a tag name.
std::string names_in(std::string_view tag) {
  std::string out;
  for (const std::string_view attribute : {" name=", " key=", " id="}) {
    const size_t at = tag.find(attribute);
    if (at == std::string_view::npos) continue;
    const std::string_view value = tag.substr(at + attribute.size());
    if (value.empty() || (value[0] != '"' && value[0] != '\'')) continue;
    out += " ";
    out += value.substr(1, value.find(value[0], 1) - 1);
  }
  return out;
}

std::string without_tags(std::string_view line) {
  std::string out;
  for (size_t at = 0; at < line.size();) {
    const bool begins =
        line[at] == '<' && at + 1 < line.size() && (is_letter(line[at + 1]) || line[at + 1] == '/');
    const size_t end = begins ? line.find('>', at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += line[at++];
      continue;
    }
    const std::string_view tag = line.substr(at + 1, end - at - 1);
    const std::string named = names_in(tag);
    const std::string_view own = tag.substr(0, tag.find_first_of(" \t"));
    // An element may be called by its own name: <dacCert>.
    if (named.empty() && !tag.starts_with('/') && !is_of_layout(own)) out += own;
    out += named + " ";
    at = end + 1;
  }
  return out;
}

bool has_word(std::string_view line) {
  return std::any_of(line.begin(), line.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

// The next line belongs to it: it opens something, ends in a sign of that, or is a heading.
bool goes_on(std::string_view line) {
  const size_t last = line.find_last_not_of(" \t\r");
  if (last == std::string_view::npos) return false;
  line = line.substr(0, last + 1);
  if (std::string_view("([{:=|>\\`").find(line.back()) != std::string_view::npos) return true;
  for (const std::string_view end : {"\"\"\"", "'''", "|-", ">-", "|+", ">+"}) {
    if (line.ends_with(end)) return true;
  }
  if (line.starts_with("```")) return true;
  const size_t level = line.find_first_not_of('#');
  return level != 0 && level != std::string_view::npos && line[level] == ' ';
}

}  // namespace

std::string name_before(std::string_view text, size_t offset) {
  offset = std::min(offset, text.size());
  const size_t begin = offset - std::min(offset, kBefore);
  std::string out;
  size_t end = offset;
  for (size_t lines = 0; lines < kMostLines; ++lines) {
    size_t from = end;
    while (from != begin && text[from - 1] != '\n') --from;
    const std::string_view line = text.substr(from, end - from);
    if (lines != 0 && has_word(line) && !goes_on(line)) return out;
    const std::string_view rest = behind_values(line);
    out = without_tags(rest) + " " + out;
    if (rest.size() != line.size() || !says_no_role(out) || from == begin) return out;
    end = from - 1;
  }
  return out;
}

}  // namespace attest
