#include "verifier/base/bytes.h"

#include "tests/support/support.h"
#include "verifier/base/instant.h"

using namespace attest;

TEST_CASE("hex and base64 are strict and come back") {
  Bytes all;
  for (int i = 0; i < 256; ++i) {
    CHECK(*from_base64(base64(all)) == all);
    CHECK(*from_hex(hex(all)) == all);
    all.push_back(static_cast<uint8_t>(i * 7));
  }
  CHECK(hex_colons(Bytes{0x6a, 0xfd}) == "6A:FD");
  CHECK(*from_hex_lenient("0x6A:fd 22\n77") == Bytes{0x6a, 0xfd, 0x22, 0x77});
  for (const char* bad : {"A", "AA", "AAA", "AA=", "A===", "=AAA", "AAA=AAAA",
                          "AB==", "AAB=", "AA AA==", "A-_=", "AA==="}) {
    CAPTURE(bad);
    CHECK_FALSE(from_base64(bad));
  }
  CHECK(from_base64("QUI=").value() == Bytes{'A', 'B'});
  CHECK(from_hex("abc").error().what == "hex: expected an even number of digits, found 3");
  CHECK(from_hex("0g").error().offset == 1);
}

TEST_CASE("text from outside is made harmless to show") {
  CHECK(printable("plain Ünïcode 😀") == "plain Ünïcode 😀");
  CHECK(printable("a\x1b[31mb\n") == "a\\x1B[31mb\\x0A");
  CHECK(printable("\xE2\x80\xAE"
                  "evil") == "\\u{202E}evil");
  CHECK(printable("\xff\xc0\xaf") == "\\xFF\\xC0\\xAF");
  CHECK_FALSE(is_utf8("\xed\xa0\x80"));
}

TEST_CASE("instants") {
  CHECK(parse_rfc3339("2026-11-20T22:00:00Z")->seconds == 1795212000);
  CHECK(rfc3339(Instant{1795212000}) == "2026-11-20T22:00:00Z");
  CHECK(*parse_rfc3339("2024-06-01T00:00:00+02:00") == *parse_rfc3339("2024-05-31T22:00:00.5Z"));
  CHECK(rfc3339(kNoExpiry) == "9999-12-31T23:59:59Z");
  CHECK(rfc3339(Instant{-1}) == "1969-12-31T23:59:59Z");
  for (const char* bad : {"", "2026-11-20T22:00:00", "2026-02-29", "2026-13-01",
                          "2026-11-20T24:00:00Z", "2026-11-20T22:00:00Zx", "20261120"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_rfc3339(bad));
  }
}
