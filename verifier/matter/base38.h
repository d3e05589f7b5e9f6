// Base38: the text form of QR payload bytes (Core 5.1.3). Groups of 3, 2 or 1 bytes, read as a
// little-endian number, are 5, 4 or 2 characters, least significant first.
#pragma once

#include "verifier/base/bytes.h"

namespace attest {

struct Base38Fault {
  enum class Kind : uint8_t { alphabet, length, group_overflow };
  Kind kind = Kind::alphabet;
  std::string what;  // shows a character at most, never the text: it holds the passcode
};

std::string base38(View bytes);
// Strict: the alphabet only, no length that a group can not have, no group whose number does not
// fit its bytes.
tl::expected<Bytes, Base38Fault> from_base38(std::string_view text);
bool is_base38(char c);

}  // namespace attest
