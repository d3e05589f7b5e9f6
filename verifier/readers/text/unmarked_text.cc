#include "verifier/readers/text/unmarked_text.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "verifier/base/bytes.h"
#include "verifier/base/characters.h"
#include "verifier/readers/text/markup.h"

namespace attest {
namespace {

constexpr std::string_view kBegin = "-----BEGIN", kEnd = "-----END", kDashes = "-----";
constexpr size_t kMostBlock = 64u << 10;  // characters of a block, marked up
constexpr size_t kMostBefore = 256;       // of the tags before its first marker
constexpr size_t kMostTag = 512, kMostEntity = 12, kMostEscape = 64, kMostLabel = 64;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// --- line ends that a program joins to its strings: '||chr(10)||', " & vbCrLf & "

// How many characters of an expression for a line end, or for what joins it; 0: none.
size_t joined_size(std::string_view s, bool& line_end) {
  constexpr std::string_view kLineEnds[] = {"chr(13)", "chr(10)", "char(13)",  "char(10)",
                                            "vbcrlf",  "vblf",    "vbnewline", "e'\\n'",
                                            "'\\n'",   "\"\\n\"", "php_eol",   "e'\\r\\n'"};
  const std::string start = to_lower(s.substr(0, 10));
  for (const std::string_view one : kLineEnds) {
    if (!start.starts_with(one)) continue;
    line_end = true;
    return one.size();
  }
  constexpr std::string_view kSigns = "|+&,. \t\r\n";
  return kSigns.find(s[0]) != std::string_view::npos ? 1 : 0;
}
// Of what stands between two strings of one value; 0: it is something else.
size_t join_size(std::string_view s) {
  if (s.empty() || (s[0] != '\'' && s[0] != '"')) return 0;
  bool line_end = false;
  size_t at = 1;
  while (at < s.size() && at < kMostEscape) {
    if (line_end && s[at] == s[0]) return at + 1;
    const size_t size = joined_size(s.substr(at), line_end);
    if (size == 0) return 0;
    at += size;
  }
  return 0;
}

// --- characters that are written otherwise

struct Character {
  size_t size = 0;  // characters that it is written with; 0: none
  char meant = '\0';
};
Character of_code(size_t size, unsigned code) {
  if (code == '\r' || code == 0xA0) code = ' ';
  return code == '\n' || (code >= ' ' && code < 0x7F)
             ? Character{.size = size, .meant = static_cast<char>(code)}
             : Character{};
}
Character entity(std::string_view s) {
  const size_t end = s.substr(0, kMostEntity).find(';');
  if (s.empty() || s[0] != '&' || end == std::string_view::npos) return {};
  std::string_view name = s.substr(1, end - 1);
  if (name.starts_with('#')) {
    const bool hex = name.starts_with("#x") || name.starts_with("#X");
    name.remove_prefix(hex ? 2 : 1);
    unsigned code = 0;
    const auto [behind, failed] =
        std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
    return failed == std::errc() && behind == name.data() + name.size() ? of_code(end + 1, code)
                                                                        : Character{};
  }
  constexpr struct {
    std::string_view name;
    char meant;
  } kNames[] = {{"plus", '+'}, {"sol", '/'}, {"equals", '='},  {"nbsp", ' '},
                {"amp", '&'},  {"lt", '<'},  {"gt", '>'},      {"quot", '"'},
                {"dash", '-'}, {"shy", ' '}, {"NewLine", '\n'}};
  for (const auto& [known, meant] : kNames) {
    if (name == known) return {.size = end + 1, .meant = meant};
  }
  return {};
}
// "%2B", "=3D": two digits behind a sign.
Character by_digits(std::string_view s, char sign) {
  if (s.size() < 3 || s[0] != sign || !is_hex_digit(s[1]) || !is_hex_digit(s[2])) return {};
  unsigned code = 0;
  std::from_chars(s.data() + 1, s.data() + 3, code, 16);
  return of_code(3, code);
}

// Colours and titles of a terminal.
size_t escape_size(std::string_view s) {
  if (s.size() < 2) return 1;
  size_t at = 2;
  if (s[1] == '[') {
    while (at < s.size() && at < kMostEscape && !(s[at] >= '@' && s[at] <= '~')) ++at;
    return std::min(at + 1, s.size());
  }
  if (s[1] != ']') return 2;
  while (at < s.size() && at < kMostTag && s[at] != '\a' && s[at] != 0x1B) ++at;
  return std::min(at + 1, s.size());
}
// --- one block

class Block {
 public:
  // From the tags of its line to the end of its END marker.
  explicit Block(std::string_view block, bool rtf)
      : s_(block),
        rtf_(rtf),
        mail_(block.find("=3D") != std::string_view::npos || has_soft_break()),
        form_(block.find("-----BEGIN+") != std::string_view::npos),
        web_(form_ || block.find("-----BEGIN%20") != std::string_view::npos ||
             block.find("%0A") != std::string_view::npos) {}

  std::string run() {
    while (at_ < s_.size()) step();
    // What goes on behind the marker is none of its line.
    if (left_out_ != 0) out_ += '\n';
    out_.append(left_out_ - std::min<size_t>(left_out_, 1), ' ');
    return std::move(out_);
  }

 private:
  // "=" at the end of a line that mail has cut, within letters. (Behind the padding of a block's
  // last line may stand the number of the next.)
  bool has_soft_break() const {
    constexpr size_t kLeast = 72, kMost = 76;
    for (size_t at = 0; (at = s_.find('=', at)) != std::string_view::npos; ++at) {
      const size_t size = soft_break(at);
      if (size == 0 || at + size >= s_.size() || !is_base64_letter(s_[at + size])) continue;
      // (What pads the last line of a block stands before the END line, with whatever is before
      // it.)
      const std::string_view next = s_.substr(at + size);
      if (next.substr(0, next.find('\n')).find(kEnd) != std::string_view::npos) return false;
      const size_t line = at - (s_.substr(0, at).rfind('\n') + 1);
      if (line >= kLeast && line < kMost) return true;
    }
    return false;
  }
  size_t soft_break(size_t at) const {
    const std::string_view rest = s_.substr(at);
    return rest.starts_with("=\r\n") ? 3 : rest.starts_with("=\n") ? 2 : 0;
  }

  void put(char c, size_t of) {
    left_out_ += of - 1;
    if (c == '\n') {
      out_.append(left_out_, ' ');
      left_out_ = 0;
    }
    out_ += c;
    at_ += of;
  }
  void leave_out(size_t size) {
    left_out_ += size;
    at_ += size;
  }

  void step() {
    const std::string_view rest = s_.substr(at_);
    const char c = rest[0];
    if (const Tag tag = c == '<' ? tag_at(rest) : Tag{}; tag.size != 0) {
      if (breaks_line(tag.name)) return put('\n', tag.size);
      return parts_words(tag.name) ? put(' ', tag.size) : leave_out(tag.size);
    }
    if (const Character meant = c == '&' ? entity(rest) : Character{}; meant.size != 0)
      return put(meant.meant, meant.size);
    if (c == 0x1B) return leave_out(escape_size(rest));
    if (mail_ && c == '=') {
      if (const size_t size = soft_break(at_); size != 0) return leave_out(size);
      if (const Character meant = by_digits(rest, '='); meant.size != 0)
        return put(meant.meant, meant.size);
    }
    if (web_) {
      if (const Character meant = by_digits(rest, '%'); meant.size != 0)
        return put(meant.meant, meant.size);
      // (An address may leave a plus as it is; a form never does.)
      if (form_ && c == '+') return put(' ', 1);
    }
    if (rtf_ && (c == '\\' || c == '{' || c == '}' || c == '\n' || c == '\r')) return rtf(rest);
    if (const size_t size = join_size(rest); size != 0) return put('\n', size);
    put(c, 1);
  }

  // Control words: of all only the end of a line counts.
  void rtf(std::string_view s) {
    size_t end = 1;
    if (s[0] != '\\') return leave_out(1);
    while (end < s.size() && is_letter(s[end])) ++end;
    const std::string_view word = s.substr(1, end - 1);
    if (word.empty()) return leave_out(std::min<size_t>(2, s.size()));  // "\~", an escaped sign
    while (end < s.size() && (is_digit(s[end]) || s[end] == '-')) ++end;
    if (end < s.size() && s[end] == ' ') ++end;
    if (word == "par" || word == "line") return put('\n', end);
    leave_out(end);
  }

  std::string_view s_;
  bool rtf_, mail_, form_, web_;
  size_t at_ = 0, left_out_ = 0;
  std::string out_;
};

// Where the tags begin that stand before a marker in its line, with no word among them: the number
// of the line may be.
size_t begin_of_row(std::string_view text, size_t marker) {
  const size_t least = marker - std::min(marker, kMostBefore);
  for (size_t at = marker; at > least;) {
    --at;
    if (text[at] == '>') {
      const size_t open = text.substr(least, at - least).rfind('<');
      if (open == std::string_view::npos ||
          tag_at(text.substr(least + open)).size != at - least - open + 1)
        return marker;
      at = least + open;
      const Tag tag = tag_at(text.substr(at));
      if (breaks_line(tag.name)) return tag.closes ? marker : at;
    } else if (!is_digit(text[at]) && !(is_blank(text[at]) && text[at] != '\n')) {
      return marker;
    }
  }
  return marker;
}

// Behind the marks that close what the last line opened.
size_t behind_marks(std::string_view text, size_t end, bool rtf) {
  while (end < text.size()) {
    const std::string_view rest = text.substr(end, kMostTag);
    const Tag tag = tag_at(rest);
    // (What opens there is another's.)
    if (tag.size != 0 && (tag.closes || to_lower(tag.name) == "br")) {
      end += tag.size;
    } else if (const Character blank = entity(rest); blank.size != 0 && blank.meant == ' ') {
      end += blank.size;
    } else if (rest[0] == 0x1B) {
      end += escape_size(rest);
    } else if (rtf && rest[0] == '\\') {
      size_t word = 1;
      while (word < rest.size() && (is_letter(rest[word]) || is_digit(rest[word]))) ++word;
      end += word;
    } else {
      return end;
    }
  }
  return end;
}

// Behind the block's END marker; npos: it has none before the next block.
size_t end_of_block(std::string_view text, size_t begin) {
  std::string_view block = text.substr(begin, kMostBlock);
  block = block.substr(0, block.find(kBegin, kBegin.size()));
  const size_t end = block.find(kEnd);
  if (end == std::string_view::npos) return std::string_view::npos;
  const size_t dashes = block.substr(0, end + kEnd.size() + kMostLabel).find(kDashes, end + 5);
  return dashes == std::string_view::npos ? std::string_view::npos
                                          : begin + dashes + kDashes.size();
}

}  // namespace

std::optional<std::string> unmarked_blocks(std::string_view text) {
  std::optional<std::string> out;
  const bool rtf = text.starts_with("{\\rtf");
  for (size_t at = 0; (at = text.find(kBegin, at)) != std::string_view::npos;) {
    size_t end = end_of_block(text, at);
    if (end == std::string_view::npos) {
      at += kBegin.size();
      continue;
    }
    const size_t begin = begin_of_row(text, at);
    std::string meant = Block(text.substr(begin, end - begin), rtf).run();
    if (meant != text.substr(begin, end - begin)) {
      end = behind_marks(text, end, rtf);
      if (begin + meant.size() != end) meant += '\n';
      meant.resize(end - begin, ' ');
      if (!out) out = std::string(text);
      out->replace(begin, meant.size(), meant);
    }
    at = end;
  }
  return out;
}

}  // namespace attest
