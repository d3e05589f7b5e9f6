// Flash encryption, and blocks that hold keys.

#include <bit>

#include "verifier/readers/espressif/efuse_rules.h"
#include "verifier/readers/posture/untold.h"

namespace attest::efuse {

void Rules::encryption() {
  const char* field = old_ ? "FLASH_CRYPT_CNT" : "SPI_BOOT_CRYPT_CNT";
  const Fuse* count = find(field);
  if (count == nullptr) {
    if (is_lost(field)) say_untold(Trait::flash_encryption, field);
    return;
  }
  const uint64_t all = old_ ? 0x7F : 7;
  if (count->number && std::popcount(*count->number & all) % 2 == 0)
    return say(Trait::flash_encryption, Holds::no, "off",
               fmt::format("{} is 0x{:x}: an even number of bits", field, *count->number), field);
  if (!count->number && tool::same_word(count->value, "Disable"))
    return say(Trait::flash_encryption, Holds::no, "off", fmt::format("{} is \"Disable\"", field),
               field);
  if (!count->number && !tool::same_word(count->value, "Enable"))
    return say_untold(Trait::flash_encryption, field);
  const bool release = (count->number && *count->number == all) || !count->writeable;
  const bool told = release || (count->number && count->access_told);
  const char* value = release ? "release" : told ? "development" : "on";
  const char* sealed = !count->access_told ? ", and whether it can be written is not told"
                       : count->writeable  ? " and can be written"
                                           : ", sealed";
  const std::string detail =
      count->number ? fmt::format("{} is 0x{:x}{}", field, *count->number, sealed)
                    : fmt::format("{} is \"Enable\"{}{}", field, sealed,
                                  release ? ""
                                          : ": with one bit it would be development mode, with "
                                            "three release mode");
  say(Trait::flash_encryption, Holds::yes, value, detail, field);
  say(Trait::release_mode,
      release ? Holds::yes
      : told  ? Holds::no
              : Holds::unclear,
      told ? value : kUntold, detail, field);
  encryption_bits();
}

// Other chips have the bit, too, and the rule does not ask for it.
void Rules::flash_in_download_mode() {
  constexpr const char* kBit = "SPI_DOWNLOAD_MSPI_DIS";
  const std::string_view chip = chip_ == nullptr ? "" : chip_;
  const bool asks = chip == "esp32p4" || chip == "esp32s31";
  if (asks || (chip.empty() && (has("DIS_SWD") || bit(kBit) != false)))
    want(Trait::release_mode, kBit, "burned", "open");
  else if (chip.empty())
    say(Trait::release_mode, Holds::unclear, kUntold,
        fmt::format("{} is 0, and which chip it is is not told", kBit), kBit);
}

void Rules::encryption_bits() {
  said_encryption_ = true;
  constexpr const char* kNew[] = {"DIS_DOWNLOAD_MANUAL_ENCRYPT", "DIS_DOWNLOAD_ICACHE",
                                  "DIS_DOWNLOAD_DCACHE"};
  constexpr const char* kOld[] = {"DISABLE_DL_ENCRYPT", "DISABLE_DL_DECRYPT", "DISABLE_DL_CACHE"};
  for (const char* field : old_ ? kOld : kNew) want(Trait::release_mode, field, "burned", "open");
  flash_in_download_mode();
  if (is_untold("FLASH_CRYPT_CONFIG"))
    say_untold(Trait::release_mode, "FLASH_CRYPT_CONFIG");
  else if (const Fuse* tweak = find("FLASH_CRYPT_CONFIG"))
    say(Trait::release_mode, *tweak->number == 0xF ? Holds::yes : Holds::no,
        *tweak->number == 0xF ? "whole" : "weak",
        fmt::format("FLASH_CRYPT_CONFIG is 0x{:x}, 0xf mixes the whole address", *tweak->number),
        "FLASH_CRYPT_CONFIG");
  const char* cache = old_ ? "DIS_CACHE" : "DIS_ICACHE";
  const Fuse* guard = find(cache);
  if (guard == nullptr ? is_lost(cache) : !guard->access_told)
    say_access_untold(Trait::release_mode, cache);
  else if (guard != nullptr)
    say(Trait::release_mode, guard->writeable ? Holds::no : Holds::yes,
        guard->writeable ? "open" : "sealed",
        fmt::format("{} {}", cache, guard->writeable ? "can be written" : "is sealed"), cache);
  if (old_) return key_block("BLOCK1", "the flash's key");
  if (short_) return key_block("BLOCK_KEY0_LOW_128", "the flash's key");
  for (size_t block = 0; block < kKeyBlocks; ++block) {
    if (purpose(block).starts_with("XTS_AES_")) return;
  }
  if (const auto untold = untold_purposes(); !untold.empty())
    say_untold(Trait::release_mode, untold.front());
  else
    say(Trait::release_mode, Holds::no, "no key",
        "flash encryption is on, and no block has the purpose of its key", "KEY_PURPOSE_0");
}

void Rules::say_written(std::string_view name, std::string_view what) {
  const bool open = find(name)->writeable;
  say(Trait::fuse_key_write, open ? Holds::no : Holds::yes, open ? "writeable" : "locked",
      fmt::format("{} ({}) {}", name, what, open ? "can be written" : "is write-protected"), name);
}

// A block that holds a secret: neither to be read nor to be changed.
void Rules::key_block(std::string_view name, std::string_view what) {
  const Fuse* key = find(name);
  if (key == nullptr || !key->access_told) {
    say_access_untold(Trait::fuse_key_read, name);
    return say_access_untold(Trait::fuse_key_write, name);
  }
  const bool shown = key->readable && !key->covered;
  say(Trait::fuse_key_read, shown ? Holds::no : Holds::yes, shown ? "readable" : "hidden",
      fmt::format("{} ({}) {}", name, what, shown ? "can be read" : "is read-protected"), name);
  say_written(name, what);
}

// Its bytes are in the output, whole or in part: named, and never shown.
void Rules::secret(std::string_view name, std::string_view what) {
  const Fuse* key = find(name);
  if (key == nullptr || !key->shown) return;
  reading_.holds("efuse-key");
  say(Trait::secret, Holds::no, std::string(name), fmt::format("{} shows {}", name, what), name);
}

// Every block whose bytes are not known to be public, whatever is switched on by now.
void Rules::secrets() {
  if (old_) {
    secret("BLOCK1", "a key (of the flash)");
    if (!is_set("ABS_DONE_1")) secret("BLOCK2", "what is the key of secure boot v1, or may be");
    return;
  }
  if (short_) return secret("BLOCK_KEY0_LOW_128", "a key (of the flash)");
  for (size_t block = 0; block < kKeyBlocks; ++block) {
    const std::string_view what = purpose(block);
    const bool is_public =
        what.starts_with("SECURE_BOOT_DIGEST") || what == "USER" || what == "USER/EMPTY";
    if (!is_public)
      secret(fmt::format("BLOCK_KEY{}", block),
             what.empty() ? std::string("a key (its purpose is not told)")
                          : fmt::format("a key ({})", printable(std::string(what))));
  }
}

void Rules::key_blocks() {
  for (size_t block = 0; block < kKeyBlocks; ++block) {
    const std::string_view what = purpose(block);
    const std::string name = fmt::format("BLOCK_KEY{}", block);
    if (what.starts_with("HMAC_UP")) say(Trait::nvs_scheme, Holds::yes, "hmac", name, name);
    if (what.starts_with("ECDSA_KEY"))
      say(Trait::dac_key, Holds::yes, "efuse-ecdsa", fmt::format("{} ({})", name, what), name);
    if (what == "HMAC_DOWN_DIGITAL_SIGNATURE")
      say(Trait::dac_key, Holds::yes, "rsa-ds", fmt::format("{} ({})", name, what), name);
    if (!holds_a_secret(what)) continue;
    key_block(name, what);
    const std::string field = fmt::format("KEY_PURPOSE_{}", block);
    if (!find(field)->access_told)
      say_access_untold(Trait::fuse_key_write, field);
    else
      say_written(field, what);
  }
  for (const std::string& field : untold_purposes()) {
    for (const Trait trait : {Trait::nvs_scheme, Trait::fuse_key_read, Trait::fuse_key_write})
      say_untold(trait, field);
  }
}

}  // namespace attest::efuse
