#include "verifier/base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <iterator>
#include <unordered_set>

#include "verifier/base/bytes.h"
#include "verifier/base/characters.h"
#include "verifier/base/json_doubled.h"
#include "verifier/base/plain_ascii.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#ifdef __clang__
// RapidJSON's stack adds an offset to the null pointer of an empty stack before it compares. The
// sum is never followed.
#pragma clang attribute push(__attribute__((no_sanitize("pointer-overflow"))), apply_to = function)
#endif
// Strings are scanned sixteen bytes at a time. RapidJSON 1.1.0 misses 0x1A to 0x1F there, in texts
// it reads and in those it writes: the reader below gives it none that have them, and strings are
// escaped here.
#ifdef __SSE2__
#define RAPIDJSON_SSE2
#endif
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#ifdef __clang__
#pragma clang attribute pop
#endif
#pragma GCC diagnostic pop

namespace attest {
namespace {

// Builds a Json from RapidJSON's events. Numbers come as text (kParseNumbersAsStringsFlag), so
// nothing is rounded.
class Builder {
 public:
  // `doubled`: null where no key may stand twice.
  Builder(size_t max_depth, std::vector<DoubledKey>* doubled)
      : max_depth_(max_depth), doubled_(doubled) {}

  bool Null() { return add(Json()); }
  bool Bool(bool b) { return add(Json(b)); }
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(int64_t) { return false; }
  bool Uint64(uint64_t) { return false; }
  bool Double(double) { return false; }
  bool RawNumber(const char* s, rapidjson::SizeType n, bool) {
    return add(Json(Json::Number{std::string(s, n)}));
  }
  bool String(const char* s, rapidjson::SizeType n, bool) {
    return whole_characters({s, n}) && add(Json(std::string(s, n)));
  }
  bool StartObject() { return open(true); }
  bool StartArray() { return open(false); }
  bool EndObject(rapidjson::SizeType) {
    Level& top = open_.back();
    if (top.doubled) keep_last(top.members);
    members_.resize(std::max(members_.size(), open_.size()));
    members_[open_.size() - 1] = top.members.size();
    return close(Json(std::move(top.members)));
  }
  bool EndArray(rapidjson::SizeType) { return close(Json(std::move(open_.back().elements))); }
  bool Key(const char* s, rapidjson::SizeType n, bool) {
    if (!whole_characters({s, n})) return false;
    Level& top = open_.back();
    top.key.assign(s, n);
    // Small objects are searched, large ones get an index: a million keys must not cost a million
    // squared.
    if (top.members.size() < 16) {
      for (const auto& member : top.members) {
        if (member.first == top.key) return stands_twice(top);
      }
      return true;
    }
    if (top.keys.empty()) {
      for (const auto& member : top.members) top.keys.insert(member.first);
    }
    return top.keys.insert(top.key).second || stands_twice(top);
  }

  Json take() { return std::move(done_); }
  const std::string& refusal() const { return refusal_; }

 private:
  struct Level {
    bool is_object = false;
    Json::Object members = {};
    Json::Array elements = {};
    std::string key = {};
    std::unordered_set<std::string> keys = {};
    bool doubled = false;  // a key stands twice among the members
  };
  // RapidJSON takes "\udc00" without its first half and writes a surrogate, which is no UTF-8 (0xED
  // begins them all).
  bool whole_characters(std::string_view s) {
    return s.find('\xED') == std::string_view::npos || is_utf8(s) ||
           refuse("half of a surrogate pair");
  }
  bool refuse(std::string why) {
    refusal_ = std::move(why);
    return false;
  }
  bool stands_twice(Level& level) {
    if (doubled_ == nullptr) return refuse("duplicate key \"" + level.key + "\"");
    level.doubled = true;
    doubled_->push_back({.element = open_.front().elements.size(), .key = level.key});
    return true;
  }
  // Of each key the last member.
  static void keep_last(Json::Object& members) {
    std::unordered_set<std::string> seen;
    Json::Object last;
    for (auto member = members.rbegin(); member != members.rend(); ++member) {
      if (seen.insert(member->first).second) last.push_back(std::move(*member));
    }
    std::reverse(last.begin(), last.end());
    members = std::move(last);
  }
  bool open(bool is_object) {
    if (open_.size() >= max_depth_) return refuse(fmt::format("nested deeper than {}", max_depth_));
    // Mostly an object has as many members as the one before it.
    constexpr size_t kMany = 32, kSome = 8;
    const size_t before = open_.size() < members_.size() ? members_[open_.size()] : kSome;
    open_.push_back({.is_object = is_object});
    if (is_object && before != 0) open_.back().members.reserve(std::min(before, kMany));
    return true;
  }
  bool close(Json value) {
    open_.pop_back();
    return add(std::move(value));
  }
  bool add(Json&& value) {
    if (open_.empty()) {
      done_ = std::move(value);
    } else if (Level& top = open_.back(); top.is_object) {
      top.members.emplace_back(std::move(top.key), std::move(value));
    } else {
      top.elements.push_back(std::move(value));
    }
    return true;
  }

  size_t max_depth_;
  std::vector<DoubledKey>* doubled_;
  std::vector<Level> open_;
  std::vector<size_t> members_;  // of the last object at each depth
  Json done_;
  std::string refusal_;
};

// In JSON of any kind only tab and line ends are control characters, and those between values only.
bool has_raw_controls(std::string_view s) {
  const auto is_one = [](char c) {
    return static_cast<uint8_t>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
  };
  size_t at = 0;
  for (uint64_t eight = 0; at + sizeof eight <= s.size(); at += sizeof eight) {
    std::memcpy(&eight, s.data() + at, sizeof eight);
    if (((eight - 0x2020202020202020) & ~eight & 0x8080808080808080) == 0) continue;
    if (std::any_of(&s[at], &s[at] + sizeof eight, is_one)) return true;
  }
  return std::any_of(s.begin() + static_cast<std::ptrdiff_t>(at), s.end(), is_one);
}

// Nothing in it but ASCII, and blanks and line ends: mostly.
bool is_clean_ascii(std::string_view s) {
  return !s.empty() && plain_ascii_run(s) == s.size() &&
         std::memchr(s.data(), '\f', s.size()) == nullptr &&
         std::memchr(s.data(), 0x1B, s.size()) == nullptr;
}

void append_escape(uint32_t code, std::string& out) {
  constexpr std::string_view kShort = "\"\"\\\\\bb\ff\nn\rr\tt";
  for (size_t i = 0; i < kShort.size(); i += 2) {
    if (static_cast<uint32_t>(kShort[i]) != code) continue;
    out += '\\';
    out += kShort[i + 1];
    return;
  }
  if (code > 0xFFFF) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", 0xD7C0 + (code >> 10));
    code = 0xDC00 | (code & 0x3FF);
  }
  fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
}

// A string with its quotes. What a terminal obeys, what hides and what changes the direction of
// text is escaped: the value is the same, and the text harmless to look at. Bytes that are no UTF-8
// have no way to stand in JSON: they become the text \xNN, as everywhere.
void quote(std::string_view s, std::string& out) {
  const auto plain = [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
  out = '"';
  for (size_t i = 0; i < s.size();) {
    const auto from = s.begin() + static_cast<std::ptrdiff_t>(i);
    const auto end = std::find_if_not(from, s.end(), plain);
    out.append(from, end);
    i = static_cast<size_t>(end - s.begin());
    if (i == s.size()) break;
    uint32_t code = 0;
    const size_t length = utf8_character(s, i, code);
    if (length == 0) {
      fmt::format_to(std::back_inserter(out), "\\\\x{:02X}", static_cast<uint8_t>(s[i]));
    } else if (code == '"' || code == '\\' || shows_badly(code)) {
      append_escape(code, out);
    } else {
      out += s.substr(i, length);
    }
    i += std::max<size_t>(length, 1);
  }
  out += '"';
}

template <class Writer>
void write(Writer& out, const Json& value, std::string& quoted) {
  const auto string_value = [&](std::string_view s) {
    // Most need no escape, and are copied sixteen bytes at a time.
    bool plain = true;
    for (const char c : s) plain &= c >= ' ' && c <= '~' && c != '"' && c != '\\';
    if (plain) return out.String(s.data(), static_cast<rapidjson::SizeType>(s.size()));
    quote(s, quoted);
    return out.RawValue(quoted.data(), quoted.size(), rapidjson::kStringType);
  };
  if (const auto* object = value.object()) {
    out.StartObject();
    for (const auto& [key, member] : *object) {
      string_value(key);
      write(out, member, quoted);
    }
    out.EndObject();
  } else if (const auto* array = value.array()) {
    out.StartArray();
    for (const Json& element : *array) write(out, element, quoted);
    out.EndArray();
  } else if (const auto* string = value.string()) {
    string_value(*string);
  } else if (const auto* number = value.number()) {
    out.RawValue(number->text.data(), number->text.size(), rapidjson::kNumberType);
  } else if (const auto boolean = value.boolean()) {
    out.Bool(*boolean);
  } else {
    out.Null();
  }
}

template <class T>
std::optional<T> whole(const Json::Number* n) {
  if (n == nullptr) return std::nullopt;
  T out = 0;
  const char* end = n->text.data() + n->text.size();
  const auto got = std::from_chars(n->text.data(), end, out);
  if (got.ec != std::errc() || got.ptr != end) return std::nullopt;
  return out;
}

}  // namespace

std::optional<bool> Json::boolean() const {
  const bool* b = std::get_if<bool>(&value_);
  return b == nullptr ? std::nullopt : std::optional<bool>(*b);
}
std::optional<int64_t> Json::integer() const {
  return whole<int64_t>(number());
}
std::optional<uint64_t> Json::natural() const {
  return whole<uint64_t>(number());
}

const Json* Json::find(std::string_view key) const {
  const Object* members = object();
  if (members == nullptr) return nullptr;
  for (const auto& member : *members) {
    if (member.first == key) return &member.second;
  }
  return nullptr;
}

Json& Json::set(std::string key, Json value) {
  if (is_null()) value_ = Object{};
  if (auto* members = std::get_if<Object>(&value_)) {
    if (members->empty()) members->reserve(8);  // most objects that are built have some members
    members->emplace_back(std::move(key), std::move(value));
  }
  return *this;
}

Json& Json::push(Json value) {
  if (is_null()) value_ = Array{};
  if (auto* elements = std::get_if<Array>(&value_)) elements->push_back(std::move(value));
  return *this;
}

const char* Json::kind() const {
  constexpr const char* kNames[] = {"null", "boolean", "number", "string", "array", "object"};
  return kNames[value_.index()];
}

namespace {

Result<Json> parsed(std::string_view input, const JsonLimits& limits,
                    std::vector<DoubledKey>* doubled) {
  if (input.size() > limits.bytes)
    return error(fmt::format("JSON: {} bytes, the limit is {}", input.size(), limits.bytes));
  if (input.starts_with("\xEF\xBB\xBF")) input.remove_prefix(3);
  rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>> reader;
  Builder builder(limits.depth, doubled);
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::ParseResult result;
  // What is UTF-8 as a whole and free of control characters needs no look at every character; in
  // what is not, the place is found.
  if (is_clean_ascii(input) || (is_utf8(input) && !has_raw_controls(input))) {
    std::string ended;  // by NUL, with room for a scan that looks sixteen bytes ahead
    ended.reserve(input.size() + 16);
    ended.append(input).append(16, '\0');
    rapidjson::StringStream stream(ended.c_str());
    result = reader.Parse<kFlags>(stream, builder);
  } else {
    rapidjson::MemoryStream stream(input.data(), input.size());
    result = reader.Parse<kFlags | rapidjson::kParseValidateEncodingFlag>(stream, builder);
  }
  if (result.IsError()) {
    const uint64_t at = result.Offset();
    if (!builder.refusal().empty())
      return error(fmt::format("JSON: {} near byte {}", builder.refusal(), at), at);
    return error(fmt::format("JSON: {} at byte {}", rapidjson::GetParseError_En(result.Code()), at),
                 at);
  }
  // RapidJSON takes a NUL behind the value for the end of the text.
  if (const size_t nul = input.find('\0'); nul != std::string_view::npos)
    return error(fmt::format("JSON: a control character at byte {}", nul), nul);
  return builder.take();
}

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  return parsed(text, limits, nullptr);
}
Result<Json> parse_json_of_last_keys(std::string_view text, std::vector<DoubledKey>& doubled) {
  return parsed(text, {}, &doubled);
}

std::string dump(const Json& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> out(buffer);
  std::string quoted;
  write(out, value, quoted);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string dump_pretty(const Json& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> out(buffer);
  out.SetIndent(' ', 2);
  std::string quoted;
  write(out, value, quoted);
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

}  // namespace attest
