// How deep a place stands in JSON, and what a tool's JSON has at its top: as looking at each letter
// tells, whatever stands where in the 64 that are looked at at once.

#include "verifier/readers/posture/json_depth.h"

#include <random>
#include <string>

#include "tests/support/support.h"
#include "verifier/readers/posture/tool_text.h"

using namespace attest;

namespace {

struct Stands {
  size_t depth = 0;
  bool in_string = false, ended = false;
};
Stands place_before(std::string_view text, size_t to) {
  Stands out;
  for (size_t at = 0; at < to && !out.ended; ++at) {
    const char c = text[at];
    if (out.in_string && c == '\\') {
      ++at;
    } else if (c == '"') {
      out.in_string = !out.in_string;
    } else if (!out.in_string && (c == '{' || c == '[')) {
      ++out.depth;
    } else if (!out.in_string && (c == '}' || c == ']')) {
      out.ended = --out.depth == 0;
    }
  }
  return out;
}

}  // namespace

TEST_CASE("JsonDepth: as looking at each letter tells") {
  std::mt19937 random(1);
  constexpr std::string_view kLetters = "{{[}]\"\"\"\\ab:,\n ";
  for (int round = 0; round < 4000; ++round) {
    std::string text = "{";
    const size_t size = random() % 400, rare = 1 + random() % 30;
    while (text.size() < size)
      text += random() % rare == 0 ? kLetters[random() % kLetters.size()] : 'x';
    tool::JsonDepth depth(text, 0);
    for (size_t to = 0; to <= text.size(); to += 1 + random() % 130) {
      const Stands expected = place_before(text, to);
      const bool goes_on = depth.go(to);
      if (goes_on == expected.ended) FAIL("ends: " << to << " of " << text);
      if (!goes_on) break;
      // (Behind an escape it may be one letter further.)
      if (depth.at() > to && depth.at() != 1) continue;
      if (depth.depth() != expected.depth || depth.in_string() != expected.in_string)
        FAIL("at " << to << " of " << text);
    }
  }
}

TEST_CASE("has_member: of an object that begins a line, its outermost members whose value is one") {
  const std::string pad(70, ' ');
  struct Row {
    std::string text;
    bool has;
  };
  const Row rows[] = {
      {R"({"NAME":{}})", true},
      {"banner\n{" + pad + "\"NAME\" :\n {\"a\": 1}}", true},
      {R"({"a":{"NAME":{}}})", false},
      {R"({"a":[{"NAME":{}}]})", false},
      {R"({"NAME":1})", false},
      {R"({"a":"NAME"})", false},
      {R"({"a":"{\"NAME\":{"})", false},
      {R"({"a":"\\","NAME":{}})", true},
      {"{\"a\":{" + pad + "}," + pad + "\"NAME\":{}}", true},
      {"{\"a\":\"" + pad + "}{" + pad + "\",\"NAME\":{}}", true},
      {"{\"a\":1}\n{\"NAME\":{}}", true},
      {"{\"a\":1} {\"NAME\":{}}", false},
      {"x{\"NAME\":{}}", false},
      {R"({"NAME":{)", true},
      {R"({"NAME":)", false},
      {R"({"NAME)", false},
      {R"({"b":"NAME","NAME":{}})", true},
  };
  for (const Row& row : rows)
    CHECK_MESSAGE(tool::has_member(view(row.text), "NAME") == row.has, row.text);
}

// (Looking for the name again from each object would take minutes.)
TEST_CASE("has_member: many objects before the name") {
  for (const std::string_view object : {"{\"a\":1}\n", "{}", "{\"b\":{}}\n"}) {
    std::string text;
    while (text.size() < 3u << 20) text += object;
    CHECK_FALSE(tool::has_member(view(text + "\n\"NAME\""), "NAME"));
    CHECK(tool::has_member(view(text + "\n{\"NAME\": {}}"), "NAME"));
    CHECK_FALSE(tool::has_member(view("{\"NAME\": 1}\n" + text), "NAME"));
  }
}
