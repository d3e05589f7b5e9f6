// What digits with separators in a text are, where their form says it: an object identifier, an
// instant, an address. They have as many digits as an onboarding code and are none; nor are the
// numbers in them codes of an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace attest {

struct NumberWord {
  enum class Kind : uint8_t { oid, instant, address } kind;
  size_t size;
};

// What begins at text[at]; nothing where it is the rest of a longer number.
std::optional<NumberWord> number_word(std::string_view text, size_t at);

}  // namespace attest
