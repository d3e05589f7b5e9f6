#include "verifier/base/plain_ascii.h"

#include <string>

#include "tests/support/support.h"

using namespace attest;

TEST_CASE("plain_ascii_run: up to the first byte that is none, wherever it stands") {
  for (int c = 0; c < 256; ++c) {
    const char letter = static_cast<char>(c);
    const bool plain =
        (c >= 0x20 && c < 0x7F) || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == 0x1B;
    CHECK(is_plain_ascii(letter) == plain);
    for (size_t size = 1; size < 50; ++size) {
      for (size_t at = 0; at < size; ++at) {
        std::string text(size, 'x');
        text[at] = letter;
        if (plain_ascii_run(text) != (plain ? size : at))
          FAIL("byte " << c << " at " << at << " of " << size);
      }
    }
  }
  CHECK(plain_ascii_run("") == 0);
}
