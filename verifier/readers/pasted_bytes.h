// Bytes as people paste them into text: dumps with addresses (xxd, hexdump, od, Format-Hex, a
// debugger), arrays and literals of programming languages, hex and base64 behind a name. What the
// bytes are is for the readers to say; here they only become bytes again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "verifier/bytes.h"

namespace attest {

struct PastedBytes {
  std::string name;     // what it is called there: an array's, a macro's, a key's; may be empty
  uint64_t offset = 0;  // of its first digit in the text
  Bytes bytes;
  bool half = false;  // of a dump of 16-bit numbers: the last one holds a single byte
  bool shortened =
      false;  // who pasted it left a part out ("...", lines gone, a longer size stated)
};

inline constexpr size_t kMostRepeatedBytes = 64u << 10;  // of a value, by '*' or "<repeats"
inline constexpr size_t kMostPasted = 256;               // values of one text
inline constexpr size_t kMostPastedText = 1u << 20;      // bytes of text that are looked at
// In the order of the text. No value is longer than the text and what it repeats. `text` is taken
// up to kMostPastedText.
std::vector<PastedBytes> pasted_bytes(std::string_view text);

// Its two halves. Dumps line by line; `used` marks the bytes of the text that belonged to one.
std::vector<PastedBytes> pasted_dumps(std::string_view text, std::vector<bool>& used);
std::vector<PastedBytes> pasted_literals(std::string_view text, const std::vector<bool>& used);

}  // namespace attest
