#include "verifier/readers/espressif/efuse_places.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace attest::efuse {
namespace {

constexpr uint16_t kUsual = kC3 | kC6 | kH2 | kP4 | kS2 | kS3;  // alike in most of word 2 and 3

constexpr uint8_t kNoGuard = 0xFF;
struct Field {
  const char* name;
  uint8_t block, word, low, bits;
  uint8_t guard;  // its bit of WR_DIS
  uint16_t chips;
  uint8_t cover = kNoGuard;  // its bit of RD_DIS
};
constexpr Field kFields[] = {
    // The newer chips.
    {"RD_DIS", 0, 1, 0, 7, 0, kWide},
    {"DIS_ICACHE", 0, 1, 8, 1, 2, kC3 | kC5 | kC6 | kH2 | kS2 | kS3},
    {"DIS_ICACHE", 0, 1, 7, 1, 2, kC61},
    {"DIS_DOWNLOAD_ICACHE", 0, 1, 10, 1, 2, kC3 | kC6 | kS2 | kS3},
    {"DIS_DOWNLOAD_DCACHE", 0, 1, 11, 1, 2, kS2 | kS3},
    {"DIS_DOWNLOAD_MANUAL_ENCRYPT", 0, 1, 20, 1, 2, kC3 | kC5 | kC6 | kH2 | kP4 | kS3},
    {"DIS_DOWNLOAD_MANUAL_ENCRYPT", 0, 1, 19, 1, 2, kS2},
    {"DIS_DOWNLOAD_MANUAL_ENCRYPT", 0, 1, 14, 1, 2, kC61},
    {"SPI_DOWNLOAD_MSPI_DIS", 0, 1, 13, 1, 2, kC5 | kH2 | kP4},
    {"SPI_DOWNLOAD_MSPI_DIS", 0, 1, 13, 1, 17, kC6},
    {"SPI_DOWNLOAD_MSPI_DIS", 0, 1, 11, 1, 2, kC61},
    {"SPI_BOOT_CRYPT_CNT", 0, 2, 18, 3, 4, kUsual},
    {"SPI_BOOT_CRYPT_CNT", 0, 2, 16, 3, 4, kC5},
    {"SPI_BOOT_CRYPT_CNT", 0, 1, 23, 3, 4, kC61},
    {"SECURE_BOOT_KEY_REVOKE0", 0, 2, 21, 1, 5, kUsual},
    {"SECURE_BOOT_KEY_REVOKE1", 0, 2, 22, 1, 6, kUsual},
    {"SECURE_BOOT_KEY_REVOKE2", 0, 2, 23, 1, 7, kUsual},
    {"SECURE_BOOT_KEY_REVOKE0", 0, 2, 19, 1, 5, kC5},
    {"SECURE_BOOT_KEY_REVOKE1", 0, 2, 20, 1, 6, kC5},
    {"SECURE_BOOT_KEY_REVOKE2", 0, 2, 21, 1, 7, kC5},
    {"SECURE_BOOT_KEY_REVOKE0", 0, 1, 26, 1, 5, kC61},
    {"SECURE_BOOT_KEY_REVOKE1", 0, 1, 27, 1, 6, kC61},
    {"SECURE_BOOT_KEY_REVOKE2", 0, 1, 28, 1, 7, kC61},
    {"SECURE_BOOT_EN", 0, 3, 20, 1, 15, kUsual},
    {"SECURE_BOOT_EN", 0, 3, 25, 1, 15, kC5},
    {"SECURE_BOOT_EN", 0, 2, 26, 1, 15, kC61},
    {"SOFT_DIS_JTAG", 0, 1, 16, 3, 31, kC3 | kC5 | kC6 | kH2 | kP4 | kS3},
    {"SOFT_DIS_JTAG", 0, 1, 17, 1, 2, kS2},
    {"DIS_PAD_JTAG", 0, 1, 19, 1, 2, kC3 | kC5 | kC6 | kH2 | kP4 | kS3},
    {"DIS_PAD_JTAG", 0, 1, 13, 1, 2, kC61},
    {"HARD_DIS_JTAG", 0, 1, 18, 1, 2, kS2},
    {"DIS_USB_JTAG", 0, 1, 9, 1, 2, kC3 | kC5 | kC6 | kH2 | kP4},
    {"DIS_USB_JTAG", 0, 3, 22, 1, 2, kS3},
    {"DIS_USB_JTAG", 0, 1, 8, 1, 2, kC61},
    {"DIS_DOWNLOAD_MODE", 0, 4, 0, 1, 18, kUsual | kC5},
    {"DIS_DOWNLOAD_MODE", 0, 3, 0, 1, 18, kC61},
    {"ENABLE_SECURITY_DOWNLOAD", 0, 4, 5, 1, 18, kUsual | kC5},
    {"ENABLE_SECURITY_DOWNLOAD", 0, 3, 4, 1, 18, kC61},
    {"DIS_DIRECT_BOOT", 0, 4, 1, 1, 18, kC3 | kC5 | kC6 | kH2 | kP4 | kS3},
    {"DIS_DIRECT_BOOT", 0, 3, 1, 1, 18, kC61},
    {"DIS_LEGACY_SPI_BOOT", 0, 4, 1, 1, 18, kS2},
    {"DIS_BOOT_REMAP", 0, 1, 15, 1, 2, kS2},
    {"SECURE_VERSION", 0, 4, 14, 16, 18, kC3 | kC6 | kS3},
    {"SECURE_VERSION", 0, 4, 11, 16, 18, kS2},
    {"SECURE_VERSION", 0, 4, 9, 16, 18, kH2 | kP4},
    {"SECURE_VERSION", 0, 4, 9, 9, 18, kC5},
    {"SECURE_VERSION", 0, 3, 8, 16, 18, kC61},
    // C2.
    {"RD_DIS", 0, 1, 0, 2, 0, kC2},
    {"DIS_PAD_JTAG", 0, 1, 4, 1, 1, kC2},
    {"DIS_DOWNLOAD_ICACHE", 0, 1, 5, 1, 1, kC2},
    {"DIS_DOWNLOAD_MANUAL_ENCRYPT", 0, 1, 6, 1, 2, kC2},
    {"SPI_BOOT_CRYPT_CNT", 0, 1, 7, 3, 2, kC2},
    {"DIS_DOWNLOAD_MODE", 0, 1, 14, 1, 3, kC2},
    {"DIS_DIRECT_BOOT", 0, 1, 15, 1, 3, kC2},
    {"ENABLE_SECURITY_DOWNLOAD", 0, 1, 16, 1, 3, kC2},
    {"SECURE_BOOT_EN", 0, 1, 21, 1, 2, kC2},
    {"SECURE_VERSION", 0, 1, 22, 4, 4, kC2},
    // ESP32.
    {"RD_DIS", 0, 0, 16, 4, 0, kEsp32},
    {"FLASH_CRYPT_CNT", 0, 0, 20, 7, 2, kEsp32},
    {"UART_DOWNLOAD_DIS", 0, 0, 27, 1, 2, kEsp32},
    {"DIS_CACHE", 0, 3, 3, 1, 3, kEsp32},
    {"FLASH_CRYPT_CONFIG", 0, 5, 28, 4, 10, kEsp32, 3},
    {"CONSOLE_DEBUG_DISABLE", 0, 6, 2, 1, 15, kEsp32},
    {"ABS_DONE_0", 0, 6, 4, 1, 12, kEsp32},
    {"ABS_DONE_1", 0, 6, 5, 1, 13, kEsp32},
    {"JTAG_DISABLE", 0, 6, 6, 1, 14, kEsp32},
    {"DISABLE_DL_ENCRYPT", 0, 6, 7, 1, 15, kEsp32},
    {"DISABLE_DL_DECRYPT", 0, 6, 8, 1, 15, kEsp32},
    {"DISABLE_DL_CACHE", 0, 6, 9, 1, 15, kEsp32},
    {"SECURE_VERSION", 3, 4, 0, 32, 9, kEsp32, 2}};

struct PurposeAt {
  size_t word;
  unsigned low, bits;
};
PurposeAt purpose_at(size_t key, Chip chip) {
  if (chip == kC61) return {2, static_cast<unsigned>(key) * 4, 4};
  if (chip == kC5) {
    constexpr unsigned kLow[kKeys] = {22, 27, 0, 5, 10, 15};
    return {key < 2 ? 2u : 3u, kLow[key], 5};
  }
  return key < 2 ? PurposeAt{2, 24 + static_cast<unsigned>(key) * 4, 4}
                 : PurposeAt{3, static_cast<unsigned>(key - 2) * 4, 4};
}

// The fuses of a dump, as of one chip.
class Placed {
 public:
  Placed(const Dump& dump, Chip chip) : dump_(dump), chip_(chip) {}
  Summary summary() {
    out_.offset = dump_.offset;
    for (const auto& [chip, name] : kChips) {
      if (chip == chip_) out_.chip = name;
    }
    for (const Field& field : kFields) {
      if ((field.chips & chip_) != 0) put(field);
    }
    mac();
    keys();
    return std::move(out_);
  }

 private:
  uint64_t covered() const {
    return chip_ == kEsp32 ? dump_.word(0, 0) >> 16 & 0xF : dump_.word(0, 1) & 0x7F;
  }
  bool is_covered(unsigned bit) const { return bit != kNoGuard && (covered() >> bit & 1) != 0; }
  bool is_writeable(unsigned guard) const { return (dump_.word(0, 0) >> guard & 1) == 0; }

  void put(const Field& field) {
    if (!dump_.has(field.block, field.word + 1u)) return;
    const uint64_t mask = (1ull << field.bits) - 1;
    const uint64_t bits = dump_.word(field.block, field.word) >> field.low & mask;
    Fuse fuse = made(!is_covered(field.cover), is_writeable(field.guard));
    if (fuse.readable) {
      fuse.number = bits;
      fuse.value = std::to_string(bits);
    }
    out_.fuses.emplace(field.name, std::move(fuse));
  }

  void mac() {
    const size_t block = chip_ == kEsp32 ? 0 : chip_ == kC2 ? 2 : 1, at = chip_ == kEsp32 ? 1 : 0;
    if (!dump_.has(block, at + 2)) return;
    Fuse fuse = made(true, true);
    const uint64_t mac =
        (uint64_t{dump_.word(block, at + 1) & 0xFFFF} << 32) | dump_.word(block, at);
    fuse.value = fmt::format("{:012x}", mac);
    out_.fuses.emplace("MAC", std::move(fuse));
  }

  void keys() {
    if (chip_ == kEsp32) {
      key("BLOCK1", 1, 0, 32, 7, 0);
      key("BLOCK2", 2, 0, 32, 8, 1);
      return;
    }
    if (chip_ == kC2) {
      key("BLOCK_KEY0_LOW_128", 3, 0, 16, 7, 0);
      key("BLOCK_KEY0_HI_128", 3, 16, 16, 7, 1);
      return;
    }
    for (size_t i = 0; i < kKeys; ++i) {
      key(fmt::format("BLOCK_KEY{}", i), 4 + i, 0, 32, static_cast<unsigned>(23 + i),
          static_cast<unsigned>(i));
      const PurposeAt at = purpose_at(i, chip_);
      if (!dump_.has(0, 6)) continue;
      uint64_t number = dump_.word(0, at.word) >> at.low & ((1u << at.bits) - 1);
      // Of newer ones a fifth bit lies apart; the older have it 0.
      if (chip_ == kP4)
        number |= uint64_t{i < 5 ? dump_.word(0, 4) >> (27 + i) & 1 : dump_.word(0, 5) >> 4 & 1}
                  << 4;
      Fuse fuse = made(true, is_writeable(static_cast<unsigned>(8 + i)));
      // (Its own number where that has no name.)
      const std::string_view name = purpose_name(number, out_.chip.c_str());
      fuse.value = name.empty() ? std::to_string(number) : std::string(name);
      out_.fuses.emplace(fmt::format("KEY_PURPOSE_{}", i), std::move(fuse));
    }
  }

  void key(std::string name, size_t block, size_t from, size_t size, unsigned guard,
           unsigned cover) {
    const Words& words = dump_.blocks[block];
    if (words.empty()) return;
    Fuse fuse = made(!is_covered(cover), is_writeable(guard));
    Bytes bytes;
    for (const uint32_t word : words) {
      for (unsigned i = 0; i < 4; ++i) bytes.push_back(static_cast<uint8_t>(word >> 8 * i));
    }
    from = std::min(from, bytes.size());
    const View all = View(bytes).subspan(from, std::min(size, bytes.size() - from));
    fuse.shown = std::any_of(all.begin(), all.end(), [](uint8_t b) { return b != 0; });
    // What a protected block reads is no value of it.
    fuse.covered = !fuse.readable && !fuse.shown;
    if (fuse.readable) fuse.bytes = to_bytes(all);
    out_.fuses.emplace(std::move(name), std::move(fuse));
  }

  Fuse made(bool readable, bool writeable) const {
    Fuse fuse{.value = {}, .number = {}, .bytes = {}, .offset = dump_.offset};
    fuse.readable = readable;
    fuse.writeable = writeable;
    return fuse;
  }

  const Dump& dump_;
  const Chip chip_;
  Summary out_;
};

// Chips whose fuses are known by name alone.
bool newer_has(std::string_view chip, std::string_view fuse) {
  constexpr std::string_view kNewer[] = {"esp32e22", "esp32h21", "esp32h4", "esp32s31"};
  constexpr std::string_view kAll[] = {"RD_DIS",
                                       "SPI_BOOT_CRYPT_CNT",
                                       "SECURE_BOOT_EN",
                                       "SECURE_BOOT_KEY_REVOKE0",
                                       "SECURE_BOOT_KEY_REVOKE1",
                                       "SECURE_BOOT_KEY_REVOKE2",
                                       "SPI_DOWNLOAD_MSPI_DIS",
                                       "DIS_PAD_JTAG",
                                       "SOFT_DIS_JTAG",
                                       "DIS_DOWNLOAD_MODE",
                                       "ENABLE_SECURITY_DOWNLOAD",
                                       "DIS_DIRECT_BOOT"};
  constexpr std::string_view kMost[] = {"DIS_USB_JTAG", "DIS_DOWNLOAD_MANUAL_ENCRYPT"};
  const auto among = [](const auto& all, std::string_view name) {
    return std::find(std::begin(all), std::end(all), name) != std::end(all);
  };
  return among(kNewer, chip) && (among(kAll, fuse) || (chip != "esp32e22" && among(kMost, fuse)));
}

}  // namespace

size_t blocks_of(uint16_t chips) {
  return (chips & (kEsp32 | kC2)) != 0 ? 4 : kMostBlocks;
}
size_t words_of(uint16_t chips, size_t block) {
  if ((chips & kEsp32) != 0) return block == 0 ? 7 : 8;
  if ((chips & kC2) != 0) return block == 0 ? 2 : block == 1 ? 3 : 8;
  return block < 2 ? 6 : 8;
}

bool chip_has(std::string_view chip, std::string_view fuse) {
  if (fuse.starts_with("KEY_PURPOSE_") || fuse.starts_with("BLOCK_KEY")) {
    const bool has_keys = chip != "esp32" && chip != "esp32c2";
    return has_keys && (chip != "esp32s31" || fuse.back() != '5');
  }
  const auto* of = std::find_if(std::begin(kChips), std::end(kChips),
                                [&](const auto& one) { return one.second == chip; });
  if (of == std::end(kChips)) return newer_has(chip, fuse);
  return std::any_of(std::begin(kFields), std::end(kFields), [&](const Field& field) {
    return (field.chips & of->first) != 0 && field.name == fuse;
  });
}

bool is_of_locks(std::string_view fuse) {
  return std::any_of(std::begin(kFields), std::end(kFields),
                     [&](const Field& field) { return field.name == fuse; });
}

bool any_chip_has(std::string_view fuse) {
  return std::any_of(std::begin(kChips), std::end(kChips), [&](const auto& one) {
    return one.first != kEsp32 && chip_has(one.second, fuse);
  });
}

Summary fuses_of(const Dump& dump, Chip chip) {
  return Placed(dump, chip).summary();
}

}  // namespace attest::efuse
