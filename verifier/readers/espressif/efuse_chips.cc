// Espressif's chips, and what the numbers of their fuses mean.

#include <algorithm>
#include <iterator>
#include <utility>

#include "verifier/readers/espressif/efuse.h"

namespace attest::efuse {

// By fields that one chip alone has, of most chips two: a summary may be cut anywhere.
const char* telling_chip(const Summary& s) {
  constexpr std::pair<const char*, const char*> kTelling[] = {
      {"DIS_PCIE_DOWNLOAD", "esp32e22"},
      {"PVT_CELL_SELECT", "esp32h21"},
      {"PVT_GLITCH_EN", "esp32h21"},
      {"DIS_CORE1", "esp32h4"},
      {"USB_OTG_FS_EXCHG_PINS", "esp32h4"},
      {"DIS_SM_CRYPT", "esp32s31"},
      {"ENA_XTS_SHADOW", "esp32s31"},
      {"FLASH_CRYPT_CNT", "esp32"},
      {"ABS_DONE_0", "esp32"},
      {"ABS_DONE_1", "esp32"},
      {"HARD_DIS_JTAG", "esp32s2"},
      {"DIS_LEGACY_SPI_BOOT", "esp32s2"},
      {"BLOCK_KEY0_HI_128", "esp32c2"},
      {"BLOCK_KEY0_LOW_128", "esp32c2"},
      {"DIS_APP_CPU", "esp32s3"},
      {"STRAP_JTAG_SEL", "esp32s3"},
      {"DIS_WIFI6", "esp32c61"},
      {"ECDSA_DISABLE_P192", "esp32c61"},
      {"HP_PWR_SRC_SEL", "esp32p4"},
      {"DCDC_VSET", "esp32p4"},
      {"KM_HUK_GEN_STATE", "esp32p4"},
      {"RECOVERY_BOOTLOADER_FLASH_SECTOR_HI", "esp32c5"},
      {"RECOVERY_BOOTLOADER_FLASH_SECTOR_LO", "esp32c5"},
      {"ECDSA_FORCE_USE_HARDWARE_K", "esp32h2"},
      {"RXIQ_VERSION", "esp32h2"},
      {"SWAP_UART_SDIO_EN", "esp32c6"},
      {"ERR_RST_ENABLE", "esp32c3"}};
  for (const auto& [field, chip] : kTelling) {
    if (s.find(field) != nullptr) return chip;
  }
  return nullptr;
}
const Fuse* Summary::find(std::string_view name) const {
  const auto at = fuses.find(name);
  return at == fuses.end() ? nullptr : &at->second;
}

const char* purpose_name(uint64_t purpose, const char* chip) {
  constexpr const char* kNames[] = {"USER",
                                    "",
                                    "XTS_AES_256_KEY_1",
                                    "XTS_AES_256_KEY_2",
                                    "XTS_AES_128_KEY",
                                    "HMAC_DOWN_ALL",
                                    "HMAC_DOWN_JTAG",
                                    "HMAC_DOWN_DIGITAL_SIGNATURE",
                                    "HMAC_UP",
                                    "SECURE_BOOT_DIGEST0",
                                    "SECURE_BOOT_DIGEST1",
                                    "SECURE_BOOT_DIGEST2",
                                    "KM_INIT_KEY",
                                    "XTS_AES_256_PSRAM_KEY_1",
                                    "XTS_AES_256_PSRAM_KEY_2",
                                    "XTS_AES_128_PSRAM_KEY",
                                    "ECDSA_KEY_P192",
                                    "ECDSA_KEY_P384_L",
                                    "ECDSA_KEY_P384_H",
                                    "SDC_KEY_DIGEST"};
  constexpr std::string_view kWithoutEcdsa[] = {"esp32c3", "esp32c6", "esp32s2", "esp32s3"};
  if (purpose == 1 && chip != nullptr)
    return std::find(std::begin(kWithoutEcdsa), std::end(kWithoutEcdsa), chip) ==
                   std::end(kWithoutEcdsa)
               ? "ECDSA_KEY"
               : "RESERVED";
  return purpose < std::size(kNames) ? kNames[purpose] : "";
}

const char* chip_of_id(uint64_t id) {
  switch (id) {
    case 0:
      return "esp32";
    case 2:
      return "esp32s2";
    case 5:
      return "esp32c3";
    case 9:
      return "esp32s3";
    case 12:
      return "esp32c2";
    case 13:
      return "esp32c6";
    case 16:
      return "esp32h2";
    case 18:
      return "esp32p4";
    case 20:
      return "esp32c61";
    case 23:
      return "esp32c5";
    case 25:
      return "esp32h21";
    case 28:
      return "esp32h4";
    case 31:
      return "esp32e22";
    case 32:
      return "esp32s31";
    default:
      return nullptr;
  }
}

bool is_purpose(std::string_view word) {
  constexpr std::string_view kPublic[] = {"USER", "USER/EMPTY", "RESERVED", "SDC_KEY_DIGEST"};
  constexpr std::string_view kDigest = "SECURE_BOOT_DIGEST";
  const bool is_digest = word.size() == kDigest.size() + 1 && word.starts_with(kDigest) &&
                         word.back() >= '0' && word.back() <= '2';
  return holds_a_secret(word) || is_digest ||
         std::find(std::begin(kPublic), std::end(kPublic), word) != std::end(kPublic);
}

bool may_be_purpose(std::string_view word, uint64_t number) {
  if (!is_purpose(word)) return true;
  // (Chips that name a purpose by five bits have the fifth in a field of its own.)
  if (number < 16 && purpose_name(number + 16, nullptr) == word) return true;
  if (number == 0) return word.starts_with("USER");
  if (number == 1) return word == "RESERVED" || word.starts_with("ECDSA_KEY");
  if (number == 2) return word == "RESERVED" || word.starts_with("XTS_AES_");
  const std::string_view name = purpose_name(number, nullptr);
  return name.empty() || name == word;
}

bool holds_a_secret(std::string_view purpose) {
  return purpose.starts_with("XTS_AES_") || purpose.starts_with("HMAC_") ||
         purpose.starts_with("ECDSA_KEY") || purpose.starts_with("KM_INIT_KEY");
}

}  // namespace attest::efuse
