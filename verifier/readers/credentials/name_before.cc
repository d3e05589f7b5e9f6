#include "verifier/readers/credentials/name_before.h"

#include <algorithm>

#include "verifier/base/characters.h"
#include "verifier/readers/credentials/name_beside.h"
#include "verifier/readers/credentials/role_names.h"
#include "verifier/readers/text/markup.h"

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

// Behind what is closed on the line, or stands empty there: it names what it holds.
std::string_view behind_closed(std::string_view line) {
  constexpr std::string_view kEnds = ",;";
  size_t from = 0;
  for (size_t at = 0; at < line.size(); ++at) {
    const bool empty = line.substr(at).starts_with("\"\"") || line.substr(at).starts_with("''"),
               bracket = std::string_view("])}").find(line[at]) != std::string_view::npos;
    if (!empty && !bracket) continue;
    const size_t next = line.find_first_not_of(" \t", at + (empty ? 2 : 1));
    if (next != std::string_view::npos && kEnds.find(line[next]) != std::string_view::npos)
      from = next + 1;
  }
  return line.substr(from);
}

// What the attributes of a tag name.
std::string names_in(std::string_view attributes) {
  std::string out;
  const std::string small = to_lower(attributes);
  for (const std::string_view attribute : {" name=", " key=", " id="}) {
    const size_t at = small.find(attribute);
    if (at == std::string::npos) continue;
    const std::string_view value = attributes.substr(at + attribute.size());
    if (value.empty() || (value[0] != '"' && value[0] != '\'')) continue;
    out += " ";
    out += value.substr(1, value.find(value[0], 1) - 1);
  }
  return out;
}

// Behind the time that a log puts before its lines.
std::string_view behind_time(std::string_view line) {
  constexpr size_t kLeastDigits = 6;
  const size_t from = std::min(line.find_first_not_of(" \t["), line.size());
  size_t end = from, digits = 0;
  for (;
       end < line.size() && (is_digit(line[end]) || std::string_view("-:.,TZ+/]").find(line[end]) !=
                                                        std::string_view::npos);
       ++end)
    digits += is_digit(line[end]);
  const bool is_time = digits >= kLeastDigits && end < line.size() && line[end] == ' ';
  if (!is_time) return line;
  const std::string_view rest = line.substr(end + 1);
  return !rest.empty() && is_digit(rest[0]) ? behind_time(rest) : rest;  // a date, and the time
}

// The words of a line without its tags, and what is open of it where it ends.
std::string without_tags(std::string_view line) {
  std::string out;
  for (size_t at = 0; at < line.size();) {
    const Tag tag = tag_at(line.substr(at));
    if (tag.size == 0) {
      out += line[at++];
      continue;
    }
    at += tag.size;
    const std::string named = names_in(tag.attributes);
    if (tag.is_empty) continue;
    // An element may be called by its own name: <dacCert>.
    const bool is_name = named.empty() && !is_of_layout(tag.name);
    if (is_name && tag.closes) out.clear();
    if (is_name && !tag.closes) out += tag.name;
    out += named + " ";
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

// Nothing but what closes or parts places: what stands above it names another.
bool closes(std::string_view line) {
  if (has_word(without_tags(line))) return false;
  for (const std::string_view sign : {"</", "/>", "]", "}", ")", "---", "===", "***"}) {
    if (line.find(sign) != std::string_view::npos)
      return line.find('|') == std::string_view::npos || sign[0] == '<';
  }
  return false;
}

// The head of a table with several columns.
bool is_row_of_cells(std::string_view line) {
  size_t cells = 0, begin = 0;
  for (size_t at = 0; at < line.size();) {
    const Tag tag = tag_at(line.substr(at));
    const size_t size = std::max<size_t>(tag.size, 1);
    if (line[at] == '|' || parts_words(tag.name)) {
      cells += has_word(without_tags(line.substr(begin, at - begin)));
      begin = at + size;
    }
    at += size;
  }
  return cells + has_word(without_tags(line.substr(begin))) > 1;
}

size_t indentation(std::string_view line) {
  return std::min(line.find_first_not_of(" \t"), line.size());
}
bool is_heading(std::string_view line) {
  return line.substr(indentation(line)).starts_with('#');
}

// "DAC:" right before "PAI:", and then the values: which of them is whose nobody can tell.
bool stands_behind_another(std::string_view before, std::string_view line) {
  while (!before.empty() && (before.back() == '\n' || before.back() == ' ' ||
                             before.back() == '\t' || before.back() == '\r'))
    before.remove_suffix(1);
  const std::string_view other = before.substr(before.rfind('\n') + 1);  // npos + 1 is 0
  if (is_heading(other) || is_heading(line) || indentation(other) != indentation(line) ||
      closes(other) || !goes_on(other) || behind_values(other).size() != other.size())
    return false;
  return names_a_place(without_tags(other));
}

NameBefore above_value(std::string_view text, size_t offset,
                       bool (*says_nothing)(std::string_view words)) {
  const size_t begin = offset - std::min(offset, kBefore);
  NameBefore out;
  size_t end = offset;
  for (size_t lines = 0; lines < kMostLines; ++lines) {
    size_t from = end;
    while (from != begin && text[from - 1] != '\n') --from;
    const std::string_view line = from == begin && from != 0
                                      ? text.substr(from, end - from)
                                      : behind_time(text.substr(from, end - from));
    const bool ends =
        lines != 0 && (closes(line) || (has_word(line) && !goes_on(line)) || is_row_of_cells(line));
    if (ends) return out;
    const std::string_view rest = behind_closed(behind_values(line));
    if (lines == 0) {
      out.line = without_tags(rest);
    } else {
      out.above = without_tags(rest) + " " + out.above;
    }
    if (rest.size() != line.size() || from == begin) return out;
    if (!says_nothing(out.whole()))
      return lines != 0 && stands_behind_another(text.substr(begin, from - begin), line)
                 ? NameBefore{}
                 : out;
    end = from - 1;
  }
  return out;
}

// The line in which the value's place is named, up to the value: its own one, or where nothing
// stands before the value there, one above that goes on in it. Its beginning; npos: there is none.
size_t line_of_value(std::string_view text, size_t offset) {
  size_t end = offset;
  for (size_t lines = 0; lines < kMostLines; ++lines) {
    const size_t least = end - std::min(end, kBefore);
    size_t from = end;
    while (from != least && text[from - 1] != '\n') --from;
    const std::string_view line = text.substr(from, end - from);
    if (has_word(line)) return lines == 0 || goes_on(line) ? from : std::string_view::npos;
    if (from == least) break;
    end = from - 1;
  }
  return std::string_view::npos;
}

}  // namespace

NameBefore name_before(std::string_view text, size_t offset,
                       bool (*says_nothing)(std::string_view words)) {
  offset = std::min(offset, text.size());
  const size_t line = line_of_value(text, offset);
  const NameInMap in_map =
      line == std::string_view::npos ? NameInMap{} : name_in_map(text, line, offset);
  if (!in_map.name.empty())
    return {.above = std::string(in_map.name) + " ", .line = std::string(in_map.entry)};
  return above_value(text, offset, says_nothing);
}

}  // namespace attest
