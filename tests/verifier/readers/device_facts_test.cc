// Tables of basic.*, and the hints to wrong ids.

#include "tests/support/check_rows.h"
#include "tests/support/readings.h"
#include "verifier/judge/id_hint.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;

namespace {

// The instant of check_rows.h is in May 2026.
std::vector<Given> date(std::string text) {
  return {{FactId::manufacturing_date, std::move(text)}};
}
std::vector<Given> name(FactId fact, size_t bytes) {
  return {{fact, std::string(bytes, 'n')}};
}

}  // namespace

TEST_CASE("basic: dates, texts, device type") {
  constexpr const char *kIs = "basic.manufacturing-date-is-a-date",
                       *kPlausible = "basic.manufacturing-date-is-plausible",
                       *kTexts = "basic.texts-fit-their-attributes";
  std::vector<CheckRow> rows = {
      {kIs, date("2026-05-05"), Status::pass, ""},
      {kIs, date("20260505"), Status::pass, ""},
      {kIs, date("20260505LINE-2"), Status::pass, ""},
      {kIs, date("20240229"), Status::pass, ""},
      {kIs, {}, Status::skipped, "no manufacturing date in the evidence"},
      {kIs, date("2029-99-99"), Status::fail,
       "the manufacturing date in factory.bin is none: \"2029-99-99\"\nYYYYMMDD or YYYY-MM-DD, of "
       "the calendar | 2029-99-99"},
      {kPlausible, date("2022-10-04"), Status::pass, ""},
      {kPlausible, date("2020-01-01"), Status::warn,
       "the manufacturing date in factory.bin is the default of the Matter SDK"},
      {kPlausible, date("20200101"), Status::warn,
       "the manufacturing date in factory.bin is the default of the Matter SDK"},
      {kPlausible, date("2022-10-03"), Status::warn,
       "the manufacturing date in factory.bin is before there was Matter"},
      {kPlausible, date("2029-01-01"), Status::warn,
       "the manufacturing date in factory.bin lies in the future"},
      {kPlausible, date("2029-99-99"), Status::blocked, kIs},
      {kTexts, {}, Status::skipped, "no names or version texts in the evidence"},
      {kTexts, name(FactId::hardware_version_string, 0), Status::warn,
       "hardware_version_string in factory.bin has 0 bytes (1 to 64 bytes)"},
      // Sixteen letters of three bytes each are 48 bytes.
      {kTexts,
       {{FactId::product_name, std::string("ランプランプランプランプランプラ")}},
       Status::warn,
       "product_name in factory.bin has 48 bytes (at most 32 bytes)"},
      {"basic.device-type-is-the-declarations", {}, Status::blocked, "cd.is-present"},
  };
  for (const char* wrong : {"2026-13-01", "2026-02-30", "20260230", "2025-02-29", "0", "garbage",
                            "2026/05/05", "05.05.2026", "26-05-05"})
    rows.push_back({kIs, date(wrong), Status::fail,
                    fmt::format("the manufacturing date in factory.bin is none: \"{}\"", wrong)});
  const std::pair<FactId, size_t> most[] = {{FactId::vendor_name, 32},
                                            {FactId::product_name, 32},
                                            {FactId::part_number, 32},
                                            {FactId::serial_number, 32},
                                            {FactId::unique_id, 32},
                                            {FactId::product_url, 256},
                                            {FactId::product_label, 64},
                                            {FactId::hardware_version_string, 64},
                                            {FactId::software_version_string, 64}};
  for (const auto& [fact, bytes] : most) {
    rows.push_back({kTexts, name(fact, bytes), Status::pass, ""});
    rows.push_back(
        {kTexts, name(fact, bytes + 1), Status::warn,
         fmt::format("{} in factory.bin has {} bytes ({} {} bytes)", fact_name(fact), bytes + 1,
                     bytes == 64 && fact != FactId::product_label ? "1 to" : "at most", bytes)});
  }
  for (const CheckRow& row : rows) {
    CAPTURE(std::string(row.id));
    const Evidence e = evidence_of(row);
    const Report report = judge(e);
    const Finding& f = report.findings[check_index(*find_check(row.id))];
    CHECK(std::string(status_name(f.status)) == status_name(row.status));
    if (row.status != Status::blocked) CHECK(said(f).substr(0, row.words.size()) == row.words);
  }
}

TEST_CASE("facts: the device type is compared with the declaration without any ledger") {
  Evidence e;
  auto cd = std::make_shared<CertificationDeclaration>();
  cd->device_type_id = 22;
  e.cd = cd;
  e.cd_place = Place{.path = "cd.der", .offset = {}, .item = {}};
  const Check* check = find_check("basic.device-type-is-the-declarations");
  CHECK((ask(*check, e).status == Status::skipped));
  e.device.say(FactId::device_type_id, uint64_t{22}, {.path = "a", .offset = {}, .item = {}});
  CHECK((ask(*check, e).status == Status::pass));
  e.device.say(FactId::device_type_id, uint64_t{257}, {.path = "b", .offset = {}, .item = {}});
  const Outcome differs = ask(*check, e);
  CHECK((differs.status == Status::fail));
  CHECK(differs.texts->message ==
        "the device type in b is 257, the certification declaration names 22");
}

TEST_CASE("facts: an impossible number is no damage of the dump") {
  const Reading reading = read_bytes(view("[DEFAULT]\ndiscriminator=4096\n"));
  CHECK(problems(reading) == "");
  CHECK(reading.device.number(FactId::discriminator) == 4096);
}

TEST_CASE("facts: base64 in device.json says without its padding, too, what it says") {
  const Reading reading = read_bytes(
      view(std::string(
          R"({"vendor_id":1,"spake2p":{"iterations":1000,"salt":"U1BBS0UyUCBLZXkgU2FsdA"}})")),
      {}, "device.json");
  CHECK(problems(reading) == "");
  CHECK(reading.device.bytes(FactId::spake2p_salt)->size() == 16);
}

TEST_CASE("facts: what of device.json cannot be read is its writer's to correct") {
  Evidence e;
  e.device.damaged({.path = "device.json", .offset = {}, .item = "vendor_id"}, "vendor_id",
                   "expected a whole number");
  const Check* check = find_check("factory.is-intact");
  for (const char* of : {"device-json", "esp-nvs"}) {
    e.files = {{.path = "device.json", .kind = of, .sha256 = {}, .size = 1, .holds = {}}};
    const Outcome out = ask(*check, e);
    CHECK((out.status == Status::fail));
    CHECK(out.texts->remedy.starts_with(of[0] == 'd' ? "correct this file" : ""));
    CHECK(out.texts->remedy.empty() == (of[0] != 'd'));
  }
}

TEST_CASE("hints: decimal digits typed as hexadecimal, and bytes in the other order") {
  CHECK(id_hint("0x04C8", "0x1224") ==
        "0x04C8 is 1224 in decimal, and 0x1224 has these digits: a decimal number was typed as "
        "hexadecimal, or the other way round");
  CHECK(id_hint("0x1224", "0x04C8") == id_hint("0x04C8", "0x1224"));
  CHECK(id_hint("0x8000, 0x8001", "0x0180").starts_with("0x0180 and 0x8001 have the same bytes"));
  CHECK(id_hint("0xFFF1", "0xF1FF").starts_with("0xF1FF and 0xFFF1 have the same bytes"));
  CHECK(id_hint("0x8000, 0x04C8 and 92 more", "0x1224").starts_with("0x04C8 is 1224"));
  for (const auto& [expected, found] :
       {std::pair("0xFFF1", "0xFFF2"), std::pair("0xFFF1", "0xFFF1"), std::pair("", "0xFFF1"),
        std::pair("4660", "0x1234"), std::pair("none", "0x1234"), std::pair("0x12345", "0x1234"),
        std::pair("0xABCD", "0x00AB"), std::pair("sha256 0x04C8", "0x1224")})
    CHECK(id_hint(expected, found) == "");
}
