#include "verifier/readers/text/decoded_text.h"

#include <algorithm>
#include <array>

#include "verifier/base/characters.h"
#include "verifier/base/plain_ascii.h"

namespace attest {
namespace {

constexpr size_t kMost = 256u << 20, kLooked = 4096;
constexpr uint32_t kReplacement = 0xFFFD, kMark = 0xFEFF;
constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

// Windows-1252 from 0x80: what Latin-1 has control characters for.
constexpr std::array<uint16_t, 32> kWindows1252 = {
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};

bool is_plain(uint32_t c) {
  return (c >= 0x20 && c != 0x7F) || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == 0x1B;
}
bool is_ascii(uint8_t b) {
  return is_plain_ascii(static_cast<char>(b));
}
bool is_surrogate(uint32_t c) {
  return c >= 0xD800 && c < 0xE000;
}

// Text in units of two or four bytes.
struct Wide {
  uint8_t width;
  bool big;
  size_t mark;  // bytes of the byte order mark

  uint32_t unit(View v, size_t at) const {
    uint32_t out = 0;
    for (size_t i = 0; i < width; ++i)
      out |= static_cast<uint32_t>(v[at + i]) << (8 * (big ? width - 1u - i : i));
    return out;
  }
};

// Most units are characters of ASCII: their other bytes are zero. What is none is known before a
// third of it was looked at.
bool looks(View v, const Wide& form) {
  const size_t units = std::min(v.size(), kLooked) / form.width, most = units / 4;
  if (units < 4) return false;
  size_t others = 0;
  for (size_t i = 0; i < units && others <= most; ++i) {
    const uint32_t c = form.unit(v, i * form.width);
    others += c < 0x80 && is_plain(c) ? 0 : 1;
  }
  return others <= most;
}

// Eight bits each, nearly all.
bool is_in_ascii(View v) {
  v = v.first(std::min(v.size(), kLooked));
  const auto ascii = static_cast<size_t>(std::count_if(v.begin(), v.end(), is_ascii));
  return v.size() >= 8 && ascii * 8 >= v.size() * 7;
}

std::optional<Wide> wide_form(View v) {
  constexpr Wide kLittle16{2, false, 0}, kBig16{2, true, 0}, kLittle32{4, false, 0},
      kBig32{4, true, 0};
  const auto begins = [&](std::initializer_list<uint8_t> mark) {
    return v.size() >= mark.size() && std::equal(mark.begin(), mark.end(), v.begin());
  };
  if (v.size() >= 8 && begins({0xFF, 0xFE, 0, 0})) return Wide{4, false, 4};
  if (begins({0, 0, 0xFE, 0xFF})) return Wide{4, true, 4};
  // (A line's noise may be such a mark, too.)
  if (begins({0xFF, 0xFE}) && !is_in_ascii(v.subspan(2))) return Wide{2, false, 2};
  if (begins({0xFE, 0xFF}) && !is_in_ascii(v.subspan(2))) return Wide{2, true, 2};
  // (Most that is none is known at once.)
  const View first = v.first(std::min(v.size(), size_t{64}));
  if (std::find(first.begin(), first.end(), 0) == first.end()) return std::nullopt;
  for (const Wide& form : {kLittle16, kBig16, kLittle32, kBig32}) {
    if (looks(v, form)) return form;
  }
  return std::nullopt;
}

// The character at `at`, and how many bytes it takes; 0: none.
struct Character {
  uint32_t code = 0;
  size_t length = 0;
};
Character utf8_at(View v, size_t at) {
  Character out;
  out.length = utf8_character(text(v), at, out.code);
  return out;
}

// So many characters in UTF-16 behind one another that no chance makes them.
std::optional<Wide> wide_within(View v, size_t at) {
  constexpr size_t kLeast = 8;
  if (at + 2 * kLeast > v.size()) return std::nullopt;
  for (const Wide& form : {Wide{2, false, 0}, Wide{2, true, 0}}) {
    size_t i = 0;
    while (i < kLeast && is_plain(form.unit(v, at + 2 * i)) && form.unit(v, at + 2 * i) < 0x80) ++i;
    if (i == kLeast) return form;
  }
  return std::nullopt;
}

// What pads a file or erased flash: how many alike.
size_t padding(View v, size_t at) {
  constexpr size_t kLeast = 16;
  if (v[at] != 0 && v[at] != 0xFF) return 0;
  size_t end = at;
  while (end < v.size() && v[end] == v[at]) ++end;
  return end - at >= kLeast || at == 0 || end == v.size() ? end - at : 0;
}

}  // namespace

class TextDecoder {
 public:
  explicit TextDecoder(View v) : v_(v) {}

  std::optional<DecodedText> wide(const Wide& form) {
    size_t end = v_.size();  // without the zeros that pad it
    while (end > form.mark && v_[end - 1] == 0) --end;
    end = std::min(v_.size(), end + (form.width - (end - form.mark) % form.width) % form.width);
    const size_t strange = units(form, form.mark, end);
    const size_t all = (end - std::min(end, form.mark)) / form.width;
    // (Flash may well begin like it.)
    if (out_.utf8_.empty() || strange > all / 256 + (all >= 8 ? 1 : 0)) return std::nullopt;
    return std::move(out_);
  }

  std::optional<DecodedText> narrow() {
    if (plain_ascii_run(text(v_)) == v_.size()) return std::nullopt;
    const size_t mark = begins_with_mark() ? kUtf8Mark.size() : 0;
    if (!is_text() && !(mark != 0 && is_plain_utf8(mark))) return std::nullopt;
    out_.utf8_.reserve(v_.size() + v_.size() / 8);
    for (size_t at = mark; at < v_.size();) {
      if (const size_t length = ascii_run(at); length != 0) {
        at += length;
        continue;
      }
      if (const auto form = wide_at(at)) {
        at = wide_part(*form, at);
        continue;
      }
      const Character c = utf8_at(v_, at);
      if (c.length != 0 && is_plain(c.code)) {
        put(c.code, at, c.length);
        at += c.length;
        continue;
      }
      foreign(at);
      const size_t padded = padding(v_, at);
      for (size_t i = 0; i < padded; ++i) put(' ', at + i, 1);
      if (padded == 0) put(letter(v_[at]), at, 1);
      at += std::max<size_t>(padded, 1);
    }
    return out_.first_foreign_ || mark != 0 ? std::optional(std::move(out_)) : std::nullopt;
  }

 private:
  // (Readers look for what begins a line.)
  bool begins_with_mark() const { return text(v_).starts_with(kUtf8Mark); }
  bool is_plain_utf8(size_t from) const {
    for (size_t at = from; at < v_.size();) {
      const Character c = utf8_at(v_, at);
      if (c.length == 0 || !is_plain(c.code)) return false;
      at += c.length;
    }
    return from < v_.size();
  }
  static uint32_t letter(uint8_t b) {
    if (b < 0x80) return ' ';
    // In no word; what is not there, and what flash is when nothing was written.
    if (b == 0xFF) return kReplacement;
    return b < 0xA0 ? kWindows1252[b - 0x80U] : b;
  }
  void foreign(size_t at) {
    if (!out_.first_foreign_) out_.first_foreign_ = at;
  }

  // Characters as they are for the most part. Letters of a code page may be many of it, control
  // characters are few in any text.
  // Text in which no few of ASCII's stand behind one another names nothing: a code, digits, a word.
  bool is_text() const {
    constexpr size_t kMany = 4096;
    if (!has_word()) return false;
    size_t plain = 0, letters = 0, controls = 0;
    for (size_t at = 0; at < v_.size();) {
      if (is_ascii(v_[at])) {
        ++plain;
        ++at;
      } else if (const size_t length = padding(v_, at); length != 0) {
        at += length;
        ++controls;
      } else if (const auto form = wide_at(at)) {
        plain += 16;
        at += 16;
      } else if (const Character c = utf8_at(v_, at); c.length != 0 && is_plain(c.code)) {
        plain += c.length;
        at += c.length;
      } else {
        ++(v_[at] < 0x20 || v_[at] == 0x7F ? controls : letters);
        // (An image is known for none early on.)
        if (controls > kMany && controls * 16 > at) return false;
        ++at;
      }
    }
    const size_t all = plain + letters + controls;
    constexpr size_t kFew = 4;
    return (controls != 0 || letters != 0) && plain * 3 >= all && controls <= kFew + all / 32;
  }

  bool has_word() const {
    constexpr size_t kLeast = 8;
    size_t run = 0;
    for (size_t at = 0; at < v_.size(); ++at) {
      run = is_ascii(v_[at]) ? run + 1 : 0;
      if (run == kLeast || (v_[at] == 0 && wide_at(at))) return true;
    }
    return false;
  }

  // The whole of a run at once; it may end where two bytes are one of UTF-16.
  size_t ascii_run(size_t from) {
    size_t end = from + plain_ascii_run(text(v_).substr(from));
    if (end < v_.size() && v_[end] == 0 && end > from && wide_within(v_, end - 1)) --end;
    if (end == from) return 0;
    stretch(from, 1, 1);
    out_.utf8_.insert(out_.utf8_.end(), v_.begin() + static_cast<std::ptrdiff_t>(from),
                      v_.begin() + static_cast<std::ptrdiff_t>(end));
    return end - from;
  }
  std::optional<Wide> wide_at(size_t at) const {
    const bool zero = v_[at] == 0 || (at + 1 < v_.size() && v_[at + 1] == 0);
    return zero ? wide_within(v_, at) : std::nullopt;
  }
  size_t wide_part(const Wide& form, size_t from) {
    foreign(from);
    size_t end = from;
    while (end + 1 < v_.size() && form.unit(v_, end) < 0x80 && is_plain(form.unit(v_, end)))
      end += 2;
    units(form, from, end);
    return end;
  }

  // How many of the units are no character.
  size_t units(const Wide& form, size_t from, size_t end) {
    size_t strange = 0;
    // A last byte alone is half a character of a text that was cut.
    for (size_t at = from; at + form.width <= end;) {
      uint32_t c = form.unit(v_, at);
      size_t length = form.width;
      const bool first_half = form.width == 2 && c >= 0xD800 && c < 0xDC00;
      if (first_half && at + 2 * form.width > end) break;
      if (first_half) {
        const uint32_t low = form.unit(v_, at + form.width);
        if (low >= 0xDC00 && low < 0xE000) {
          c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
          length *= 2;
        }
      }
      if (is_surrogate(c) || c > 0x10FFFF || (c & 0xFFFE) == 0xFFFE) {
        c = kReplacement;
        ++strange;
      } else if (!is_plain(c)) {
        c = ' ';
        ++strange;
      }
      if (c != kMark || at != from) put(c, at, length);
      at += length;
    }
    return strange;
  }

  void stretch(size_t in_file, size_t width, size_t width_in_file) {
    const auto& all = out_.stretches_;
    if (!all.empty()) {
      const auto& last = all.back();
      if (last.width == width && last.width_in_file == width_in_file &&
          out_.offset_in_file(out_.utf8_.size()) == in_file)
        return;
    }
    out_.stretches_.push_back({.at = out_.utf8_.size(),
                               .in_file = in_file,
                               .width = static_cast<uint8_t>(width),
                               .width_in_file = static_cast<uint8_t>(width_in_file)});
  }
  void put(uint32_t c, size_t in_file, size_t length) {
    stretch(in_file, c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, length);
    const auto byte = [&](uint32_t b) { out_.utf8_.push_back(static_cast<uint8_t>(b)); };
    if (c < 0x80) {
      byte(c);
    } else if (c < 0x800) {
      byte(0xC0 | c >> 6), byte(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F));
    } else {
      byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 0x3F)), byte(0x80 | (c >> 6 & 0x3F)),
          byte(0x80 | (c & 0x3F));
    }
  }

  View v_;
  DecodedText out_;
};

uint64_t DecodedText::offset_in_file(uint64_t at) const {
  const auto behind = std::upper_bound(stretches_.begin(), stretches_.end(), at,
                                       [](uint64_t x, const Stretch& s) { return x < s.at; });
  if (behind == stretches_.begin()) return at;
  const Stretch& in = *(behind - 1);
  return in.in_file + (at - in.at) / in.width * in.width_in_file;
}

std::optional<DecodedText> decoded_text(View bytes) {
  constexpr size_t kLeast = 4;
  if (bytes.size() < kLeast || bytes.size() > kMost) return std::nullopt;
  if (const auto form = wide_form(bytes)) {
    if (auto wide = TextDecoder(bytes).wide(*form)) return wide;
  }
  const bool der = bytes[0] == 0x30 && bytes[1] >= 0x80;
  return der ? std::nullopt : TextDecoder(bytes).narrow();
}

}  // namespace attest
