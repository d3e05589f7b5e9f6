#include "verifier/base/number_words.h"

#include <algorithm>
#include <initializer_list>

#include "verifier/base/characters.h"

namespace attest {
namespace {

// Reads on in a text; what does not fit leaves it where it stood.
class Digits {
 public:
  Digits(std::string_view text, size_t at) : text_(text), at_(at) {}
  size_t at() const { return at_; }
  bool ends() const { return at_ >= text_.size() || !is_word_letter(text_[at_]); }
  // It stands at the end of a sentence, or no digit follows.
  bool ends_groups() const {
    return ends() && !(at_ + 1 < text_.size() && (text_[at_] == '.' || text_[at_] == '-') &&
                       is_digit(text_[at_ + 1]));
  }
  bool takes(std::string_view any_of) {
    if (at_ >= text_.size() || any_of.find(text_[at_]) == std::string_view::npos) return false;
    ++at_;
    return true;
  }
  // A number of so many digits.
  std::optional<uint64_t> number(size_t least, size_t most) {
    uint64_t value = 0;
    size_t end = at_;
    while (end < text_.size() && is_digit(text_[end]) && end - at_ <= most)
      value = value * 10 + static_cast<uint64_t>(text_[end++] - '0');
    if (end - at_ < least || end - at_ > most) return std::nullopt;
    at_ = end;
    return value;
  }
  // The same without a zero before it.
  std::optional<uint64_t> arc(size_t most) {
    const size_t from = at_;
    const auto value = number(1, most);
    if (value && text_[from] == '0' && at_ - from > 1) at_ = from;
    return at_ == from ? std::nullopt : value;
  }

 private:
  std::string_view text_;
  size_t at_;
};

// The branches in which the names of certificates lie. One digit an arc is a passcode, spelled.
bool is_known_branch(std::string_view oid) {
  constexpr std::string_view kBranches[] = {"1.2.840.", "1.3.6.1.",  "1.3.101.", "1.3.132.",
                                            "2.5.",     "2.16.840.", "2.23."};
  return std::any_of(std::begin(kBranches), std::end(kBranches),
                     [&](std::string_view branch) { return oid.starts_with(branch); });
}
size_t oid_size(std::string_view text, size_t from) {
  constexpr size_t kLongestArc = 10;
  Digits read(text, from);
  size_t arcs = 0, end = from;
  bool wide = false;
  do {
    const size_t begin = read.at();
    if (!read.arc(kLongestArc)) return 0;
    end = read.at();
    wide |= end - begin > 1;
    ++arcs;
  } while (end + 1 < text.size() && is_digit(text[end + 1]) && read.takes("."));
  const bool is_oid =
      arcs >= 3 && wide && read.ends() && is_known_branch(text.substr(from, end - from));
  return is_oid ? end - from : 0;
}

// "10:00:01", "10:00:01.123", "00:00:01.604,000".
bool takes_time(Digits& read) {
  Digits on = read;
  const auto hour = on.number(2, 2);
  if (!hour || *hour > 23 || !on.takes(":")) return false;
  const auto minute = on.number(2, 2);
  if (!minute || *minute > 59) return false;
  if (on.takes(":") && on.number(2, 2).value_or(60) > 60) return false;
  if (on.takes(".,") && !on.number(1, 9)) return false;
  Digits finer = on;
  if (finer.takes(",") && finer.number(3, 3)) on = finer;
  on.takes("Z");
  if (!on.ends_groups()) return false;
  read = on;
  return true;
}
// "2026-11-20", "2026/11/20", and logcat's "11-20" where a time follows.
bool takes_date(Digits& read) {
  Digits on = read;
  const auto year = on.number(4, 4);
  const bool has_year = year.has_value();
  if (has_year && (*year < 1970 || *year > 2099 || !on.takes("-/"))) return false;
  const auto month = on.number(2, 2);
  if (!month || *month < 1 || *month > 12 || !on.takes("-/")) return false;
  const auto day = on.number(2, 2);
  if (!day || *day < 1 || *day > 31) return false;
  Digits time = on;
  if (time.takes("T _") && takes_time(time))
    on = time;
  else if (!has_year || !on.ends_groups())
    return false;
  read = on;
  return true;
}
// "[1780000000.131]", "[1686124594578]": seconds or milliseconds since 1970, as chip-tool writes.
bool takes_epoch(Digits& read, std::string_view text) {
  const size_t from = read.at();
  if (from == 0 || text[from - 1] != '[') return false;
  Digits on = read;
  if (!on.number(13, 13)) {
    if (!on.number(10, 10) || !on.takes(".")) return false;
    Digits micro = on;
    if (micro.number(6, 6))
      on = micro;
    else if (!on.number(3, 3))
      return false;
  }
  Digits close = on;
  if (!close.takes("]")) return false;
  read = on;
  return true;
}
// "I (604) wifi:": milliseconds since the start, behind the letter of a level.
bool takes_uptime(Digits& read, std::string_view text) {
  const size_t from = read.at();
  if (from < 3 || text.substr(from - 2, 2) != " (") return false;
  const bool level = std::string_view("EWIDV").find(text[from - 3]) != std::string_view::npos;
  // A line begins with it, or with its colour: "\033[0;31mE (604)".
  const char before = from == 3 ? '\n' : text[from - 4];
  const bool begins = before == '\n' || before == 'm';
  Digits on = read;
  if (!level || !begins || !on.number(1, 10)) return false;
  Digits close = on;
  if (!close.takes(")")) return false;
  read = on;
  return true;
}
size_t instant_size(std::string_view text, size_t from) {
  Digits read(text, from);
  const bool is =
      takes_date(read) || takes_time(read) || takes_epoch(read, text) || takes_uptime(read, text);
  return is ? read.at() - from : 0;
}

// IPv4, and its port. Two digits four times are as likely a passcode.
size_t address_size(std::string_view text, size_t from) {
  Digits read(text, from);
  bool pairs = true;
  for (int i = 0; i < 4; ++i) {
    const size_t begin = read.at();
    if (read.arc(3).value_or(256) > 255 || (i < 3 && !read.takes("."))) return 0;
    pairs &= read.at() - begin == (i < 3 ? 3 : 2);
  }
  Digits port = read;
  const bool has_port = port.takes(":") && port.number(1, 5) && port.ends();
  if (has_port) read = port;
  return read.ends_groups() && (!pairs || has_port) ? read.at() - from : 0;
}

}  // namespace

std::optional<NumberWord> number_word(std::string_view text, size_t at) {
  if (at >= text.size() || !is_digit(text[at])) return std::nullopt;
  if (at > 0 && (is_word_letter(text[at - 1]) || text[at - 1] == '-') && text[at - 1] != '_')
    return std::nullopt;
  if (at > 1 && (text[at - 1] == '.' || text[at - 1] == ':') && is_digit(text[at - 2]))
    return std::nullopt;
  using Kind = NumberWord::Kind;
  if (const size_t size = oid_size(text, at)) return NumberWord{Kind::oid, size};
  if (const size_t size = instant_size(text, at)) return NumberWord{Kind::instant, size};
  if (const size_t size = address_size(text, at)) return NumberWord{Kind::address, size};
  return std::nullopt;
}

}  // namespace attest
