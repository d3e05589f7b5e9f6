#include "verifier/json.h"

#include <fmt/format.h>

#include <charconv>
#include <unordered_set>

#include "verifier/bytes.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#ifdef __clang__
// RapidJSON's stack adds an offset to the null pointer of an empty stack before it compares. The
// sum is never followed.
#pragma clang attribute push(__attribute__((no_sanitize("pointer-overflow"))), apply_to = function)
#endif
#ifdef __SSE2__
#define RAPIDJSON_SSE2  // strings are scanned sixteen bytes at a time
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
  explicit Builder(size_t max_depth) : max_depth_(max_depth) {}

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
  bool StartObject() { return open(Json(Json::Object{})); }
  bool StartArray() { return open(Json(Json::Array{})); }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool EndArray(rapidjson::SizeType) { return close(); }
  bool Key(const char* s, rapidjson::SizeType n, bool) {
    if (!whole_characters({s, n})) return false;
    Level& top = open_.back();
    top.key.assign(s, n);
    const Json::Object& members = *top.value.object();
    // Small objects are searched, large ones get an index: a million keys must not cost a million
    // squared.
    if (members.size() < 16) {
      for (const auto& member : members) {
        if (member.first == top.key) return refuse("duplicate key \"" + top.key + "\"");
      }
      return true;
    }
    if (top.keys.empty()) {
      for (const auto& member : members) top.keys.insert(member.first);
    }
    if (!top.keys.insert(top.key).second) return refuse("duplicate key \"" + top.key + "\"");
    return true;
  }

  Json take() { return std::move(done_); }
  const std::string& refusal() const { return refusal_; }

 private:
  struct Level {
    Json value;
    std::string key;
    std::unordered_set<std::string> keys;
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
  bool open(Json container) {
    if (open_.size() >= max_depth_) return refuse(fmt::format("nested deeper than {}", max_depth_));
    open_.push_back({.value = std::move(container), .key = {}, .keys = {}});
    return true;
  }
  bool close() {
    Json value = std::move(open_.back().value);
    open_.pop_back();
    return add(std::move(value));
  }
  bool add(Json value) {
    if (open_.empty()) {
      done_ = std::move(value);
    } else if (Level& top = open_.back(); top.value.is_object()) {
      top.value.set(std::move(top.key), std::move(value));
    } else {
      top.value.push(std::move(value));
    }
    return true;
  }

  size_t max_depth_;
  std::vector<Level> open_;
  Json done_;
  std::string refusal_;
};

template <class Writer>
void write(Writer& out, const Json& value) {
  if (const auto* object = value.object()) {
    out.StartObject();
    for (const auto& [key, member] : *object) {
      out.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
      write(out, member);
    }
    out.EndObject();
  } else if (const auto* array = value.array()) {
    out.StartArray();
    for (const Json& element : *array) write(out, element);
    out.EndArray();
  } else if (const auto* string = value.string()) {
    out.String(string->data(), static_cast<rapidjson::SizeType>(string->size()));
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
  if (auto* members = std::get_if<Object>(&value_))
    members->emplace_back(std::move(key), std::move(value));
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

Result<Json> parse_json(std::string_view input, const JsonLimits& limits) {
  if (input.size() > limits.bytes)
    return error(fmt::format("JSON: {} bytes, the limit is {}", input.size(), limits.bytes));
  if (input.starts_with("\xEF\xBB\xBF")) input.remove_prefix(3);
  rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>> reader;
  Builder builder(limits.depth);
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::ParseResult result;
  // What is UTF-8 as a whole needs no look at every character; in what is not, the place is found.
  if (is_utf8(input) && input.find('\0') == std::string_view::npos) {
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
  return builder.take();
}

std::string dump(const Json& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> out(buffer);
  write(out, value);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string dump_pretty(const Json& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> out(buffer);
  out.SetIndent(' ', 2);
  write(out, value);
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

}  // namespace attest
