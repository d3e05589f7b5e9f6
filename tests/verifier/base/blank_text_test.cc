#include "verifier/base/blank_text.h"

#include <string>

#include "tests/support/support.h"

using namespace attest;

TEST_CASE("blank texts: what nobody sees says nothing") {
  for (const char* blank : {"",
                            " ",
                            "\t\r\n",
                            "\u00A0",
                            "\u00AD",
                            "\u034F",
                            "\u061C",
                            "\u115F\u1160",
                            "\u1680",
                            "\u180E",
                            "\u2000\u200A",
                            "\u200B",
                            "\u200D",
                            "\u2028\u2029",
                            "\u202F",
                            "\u205F",
                            "\u2060",
                            "\u2800",
                            "\u3000",
                            "\u3164",
                            "\uFE0F",
                            "\uFEFF",
                            "\uFFA0",
                            "\U000E0020",
                            "\x01\x7F",
                            " \u00A0\u200B\u3000 "}) {
    CAPTURE(blank);
    CHECK(is_blank_text(blank));
  }
  for (const char* says : {"a", " a ", ".", "-", "\u00E9", "\u90E8", "\u00A0x", "\u00A1", "\u2010",
                           "\u3001", "\U0001F600", "\xFF", "\u0301"}) {
    CAPTURE(says);
    CHECK_FALSE(is_blank_text(says));
  }
}
