// Arrays, strings and bare hex or base64 of programming languages and notes. One walk over the
// text: numbers, strings and long words gather into runs, and what ends a run decides nothing about
// what it means.

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "verifier/base/characters.h"
#include "verifier/readers/text/pasted_bytes.h"
#include "verifier/readers/text/value_words.h"

namespace attest {
namespace {

constexpr size_t kLeastBytes = 16;  // shorter ones are everywhere
constexpr size_t kLeastChunk = 16;  // characters of a bare word that may begin hex or base64
constexpr size_t kMostName = 64;
constexpr unsigned kMostRepeats = 4096;

uint8_t nibble(char c) {
  return static_cast<uint8_t>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
}

// Words that stand at a value and name nothing: types, casts, calls.
bool is_noise(std::string_view word) {
  constexpr std::string_view kNoise[] = {
      "byte",     "Byte",         "bytes",        "uint8_t",     "unsigned", "char",
      "const",    "static",       "u8",           "i8",          "new",      "b",
      "B",        "br",           "toByte",       "UINT8_C",     "db",       "DB",
      "fromhex",  "unhexlify",    "bytearray",    "PROGMEM",     "define",   "hex",
      "Hex",      "base64",       "b64decode",    "std",         "array",    "vector",
      "String",   "byteArrayOf",  "Uint8Array",   "Buffer",      "from",     "return",
      "DC",       "public",       "private",      "final",       "let",      "var",
      "val",      "pub",          "constexpr",    "inline",      "of",       "binascii",
      "decode",   "decodeString", "DecodeString", "StdEncoding", "Base64",   "getDecoder",
      "times",    "repeats",      "as",           "sizeof",      "uint8",    "UInt8",
      "parseHex", "HexFormat",    "ByteArray"};
  return std::find(std::begin(kNoise), std::end(kNoise), word) != std::end(kNoise);
}

// What a text means: hex, base64, or the PEM that it is. Nothing: it is no value.
std::optional<Bytes> meaning(std::string_view s) {
  if (s.find("-----BEGIN ") != std::string_view::npos) return to_bytes(view(s));
  while (!s.empty() && (s.front() == ' ' || s.front() == '\n')) s.remove_prefix(1);
  if (s.starts_with("hex:")) s.remove_prefix(4);
  if (s.size() < 2 * kLeastBytes) {
    if (s.size() < 22) return std::nullopt;
    auto base = from_base64_lines(s);
    return base && base->size() >= kLeastBytes ? std::optional(std::move(*base)) : std::nullopt;
  }
  if (auto digits = from_hex_lenient(s)) return std::move(*digits);
  if (auto base = from_base64_lines(s)) return std::move(*base);
  if (const auto letters = base64_of_url(s)) {
    if (auto base = from_base64_lines(*letters)) return std::move(*base);
  }
  // A key as JWK has it: without padding, whatever its letters are.
  constexpr size_t kLettersOfKey = 43;
  if (s.size() == kLettersOfKey) {
    if (auto base = from_base64_lines(std::string(s) + "=")) return std::move(*base);
  }
  return std::nullopt;
}

class Literals {
 public:
  Literals(std::string_view text, const std::vector<bool>& used) : text_(text), used_(used) {}

  std::vector<PastedBytes> run() {
    while (at_ < text_.size() && out_.size() < kMostPasted) {
      if (used_[at_]) {
        end_run();
        while (at_ < text_.size() && used_[at_]) ++at_;
        continue;
      }
      step();
    }
    end_run();
    return std::move(out_);
  }

 private:
  enum class Kind : uint8_t { none, numbers, strings, chunks };

  char now(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool next_is(std::string_view words) const { return text_.substr(at_).starts_with(words); }

  void step() {
    const char c = now();
    if (c == ' ' || c == '\t' || c == '\r') {
      ++at_;
    } else if (c == '\n') {
      lone_ = true;
      ++at_;
      return;
    } else if (c == '\\' && (now(1) == '\n' || next_is("\\\r\n"))) {
      at_ += now(1) == '\n' ? 2 : 3;
      lone_ = true;
      return;
    } else if (is_head_of_digits()) {  // of a data base: \x308201...
      at_ += 2;
    } else if (c == '\\' && now(1) == 'x' && is_hex_digit(now(2)) && is_hex_digit(now(3))) {
      escapes();
    } else if (next_is("/*")) {
      at_ = std::min(text_.find("*/", at_), text_.size() - 2) + 2;
    } else if ((next_is("//") && !is_base64_letter(now(2))) || next_is("# ")) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (next_is("...") || next_is("…")) {
      shortened_ = kind_ != Kind::none;
      if (!words_.empty()) words_.back().gap = true;
      at_ += 3;
    } else if (next_is("```")) {  // the fence of a block in a document
      end_run();
      at_ += 3;
    } else if (c == '"' || c == '`' || c == '\'') {
      quoted(c);
    } else if (is_word_letter(c) || c == '/' || (c == '+' && is_base64_letter(now(1)))) {
      word();
    } else {
      punctuation(c);
    }
    lone_ = lone_ && at_ < text_.size() && (c == ' ' || c == '\t' || c == '\r');
  }

  // ---- runs
  void begin(Kind kind, size_t at) {
    if (kind_ == kind) return;
    end_run();
    kind_ = kind;
    begin_ = at;
  }
  void end_run() {
    const Kind kind = std::exchange(kind_, Kind::none);
    const bool closed = std::exchange(closed_, false);
    const bool shortened = std::exchange(shortened_, false), raw = std::exchange(raw_, false);
    Bytes bytes = std::exchange(bytes_, {});
    if (kind == Kind::none) return;
    if (kind == Kind::chunks) return end_words();
    if (kind != Kind::numbers && !(raw && kind == Kind::strings && !means_text(bytes))) {
      auto meant = meaning(text(bytes));
      if (!meant && shortened) meant = part_of(text(bytes));
      if (!meant) return;
      bytes = std::move(*meant);
    }
    if (bytes.size() < kLeastBytes) return;
    out_.push_back({.name = std::exchange(name_, {}),
                    .offset = begin_,
                    .end = at_,
                    .bytes = std::move(bytes),
                    .shortened = shortened,
                    .open = kind == Kind::numbers && !closed});
  }
  // Words behind one another: values of their own, or lines of one.
  void end_words() {
    const std::vector<ValueWord> words = std::exchange(words_, {});
    for (ValueOfWords& value : values_of_words(words)) {
      const std::span<const ValueWord> parts(words.data() + value.begin, value.end - value.begin);
      std::string all;
      bool shortened = false;
      for (const ValueWord& part : parts) {
        all += part.text;
        shortened = shortened || part.gap;
      }
      const std::string_view last = parts.back().text;
      const auto offset = static_cast<size_t>(parts.front().text.data() - text_.data());
      const size_t end = value.end == words.size()
                             ? at_
                             : static_cast<size_t>(last.data() - text_.data()) + last.size();
      const auto keep = [&](Bytes bytes) {
        if (bytes.size() < kLeastBytes) return;
        out_.push_back({.name = std::exchange(name_, {}),
                        .offset = offset,
                        .end = end,
                        .bytes = std::move(bytes),
                        .shortened = shortened,
                        .open = true});
      };
      for (Bytes& one : value.whole) keep(std::move(one));
      if (!value.whole.empty()) continue;
      auto meant = meaning(all);
      if (!meant && parts.size() > 1) {
        // A word behind the last full line was prose.
        all.resize(all.size() - parts.back().text.size());
        meant = meaning(all);
      }
      if (!meant && shortened) meant = part_of(all);
      if (meant) keep(std::move(*meant));
    }
  }
  // A string with escapes may be text all the same: PEM with line ends.
  static bool means_text(View bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](uint8_t b) {
      return (b >= 0x20 && b < 0x7F) || b == '\n' || b == '\r' || b == '\t';
    });
  }
  // Of a shortened value what stands before the gap: whole bytes of it.
  static std::optional<Bytes> part_of(std::string_view s) {
    if (auto whole = meaning(s.substr(0, s.size() / 2 * 2))) return whole;
    return meaning(s.substr(0, s.size() / 4 * 4));
  }

  // ---- numbers
  void number(int64_t value, size_t at) {
    if (value < -128 || value > 255) return end_run();
    begin(Kind::numbers, at);
    bytes_.push_back(static_cast<uint8_t>(value));
    separated_ = closed_ = false;
  }
  // "<repeats 13 times>", as gdb says it.
  void repeats() {
    unsigned n = 0;
    const size_t digits = at_ + std::string_view("<repeats ").size();
    const auto [end, failed] = std::from_chars(text_.data() + std::min(digits, text_.size()),
                                               text_.data() + text_.size(), n);
    const size_t close = text_.substr(0, at_ + kMostName).find('>', at_);
    if (failed != std::errc() || close == std::string_view::npos || n > kMostRepeats) {
      ++at_;
      return end_run();
    }
    static_cast<void>(end);
    if (kind_ == Kind::numbers && !bytes_.empty() && n > 1 && bytes_.size() < kMostRepeatedBytes)
      bytes_.insert(bytes_.end(), n - 1, bytes_.back());
    at_ = close + 1;
  }

  // ---- strings
  bool is_head_of_digits() const {
    constexpr size_t kLeast = 2 * kLeastBytes;
    if (!next_is("\\x")) return false;
    const std::string_view digits = text_.substr(at_ + 2, kLeast);
    return digits.size() == kLeast && std::all_of(digits.begin(), digits.end(), is_hex_digit);
  }
  void escapes() {
    begin(Kind::strings, at_);
    raw_ = true;
    while (now() == '\\' && now(1) == 'x' && is_hex_digit(now(2)) && is_hex_digit(now(3))) {
      bytes_.push_back(static_cast<uint8_t>(nibble(now(2)) << 4 | nibble(now(3))));
      at_ += 4;
    }
  }
  void quoted(char quote) {
    const bool triple = quote != '`' && now(1) == quote && now(2) == quote;
    const size_t head = triple ? 3 : 1, from = at_;
    size_t& unclosed = unclosed_to_[{quote, triple}];
    if (from < unclosed) {
      ++at_;
      return end_run();
    }
    Bytes value;
    bool raw = false, closed = false;
    size_t at = at_ + head;
    while (at < text_.size()) {
      const char c = text_[at];
      if (c == quote && (!triple || text_.substr(at, 3) == std::string(3, quote))) {
        at += head;
        closed = true;
        break;
      }
      if (c == '\n' && quote != '`' && !triple) break;
      if (c != '\\' || quote == '`') {
        value.push_back(static_cast<uint8_t>(c));
        ++at;
        continue;
      }
      at = escape(at, value, raw);
    }
    // An apostrophe, or a quote that is none: prose. (Nor does another end before there: the
    // escaped ones among them were passed by as they would be from it.)
    if (!closed) {
      unclosed = at;
      ++at_;
      return end_run();
    }
    at_ = at;
    // A character: a number among numbers; beside one, debuggers show it again.
    if (quote == '\'' && value.size() == 1 && kind_ == Kind::numbers) {
      if (separated_) number(static_cast<int8_t>(value[0]), from);
      return;
    }
    begin(Kind::strings, from);
    raw_ = raw_ || raw;
    bytes_.insert(bytes_.end(), value.begin(), value.end());
  }
  size_t escape(size_t at, Bytes& value, bool& raw) const {
    const auto c = [&](size_t i) { return at + i < text_.size() ? text_[at + i] : '\0'; };
    if (c(1) == '\n') return at + 2;
    if (c(1) == '\r' && c(2) == '\n') return at + 3;
    if (c(1) == 'x' && is_hex_digit(c(2))) {
      const bool two = is_hex_digit(c(3));
      raw = true;
      value.push_back(two ? static_cast<uint8_t>(nibble(c(2)) << 4 | nibble(c(3))) : nibble(c(2)));
      return at + (two ? 4 : 3);
    }
    if (c(1) >= '0' && c(1) <= '7') {
      unsigned n = 0;
      size_t i = 1;
      for (; i <= 3 && c(i) >= '0' && c(i) <= '7'; ++i)
        n = n * 8 + static_cast<unsigned>(c(i) - '0');
      raw = true;
      value.push_back(static_cast<uint8_t>(n));
      return at + i;
    }
    constexpr std::string_view kLetters = "nrtabfv", kMeant = "\n\r\t\a\b\f\v";
    const auto letter = kLetters.find(c(1));
    value.push_back(static_cast<uint8_t>(letter == std::string_view::npos ? c(1) : kMeant[letter]));
    return at + 2;
  }

  // ---- words
  void word() {
    const size_t from = at_;
    size_t end = at_;
    while (end < text_.size() && is_base64_letter(text_[end])) ++end;
    if (const size_t url = end_of_url_word(); url > end) return chunk(url);
    // Bytes with colons: "30:81:E8".
    if (end - from == 2 && is_hex_digit(now()) && is_hex_digit(now(1)) && now(2) == ':' &&
        is_hex_digit(now(3)) && is_hex_digit(now(4)) && !is_word_letter(now(5)))
      return colons();
    // (The last line of a value may be short, and begin with a digit.)
    const bool alone = lone_ && kind_ == Kind::chunks &&
                       (only_word_of_line(end) || is_padded_end(end - from, end));
    const bool number_like = !alone && is_digit(now()) && !is_long_word(end - from);
    if (number_like && numeric()) return;
    if (is_long_word(end - from) || alone) return chunk(end);
    identifier(end);
  }
  void chunk(size_t end) {
    const size_t from = at_;
    begin(Kind::chunks, from);
    while (end < text_.size() && text_[end] == '=') ++end;
    words_.push_back({.text = text_.substr(from, end - from), .first = lone_});
    at_ = end;
  }
  // Behind a word of base64url that is too long and too mixed for a name. 0: none.
  size_t end_of_url_word() {
    constexpr size_t kLeast = 40, kLeastLetters = 8, kLeastDigits = 2;
    if (at_ < no_url_before_) return 0;
    size_t end = at_, upper = 0, lower = 0, digits = 0;
    for (; end < text_.size() && (is_word_letter(text_[end]) || text_[end] == '-'); ++end) {
      upper += text_[end] >= 'A' && text_[end] <= 'Z';
      lower += text_[end] >= 'a' && text_[end] <= 'z';
      digits += is_digit(text_[end]);
    }
    no_url_before_ = end;
    if (end < text_.size() && (text_[end] == '+' || text_[end] == '/')) return 0;
    return end - at_ >= kLeast && upper >= kLeastLetters && lower >= kLeastLetters &&
                   digits >= kLeastDigits
               ? end
               : 0;
  }
  // Of the base64 alphabet, and long: names have fewer letters without a '_', or capitals inside.
  bool is_long_word(size_t size) const {
    if (size < kLeastChunk) return false;
    const std::string_view s = text_.substr(at_, size);
    if (at_ + size < text_.size() &&
        (text_[at_ + size] == '_' || text_[at_ + size] == '[' || text_[at_ + size] == '('))
      return false;
    if (kind_ == Kind::chunks) return true;
    return std::all_of(s.begin(), s.end(), is_hex_digit) || size >= 40 ||
           std::any_of(s.begin(), s.end(), [](char c) { return is_digit(c) || c == '+'; });
  }
  bool only_word_of_line(size_t end) const {
    // (A line that goes on ends with a backslash.)
    while (end < text_.size() &&
           (text_[end] == '=' || text_[end] == ' ' || text_[end] == '\r' || text_[end] == '\\'))
      ++end;
    return end == text_.size() || text_[end] == '\n';
  }
  // Letters whose padding ends the value, and prose behind them.
  bool is_padded_end(size_t size, size_t end) const {
    const size_t behind = std::min(text_.find_first_not_of('=', end), text_.size());
    return behind != end && behind - end <= 2 && (size + behind - end) % 4 == 0 &&
           (behind == text_.size() || text_[behind] == ' ');
  }
  void colons() {
    const size_t from = at_;
    begin(Kind::chunks, from);
    while (is_hex_digit(now()) && is_hex_digit(now(1)) && !is_word_letter(now(2)))
      at_ += now(2) == ':' ? 3 : 2;
    words_.push_back({.text = text_.substr(from, at_ - from), .first = lone_});
  }

  // A number with whatever its language hangs on it; false: it is a word.
  bool numeric() {
    const size_t from = at_;
    size_t end = at_;
    while (end < text_.size() && is_word_letter(text_[end])) ++end;
    std::string_view s = text_.substr(from, end - from);
    int base = 10;
    if (s.starts_with("0x") || s.starts_with("0X")) {
      base = 16;
      s.remove_prefix(2);
    } else if (s.size() > 1 && (s.back() == 'h' || s.back() == 'H')) {
      base = 16;
      s.remove_suffix(1);
    } else if (s.starts_with("0b") || s.starts_with("0B")) {
      base = 2;
      s.remove_prefix(2);
    }
    uint64_t value = 0;
    const auto [behind, failed] = std::from_chars(s.data(), s.data() + s.size(), value, base);
    if (failed != std::errc()) return false;
    const std::string_view suffix(behind, static_cast<size_t>(s.data() + s.size() - behind));
    for (const char* known : {"", "u", "U", "u8", "i8", "_u8", "_i8", "UL", "L", "l", "uy"}) {
      if (suffix != known) continue;
      at_ = base == 10 && suffix.empty() ? behind_zeros(end) : end;
      if (next_is(".toByte()")) at_ += 9;
      stated_length(value);
      number(value > 255 ? 256
             : negative_ ? -static_cast<int64_t>(value)
                         : static_cast<int64_t>(value),
             from);
      negative_ = false;
      return true;
    }
    return false;
  }
  // Behind the ".0" of a whole number that a table wrote as another.
  size_t behind_zeros(size_t end) const {
    if (end >= text_.size() || text_[end] != '.') return end;
    const size_t behind = std::min(text_.find_first_not_of('0', end + 1), text_.size());
    const bool goes_on =
        behind < text_.size() && (is_word_letter(text_[behind]) || text_[behind] == '.');
    return behind == end + 1 || goes_on ? end : behind;
  }
  // "dac_der_len = 493": of the array before it.
  void stated_length(uint64_t value) {
    if (!assigned_ || out_.empty() || kind_ == Kind::numbers) return;
    const std::string& array = out_.back().name;
    const bool length = !array.empty() && name_.size() > array.size() && name_.starts_with(array) &&
                        (name_.ends_with("len") || name_.ends_with("Len") ||
                         name_.ends_with("length") || name_.ends_with("size"));
    if (length && value > out_.back().bytes.size()) out_.back().shortened = true;
  }

  // A path or a long name is taken whole: looking at it again from each of its parts would take
  // the square of its length.
  void identifier(size_t end) {
    const size_t from = at_;
    if (end - from >= kLeastChunk) at_ = end;
    while (at_ < text_.size() && is_word_letter(text_[at_])) ++at_;
    if (at_ == from) ++at_;  // a '/' or '+' that begins nothing
    std::string_view s = text_.substr(from, at_ - from);
    if (s.size() > 1) s.remove_prefix(s.find_last_of("/+", s.size() - 2) + 1);  // npos + 1 is 0
    if (is_noise(s)) return;
    if (s == "0x" && kind_ == Kind::numbers) return;  // a byte that whoever shortened it cut
    end_run();
    assigned_ = false;
    if (!held_) name_ = std::string(s.substr(0, kMostName));
  }

  void punctuation(char c) {
    if (c == '<' && next_is("<repeats ")) return repeats();
    ++at_;
    closed_ = closed_ || c == '}' || c == ']' || c == ')' || c == ';';
    if (c == ',') separated_ = true;
    negative_ = c == '-' && is_digit(now());  // (in a list of YAML a blank follows)
    // A string before a colon was the name of what follows.
    if (c == ':' && kind_ == Kind::strings) {
      std::string called(text(bytes_).substr(0, kMostName));
      if (bytes_.size() > kMostName) {  // too long for a name: it may be a value as well
        end_run();
      } else {
        kind_ = Kind::none;
        bytes_.clear();
      }
      name_ = std::move(called);
      return;
    }
    if (c == '=' || c == ':' || c == '[') {
      assigned_ = c == '=' || assigned_;
      if (c != ':') held_ = true;  // what follows is the value, or its type
    }
    if (c == ';') {
      end_run();
      held_ = false;
      name_.clear();
      return;
    }
    // Between the parts of one value nothing else stands.
    constexpr std::string_view kBetween = ",()+.-$&";
    if (kBetween.find(c) == std::string_view::npos || (c == ')' && kind_ == Kind::strings) ||
        (c == ',' && kind_ == Kind::strings)) {
      end_run();
      if (c == '}' || c == ']' || c == '{' || c == '#') held_ = held_ && c == '{';
    }
  }

  std::string_view text_;
  const std::vector<bool>& used_;
  size_t at_ = 0;
  Kind kind_ = Kind::none;
  size_t begin_ = 0, no_url_before_ = 0;
  std::map<std::pair<char, bool>, size_t> unclosed_to_;  // of each quote, alone or three of them
  Bytes bytes_;  // of numbers the values, of strings the text
  std::vector<ValueWord> words_;
  bool raw_ = false, shortened_ = false, separated_ = true, negative_ = false;
  bool closed_ = false;    // a bracket or a ';' stands behind the last number
  bool lone_ = true;       // nothing stood before this in its line
  bool assigned_ = false;  // behind a '='
  bool held_ = false;      // the name is settled until the value has come
  std::string name_;
  std::vector<PastedBytes> out_;
};

}  // namespace

std::vector<PastedBytes> pasted_literals(std::string_view text, const std::vector<bool>& used) {
  return Literals(text, used).run();
}

}  // namespace attest
