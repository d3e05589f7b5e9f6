// What get-security-info prints: flags, words, and chips that lack the field behind a flag.

#include <string>

#include "tests/support/readings.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace {

Reading read_text(std::string_view text) {
  return read_bytes(view(text), {}, "security-info.txt");
}

std::string info(const std::string& flags, const std::string& chip, const std::string& more = "") {
  return "Security Information:\nFlags: " + flags + "\n" +
         (chip.empty() ? "" : "Chip ID: " + chip + "\n") +
         "SPI Boot Crypt Count (SPI_BOOT_CRYPT_CNT): 0x7\n" + more;
}

}  // namespace

TEST_CASE("get-security-info: every flag of release mode, and chips that lack its field") {
  const struct {
    const char *flags, *chip, *debug, *modes;
  } kRows[] = {
      {"0x000005f5", "5", "yes disabled", "yes release, yes burned"},
      {"0x000004f5", "5", "unclear untold", "yes release, yes burned"},
      {"0x000000f5", "5", "unclear untold", "yes release, no open"},
      {"0x000000f5", "16", "unclear untold", "yes release"},
      {"0x000000f5", "12", "yes disabled", "yes release, no open"},
      {"0x000004f5", "9", "unclear untold", "yes release, yes burned, no open"},
      {"0x000007f5", "9", "yes disabled", "yes release, yes burned, yes burned"},
      {"0x00000575", "5", "unclear untold", "yes release, yes burned"},
      {"0x00000535", "5", "no open", "yes release, yes burned"},
      {"0x000005f5", "", "yes disabled", "yes release, yes burned, unclear untold"},
      // Of a chip that is not known here it may be any; one of the newer has no JTAG by USB.
      {"0x000000f5", "99", "unclear untold", "yes release, unclear untold, unclear untold"},
      {"0x000007f5", "99", "yes disabled", "yes release, yes burned, yes burned"},
      {"0x000000f5", "31", "yes disabled", "yes release"},
      {"0x000000f5", "25", "unclear untold", "yes release"},
  };
  for (const auto& row : kRows) {
    const std::string flags = row.flags, chip = row.chip;
    CAPTURE(flags);
    CAPTURE(chip);
    const Reading reading = read_text(info(row.flags, row.chip));
    CHECK(all_said(reading, Trait::debug) == row.debug);
    CHECK(all_said(reading, Trait::release_mode) == row.modes);
  }
  CHECK(all_said(read_text(info("0x000005fd", "5")), Trait::boot_key) == "no revoked");
  CHECK(all_said(read_text(info("0x000005f5", "5")), Trait::boot_key).empty());
  CHECK(all_said(read_text(info("0x000005f5", "5", "Secure Boot: Disabled\n")),
                 Trait::secure_boot) == "unclear ");
  CHECK(all_said(read_text(info("0x000005f5", "5", "Flash Encryption: Disabled\n")),
                 Trait::flash_encryption) == "unclear ");
}

TEST_CASE("get-security-info: what denies itself or does not tell is neither closed nor open") {
  const struct {
    const char *flags, *words;
    Trait trait;
    const char* said;
  } kRows[] = {{"0x000005f5", "Icache in UART download mode: Enabled\n", Trait::release_mode,
                "yes release, unclear "},
               {"0x000001f5", "Icache in UART download mode: Disabled\n", Trait::release_mode,
                "yes release, unclear "},
               {"0x000005f5", "Icache in UART download mode: Disabled\n", Trait::release_mode,
                "yes release, yes burned"},
               {"0x000005f5", "JTAG: Software Access Disabled\n", Trait::debug, "unclear "},
               {"0x00000535", "JTAG: Permanently Disabled\n", Trait::debug, "unclear "},
               {"0x00000535", "JTAG: Software Access Disabled\n", Trait::debug, "unclear "},
               {"0x000005f5", "JTAG: Permanently Disabled\nUSB Access: Disabled\n", Trait::debug,
                "yes disabled"},
               {"0x000004f5", "USB Access: Disabled\n", Trait::debug, "unclear "},
               {"0x00000575", "JTAG: Software Access Disabled\n", Trait::debug, "unclear untold"},
               {"0x000005f5", "  BLOCK_KEY2 - UNKNOWN\n  BLOCK_KEY1 - HMAC_UP\n", Trait::nvs_scheme,
                "unclear untold, yes hmac"}};
  for (const auto& row : kRows) {
    CAPTURE(row.flags);
    CAPTURE(row.words);
    CHECK(all_said(read_text(info(row.flags, "5", row.words)), row.trait) == row.said);
  }
  // Flags that are no number are told by nothing, least of all by those of another part.
  const Reading second = read_text(info("0x000005f5", "5") + info("?", "5"));
  CHECK(all_said(second, Trait::debug) == "yes disabled, unclear untold");
  CHECK(all_said(second, Trait::download_mode) == "yes secure, unclear untold");
  CHECK(all_said(second, Trait::secure_boot) == "yes v2, unclear untold");
  CHECK(all_said(second, Trait::release_mode) ==
        "yes release, yes burned, yes release, unclear untold");
  // Nor is a count of more bits than there are, nor one that is not there.
  for (const char* count : {"0xf", "?", ""}) {
    std::string text = info("0x000005f5", "5");
    text.replace(text.rfind("0x7"), 3, count);
    CHECK(all_said(read_text(text), Trait::flash_encryption) == "unclear untold");
  }
}

TEST_CASE("esptool: the address that it prints where it connects is the part's") {
  const std::string asked =
      "\nSecurity Information:\n=====================\nFlags: 0x000005f5 (0b10111110101)\n"
      "Chip ID: 5\nSPI Boot Crypt Count (SPI_BOOT_CRYPT_CNT): 0x7\n";
  const std::pair<const char*, const char*> kRows[] = {
      {"Chip type:          ESP32-C3 (QFN32) (revision v0.4)\nFeatures:           Wi-Fi, BT 5 "
       "(LE)\n"
       "Crystal frequency:  40MHz\nMAC:                60:55:49:00:00:01\n",
       "yes 605549000001"},
      {"Chip is ESP32-C3 (QFN32) (revision v0.4)\nCrystal is 40MHz\nMAC: 60:55:49:00:00:01\n",
       "yes 605549000001"},
      {"Chip is ESP32-C6\nMAC: 60:55:49:ff:fe:00:00:01\nBASE MAC: 60:55:49:00:00:01\n"
       "MAC_EXT: ff:fe\n",
       "yes 605549000001"},
      {"Chip is ESP32-C6\nMAC: 60:55:49:ff:fe:00:00:01\n", "yes 605549000001"},
      {"esptool v5.6.0\nConnected to ESP32-C3:\nMAC: 60:55:49:00:00:01\n", "yes 605549000001"},
      {"Chip is ESP32-C3\nMAC: 60:55\n", ""},
      // Of no tool: a label's, or anybody's.
      {"MAC: 60:55:49:00:00:01\n", ""}};
  for (const auto& [connection, expected] : kRows) {
    CAPTURE(std::string(connection));
    CHECK(all_said(read_text(connection + asked), Trait::mac) == expected);
  }
  const std::string first = kRows[1].first + asked;
  std::string second = first;
  second.replace(second.find("60:55:49:00:00:01"), 17, "60:55:49:00:00:09");
  CHECK(all_said(read_text(first + second), Trait::mac) == "yes 605549000001, yes 605549000009");
  // A connection that failed is none of the part that is asked next.
  const std::string failed =
      "esptool v5.6.0\nConnected to ESP32-C3:\nMAC: 60:55:49:00:00:09\nA fatal error occurred\n";
  for (const char* next : {"esptool v5.6.0\n", "Connecting....\n",
                           "Connected to ESP32-C3 in Secure Download Mode on /dev/ttyUSB0:\n"}) {
    CHECK(all_said(read_text(failed + next + asked), Trait::mac).empty());
    CHECK(all_said(read_text(failed + next + kRows[1].first + asked), Trait::mac) ==
          "yes 605549000001");
  }
  CHECK(all_said(read_text(first + failed + "MT:Y.K9042C00KA0648G00\n"), Trait::mac) ==
        "yes 605549000001");
}
