#include "verifier/readers/tables/resembling_text.h"

#include <algorithm>
#include <optional>

#include "verifier/base/characters.h"
#include "verifier/base/csv.h"
#include "verifier/readers/tables/device_json.h"

namespace attest {
namespace {

constexpr size_t kLongestKey = 48, kLongestValue = 256;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}
std::string_view without_blanks(std::string_view s) {
  while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_blank(s.back())) s.remove_suffix(1);
  return s;
}
bool is_of_key(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-';
}

// A number, or a text in quotes: what programs write as values. Words of a language are none.
std::optional<std::string> literal(std::string_view s) {
  s = without_blanks(s);
  if (s.empty()) return std::nullopt;
  if (s[0] == '"' || s[0] == '\'' || s[0] == '`') {
    const size_t end = s.substr(0, kLongestValue).find(s[0], 1);
    if (end == std::string_view::npos) return std::nullopt;
    return std::string(s.substr(1, end - 1));
  }
  size_t end = s.starts_with("0x") || s.starts_with("0X") ? 2 : 0;
  const bool hex = end != 0;
  while (end < s.size() && (hex ? is_hex_digit(s[end]) : is_digit(s[end]))) ++end;
  if (end == (hex ? 2U : 0U)) return std::nullopt;
  // "12 devices" and "1.5" are no numbers of these; "0xFFF1u", "65521;" and "1 # one" are.
  std::string_view behind = s.substr(end);
  while (!behind.empty() && (behind[0] == 'u' || behind[0] == 'U' || behind[0] == 'L'))
    behind.remove_prefix(1);
  if (!behind.empty() && (is_of_key(behind[0]) || behind[0] == '.' || behind[0] == ':'))
    return std::nullopt;
  behind = without_blanks(behind);
  if (!behind.empty() && is_of_key(behind[0])) return std::nullopt;
  return std::string(s.substr(0, end));
}

class Pairs {
 public:
  explicit Pairs(std::string_view all) : all_(all) {}

  TextFacts facts() {
    if (!of_table()) {
      for (std::string_view rest = all_; !rest.empty() && !twice_;) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        take(without_blanks(line));
      }
    }
    return twice_ ? TextFacts() : std::move(out_);
  }

 private:
  void add(std::string_view key, std::string value) {
    constexpr size_t kMostOthers = 256, kMostPairs = 2000;
    if (++pairs_ > kMostPairs) return;
    const bool known = is_device_key(key);
    if (!known && ++others_ > kMostOthers) return;
    const Json* there = out_.all.find(key);
    if (there != nullptr) {
      twice_ = twice_ || (known && *there->string() != value);
      return;
    }
    out_.all.set(std::string(key), Json(value));
    if (known) out_.facts.set(std::string(key), Json(std::move(value)));
  }

  // Where a value may be named: at the start of a line, or behind what opens or parts values. In
  // a program a word behind anything else is a part of a longer name, or of a sentence.
  static bool may_begin(std::string_view before, bool of_markup) {
    if (!before.empty() && (before.back() == '"' || before.back() == '\'' || before.back() == '`'))
      before.remove_suffix(1);
    if (of_markup && !before.empty() && is_blank(before.back())) return true;  // an attribute
    before = without_blanks(before);
    if (before.ends_with("->") || before.ends_with("--")) return false;
    for (const std::string_view word : {"#define", "export", "set", "const", "let", "var"}) {
      if (before == word) return true;
    }
    if (before == "." || before.ends_with("{ .") || before == ":" || before.ends_with("{ :") ||
        before.ends_with(", :") || before.ends_with(", ."))
      return true;  // a member in C, a symbol in Ruby
    return before.empty() || std::string_view("{,;[<>|-").find(before.back()) != before.npos;
  }
  // The value that is said to be the key's; nullopt: none is.
  static std::optional<std::string> value_behind(std::string_view s, bool begins_line) {
    if (!s.empty() && (s[0] == '"' || s[0] == '\'' || s[0] == '`')) s.remove_prefix(1);
    const bool behind_blank = !s.empty() && is_blank(s.front());
    s = without_blanks(s);
    if (s.starts_with("</")) {  // <key>vendor_id</key><integer>1</integer>
      s = s.substr(0, 2 * kLongestValue);
      const size_t opens = s.find('<', 2);
      const size_t close = opens == s.npos ? s.npos : s.find('>', opens);
      return close == s.npos ? std::nullopt : markup(s.substr(close + 1));
    }
    if (s.starts_with(">")) return markup(s.substr(1));
    const bool assigned = s.starts_with(":=") || s.starts_with("=>");
    if (assigned || s.starts_with(":") || (s.starts_with("=") && !s.starts_with("==")))
      return literal_or_words(s.substr(assigned ? 2 : 1), begins_line);
    // A property: its name, and a number.
    if (begins_line && behind_blank && !s.empty() && is_digit(s[0])) return literal(s);
    if (!begins_line || s.empty() || std::string_view(",;|\t").find(s[0]) == s.npos)
      return std::nullopt;
    // A row of a table, whose last cell it is: "discriminator,data,u32,3840".
    while (!s.empty() && (s.back() == '|' || is_blank(s.back()))) s.remove_suffix(1);
    const size_t last = s.find_last_of(",;|\t");
    return last == s.npos ? std::nullopt : literal_or_words(s.substr(last + 1), true);
  }
  static std::optional<std::string> markup(std::string_view s) {
    const size_t end = s.substr(0, kLongestValue).find('<');
    return end == s.npos ? std::nullopt : literal_or_words(s.substr(0, end), true);
  }
  // In settings the words behind a name are its value.
  static std::optional<std::string> literal_or_words(std::string_view s, bool whole_line) {
    if (auto value = literal(s)) return value;
    s = without_blanks(s);
    if (!whole_line || s.empty() || s.size() > kLongestValue || is_digit(s[0]) ||
        s.find_first_of("(){}[]<>;\"'") != s.npos)
      return std::nullopt;
    return std::string(s);
  }

  void take(std::string_view line) {
    const bool of_markup = without_blanks(line).starts_with('<');
    const size_t first = line.find_first_not_of("|-\"'` \t");  // npos: there are only such
    for (size_t at = 0; at < line.size() && !twice_;) {
      if (!is_letter(line[at])) {
        at += 1;
        continue;
      }
      size_t end = at;
      while (end < line.size() && is_of_key(line[end])) ++end;
      const std::string_view key = line.substr(at, end - at);
      const std::string_view before = line.substr(0, at);
      if (key.size() <= kLongestKey && may_begin(before, of_markup)) {
        const bool begins = first >= at || without_blanks(before) == "#define";
        if (auto value = value_behind(line.substr(end), begins)) add(key, std::move(*value));
      }
      at = end;
    }
  }

  // A line of names and one of values. False: it is none.
  bool of_table() {
    constexpr size_t kMost = 64u << 10, kRows = 4;
    if (all_.size() > kMost) return false;
    const std::string_view names = all_.substr(0, all_.find('\n'));
    for (const char separator : {',', ';', '\t', '|'}) {
      if (names.find(separator) == names.npos) continue;
      std::string commas(all_);
      if (separator != ',') std::replace(commas.begin(), commas.end(), separator, ',');
      const auto table = parse_csv(commas, kRows);
      if (!table || table->size() < 2) continue;
      std::vector<CsvRecord> rows(*table);
      std::erase_if(rows, [](const CsvRecord& row) {  // the rule below the names
        return std::all_of(row.begin(), row.end(), [](const std::string& cell) {
          return cell.find_first_not_of("-: \t") == std::string::npos;
        });
      });
      if (rows.size() < 2) continue;
      const size_t cells = std::min(rows[0].size(), rows[1].size());
      for (const std::string& name : rows[0]) {  // codes of one device, which have a reader
        if (name == "qrcode" || name == "manualcode") return true;
      }
      size_t known = 0;
      for (size_t i = 0; i < cells; ++i) known += is_device_key(without_blanks(rows[0][i]));
      if (known == 0 || is_device_key(without_blanks(rows[1][0]))) continue;
      twice_ = rows.size() > 2;
      for (size_t i = 0; i < cells && !twice_; ++i) {
        const std::string_view key = without_blanks(rows[0][i]);
        if (!key.empty()) add(key, std::string(without_blanks(rows[1][i])));
      }
      return true;
    }
    return false;
  }

  std::string_view all_;
  TextFacts out_;
  size_t pairs_ = 0, others_ = 0;
  bool twice_ = false;
};

}  // namespace

TextFacts facts_in_text(std::string_view all) {
  return Pairs(all).facts();
}

}  // namespace attest
