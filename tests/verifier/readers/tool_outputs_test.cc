// What one file holds of a tool's output, and what it does not: a value that is stated again, a key
// that lies over two lines, a section that ends, and whatever stands between the tool's own words.

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/readings.h"
#include "tests/support/support.h"
#include "verifier/readers/posture/order.h"

using namespace attest;
using namespace attest::test;

namespace {

const std::string kCode = "MT:Y.K9042C00KA0648G00", kManual = "34970112332";

Reading read_text(std::string_view text) {
  return read_bytes(view(text), {}, "output.txt");
}
const std::string kLocked =
    "Debug lock            : Enabled\nDevice erase          : Disabled\n"
    "Secure debug unlock   : Enabled\n";
const std::string kStatus = "SE Firmware version   : 2.2.6\n" + kLocked + "Secure boot : Enabled\n";

}  // namespace

TEST_CASE("tools: what is stated again is stated beside what was, and hides nothing") {
  const std::string unique = "Unique ID : 00000000000000";
  const struct {
    std::string text;
    Trait trait;
    const char* said;
  } kRows[] = {
      {"SE Firmware version : 1.0.0\n" + kStatus, Trait::secure_engine, "yes 1.0.0, yes 2.2.6"},
      {kStatus + "SE Firmware version : 1.0.0\n", Trait::secure_engine, "yes 2.2.6, yes 1.0.0"},
      {kStatus + unique + "01\n" + unique + "02\n", Trait::unique_id,
       "yes 0000000000000001, yes 0000000000000002"},
      {kStatus + "Boot status : 0x12 - Failed\nBoot status : 0x20 - OK\n", Trait::boot_status,
       "no 0x12, yes 0x20"},
      {kStatus + "Tamper status : Not OK\nTamper status : OK\n", Trait::tamper_status,
       "no not-ok, yes ok"},
      {kStatus + "Security state : NOT SECURE\nSecurity state : SECURE\n", Trait::debug,
       "yes secure-lock, no open"},
      {kStatus + "Debug lock state : Unlocked\nDebug lock state : Locked\n", Trait::debug_now,
       "no unlocked, yes locked"},
      {kStatus + "Device erase : Enabled\n", Trait::debug, "yes secure-lock, yes erase-or-unlock"},
      {kStatus + "Secure debug unlock : Disabled\n", Trait::debug,
       "yes secure-lock, yes permanent-lock"},
      {kStatus + "Command key installed : True\nCommand key installed : False\n",
       Trait::debug_unlock, "yes signed, no no command key"},
      // The same of the tool's JSON, in one object and in two.
      {R"({"result":{"debug_lock":"Enabled","se_firmware_version":"1.0.0",)"
       R"("security":{"se_firmware_version":"2.2.6"}}})",
       Trait::secure_engine, "yes 1.0.0, yes 2.2.6"},
      {R"({"result":{"security":{"debug_lock":"Disabled"},"debug_lock":"Enabled"}})", Trait::debug,
       "no open, yes locked"},
      {R"({"result":{"debug_lock":"Enabled","secure_boot":true,"x":{"secure_boot_enabled":true},)"
       R"("device_erase":"Disabled","secure_debug_unlock":"Enabled"}})",
       Trait::debug, "yes secure-lock"},
      // Other vendors' tools.
      {"Security Information:\nFlags: 0x000005f5\nChip ID: 5\nSecure Boot: Disabled\n"
       "Secure Boot: Enabled\nSPI Boot Crypt Count (SPI_BOOT_CRYPT_CNT): 0x7\n",
       Trait::secure_boot, "unclear , yes v2"},
      {"Security Information:\nFlags: 0x000005f5\nChip ID: 5\n"
       "SPI Boot Crypt Count (SPI_BOOT_CRYPT_CNT): 0x1\n"
       "SPI Boot Crypt Count (SPI_BOOT_CRYPT_CNT): 0x7\n",
       Trait::flash_encryption, "yes development, yes release"},
      {"ef_sboot_en = 0\nef_sboot_en = 1\n", Trait::secure_boot, "no off, yes on"},
      {"ef_sboot_en = 1\nef_dbg_jtag_0_dis = 0\nef_dbg_mode = 0\nef_dbg_mode = 15\n", Trait::debug,
       "no open, unclear "},
      {"ef_sboot_en = 1\nef_key_slot_0_w0 = 5\nrd_lock_key_slot_0 = 0\nrd_lock_key_slot_0 = 1\n",
       Trait::fuse_key_read, "no readable, yes hidden"},
      {"SOFT_DIS_JTAG (BLOCK0) x = 0 R/W (0b000)\n"
       "SPI_BOOT_CRYPT_CNT (BLOCK0) x = Disable R/W (0b000)\nDIS_PAD_JTAG (BLOCK0) x = True R/W "
       "(0b1)\nDIS_USB_JTAG (BLOCK0) x = False R/W (0b0)\nDIS_USB_JTAG (BLOCK0) x = True R/W "
       "(0b1)\n",
       Trait::debug, "no open, yes disabled"},
      {"Response word 1 = 1 (0x1)\nSecurity State = SECURE\nSecurity State = UNSECURE\n",
       Trait::debug, "yes locked, no open"},
      {"OPTION BYTES BANK: 0\n RDP : 0xAA\n RDP : 0xCC\n", Trait::debug,
       "no open, yes permanent-lock"}};
  for (const auto& row : kRows) {
    CAPTURE(row.text);
    CHECK(all_said(read_text(row.text), row.trait) == row.said);
  }
}

TEST_CASE("Commander: a setting that does not tell is neither, and none of another part's") {
  const std::string second =
      "Debug lock : ?\nDevice erase : Enabled\nSecure debug unlock : Disabled\n";
  CHECK(all_said(read_text(kStatus + second), Trait::debug) == "yes secure-lock, unclear untold");
  CHECK(all_said(read_text(kStatus + "Device erase : Enabled\nDebug lock : ?\n"), Trait::debug) ==
        "yes secure-lock, unclear untold");
  CHECK(all_said(
            read_text(R"({"result":{"security":{"debug_lock":"Enabled","device_erase":"Disabled",)"
                      R"("secure_debug_unlock":"Enabled"}}})"
                      "\n"
                      R"({"result":{"security":{"debug_lock":null,"device_erase":"Disabled"}}})"),
            Trait::debug) == "yes secure-lock, unclear untold");
  // One page lock may be set, where the other alone is told not to be.
  const std::string config = kStatus + "Secure Boot Page Lock ";
  const std::pair<std::string, const char*> kRows[] = {
      {"Narrow : Disabled\n", "unclear untold"},
      {"Full : Disabled\n", "unclear untold"},
      {"Narrow : Enabled\n", "unclear untold"},
      {"Full : Enabled\n", "yes full"},
      {"Full : ?\nSecure Boot Page Lock Narrow : Disabled\n", "unclear untold"},
      {"Full : Disabled\nSecure Boot Page Lock Narrow : Disabled\n", "yes none"},
      {"Full : Disabled\nSecure Boot Page Lock Narrow : Enabled\n", "yes narrow"}};
  for (const auto& [lines, expected] : kRows) {
    CAPTURE(lines);
    CHECK(all_said(read_text(config + lines), Trait::page_lock) == expected);
  }
}

TEST_CASE("tools: an id of nothing but zeros or ones is no part's") {
  for (const char* id : {"0000000000000000", "FFFFFFFFFFFFFFFF", "ffffffffffffffff"}) {
    CAPTURE(id);
    const std::string serial = std::string("Serial number : 0000000000000000") + id + "\n";
    CHECK(all_said(read_text(kStatus + "Unique ID : " + id + "\n"), Trait::unique_id).empty());
    CHECK(all_said(read_text(kStatus + serial), Trait::unique_id).empty());
    const std::string mac = std::string(id).substr(0, 12);
    CHECK(all_said(read_text("SPI_BOOT_CRYPT_CNT (BLOCK0) x = Disable R/W (0b000)\n"
                             "MAC (BLOCK1) x = " +
                             mac + " R/W\n"),
                   Trait::mac)
              .empty());
  }
}

TEST_CASE("tools: an object that states a value twice is no object") {
  for (const char* text :
       {R"({"result":{"debug_lock":"Disabled","debug_lock":"Enabled"}})",
        R"({"command":"get-property","response":[0],"response":[1],"status":{"value":0}})",
        R"({"SPI_BOOT_CRYPT_CNT":{"writeable":true,"value":0},)"
        R"("SPI_BOOT_CRYPT_CNT":{"writeable":true,"value":7}})"}) {
    CAPTURE(text);
    const Reading reading = read_text(text);
    CHECK(reading.device.posture.said() == 0);
    CHECK(!problems(reading).empty());
  }
}

TEST_CASE("tools: of more outputs than are read of one file it is said that they are not") {
  for (const bool many : {false, true}) {
    std::string commander, info, fuses;
    for (int i = 0; i < (many ? 70 : 60); ++i) {
      commander += "Debug lock : Enabled\nDevice erase : Disabled\n";
      info += "Security Information:\nFlags: 0x5\nSPI Boot Crypt Count (X): 0x7\n";
      fuses += "ef_sboot_en = 1\n";
    }
    for (const std::string& text : {commander, info, fuses}) {
      CAPTURE(text.substr(0, 16));
      CHECK(read_text(text).device.noted(Remark::unreadable_file) == many);
    }
  }
}

TEST_CASE("Commander: a key is two lines that adjoin, and where a key was asked for") {
  const std::string x(64, 'a'), y(64, 'b'), z(64, 'c'),
      asked = "commander security readkey --sign\n";
  const struct {
    std::string text, keys;
    bool damaged;
  } kRows[] = {
      {kStatus + asked + x + "\n" + y + "\nDONE\n", "yes " + x + y, false},
      {kStatus + asked + "WARNING: slow\n" + x + "\r\n\r\n" + y + "\r\n", "yes " + x + y, false},
      {kStatus + x + "\n" + y + "\nDONE\n", "unclear " + x + y, false},
      {kStatus + asked + x + "\nDONE\n", "", true},
      {kStatus + asked + x + "\n", "", true},
      // A digest, two of them, a list of them.
      {kStatus + x + "\nDONE\n", "", false},
      {x + "\n" + kStatus, "", false},
      {kStatus + "log:\n" + x + "\nDONE\nimage:\n" + y + "\n", "", false},
      {kStatus + x + "\nof the image, and of the log\n" + y + "\n", "", false},
      {kStatus + x + "\n" + y + "\n" + z + "\n", "", false},
      {kStatus + asked + "DONE\n" + x + "\n", "", false},
      {asked + kStatus + x + "\n", "", false}};
  for (const auto& row : kRows) {
    CAPTURE(row.text);
    const Reading reading = read_text(row.text);
    CHECK(kind(reading) == "silabs-security");
    CHECK(all_said(reading, Trait::trusted_key) == row.keys);
    CHECK(has_problem(reading, "expected two lines of 64 digits") == row.damaged);
  }
  // Halves of a token are one pair, whichever stands first.
  const std::string token_x = "MFG_SIGNED_BOOTLOADER_KEY_X : ",
                    token_y = "MFG_SIGNED_BOOTLOADER_KEY_Y : ";
  CHECK(all_said(read_text(token_y + y + "\n" + token_x + x + "\n"), Trait::trusted_key) ==
        "yes " + x + y);
  CHECK(all_said(read_text(token_x + x + "\n" + token_x + z + "\n" + token_y + y + "\n"),
                 Trait::trusted_key) == "yes " + z + y);
  CHECK(has_problem(read_text(token_x + x + "\n"), "expected X and Y"));
}

TEST_CASE("Commander: what stands behind the tamper settings is none") {
  const std::string settings =
      "Tamper Levels\nFILTER_COUNTER : 1\nWATCHDOG : 4\n\nTamper Filter\nFilter Period : 10\n"
      "Reset Threshold : 5\n\nTamper Flags\nDigital Glitch Detector Always On: Disabled\n";
  const std::string said =
      "yes filter_counter=1, yes watchdog=4, yes filter_period=10, yes reset_threshold=5, "
      "yes digital_glitch_detector_always_on=disabled";
  for (const char* behind :
       {"", "DONE\n", "Discriminator : 3840\n", "\nstation : 7\n", "station 7\nlane : 4\n",
        "Passed : True\nlane : 4\n", "Lane lock : Enabled\n", "commander done\nRetries : 2\n",
        "product_id : 7\n"}) {
    CAPTURE(behind);
    CHECK(all_said(read_text(kStatus + settings + behind), Trait::tamper) == said);
  }
}

TEST_CASE("tools: a code that stands in a tool's line is read, and none is taken out") {
  const std::string option = "OPTION BYTES BANK: 0\n RDP : 0xBB (Level 1)\n";
  const std::string texts[] = {
      option + " Manual code : {}\n",
      option + " RDP : 0xBB {}\n",
      option + " UID : 0x5 label {}\n",
      "ef_sboot_en = 1\nmanual_code = {}\n",
      "ef_sboot_en = 1 # label {}\n",
      "ef_sboot_en = 1\n# 0x0 {}\n",
      kStatus + "commander security readkey, label {}\n",
      kStatus + "Part Number : {}\n",
      kStatus + "Security state : label {}\n",
      "core: Application {}\naccess status: x (status value: All)\n",
      "Response word 2 = {}\nSecurity State = SECURE\n",
      R"({{"result":{{"debug_lock":"Enabled"}},"info":["label {}"]}})",
      R"({{"result":{{"debug_lock":"Enabled","note":"{}"}},"success":true}})",
      R"({{"result":{{"debug_lock":"Enabled","note":"{}"}}}})",
      "Security Information:\nFlags: 0x5\nUSB label {}\nSPI Boot Crypt Count (X): 0x7\n"};
  for (const std::string& text : texts) {
    CAPTURE(text);
    const Reading payload = read_text(fmt::format(fmt::runtime(text), kCode));
    CHECK(payload.device.posture.said() != 0);
    CHECK(count(payload, FactId::qr_payload) == 1);
    const Reading manual = read_text(fmt::format(fmt::runtime(text), "manual code " + kManual));
    CHECK(count(manual, FactId::manual_code) == 1);
  }
}

TEST_CASE("tools: members beside what a tool prints are read, however they are written") {
  for (const char* members :
       {R"("label":"MT:Y.K9042C00KA0648G00")",
        R"("x":"\/\u0041\u00e9","label":"MT:Y.K9042C00KA0648G00")",
        "\"x\":\"\u2028\u2028\u2028\u2028\u2028\u2028\u2028\u2028\u2028\u2028\u2028\u2028\","
        "\"label\":\"MT:Y.K9042C00KA0648G00\""}) {
    for (const bool before : {false, true}) {
      const std::string result = R"("result":{"debug_lock":"Enabled"})";
      const std::string text = fmt::format("{{{},{}}}", before ? std::string(members) : result,
                                           before ? result : members);
      CAPTURE(text);
      const Reading reading = read_text(text);
      CHECK(all_said(reading, Trait::debug) == "yes locked");
      CHECK(count(reading, FactId::qr_payload) == 1);
    }
  }
}
