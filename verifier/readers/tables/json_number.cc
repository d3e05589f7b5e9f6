// A number as tools write it into JSON: 22, "22" or "0x16".

#include <fmt/format.h>

#include <charconv>

#include "verifier/readers/tables/device_json.h"

namespace attest {
namespace {

// What stands in the place of a number, for a message. It may be anything that somebody put into
// the wrong place, a passcode or a code too: short things are shown, of others no more than their
// kind.
std::string found_text(const Json& json) {
  constexpr size_t kShortText = 4, kShortNumber = 6;
  if (json.is_object() || json.array() != nullptr) return json.kind();
  const std::string* string = json.string();
  std::string written = dump(json);
  if (string != nullptr)
    return string->size() <= kShortText ? printable(written)
                                        : fmt::format("text of {} bytes", string->size());
  if (written.size() <= kShortNumber) return written;
  if (json.is_number() && written.find_first_of(".eE") != std::string::npos)
    return "a number with a point or an exponent";
  return fmt::format("another {}", json.kind());
}

}  // namespace

Result<uint64_t> json_number(const Json& json) {
  if (const auto number = json.natural()) return *number;
  const std::string* string = json.string();
  const bool is_hex = string != nullptr && (string->starts_with("0x") || string->starts_with("0X"));
  const std::string_view digits = is_hex              ? std::string_view(*string).substr(2)
                                  : string != nullptr ? std::string_view(*string)
                                                      : "";
  uint64_t value = 0;
  const auto [end, failed] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, is_hex ? 16 : 10);
  if (string == nullptr || digits.empty() || failed != std::errc() ||
      end != digits.data() + digits.size())
    return error(fmt::format("expected a whole number or \"0x...\", found {}", found_text(json)));
  return value;
}

}  // namespace attest
