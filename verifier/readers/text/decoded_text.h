// Text that is not plain UTF-8, as what it says in UTF-8: UTF-16 and UTF-32 as editors and shells
// on Windows save it, the letters of an older code page, and the bytes of noise that a serial line,
// a cut disk block or a padded file leave in a text. Such text is text, and its readers see it as
// such.
#pragma once

#include <vector>

#include "verifier/base/bytes.h"

namespace attest {

class DecodedText {
 public:
  const Bytes& utf8() const { return utf8_; }
  // Where the byte stands in the file that this byte of utf8() was made of.
  uint64_t offset_in_file(uint64_t at) const;
  // The first byte that belongs to no character in UTF-8: of text in which all others are UTF-8 or
  // ASCII. Nullopt: of text in UTF-16 or UTF-32.
  std::optional<uint64_t> first_foreign() const { return first_foreign_; }

 private:
  friend class TextDecoder;
  // From here on each character is so many bytes there and here.
  struct Stretch {
    size_t at = 0;
    uint64_t in_file = 0;
    uint8_t width = 1, width_in_file = 1;
  };
  Bytes utf8_;
  std::vector<Stretch> stretches_;
  std::optional<uint64_t> first_foreign_;
};

// Nullopt: the bytes are UTF-8 already, or no text. In UTF-16 or UTF-32, with a byte order mark or
// as the zeros in it tell; or most of it characters as they are, and what is not a letter in
// Windows-1252, or where it is none there a blank (a control character) or U+FFFD. A part that
// stands in UTF-16 within other text is read as that.
std::optional<DecodedText> decoded_text(View bytes);

}  // namespace attest
