// Dumps with or without addresses, line by line. Where the text of a line's bytes begins to be
// their picture in characters is not marked in every form, so the addresses decide how many bytes a
// line has; in the last line the column in which they ended above it.

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "verifier/base/characters.h"
#include "verifier/readers/credentials/credential_items.h"
#include "verifier/readers/text/pasted_bytes.h"
#include "verifier/readers/text/value_words.h"

namespace attest {
namespace {

constexpr size_t kMostPerLine = 64;     // bytes behind an address
constexpr size_t kMostBare = 16384;     // bytes of a line without one
constexpr size_t kMostPrefix = 8;       // words of a log before the address
constexpr size_t kLeastBare = 8;        // bytes of a line without an address
constexpr uint64_t kMostGap = 4096;     // a larger step begins another dump
constexpr size_t kMostRepeated = 4096;  // bytes that a '*' stands for

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool all_hex(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), is_hex);
}

struct Word {
  std::string_view text;
  size_t at = 0;  // column
};
std::vector<Word> words_of(std::string_view line) {
  std::vector<Word> out;
  for (size_t i = 0; i < line.size() && out.size() < kMostBare;) {
    if (line[i] == ' ' || line[i] == '\t' || line[i] == '\r') {
      ++i;
      continue;
    }
    const size_t end = std::min(line.find_first_of(" \t\r", i), line.size());
    out.push_back({line.substr(i, end - i), i});
    i = end;
  }
  return out;
}

// The bytes of one word: "30", "3082", "0x30", "0x30,". Words with "0x" and more than a byte are
// numbers of a little-endian machine, as debuggers show them.
std::optional<Bytes> bytes_of(std::string_view word) {
  if (word.ends_with(',')) word.remove_suffix(1);
  const bool number = word.starts_with("0x") || word.starts_with("0X");
  if (number) word.remove_prefix(2);
  if (!all_hex(word) || word.size() > 16) return std::nullopt;
  std::string padded(word);
  if (number && word.size() == 1) padded.insert(0, "0");
  auto bytes = from_hex(padded);
  if (!bytes) return std::nullopt;
  if (number) std::reverse(bytes->begin(), bytes->end());
  return std::move(*bytes);
}

struct Line {
  std::string_view address;  // empty: none
  std::string symbol;        // "<buffer+16>": without brackets and number
  struct Byte {
    uint8_t value;
    size_t end;  // column behind it
  };
  std::vector<Byte> bytes;
  size_t width = 0;    // bytes of a group
  bool words = false;  // groups are numbers of a machine, as debuggers show them
  size_t offset = 0;   // of the line's first byte, or of its address, in the text
  size_t begin = 0, end = 0;
};

// "0x20001000", "00000000:", "0000:0010"
std::optional<std::string_view> address_of(std::string_view word) {
  while (!word.empty() && (word.back() == ':' || word.back() == '|')) word.remove_suffix(1);
  std::string_view digits = word;
  if (digits.starts_with("0x")) digits.remove_prefix(2);
  if (!all_hex(digits) || digits.size() < 4 || digits.size() > 16) return std::nullopt;
  return digits;
}

bool is_joint(std::string_view word) {
  return word == ":" || word == "=" || word == "|" || word == "│";
}

// The bytes that stand from this word on, up to what is none.
void take_bytes(const std::vector<Word>& words, size_t from, Line& out) {
  size_t& width = out.width;
  for (size_t i = from; i < words.size() && out.bytes.size() < kMostPerLine; ++i) {
    const auto bytes = bytes_of(words[i].text);
    if (!bytes) {
      if (words[i].text == "-" && !out.bytes.empty()) continue;  // between the halves of a line
      return;
    }
    // Groups of a line are of one width, but for the last.
    if (width == 0) width = bytes->size();
    if (bytes->size() > width) return;
    out.words = width > 1 && words[i].text.starts_with("0x");
    for (const uint8_t b : *bytes) out.bytes.push_back({b, words[i].at + words[i].text.size()});
  }
}

// The same of a line without an address: "30 82 01", in brackets or not, "<308201c5 3082016a>".
void take_bare(const std::vector<Word>& words, size_t from, Line& out) {
  constexpr std::string_view kOpening = "[<{(", kClosing = "]>}),;";
  constexpr size_t kGroup = 8;
  for (size_t i = from; i < words.size() && out.bytes.size() < kMostBare; ++i) {
    std::string_view word = words[i].text;
    const bool opens = kOpening.find(word.front()) != std::string_view::npos;
    if (opens && i != from) return;
    if (opens) word.remove_prefix(1);
    const size_t last = word.find_last_not_of(kClosing);
    const bool closes =
        last != std::string_view::npos && last + 1 < word.size() && word.back() != ',';
    if (closes) word = word.substr(0, last + 1);
    if (out.width == 0) {
      const bool group = opens && word.size() == kGroup;
      if ((word.size() != 2 && !group) || !all_hex(word)) return;
    }
    const auto bytes = bytes_of(word);
    if (!bytes) {
      if (word == "-" && !out.bytes.empty()) continue;  // between the halves of a line
      return;
    }
    if (out.width == 0) out.width = bytes->size();
    if (bytes->size() > out.width) return;
    for (const uint8_t b : *bytes) out.bytes.push_back({b, words[i].at + words[i].text.size()});
    if (closes) return;
  }
}

std::optional<Line> with_address(const std::vector<Word>& words, size_t i) {
  auto address = address_of(words[i].text);
  if (!address) return std::nullopt;
  Line out{.address = *address, .symbol = {}, .bytes = {}};
  size_t from = i + 1;
  if (from < words.size() && words[from].text[0] == '<') {
    const std::string_view symbol = words[from].text.substr(1);
    out.symbol = std::string(symbol.substr(0, symbol.find_first_of("+>")));
    ++from;
  }
  while (from < words.size() && is_joint(words[from].text)) ++from;
  take_bytes(words, from, out);
  const bool alone = words.size() == i + 1;
  if (out.bytes.empty() && !alone) return std::nullopt;
  out.offset = words[out.bytes.empty() ? i : from].at;
  return out;
}

// A name or a cell may stand before the first byte of DER without a blank: "dac=30 82".
void part_from_name(Word& word) {
  const size_t sign = word.text.find_last_of("=,");
  if (sign == std::string_view::npos || word.text.substr(sign + 1) != "30") return;
  word.text.remove_prefix(sign + 1);
  word.at += sign + 1;
}

std::optional<Line> dump_line(std::string_view line) {
  auto words = words_of(line);
  if (words.empty()) return std::nullopt;
  for (size_t i = 0; i < std::min(words.size(), kMostPrefix); ++i) part_from_name(words[i]);
  const auto bare = [&](size_t i) -> std::optional<Line> {
    Line out;
    take_bare(words, i, out);
    if (out.bytes.size() < kLeastBare) return std::nullopt;
    out.offset = words[i].at;
    return out;
  };
  const size_t prefix = std::min(words.size(), kMostPrefix);
  // Within brackets nothing is an address.
  for (size_t i = 0; i < prefix; ++i) {
    if (words[i].text[0] != '<' && words[i].text[0] != '[') continue;
    if (auto found = bare(i)) return found;
  }
  for (size_t i = 0; i < prefix; ++i) {
    auto found = with_address(words, i);
    // An address alone is the end of a dump, and only where nothing stands before it.
    if (found && (i == 0 || found->bytes.size() >= 4)) return found;
  }
  // Without an address: whole bytes, and enough of them to be no prose.
  for (size_t i = 0; i < prefix; ++i) {
    if (auto found = bare(i)) return found;
  }
  return std::nullopt;
}

std::optional<uint64_t> number(std::string_view digits, int base) {
  uint64_t out = 0;
  const auto [end, failed] =
      std::from_chars(digits.data(), digits.data() + digits.size(), out, base);
  return failed == std::errc() && end == digits.data() + digits.size() ? std::optional(out)
                                                                       : std::nullopt;
}

// What a log puts before each line, but for its clock.
std::string without_digits(std::string_view prefix) {
  std::string out;
  for (const char c : prefix) {
    if (!is_digit(c)) out += c;
  }
  return out;
}

// The few bytes that are left for the last line of a value, and nothing else but what stands before
// the bytes of the line above.
std::optional<Line> last_line(std::string_view line, std::string_view prefix_above) {
  const auto words = words_of(line);
  const size_t prefix = words_of(prefix_above).size();
  if (words.size() <= prefix || words.size() - prefix >= kLeastBare) return std::nullopt;
  const auto begin = static_cast<size_t>(words[prefix].at);
  if (prefix != 0 && without_digits(line.substr(0, begin)) != without_digits(prefix_above))
    return std::nullopt;
  Line out;
  take_bare(words, prefix, out);
  if (out.width != 1 || out.bytes.size() != words.size() - prefix) return std::nullopt;
  out.offset = words[prefix].at;
  return out;
}

// Addresses are hex, with od octal or decimal: the base in which a line's step is its bytes.
int base_of(const std::vector<Line>& lines) {
  for (const int base : {16, 8, 10}) {
    size_t fits = 0, steps = 0;
    for (size_t i = 0; i + 1 < lines.size(); ++i) {
      const auto a = number(lines[i].address, base), b = number(lines[i + 1].address, base);
      if (!a || !b) {
        steps = 0;
        break;
      }
      ++steps;
      fits += *b > *a && *b - *a <= lines[i].bytes.size();
    }
    if (steps != 0 && fits * 2 > steps) return base;
  }
  return 16;
}

class Dumps {
 public:
  Dumps(std::string_view text, std::vector<bool>& used) : text_(text), used_(used) {}

  std::vector<PastedBytes> run() {
    for (size_t at = 0; at < text_.size();) {
      const size_t end = std::min(text_.find('\n', at), text_.size());
      const std::string_view line = text_.substr(at, end - at);
      const bool free = at >= used_.size() || !used_[at];
      auto found = free ? dump_line(line) : std::nullopt;
      if (!found && free && !lines_.empty() && lines_.back().address.empty())
        found = last_line(
            line, text_.substr(lines_.back().begin, lines_.back().offset - lines_.back().begin));
      if (found) {
        found->offset += at;
        found->begin = at;
        found->end = end;
        if (!lines_.empty() && lines_.back().address.empty() != found->address.empty()) flush();
        lines_.push_back(std::move(*found));
      } else if (!lines_.empty() && line.find_first_not_of(" \t\r*") == std::string_view::npos) {
        if (line.find('*') != std::string_view::npos) stars_.push_back(lines_.size());
      } else if (!lines_.empty() && (line.find("...") != std::string_view::npos ||
                                     line.find("…") != std::string_view::npos)) {
        elided_ = true;
      } else {
        flush();
        heading_ = line;
      }
      at = end + 1;
    }
    flush();
    return std::move(out_);
  }

 private:
  // A dump's name stands in the line above it: "dac.der:", "Path: C:\dac.der".
  std::string heading() const {
    std::string_view s = heading_.substr(0, 80);
    while (!s.empty() && (s.back() == ':' || s.back() == ' ' || s.back() == '\r'))
      s.remove_suffix(1);
    const auto blank = s.find_last_of(" \t");
    return std::string(blank == std::string_view::npos ? s : s.substr(blank + 1));
  }

  void flush() {
    std::vector<Line> lines = std::exchange(lines_, {});
    const std::vector<size_t> stars = std::exchange(stars_, {});
    const bool elided = std::exchange(elided_, false);
    size_t total = 0;
    for (const Line& l : lines) total += l.bytes.size();
    if (total < 16 || out_.size() >= kMostPasted) return;
    if (lines.front().address.empty())
      bare(lines, elided);
    else
      addressed(lines, stars, elided);
  }
  void mark(const Line& line) {
    std::fill(used_.begin() + static_cast<std::ptrdiff_t>(line.begin),
              used_.begin() + static_cast<std::ptrdiff_t>(line.end), true);
  }
  void keep(PastedBytes value) {
    if (value.bytes.size() >= 16 && out_.size() < kMostPasted) out_.push_back(std::move(value));
  }

  // How many of a line's bytes are meant: behind a full line's stand characters, some of which may
  // be digits.
  static size_t meant(const Line& line, size_t full) {
    const size_t size = line.bytes.size();
    return size > full && size - full <= full / 2 ? full : size;
  }
  // Of the most lines one behind the other.
  static size_t full_line(const std::vector<Line>& lines) {
    size_t full = lines[0].bytes.size(), votes = 0;
    for (const Line& l : lines) {
      if (votes == 0) full = l.bytes.size();
      votes = l.bytes.size() == full ? votes + 1 : votes - 1;
    }
    return votes > 1 ? full : lines[0].bytes.size();
  }

  void bare(const std::vector<Line>& lines, bool elided) {
    const size_t full = full_line(lines);
    std::vector<std::string> digits;
    digits.reserve(lines.size());
    for (const Line& l : lines) {
      Bytes bytes;
      for (size_t i = 0; i < meant(l, full); ++i) bytes.push_back(l.bytes[i].value);
      digits.push_back(hex(bytes));
      mark(l);
    }
    std::vector<ValueWord> words;
    for (const std::string& line : digits) words.push_back({.text = line, .first = true});
    for (const ValueOfWords& part : values_of_words(words)) {
      const PastedBytes here{.name = heading(),
                             .offset = lines[part.begin].offset,
                             .end = lines[part.end - 1].end,
                             .bytes = {},
                             .shortened = elided,
                             .open = true};
      std::vector<Bytes> values = part.whole;
      if (values.empty()) {
        std::string all;
        for (size_t i = part.begin; i < part.end; ++i) all += digits[i];
        values.push_back(from_hex(all).value_or(Bytes{}));
      }
      for (Bytes& bytes : values) {
        PastedBytes value = here;
        value.bytes = std::move(bytes);
        keep(std::move(value));
      }
    }
  }

  void addressed(const std::vector<Line>& lines, const std::vector<size_t>& stars, bool elided) {
    const int base = base_of(lines);
    size_t widest = 0;  // the column behind the last byte of a full line
    PastedBytes value;
    const auto begin = [&](const Line& l) {
      value = {.name = l.symbol.empty() ? heading() : l.symbol,
               .offset = l.offset,
               .end = l.end,
               .bytes = {},
               .shortened = elided,
               .open = true};
    };
    begin(lines[0]);
    for (size_t i = 0; i < lines.size(); ++i) {
      const Line& l = lines[i];
      const auto here = number(l.address, base),
                 next = i + 1 < lines.size() ? number(lines[i + 1].address, base) : std::nullopt;
      const bool follows = here && next && *next > *here && *next - *here <= kMostGap;
      size_t count = l.bytes.size();
      if (follows && *next - *here <= count) {
        count = static_cast<size_t>(*next - *here);
        if (count != 0) widest = std::max(widest, l.bytes[count - 1].end);
        value.half = count % 2 != 0 && l.width == 2 && l.bytes.size() > count;
        count += value.half;
      } else if (!follows && widest != 0) {
        while (count != 0 && l.bytes[count - 1].end > widest) --count;
      }
      for (size_t b = 0; b < count; ++b) value.bytes.push_back(l.bytes[b].value);
      value.end = l.end;
      if (count != 0 || !value.bytes.empty()) mark(l);
      if (!follows) {
        if (l.words) forget_rest_of_word(value, l.width);
        keep(std::exchange(value, {}));
        widest = 0;
        if (i + 1 < lines.size()) begin(lines[i + 1]);
      } else if (*next - *here > count && !value.half) {
        repeat(value, l, count, static_cast<size_t>(*next - *here) - count,
               std::binary_search(stars.begin(), stars.end(), i + 1));
      }
    }
    keep(std::move(value));
  }
  // What fills up the last word stands behind the value in memory, and is none of it.
  static void forget_rest_of_word(PastedBytes& value, size_t width) {
    const size_t size = der_size(value.bytes);
    if (size != 0 && size < value.bytes.size() && value.bytes.size() - size < width)
      value.bytes.resize(size);
  }
  // A '*' says that the line above goes on; a gap without it, that lines are gone.
  static void repeat(PastedBytes& value, const Line& line, size_t count, size_t missing,
                     bool star) {
    if (!star || count == 0 || missing > kMostRepeated || value.bytes.size() > kMostRepeatedBytes) {
      value.shortened = true;
      return;
    }
    for (size_t i = 0; i < missing; ++i) value.bytes.push_back(line.bytes[i % count].value);
  }

  std::string_view text_, heading_;
  std::vector<bool>& used_;
  std::vector<Line> lines_;
  std::vector<size_t> stars_;  // how many lines stood before each '*'
  bool elided_ = false;
  std::vector<PastedBytes> out_;
};

}  // namespace

std::vector<PastedBytes> pasted_dumps(std::string_view text, std::vector<bool>& used) {
  return Dumps(text, used).run();
}

// A name is a word of letters. What stands before a value may as well be a code or a passcode, and
// places are shown everywhere.
static bool is_name(std::string_view s) {
  size_t digits = 0;
  for (const char c : s) {
    const bool digit = c >= '0' && c <= '9';
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    digits += digit;
    if (!digit && !letter && std::string_view("_./\\-").find(c) == std::string_view::npos)
      return false;
  }
  return !s.empty() && digits < 7 && !(s[0] >= '0' && s[0] <= '9');
}

std::vector<PastedBytes> pasted_bytes(std::string_view text, bool* whole, size_t most) {
  const bool cut = text.size() > most;
  text = text.substr(0, most);
  std::vector<bool> used(text.size());
  std::vector<PastedBytes> out = pasted_octal(text, used);
  for (PastedBytes& value : pasted_dumps(text, used)) out.push_back(std::move(value));
  const size_t dumps = out.size();
  for (PastedBytes& value : pasted_literals(text, used)) out.push_back(std::move(value));
  const bool full = dumps >= kMostPasted || out.size() - dumps >= kMostPasted;
  std::stable_sort(out.begin(), out.end(),
                   [](const PastedBytes& a, const PastedBytes& b) { return a.offset < b.offset; });
  if (out.size() > kMostPasted) out.resize(kMostPasted);
  // What was cut here was not cut by who wrote it.
  if (cut) std::erase_if(out, [&](const PastedBytes& v) { return v.end >= text.size(); });
  for (PastedBytes& value : out) {
    if (!is_name(value.name)) value.name.clear();
  }
  if (whole != nullptr) *whole = !cut && !full;
  return out;
}

}  // namespace attest
