#include "verifier/readers/posture/tool_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "verifier/base/characters.h"
#include "verifier/base/contains.h"
#include "verifier/matter/onboarding_payload.h"
#include "verifier/readers/posture/json_depth.h"
#include "verifier/readers/text/plain_text.h"

namespace attest::tool {
namespace {

constexpr size_t kMostObjects = 64;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

// Without escape sequences: ESC [ ... letter, ESC and one more.
std::string plain(std::string_view line) {
  std::string out;
  for (size_t i = 0; i < line.size(); ++i) {
    const size_t escape = std::min(line.find('\x1b', i), line.size());
    out += line.substr(i, escape - i);
    i = escape;
    if (i == line.size()) break;
    if (i + 1 < line.size() && line[i + 1] == '[') {
      i += 2;
      while (i < line.size() && (line[i] < '@' || line[i] > '~')) ++i;
    } else {
      ++i;
    }
  }
  // What a progress bar wrote over.
  while (!out.empty() && is_blank(out.back())) out.pop_back();
  if (const size_t over = out.rfind('\r'); over != std::string::npos) out.erase(0, over + 1);
  return out;
}

// Braces, brackets and commas of JSON, outside of its strings.
class Marks {
 public:
  Marks(std::string_view s, size_t at) : s_(s), at_(at) {}
  struct Mark {
    size_t at;
    char c;
    size_t depth;  // that it stands in: of one that opens or closes, with its own
    bool closes() const { return c == '}' || c == ']'; }
    bool ends() const { return closes() && depth == 1; }
  };
  // Nullopt: the text is at its end.
  std::optional<Mark> next() {
    bool quoted = false;
    for (; at_ < s_.size(); ++at_) {
      const char c = s_[at_];
      if (quoted && c == '\\') ++at_;
      if (c == '"') quoted = !quoted;
      if (quoted || std::string_view("{[}],").find(c) == std::string_view::npos) continue;
      depth_ += c == '{' || c == '[';
      const Mark out{at_, c, depth_};
      if (out.closes() && depth_ > 0) --depth_;
      ++at_;
      return out;
    }
    return std::nullopt;
  }

 private:
  std::string_view s_;
  size_t at_, depth_ = 0;
};

// The end of the object that begins there; npos: it is cut.
size_t end_of_object(std::string_view s, size_t at) {
  JsonDepth depth(s, at);
  return depth.go(s.size()) ? std::string_view::npos : depth.at();
}

// Where the members of an object stand that begins there and is whole, without what parts them.
struct Member {
  size_t begin, end;
};
std::vector<Member> members_of(std::string_view s, size_t at) {
  std::vector<Member> out;
  size_t begin = at + 1;
  Marks marks(s, at);
  while (const auto mark = marks.next()) {
    if (mark->depth == 1 && (mark->c == ',' || mark->closes())) {
      out.push_back({begin, mark->at});
      begin = mark->at + 1;
    }
    if (mark->ends()) break;
  }
  return out;
}

bool holds_code(std::string_view s) {
  const auto codes = find_payloads(s);
  return std::any_of(codes.begin(), codes.end(),
                     [](const OnboardingPayload& code) { return !code.manual || code.valid(); });
}

}  // namespace

std::vector<Line> lines(View bytes) {
  std::vector<Line> out;
  if (bytes.size() > kMostText || !is_plain_text(bytes)) return out;
  const std::string_view all = text(bytes);
  for (size_t at = 0; at < all.size();) {
    const size_t end = std::min(all.find('\n', at), all.size());
    out.push_back({.text = plain(all.substr(at, end - at)), .offset = at, .size = end - at});
    at = end + 1;
  }
  return out;
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_blank(s.back())) s.remove_suffix(1);
  return s;
}

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return to_lower(x) == to_lower(y);
         });
}

std::optional<std::string_view> labelled(std::string_view line, std::string_view label,
                                         char separator) {
  line = trimmed(line);
  if (line.size() <= label.size() || !same_word(line.substr(0, label.size()), label))
    return std::nullopt;
  line = trimmed(line.substr(label.size()));
  if (line.empty() || line.front() != separator) return std::nullopt;
  return trimmed(line.substr(1));
}

std::optional<uint64_t> number(std::string_view s) {
  s = trimmed(s);
  int base = 10;
  if (s.starts_with("0x") || s.starts_with("0X")) base = 16;
  if (s.starts_with("0b") || s.starts_with("0B")) base = 2;
  if (base != 10) s.remove_prefix(2);
  uint64_t out = 0;
  const auto [end, failed] = std::from_chars(s.data(), s.data() + s.size(), out, base);
  if (s.empty() || failed != std::errc() || end != s.data() + s.size()) return std::nullopt;
  return out;
}

bool contains(View bytes, std::string_view word) {
  return attest::contains(text(bytes), word);
}

namespace {

constexpr JsonLimits kLimits{.bytes = kMostText, .depth = 16};

// Mostly there is one object and nothing behind it: its end is then where the text's is.
std::optional<Printed> only_object(std::string_view all, size_t begin) {
  const size_t last = all.find_last_not_of(" \t\r\n");
  if (last == std::string_view::npos || all[last] != '}') return std::nullopt;
  const size_t size = last + 1 - begin;
  auto json = parse_json(all.substr(begin, size), kLimits);
  if (!json) return std::nullopt;
  return Printed{.json = std::move(*json), .offset = begin, .size = size};
}

}  // namespace

Result<std::vector<Printed>> json_objects(View bytes) {
  std::vector<Printed> out;
  const std::string_view all = text(bytes);
  for (size_t at = 0; at < all.size() && out.size() < kMostObjects;) {
    const size_t begin = all[at] == '{' ? at : std::string_view::npos;
    if (begin == std::string_view::npos) {
      const size_t end = all.find('\n', at);
      if (end == std::string_view::npos) break;
      at = end + 1;
      continue;
    }
    if (auto only = out.empty() ? only_object(all, begin) : std::nullopt) {
      out.push_back(std::move(*only));
      break;
    }
    const size_t end = end_of_object(all, begin);
    if (end == std::string_view::npos)
      return tl::unexpected(
          Error{.what = "expected a whole JSON object, found one that is cut", .offset = begin});
    auto json = parse_json(all.substr(begin, end - begin), kLimits);
    if (!json)
      return tl::unexpected(
          Error{.what = json.error().what, .offset = begin + json.error().offset.value_or(0)});
    out.push_back({.json = std::move(*json), .offset = begin, .size = end - begin});
    at = end;
  }
  return out;
}

bool has_member(View bytes, std::string_view name) {
  const std::string_view all = text(bytes);
  const std::string quoted = fmt::format("\"{}\"", name);
  size_t found = place_of(all, quoted);
  const auto behind_blanks = [&](size_t at) {
    return std::min(all.find_first_not_of(" \t\r\n", at), all.size());
  };
  // Of the objects that json_objects() would parse, the members of the outermost. (A name behind
  // the end of one is looked for no more in the next.)
  for (size_t at = 0; at < all.size() && found != std::string_view::npos;) {
    if (all[at] != '{') {
      const size_t end = all.find('\n', at);
      if (end == std::string_view::npos) break;
      at = end + 1;
      continue;
    }
    JsonDepth place(all, at);
    if (found < at) found = place_of(all, quoted, at);
    for (; found != std::string_view::npos && place.go(found);
         found = place_of(all, quoted, found + 1)) {
      if (place.in_string() || place.depth() != 1 || place.at() > found) continue;
      const size_t colon = behind_blanks(found + quoted.size());
      if (colon == all.size() || all[colon] != ':') continue;
      const size_t value = behind_blanks(colon + 1);
      if (value < all.size() && all[value] == '{') return true;
    }
    at = place.at();
  }
  return false;
}

bool is_output(const Source& source, std::initializer_list<std::string_view> words) {
  return source.bytes.size() <= kMostText && is_plain_text(source.bytes) &&
         std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return contains(source.bytes, word); });
}

bool any_line(const Source& source, const std::function<bool(std::string_view)>& is) {
  const auto all = lines(source.bytes);
  return std::any_of(all.begin(), all.end(), [&](const Line& line) { return is(line.text); });
}

void Rest::take(size_t begin, size_t size) {
  size = std::min(size, text_.size() - std::min(begin, text_.size()));
  if (!holds_code(std::string_view(text_).substr(begin, size))) blank(begin, size);
}

void Rest::blank(size_t begin, size_t size) {
  for (size_t i = begin; i < begin + size; ++i) {
    if (text_[i] != '\n' && text_[i] != '\r') text_[i] = ' ';
  }
}

// (Codes are looked for in the whole first: mostly there is none, and so none in any member.)
void Rest::take(const Printed& printed,
                const std::function<bool(const std::string&, const Json&)>& read) {
  const Json::Object& members = *printed.json.object();
  const bool codes = holds_code(std::string_view(text_).substr(printed.offset, printed.size));
  if (!codes && std::all_of(members.begin(), members.end(),
                            [&](const auto& member) { return read(member.first, member.second); }))
    return taken_.push_back({printed.offset, printed.size});
  const auto spans =
      members_of(std::string_view(text_).substr(0, printed.offset + printed.size), printed.offset);
  bool none = true;  // that stays
  for (size_t i = 0; i < std::min(spans.size(), members.size()); ++i) {
    const auto [begin, end] = spans[i];
    const size_t comma = i == 0 ? begin : begin - 1;
    if (read(members[i].first, members[i].second) &&
        !(codes && holds_code(std::string_view(text_).substr(begin, end - begin)))) {
      blank(comma, end - comma);
      continue;
    }
    if (none && i != 0) text_[comma] = ' ';
    none = false;
  }
  if (none) take(printed.offset, printed.size);
}

// (Mostly an object is all there is.)
std::string Rest::text() && {
  if (taken_.size() == 1) {
    const std::string_view all = text_;
    const auto [begin, size] = taken_.front();
    const auto is_blank = [](std::string_view s) {
      return s.find_first_not_of(" \t\r\n") == std::string_view::npos;
    };
    if (is_blank(all.substr(0, begin)) && is_blank(all.substr(begin + size))) return {};
  }
  for (const auto& [begin, size] : taken_) blank(begin, size);
  return std::move(text_);
}

void note_more(const Source& source, Reading& reading) {
  reading.device.note(
      Remark::unreadable_file, place(source, 0, ""),
      fmt::format("more than {} outputs of a tool in one file: the rest is not read",
                  kMostOutputs));
}

Place place(const Source& source, uint64_t offset, std::string item) {
  return {.path = source.path, .offset = source.base + offset, .item = std::move(item)};
}

}  // namespace attest::tool
