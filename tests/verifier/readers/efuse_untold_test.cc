// Fuses that are in a summary and do not tell, or deny themselves: neither burned nor open.

#include "tests/support/fuse_lines.h"
#include "verifier/readers/espressif/efuse.h"

using namespace attest;
using namespace attest::test;

TEST_CASE("eFuses: a purpose of five bits has the low four in its field") {
  const struct {
    const char* word;
    uint64_t number;
    bool may;
  } rows[] = {{"ECDSA_KEY_P192", 0, true},
              {"ECDSA_KEY_P192", 16, true},
              {"ECDSA_KEY_P192", 2, false},
              {"ECDSA_KEY_P384_L", 1, true},
              {"ECDSA_KEY_P384_H", 2, true},
              {"ECDSA_KEY_P384_H", 18, true},
              {"ECDSA_KEY_P384_H", 0, false},
              {"USER", 0, true},
              {"USER", 2, false},
              {"XTS_AES_128_KEY", 4, true},
              {"XTS_AES_128_KEY", 9, false}};
  for (const auto& row : rows) {
    CAPTURE(std::string(row.word));
    CAPTURE(row.number);
    CHECK(efuse::may_be_purpose(row.word, row.number) == row.may);
  }
}

TEST_CASE("eFuses: a field that is there and does not tell leaves open what it would tell") {
  CHECK(found(read_text(json_of(released(), [](const auto&, const auto&) {}))) == Answers{});
  const Answers debug = {"unknown debug-is-locked", "unknown debug-lock-is-as-ordered"},
                mode = {"unknown flash-encryption-is-for-release"},
                key = {"unknown boot-key-is-usable"};
  const struct {
    const char *field, *member;
    Answers expected;
  } kRows[] = {{"DIS_USB_JTAG", "value", debug},
               {"DIS_PAD_JTAG", "value", debug},
               {"SECURE_BOOT_KEY_REVOKE0", "value", key},
               {"BLOCK_KEY1", "value", key},
               {"BLOCK_KEY1", "writeable", key},
               {"BLOCK_KEY1", "readable", key},
               {"KEY_PURPOSE_1", "writeable", key},
               {"KEY_PURPOSE_0", "writeable", {"unknown fuse-keys-cannot-be-changed"}},
               {"KEY_PURPOSE_3",
                "value",
                {"unknown fuse-keys-cannot-be-changed", "unknown fuse-keys-cannot-be-read"}},
               {"BLOCK_KEY0",
                "readable",
                {"unknown fuse-keys-cannot-be-changed", "unknown fuse-keys-cannot-be-read"}},
               {"RD_DIS", "writeable", {"unknown read-protection-is-sealed"}},
               {"DIS_ICACHE", "writeable", mode},
               {"DIS_DOWNLOAD_MANUAL_ENCRYPT", "value", mode},
               {"ENABLE_SECURITY_DOWNLOAD", "value", {"unknown download-mode-is-closed"}},
               {"DIS_DIRECT_BOOT", "value", {"unknown no-other-way-to-boot"}},
               {"SPI_BOOT_CRYPT_CNT", "writeable", {}},  // all of its bits are burned
               {"SPI_BOOT_CRYPT_CNT",
                "value",
                {"unknown flash-encryption-is-on", "unknown flash-encryption-is-for-release"}}};
  for (const auto& row : kRows) {
    CAPTURE(std::string(row.field));
    CAPTURE(std::string(row.member));
    check_found(read_text(json_without(row.field, row.member), "efuse.json"), row.expected);
  }
  // One bit of the count, which may be sealed or not.
  const std::string one_bit = json_of(released(), [](const std::string& name, Members& members) {
    if (name != "SPI_BOOT_CRYPT_CNT") return;
    std::erase_if(members, [](const auto& one) { return one.first == "writeable"; });
    members.back().second = "\"0x1\"";
  });
  check_found(read_text(one_bit, "efuse.json"), mode);
  // What cannot be read of a block may be a key.
  const std::string burned = std::string(62, '5') + "a7";
  const Reading v1 = read_text(text_of({{"FLASH_CRYPT_CNT", "0"},
                                        {"ABS_DONE_0", "True"},
                                        {"ABS_DONE_1", "False"},
                                        {"BLOCK2", burned}}));
  CHECK(all_said(v1, Trait::boot_key) == "unclear untold");
  for (const Claim& claim : v1.device.posture.claims)
    CHECK((claim.detail + claim.value).find("555a7") == std::string::npos);
  std::vector<Line> fourth = mute("KEY_PURPOSE_1");
  for (Line& line : fourth) {
    if (line.value == "what") line.value = "SECURE_BOOT_DIGEST3";
  }
  check_found(read_text(text_of(fourth)),
              {"unknown boot-key-is-usable", "unknown fuse-keys-cannot-be-read",
               "unknown fuse-keys-cannot-be-changed"});
  // JTAG by software: a bit that is not told is not 0.
  std::vector<Line> soft = released();
  for (Line& line : soft) {
    if (line.name == "DIS_PAD_JTAG") line.value = "False";
  }
  check_found(read_text(text_of(mute("SOFT_DIS_JTAG", soft))), debug);
  check_found(read_text(text_of(without("SOFT_DIS_JTAG", soft))), debug);
  check_found(read_text(text_of(soft)), {"fail debug-is-locked"});
}

TEST_CASE("eFuses: what denies itself, or has more bits than its field, tells nothing") {
  const auto with = [](std::string_view field, Members members) {
    return json_of(released(), [&](const std::string& name, Members& all) {
      if (name == field) all = members;
    });
  };
  const std::pair<std::string, std::string> readable{"readable", "true"},
      sealed{"writeable", "false"};
  const auto bits = [](const char* count) {
    return std::pair<std::string, std::string>{"bit_len", count};
  };
  const auto value = [](const char* it) {
    return std::pair<std::string, std::string>{"value", it};
  };
  const auto raw = [](const char* it) {
    return std::pair<std::string, std::string>{"raw_value", it};
  };
  const Answers boot = {"unknown secure-boot-is-enabled", "unknown boot-key-is-usable",
                        "unknown secure-boot-scheme-is-as-ordered"},
                purpose = {"unknown fuse-keys-cannot-be-read",
                           "unknown fuse-keys-cannot-be-changed"};
  const struct {
    const char* field;
    Members members;
    const char* problem;
    Answers expected;
  } kRows[] = {
      {"SECURE_BOOT_EN",
       {readable, sealed, bits("1"), value("2")},
       "expected 1 bits, found 0x2",
       boot},
      {"SECURE_BOOT_EN",
       {readable, sealed, bits("1"), value("true"), raw("\"0x0\"")},
       "value is True, raw_value is 0x0",
       boot},
      {"SPI_BOOT_CRYPT_CNT",
       {readable, sealed, bits("3"), value("\"Disable\""), raw("\"0x7\"")},
       "value is Disable, raw_value is 0x7",
       {"unknown flash-encryption-is-on", "unknown flash-encryption-is-for-release"}},
      {"SPI_BOOT_CRYPT_CNT",
       {readable, sealed, bits("3"), value("\"Enable\""), raw("\"0xf\"")},
       "expected 3 bits, found 0xf",
       {"unknown flash-encryption-is-on", "unknown flash-encryption-is-for-release"}},
      {"KEY_PURPOSE_3",
       {readable, sealed, bits("4"), value("\"USER\""), raw("\"0x8\"")},
       "value is USER, raw_value is 0x8",
       purpose},
      {"KEY_PURPOSE_3", {readable, sealed, bits("4"), value("\"USER\""), raw("\"0x0\"")}, "", {}},
      {"KEY_PURPOSE_3", {readable, sealed, bits("4"), value("null")}, "", purpose},
      // Made from its bits: a voltage.
      {"SECURE_VERSION", {readable, sealed, bits("16"), value("1"), raw("\"0x1\"")}, "", {}},
      {"ERR_RST_ENABLE", {readable, sealed, bits("5"), value("1121"), raw("\"0x3\"")}, "", {}},
      {"ERR_RST_ENABLE", {readable, sealed, bits("5"), value("1121")}, "", {}}};
  for (const auto& row : kRows) {
    CAPTURE(std::string(row.field));
    CAPTURE(std::string(row.problem));
    const Reading reading = read_text(with(row.field, row.members), "efuse.json");
    CHECK(std::string_view(row.problem).empty() == problems(reading).empty());
    if (*row.problem != 0) CHECK(has_problem(reading, row.problem));
    check_found(read_text(with(row.field, row.members), "efuse.json"), row.expected);
  }
  // In text, too.
  for (const auto& [is, other] : {std::pair{"= Enable R/- (0b111)", "= Disable R/- (0b111)"},
                                  {"= Enable R/- (0b111)", "= Enable R/- (0b110)"}}) {
    std::string text = text_of(released());
    text.replace(text.find(is), std::string_view(is).size(), other);
    CHECK(has_problem(read_text(text), "raw_value is 0x"));
    check_found(read_text(text),
                {"unknown flash-encryption-is-on", "unknown flash-encryption-is-for-release"});
  }
}
