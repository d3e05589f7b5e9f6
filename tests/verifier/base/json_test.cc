#include "verifier/base/json.h"

#include "tests/support/support.h"

using namespace attest;

TEST_CASE("JSON text is read strictly and written back") {
  const auto ok = parse_json(R"({"a":[1,-2.50,true,null,"\u00e9"],"b":{}})");
  REQUIRE(ok);
  CHECK(dump(*ok) == R"({"a":[1,-2.50,true,null,"é"],"b":{}})");
  const struct {
    std::string text;
    std::string why;
  } refused[] = {
      {"", "JSON: The document is empty. at byte 0"},
      {"{} x", "JSON: The document root must not be followed by other values. at byte 3"},
      {R"({"a":1,"a":2})", "JSON: duplicate key \"a\" near byte 10"},
      {std::string("\"\xff\""), "JSON: Invalid encoding in string. at byte 1"},
      {std::string(2'000'000, '['), "JSON: nested deeper than 64 near byte 64"},
      {R"(["\ude00"])", "JSON: half of a surrogate pair near byte 9"},
      {R"({"\ude00":1})", "JSON: half of a surrogate pair near byte 9"},
      {"[01]", "JSON: Missing a comma or ']' after an array element. at byte 2"},
  };
  for (const auto& row : refused) {
    const auto got = parse_json(row.text);
    REQUIRE_FALSE(got);
    CHECK(got.error().what == row.why);
  }
}

TEST_CASE("JSON numbers keep their text and are whole or not") {
  const auto n = parse_json(R"([18446744073709551615,1.0,-1,99999999999999999999])");
  REQUIRE(n);
  const auto& a = *n->array();
  CHECK(a[0].natural() == 18446744073709551615u);
  CHECK_FALSE(a[0].integer());
  CHECK_FALSE(a[1].natural());
  CHECK(a[2].integer() == -1);
  CHECK_FALSE(a[2].natural());
  CHECK(a[3].number()->text == "99999999999999999999");
  CHECK_FALSE(a[3].natural());
}
