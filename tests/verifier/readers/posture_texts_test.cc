// Outputs of vendors' tools as they lie in files: cut, with banners, colours and line ends of any
// kind, of two parts; and values that mean one thing on one part and another on the next.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <string>

#include "tests/support/dump_builders.h"
#include "tests/support/readings.h"
#include "tests/support/support.h"
#include "verifier/base/json.h"
#include "verifier/readers/posture/order.h"
#include "verifier/readers/posture/tool_text.h"

using namespace attest;
using namespace attest::test;

namespace {

// "yes release", "no open", ...: the first claim of a trait; empty: none.
std::string said(const Reading& reading, Trait trait) {
  for (const Claim& claim : reading.device.posture.claims) {
    if (claim.trait != trait) continue;
    constexpr const char* kHolds[] = {"yes", "no", "unclear"};
    return fmt::format("{} {}", kHolds[static_cast<size_t>(claim.locked)], claim.value);
  }
  return "";
}
size_t said_times(const Reading& reading, Trait trait) {
  const auto& claims = reading.device.posture.claims;
  return static_cast<size_t>(std::count_if(claims.begin(), claims.end(),
                                           [&](const Claim& c) { return c.trait == trait; }));
}

Reading read_text(std::string_view text, std::string path = "output.txt") {
  return read_bytes(view(text), {}, std::move(path));
}

struct Field {
  std::string name, value, raw;
  bool readable = true, writeable = true;
  int bits = 1;
};
// As espefuse writes it; `raw`: of 5.x.
std::string summary(const std::vector<Field>& fields, bool with_raw = true) {
  Json out{Json::Object{}};
  for (const Field& f : fields) {
    Json field{Json::Object{}};
    field.set("name", f.name).set("bit_len", f.bits).set("readable", f.readable);
    field.set("writeable", f.writeable);
    field.set("value", f.value == "True"    ? Json(true)
                       : f.value == "False" ? Json(false)
                                            : Json(f.value));
    if (with_raw) field.set("raw_value", f.raw);
    out.set(f.name, field);
  }
  return dump_pretty(out);
}
std::vector<Field> release() {
  const std::string digest =
      "11 22 33 44 55 66 77 88 11 22 33 44 55 66 77 88 11 22 33 44 55 66 77 88 "
      "11 22 33 44 55 66 77 88";
  std::string covered = "??";
  for (int i = 1; i < 32; ++i) covered += " ??";
  return {{"ERR_RST_ENABLE", "without check", "0x0"},
          {"MAC", "60:55:49:00:00:01 (OK)", "0x605549000001", true, false, 48},
          {"RD_DIS", "1", "0x1", true, false, 7},
          {"DIS_ICACHE", "False", "0x0", true, false},
          {"DIS_DOWNLOAD_ICACHE", "True", "0x1"},
          {"DIS_DOWNLOAD_MANUAL_ENCRYPT", "True", "0x1"},
          {"SPI_BOOT_CRYPT_CNT", "Enable", "0x7", true, true, 3},
          {"SECURE_BOOT_EN", "True", "0x1"},
          {"SECURE_BOOT_KEY_REVOKE0", "False", "0x0"},
          {"SECURE_BOOT_KEY_REVOKE1", "True", "0x1"},
          {"SECURE_BOOT_KEY_REVOKE2", "True", "0x1"},
          {"SOFT_DIS_JTAG", "0", "0x0", true, true, 3},
          {"DIS_PAD_JTAG", "True", "0x1"},
          {"DIS_USB_JTAG", "True", "0x1"},
          {"DIS_DIRECT_BOOT", "True", "0x1"},
          {"DIS_DOWNLOAD_MODE", "False", "0x0"},
          {"ENABLE_SECURITY_DOWNLOAD", "True", "0x1"},
          {"SECURE_VERSION", "7", "0x7", true, true, 16},
          {"KEY_PURPOSE_0", "XTS_AES_128_KEY", "0x4", true, false, 4},
          {"KEY_PURPOSE_1", "SECURE_BOOT_DIGEST0", "0x9", true, false, 4},
          {"KEY_PURPOSE_2", "USER", "0x0", true, true, 4},
          {"KEY_PURPOSE_3", "USER", "0x0", true, true, 4},
          {"KEY_PURPOSE_4", "USER", "0x0", true, true, 4},
          {"KEY_PURPOSE_5", "USER", "0x0", true, true, 4},
          {"BLOCK_KEY0", covered, "0x0", false, false, 256},
          {"BLOCK_KEY1", digest, "0x1122", true, false, 256}};
}
std::vector<Field> with(std::vector<Field> fields, const std::string& name, auto&& change) {
  for (Field& f : fields) {
    if (f.name == name) change(f);
  }
  return fields;
}
std::vector<Field> without(std::vector<Field> fields, std::string_view name) {
  std::erase_if(fields, [&](const Field& f) { return f.name == name; });
  return fields;
}
bool any_open(const Reading& reading) {
  const auto& claims = reading.device.posture.claims;
  return std::any_of(claims.begin(), claims.end(),
                     [](const Claim& c) { return c.locked == Holds::no; });
}

}  // namespace

TEST_CASE("eFuses: a released part, and each bit that is not burned") {
  const Reading good = read_text(summary(release()));
  CHECK(kind(good) == "esp-efuse");
  CHECK(problems(good).empty());
  CHECK(!any_open(good));
  CHECK(said(good, Trait::flash_encryption) == "yes release");
  CHECK(said(good, Trait::secure_boot) == "yes v2");
  CHECK(said(good, Trait::debug) == "yes disabled");
  CHECK(said(good, Trait::download_mode) == "yes secure");
  CHECK(said(good, Trait::secure_version) == "yes 3");
  CHECK(said(good, Trait::mac) == "yes 605549000001");
  CHECK(said(good, Trait::secret).empty());
  const std::pair<const char*, Trait> kBits[] = {{"SECURE_BOOT_EN", Trait::secure_boot},
                                                 {"DIS_PAD_JTAG", Trait::debug},
                                                 {"DIS_USB_JTAG", Trait::debug},
                                                 {"DIS_DIRECT_BOOT", Trait::other_boot},
                                                 {"ENABLE_SECURITY_DOWNLOAD", Trait::download_mode},
                                                 {"DIS_DOWNLOAD_ICACHE", Trait::release_mode}};
  for (const auto& [name, trait] : kBits) {
    CAPTURE(name);
    const Reading open = read_text(summary(with(release(), name, [](Field& f) {
      f.value = "False";
      f.raw = "0x0";
    })));
    const auto& claims = open.device.posture.claims;
    CHECK(std::any_of(claims.begin(), claims.end(), [&, t = trait](const Claim& c) {
      return c.trait == t && c.locked == Holds::no;
    }));
  }
}

TEST_CASE(
    "eFuses: a count of one bit is development, three are release, and a word tells neither") {
  const auto count = [](const char* raw, bool writeable, bool with_raw) {
    return read_text(summary(with(release(), "SPI_BOOT_CRYPT_CNT",
                                  [&](Field& f) {
                                    const uint64_t bits = tool::number(raw).value_or(0);
                                    f.value = std::popcount(bits) % 2 == 1 ? "Enable" : "Disable";
                                    f.raw = raw;
                                    f.writeable = writeable;
                                  }),
                             with_raw));
  };
  for (const char* one : {"0x1", "0x2", "0x4"})
    CHECK(said(count(one, true, true), Trait::release_mode) == "no development");
  for (const char* even : {"0x0", "0x3", "0x5", "0x6"})
    CHECK(said(count(even, true, true), Trait::flash_encryption) == "no off");
  CHECK(said(count("0x1", false, true), Trait::release_mode) == "yes release");
  CHECK(said(count("0x7", true, false), Trait::release_mode) == "unclear untold");
  CHECK(said(count("0x7", false, false), Trait::release_mode) == "yes release");
}

TEST_CASE("eFuses: blocks that are covered are no empty keys, and readable ones are told of") {
  const Reading open = read_text(summary(with(release(), "BLOCK_KEY0", [](Field& f) {
    f.readable = true;
    f.value =
        "aa bb cc dd ee ff 00 11 aa bb cc dd ee ff 00 11 aa bb cc dd ee ff 00 11 aa bb cc dd "
        "ee ff 00 11";
  })));
  CHECK(said(open, Trait::fuse_key_read) == "no readable");
  CHECK(said(open, Trait::secret) == "no BLOCK_KEY0");
  for (const Claim& claim : open.device.posture.claims)
    CHECK(claim.value.find("aabbcc") == std::string::npos);
  const Reading hidden = read_text(summary(with(release(), "BLOCK_KEY1", [](Field& f) {
    f.readable = false;
    f.value = "?? ?? ??";
    f.raw = "0x0";
  })));
  CHECK(said(hidden, Trait::boot_key) == "no is read-protected");
  CHECK(said(hidden, Trait::trusted_key).empty());
}

TEST_CASE("eFuses: banners, colours, line ends; cut; two parts; a value out of its range") {
  const std::string plain = summary(release());
  std::string crlf;
  for (const char c : plain) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  for (const std::string& text :
       {"espefuse v5.6.0\n\n=== Run \"summary\" command ===\n" + plain, crlf,
        "\x1b[33mWARNING: {nothing}\x1b[0m\n" + plain + "\nDONE\n"}) {
    const Reading reading = read_text(text);
    CHECK(kind(reading) == "esp-efuse");
    CHECK(said(reading, Trait::flash_encryption) == "yes release");
    CHECK(problems(reading).empty());
  }
  const Reading cut = read_text(plain.substr(0, plain.size() - 40));
  CHECK(has_problem(cut, "eFuse summary"));
  auto other = with(release(), "MAC", [](Field& f) { f.value = "60:55:49:00:00:02 (OK)"; });
  const Reading two = read_text(plain + "\n" + summary(other));
  CHECK(said_times(two, Trait::mac) == 2);
  const Reading wide =
      read_text(summary(with(release(), "SPI_BOOT_CRYPT_CNT", [](Field& f) { f.raw = "0x17"; })));
  CHECK(has_problem(wide, "expected 3 bits, found 0x17"));
}

TEST_CASE("eFuses: the text is read by its labels, and its last equals sign") {
  const Reading reading = read_text(
      "espefuse v5.6.0\n"
      "WAFER (BLOCK0)                  calc WAFER = A << 3 + B (read only)      = 0 R/W (0x0)\n"
      "SPI_BOOT_CRYPT_CNT (BLOCK0)     Enables flash encryption when 1 or 3     = Enable R/W "
      "(0b001)\n"
      "                                bits are set = on\n"
      "SECURE_BOOT_EN (BLOCK0)         Set this bit                             = True R/W (0b1)\n"
      "KEY_PURPOSE_0 (BLOCK0)          Purpose of Key0                          = XTS_AES_128_KEY "
      "R/- (0x4)\n"
      "BLOCK_KEY0 (BLOCK4)\n  Purpose: XTS_AES_128_KEY\n    Key0 or user data\n"
      "   = ?? ?? ?? ?? ?? ?? ?? ?? -/- \n");
  CHECK(kind(reading) == "esp-efuse");
  CHECK(said(reading, Trait::release_mode) == "no development");
  CHECK(said(reading, Trait::fuse_key_read) == "yes hidden");
}

TEST_CASE("Commander: three values make the kind of lock") {
  const struct {
    const char *lock, *erase, *unlock, *kind;
  } kLocks[] = {{"Disabled", "Enabled", "Disabled", "no open"},
                {"Enabled", "Enabled", "Disabled", "yes standard-lock"},
                {"Enabled", "Disabled", "Disabled", "yes permanent-lock"},
                {"Enabled", "Disabled", "Enabled", "yes secure-lock"},
                {"Enabled", "Enabled", "Enabled", "yes erase-or-unlock"}};
  for (const auto& row : kLocks) {
    const std::string text = fmt::format(
        "WARNING: DP write failed\nSE Firmware version   : 2.2.5\nDebug lock\t: {}\r\n"
        "Device erase          : {}\nSecure debug unlock   : {}\nTamper status:      : OK\n"
        "Boot status           : 0x12 - Failed\nDONE\n",
        row.lock, row.erase, row.unlock);
    const Reading reading = read_text(text);
    CHECK(kind(reading) == "silabs-security");
    CHECK(said(reading, Trait::debug) == row.kind);
    CHECK(said(reading, Trait::boot_status) == "no 0x12");
    CHECK(said(reading, Trait::tamper_status) == "yes ok");
    CHECK(said(reading, Trait::secure_boot).empty());
  }
  const Reading refused = read_text("ERROR: Could not connect debugger.\n");
  CHECK(said(refused, Trait::debug) == "unclear untold");
  CHECK(said(read_text("ERROR: Device locked\n"), Trait::debug) == "yes locked");
}

TEST_CASE("option bytes, blhost, nrfutil: numbers are read, words are not") {
  const std::pair<const char*, const char*> kRows[] = {
      {"OPTION BYTES BANK: 0\n  RDP : 0xAA (Level 0, no protection)\n", "no open"},
      {"OPTION BYTES BANK: 0\n  RDP : 0xBB (Level 0, no protection)\n", "yes locked"},
      {"OPTION BYTES BANK: 0\n  RDP : 0xCC (Level 2)\n", "yes permanent-lock"},
      {"OPTION BYTES BANK: 0\n  RDP : 0x55 (Level 0.5)\n", "unclear "},
      {"OPTION BYTES BANK: 0\n  PRODUCT_STATE: 0x72 (Closed)\n", "yes locked"},
      {"OPTION BYTES BANK: 0\n  PRODUCT_STATE: 0x5C\n", "yes permanent-lock"},
      {"OPTION BYTES BANK: 0\n  PRODUCT_STATE: 0x17\n", "no open"},
      {"OPTION BYTES BANK: 0\n  PRODUCT_STATE: 0x01\n", "unclear "},
      {"Response word 1 = 1 (0x1)\nSecurity State = SECURE\n", "yes locked"},
      {"Response word 1 = 3275539260 (0xc33cc33c)\nSecurity State = SECURE\n", "yes locked"},
      {"Response status = 0 (0x0) Success.\nLife Cycle State = development life cycle\n",
       "no open"},
      {"{\"command\": \"get-property\", \"response\": [1520786085]}\n", "no open"},
      {"core: Application\naccess status: Debug access is enabled (status value: None)\n",
       "no open"},
      {"access status: Debug access is x (status value: SecureRegions)\n", "unclear "}};
  for (const auto& [text, expected] : kRows) {
    CAPTURE(text);
    CHECK(said(read_text(text), Trait::debug) == expected);
  }
}

TEST_CASE("nrfutil: a core without its access status is not told of") {
  const std::string serial = "serial_number: 001050000001\n", app = "    core: Application\n",
                    net = "    core: Network\n", other = "    core: Modem\n",
                    all = "    access status: Debug access is disabled (status value: All)\n",
                    none = "    access status: Debug access is enabled (status value: None)\n",
                    cut = "    access status: Debug access is disabled\n",
                    open_app = "unclear application core", open_net = "unclear network core";
  const std::pair<std::string, std::string> kRows[] = {
      {serial + app + all, "yes locked"},
      {serial + app + all + serial + net + all, "yes locked, yes locked"},
      {serial + app + all + net + none, "yes locked, no open"},
      {serial + app + serial + net + all, "yes locked, " + open_app},
      {app + net + all, "yes locked, " + open_app},
      {serial + app + cut + serial + net + all, "yes locked, " + open_app},
      {serial + app + all + serial + net, "yes locked, " + open_net},
      {serial + app + all + serial + net + cut, "yes locked, " + open_net},
      {serial + app + all + serial + other, "yes locked, unclear "},
      {serial + net + all, "yes locked, " + open_app},
      {net + none, "no open, " + open_app},
      {serial + net + all + "serial_number: 001050000002\n" + app + all,
       "yes locked, yes locked, " + open_app},
      // Asked once more, or for something else.
      {serial + app + serial + app + all, "yes locked"},
      {serial + app + "    code address: 0x0\n" + serial + app + all + serial + net + all,
       "yes locked, yes locked"}};
  for (const auto& [text, expected] : kRows) {
    CAPTURE(text);
    CHECK(all_said(read_text(text), Trait::debug) == expected);
  }
}

TEST_CASE("blhost: what stands behind a refusal, and what no answer stands before, is no state") {
  const std::string secure = "Response word 1 = 3275539260 (0xc33cc33c)\nSecurity State = SECURE\n",
                    refused = "Response status = 10004 (0x2714) kStatus_NoResponse\n",
                    fine = "Response status = 0 (0x0) Success.\n";
  CHECK(all_said(read_text(refused + secure), Trait::debug) == "unclear untold");
  CHECK(all_said(read_text(fine + secure), Trait::debug) == "yes locked");
  CHECK(all_said(read_text(refused + secure + fine + secure), Trait::debug) ==
        "unclear untold, yes locked");
  CHECK(all_said(read_text(refused + "Life Cycle State = deployment life cycle\n"), Trait::debug) ==
        "unclear untold");
  for (const char* note : {"blhost prints\n    Security State = UNSECURE\nif it is open\n",
                           "Security State = SECURE\n", "Life Cycle State = development\n"}) {
    CAPTURE(note);
    CHECK(read_text(note).device.posture.said() == 0);
    CHECK(kind(read_text(note)) != "nxp-blhost");
  }
}

TEST_CASE("Commander: of an answer that it calls a failure nothing is taken") {
  const auto status = [](const char* success) {
    return read_text(
        fmt::format(R"({{"result":{{"security":{{"debug_lock":"Enabled","device_erase":"Disabled",)"
                    R"("secure_debug_unlock":"Enabled","secure_boot_enabled":true}}}}{}}})",
                    success));
  };
  for (const char* good : {"", ",\"success\":true"}) {
    CHECK(said(status(good), Trait::debug) == "yes secure-lock");
    CHECK(said(status(good), Trait::secure_boot) == "yes on");
  }
  const Reading failed = status(",\"success\":false");
  CHECK(kind(failed) == "silabs-security");
  CHECK(said(failed, Trait::debug) == "unclear untold");
  CHECK(said_times(failed, Trait::secure_boot) == 0);
}

TEST_CASE("labels: the address beside a code") {
  const std::string code = "MT:Y.K9042C00KA0648G00\n";
  const std::pair<const char*, const char*> kRows[] = {
      {"MAC: 60:55:49:00:00:01\n", "unclear 605549000001"},
      {"MAC address : 60-55-49-00-00-01\r\n", "unclear 605549000001"},
      {"EUI-64: 605549FFFE000001\n", "unclear 605549fffe000001"},
      {"Wi-Fi MAC: 605549000001\nBLE MAC: 605549000003\n",
       "unclear 605549000001, unclear 605549000003"},
      {"EUI64: 60:55:49:ff:fe:00:00:01\nIEEE address: 605549FFFE000001\n",
       "unclear 605549fffe000001, unclear 605549fffe000001"},
      {"Thread MAC: 605549FFFE000001\nUnique ID: 605549FFFE000001\n",
       "unclear 605549fffe000001, unclear 605549fffe000001"},
      {"Unique ID: 0011223344556677\nUnique ID: 605549000001\n", ""},
      {"MAC: 60:55:49\nMAC: none\n", ""}};
  for (const auto& [text, expected] : kRows) {
    CAPTURE(text);
    const Reading reading = read_text(code + text, "label.txt");
    CHECK(all_said(reading, Trait::mac) == expected);
    CHECK(count(reading, FactId::qr_payload) == 1);
  }
}

TEST_CASE("nxpfuses: the life cycle by its number, where name and index are a known part's") {
  const auto fuse = [](const char* name, const char* index, const char* value) {
    return fmt::format(
        "Name:        {}\nOTP index:   {}\nValue:       {}\nAccess:      Read/Write\n"
        "Locks:       No locks\n\n",
        name, index, value);
  };
  const struct {
    const char *name, *index, *value, *said;
  } kRows[] = {{"LIFECYCLE", "0xa", "0x07", "no open"},
               {"LIFECYCLE", "0xa", "0x0F", "unclear "},
               {"LIFECYCLE", "0xa", "0x1F", "yes locked"},
               {"LIFECYCLE", "0xa", "0x9F", "yes permanent-lock"},
               {"LIFECYCLE", "0xa", "0x3F", "unclear "},
               {"LIFECYCLE", "0xa", "0x00", "unclear "},
               {"LIFECYCLE", "0xa", "0x11F", "unclear "},
               {"LIFECYCLE", "0xb", "0x1F", ""},
               {"OTHER", "0xa", "0x1F", ""},
               {"LIFE_CYCLE_STATE", "0x2d", "0x0303", "no open"},
               {"LIFE_CYCLE_STATE", "0x2d", "0x0F0F", "yes locked"},
               {"LIFE_CYCLE_STATE", "0x2d", "0xCFCF", "yes permanent-lock"},
               {"LIFE_CYCLE_STATE", "0x2d", "0x0F07", "unclear "},
               {"LIFE_CYCLE_STATE", "0x2d", "0xFFFF", "unclear "}};
  for (const auto& row : kRows) {
    CAPTURE(row.name);
    CAPTURE(row.value);
    const std::string text = fuse(row.name, row.index, row.value);
    CHECK(said(read_text(text), Trait::debug) == row.said);
    // With fields behind, as the rich form has them.
    CHECK(said(read_text(text + "Bitfields:\n  - LCS:\n      Value:  0x7 (7)\n"), Trait::debug) ==
          row.said);
  }
  const std::pair<const char*, const char*> kBoot[] = {{"0x00100000", "yes on"},
                                                       {"0x00180000", "yes on"},
                                                       {"0x00080000", "no off"},
                                                       {"0x00000000", "no off"}};
  for (const auto& [value, expected] : kBoot)
    CHECK(said(read_text(fuse("BOOT_CFG0", "0xf", value)), Trait::secure_boot) == expected);
  // A file that tells what to burn says nothing of a part; keys in such an output stay unread.
  CHECK(read_text("family: rw612\nregisters:\n  LIFE_CYCLE_STATE:\n    LCS: In-Field\n")
            .device.posture.said() == 0);
  const Reading key = read_text(fuse("LIFECYCLE", "0xa", "0x1F") +
                                fuse("KEY", "0x10", ("0x" + std::string(64, 'c')).c_str()));
  CHECK(key.device.statements.empty());
}

TEST_CASE("eFuse summary: a value that its bits deny is neither") {
  const auto fields = with(release(), "DIS_PAD_JTAG", [](Field& f) { f.value = "False"; });
  const Reading reading = read_text(summary(fields));
  CHECK(said(reading, Trait::debug) != "yes disabled");
  CHECK(has_problem(reading, "value is False, raw_value is 0x1"));
}

TEST_CASE("tools' JSON: behind a mark of UTF-8, or padded, it is what it is without") {
  const std::string fuses = summary(release());
  const std::string status = R"({"result": {"security": {"debug_lock": "Disabled",
    "device_erase": "Enabled", "secure_debug_unlock": "Disabled"}}, "success": true})";
  for (const std::string& json : {fuses, status}) {
    const auto claims = read_text(json).device.posture.claims;
    REQUIRE_FALSE(claims.empty());
    for (const std::string& written :
         {"\xEF\xBB\xBF" + json, json + std::string(512, '\0'), json + std::string(64, '\xFF')}) {
      const Reading reading = read_text(written);
      CHECK(reading.device.posture.claims.size() == claims.size());
      CHECK(said(reading, Trait::debug) == said(read_text(json), Trait::debug));
      CHECK(reading.device.integrity.empty());
    }
  }
}

TEST_CASE("eFuse summary: a fuse that the chip has and the output lacks is not as it should be") {
  struct Row {
    const char* lost;
    Trait trait;
  };
  const std::vector<Field> fields = release();
  REQUIRE_FALSE(any_open(read_text(summary(fields))));
  for (const Row& row : {Row{"SECURE_BOOT_EN", Trait::secure_boot},
                         {"SECURE_BOOT_KEY_REVOKE0", Trait::boot_key},
                         {"RD_DIS", Trait::read_protection},
                         {"SPI_BOOT_CRYPT_CNT", Trait::flash_encryption},
                         {"DIS_DOWNLOAD_ICACHE", Trait::release_mode},
                         {"DIS_DOWNLOAD_MANUAL_ENCRYPT", Trait::release_mode},
                         {"DIS_ICACHE", Trait::release_mode},
                         {"DIS_PAD_JTAG", Trait::debug},
                         {"DIS_USB_JTAG", Trait::debug},
                         {"DIS_DIRECT_BOOT", Trait::other_boot}}) {
    CAPTURE(row.lost);
    const Reading reading = read_text(summary(without(fields, row.lost)));
    const auto& claims = reading.device.posture.claims;
    CHECK(std::any_of(claims.begin(), claims.end(), [&](const Claim& c) {
      return c.trait == row.trait && c.locked == Holds::unclear &&
             c.detail == fmt::format("{} is not in the output, and the chip has it", row.lost);
    }));
  }
  // Of a chip that lacks the fuse nothing is missed; of one that is not known, what nearly all
  // have.
  CHECK(said(read_text(summary(without(release(), "DIS_ICACHE"))), Trait::release_mode) ==
        "yes release");
  CHECK(said(read_text(summary(without(release(), "DIS_USB_JTAG"))), Trait::debug) ==
        "unclear untold");
  std::vector<Field> cut = without(without(fields, "ERR_RST_ENABLE"), "SECURE_BOOT_KEY_REVOKE0");
  CHECK(said(read_text(summary(cut)), Trait::boot_key) == "unclear untold");
  const auto named = [&](const char* field) {
    std::vector<Field> with_it = without(fields, "ERR_RST_ENABLE");
    with_it.push_back({field, "False", "0x0"});
    return said(read_text(summary(with_it)), Trait::chip);
  };
  CHECK(named("ERR_RST_ENABLE") == "yes esp32c3");
  CHECK(named("PVT_CELL_SELECT") == "yes esp32h21");
  CHECK(named("DIS_CORE1") == "yes esp32h4");
  CHECK(named("DIS_SM_CRYPT") == "yes esp32s31");
}

TEST_CASE("hex files: the lock words of a Series 1 part") {
  const auto page = [](uint32_t word, uint64_t address = 0x0FE04000, size_t size = 0x800,
                       uint32_t erase_port = 0xFFFFFFFF) {
    Bytes bytes(size, 0xFF);
    for (size_t i = 0; i < 4; ++i) {
      bytes[0x1FC + i] = static_cast<uint8_t>(word >> 8 * i);
      bytes[0x1F0 + i] = static_cast<uint8_t>(erase_port >> 8 * i);
    }
    return intel_hex(address, bytes);
  };
  const auto both = [&](uint32_t word, uint32_t erase_port) {
    const Reading reading = read_text(page(word, 0x0FE04000, 0x800, erase_port));
    return said(reading, Trait::debug) + ", " + said(reading, Trait::device_erase);
  };
  CHECK(said(read_text(page(0xFFFFFFFF)), Trait::debug) == "no open");
  CHECK(both(0xFFFFFFF0, 0xFFFFFFFF) == "yes standard-lock, yes enabled");
  CHECK(both(0, 0xFFFFFFFF) == "yes standard-lock, yes enabled");
  CHECK(both(0, 0) == "yes permanent-lock, yes disabled");
  // What only bits of it mean is not known for sure; an open port is open, whatever erases.
  CHECK(both(0, 0xFFFFFFF0) == "yes locked, ");
  CHECK(both(0, 0x7FFFFFFF) == "yes locked, ");
  CHECK(both(0xFFFFFFFF, 0) == "no open, yes disabled");
  CHECK(said(read_text(page(0x12345670)), Trait::debug) == "unclear ");
  CHECK(said(read_text(page(0, 0x0FE02000)), Trait::debug).empty());
  // Flash that goes on in front of it or behind is another part's.
  CHECK(said(read_text(intel_hex(0x0FE03000, Bytes(0x4000, 0xFF))), Trait::debug).empty());
}

TEST_CASE(
    "orders: values in the words of each key, keys that nobody knows, values that cannot be") {
  Reading reading;
  const auto order = parse_json(R"({"secure_boot":"enabled","flash_encryption":true,
    "debug":"Secure-Lock","sign_key":")" +
                                std::string(128, 'A') + R"(","secure_version":3,
    "tamper":{"tamper_levels":{"WATCHDOG":4}},"debg":"open","device_erase":false,
    "page_lock":"half","signing_keys":["sha256:12"]})");
  REQUIRE(order.has_value());
  read_security_order(*order, "order.json", reading);
  std::string all;
  for (const OrderedLock& lock : reading.device.posture.ordered)
    all += fmt::format("{}={} ", lock.key, lock.value.substr(0, 12));
  CHECK(all ==
        "secure_boot=on flash_encryption=on debug=secure-lock signing_keys=aaaaaaaaaaaa "
        "secure_version=3 tamper=watchdog=4 device_erase=disabled ");
  CHECK(remark(reading, Remark::unknown_key) == "key \"security.debg\" is not known");
  CHECK(has_problem(reading, "expected one of none, narrow, full, found \"half\""));
  CHECK(has_problem(reading, "128 hex digits"));
}
