// Fields: structs as JSON and back. A struct names its fields once, in a function `fields`, and
// both ways follow from it. Reading is only careful (types, ranges); that a text is the one way to
// write what it says is for the caller to compare.
#pragma once

#include <algorithm>
#include <concepts>
#include <limits>

#include "verifier/base/bytes.h"
#include "verifier/base/instant.h"
#include "verifier/base/json.h"
#include "verifier/readers/device.h"

namespace attest::bundle {

// Text that is no UTF-8 cannot stand in JSON: {"hex": "..."}.
Json write(const std::string& text);
Json write(const Bytes& bytes);  // hex
Json write(const KeyId& id);
Json write(const Sha256& digest);
Json write(const Instant& at);  // RFC 3339
inline Json write(bool b) {
  return b;
}
template <std::unsigned_integral T>
requires(!std::same_as<T, bool>) Json write(T n) {
  return Json(uint64_t{n});
}
template <std::signed_integral T>
Json write(T n) {
  return Json(int64_t{n});
}

bool read(const Json& json, std::string& into);
bool read(const Json& json, Bytes& into);
bool read(const Json& json, KeyId& into);
bool read(const Json& json, Sha256& into);
bool read(const Json& json, Instant& into);
bool read(const Json& json, bool& into);
template <std::unsigned_integral T>
requires(!std::same_as<T, bool>) bool read(const Json& json, T& into) {
  const auto n = json.natural();
  if (!n || *n > std::numeric_limits<T>::max()) return false;
  into = static_cast<T>(*n);
  return true;
}
template <std::signed_integral T>
bool read(const Json& json, T& into) {
  const auto n = json.integer();
  if (!n || *n > std::numeric_limits<T>::max() || *n < std::numeric_limits<T>::min()) return false;
  into = static_cast<T>(*n);
  return true;
}

// A value of a fact: a number, a text, or {"bytes": hex}.
Json write(const FactValue& value);
bool read(const Json& json, FactValue& into);
inline Json write(const Json& json) {
  return json;
}
inline bool read(const Json& json, Json& into) {
  into = json;
  return true;
}

struct Writer {
  Json object{Json::Object{}};
  template <class T>
  void operator()(const char* key, const T& value);
  // A member that most do not have: written where it says something, so that a bundle of an
  // earlier version is still read as it was written.
  template <class T>
  void rare(const char* key, const T& value) {
    if (!(value == T{})) (*this)(key, value);
  }
};
struct Reader {
  const Json& object;
  bool good = true;
  template <class T>
  void operator()(const char* key, T& into);
  template <class T>
  void rare(const char* key, T& into) {
    into = T{};
    if (object.find(key) == nullptr) return;
    (*this)(key, into);
    good = good && !(into == T{});
  }
};

// A struct has `fields(visitor, T&)`; an enumeration has `words(Names, E)`, which lists its words
// from value 0 on.
struct Names {};
template <class T>
concept Struct = requires(Writer w, T& t) {
  fields(w, t);
};
template <class E>
concept Worded = std::is_enum_v<E> && requires(E e) {
  words(Names{}, e);
};

template <Struct T>
Json write(const T& value);
template <Struct T>
bool read(const Json& json, T& into);
template <Worded E>
Json write(E e);
template <Worded E>
bool read(const Json& json, E& into);
template <class T>
Json write(const std::optional<T>& value);
template <class T>
bool read(const Json& json, std::optional<T>& into);
template <class T>
Json write(const std::vector<T>& list);
template <class T>
bool read(const Json& json, std::vector<T>& into);

template <class T>
void Writer::operator()(const char* key, const T& value) {
  object.set(key, write(value));
}
template <class T>
void Reader::operator()(const char* key, T& into) {
  const Json* member = object.find(key);
  good = good && member != nullptr && read(*member, into);
}

template <Struct T>
Json write(const T& value) {
  Writer writer;
  fields(writer, const_cast<T&>(value));  // a Writer only looks
  return std::move(writer.object);
}
template <Struct T>
bool read(const Json& json, T& into) {
  Reader reader{.object = json};
  fields(reader, into);
  return reader.good;
}
template <Worded E>
Json write(E e) {
  return Json(words(Names{}, e)[static_cast<size_t>(e)]);
}
template <Worded E>
bool read(const Json& json, E& into) {
  const auto list = words(Names{}, into);
  const auto at =
      json.string() == nullptr ? list.end() : std::find(list.begin(), list.end(), *json.string());
  if (at == list.end()) return false;
  into = static_cast<E>(at - list.begin());
  return true;
}
template <class T>
Json write(const std::optional<T>& value) {
  return value ? write(*value) : Json();
}
template <class T>
bool read(const Json& json, std::optional<T>& into) {
  if (!json.is_null()) return read(json, into.emplace());
  into.reset();
  return true;
}
template <class T>
Json write(const std::vector<T>& list) {
  Json out{Json::Array{}};
  for (const T& item : list) out.push(write(item));
  return out;
}
template <class T>
bool read(const Json& json, std::vector<T>& into) {
  if (json.array() == nullptr) return false;
  into.clear();
  for (const Json& item : *json.array()) {
    if (!read(item, into.emplace_back())) return false;
  }
  return true;
}

}  // namespace attest::bundle
