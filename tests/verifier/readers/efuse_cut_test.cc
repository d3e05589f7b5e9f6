// Summaries and dumps of Espressif's fuses that lack something, or do not name their chip: what is
// not there is not told, and neither open nor of a chip that was guessed.

#include <set>

#include "tests/support/fuse_lines.h"
#include "tests/support/judged.h"
#include "verifier/readers/posture/untold.h"

using namespace attest;
using namespace attest::test;

namespace {

// Words of the first block, by where a test burns them.
std::string dump_of(std::vector<uint32_t> first, size_t blocks = 11) {
  std::string out = "=== Run \"dump\" command ===\n";
  for (size_t i = 0; i < blocks; ++i) {
    out += fmt::format("BLOCK_X ( ) [{:<2}] dump:", i);
    const size_t words = i == 0 ? first.size() : i == 1 ? 6 : 8;
    for (size_t w = 0; w < words; ++w)
      out += fmt::format(" {:08x}", i == 0            ? first[w]
                                    : i == 1 && w < 2 ? w == 0 ? 0x49000001u : 0x6055u
                                                      : 0u);
    out += "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("eFuses: a summary that lacks a field leaves open what it tells, and fails nothing") {
  CHECK(found(read_text(text_of(released()))) == Answers{});
  const std::pair<const char*, Answers> kRows[] = {
      {"SECURE_BOOT_EN",
       {"unknown secure-boot-is-enabled", "unknown boot-key-is-usable",
        "unknown secure-boot-scheme-is-as-ordered", "unknown read-protection-is-sealed"}},
      {"BLOCK_KEY1", {"unknown boot-key-is-usable"}},
      {"BLOCK_KEY0", {"unknown fuse-keys-cannot-be-read", "unknown fuse-keys-cannot-be-changed"}},
      {"SPI_BOOT_CRYPT_CNT",
       {"unknown flash-encryption-is-on", "unknown flash-encryption-is-for-release"}},
      {"DIS_DOWNLOAD_ICACHE", {"unknown flash-encryption-is-for-release"}},
      {"DIS_PAD_JTAG", {"unknown debug-is-locked", "unknown debug-lock-is-as-ordered"}},
      {"DIS_USB_JTAG", {"unknown debug-is-locked", "unknown debug-lock-is-as-ordered"}},
      {"ENABLE_SECURITY_DOWNLOAD", {"unknown download-mode-is-closed"}},
      {"DIS_DIRECT_BOOT", {"unknown no-other-way-to-boot"}},
      {"RD_DIS", {"unknown read-protection-is-sealed"}},
      {"KEY_PURPOSE_4",
       {"unknown fuse-keys-cannot-be-read", "unknown fuse-keys-cannot-be-changed"}},
      {"SECURE_BOOT_KEY_REVOKE0", {"unknown boot-key-is-usable"}},
      {"DIS_DOWNLOAD_MODE", {}},  // the other one closes it
      {"SOFT_DIS_JTAG", {}},
      {"SECURE_VERSION", {}},
      {"MAC", {}}};
  for (const auto& [name, expected] : kRows) {
    CAPTURE(std::string(name));
    check_found(read_text(text_of(without(name))), expected);
    // There, and it does not tell: the same, but for what its access alone tells.
    Answers mute_of = expected;
    if (std::string_view(name) == "RD_DIS") mute_of = {};
    if (std::string_view(name) == "BLOCK_KEY0") mute_of = {"fail fuse-keys-cannot-be-read"};
    if (std::string_view(name) == "SECURE_BOOT_EN") mute_of.pop_back();
    check_found(read_text(text_of(mute(name))), mute_of);
  }
}

TEST_CASE("eFuses: what is said of one of many fuses begins with its name, whoever says it") {
  // By it what one output does not tell is found in another (security::subject_of).
  constexpr Trait kOfMany[] = {Trait::release_mode,  Trait::other_boot,     Trait::nvs_scheme,
                               Trait::fuse_key_read, Trait::fuse_key_write, Trait::read_protection};
  const auto check_names = [&](const Reading& reading) {
    for (const Claim& claim : reading.device.posture.claims) {
      if (std::find(std::begin(kOfMany), std::end(kOfMany), claim.trait) == std::end(kOfMany))
        continue;
      const std::string name = claim.detail.substr(0, claim.detail.find(' '));
      CHECK_MESSAGE(
          name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == std::string::npos,
          claim.detail);
    }
  };
  const std::vector<Line> all = released();
  check_names(read_text(text_of(all)));
  for (const Line& line : all) {
    check_names(read_text(text_of(without(line.name))));
    check_names(read_text(text_of(mute(line.name))));
    for (const char* member : {"value", "readable", "writeable"})
      check_names(read_text(json_without(line.name, member), "efuse.json"));
  }
  check_names(read_text(dump_of({0xFFFFFFFF, 0x00180001, 0x08200000, 0x44, 0x20, 0})));
  for (const char* flags : {"0x0", "0x5f5", "?"})
    check_names(
        read_text(fmt::format("Security Information:\nFlags: 0x5\nSPI Boot Crypt Count (X): "
                              "0x7\nFlags: {}\nSPI Boot Crypt Count (X): 0x7\n"
                              "  BLOCK_KEY1 - UNKNOWN\n  BLOCK_KEY2 - HMAC_UP\n",
                              flags)));
}

TEST_CASE("eFuses: what the rule asks of some chips goes by the chip, not by a field beside it") {
  const auto lines = [](std::vector<const char*> telling, const char* value) {
    std::vector<Line> out = without("ERR_RST_ENABLE");
    for (const char* field : telling) out.push_back({field, "False"});
    out.push_back({"SPI_DOWNLOAD_MSPI_DIS", value});
    out.push_back({"DIS_DOWNLOAD_DCACHE", "True"});
    return text_of(out);
  };
  const char *fails = "fail flash-encryption-is-for-release",
             *open = "unknown flash-encryption-is-for-release",
             *other = "unknown no-other-way-to-boot";  // of which chip it is is not told
  check_found(read_text(lines({"HP_PWR_SRC_SEL", "DIS_SWD"}, "False")), {fails});
  check_found(read_text(lines({"HP_PWR_SRC_SEL"}, "False")), {fails});
  check_found(read_text(lines({"ENA_XTS_SHADOW"}, "False")), {fails});
  check_found(read_text(lines({"HP_PWR_SRC_SEL"}, "what")), {open});
  check_found(read_text(lines({"DIS_SWD"}, "False")), {fails, other});
  check_found(read_text(lines({}, "False")), {open, other});
  check_found(read_text(lines({}, "what")), {open, other});
  check_found(read_text(lines({}, "True")), {other});
  check_found(read_text(lines({"SWAP_UART_SDIO_EN"}, "False")), {});
}

TEST_CASE("eFuses: a summary that is cut anywhere fails nothing, and the whole one answers it") {
  const std::vector<Line> all = released();
  const std::string whole = text_of(all);
  for (size_t from = 0; from < all.size(); from += 3) {
    for (size_t to = from + 3; to <= all.size(); ++to) {
      CAPTURE(from);
      CAPTURE(to);
      const std::string cut =
          text_of({all.begin() + static_cast<long>(from), all.begin() + static_cast<long>(to)});
      if (kind(read_text(cut)) != "esp-efuse") continue;
      for (const std::string& one : found(read_text(cut))) CHECK(one.starts_with("unknown"));
      CHECK(found(read_all({whole, cut})) == Answers{});
    }
  }
  // Of one that has no keys the cut one tells none either.
  std::vector<Line> without_keys = without("KEY_PURPOSE_0");
  without_keys.push_back({"KEY_PURPOSE_0", "USER"});
  const Answers of_whole = found(read_text(text_of(without_keys)));
  CHECK(std::find(of_whole.begin(), of_whole.end(), "unknown fuse-keys-cannot-be-read") !=
        of_whole.end());
  CHECK(found(read_all({text_of(without_keys), text_of(without("KEY_PURPOSE_3", without_keys))})) ==
        of_whole);
  // The parts of one that was cut in two.
  const auto half = all.begin() + 12;
  const Answers open = found(read_all({text_of({all.begin(), half}), text_of({half, all.end()})}));
  for (const std::string& one : open) CHECK(one.starts_with("unknown"));
  CHECK(std::find(open.begin(), open.end(), "unknown debug-is-locked") == open.end());
}

TEST_CASE("eFuses: the chip that none of the fuses tells is not guessed") {
  const Reading cut = read_text(text_of(without("ERR_RST_ENABLE")));
  CHECK(all_said(cut, Trait::chip) == "unclear esp32");
  CHECK(all_said(read_text(text_of(released())), Trait::chip) == "yes esp32c3");
  // One of its own is enough; fields that several chips have tell none.
  for (const auto& [field, chip] : {std::pair{"STRAP_JTAG_SEL", "esp32s3"},
                                    {"RXIQ_VERSION", "esp32h2"},
                                    {"BLOCK_KEY0_LOW_128", "esp32c2"},
                                    {"HP_PWR_SRC_SEL", "esp32p4"}}) {
    std::vector<Line> lines = without("ERR_RST_ENABLE");
    lines.push_back({field, "False"});
    CHECK(all_said(read_text(text_of(lines)), Trait::chip) == std::string("yes ") + chip);
  }
  for (const char* field : {"CRYPT_DPA_ENABLE", "DIS_SWD"}) {
    std::vector<Line> lines = without("ERR_RST_ENABLE");
    lines.push_back({field, "False"});
    CHECK(all_said(read_text(text_of(lines)), Trait::chip) == "unclear esp32");
  }
  std::vector<Line> other = without("ERR_RST_ENABLE");
  other.push_back({"SWAP_UART_SDIO_EN", "False"});
  const std::string named = text_of(other);
  CHECK(all_said(read_text(named), Trait::chip) == "yes esp32c6");
  const std::vector<Line> some = {other.begin(), other.end() - 1};
  const Answers both = found(read_all({named, text_of(some)}));
  CHECK(std::find(both.begin(), both.end(), "fail evidence-is-of-this-part") == both.end());
  // ESP32, by any of its own.
  CHECK(all_said(read_text(text_of({{"FLASH_CRYPT_CNT", "0"}, {"RD_DIS", "1"}, {"MAC", "x"}})),
                 Trait::chip) == "yes esp32");
}

TEST_CASE("eFuses: of ESP32 the scheme is open where either of its bits is not there") {
  const std::vector<Line> base = {
      {"FLASH_CRYPT_CNT", "0"}, {"JTAG_DISABLE", "True"}, {"RD_DIS", "1"}};
  const auto boot = [&](std::vector<Line> more) {
    more.insert(more.end(), base.begin(), base.end());
    return all_said(read_text(text_of(more)), Trait::secure_boot);
  };
  CHECK(boot({{"ABS_DONE_0", "True"}}) == "unclear untold");
  CHECK(boot({{"ABS_DONE_0", "False"}}) == "unclear untold");
  CHECK(boot({{"ABS_DONE_1", "False"}}) == "unclear untold");
  CHECK(boot({{"ABS_DONE_0", "True"}, {"ABS_DONE_1", "what"}}) == "unclear untold");
  CHECK(boot({{"ABS_DONE_0", "what"}, {"ABS_DONE_1", "False"}}) == "unclear untold");
  CHECK(boot({{"ABS_DONE_1", "True"}, {"BLOCK2", kDigest}}) == "yes v2");
  CHECK(boot({{"ABS_DONE_0", "True"}, {"ABS_DONE_1", "False"}, {"BLOCK2", kHidden}}) == "yes v1");
}

TEST_CASE("eFuses: of ESP32 a tweak that cannot be read is not told") {
  const std::vector<Line> base = {
      {"FLASH_CRYPT_CNT", "0x7f"}, {"DIS_CACHE", "False"},         {"DISABLE_DL_ENCRYPT", "True"},
      {"ABS_DONE_0", "False"},     {"DISABLE_DL_DECRYPT", "True"}, {"DISABLE_DL_CACHE", "True"},
      {"BLOCK1", kHidden}};
  const auto mode = [&](std::string_view tweak) {
    std::string text = text_of(base);
    text.replace(text.find("0x7f R/-"), 8, "127 R/- (0x7f)");
    return all_said(
        read_text(fmt::format("{}FLASH_CRYPT_CONFIG (BLOCK0)   what it is   = {}\n", text, tweak)),
        Trait::release_mode);
  };
  const std::string rest = mode("15 R/W (0xf)");
  CHECK(rest.find("yes whole") != std::string::npos);
  CHECK(rest.find("unclear") == std::string::npos);
  CHECK(mode("3 R/W (0x3)").find("no weak") != std::string::npos);
  for (const char* tweak : {"? -/W (0x0)", "0 -/- (0x0)", "what R/W"})
    CHECK(mode(tweak).find("unclear untold") != std::string::npos);
}

TEST_CASE("eFuse dumps: one of a chip that is not known is neither judged nor damaged") {
  const std::vector<uint32_t> burned = {1, 0x00180001, 0x00200000, 0x40, 0x20, 0};
  const std::string summary = text_of({{"DIS_CORE1", "False"},
                                       {"SPI_BOOT_CRYPT_CNT", "Enable"},
                                       {"SECURE_BOOT_EN", "True"},
                                       {"RD_DIS", "1"}});
  const auto opened = [](Reading reading) {
    const Policy policy{.network = Network::main, .at = Instant{1'790'000'000}, .required = {}};
    const Evidence e =
        gather(std::move(reading), policy, TrustStore::builtin(false), nullptr, openssl_engine());
    std::string out;
    for (const Claim& claim : e.device.posture.claims) {
      if (claim.locked == Holds::no) out += trait_name(claim.trait) + std::string(" ");
    }
    return out;
  };
  // By itself, where all the chips that are known have a bit alike, and beside what names another.
  CHECK(opened(read_text(dump_of(burned))).empty());
  CHECK(all_said(read_text("Detecting chip type... ESP32-H4\n" + dump_of(burned)),
                 Trait::secure_boot) == "unclear untold");
  CHECK(opened(read_all({dump_of(burned)})).empty());
  const Answers both = found(read_all({dump_of(burned), summary}));
  CHECK(std::none_of(both.begin(), both.end(),
                     [](const std::string& one) { return one.starts_with("fail"); }));
  // Each of two in one file is open by itself.
  const Evidence two = gather(read_text(dump_of(burned) + dump_of(burned)), {},
                              TrustStore::builtin(false), nullptr, openssl_engine());
  std::set<std::string> items;
  for (const Claim& claim : two.device.posture.claims) {
    if (claim.value == kUntold) items.insert(claim.place.item);
  }
  CHECK(items == std::set<std::string>{"dump 1", "dump 2"});
  // A first block that is longer than any, and a chip that the tool names.
  for (const std::string& text :
       {dump_of(std::vector<uint32_t>(9, 1)),
        "Detecting chip type... ESP32-S31\n" + dump_of(std::vector<uint32_t>(9, 1)),
        "Detecting chip type... ESP32-X9\n" + dump_of(burned)}) {
    const Reading reading = read_text(text);
    CHECK(problems(reading).empty());
    CHECK(all_said(reading, Trait::debug) == "unclear untold");
  }
}
