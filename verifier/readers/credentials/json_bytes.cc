#include "verifier/readers/credentials/json_bytes.h"

#include <charconv>

#include "verifier/readers/credentials/behind.h"
#include "verifier/readers/reader.h"

namespace attest {
namespace {

// A whole number as tables that know no others write it: "48.0", "4.8e1".
std::optional<int64_t> whole_number(std::string_view text) {
  constexpr size_t kMostDigits = 16;
  if (text.size() > kMostDigits || text.find_first_of(".eE") == std::string_view::npos)
    return std::nullopt;
  double number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = failed == std::errc() && end == text.data() + text.size() && number >= -1000 &&
                     number <= 1000 && static_cast<double>(static_cast<int64_t>(number)) == number;
  return whole ? std::optional(static_cast<int64_t>(number)) : std::nullopt;
}

// A byte, as programs write it: 48, -126, 48.0, "30", "0x30".
std::optional<uint8_t> byte_of(const Json& json) {
  constexpr int64_t kLeast = -128, kMost = 255;
  auto number = json.integer();
  if (const auto* written = json.number(); written != nullptr && !number)
    number = whole_number(written->text);
  if (const std::string* written = json.string();
      written != nullptr && written->find('.') != std::string::npos)
    number = whole_number(*written);
  if (number)
    return *number >= kLeast && *number <= kMost ? std::optional(static_cast<uint8_t>(*number))
                                                 : std::nullopt;
  const std::string* word = json.string();
  if (word == nullptr || word->size() > 4) return std::nullopt;
  const bool sign = word->size() == 4 && (word->starts_with("0x") || word->starts_with("0X"));
  const auto bytes = from_hex(std::string_view(*word).substr(sign ? 2 : 0));
  return bytes && bytes->size() == 1 ? std::optional((*bytes)[0]) : std::nullopt;
}

}  // namespace

std::optional<JsonBytes> bytes_of(const Json& json) {
  constexpr size_t kLeast = 16, kStrange = 64;
  JsonBytes out;
  const auto add = [&](const Json& element) {
    const auto byte = byte_of(element);
    out.strange += !byte;
    out.bytes.push_back(byte.value_or(0));
    return out.strange <= 1 + out.bytes.size() / kStrange;
  };
  if (const auto* elements = json.array()) {
    for (const Json& element : *elements) {
      const auto* inner = element.array();  // a row of one column
      if (!add(inner != nullptr && inner->size() == 1 ? inner->front() : element))
        return std::nullopt;
    }
  } else if (const auto* members = json.object()) {
    for (size_t i = 0; i < members->size(); ++i) {
      if ((*members)[i].first != std::to_string(i) || !add((*members)[i].second))
        return std::nullopt;
    }
  }
  return out.bytes.size() >= kLeast ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<Bytes> bytes_in_rows(const Json& json) {
  const auto* rows = json.array();
  if (rows == nullptr || rows->size() < 2) return std::nullopt;
  Bytes out;
  for (const Json& row : *rows) {
    const auto* elements = row.array();
    if (elements == nullptr) return std::nullopt;
    Bytes of_row;
    for (const Json& element : *elements) {
      const auto byte = byte_of(element);
      if (!byte) return std::nullopt;
      of_row.push_back(*byte);
    }
    if (first_der(of_row).size() == of_row.size() && !of_row.empty()) return std::nullopt;
    out.insert(out.end(), of_row.begin(), of_row.end());
  }
  return credential_reader({.path = {}, .bytes = out}) != nullptr ? std::optional(std::move(out))
                                                                  : std::nullopt;
}

std::string lines_of(const Json::Array& elements) {
  std::string out;
  for (const Json& element : elements) {
    if (element.string() == nullptr) return {};
    out += *element.string() + "\n";
  }
  return elements.size() > 1 ? out : std::string();
}

}  // namespace attest
