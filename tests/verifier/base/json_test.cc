#include "tests/support/support.h"
#include "verifier/base/json_doubled.h"

using namespace attest;

TEST_CASE("json: where a key may stand twice, the last counts and the others are told of") {
  std::vector<DoubledKey> doubled;
  const auto json =
      parse_json_of_last_keys(R"([{"a":1},{"a":1,"b":2,"a":{"c":3,"c":4}}])", doubled);
  REQUIRE(json.has_value());
  CHECK(dump(*json) == R"([{"a":1},{"b":2,"a":{"c":4}}])");
  REQUIRE(doubled.size() == 2);
  CHECK(doubled[0].element == 1);
  CHECK(doubled[0].key == "a");
  CHECK(doubled[1].key == "c");
  std::string many = "{";
  for (int i = 0; i < 40; ++i) many += "\"k" + std::to_string(i) + "\":0,";
  doubled.clear();
  const auto large = parse_json_of_last_keys(many + "\"k3\":1}", doubled);
  REQUIRE(large.has_value());
  CHECK(large->object()->size() == 40);
  CHECK(large->find("k3")->natural() == 1);
  CHECK(doubled.size() == 1);
}

// (With a search for each of them this test would take hours.)
TEST_CASE("json: as many keys that stand twice as there is room for") {
  constexpr int kKeys = 100'000;
  const auto key = [](int i) { return "\"k" + std::to_string(i) + "\":"; };
  std::string many = "[{", same = "[{";
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < kKeys; ++i) {
      many += key(i) + std::to_string(round) + ",";
      same += key(round) + std::to_string(i) + ",";
    }
  }
  many.back() = same.back() = '}';
  std::vector<DoubledKey> doubled;
  const auto each = parse_json_of_last_keys(many + "]", doubled);
  REQUIRE(each.has_value());
  CHECK(doubled.size() == 2 * kKeys);
  const Json::Object& members = *each->array()->front().object();
  REQUIRE(members.size() == kKeys);
  for (const size_t i : {size_t{0}, size_t{1}, members.size() - 1}) {
    CHECK(members[i].first == "k" + std::to_string(i));
    CHECK(members[i].second.natural() == 2);
  }
  doubled.clear();
  const auto three = parse_json_of_last_keys(same + "]", doubled);
  REQUIRE(three.has_value());
  CHECK(dump(*three) == R"([{"k0":99999,"k1":99999,"k2":99999}])");
  CHECK(doubled.size() == 3 * (kKeys - 1));
  CHECK_FALSE(parse_json(same + "]").has_value());
}

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
