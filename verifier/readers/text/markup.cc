#include "verifier/readers/text/markup.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "verifier/base/characters.h"

namespace attest {
namespace {

constexpr size_t kMostTag = 512;

std::string without_prefix(std::string_view name) {
  return to_lower(name.substr(name.rfind(':') + 1));  // npos + 1 is 0
}
template <size_t N>
bool is_one_of(std::string_view name, const std::string_view (&tags)[N]) {
  return std::find(std::begin(tags), std::end(tags), name) != std::end(tags);
}

}  // namespace

Tag tag_at(std::string_view text) {
  Tag out;
  if (text.size() < 3 || text[0] != '<') return out;
  text = text.substr(0, kMostTag);
  out.closes = text[1] == '/';
  const size_t from = out.closes ? 2 : 1;
  if (!is_letter(text[from])) return {};
  size_t end = from;
  const auto is_of_name = [](char c) {
    return is_word_letter(c) || c == ':' || c == '-' || c == '.';
  };
  while (end < text.size() && is_of_name(text[end])) ++end;
  out.name = text.substr(from, end - from);
  const size_t close = text.find('>', end);
  if (close == std::string_view::npos) return out;
  out.attributes = text.substr(end, close - end);
  out.is_empty = out.attributes.ends_with('/');
  out.size = close + 1;
  return out;
}

bool breaks_line(std::string_view name) {
  constexpr std::string_view kTags[] = {"br", "p",  "div", "tr", "li", "row", "line-break",
                                        "si", "h1", "h2",  "h3", "h4", "dt",  "dd"};
  return is_one_of(without_prefix(name), kTags);
}

bool parts_words(std::string_view name) {
  constexpr std::string_view kTags[] = {"td", "th", "tab", "s", "cell"};
  return is_one_of(without_prefix(name), kTags);
}

bool is_of_layout(std::string_view name) {
  constexpr std::string_view kTags[] = {
      "a",   "array", "b",    "body", "br",   "cell",  "code",   "data",   "dd",    "dict",
      "div", "dl",    "dt",   "em",   "font", "entry", "h1",     "h2",     "h3",    "h4",
      "h5",  "h6",    "html", "i",    "item", "kbd",   "key",    "li",     "name",  "ol",
      "p",   "plist", "pre",  "row",  "samp", "span",  "strong", "string", "table", "tbody",
      "td",  "text",  "th",   "tr",   "tt",   "u",     "ul",     "value"};
  return is_one_of(to_lower(name), kTags);
}

}  // namespace attest
