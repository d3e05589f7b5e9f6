// Bytes as people paste them into text: dumps with addresses (xxd, hexdump, od, Format-Hex, a
// debugger), arrays and literals of programming languages, hex and base64 behind a name. What the
// bytes are is for the readers to say; here they only become bytes again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "verifier/base/bytes.h"

namespace attest {

struct PastedBytes {
  std::string name;     // what it is called there: an array's, a macro's, a key's; may be empty
  uint64_t offset = 0;  // of its first digit in the text
  uint64_t end = 0;     // behind it, and maybe behind what ended it
  Bytes bytes;
  bool half = false;  // of a dump of 16-bit numbers: the last one holds a single byte
  bool shortened =
      false;          // who pasted it left a part out ("...", lines gone, a longer size stated)
  bool open = false;  // nothing says that it ends here, as an array's bracket does
};

inline constexpr size_t kMostRepeatedBytes = 64u << 10;  // of a value, by '*' or "<repeats"
inline constexpr size_t kMostPasted = 64u << 10;         // values of one text
inline constexpr size_t kMostPastedText = 64u << 20;     // bytes of text that are looked at
// In the order of the text. No value is longer than the text and what it repeats. `whole` tells
// whether all of the text was searched; a value that lies across the end of the search is left out.
std::vector<PastedBytes> pasted_bytes(std::string_view text, bool* whole = nullptr,
                                      size_t most = kMostPastedText);

// Its parts. Dumps line by line, those in octal and decimal first; `used` marks the bytes of the
// text that belonged to one.
std::vector<PastedBytes> pasted_octal(std::string_view text, std::vector<bool>& used);
std::vector<PastedBytes> pasted_dumps(std::string_view text, std::vector<bool>& used);
std::vector<PastedBytes> pasted_literals(std::string_view text, const std::vector<bool>& used);

}  // namespace attest
