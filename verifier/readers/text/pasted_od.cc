// Dumps in octal or decimal, as `od` writes them without being asked for hex: an address, then
// octal numbers of two bytes (`od`), octal bytes (`od -b`, `hexdump -b`) or decimal ones (`od -t
// u1`). Rows of numbers are everywhere: they are a dump where each address is the one before it and
// as many bytes as stood behind that.

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "verifier/readers/text/pasted_bytes.h"

namespace attest {
namespace {

constexpr size_t kMostWords = 65, kLeastAddress = 6;

enum class Form : uint8_t { octal_words, octal_bytes, decimal_bytes };

struct Line {
  std::string_view address;
  std::vector<std::string_view> words;
  size_t begin = 0, end = 0;  // in the text
};

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> out;
  for (size_t at = 0; out.size() < kMostWords;) {
    at = line.find_first_not_of(" \t\r", at);
    if (at == std::string_view::npos) break;
    const size_t end = std::min(line.find_first_of(" \t\r", at), line.size());
    out.push_back(line.substr(at, end - at));
    at = end;
  }
  return out;
}

std::optional<uint64_t> number(std::string_view digits, int base) {
  uint64_t out = 0;
  const auto [end, failed] =
      std::from_chars(digits.data(), digits.data() + digits.size(), out, base);
  return failed == std::errc() && end == digits.data() + digits.size() ? std::optional(out)
                                                                       : std::nullopt;
}

bool all_of_width(const Line& line, size_t width) {
  return std::all_of(line.words.begin(), line.words.end(),
                     [&](std::string_view w) { return w.size() == width; });
}

// Appends the bytes; false: the line is not of that form.
bool take(const Line& line, Form form, Bytes& out) {
  constexpr size_t kOctalByte = 3, kOctalWord = 6;
  if (form == Form::octal_bytes && !all_of_width(line, kOctalByte)) return false;
  if (form == Form::octal_words && !all_of_width(line, kOctalWord)) return false;
  for (const std::string_view word : line.words) {
    const auto value = number(word, form == Form::decimal_bytes ? 10 : 8);
    if (!value || *value > (form == Form::octal_words ? 0xFFFFu : 0xFFu)) return false;
    out.push_back(static_cast<uint8_t>(*value));
    if (form == Form::octal_words) out.push_back(static_cast<uint8_t>(*value >> 8));
  }
  return true;
}

// The bytes of the lines where they are a dump of this form, with addresses in this base. A last
// line without words is the address behind the end, which an odd byte lies before.
std::optional<Bytes> dump_of(const std::vector<Line>& lines, Form form, int base) {
  Bytes out;
  const auto first = number(lines.front().address, base);
  if (!first) return std::nullopt;
  for (const Line& line : lines) {
    const auto here = number(line.address, base);
    if (!here || *here < *first) return std::nullopt;
    const uint64_t before = *here - *first;
    if (before == out.size() - 1 && line.words.empty() && form == Form::octal_words) out.pop_back();
    if (before != out.size() || !take(line, form, out)) return std::nullopt;
  }
  return out;
}

class Octal {
 public:
  Octal(std::string_view text, std::vector<bool>& used) : text_(text), used_(used) {}

  std::vector<PastedBytes> run() {
    for (size_t at = 0; at < text_.size();) {
      const size_t end = std::min(text_.find('\n', at), text_.size());
      Line line{
          .address = {}, .words = words_of(text_.substr(at, end - at)), .begin = at, .end = end};
      const bool numbers =
          !line.words.empty() && line.words.front().size() >= kLeastAddress &&
          line.words.size() < kMostWords &&
          std::all_of(line.words.begin() + 1, line.words.end(), [](std::string_view w) {
            return w.find_first_not_of("0123456789") == std::string_view::npos;
          });
      if (numbers) {
        line.address = line.words.front();
        line.words.erase(line.words.begin());
        lines_.push_back(std::move(line));
      } else {
        flush();
      }
      at = end + 1;
    }
    flush();
    return std::move(out_);
  }

 private:
  void flush() {
    const std::vector<Line> lines = std::exchange(lines_, {});
    if (lines.size() < 2 || out_.size() >= kMostPasted) return;
    for (const Form form : {Form::octal_words, Form::octal_bytes, Form::decimal_bytes}) {
      for (const int base : {8, 16, 10}) {
        auto bytes = dump_of(lines, form, base);
        if (!bytes || bytes->size() < 16) continue;
        std::fill(used_.begin() + static_cast<std::ptrdiff_t>(lines.front().begin),
                  used_.begin() + static_cast<std::ptrdiff_t>(lines.back().end), true);
        out_.push_back({.name = {},
                        .offset = lines.front().begin,
                        .end = lines.back().end,
                        .bytes = std::move(*bytes),
                        .open = true});
        return;
      }
    }
  }

  std::string_view text_;
  std::vector<bool>& used_;
  std::vector<Line> lines_;
  std::vector<PastedBytes> out_;
};

}  // namespace

std::vector<PastedBytes> pasted_octal(std::string_view text, std::vector<bool>& used) {
  return Octal(text, used).run();
}

}  // namespace attest
