// Json: the one place where JSON text becomes values and values become JSON text.
//
// Strict: one value, valid UTF-8, no duplicate keys, no trailing bytes, bounded depth and size.
// RapidJSON does the parsing (iteratively: two million '[' must not crash us); nobody else includes
// it. Objects keep their order, numbers keep their text, so that a ledger's own object can be
// written out unchanged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "verifier/base/result.h"

namespace attest {

class Json {
 public:
  struct Number {
    std::string text;
    bool operator==(const Number&) const = default;
  };
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;

  Json() = default;
  Json(std::nullptr_t) {}
  Json(bool b) : value_(b) {}
  Json(int n) : Json(static_cast<int64_t>(n)) {}
  Json(int64_t n) : value_(Number{std::to_string(n)}) {}
  Json(uint64_t n) : value_(Number{std::to_string(n)}) {}
  Json(uint32_t n) : Json(static_cast<uint64_t>(n)) {}
  Json(const char* s) : value_(std::string(s)) {}
  Json(std::string_view s) : value_(std::string(s)) {}
  Json(std::string s) : value_(std::move(s)) {}
  Json(Number n) : value_(std::move(n)) {}
  Json(Array a) : value_(std::move(a)) {}
  Json(Object o) : value_(std::move(o)) {}
  template <class T>
  Json(const std::optional<T>& v) {
    if (v) *this = Json(*v);
  }

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_number() const { return std::holds_alternative<Number>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }

  const Object* object() const { return std::get_if<Object>(&value_); }
  const Array* array() const { return std::get_if<Array>(&value_); }
  const std::string* string() const { return std::get_if<std::string>(&value_); }
  const Number* number() const { return std::get_if<Number>(&value_); }
  std::optional<bool> boolean() const;
  std::optional<int64_t> integer() const;   // nullopt unless a whole number in range
  std::optional<uint64_t> natural() const;  // the same, unsigned

  // The member of an object; nullptr when this is no object or has no such member.
  const Json* find(std::string_view key) const;
  // Appends a member (objects) or an element (arrays); a null Json becomes an object or an array
  // first.
  Json& set(std::string key, Json value);
  Json& push(Json value);

  const char* kind() const;  // "object", "array", "string", "number", "boolean", "null"
  bool operator==(const Json&) const = default;

 private:
  std::variant<std::monostate, bool, Number, std::string, Array, Object> value_;
};

struct JsonLimits {
  size_t bytes = 64u << 20;
  size_t depth = 64;
};

// Errors carry the byte offset where the text stopped being JSON.
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});
std::string dump(const Json& value);         // one line
std::string dump_pretty(const Json& value);  // two-space indent, final newline

}  // namespace attest
