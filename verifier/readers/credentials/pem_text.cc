#include "verifier/readers/credentials/pem_text.h"

#include <algorithm>
#include <bitset>

#include "verifier/base/characters.h"
#include "verifier/readers/credentials/damaged.h"
#include "verifier/readers/credentials/pem_frame.h"

namespace attest {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END ", kDashes = "-----";
constexpr size_t kLongestLabel = 64;
constexpr size_t kMostLooked = 16u << 10;  // characters of a body
constexpr size_t kMostLetters = 1024;      // of it that are decoded
constexpr size_t kFullLine = 48;           // letters: a line of PEM has 64 or 76
constexpr size_t kLeastDistinct = 20;      // letters of a full line that differ: bytes, and no rule
constexpr size_t kMostStrays = 2;          // of a damaged line

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\f';
}

std::string_view without_blanks(std::string_view s) {
  while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_blank(s.back())) s.remove_suffix(1);
  return s;
}

// The line without what a program or a quotation puts around it.
std::string_view bare(std::string_view line) {
  constexpr std::string_view kQuotes = "\"'`", kBehind = "\"'`\\,;) \t";
  line = without_blanks(line);
  for (const std::string_view leader : {"// ", "# ", "* ", "> ", "| ", "; ", "-- "}) {
    if (line.starts_with(leader)) line = without_blanks(line.substr(leader.size()));
  }
  // "..." + goes on in the next line.
  if (line.ends_with('+')) {
    const std::string_view literal = without_blanks(line.substr(0, line.size() - 1));
    if (!literal.empty() && kQuotes.find(literal.back()) != std::string_view::npos) line = literal;
  }
  while (!line.empty() && kQuotes.find(line.front()) != std::string_view::npos)
    line.remove_prefix(1);
  while (!line.empty() && kBehind.find(line.back()) != std::string_view::npos)
    line.remove_suffix(1);
  return without_blanks(line);
}

// Escapes of line ends become them: "\n", "\r\n", "\\n".
std::string with_line_ends(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (size_t i = 0; i < s.size(); ++i) {
    size_t end = i;
    while (end < s.size() && s[end] == '\\') ++end;
    if (end != i && end < s.size() && (s[end] == 'n' || s[end] == 'r')) {
      out += '\n';
      i = end;
    } else {
      out += s[i] == '\r' ? '\n' : s[i];
    }
  }
  return out;
}

// Long enough for a line of PEM and as mixed as bytes are. (A program's table of base64's letters
// is in order.)
bool is_like_bytes(std::string_view letters) {
  if (letters.size() < kFullLine) return false;
  std::bitset<256> distinct;
  size_t steps = 0;
  for (size_t i = 0; i < letters.size(); ++i) {
    distinct.set(static_cast<uint8_t>(letters[i]));
    steps += i != 0 && letters[i] == letters[i - 1] + 1;
  }
  return distinct.count() >= kLeastDistinct && steps * 2 <= letters.size();
}

struct Body {
  std::string letters;  // 'A' in the place of what is none
  bool full_line = false, shortened = false, clean = true, prose = false;

  // False: the body ends here.
  bool take(std::string_view line) {
    if (line.empty() || letters.size() > kMostLetters) return true;
    if (letters.empty() && line.find(": ") != std::string_view::npos) return true;  // a header
    size_t dots = std::min(line.find("..."), line.find("…"));
    if (dots != std::string_view::npos) shortened = true;
    line = line.substr(0, dots);
    size_t strays = 0;
    std::string of_line;
    const auto url = base64_of_url(line);
    for (const char c : url ? std::string_view(*url) : line) {
      if (c == '=') continue;
      strays += !is_base64_letter(c);
      of_line += is_base64_letter(c) ? c : 'A';
    }
    if (strays > kMostStrays) {
      prose = true;
      return false;
    }
    clean = clean && strays == 0;
    full_line = full_line || is_like_bytes(of_line);
    letters += of_line;
    return !shortened;
  }
};

Bytes decoded(std::string letters) {
  // What is left of the last four letters is filled up.
  while (letters.size() % 4 != 0) letters += 'A';
  return from_base64(letters).value_or(Bytes{});
}

// How a SEQUENCE begins that may be one of ours, as far as there are letters.
bool begins_as_der(const std::string& letters) {
  if (letters[0] != 'M') return false;
  if (letters.size() == 1) return true;
  if (letters[1] < 'F' || letters[1] > 'I') return false;
  const Bytes der = decoded(letters);
  const size_t there = letters.size() * 6 / 8;
  const size_t header = der[1] < 0x80 ? 2 : 2u + (der[1] & 0x7Fu);
  if (there >= 2 && (header > 5 || der[1] < 0x50)) return false;
  constexpr std::string_view kFirst = "\x30\x06\x02\x31\xA0";
  return there <= header || kFirst.find(static_cast<char>(der[header])) != std::string_view::npos;
}

bool is_of_credential(const std::string& letters) {
  // (A letter more or less moves all others.)
  for (size_t from = 0; from < std::min<size_t>(4, letters.size()); ++from) {
    const auto began = began_as(decoded(letters.substr(from)));
    if (began && began->kind == Began::Kind::credential && began->at_head) return true;
  }
  return false;
}

size_t line_start(std::string_view all, size_t at) {
  const size_t before = at == 0 ? std::string_view::npos : all.rfind('\n', at - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

// (Markers may stand in one line by the thousand: none is looked at further than a marker's own
// length.)
bool begins_line(std::string_view all, size_t at) {
  constexpr size_t kMostBlanks = 64;
  for (size_t i = 0; i <= kMostBlanks && i < at; ++i) {
    const char c = all[at - 1 - i];
    if (c == '\n') return true;
    if (!is_blank(c)) return false;
  }
  return at <= kMostBlanks;
}
// A BEGIN line as PEM has it, to the end of its line.
bool whole_marker(std::string_view s) {
  constexpr size_t kMostBlanks = 64;
  s = s.substr(0, kBegin.size() + kLongestLabel + kDashes.size() + kMostBlanks);
  const std::string_view line = without_blanks(s.substr(0, s.find('\n')));
  return line.size() >= kBegin.size() + kDashes.size() && line.ends_with(kDashes);
}
// The lines before `end` that may be a body's, not beyond `least`.
std::string_view body_before(std::string_view all, size_t end, size_t least) {
  size_t from = end;
  while (from > least && end - from < kMostLooked) {
    const size_t line = line_start(all, from - 1);
    const std::string_view words = bare(all.substr(line, from - line - 1));
    if (line < least || words.empty() || words.find(' ') != std::string_view::npos ||
        words.find(kDashes) != std::string_view::npos)
      break;
    from = line;
  }
  return all.substr(from, end - from);
}

// Right behind its marker a text has a line of PEM, and something around that.
bool holds_line(std::string_view text) {
  constexpr size_t kNear = 192, kLine = 60;
  text = text.substr(0, kNear + kLine);
  for (size_t at = 0; at < std::min(text.size(), kNear);) {
    size_t end = at;
    while (end < text.size() && is_base64_letter(text[end])) ++end;
    if (end - at >= kLine && is_like_bytes(text.substr(at, end - at))) return true;
    at = end + 1;
  }
  return false;
}

// A whole block that holds something, whatever it is. (A placeholder is short, or one letter over
// and over.)
bool is_filled(View der) {
  constexpr size_t kLeast = 64;
  if (der.size() < kLeast) return false;
  const std::string letters = base64(der.first(kLeast - 1));
  return letters.find_first_not_of(letters[0]) != std::string::npos;
}

}  // namespace

bool is_label_of_another_trade(std::string_view label) {
  for (const std::string_view other :
       {"PGP ", "RSA ", "DSA ", "OPENSSH ", "SSH", "AGE ", "OpenVPN ", "NEBULA ", "TSS2 ",
        "ENCRYPTED SIGSTORE ", "ENCRYPTED COSIGN "}) {
    if (label.starts_with(other)) return true;
  }
  return false;
}

PemBody pem_body(std::string_view text) {
  text = text.substr(0, kMostLooked);
  text = text.substr(0, std::min(text.find(kDashes), text.find('\0')));
  const std::string lines = with_line_ends(text);
  Body body;
  for (std::string_view rest = lines; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (!body.take(bare(line))) break;
  }
  if (body.full_line || (!body.prose && is_like_bytes(body.letters)))
    return body.shortened ? PemBody::shortened : PemBody::credential;
  // (Whatever else stands in its lines.)
  if (body.prose && !body.shortened && holds_line(lines)) return PemBody::credential;
  if (body.letters.empty() || body.shortened || body.prose) return PemBody::none;
  const bool ours = (body.clean && begins_as_der(body.letters)) || is_of_credential(body.letters);
  return ours ? PemBody::credential : PemBody::none;
}

namespace {

// The letters of a body behind whatever stands before them in their lines.
class Letters {
 public:
  void take(std::string_view line, bool headers_may_follow) {
    line = bare(line);
    if (std::none_of(line.begin(), line.end(),
                     [](char c) { return is_base64_letter(c) || c == '='; }))
      return;
    const bool header = letters_.empty() && headers_may_follow &&
                        (line.find("Proc-Type: ") != std::string_view::npos ||
                         line.find("DEK-Info: ") != std::string_view::npos);
    if (header) {
      const size_t from = std::min(line.find("Proc-Type: "), line.find("DEK-Info: "));
      headers_ += std::string(line.substr(from)) + "\n";
      return;
    }
    if (line.find_first_of(" \t") == std::string_view::npos || all_letters(line)) {
      letters_ += tail_;
      tail_.clear();
      letters_ += line;
      return;
    }
    size_t from = line.size();
    while (from != 0 && (is_base64_letter(line[from - 1]) || line[from - 1] == '=')) --from;
    behind_prefix(line.substr(from));
  }
  std::string letters() const { return letters_ + tail_; }
  const std::string& headers() const { return headers_; }

 private:
  static bool all_letters(std::string_view s) {
    return std::all_of(s.begin(), s.end(),
                       [](char c) { return is_base64_letter(c) || c == '=' || is_blank(c); });
  }
  // Full lines have one width; a shorter one is the last, or the last word of another line.
  void behind_prefix(std::string_view word) {
    if (!all_letters(word)) return;
    if (width_ == 0 && word.size() >= kFullLine) width_ = word.size();
    if (width_ != 0 && word.size() == width_) {
      letters_ += word;
      tail_.clear();
    } else if (word.size() % 4 == 0) {
      tail_ = word;
    }
  }

  std::string letters_, tail_, headers_;
  size_t width_ = 0;
};

size_t longest_word(std::string_view line) {
  size_t longest = 0, here = 0;
  for (const char c : line) longest = std::max(longest, here = is_blank(c) ? 0 : here + 1);
  return longest;
}

// Behind the last line that may be of the body of a block without an END.
size_t end_of_body(std::string_view all, size_t from, size_t end) {
  for (size_t at = from; at < end;) {
    const size_t next = std::min(all.substr(0, end).find('\n', at), end);
    const std::string_view line = bare(all.substr(at, next - at));
    if (at != from && line.find(' ') != std::string_view::npos && longest_word(line) < kFullLine)
      return at;
    at = next + 1;
  }
  return end;
}

PemSpan span_at(std::string_view all, size_t begin) {
  PemSpan out{.begin = begin,
              .end = begin + kBegin.size(),
              .label = {},
              .headers = {},
              .der = {},
              .problem = {},
              .body = PemBody::none,
              .closed = false};
  const std::string_view head = all.substr(begin, kBegin.size() + kLongestLabel);
  const size_t dashes = head.find(kDashes, kBegin.size());
  const bool marker = dashes != std::string_view::npos && head.find('\n') > dashes;
  const size_t behind = marker ? begin + dashes + kDashes.size() : out.end;
  if (marker) out.label = without_blanks(head.substr(kBegin.size(), dashes - kBegin.size()));
  const size_t next = std::min(all.find(kBegin, behind), all.size());
  const size_t closing = all.substr(0, next).find(kEnd, behind);
  out.closed = closing != std::string_view::npos;
  const size_t body_end = out.closed ? closing : end_of_body(all, behind, next);
  out.end = body_end;
  const std::string unframed = marker ? body_without_frame(all, begin, behind, body_end)
                                      : std::string(all.substr(behind, body_end - behind));
  out.body = pem_body(unframed);
  if (out.closed) {
    const std::string_view rest = all.substr(closing, kEnd.size() + kLongestLabel);
    const size_t last = rest.find(kDashes, kEnd.size());
    const bool ends = last != std::string_view::npos && rest.find('\n') > last;
    out.end = closing + (ends ? last + kDashes.size() : kEnd.size());
    if (!ends || without_blanks(rest.substr(kEnd.size(), last - kEnd.size())) != out.label)
      out.problem = "its END line is another's";
  } else {
    out.problem = "the END line is missing";
  }
  if (!marker) out.problem = "its BEGIN line is cut";
  if (!out.problem.empty()) return out;
  const std::string lines = with_line_ends(unframed);
  Letters letters;
  for (std::string_view rest = lines; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    letters.take(line, true);
  }
  out.headers = letters.headers();
  auto der = from_base64_lines(letters.letters());
  if (!der) {
    out.problem = der.error().what;
  } else if (der->empty()) {
    out.problem = "nothing stands between BEGIN and END";
  } else {
    out.der = std::move(*der);
  }
  return out;
}

}  // namespace

std::string PemSpan::as_file() const {
  std::string out = to_pem(label, der);
  if (!headers.empty()) out.insert(out.find('\n') + 1, headers + "\n");
  return out;
}

std::vector<PemSpan> pem_anywhere(std::string_view all) {
  std::vector<PemSpan> out;
  for (size_t at = 0; (at = all.find(kBegin, at)) != std::string_view::npos;) {
    PemSpan span = span_at(all, at);
    at = std::max(span.end, at + kBegin.size());
    if (span.body != PemBody::shortened && is_filled(span.der)) span.body = PemBody::credential;
    out.push_back(std::move(span));
  }
  return out;
}

std::vector<size_t> pem_ends_alone(std::string_view all) {
  constexpr size_t kMost = 64;
  std::vector<size_t> out;
  size_t behind = 0;  // the marker before
  bool begun = false;
  for (size_t at = 0; out.size() < kMost; at += kDashes.size()) {
    at = all.find(kDashes, at);
    if (at == std::string_view::npos) break;
    if (all.substr(at).starts_with(kBegin)) {
      begun = begins_line(all, at) && whole_marker(all.substr(at));
      behind = at + kBegin.size();
    } else if (all.substr(at).starts_with(kEnd)) {
      if (!begun && begins_line(all, at) &&
          pem_body(body_before(all, line_start(all, at), behind)) == PemBody::credential)
        out.push_back(at);
      begun = false;
      behind = at + kEnd.size();
    }
  }
  return out;
}

std::vector<LoneMarker> pem_markers_alone(std::string_view all) {
  constexpr size_t kMost = 64, kLeast = 6;  // five dashes are a rule in a document
  enum class Marker : uint8_t { begin, end };
  struct Open {
    Marker marker;
    size_t at;
    bool filled = false;          // something stands behind it
    std::string_view label = {};  // of a BEGIN line that is whole
  };
  std::vector<LoneMarker> out;
  Open before{.marker = Marker::end, .at = 0};  // as if one had ended
  const auto lone = [&](const Open& one) {
    if (!one.filled && out.size() < kMost) out.push_back({.at = one.at, .empty_block = false});
  };
  for (size_t at = 0; at < all.size();) {
    const size_t end = std::min(all.find('\n', at), all.size());
    const std::string_view line = without_blanks(all.substr(at, end - at));
    const bool begins = line.starts_with(kBegin), ends = line.starts_with(kEnd);
    // At the end of the file a marker may be cut within.
    const bool cut = end == all.size() && line.size() >= kLeast &&
                     (kBegin.starts_with(line) || kEnd.starts_with(line) ||
                      ((begins || ends) && !line.ends_with(kDashes) &&
                       line.size() <= kBegin.size() + kLongestLabel &&
                       line.find(kDashes, kDashes.size()) == std::string_view::npos));
    if (!cut && (!(begins || ends) || !whole_marker(line))) {
      before.filled = before.filled || !line.empty();
    } else if (ends && !cut) {
      // The END line of what was begun; without that, of what is gone.
      if (before.marker == Marker::begin && !before.filled && !before.label.empty() &&
          before.label == line.substr(kEnd.size())) {
        if (out.size() < kMost) out.push_back({.at = before.at, .empty_block = true});
      } else if (before.marker == Marker::end || !before.filled)
        lone({.marker = Marker::end,
              .at = before.marker == Marker::begin ? before.at : at,
              .filled = before.marker == Marker::end && before.filled});
      before = {.marker = Marker::end, .at = at};
    } else {
      if (before.marker == Marker::begin) lone(before);
      if (cut && !(before.marker == Marker::begin && before.filled))
        lone({.marker = Marker::begin, .at = at});
      before = {.marker = Marker::begin,
                .at = at,
                .filled = cut,
                .label = cut ? std::string_view() : line.substr(kBegin.size())};
    }
    at = end + 1;
  }
  if (before.marker == Marker::begin) lone(before);
  return out;
}

bool is_lone_marker(std::string_view all) {
  constexpr std::string_view kAround(" \t\r\n\f\0", 6);
  const size_t first = std::min(all.find_first_not_of(kAround), all.size());
  all = all.substr(first, all.find_last_not_of(kAround) + 1 - first);
  constexpr size_t kLeast = 6;  // of the marker: five dashes are a rule in a document
  if (all.size() < kLeast || all.find('\n') != std::string_view::npos) {
    // An empty block is two.
    const std::string_view second = all.substr(std::min(all.find('\n') + 1, all.size()));
    return all.starts_with(kBegin) && second.starts_with(kEnd) &&
           second.find('\n') == std::string_view::npos;
  }
  if (kBegin.starts_with(all) || kEnd.starts_with(all)) return true;
  if (!all.starts_with(kBegin) && !all.starts_with(kEnd)) return false;
  // Behind the label's dashes, if they are there, nothing else.
  const size_t label = all.find(' ') + 1, dashes = all.find(kDashes, label);
  return dashes == std::string_view::npos ? all.size() - label <= 64
                                          : all.size() == dashes + kDashes.size();
}

// A file of nothing but a BEGIN line and letters, without an END: what was cut off is lost, and who
// speaks of PEM uses words.
static bool is_cut_at_once(std::string_view all) {
  const size_t from = all.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos || !whole_marker(all.substr(from)) ||
      !all.substr(from).starts_with(kBegin))
    return false;
  const std::string_view body = all.substr(std::min(all.find('\n', from), all.size()));
  return std::any_of(body.begin(), body.end(), is_base64_letter) &&
         std::all_of(body.begin(), body.end(), [](char c) {
           return is_base64_letter(c) || c == '=' || c == '\r' || c == '\n';
         });
}

PemEvidence pem_evidence(View input) {
  const std::string_view all = text(input);
  PemFile file = parse_pem(input);
  PemEvidence out;
  out.parameters = file.parameters;
  const bool cut_at_once = is_cut_at_once(all);
  const auto is_one = [&](size_t begin) {
    const size_t behind = all.substr(0, begin + std::min(kMostLooked, all.size() - begin))
                              .find_first_of("\r\n", begin);
    const PemBody body =
        pem_body(behind == std::string_view::npos ? std::string_view() : all.substr(behind));
    if (body == PemBody::credential || cut_at_once) return true;
    ++(body == PemBody::shortened ? out.shortened : out.mentions);
    return false;
  };
  for (PemBlock& block : file.blocks) {
    if (is_filled(block.der) || is_one(block.offset)) out.file.blocks.push_back(std::move(block));
  }
  for (size_t i = 0; i < file.problems.size(); ++i) {
    if (!is_one(file.begun_at[i])) continue;
    out.file.problems.push_back(std::move(file.problems[i]));
    out.file.begun_at.push_back(file.begun_at[i]);
  }
  return out;
}

}  // namespace attest
