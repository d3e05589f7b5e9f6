// What a text says of digits in it that may be a manual pairing code. Eleven digits are many
// things, telephone and part numbers among them: what stands beside them tells which.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace attest {

enum class CalledCode : uint8_t {
  other,    // it is called something else: a telephone, a serial number
  nothing,  // nothing stands beside it on its line
  unclear,  // words stand beside it that name neither
  perhaps,  // "code", of what is not clear
  code,     // "manual pairing code", "setup code"
};
// What stands at [begin, end) of the text, by the words before and behind it on its line, by the
// line above where it has one for itself, or by the head of its column.
CalledCode called_code(std::string_view text, size_t begin, size_t end);

}  // namespace attest
