// Lines of NDJSON, in and out.

#include <fmt/format.h>

#include "lot/device_line.h"
#include "lot/record.h"
#include "tests/support/support.h"

using namespace attest;

TEST_CASE("a record: its id, credentials and facts") {
  const auto record = read_record(
      R"({"id":"A-1","dac":"MAA=","pai":"","cd":null,"serial_number":"S","spake2p":{"iterations":1000},"colour":1})",
      "line 1", true);
  REQUIRE(record);
  CHECK(record->id == "\"A-1\"");
  CHECK(record->name == "A-1");
  const Device& device = record->reading.device;
  CHECK(*device.bytes(FactId::dac) == Bytes{0x30, 0});
  CHECK(device.first(FactId::pai) == nullptr);
  CHECK(*device.string(FactId::serial_number) == "S");
  CHECK(device.number(FactId::spake2p_iterations) == 1000u);
  REQUIRE(device.remarks.size() == 1);
  CHECK(device.remarks[0].message == "key \"colour\" is not known");
  REQUIRE(record->reading.files.size() == 1);
  CHECK(record->reading.files[0].path == "line 1");
  CHECK(record->reading.files[0].holds ==
        std::vector<std::string>{"dac", "basic-information", "spake2p"});
  CHECK(read_record(R"({"id":17})", "line 2", false)->name == "17");
  CHECK(read_record(R"({"id":17})", "line 2", false)->id == "17");
  CHECK(read_record("{}", "line 3", false)->name == "line 3");
  CHECK(read_record(R"({"id":null})", "line 3", false)->id.empty());
}

TEST_CASE(
    "a record: what is wrong with a credential is the device's, what is wrong with the line ends "
    "it") {
  const auto damaged = read_record(R"({"dac":"MA","pai":7})", "line 1", false);
  REQUIRE(damaged);
  REQUIRE(damaged->reading.device.integrity.size() == 2);
  CHECK(damaged->reading.device.integrity[0].problem == "base64: length is no multiple of four");
  CHECK(damaged->reading.device.integrity[1].problem == "expected base64 of DER, found number");
  const struct {
    std::string line;
    const char* error;
  } rows[] = {
      {"", "JSON: The document is empty. at byte 0"},
      {"x", "JSON: Invalid value. at byte 0"},
      {"[]", "expected a JSON object, found array"},
      {"{} {}", "JSON: The document root must not be followed by other values. at byte 3"},
      {R"({"id":1,"id":2})", "JSON: duplicate key \"id\" near byte 12"},
      {R"({"id":[]})", "id: expected a string or a number, found array"},
      {R"({"id":")" + std::string(300, 'x') + "\"}", "id: expected at most 256 bytes, found 300"},
      {std::string(5000, '['), "JSON: nested deeper than 64 near byte 64"},
      {"{\"id\":\"\xFF\"}", "JSON: Invalid encoding in string. at byte 7"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.line.substr(0, 40));
    const auto got = read_record(row.line, "line 1", false);
    REQUIRE_FALSE(got);
    CHECK(got.error().what == row.error);
  }
}

TEST_CASE("a device's line, and the part of it that joins lots") {
  DeviceLine line;
  line.result = {.name = "A \"1\"",
                 .verdict = Verdict::reject,
                 .failed = {"cd.vendor-matches-dac"},
                 .open = {},
                 .summary = "no"};
  CHECK(write_line(line, LineForm::result) ==
        "{\"id\":\"A \\\"1\\\"\",\"verdict\":\"reject\",\"failed\":[\"cd.vendor-matches-dac\"]}\n");
  line.id = "17";
  line.unreadable = true;
  line.contradicts = {"m.csv row 2: serial"};
  line.report = "{\"schema\":\"x\"}";
  CHECK(write_line(line, LineForm::result) ==
        "{\"id\":17,\"verdict\":\"reject\",\"failed\":[\"cd.vendor-matches-dac\"],\"error\":\"no\","
        "\"manifest\":[\"m.csv row 2: serial\"],\"report\":{\"schema\":\"x\"}}\n");
  line.fingerprints.values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, UINT64_MAX};
  line.fingerprints.discriminator = 3840;
  line.fingerprints.product = "0xFFF1/0x8000";
  line.fingerprints.issuer = "aa";
  line.rows = {{0, 7}, {1, 9}};
  line.input = 0xFEDCBA9876543210;
  const std::string text = write_line(line, LineForm::part);
  const auto back = read_line(text);
  REQUIRE_MESSAGE(back, (back ? "" : back.error().what));
  CHECK(write_line(*back, LineForm::part) == text);
  CHECK(back->fingerprints == line.fingerprints);
  CHECK(back->rows == line.rows);
  CHECK(back->input == line.input);
  CHECK(back->result.summary == "no");
  CHECK(back->result.name == "17");
}

TEST_CASE("a line that is no part is refused in words") {
  const struct {
    const char* line;
    const char* error;
  } rows[] = {
      {R"({"id":"a","verdict":"approve","failed":[]})",
       "expected a line that can be joined with others, found one without its part: judge the "
       "parts with --part"},
      {R"({"verdict":"approve"})", "expected the line of a device, found none of its keys"},
      {R"({"id":"a","verdict":"good"})",
       "verdict: expected approve, reject or undecided, found \"good\""},
      {R"({"id":"a","verdict":"approve","failed":"x"})", "failed: expected an array, found string"},
      {R"({"id":"a","verdict":"approve","failed":[],"part":{}})",
       "part: marks: expected a string, found nothing"},
      {R"({"id":"a","verdict":"approve","failed":[],"part":{"marks":"AA==","product":"","issuer":"","input":"00","summary":"","rows":[]}})",
       "part: marks: expected base64 of 96 bytes"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.line);
    CHECK(read_line(row.line).error().what == row.error);
  }
}
