#include "bundle/fields.h"

namespace attest::bundle {

Json write(const std::string& text) {
  return is_utf8(text) ? Json(text) : Json(Json::Object{{"hex", Json(hex(view(text)))}});
}
Json write(const Bytes& bytes) {
  return hex(bytes);
}
Json write(const KeyId& id) {
  return hex(id);
}
// Zeros: it was left out.
Json write(const Sha256& digest) {
  return digest == Sha256{} ? Json() : Json(hex(digest));
}
Json write(const Instant& at) {
  return rfc3339(at);
}

bool read(const Json& json, Bytes& into) {
  if (json.string() == nullptr) return false;
  auto bytes = from_hex(*json.string());
  if (!bytes) return false;
  into = std::move(*bytes);
  return true;
}

bool read(const Json& json, std::string& into) {
  if (json.string() != nullptr) {
    into = *json.string();
    return true;
  }
  const Json* as_hex = json.find("hex");
  Bytes bytes;
  if (as_hex == nullptr || !read(*as_hex, bytes)) return false;
  into = std::string(text(bytes));
  return true;
}

namespace {

template <size_t N>
bool read_array(const Json& json, std::array<uint8_t, N>& into) {
  Bytes bytes;
  if (!read(json, bytes) || bytes.size() != N) return false;
  std::copy(bytes.begin(), bytes.end(), into.begin());
  return true;
}

}  // namespace

bool read(const Json& json, KeyId& into) {
  return read_array(json, into);
}
bool read(const Json& json, Sha256& into) {
  into = {};
  if (json.is_null()) return true;
  return read_array(json, into);
}

bool read(const Json& json, Instant& into) {
  const auto at = json.string() == nullptr ? error("no text") : parse_rfc3339(*json.string());
  if (!at) return false;
  into = *at;
  return true;
}

bool read(const Json& json, bool& into) {
  const auto b = json.boolean();
  if (b) into = *b;
  return b.has_value();
}

Json write(const FactValue& value) {
  if (const auto* number = std::get_if<uint64_t>(&value)) return write(*number);
  if (const auto* string = std::get_if<std::string>(&value)) return write(*string);
  return Json(Json::Object{{"bytes", write(std::get<Bytes>(value))}});
}
bool read(const Json& json, FactValue& into) {
  if (const auto number = json.natural()) {
    into = *number;
    return true;
  }
  if (const Json* bytes = json.find("bytes")) return read(*bytes, into.emplace<Bytes>());
  return read(json, into.emplace<std::string>());
}

}  // namespace attest::bundle
