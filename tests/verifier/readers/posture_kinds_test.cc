// What is no output of a tool is not taken for one, what stands beside one is read, a key in one is
// named and never shown, and no file costs more than its size.

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "platform/expected.h"
#include "report/inspect_json.h"
#include "tests/support/der_writer.h"
#include "tests/support/dump_samples.h"
#include "tests/support/folder.h"
#include "tests/support/readings.h"
#include "tests/support/support.h"
#include "verifier/gather/gather.h"
#include "verifier/readers/posture/firmware_images.h"
#include "verifier/readers/vendors/nordic_uicr.h"

using namespace attest;
using namespace attest::test;

namespace {

const std::string kCode = "MT:Y.K9042C00KA0648G00";

Reading read_text(std::string_view text, std::string path = "output.txt") {
  return read_bytes(view(text), {}, std::move(path));
}

const std::string kStatus =
    "SE Firmware version   : 2.2.5\nDebug lock            : Enabled\n"
    "Device erase          : Disabled\nSecure debug unlock   : Enabled\nSecure boot : Enabled\n"
    "DONE\n";
const std::string kInfo =
    "Security Information:\n=====================\nFlags: 0x000005f5 (0b10111110101)\nChip ID: 5\n"
    "Secure Boot: Enabled\nFlash Encryption: Enabled\n"
    "SPI Boot Crypt Count (SPI_BOOT_CRYPT_CNT): 0x7\nJTAG: Permanently Disabled\n";
const std::string kSummary =
    "SPI_BOOT_CRYPT_CNT (BLOCK0)     Enables flash encryption       = Disable R/W (0b000)\n"
    "SECURE_BOOT_EN (BLOCK0)         Set this bit                   = False R/W (0b0)\n";
const std::string kOptions = "OPTION BYTES BANK: 0\n  RDP : 0xBB (Level 1)\n";
const std::string kProtection =
    "serial_number: 001050999999\n  core: Application\n"
    "  access status: Debug access is currently disabled (status value: All)\n";
const std::string kBlhost = "Response word 1 = 1 (0x1)\nSecurity State = SECURE\n";
const std::string kFuses = "ef_sboot_en = 1     # [6:4]\nef_dbg_mode = 15   # [32:28]\n";

}  // namespace

TEST_CASE("posture texts: a code and another tool's output beside them are read as well") {
  const std::pair<const char*, std::string> kTexts[] = {
      {"silabs-security", kStatus},  {"esp-security-info", kInfo},     {"esp-efuse", kSummary},
      {"st-option-bytes", kOptions}, {"nordic-security", kProtection}, {"nxp-blhost", kBlhost},
      {"bouffalo-efuse", kFuses}};
  for (const auto& [name, text] : kTexts) {
    CAPTURE(name);
    const Reading alone = read_text(text);
    CHECK(kind(alone) == name);
    CHECK(alone.device.statements.empty());
    CHECK(problems(alone).empty());
    const size_t said = alone.device.posture.said();
    CHECK(said != 0);
    for (const std::string& both :
         {"station 7\nQR code: " + kCode + "\n" + text, text + "\nQR code: " + kCode + "\n"}) {
      const Reading beside = read_text(both);
      CHECK(kind(beside) == name);
      CHECK(beside.device.posture.said() == said);
      const std::string* code = beside.device.string(FactId::qr_payload);
      CHECK((code != nullptr && *code == kCode));
    }
    for (const auto& [other, more] : kTexts) {
      if (std::string(other) == name) continue;
      CAPTURE(other);
      CHECK(read_text(text + more).device.posture.said() ==
            said + read_text(more).device.posture.said());
    }
  }
}

TEST_CASE("posture texts: a text that speaks of them is none") {
  for (const char* words :
       {"Enable Secure debug unlock before shipping.", "Could not connect debugger: plug it in",
        "we saw \"Could not connect debugger\" once", "run get-property 17, look at \"response\"",
        "ask for the access status, then Debug access is closed",
        "SPI_BOOT_CRYPT_CNT (BLOCK0) must be 7 in all parts",
        "see Security Information: and Flags: of the part", "OPTION BYTES, RDP has to be level 1",
        "set ef_sboot_en = on in the tool", "the Part Number and Unique ID, Die Revision B",
        "Secure boot: Enabled", "MFG_SIGNED_BOOTLOADER_KEY_X is in the token file"}) {
    CAPTURE(words);
    const Reading reading =
        read_text(std::string("Bring-up notes\n") + words + "\n" + kCode + "\n");
    if (std::string_view(words) != "Could not connect debugger: plug it in") {
      CHECK(kind(reading) == "onboarding-text");
      CHECK(reading.device.posture.said() == 0);
    }
    CHECK(reading.device.string(FactId::qr_payload) != nullptr);
    CHECK(all_said(reading, Trait::debug).find("yes") == std::string::npos);
  }
}

TEST_CASE("Commander: two parts, both of readkey's keys, and words that it has for neither") {
  std::string open = kStatus;
  open.replace(open.find("Debug lock            : Enabled"), 31,
               "Debug lock            : Disabled");
  CHECK(all_said(read_text(open + kStatus), Trait::debug) == "no open, yes secure-lock");
  const std::string x(64, 'a'), y(64, 'b'), key = x + "\n" + y + "\nDONE\n";
  CHECK(all_said(read_text(key), Trait::trusted_key) == "unclear " + x + y);
  CHECK(all_said(read_text(key, "a/signkey.txt"), Trait::trusted_key) == "yes " + x + y);
  const Reading command = read_text(key, "commandkey.txt");
  CHECK(all_said(command, Trait::command_key) == "yes " + x + y);
  CHECK(all_said(command, Trait::trusted_key).empty());
  const Reading both = read_text(kStatus + "commander security readkey --sign\n" + key +
                                 "commander security readkey --command\n" + key);
  CHECK(all_said(both, Trait::trusted_key) == "yes " + x + y);
  CHECK(all_said(both, Trait::command_key) == "yes " + x + y);
  CHECK(has_problem(read_text(kStatus + "commander security readkey --sign\n" + x + "\n"),
                    "found one"));
  const Reading neither = read_text(
      kStatus + "Tamper status : N/A\nDebug lock state : Unknown\nSign key installed : -\n");
  for (const Trait trait : {Trait::tamper_status, Trait::debug_now, Trait::boot_key})
    CHECK(all_said(neither, trait).empty());
}

TEST_CASE("blhost, STM32: what could not be asked, and no value of a field") {
  const std::pair<const char*, const char*> kRows[] = {
      {R"({"command":"get-property","response":[0],"status":{"value":10300,"description":"x"}})",
       "unclear untold"},
      {R"({"command":"get-property","response":[0],"status":{"value":0,"description":"x"}})",
       "no open"},
      {"OPTION BYTES BANK: 0\n RDP : 0x1BB\n", "unclear "},
      {"OPTION BYTES BANK: 0\n RDP : ?\n", "unclear "},
      {"OPTION BYTES BANK: 0\n PRODUCT_STATE: Closed\n", "unclear "},
      {"OPTION BYTES BANK: 0\n PRODUCT_STATE: 0x9A\n", "unclear "}};
  for (const auto& [text, expected] : kRows)
    CHECK(all_said(read_text(text), Trait::debug) == expected);
}

TEST_CASE("Bouffalo: between its open and its closed value nothing is known") {
  for (unsigned mode = 0; mode < 16; ++mode) {
    for (unsigned jtag = 0; jtag < 4; ++jtag) {
      CAPTURE(mode);
      CAPTURE(jtag);
      const std::string expected = mode == 15 && jtag == 3  ? "yes locked"
                                   : mode == 0 && jtag == 0 ? "no open"
                                                            : "unclear ";
      CHECK(all_said(read_text(fmt::format("ef_sboot_en = 1\nef_dbg_mode = {}\n"
                                           "ef_dbg_jtag_0_dis = {}\n",
                                           mode, jtag)),
                     Trait::debug) == expected);
    }
  }
  CHECK(all_said(read_text("ef_sboot_en = 1\nef_dbg_mode = 15\n"), Trait::debug) == "unclear ");
}

TEST_CASE("Bouffalo: bytes of the same size are no eFuses") {
  std::mt19937 random(7);
  size_t taken = 0;
  for (int round = 0; round < 4000; ++round) {
    Bytes bytes(round % 2 == 0 ? 512 : 128, round % 3 == 0 ? uint8_t{0xFF} : uint8_t{0});
    const size_t some = round % 5 == 0 ? bytes.size() : random() % 40;
    for (size_t i = 0; i < some; ++i)
      bytes[random() % bytes.size()] =
          static_cast<uint8_t>(round % 7 == 0 ? 'a' + random() % 26 : random());
    taken += kind(read_bytes(bytes)) == "bouffalo-efuse";
  }
  CHECK(taken == 0);
  for (const size_t size : {size_t{128}, size_t{512}}) {
    Bytes numbers(size, 0);
    for (size_t i = 0; i < size; i += 4) numbers[i] = static_cast<uint8_t>(i / 4 + 1);
    CHECK(kind(read_bytes(numbers)) != "bouffalo-efuse");
    CHECK(kind(read_bytes(Bytes(size, 0))) != "bouffalo-efuse");
  }
}

TEST_CASE("UICR: flash of another part, noise and a file of two parts are none") {
  const auto read_map = [](const std::vector<std::pair<uint64_t, Bytes>>& pieces,
                           Trait trait = Trait::debug) {
    AddressMap map;
    for (const auto& [address, bytes] : pieces) map.add(address, bytes);
    Reading reading;
    say_uicr(map, "dump.hex", reading);
    return all_said(reading, trait);
  };
  const Bytes erased(4, 0xFF), zero(4, 0), key = {0xFA, 0x50, 0xFA, 0x50}, odd = {1, 2, 3, 4};
  // What a file has not is not told: another word, another core.
  const std::string network = ", unclear network core", both = "yes locked, yes locked";
  CHECK(read_map({{0x00FF8000, zero}}) == "yes locked, unclear ");
  CHECK(read_map({{0x00FF8000, key}, {0x00FF801C, key}}) == "no open, no open" + network);
  CHECK(read_map({{0x00FF8000, odd}, {0x00FF801C, zero}}) == both + network);
  CHECK(read_map({{0x00FF8000, odd}, {0x00FF801C, zero}, {0x01FF8000, zero}}) ==
        both + ", yes locked");
  CHECK(read_map({{0x00FF801C, zero}, {0x01FF8000, zero}}) == "yes locked, unclear , yes locked");
  CHECK(read_map({{0x01FF8000, zero}}) == "yes locked, unclear application core");
  CHECK(read_map({{0x00FF8000, zero}, {0x00FF802C, zero}}) == both);
  // A whole page of an nRF91 has the word of the other part, erased.
  CHECK(read_map({{0x00FF8000, zero}, {0x00FF801C, erased}, {0x00FF802C, zero}}) == both);
  CHECK(read_map({{0x00FFD000, key}, {0x00FFD01C, key}}) == both + ", unclear ");
  CHECK(read_map({{0x00FFD000, key}, {0x00FFD01C, key}, {0x00FFD020, key}, {0x00FFD03C, key}}) ==
        both + ", " + both);
  CHECK(read_map({{0x00FFD000, erased}, {0x00FFD01C, erased}}) == "no open, no open, unclear ");
  // Both copies lock its erase: of one that is set the other counts, of one that is not neither.
  const auto erase = [&](std::vector<std::pair<uint64_t, Bytes>> copies) {
    copies.insert(copies.end(), {{0x00FFD000, key}, {0x00FFD01C, key}});
    return read_map(copies, Trait::device_erase);
  };
  CHECK(erase({{0x00FFD060, key}, {0x00FFD07C, key}}) == "yes disabled");
  CHECK(erase({{0x00FFD060, key}, {0x00FFD07C, erased}}) == "yes enabled");
  CHECK(erase({{0x00FFD060, key}}) == "unclear untold");
  CHECK(erase({{0x00FFD07C, key}}) == "unclear untold");
  CHECK(erase({{0x00FFD060, erased}}) == "yes enabled");
  CHECK(erase({}).empty());
  CHECK(read_map({{0x10001208, {0x5A, 0xFF, 0xFF, 0xFF}}}) == "no open");
  CHECK(read_map({{0x10001208, {0, 0, 0, 0}}}) == "yes locked");
  // Whole flash of 16 MiB parts, erased, zeros and noise; noise in the page; words of two parts.
  std::mt19937 random(7);
  Bytes noise(0x20000);
  for (uint8_t& b : noise) b = static_cast<uint8_t>(random());
  for (const Bytes& flash : {Bytes(0x20000, 0xFF), Bytes(0x20000, 0), noise}) {
    CHECK(read_map({{0x00FE0000, flash}}).empty());
    CHECK(read_map({{0x01FE0000, flash}}).empty());
    CHECK(read_map({{0x0FFF0000, flash}}).empty());
  }
  for (const uint64_t page : {0x00FF8000, 0x00FFD000, 0x01FF8000, 0x10001000})
    CHECK(read_map({{page, Bytes(noise.begin(), noise.begin() + 0x1000)}}).empty());
  CHECK(read_map({{0x00FF8000, zero}, {0x00FFD000, key}}).empty());
}

namespace {

// As espefuse writes it: names, and what their values are.
std::string fuses(const std::vector<std::pair<std::string, std::string>>& fields) {
  Json out{Json::Object{}};
  for (const auto& [name, value] : fields) {
    Json field{Json::Object{}};
    field.set("name", name).set("bit_len", value.size() > 40 ? 256 : 4);
    field.set("readable", value.find("??") == std::string::npos).set("writeable", false);
    field.set("value", value == "True" ? Json(true) : value == "False" ? Json(false) : Json(value));
    out.set(name, field);
  }
  return dump_pretty(out);
}
std::string bytes_text(const std::string& byte, size_t count = 32) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += (i == 0 ? "" : " ") + byte;
  return out;
}

}  // namespace

TEST_CASE("eFuses: a key that can be seen is named in every form, and shown in none") {
  const std::string key = bytes_text("c7"), covered = bytes_text("??"), zeros = bytes_text("00");
  using Fields = std::vector<std::pair<std::string, std::string>>;
  const Fields newer = {{"SPI_BOOT_CRYPT_CNT", "Disable"}},
               old = {{"FLASH_CRYPT_CNT", "0"}, {"ABS_DONE_0", "False"}};
  const auto with = [](Fields fields, const Fields& more) {
    fields.insert(fields.end(), more.begin(), more.end());
    return fuses(fields);
  };
  const std::pair<std::string, const char*> kShown[] = {
      {with(old, {{"BLOCK1", key}}), "no BLOCK1"},
      {with(old, {{"BLOCK2", key}}), "no BLOCK2"},
      {with(newer, {{"KEY_PURPOSE_0", "XTS_AES_128_KEY"}, {"BLOCK_KEY0", key}}), "no BLOCK_KEY0"},
      {with(newer, {{"KEY_PURPOSE_2", "HMAC_UP"}, {"BLOCK_KEY2", key}}), "no BLOCK_KEY2"},
      {with(newer, {{"KEY_PURPOSE_1", "4"}, {"BLOCK_KEY1", key}}), "no BLOCK_KEY1"},
      {with(newer, {{"KEY_PURPOSE_1", "A_NEW_ONE"}, {"BLOCK_KEY1", key}}), "no BLOCK_KEY1"},
      {with(newer, {{"KEY_PURPOSE_1", "ECDSA_KEY_P256"},
                    {"BLOCK_KEY1", bytes_text("??", 16) + " " + bytes_text("c7", 16)}}),
       "no BLOCK_KEY1"},
      {with(newer, {{"BLOCK_KEY0_HI_128", zeros}, {"BLOCK_KEY0_LOW_128", bytes_text("c7", 16)}}),
       "no BLOCK_KEY0_LOW_128"},
  };
  for (const auto& [text, expected] : kShown) {
    CAPTURE(text);
    Reading reading = read_text(text);
    CHECK(all_said(reading, Trait::secret) == expected);
    CHECK(reading.files[0].holds == std::vector<std::string>{"posture", "efuse-key"});
    for (const Claim& claim : reading.device.posture.claims)
      CHECK((claim.value + claim.detail).find("c7") == std::string::npos);
    const Evidence evidence =
        gather(std::move(reading), {}, TrustStore::builtin(false), nullptr, openssl_engine());
    CHECK(evidence.files[0].sha256 == Sha256{});
    CHECK(dump(inspect_json(evidence)).find("c7c7") == std::string::npos);
  }
  for (const std::string& text :
       {with(old, {{"BLOCK1", zeros}}), with(old, {{"BLOCK1", covered}}),
        with({{"FLASH_CRYPT_CNT", "0"}, {"ABS_DONE_0", "False"}, {"ABS_DONE_1", "True"}},
             {{"BLOCK2", key}}),
        with(newer, {{"KEY_PURPOSE_0", "XTS_AES_128_KEY"}, {"BLOCK_KEY0", covered}}),
        with(newer, {{"KEY_PURPOSE_1", "SECURE_BOOT_DIGEST0"}, {"BLOCK_KEY1", key}}),
        with(newer, {{"KEY_PURPOSE_3", "USER"}, {"BLOCK_KEY3", key}})}) {
    CAPTURE(text);
    CHECK(all_said(read_text(text), Trait::secret).empty());
  }
}

TEST_CASE(
    "MCUboot: an encrypted image is signed over what it decrypts to, which is not to be seen") {
  const auto put = [](Bytes& b, uint64_t v, size_t bytes) {
    for (size_t i = 0; i < bytes; ++i) b.push_back(static_cast<uint8_t>(v >> 8 * i));
  };
  const auto add_tlv = [&](Bytes& b, unsigned type, View value) {
    put(b, type, 2);
    put(b, value.size(), 2);
    b.insert(b.end(), value.begin(), value.end());
  };
  // `signer`: 0 for none; `flags`: 4 is AES-128. What is stated is the hash of the plain image.
  const auto made = [&](uint32_t flags, uint8_t signer, size_t hash_size = 32) {
    Bytes plain;
    for (const uint64_t word : {uint64_t{0x96F3B83D}, uint64_t{0}, uint64_t{32}, uint64_t{64},
                                uint64_t{flags}, uint64_t{0x0001'0201}, uint64_t{0}, uint64_t{0}})
      put(plain, word, 4);
    plain.resize(96, 0x5A);
    Bytes tlvs;
    const Sha256 hash = sha256(plain);
    add_tlv(tlvs, 0x10, View(hash).first(hash_size));
    add_tlv(tlvs, 0x02, public_key(point(1)));
    if (signer != 0) add_tlv(tlvs, 0x22, sign(signer, plain));
    Bytes out = plain;
    if (flags != 0) std::fill(out.begin() + 32, out.end(), uint8_t{0xA5});
    put(out, 0x6907, 2);
    put(out, tlvs.size() + 4, 2);
    out.insert(out.end(), tlvs.begin(), tlvs.end());
    return out;
  };
  const struct {
    Bytes image;
    ImageSignature signature;
    const char *scheme, *problem;
  } kRows[] = {
      {made(0, 1), ImageSignature::good, "ecdsa-p256", ""},
      {made(0, 2), ImageSignature::bad, "ecdsa-p256", "its signature does not verify"},
      {made(4, 1), ImageSignature::unchecked, "ecdsa-p256, encrypted", ""},
      {made(4, 2), ImageSignature::bad, "ecdsa-p256, encrypted", "its signature does not verify"},
      {made(4, 0), ImageSignature::none, "", ""},
      {made(4, 1, 5), ImageSignature::bad, "ecdsa-p256, encrypted", "its hash is wrong"}};
  for (const auto& row : kRows) {
    const Reading reading = read_bytes(row.image);
    REQUIRE(reading.device.posture.images.size() == 1);
    const SignedImage& image = reading.device.posture.images.front();
    CHECK(image.signature == row.signature);
    CHECK(image.scheme == row.scheme);
    CHECK(image.problem.find(row.problem) != std::string::npos);
    // No key of an order makes it good.
    if (row.signature == ImageSignature::unchecked) CHECK(image.value.empty());
  }
}

TEST_CASE("firmware: the work grows with the bytes alone, whatever they hold") {
  const auto put32 = [](Bytes& b, size_t at, uint32_t v) {
    for (size_t i = 0; i < 4 && at + i < b.size(); ++i)
      b[at + i] = static_cast<uint8_t>(v >> 8 * i);
  };
  constexpr uint8_t kProperties[] = {0x13, 0xB7, 0x79, 0xFA, 0xC9, 0x25, 0xDD, 0xB7,
                                     0xAD, 0xF3, 0xCF, 0xE0, 0xF1, 0xB6, 0x14, 0xB8};
  // An image at every place that one may begin, each up to the same area of 16000 empty TLVs.
  const auto nested = [&](size_t size, size_t tlvs) {
    Bytes out(size, 0);
    const size_t area = size - 4 - 4 * tlvs;
    for (size_t at = 0; at + 0x100 < area; at += 0x100) {
      put32(out, at, 0x96F3B83D);
      put32(out, at + 8, 32);
      put32(out, at + 12, static_cast<uint32_t>(area - at - 32));
    }
    put32(out, area, 0x6907 | static_cast<uint32_t>(4 + 4 * tlvs) << 16);
    return out;
  };
  const auto properties = [&](size_t size) {
    Bytes out(size, 0);
    for (size_t at = 0; at + 16 <= size; at += 16)
      std::copy(std::begin(kProperties), std::end(kProperties),
                out.begin() + static_cast<long>(at));
    return out;
  };
  const auto pointed = [&](size_t size) {
    Bytes out = properties(size);
    for (size_t at = 0; at + 0x38 <= size; at += 0x200)
      put32(out, at + 0x34, static_cast<uint32_t>(size - 80 - size % 16));
    return out;
  };
  for (const size_t size : {size_t{1} << 18, size_t{1} << 20}) {
    for (const Bytes& bytes : {nested(size, 16'000), nested(size, 65), nested(size, 64),
                               nested(size, 1), properties(size), pointed(size)}) {
      FirmwareWork work;
      Reading reading;
      say_firmware({.path = "flash.bin", .bytes = bytes}, reading, &work);
      CHECK(work.entries <= size);
      CHECK(work.hashed <= 17 * size);
      CHECK(reading.device.posture.images.size() <= 32);
    }
    Reading most, more;
    say_firmware({.path = "flash.bin", .bytes = nested(size, 64)}, most);
    CHECK(most.device.posture.images.size() == 1);  // what lies in an image is its own
    say_firmware({.path = "flash.bin", .bytes = nested(size, 65)}, more);
    CHECK(more.device.posture.images.empty());
  }
  // More images than are judged: said.
  Bytes many;
  for (int i = 0; i < 20; ++i) {
    Bytes one(0x100, 0);
    put32(one, 0, 0x96F3B83D);
    put32(one, 8, 32);
    put32(one, 12, 16);
    put32(one, 48, 0x6907 | 4u << 16);
    many.insert(many.end(), one.begin(), one.end());
  }
  Reading reading;
  say_firmware({.path = "flash.bin", .bytes = many}, reading);
  CHECK(reading.device.posture.images.size() == 16);
  CHECK(remark(reading, Remark::unreadable_file).find("first 16") != std::string::npos);
}

TEST_CASE("orders: a key that is none is the tester's slip, and a file may hold several") {
  const Folder folder;
  const auto slip = [&](const std::string& security) {
    const auto order = order_from(
        folder.write("order.json", R"({"vendor_id":"0xFFF1","security":)" + security + "}"));
    return order ? "" : order.error().what;
  };
  folder.write("empty.pem", "no key\n");
  for (const char* key : {"signing_keys", "sign_key", "command_key"}) {
    for (const char* value : {"[]", "\"\"", "[\"\"]", "[null]", "7", "\"sha256:12\"",
                              "\"none.pem\"", "\"empty.pem\"", "\"keys/sign.pem\""}) {
      const std::string found = slip(fmt::format(R"({{"{}":{}}})", key, value));
      CAPTURE(found);
      CAPTURE(value);
      CHECK(found.find(fmt::format("security.{}: expected ", key)) != std::string::npos);
    }
    CHECK(slip(fmt::format(R"({{"{}":null,"debug":"locked"}})", key)).empty());
    CHECK(slip(fmt::format(R"({{"{}":"{}"}})", key, std::string(128, 'a'))).empty());
  }
}

TEST_CASE(
    "esp flash: zeros where keys should be, noise for a table, an application cut in its head") {
  if (!have_shared("posture")) return;
  const Bytes good =
      unpacked(shared() / "posture" / "esp-flash-c3-signed-plain-good" / "flash.bin.zst");
  CHECK(problems(read_bytes(good, {}, "flash.bin")).empty());
  constexpr size_t kKeys = 0x1C000, kTable = 0xC000, kApp = 0x20000;
  const auto damaged = [&](size_t at, size_t size, auto&& change) {
    Bytes bytes = good;
    for (size_t i = at; i < at + size; ++i) bytes[i] = change(bytes[i]);
    return read_bytes(bytes, {}, "flash.bin");
  };
  std::mt19937 random(7);
  const auto noise = [&](uint8_t) { return static_cast<uint8_t>(random()); };
  const Reading zeros = damaged(kKeys, 0x1000, [](uint8_t) { return uint8_t{0}; });
  CHECK(has_problem(zeros, "expected the keys of an NVS or ciphertext, found zeros"));
  CHECK(all_said(zeros, Trait::nvs_keys) == "unclear ");
  CHECK(remark(zeros, Remark::keys_protected).empty());
  const Reading other = damaged(kKeys, 0x1000, [](uint8_t) { return uint8_t{0x5A}; });
  CHECK(has_problem(other, "found nothing but 0x5a"));
  const Reading hidden = damaged(kKeys, 0x1000, noise);
  CHECK(all_said(hidden, Trait::nvs_keys) == "yes hidden");
  const Reading table = damaged(kTable, 0xC00, noise);
  CHECK(has_problem(table, "expected its rows behind a bootloader in plain, found noise"));
  CHECK(remark(table, Remark::flash_encrypted).empty());
  const auto flip = [](uint8_t b) { return static_cast<uint8_t>(b ^ 0x40); };
  CHECK(has_problem(damaged(kApp, 1, flip), "application"));
  CHECK(has_problem(damaged(kApp + 0x1F, 1, flip), "segments that do not fit"));
}
