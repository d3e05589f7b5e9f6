// Where one value ends and the next one begins, among words of hex or base64 that stand behind one
// another: on one line, in a row, or line by line. A value that was broken over lines is joined;
// values that are whole are never.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "verifier/base/bytes.h"

namespace attest {

struct ValueWord {
  std::string_view text;  // letters, separators of bytes, padding
  bool first = false;     // of its line
  bool gap = false;       // something was left out behind it ("...")
};
// The words [begin, end) are one value, or several without anything between them. `whole`: their
// bytes, where they say themselves that they end here (DER by its lengths, attestation elements by
// their end); none: nothing tells, and words that follow one another may be lines of one value.
struct ValueOfWords {
  size_t begin = 0, end = 0;
  std::vector<Bytes> whole = {};
};
// All words, in their order.
std::vector<ValueOfWords> values_of_words(std::span<const ValueWord> words);

// What stands between blanks and ends of lines.
std::vector<ValueWord> words_between_blanks(std::string_view text);

}  // namespace attest
