#include "verifier/base/contains.h"

#include <string>

#include "tests/support/support.h"

using namespace attest;

TEST_CASE("place_of: as std::string_view::find, wherever the word stands and however long it is") {
  for (size_t size = 0; size < 150; size += size < 80 ? 1 : 7) {
    for (size_t length = 1; length < 40; ++length) {
      std::string word(length, 'b');
      word.front() = 'a';
      word.back() = 'c';
      // Letters that fit at both ends of it, and the word at each place or none.
      for (size_t at = 0; at <= size; ++at) {
        std::string text(size, 'a');
        for (size_t i = 1; i < size; i += 2) text[i] = 'c';
        if (at + length <= size) text.replace(at, length, word);
        for (const size_t from : {size_t{0}, size / 3, at, at + 1, size + 1}) {
          if (place_of(text, word, from) != text.find(word, from))
            FAIL("at " << at << " of " << size << " from " << from << ": " << word);
        }
      }
    }
  }
  CHECK(contains("", ""));
  CHECK(contains("a", ""));
  CHECK_FALSE(contains("", "a"));
}
