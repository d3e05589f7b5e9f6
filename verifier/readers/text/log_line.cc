#include "verifier/readers/text/log_line.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "verifier/base/characters.h"

namespace attest::log {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool same_word(std::string_view at, std::string_view word) {
  return at.size() >= word.size() &&
         std::equal(word.begin(), word.end(), at.begin(),
                    [](char a, char b) { return to_lower(a) == to_lower(b); });
}
std::string_view without_blanks(std::string_view s) {
  while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
  return s;
}

// What stands after the name and its ':' or '='.
std::optional<std::string_view> value_of(std::string_view line, std::string_view name) {
  for (size_t at = line.find(name); at != std::string_view::npos; at = line.find(name, at + 1)) {
    const std::string_view rest = without_blanks(line.substr(at + name.size()));
    if (!rest.empty() && (rest[0] == ':' || rest[0] == '=')) return without_blanks(rest.substr(1));
  }
  return std::nullopt;
}

}  // namespace

std::string cleaned(std::string_view line) {
  std::string out;
  out.reserve(line.size());
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\x1B') {
      out += line[i];
      continue;
    }
    // CSI: ESC [ parameters, one letter.
    if (i + 1 < line.size() && line[i + 1] == '[') {
      i += 2;
      while (i < line.size() && (is_digit(line[i]) || line[i] == ';')) ++i;
    }
  }
  while (!out.empty() && is_blank(out.back())) out.pop_back();
  return out;
}

std::optional<HexDump> hex_dump(std::string_view line) {
  // From the first "0x" on, nothing but bytes may stand there.
  const auto start = line.find("0x");
  if (start == std::string_view::npos ||
      (start != 0 && !is_blank(line[start - 1]) && line[start - 1] != '['))
    return std::nullopt;
  // "CommandId = 0x1," is a number, and no dump of one byte.
  const auto before = line.substr(0, start).find_last_not_of(" \t");
  if (before != std::string_view::npos && line[before] == '=') return std::nullopt;
  HexDump dump;
  for (std::string_view rest = line.substr(start); !rest.empty();) {
    if (!rest.starts_with("0x")) {
      if (rest != "0" || dump.bytes.empty()) return std::nullopt;
      dump.cut = true;
      return dump;
    }
    size_t end = 2;
    while (end < rest.size() && is_hex_digit(rest[end])) ++end;
    if (end > 4) return std::nullopt;  // an address, a counter
    const bool last = end == rest.size();
    if (!last && rest[end] != ',' && !is_blank(rest[end])) return std::nullopt;
    // Without its comma the last byte may be whole or half: whoever knows the stated size decides.
    if (end == 2 || (last && end == 3)) {
      dump.cut = true;
      if (!last) return std::nullopt;
      return dump;
    }
    uint8_t byte = 0;
    std::from_chars(rest.data() + 2, rest.data() + end, byte, 16);
    dump.bytes.push_back(byte);
    rest = rest.substr(end);
    if (!rest.empty() && rest[0] == ',') rest.remove_prefix(1);
    rest = without_blanks(rest);
  }
  return dump;
}

std::optional<FieldStart> field_start(std::string_view line) {
  const auto at = line.find("= [");
  if (at == std::string_view::npos) return std::nullopt;
  const auto name = line.rfind("0x", at);
  if (name == std::string_view::npos || at - name > 7) return std::nullopt;
  uint64_t field = 0;
  const auto [end, failed] = std::from_chars(line.data() + name + 2, line.data() + at, field, 16);
  if (failed != std::errc() ||
      !without_blanks(line.substr(static_cast<size_t>(end - line.data()),
                                  at - static_cast<size_t>(end - line.data())))
           .empty())
    return std::nullopt;
  return FieldStart{.field = field, .rest = without_blanks(line.substr(at + 3))};
}

std::optional<FieldEnd> field_end(std::string_view line) {
  if (line.ends_with(',')) line.remove_suffix(1);
  const auto at = line.rfind(']');
  // "[DMG]" ends a prefix, not a dump.
  if (at == std::string_view::npos || (at != 0 && !is_blank(line[at - 1]) && line[at - 1] != ','))
    return std::nullopt;
  const std::string_view rest = without_blanks(line.substr(at + 1));
  if (rest.empty()) return FieldEnd{};
  if (rest[0] != '(' || !rest.ends_with("bytes)")) return std::nullopt;
  uint64_t size = 0;
  const auto [end, failed] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), size);
  if (failed != std::errc() || *end != ' ') return std::nullopt;
  return FieldEnd{.stated = size};
}

std::optional<uint64_t> number_after(std::string_view line, std::string_view name) {
  const auto value = value_of(line, name);
  if (!value) return std::nullopt;
  const bool hex = value->starts_with("0x") || value->starts_with("0X");
  std::string digits;
  for (const char c : hex ? value->substr(2) : *value) {
    if (c == '_') continue;
    if (hex ? !is_hex_digit(c) : !is_digit(c)) break;
    digits += c;
  }
  uint64_t number = 0;
  const auto [end, failed] =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, hex ? 16 : 10);
  // Beyond 64 bits it is a number still, and a larger one than anything it may be compared with.
  if (failed == std::errc::result_out_of_range) return UINT64_MAX;
  if (failed != std::errc() || digits.empty() || end != digits.data() + digits.size())
    return std::nullopt;
  return number;
}

bool number_is_cut(std::string_view line, std::string_view name, bool line_is_whole) {
  constexpr std::ptrdiff_t kIdDigits = 4;
  const auto value = value_of(line, name);
  if (!value) return false;
  const bool hex = value->starts_with("0x") || value->starts_with("0X");
  const std::string_view digits = hex ? value->substr(2) : *value;
  const bool to_the_end = std::all_of(digits.begin(), digits.end(), [&](char c) {
    return c == '_' || (hex ? is_hex_digit(c) : is_digit(c));
  });
  if (!to_the_end) return false;
  return hex ? std::count_if(digits.begin(), digits.end(), is_hex_digit) < kIdDigits
             : !line_is_whole;
}

std::optional<std::string> quoted_after(std::string_view line, std::string_view name) {
  const auto value = value_of(line, name);
  if (!value || value->empty() || (*value)[0] != '"') return std::nullopt;
  // Quotes inside are not escaped: the last one ends it.
  const auto end = value->rfind('"');
  if (end == 0) return std::nullopt;
  return std::string(value->substr(1, end - 1));
}

std::optional<Bytes> hex_after(std::string_view line, std::string_view first_word,
                               std::string_view second_word, size_t from, size_t* found_at,
                               size_t least) {
  for (size_t at = from; at + first_word.size() < line.size(); ++at) {
    if (!same_word(line.substr(at), first_word)) continue;
    std::string_view rest = line.substr(at + first_word.size());
    if (!rest.empty() && !second_word.empty() &&
        (rest[0] == ' ' || rest[0] == '-' || rest[0] == '_'))
      rest.remove_prefix(1);
    if (!same_word(rest, second_word)) continue;
    rest = without_blanks(rest.substr(second_word.size()));
    if (rest.starts_with('"')) rest = without_blanks(rest.substr(1));  // a JSON key's end
    if (!rest.starts_with(':') && !rest.starts_with('=') && !rest.starts_with("hex:")) continue;
    if (!rest.starts_with("hex:")) rest = without_blanks(rest.substr(1));
    if (rest.starts_with('"') || rest.starts_with('\'')) rest.remove_prefix(1);
    if (rest.starts_with("hex:")) rest.remove_prefix(4);
    if (rest.starts_with("0x")) rest.remove_prefix(2);
    size_t end = 0;
    while (end < rest.size() && is_hex_digit(rest[end])) ++end;
    if (end < least) continue;
    // The line was cut within a byte, by the log or by who posted it.
    const std::string_view behind = rest.substr(end);
    if (end % 2 != 0 && (behind.empty() || behind.starts_with("...") || behind.starts_with("…")))
      --end;
    if (auto bytes = from_hex(rest.substr(0, end))) {
      if (found_at != nullptr) *found_at = at;
      return std::move(*bytes);
    }
  }
  return std::nullopt;
}

bool has_word(std::string_view line, std::string_view word) {
  return std::search(line.begin(), line.end(), word.begin(), word.end(),
                     [](char a, char b) { return to_lower(a) == b; }) != line.end();
}

std::optional<std::string_view> base64_word(std::string_view line) {
  const auto blank = line.find_last_of(" \t");
  const std::string_view word = blank == std::string_view::npos ? line : line.substr(blank + 1);
  const auto alphabet = [](char c) { return is_base64_letter(c) || c == '='; };
  if (word.empty() || word.size() > 76 || !std::all_of(word.begin(), word.end(), alphabet))
    return std::nullopt;
  return word;
}

}  // namespace attest::log
