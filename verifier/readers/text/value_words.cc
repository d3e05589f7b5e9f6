#include "verifier/readers/text/value_words.h"

#include <algorithm>
#include <string>
#include <utility>

#include "verifier/base/characters.h"
#include "verifier/matter/tlv.h"

namespace attest {
namespace {

constexpr size_t kLeastWord = 16;    // letters of a word that may begin a value within its line
constexpr size_t kMostInRow = 64;    // DER values without anything between them
constexpr size_t kHeadLetters = 16;  // more than the longest header has

enum class Letters : uint8_t { none, hex, base64 };

// How long a DER SEQUENCE says it is, header included; 0: none begins.
uint64_t stated_size(View v, bool only_long) {
  if (v.size() < 2 || v[0] != 0x30) return 0;
  if (v[1] < 0x80) return only_long ? 0 : 2u + v[1];
  const size_t octets = v[1] & 0x7Fu;
  if (octets == 0 || octets > 4 || v.size() < 2 + octets) return 0;
  uint64_t length = 0;
  for (size_t i = 0; i < octets; ++i) length = length << 8 | v[2 + i];
  const bool minimal = octets == 1 ? length >= 0x80 : length >> (8 * (octets - 1)) != 0;
  return minimal ? 2 + octets + length : 0;
}

// Attestation elements: one structure of TLV, from its first byte to its last.
bool is_whole_elements(View v) {
  tlv::Cursor cursor(v);
  const auto outer = cursor.next();
  return outer && outer->type == tlv::Type::structure && cursor.skip_container() && cursor.empty();
}

std::vector<Bytes> one_by_one(View v) {
  std::vector<Bytes> out;
  while (!v.empty()) {
    const auto size = static_cast<size_t>(
        std::min<uint64_t>(std::max<uint64_t>(stated_size(v, false), 1), v.size()));
    out.push_back(to_bytes(v.first(size)));
    v = v.subspan(size);
  }
  return out;
}

class Values {
 public:
  explicit Values(std::span<const ValueWord> words) : words_(words), padded_(words.size()) {
    for (const ValueWord& word : words) {
      starts_.push_back(letters_.size());
      for (const char c : word.text) {
        if (c != '=' && c != ':') letters_ += c == '-' ? '+' : c == '_' ? '/' : c;
      }
    }
    starts_.push_back(letters_.size());
    size_t padded = words.size();
    for (size_t i = words.size(); i-- != 0; padded_[i] = padded) {
      if (words[i].text.ends_with('=')) padded = i;
    }
  }

  std::vector<ValueOfWords> run() {
    std::vector<ValueOfWords> out;
    for (size_t at = 0; at < words_.size(); at = out.back().end) {
      ValueOfWords value{.begin = at, .end = whole_from(at)};
      Bytes elements;
      if (value.end != 0) {
        value.whole = one_by_one(decoded(letters_at(at), value.begin, value.end));
      } else if (is_elements(at, elements)) {
        value.end = at + 1;
        value.whole.push_back(std::move(elements));
      } else {
        value.end = end_of_broken(at);
      }
      out.push_back(std::move(value));
    }
    return out;
  }

 private:
  size_t width(size_t word) const { return starts_[word + 1] - starts_[word]; }

  Letters letters_at(size_t word) const {
    const std::string_view s = std::string_view(letters_).substr(starts_[word], 2);
    return s == "30" ? Letters::hex : s.starts_with('M') ? Letters::base64 : Letters::none;
  }
  Bytes decoded(Letters kind, size_t begin, size_t end) const {
    std::string s = letters_.substr(starts_[begin], starts_[end] - starts_[begin]);
    if (kind == Letters::hex) return from_hex(s).value_or(Bytes{});
    while (s.size() % 4 != 0) s += '=';
    return from_base64(s).value_or(Bytes{});
  }
  // Bytes behind the first `at` of the value that begins with this letter, enough of them for a
  // header.
  Bytes head(Letters kind, size_t letter, uint64_t at) const {
    const uint64_t from = letter + (kind == Letters::hex ? 2 * at : at / 3 * 4);
    if (from >= letters_.size()) return {};
    std::string s = letters_.substr(static_cast<size_t>(from), kHeadLetters);
    if (kind == Letters::hex) return from_hex(s.substr(0, s.size() / 2 * 2)).value_or(Bytes{});
    while (s.size() % 4 != 0) s += 'A';
    Bytes out = from_base64(s).value_or(Bytes{});
    out.erase(out.begin(),
              out.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(at % 3, out.size())));
    return out;
  }

  // Behind the words of a value that begins here and ends, by its own length, with one of them; or
  // of several behind one another that do. 0: none does.
  size_t whole_from(size_t word) const {
    const Letters kind = letters_at(word);
    if (kind == Letters::none) return 0;
    uint64_t bytes = 0;
    for (size_t i = 0; i < kMostInRow; ++i) {
      const uint64_t size = stated_size(head(kind, starts_[word], bytes), false);
      if (size == 0) return 0;
      bytes += size;
      const uint64_t end = starts_[word] + (kind == Letters::hex ? 2 * bytes : (bytes * 4 + 2) / 3);
      if (end > letters_.size()) return 0;
      const auto from = starts_.begin() + static_cast<std::ptrdiff_t>(word) + 1;
      const auto found = std::lower_bound(from, starts_.end(), end);
      if (*found != end) continue;
      const auto behind = static_cast<size_t>(found - starts_.begin());
      return padded_[word] + 1 < behind ? 0 : behind;  // padding ends a value
    }
    return 0;
  }
  bool is_elements(size_t word, Bytes& bytes) const {
    const std::string_view s = std::string_view(letters_).substr(starts_[word], width(word));
    if (s.size() < 2 * kLeastWord) return false;
    if (s.starts_with("15")) bytes = decoded(Letters::hex, word, word + 1);
    if (s.starts_with('F')) bytes = decoded(Letters::base64, word, word + 1);
    if (!bytes.empty() && is_whole_elements(bytes)) return true;
    bytes.clear();
    return false;
  }
  bool begins_long_der(size_t word) const {
    const Letters kind = letters_at(word);
    return kind != Letters::none && stated_size(head(kind, starts_[word], 0), true) != 0;
  }
  // Another value begins with this word, whatever the one before it is.
  bool begins_value(size_t word) const {
    if (!words_[word].first && width(word) < kLeastWord) return false;
    Bytes unused;
    return begins_long_der(word) || whole_from(word) != 0 || is_elements(word, unused);
  }
  // Behind the words that may be lines of one value: not beyond padding, nor beyond where another
  // one begins. Lines of a value are of one width but for the last, and of what begins with a
  // length the first: a name may stand before it.
  size_t end_of_broken(size_t word) const {
    const bool says_length = begins_long_der(word);
    size_t at = word + 1;
    for (; at < words_.size(); ++at) {
      const size_t before = width(at - 1);
      const bool wider =
          !says_length && !words_[at - 1].gap && before >= kLeastWord && width(at) > before;
      if (words_[at - 1].text.ends_with('=') || wider || begins_value(at)) break;
    }
    return at;
  }

  std::span<const ValueWord> words_;
  std::string letters_;         // of all words, without what parts bytes
  std::vector<size_t> starts_;  // of the words in them, and the end
  std::vector<size_t> padded_;  // the first word from here on that padding ends
};

}  // namespace

std::vector<ValueOfWords> values_of_words(std::span<const ValueWord> words) {
  return Values(words).run();
}

std::vector<ValueWord> words_between_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::vector<ValueWord> out;
  bool first = true;
  for (size_t at = 0; at < text.size();) {
    if (kBlanks.find(text[at]) != std::string_view::npos) {
      first = first || text[at] == '\n';
      ++at;
      continue;
    }
    const size_t end = std::min(text.find_first_of(kBlanks, at), text.size());
    out.push_back({.text = text.substr(at, end - at), .first = std::exchange(first, false)});
    at = end;
  }
  return out;
}

}  // namespace attest
