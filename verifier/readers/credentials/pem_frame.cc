#include "verifier/readers/credentials/pem_frame.h"

#include <algorithm>
#include <optional>

#include "verifier/base/characters.h"

namespace attest {
namespace {

constexpr size_t kMostFrame = 256;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\f';
}
bool is_all_blank(std::string_view s) {
  return std::all_of(s.begin(), s.end(), is_blank);
}
bool is_of_word(char c) {
  return is_letter(c) || is_digit(c) || c == '_';
}
bool has_digit(std::string_view s) {
  return std::any_of(s.begin(), s.end(), is_digit);
}

// How much of the line looks like that: the same signs, as many words, and the words the same but
// for numbers: "> ", " 12 | ", "2026-01-01 10:00:00 INFO ". Nullopt: it does not.
std::optional<size_t> like(std::string_view that, std::string_view line) {
  size_t i = 0, at = 0;
  const auto run = [](std::string_view s, size_t from, bool (*is)(char)) {
    size_t end = from;
    while (end < s.size() && is(s[end])) ++end;
    return s.substr(from, end - from);
  };
  while (i < that.size()) {
    if (is_blank(that[i])) {
      const size_t blanks = run(line, at, is_blank).size();
      if (blanks == 0 && i != 0) return std::nullopt;  // (" 9" and "10")
      i += run(that, i, is_blank).size();
      at += blanks;
    } else if (is_of_word(that[i])) {
      if (i == 0) at += run(line, at, is_blank).size();
      const std::string_view word = run(that, i, is_of_word), here = run(line, at, is_of_word);
      if (word != here && !(has_digit(word) && has_digit(here))) return std::nullopt;
      i += word.size();
      at += here.size();
    } else {
      if (at == line.size() || line[at] != that[i]) return std::nullopt;
      ++i, ++at;
    }
  }
  return at;
}

std::string_view without_end(std::string_view line) {
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  return line;
}

// Each line without what stands before and behind the marker in its line.
std::string without_frame(std::string_view body, std::string_view before, std::string_view behind) {
  // (A word right before the marker would be one with the letters.)
  if ((is_all_blank(before) && is_all_blank(behind)) ||
      (!before.empty() && is_of_word(before.back())))
    return std::string(body);
  std::string out;
  while (!body.empty()) {
    std::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(line.size() + 1, body.size()));
    line = without_end(line);
    // (At the end of a line nobody keeps blanks.)
    const auto front = like(before, std::string(line) + " ");
    if (front) line.remove_prefix(std::min(*front, line.size()));
    size_t letters = 0;
    while (letters < line.size() && (is_base64_letter(line[letters]) || line[letters] == '='))
      ++letters;
    const auto back = like(behind, line.substr(letters));
    out += back && *back == line.size() - letters ? line.substr(0, letters) : line;
    out += '\n';
  }
  return out;
}

// The block goes on in the line of its marker.
bool holds_letters(std::string_view line) {
  // (Of a log in JSON each line is a string, whose line end is written down.)
  for (const std::string_view end : {"\\n\"", "\\r\\n\""}) {
    if (line.starts_with(end)) return false;
  }
  constexpr size_t kLeast = 12;
  size_t run = 0;
  for (const char c : line) {
    run = is_base64_letter(c) ? run + 1 : 0;
    if (run == kLeast) return true;
  }
  return line.find('\\') != std::string_view::npos;
}

}  // namespace

std::string body_without_frame(std::string_view all, size_t begin, size_t behind, size_t end) {
  const std::string_view body = all.substr(behind, end - behind);
  const std::string_view front =
      all.substr(begin - std::min(begin, kMostFrame), std::min(begin, kMostFrame));
  const size_t start = front.rfind('\n') + 1;  // 0: there is none
  const bool whole = start != 0 || front.size() == begin;
  const size_t line_end = body.substr(0, kMostFrame).find('\n');
  if (!whole || line_end == std::string_view::npos || holds_letters(body.substr(0, line_end)))
    return std::string(body);
  return without_frame(body.substr(line_end), front.substr(start),
                       without_end(body.substr(0, line_end)));
}

}  // namespace attest
