// Dumps of Espressif's fuses in every form that espefuse has for them. Bits are put where the
// vendor's definitions have them, by numbers of this file's own.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "report/inspect_json.h"
#include "tests/support/judged.h"
#include "tests/support/readings.h"
#include "tests/support/support.h"
#include "verifier/base/checksum.h"
#include "verifier/base/json.h"
#include "verifier/checks/catalogue.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;

namespace {

using Blocks = std::vector<std::vector<uint32_t>>;

Reading read_text(std::string_view text) {
  return read_bytes(view(text), {}, "dump.txt");
}

struct Bit {
  size_t word;
  unsigned low;
  uint32_t value = 1;
};
void put(Blocks& blocks, const std::vector<Bit>& bits) {
  for (const Bit& bit : bits) blocks[0][bit.word] |= bit.value << bit.low;
}
constexpr uint32_t kMacLow = 0x49000001, kMacHigh = 0x6055;

// An ESP32-C3 that is released: key of the flash in block 4, digest of the boot key in block 5.
Blocks released(uint32_t mac = kMacLow) {
  Blocks out(11, std::vector<uint32_t>(8, 0));
  out[0].resize(6);
  out[1].resize(6);
  out[1][0] = mac;
  out[1][1] = kMacHigh;
  for (uint32_t& word : out[5]) word = 0x44332211;
  put(out, {{0, 0},        // RD_DIS is sealed
            {0, 2},        // and the cache's group
            {0, 4},        // and the count of flash encryption
            {0, 8},        // and purpose 0
            {0, 9},        // and purpose 1
            {0, 23},       // and key 0
            {0, 24},       // and key 1
            {1, 0},        // key 0 is read-protected
            {1, 9},        // DIS_USB_JTAG
            {1, 10},       // DIS_DOWNLOAD_ICACHE
            {1, 19},       // DIS_PAD_JTAG
            {1, 20},       // DIS_DOWNLOAD_MANUAL_ENCRYPT
            {2, 18, 7},    // SPI_BOOT_CRYPT_CNT
            {2, 24, 4},    // XTS_AES_128_KEY
            {2, 28, 9},    // SECURE_BOOT_DIGEST0
            {3, 20},       // SECURE_BOOT_EN
            {4, 1},        // DIS_DIRECT_BOOT
            {4, 5},        // ENABLE_SECURITY_DOWNLOAD
            {4, 14, 7}});  // SECURE_VERSION
  return out;
}

std::string console(const Blocks& blocks) {
  std::string out = "\n=== Run \"dump\" command ===\n";
  for (size_t i = 0; i < blocks.size(); ++i) {
    out += fmt::format("{:<15} ({:<16}) [{:<2}] dump:", i == 0 ? "BLOCK0" : "BLOCK_X", "", i);
    for (const uint32_t word : blocks[i]) out += fmt::format(" {:08x}", word);
    out += "\n";
  }
  return out;
}
Bytes bytes_of(const std::vector<uint32_t>& words) {
  Bytes out;
  for (const uint32_t word : words) {
    for (unsigned i = 0; i < 4; ++i) out.push_back(static_cast<uint8_t>(word >> 8 * i));
  }
  return out;
}
std::string lines_of_hex(const Blocks& blocks) {
  std::string out;
  for (const auto& block : blocks) out += hex(bytes_of(block)) + "\n";
  return out;
}
std::string base64_url(View bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  uint32_t bits = 0;
  unsigned count = 0;
  for (const uint8_t b : bytes) {
    bits = bits << 8 | b;
    for (count += 8; count >= 6; count -= 6) out += kDigits[bits >> (count - 6) & 63];
  }
  if (count != 0) out += kDigits[bits << (6 - count) & 63];
  return out;
}
std::string token(const Blocks& blocks, const std::string& chip) {
  std::string out = "EFSR:" + chip + ":003:";
  for (const auto& block : blocks) {
    const bool empty = std::all_of(block.begin(), block.end(), [](uint32_t w) { return w == 0; });
    out += (empty ? "" : base64_url(bytes_of(block))) + ":";
  }
  out += ":";
  const uint32_t sum = crc32(view(out));
  return out + base64_url(bytes_of({sum})) + "\n";
}
Bytes joint(const Blocks& blocks) {
  Bytes out;
  for (const auto& block : blocks) {
    const Bytes bytes = bytes_of(block);
    out.insert(out.end(), bytes.begin(), bytes.end());
  }
  return out;
}

const std::string kChip = "Detecting chip type... ESP32-C3\n";

Evidence gathered(Reading reading) {
  const Policy policy{.network = Network::main, .at = Instant{1'790'000'000}, .required = {}};
  return gather(std::move(reading), policy, TrustStore::builtin(false), nullptr, openssl_engine());
}
std::string said(const Evidence& e, Trait trait) {
  Reading reading;
  reading.device.posture = e.device.posture;
  return all_said(reading, trait);
}
bool any_open(const Posture& posture) {
  return std::any_of(posture.claims.begin(), posture.claims.end(),
                     [](const Claim& claim) { return claim.locked != Holds::yes; });
}
Reading both(const std::string& first, const std::string& second) {
  Reading out;
  out.codecs = &codecs::direct();
  REQUIRE(read_evidence({.path = "first.txt", .bytes = view(first)}, out).has_value());
  REQUIRE(read_evidence({.path = "second.txt", .bytes = view(second)}, out).has_value());
  return out;
}
Finding finding(const Evidence& e, const char* id) {
  return attest::judge(e).findings[check_index(*find_check(id))];
}

}  // namespace

TEST_CASE("eFuse dumps: every form says what the part's fuses are") {
  const Blocks blocks = released();
  const std::string hex_lines = lines_of_hex(blocks);
  const std::string forms[] = {
      "espefuse.py v4.8.1\nConnecting....\n" + kChip + console(blocks),
      "espefuse v5.6.0\n$ espefuse --chip esp32c3 dump\n" + console(blocks),
      "espefuse v5.6.0\n" + kChip + "\n=== Run \"dump\" command ===\n" + hex_lines,
      kChip + "=== Run \"dump\" command ===\r\n" + hex_lines,
      "espefuse v5.6.0\n\n=== Run \"dump\" command ===\n" + token(blocks, "esp32c3"),
      token(blocks, "esp32c3")};
  for (const std::string& text : forms) {
    CAPTURE(text);
    const Reading reading = read_text(text);
    CHECK(kind(reading) == "esp-efuse");
    CHECK(problems(reading).empty());
    CHECK(!any_open(reading.device.posture));
    CHECK(all_said(reading, Trait::chip) == "yes esp32c3");
    CHECK(all_said(reading, Trait::mac) == "yes 605549000001");
    CHECK(all_said(reading, Trait::secure_boot) == "yes v2");
    CHECK(all_said(reading, Trait::boot_key) == "yes usable");
    CHECK(all_said(reading, Trait::trusted_key) ==
          "yes " + hex(bytes_of(std::vector<uint32_t>(8, 0x44332211))));
    CHECK(all_said(reading, Trait::flash_encryption) == "yes release");
    CHECK(all_said(reading, Trait::fuse_key_read) == "yes hidden");
    CHECK(all_said(reading, Trait::debug) == "yes disabled");
    CHECK(all_said(reading, Trait::download_mode) == "yes secure");
    CHECK(all_said(reading, Trait::secure_version) == "yes 3");
    CHECK(all_said(reading, Trait::secret).empty());
  }
}

TEST_CASE("eFuse dumps: each bit that is not burned") {
  const struct {
    Bit bit;
    Trait trait;
    const char* said;
  } kRows[] = {{{3, 20}, Trait::secure_boot, "no off"},
               {{2, 18, 7}, Trait::flash_encryption, "no off"},
               {{1, 10}, Trait::release_mode, "yes release, yes burned, no open, yes sealed"},
               {{0, 2}, Trait::release_mode, "yes release, yes burned, yes burned, no open"},
               {{1, 19}, Trait::debug, "no open"},
               {{1, 9}, Trait::debug, "no open"},
               {{4, 1}, Trait::other_boot, "no open"},
               {{4, 5}, Trait::download_mode, "no open"},
               {{0, 0}, Trait::read_protection, "no open"},
               {{0, 24}, Trait::boot_key, "no can be written"},
               {{0, 9}, Trait::boot_key, "no has a purpose that can be written"},
               {{0, 23}, Trait::fuse_key_write, "no writeable, yes locked"},
               {{0, 8}, Trait::fuse_key_write, "yes locked, no writeable"},
               {{2, 28, 9}, Trait::boot_key, "no missing"}};
  for (const auto& row : kRows) {
    CAPTURE(row.said);
    Blocks blocks = released();
    blocks[0][row.bit.word] &= ~(row.bit.value << row.bit.low);
    CHECK(all_said(read_text(token(blocks, "esp32c3")), row.trait) == row.said);
    CHECK(all_said(read_text(kChip + console(blocks)), row.trait) == row.said);
  }
}

TEST_CASE("eFuse dumps: other chips have their fuses elsewhere") {
  const struct {
    const char* chip;
    std::vector<Bit> bits;
    const char *boot, *encryption, *debug;
  } kRows[] = {
      {"esp32c5", {{3, 25}, {2, 16, 7}, {1, 19}, {1, 9}}, "yes v2", "yes release", "yes disabled"},
      {"esp32c61", {{2, 26}, {1, 23, 1}, {1, 13}}, "yes v2", "yes development", "no open"},
      {"esp32s2", {{3, 20}, {1, 18}}, "yes v2", "no off", "yes disabled"},
      {"esp32s3", {{2, 18, 1}, {1, 19}, {3, 22}}, "no off", "yes development", "yes disabled"},
      {"esp32h2", {{3, 20}, {2, 18, 3}, {1, 9}}, "yes v2", "no off", "no open"},
      {"esp32p4", {{3, 20}, {2, 18, 7}, {1, 9}, {1, 19}}, "yes v2", "yes release", "yes disabled"}};
  for (const auto& row : kRows) {
    CAPTURE(row.chip);
    Blocks blocks(11, std::vector<uint32_t>(8, 0));
    blocks[0].resize(6);
    blocks[1].resize(6);
    put(blocks, row.bits);
    const Reading reading = read_text(token(blocks, row.chip));
    CHECK(all_said(reading, Trait::chip) == std::string("yes ") + row.chip);
    CHECK(all_said(reading, Trait::secure_boot) == row.boot);
    CHECK(all_said(reading, Trait::flash_encryption) == row.encryption);
    CHECK(all_said(reading, Trait::debug) == row.debug);
  }
  // Those whose form tells them.
  Blocks old(4, std::vector<uint32_t>(8, 0));
  old[0].resize(7);
  put(old, {{0, 20, 0x7F}, {0, 16, 1}, {0, 7}, {0, 8}, {6, 5}, {6, 6}, {5, 28, 0xF}});
  old[2].assign(8, 0x01020304);
  for (const std::string& text : {console(old), lines_of_hex(old), token(old, "esp32")}) {
    const Reading reading = read_text(text);
    CHECK(all_said(reading, Trait::chip) == "yes esp32");
    CHECK(all_said(reading, Trait::secure_boot) == "yes v2");
    CHECK(all_said(reading, Trait::boot_key) == "yes usable");
    CHECK(all_said(reading, Trait::flash_encryption) == "yes release");
    CHECK(all_said(reading, Trait::fuse_key_read) == "yes hidden");
    CHECK(all_said(reading, Trait::debug) == "yes disabled");
  }
  Blocks small(4, std::vector<uint32_t>(8, 0));
  small[0].resize(2);
  small[1].resize(3);
  put(small, {{1, 21}, {1, 7, 7}, {1, 0}, {0, 7}, {1, 4}});
  small[3] = {0, 0, 0, 0, 1, 2, 3, 4};
  const Reading reading = read_text(console(small));
  CHECK(all_said(reading, Trait::chip) == "yes esp32c2");
  CHECK(all_said(reading, Trait::boot_key) == "yes usable");
  CHECK(all_said(reading, Trait::trusted_key) == "yes 01000000020000000300000004000000");
  CHECK(all_said(reading, Trait::flash_encryption) == "yes release");
}

TEST_CASE("eFuse dumps: one that does not name its chip is what the evidence says of that") {
  const Blocks blocks = released();
  const std::string info =
      "Security Information:\nFlags: 0x000005f5\nChip ID: 5\n"
      "SPI Boot Crypt Count (SPI_BOOT_CRYPT_CNT): 0x7\n";
  for (const std::string& text : {console(blocks), lines_of_hex(blocks), std::string()}) {
    CAPTURE(text);
    const Bytes bytes = joint(blocks);
    const std::string dump = text.empty() ? std::string(bytes.begin(), bytes.end()) : text;
    const Evidence named = gathered(both(dump, info));
    CHECK(said(named, Trait::secure_boot) == "yes v2, yes v2");
    CHECK(said(named, Trait::boot_key) == "yes usable");
    CHECK(said(named, Trait::chip) == "yes esp32c3, yes esp32c3");
    CHECK(finding(named, "security.secure-boot-is-enabled").status == Status::pass);
    for (const Claim& claim : named.device.posture.claims)
      CHECK(claim.place.item.find("as esp32") == std::string::npos);
    // By itself: nothing passes, nothing is blamed.
    const Evidence alone = gathered(read_text(dump));
    CHECK(said(alone, Trait::secure_boot) == "unclear untold");
    CHECK(said(alone, Trait::trusted_key).empty());
    CHECK(said(alone, Trait::mac) == "yes 605549000001");
    const Finding boot = finding(alone, "security.secure-boot-is-enabled");
    CHECK(boot.status == Status::unknown);
    CHECK(boot.message.find("does not name its chip") != std::string::npos);
  }
  // What all chips of the form have alike is said: nothing at all is burned.
  Blocks blank(11, std::vector<uint32_t>(8, 0));
  blank[0].resize(6);
  blank[1].resize(6);
  const Evidence open = gathered(read_text(console(blank)));
  CHECK(said(open, Trait::secure_boot) == "no off");
  CHECK(said(open, Trait::debug) == "no open");
  CHECK(said(open, Trait::mac).empty());
}

TEST_CASE("eFuse dumps: beside what was read of another part they contradict it") {
  const std::string mine = token(released(), "esp32c3"),
                    other = token(released(kMacLow + 1), "esp32c3");
  CHECK(finding(gathered(both(mine, kChip + console(released()))),
                "security.evidence-is-of-this-part")
            .status == Status::pass);
  const Finding found = finding(gathered(both(mine, other)), "security.evidence-is-of-this-part");
  CHECK(found.status == Status::fail);
  CHECK(found.message.find("605549000002") != std::string::npos);
  // In one file, too: a block that is there again begins the next part's dump.
  const Reading two = read_text(kChip + console(released()) + console(released(kMacLow + 1)));
  CHECK(all_said(two, Trait::mac) == "yes 605549000001, yes 605549000002");
}

TEST_CASE("eFuse dumps: keys are named, neither shown nor kept") {
  Blocks blocks = released();
  blocks[0][1] &= ~1u;  // key 0 can be read
  blocks[4].assign(8, 0xc7c7c7c7);
  const Bytes bytes = joint(blocks);
  for (const std::string& text :
       {kChip + console(blocks), token(blocks, "esp32c3"), console(blocks), lines_of_hex(blocks),
        std::string(bytes.begin(), bytes.end())}) {
    CAPTURE(text);
    Reading reading = read_text(text);
    CHECK(reading.files[0].holds == std::vector<std::string>{"posture", "efuse-key"});
    CHECK(all_said(reading, Trait::secret).find("no BLOCK_KEY0") != std::string::npos);
    const Evidence evidence = gathered(std::move(reading));
    for (const Claim& claim : evidence.device.posture.claims)
      CHECK((claim.value + claim.detail).find("c7") == std::string::npos);
    CHECK(evidence.files[0].sha256 == Sha256{});
    CHECK(dump(inspect_json(evidence)).find("c7c7") == std::string::npos);
  }
}

TEST_CASE("eFuse dumps: damage is told, and what is whole is read") {
  const std::string good = kChip + console(released());
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string out = good;
    const size_t at = out.find(from);
    REQUIRE(at != std::string::npos);
    return out.replace(at, from.size(), to);
  };
  const std::pair<std::string, const char*> kRows[] = {
      {good.substr(0, good.size() - 10), "block 10: expected 8 words of 8 hex digits, found 7"},
      {good.substr(0, good.find("BLOCK_X")), "expected 11 blocks, block 1 is not there"},
      {with("44332211", "4433221x"), "block 5: expected 8 words of 8 hex digits, found 0"},
      {with(" 00000000\nBLOCK_X", "\nBLOCK_X"), "block 0: expected 2, 6 or 7 words"},
      {token(released(), "esp32c3").substr(0, 60),
       "a token of eFuses with its checksum, found one that is cut"},
      {"EFSR:esp32c3:004" + token(released(), "esp32c3").substr(16),
       "the token's checksum is wrong"},
      {token(Blocks(11, std::vector<uint32_t>(7, 1)), "esp32c3"), "expected 24 bytes of block 0"}};
  for (const auto& [text, problem] : kRows) {
    CAPTURE(text);
    CHECK(has_problem(read_text(text), problem));
  }
  CHECK(all_said(read_text(good.substr(0, good.find("BLOCK_X"))), Trait::secure_boot) == "yes v2");
  // A chip that is not known.
  const Reading newer = read_text(token(released(), "esp32x9"));
  CHECK(all_said(newer, Trait::secure_boot) == "unclear untold");
  const Reading no_first = read_text(with(" 00000000\nBLOCK_X", "\nBLOCK_X"));
  CHECK(all_said(no_first, Trait::secure_boot) == "unclear untold");
}

TEST_CASE("eFuse dumps: what resembles one is none") {
  const std::string line(64, 'a');
  Blocks multicast = released();
  multicast[1][1] = 0x6155;
  for (const std::string& text :
       {std::string("2 sums\n") + line + "\n" + line + "\n", lines_of_hex(released()) + "word\n",
        std::string("[0 ] dump: nothing\n"), std::string(336, '\0')}) {
    CAPTURE(text);
    CHECK(kind(read_text(text)) != "esp-efuse");
  }
  const Bytes bytes = joint(multicast);
  CHECK(kind(read_bytes(View(bytes))) != "esp-efuse");
}
