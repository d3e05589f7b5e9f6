// Text that is not UTF-8: what it says, where it says it, and what is no text.
#include "verifier/readers/text/decoded_text.h"

#include <random>

#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace {

Bytes bytes_of(std::string_view s) {
  return to_bytes(view(s));
}

// UTF-16 and UTF-32 of a text in UTF-32.
Bytes wide(std::u32string_view s, size_t width, bool big) {
  Bytes out;
  const auto unit = [&](uint32_t c) {
    for (size_t i = 0; i < width; ++i)
      out.push_back(static_cast<uint8_t>(c >> (8 * (big ? width - 1 - i : i))));
  };
  for (const char32_t c : s) {
    if (width == 2 && c >= 0x10000) {
      unit(0xD800 + ((c - 0x10000) >> 10));
      unit(0xDC00 + ((c - 0x10000) & 0x3FF));
    } else {
      unit(c);
    }
  }
  return out;
}

std::string said(View bytes) {
  const auto decoded = decoded_text(bytes);
  return decoded ? std::string(text(decoded->utf8())) : "(as it is)";
}

}  // namespace

TEST_CASE(
    "decoded text: UTF-16 and UTF-32, marked or not, whole or cut, padded or with half a pair") {
  const std::u32string_view words = U"{\"vendor_name\": \"G\u00e4rt\u4e2d\U0001F4A1\"}";
  const std::string utf8 = "{\"vendor_name\": \"G\u00e4rt\u4e2d\U0001F4A1\"}";
  for (const size_t width : {size_t{2}, size_t{4}}) {
    for (const bool big : {false, true}) {
      CAPTURE(width);
      CAPTURE(big);
      CHECK(said(wide(words, width, big)) == utf8);
      Bytes marked = wide(U"\uFEFF" + std::u32string(words), width, big);
      CHECK(said(marked) == utf8);
      marked.insert(marked.end(), 512, 0);
      CHECK(said(marked) == utf8);
      Bytes cut = wide(words, width, big);
      cut.pop_back();
      // (Of big ones, the last byte is what says something.)
      CHECK(said(cut).substr(0, utf8.size() - 1) == utf8.substr(0, utf8.size() - 1));
    }
  }
  CHECK(said(wide(U"half of a pair: " + std::u32string(1, char32_t{0xD83D}) + U" and on", 2,
                  false)) == "half of a pair: \uFFFD and on");
  // One that begins within a character of it.
  Bytes shifted{0xFF};
  const Bytes code = wide(U"label MT:Y.K9042C00KA0648G00", 2, false);
  shifted.insert(shifted.end(), code.begin(), code.end());
  CHECK(said(shifted).find(" MT:Y.K9042C00KA0648G0") != std::string::npos);
}

TEST_CASE("decoded text: letters of a code page, noise and padding in text") {
  CHECK(said(bytes_of("a label: Ger\xE4t \x80 5 \x96 \x81")) ==
        "a label: Ger\u00e4t \u20ac 5 \u2013 \uFFFD");
  CHECK(said(bytes_of("G\u00e4rt and Ger\xE4t")) == "G\u00e4rt and Ger\u00e4t");  // both
  CHECK(said(bytes_of(std::string("a code of it\0", 13))) == "a code of it ");
  CHECK(said(bytes_of("\xFF\xFF\n[1] a log\n")) == "  \n[1] a log\n");
  CHECK(said(bytes_of("[1] a log \xFF of it\n")) == "[1] a log \uFFFD of it\n");
  CHECK(said(bytes_of("\x07\x08\x01[1] a log\n")) == "   [1] a log\n");
  CHECK(said(bytes_of("a page of text" + std::string(4096, '\0'))) ==
        "a page of text" + std::string(4096, ' '));
  CHECK(said(bytes_of("a page of text" + std::string(600, '\xFF'))) ==
        "a page of text" + std::string(600, ' '));
  // PowerShell appends in UTF-16 to what stands in ASCII.
  Bytes appended = bytes_of("first line\r\n");
  const Bytes more = wide(U"second line\r\n", 2, false);
  appended.insert(appended.end(), more.begin(), more.end());
  CHECK(said(appended) == "first line\r\nsecond line\r\n");
  // What is UTF-8 is left alone, with the signs of a terminal, too.
  for (const char* plain : {"plain", "G\u00e4rt", "\x1b[0;32mgreen\x1b[0m", "", "\xEF\xBB\xBF"})
    CHECK(said(bytes_of(plain)) == "(as it is)");
  // But for the mark that shells on Windows put in front of it: readers look for what begins.
  CHECK(said(bytes_of("\xEF\xBB\xBFmarked G\u00e4rt")) == "marked G\u00e4rt");
  CHECK(said(bytes_of("\xEF\xBB\xBF{\"a\": \"long enough \xE4\"}")) ==
        "{\"a\": \"long enough \u00e4\"}");
}

TEST_CASE("decoded text: places are those of the file") {
  const auto decoded = decoded_text(bytes_of("\xE4\xE4 x \u00e4 y \xE4 z and more"));
  REQUIRE(decoded);
  CHECK(decoded->first_foreign() == 0);
  const std::string utf8(text(decoded->utf8()));
  CHECK(decoded->offset_in_file(utf8.find('x')) == 3);
  CHECK(decoded->offset_in_file(utf8.find('y')) == 8);
  CHECK(decoded->offset_in_file(utf8.find('z')) == 12);
  CHECK(decoded->offset_in_file(utf8.size()) == 22);
  const auto marked = decoded_text(bytes_of("\xEF\xBB\xBFm\u00e4 x"));
  REQUIRE(marked);
  CHECK(!marked->first_foreign());
  CHECK(marked->offset_in_file(text(marked->utf8()).find('x')) == 7);
  const auto utf16 = decoded_text(wide(U"\uFEFF\u00e4\u4e2d\U0001F4A1 x", 2, false));
  REQUIRE(utf16);
  CHECK(!utf16->first_foreign());
  CHECK(utf16->offset_in_file(text(utf16->utf8()).find('x')) == 12);
}

TEST_CASE("decoded text: bytes are no text") {
  // What names nothing as text is none: keys, nonces and challenges are such bytes.
  CHECK(!decoded_text(bytes_of("Ger\xE4t, ja")));
  std::mt19937 random(20261130);
  for (size_t i = 0; i < 2000; ++i) {
    Bytes bytes(1024 + random() % 4096);
    for (uint8_t& b : bytes) b = static_cast<uint8_t>(random());
    CHECK(!decoded_text(bytes));
    bytes[0] = 0xFF, bytes[1] = 0xFE;
    CHECK(!decoded_text(bytes));
  }
  CHECK(!decoded_text(Bytes(4096, 0)));
  CHECK(!decoded_text(Bytes(4096, 0xFF)));
  // As a page of Espressif's NVS begins.
  CHECK(!decoded_text(Bytes{0xFE, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00}));
  CHECK(!decoded_text({}));
}
