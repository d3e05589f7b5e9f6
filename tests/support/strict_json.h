// RFC 8259, read by somebody else than the program: only whether a text is JSON, and what its
// strings are. For tests of what the program writes; nothing of verifier/json is in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attest::test {

class StrictJson {
 public:
  explicit StrictJson(std::string_view text) : text_(text) {
    space();
    good_ = value(0);
    space();
    good_ = good_ && at_ == text_.size();
  }
  bool good() const { return good_; }
  size_t at() const { return at_; }  // where it stopped being JSON
  const std::vector<std::string>& strings() const { return strings_; }  // keys, too; decoded

 private:
  bool is(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool take(char c) {
    if (!is(c)) return false;
    ++at_;
    return true;
  }
  bool word(std::string_view w) {
    if (text_.substr(at_, w.size()) != w) return false;
    at_ += w.size();
    return true;
  }
  void space() {
    while (is(' ') || is('\t') || is('\n') || is('\r')) ++at_;
  }
  bool digits() {
    const size_t from = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ > from;
  }
  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('+')) take('-');
    return digits();
  }
  std::optional<uint32_t> four() {
    uint32_t out = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = at_ < text_.size() ? text_[at_] : ' ';
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return std::nullopt;
      out = out << 4 | static_cast<uint32_t>(digit);
    }
    return out;
  }
  static void put(uint32_t c, std::string& out) {
    const auto byte = [&](uint32_t b) { out += static_cast<char>(b); };
    if (c < 0x80) {
      byte(c);
    } else if (c < 0x800) {
      byte(0xC0 | c >> 6), byte(0x80 | (c & 63));
    } else if (c < 0x10000) {
      byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 63)), byte(0x80 | (c & 63));
    } else {
      byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 63)), byte(0x80 | (c >> 6 & 63));
      byte(0x80 | (c & 63));
    }
  }
  // RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF.
  bool utf8(std::string& out) {
    const auto b = [&](size_t i) {
      return at_ + i < text_.size() ? static_cast<uint8_t>(text_[at_ + i]) : uint8_t{0};
    };
    const auto more = [&](size_t i) { return b(i) >= 0x80 && b(i) <= 0xBF; };
    size_t n = 0;
    if (b(0) >= 0xC2 && b(0) <= 0xDF && more(1)) n = 2;
    if (b(0) >= 0xE0 && b(0) <= 0xEF && more(1) && more(2) && !(b(0) == 0xE0 && b(1) < 0xA0) &&
        !(b(0) == 0xED && b(1) > 0x9F))
      n = 3;
    if (b(0) >= 0xF0 && b(0) <= 0xF4 && more(1) && more(2) && more(3) &&
        !(b(0) == 0xF0 && b(1) < 0x90) && !(b(0) == 0xF4 && b(1) > 0x8F))
      n = 4;
    out += text_.substr(at_, n);
    at_ += n;
    return n != 0;
  }
  bool escape(std::string& out) {
    constexpr std::string_view kNames = "\"\\/bfnrt", kValues = "\"\\/\b\f\n\r\t";
    const size_t known = at_ < text_.size() ? kNames.find(text_[at_]) : std::string_view::npos;
    if (known != std::string_view::npos) {
      ++at_;
      out += kValues[known];
      return true;
    }
    if (!take('u')) return false;
    auto code = four();
    if (!code || (*code >= 0xDC00 && *code <= 0xDFFF)) return false;  // a second half alone
    if (*code >= 0xD800 && *code <= 0xDBFF) {
      if (!take('\\') || !take('u')) return false;
      const auto low = four();
      if (!low || *low < 0xDC00 || *low > 0xDFFF) return false;
      code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
    }
    put(*code, out);
    return true;
  }
  bool string() {
    if (!take('"')) return false;
    std::string out;
    while (at_ < text_.size()) {
      const auto c = static_cast<uint8_t>(text_[at_]);
      if (c < 0x20) return false;
      if (take('"')) {
        strings_.push_back(std::move(out));
        return true;
      }
      if (take('\\')) {
        if (!escape(out)) return false;
      } else if (c < 0x80) {
        const size_t from = at_;
        const auto plain = [&](char p) { return p >= 0x20 && p != '"' && p != '\\'; };
        while (++at_ < text_.size() && plain(text_[at_])) {
        }
        out.append(text_, from, at_ - from);
      } else if (!utf8(out)) {
        return false;
      }
    }
    return false;
  }
  bool members(char end, bool named, int depth) {
    space();
    if (take(end)) return true;
    for (;;) {
      space();
      if (named && !string()) return false;
      space();
      if (named && !take(':')) return false;
      space();
      if (!value(depth)) return false;
      space();
      if (take(end)) return true;
      if (!take(',')) return false;
    }
  }
  bool value(int depth) {
    if (depth > 100) return false;
    if (is('"')) return string();
    if (take('{')) return members('}', true, depth + 1);
    if (take('[')) return members(']', false, depth + 1);
    return word("true") || word("false") || word("null") || number();
  }

  std::string_view text_;
  size_t at_ = 0;
  bool good_ = false;
  std::vector<std::string> strings_;
};

// No byte or character that a terminal obeys, that hides, or that changes the direction of text:
// written down here once more, so that nothing of the program judges itself.
inline bool harmless(std::string_view text) {
  // By pointers: whole reports go through here, in builds that optimise nothing.
  const auto* const end = reinterpret_cast<const uint8_t*>(text.data()) + text.size();
  for (const auto* at = end - text.size(); at != end; ++at) {
    if (*at >= 0x20 && *at < 0x7F) continue;
    const auto b = [&](ptrdiff_t k) { return k < end - at ? at[k] : uint8_t{0}; };
    if ((b(0) < 0x20 && b(0) != '\n') || b(0) == 0x7F) return false;
    if (b(0) == 0xC2 && b(1) < 0xA0) return false;                                   // C1
    if (b(0) == 0xE2 && b(1) == 0x80 && b(2) >= 0xA8 && b(2) <= 0xAE) return false;  // U+2028..202E
    if (b(0) == 0xE2 && b(1) == 0x80 && b(2) >= 0x8B && b(2) <= 0x8F) return false;  // U+200B..200F
    if (b(0) == 0xE2 && b(1) == 0x81 && b(2) >= 0xA6 && b(2) <= 0xA9) return false;  // U+2066..2069
    if (b(0) == 0xEF && b(1) == 0xBB && b(2) == 0xBF) return false;                  // U+FEFF
  }
  return true;
}

// Everything that makes a text hostile to whoever shows it, one piece each.
inline std::vector<std::string> hostile_pieces() {
  std::vector<std::string> out;
  for (int c = 0; c < 0x20; ++c) out.emplace_back(1, static_cast<char>(c));
  out.emplace_back("\x7F");
  for (int c = 0x80; c < 0xA0; ++c) out.push_back(std::string("\xC2") + static_cast<char>(c));
  for (const char* piece : {"\u2028", "\u2029",   "\u202A",
                            "\u202B", "\u202C",   "\u202D",
                            "\u202E", "\u2066",   "\u2067",
                            "\u2068", "\u2069",   "\u200B",
                            "\u200E", "\u200F",   "\u061C",
                            "\uFEFF", "\uFFFF",   "\U000E0041",
                            "\"",     "\\",       "'",
                            "<",      ">",        "&",
                            "]]>",    "\x1B[31m", "\x1B]0;title\x07",
                            "\r\n",   "=1",       "{}"})
    out.emplace_back(piece);
  for (const char* broken : {"\xFF", "\x80", "\xC0\xAF", "\xE2\x80", "\xED\xA0\x80", "\xED\xB0\x80",
                             "\xF4\x90\x80\x80", "\xC2"})
    out.emplace_back(broken);
  return out;
}

}  // namespace attest::test
