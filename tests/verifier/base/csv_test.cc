#include "verifier/base/csv.h"

#include "tests/support/support.h"

using namespace attest;

TEST_CASE("csv: separators, quotes, line ends") {
  const struct {
    const char* text;
    std::vector<CsvRecord> records;
  } rows[] = {
      {"a,b\n1,2\n", {{"a", "b"}, {"1", "2"}}},
      {"\xEF\xBB\xBF"
       "a;b\r\n\"x;\"\"y\"\"\r\nz\";2",
       {{"a", "b"}, {"x;\"y\"\r\nz", "2"}}},
      {"a\tb\n\n,\n", {{"a", "b"}, {","}}},
      {"", {}},
      {"a,\n", {{"a", ""}}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto got = parse_csv(row.text);
    REQUIRE(got);
    CHECK(*got == row.records);
  }
  CHECK(parse_csv("a,\"b\n").error() ==
        Error{.what = "csv: a quote opens and never closes", .offset = 2});
  CHECK(parse_csv("a\nb\nc\n", 2)->size() == 2);
}

TEST_CASE("csv: empty lines are counted, the two halves of a line's end are not") {
  for (const auto& file :
       {std::pair("a\n\n\nb\n", 2), std::pair("a\r\n\r\nb\r\n", 1), std::pair("a\rb\r", 0),
        std::pair("a\r\r\rb", 2), std::pair("\"x\n\n\"\nb", 0)}) {
    CAPTURE(file.first);
    CsvRows rows{std::string_view(file.first)};
    CsvRecord record;
    while (rows.next(record).value()) {
    }
    CHECK(rows.empty_lines() == static_cast<size_t>(file.second));
  }
}
