// Terms and conditions as a commissioner reads them: what it could not show is named.
#include "audit/terms_file.h"

#include "tests/support/audit_world.h"

using namespace attest;
using namespace attest::test;

namespace {

std::string file(const std::string& entry, const std::string& head = {}) {
  return R"({"schemaVersion":1,"esfRevision":3,"defaultCountry":"US","countryEntries":{"US":)"
         R"({"defaultLanguage":"en","languageEntries":{"en":[)" +
         entry + "]}}}" + head + "}";
}
std::string entry(const std::string& title, const std::string& text, const char* more) {
  return R"({"title":")" + title + R"(","text":")" + text + R"(",)" + more + "}";
}

}  // namespace

TEST_CASE("terms: what is in order has no problem, and what is not is named") {
  const char* rest = R"("required":true,"ordinal":15)";
  CHECK(audit::terms_problems(kTerms, 3).empty());
  CHECK(audit::terms_problems(file(""), 3).empty());
  CHECK(
      audit::terms_problems(file(entry("a", "1 < 2 & <H1>b</H1><hr/><ol><li>x</li></ol>", rest)), 3)
          .empty());
  const struct {
    std::string json;
    const char* words;
  } rows[] = {
      {"", "expected JSON"},
      {"[]", "the file: expected a JSON object, found array"},
      {"{}", "schemaVersion: expected a number, found none"},
      {file("", R"(,"esfRevision":3)"), "expected JSON"},  // a key twice
      {file("7"), "[0]: expected an object, found number"},
      {file(entry("<p>a</p>", "b", rest)),
       "title: expected only tags that are allowed there, found <p>"},
      {file(entry("a", "<script>", rest)), "found <script>"},
      {file(entry("a", "<!-- b -->", rest)), "found <!"},
      {file(entry("a", "<a href='x'>b</a>", rest)), "found <a "},
      {file(entry("a", "b", R"("required":1,"ordinal":0)")), "required: expected true or false"},
      {file(entry("a", "b", R"("required":true,"ordinal":16)")),
       "ordinal: expected 0 to 15, found 16"},
      {file(entry("a", "b", R"("required":true,"ordinal":-1)")), "ordinal: expected 0 to 15"},
      {file(entry("a", "b", R"("required":true)")), "ordinal: expected a number, found none"},
      {R"({"schemaVersion":2,"esfRevision":3,"defaultCountry":"US","countryEntries":{"US":{)"
       R"("defaultLanguage":"en","languageEntries":{"en":[]}}}})",
       "schemaVersion: expected 1, found 2"},
      {R"({"schemaVersion":1,"esfRevision":3,"defaultCountry":"DE","countryEntries":{"US":{)"
       R"("defaultLanguage":"en","languageEntries":{"en":[]}}}})",
       "defaultCountry: expected one of countryEntries, found \"DE\""},
      {R"({"schemaVersion":1,"esfRevision":3,"defaultCountry":"US","countryEntries":{"US":{)"
       R"("defaultLanguage":"fr","languageEntries":{"en":[]}}}})",
       "defaultLanguage: expected one of its languageEntries"},
      {R"({"schemaVersion":1,"esfRevision":3,"defaultCountry":"US","countryEntries":{"US":{)"
       R"("defaultLanguage":"en","languageEntries":{"en":{}}}}})",
       "languageEntries.en: expected an array, found object"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.json);
    const auto problems = audit::terms_problems(row.json, 3);
    REQUIRE(!problems.empty());
    CAPTURE(problems.front());
    CHECK(problems.front().find(row.words) != std::string::npos);
  }
}

TEST_CASE("terms: any number of faults is a few problems, and no depth crashes") {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += (i == 0 ? "7" : ",7");
  CHECK(audit::terms_problems(file(many), 3).size() == 10);
  CHECK(audit::terms_problems(std::string(100'000, '['), 3).size() == 1);
  CHECK(audit::terms_problems(std::string(audit::kMostTerms + 1, ' '), 3).size() == 1);
}
