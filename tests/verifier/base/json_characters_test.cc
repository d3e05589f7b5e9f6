// Every control character, and what else a terminal or a reader stumbles over, in every place of a
// JSON text and at every distance from its ends: RapidJSON looks at sixteen bytes at a time, and a
// fault in that shows in long strings only.

#include <algorithm>

#include "tests/support/strict_json.h"
#include "tests/support/support.h"
#include "verifier/base/json.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr size_t kLongest = 40;

// The piece at the begin, in the middle and at the end of a string of this length.
std::vector<std::string> around(const std::string& piece, size_t length) {
  std::vector<std::string> out;
  for (const size_t before : {size_t{0}, length / 2, length}) {
    std::string text(before, 'a');
    text += piece;
    out.push_back(text + std::string(length - before, 'b'));
  }
  return out;
}

void check_written(const std::string& text) {
  const Json value(Json::Object{{text, Json(Json::Array{Json(text), Json(text + text)})}});
  for (const std::string& written : {dump(value), dump_pretty(value)}) {
    const StrictJson read(written);
    REQUIRE_MESSAGE(read.good(), "not JSON at byte " << read.at() << ": " << written);
    REQUIRE_MESSAGE(harmless(written), written);
    REQUIRE(read.strings().size() == 3);
    const auto again = parse_json(written);
    REQUIRE(again);
    if (!is_utf8(text)) continue;  // told in other characters
    REQUIRE(read.strings()[1] == text);
    REQUIRE(*again == value);
  }
}

}  // namespace

TEST_CASE("what is written is JSON and harmless, whatever the strings hold") {
  for (const std::string& piece : hostile_pieces()) {
    for (size_t length = 0; length <= kLongest; ++length) {
      for (const std::string& text : around(piece, length)) check_written(text);
    }
  }
}

TEST_CASE("a byte that is no UTF-8 is written as the text that stands for it everywhere") {
  CHECK(dump(Json(std::string("a\xFF"
                              "b"))) == R"("a\\xFFb")");
  CHECK(dump(Json(std::string("\x1B[31m\u202E\U000E0041"))) == R"("\u001b[31m\u202e\udb40\udc41")");
}

TEST_CASE("a raw control character in a string is refused at every length") {
  for (int c = 0; c < 0x20; ++c) {
    const std::string piece(1, static_cast<char>(c));
    for (size_t length = 0; length <= kLongest; ++length) {
      for (const std::string& text : around(piece, length)) {
        for (const std::string& raw : {"\"" + text + "\"", "{\"" + text + "\":1}",
                                       "[\"x\",\"" + text + "\"]", "{\"k\":\"" + text + "\"}"}) {
          REQUIRE_FALSE(StrictJson(raw).good());
          REQUIRE_MESSAGE(!parse_json(raw), "control character " << c << " at length " << length);
        }
      }
    }
    // Between values only tab and line ends may stand.
    const bool blank = c == '\t' || c == '\n' || c == '\r';
    CHECK(parse_json("[1," + piece + "2]").has_value() == blank);
    CHECK(StrictJson("[1," + piece + "2]").good() == blank);
  }
}

TEST_CASE("a NUL does not end the text") {
  for (const char* value : {"1", "{}", "[1]", "\"x\"", "true"}) {
    for (const std::string& behind : {std::string("\0", 1), std::string("\0{\"b\":1}", 8)}) {
      const auto read = parse_json(value + behind);
      REQUIRE_FALSE(read);
      CHECK(read.error().what.starts_with("JSON: "));
    }
  }
}

TEST_CASE("what RFC 8259 allows raw is read as it stands") {
  for (const char* piece : {"\x7F", "\u0085", "\u009B", "\u2028", "\u2029", "\u202E", "\uFEFF"}) {
    for (size_t length = 0; length <= kLongest; ++length) {
      for (const std::string& text : around(piece, length)) {
        const auto read = parse_json("\"" + text + "\"");
        REQUIRE(read);
        REQUIRE(*read->string() == text);
      }
    }
  }
}
