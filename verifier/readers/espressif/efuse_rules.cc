#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "verifier/readers/espressif/efuse_places.h"
#include "verifier/readers/posture/mac.h"
#include "verifier/readers/posture/tool_text.h"
#include "verifier/readers/posture/untold.h"

namespace attest::efuse {
namespace {

constexpr size_t kKeyBlocks = 6, kDigests = 3;

class Rules {
 public:
  Rules(const Summary& summary, const Source& source, std::string item, Reading& reading)
      : summary_(summary), source_(source), item_(std::move(item)), reading_(reading) {}
  void say_all();

 private:
  const Fuse* find(std::string_view name) const { return summary_.find(name); }
  bool has(std::string_view name) const { return find(name) != nullptr; }
  // The chip has it, and what was printed does not: cut, or of another version.
  bool is_lost(std::string_view name) const;
  // That, or its value is none that tells. What is not told is never as it should be, nor open.
  bool is_untold(std::string_view name) const {
    const Fuse* fuse = find(name);
    return fuse == nullptr ? is_lost(name) : !fuse->number;
  }
  void say_untold(Trait trait, std::string_view name);
  // Who may read and write it.
  void say_access_untold(Trait trait, std::string_view name);
  // Purposes that are not told: each may be any.
  std::vector<std::string> untold_purposes() const {
    std::vector<std::string> out;
    for (size_t block = 0; block < kKeyBlocks; ++block) {
      std::string field = fmt::format("KEY_PURPOSE_{}", block);
      if (is_lost(field) || (has(field) && !is_purpose(purpose(block))))
        out.push_back(std::move(field));
    }
    return out;
  }
  std::optional<bool> bit(std::string_view name) const {
    const Fuse* fuse = find(name);
    if (fuse == nullptr) return std::nullopt;
    if (fuse->number) return *fuse->number != 0;
    return std::nullopt;
  }
  bool is_set(std::string_view name) const { return bit(name) == true; }
  void say(Trait trait, Holds holds, std::string value, std::string detail,
           std::string_view field) {
    const Fuse* fuse = find(field);
    std::string item = item_;
    if (!field.empty()) item += (item.empty() ? "" : ": ") + std::string(field);
    Claim& claim = reading_.device.posture.say(
        trait, holds, std::move(value), std::move(detail),
        tool::place(source_, fuse == nullptr ? summary_.offset : fuse->offset, std::move(item)));
    if (summary_.may_be_of_another) claim.read_as = summary_.chip;
  }
  // A bit that the vendor's rule wants burned; skipped where the chip lacks it.
  void want(Trait trait, std::string_view field, std::string_view good, std::string_view bad) {
    if (is_untold(field)) return say_untold(trait, field);
    if (const auto burned = bit(field))
      say(trait, *burned ? Holds::yes : Holds::no, std::string(*burned ? good : bad),
          fmt::format("{} is {}", field, *burned ? 1 : 0), field);
  }
  std::string_view purpose(size_t block) const {
    const Fuse* fuse = find(fmt::format("KEY_PURPOSE_{}", block));
    if (fuse == nullptr) return {};
    // Of a tool that has no names for them.
    const auto number = tool::number(fuse->value);
    return number ? std::string_view(purpose_name(*number, chip_)) : std::string_view(fuse->value);
  }

  void identity();
  void secure_boot();
  void boot_keys();
  void boot_key(size_t block, const Fuse& key);
  void old_boot_key();
  void short_boot_key();
  void encryption();
  void encryption_bits();
  void flash_in_download_mode();
  void key_blocks();
  void key_block(std::string_view name, std::string_view what);
  void say_written(std::string_view name, std::string_view what);
  void secrets();
  void secret(std::string_view name, std::string_view what);
  std::string jtag_bits(std::string_view pad) const;
  void debug();
  void download();

  const Summary& summary_;
  const Source& source_;
  const std::string item_;
  Reading& reading_;
  const char* chip_ = nullptr;  // null: not known
  bool old_ = false;            // ESP32
  bool short_ = false;          // ESP32-C2: one block of keys
  bool boots_ = false;          // secure boot is on
  bool said_encryption_ = false;
};

bool Rules::is_lost(std::string_view name) const {
  if (has(name)) return false;
  // (Of a dump the damage is told, and a block that is not there.)
  if (!summary_.chip.empty() && !name.starts_with("BLOCK")) return false;
  return chip_ == nullptr ? any_chip_has(name) : chip_has(chip_, name);
}

void Rules::say_untold(Trait trait, std::string_view name) {
  const Fuse* fuse = find(name);
  if (fuse == nullptr)
    return say(trait, Holds::unclear, kUntold,
               fmt::format("{} is not in the output, and {}", name,
                           chip_ == nullptr ? "which chip it is is not told" : "the chip has it"),
               "");
  say(trait, Holds::unclear, kUntold,
      fuse->value.empty()
          ? fmt::format("{} has no value that tells", name)
          : fmt::format("{} is \"{}\", which does not tell", name, printable(fuse->value)),
      name);
}

void Rules::say_access_untold(Trait trait, std::string_view name) {
  if (!has(name)) return say_untold(trait, name);
  say(trait, Holds::unclear, kUntold,
      fmt::format("{} does not tell whether it can be read and written", name), name);
}

// Its bytes, or that they cannot be read.
bool tells_bytes(const Fuse& block) {
  return block.bytes || !block.readable || block.value.find('?') != std::string::npos;
}

bool is_zero(View v) {
  return std::all_of(v.begin(), v.end(), [](uint8_t b) { return b == 0; });
}

void Rules::identity() {
  // One of this vendor's, whichever: a guess would contradict what else tells of the chip.
  if (chip_ == nullptr)
    say(Trait::chip, Holds::unclear, "esp32", "none of the fuses tells which chip it is", "");
  else
    say(Trait::chip, Holds::yes, chip_, "", "");
  const Fuse* mac = find("MAC");
  if (mac == nullptr) return;
  const auto address = address_digits(std::string_view(mac->value).substr(0, mac->value.find(' ')));
  if (address && !is_blank_id(*address)) say(Trait::mac, Holds::yes, base_of(*address), "", "MAC");
}

void Rules::secure_boot() {
  // Where both schemes are on, v2 counts.
  for (const char* scheme : {"ABS_DONE_0", "ABS_DONE_1"}) {
    if (old_ && is_untold(scheme) && !is_set("ABS_DONE_1"))
      return say_untold(Trait::secure_boot, scheme);
  }
  const char* field =
      old_ ? (is_set("ABS_DONE_0") && !is_set("ABS_DONE_1") ? "ABS_DONE_0" : "ABS_DONE_1")
           : "SECURE_BOOT_EN";
  boots_ = is_set(field);
  const bool first = std::string_view(field) == "ABS_DONE_0";
  want(Trait::secure_boot, field, first ? "v1" : "v2", "off");
  if (!has(field)) return;
  if (boots_ && !old_)
    boot_keys();
  else if (boots_)
    old_boot_key();
  const Fuse* read = find("RD_DIS");
  if (read == nullptr ? boots_ && is_lost("RD_DIS") : !read->access_told)
    return say_access_untold(Trait::read_protection, "RD_DIS");
  if (read != nullptr && (!old_ || (boots_ && !first)))
    say(Trait::read_protection, read->writeable ? Holds::no : Holds::yes,
        read->writeable ? "open" : "sealed",
        read->writeable ? "RD_DIS can be written: the digest could be read-protected away"
                        : "RD_DIS is sealed",
        "RD_DIS");
}

void Rules::boot_key(size_t block, const Fuse& key) {
  const std::string name = fmt::format("BLOCK_KEY{}", block);
  const std::string purpose_field = fmt::format("KEY_PURPOSE_{}", block);
  const Fuse* guard = find(purpose_field);
  if (!tells_bytes(key)) return say_untold(Trait::boot_key, name);
  if (!key.access_told) return say_access_untold(Trait::boot_key, name);
  if (guard != nullptr && !guard->access_told)
    return say_access_untold(Trait::boot_key, purpose_field);
  const char* wrong = !key.readable || !key.bytes            ? "is read-protected"
                      : is_zero(*key.bytes)                  ? "is empty"
                      : key.writeable                        ? "can be written"
                      : guard != nullptr && guard->writeable ? "has a purpose that can be written"
                                                             : nullptr;
  say(Trait::boot_key, wrong == nullptr ? Holds::yes : Holds::no,
      wrong == nullptr ? "usable" : wrong,
      fmt::format("{} ({}) {}", name, purpose(block), wrong == nullptr ? "is usable" : wrong),
      name);
  if (key.bytes && !is_zero(*key.bytes))
    say(Trait::trusted_key, Holds::yes, hex(*key.bytes), std::string(purpose(block)), name);
}

void Rules::boot_keys() {
  if (short_) return short_boot_key();
  bool any = false;
  for (size_t block = 0; block < kKeyBlocks; ++block) {
    constexpr std::string_view kDigest = "SECURE_BOOT_DIGEST";
    if (!purpose(block).starts_with(kDigest) || purpose(block).size() != kDigest.size() + 1)
      continue;
    const std::string name = fmt::format("BLOCK_KEY{}", block);
    const Fuse* key = find(name);
    const auto slot = static_cast<size_t>(purpose(block).back() - '0');
    if (slot < kDigests && is_set(fmt::format("SECURE_BOOT_KEY_REVOKE{}", slot))) {
      if (key != nullptr && key->bytes && !is_zero(*key->bytes))
        say(Trait::revoked_key, Holds::yes, hex(*key->bytes), std::string(purpose(block)), name);
      continue;
    }
    any = true;
    if (const std::string revoked = fmt::format("SECURE_BOOT_KEY_REVOKE{}", slot);
        is_untold(revoked))
      say_untold(Trait::boot_key, revoked);
    if (key == nullptr)
      say_untold(Trait::boot_key, name);
    else
      boot_key(block, *key);
  }
  if (any) return;
  if (const auto untold = untold_purposes(); !untold.empty())
    return say_untold(Trait::boot_key, untold.front());
  say(Trait::boot_key, Holds::no, "missing",
      "secure boot is on, and no block holds a digest that is not revoked: the part cannot boot",
      "SECURE_BOOT_EN");
}

// C2: the first half of the digest, in the upper half of the one block.
void Rules::short_boot_key() {
  const Fuse* key = find("BLOCK_KEY0_HI_128");
  if (key == nullptr || !tells_bytes(*key)) return say_untold(Trait::boot_key, "BLOCK_KEY0_HI_128");
  if (!key->access_told) return say_access_untold(Trait::boot_key, "BLOCK_KEY0_HI_128");
  const bool there = key->readable && key->bytes && !is_zero(*key->bytes);
  const bool usable = there && !key->writeable;
  say(Trait::boot_key, usable ? Holds::yes : Holds::no, usable ? "usable" : "not usable",
      usable  ? "BLOCK_KEY0_HI_128 holds the digest"
      : there ? "BLOCK_KEY0_HI_128 can be written"
              : "BLOCK_KEY0_HI_128 is empty or read-protected",
      "BLOCK_KEY0_HI_128");
  if (there) say(Trait::trusted_key, Holds::yes, hex(*key->bytes), "", "BLOCK_KEY0_HI_128");
}

void Rules::old_boot_key() {
  const Fuse* key = find("BLOCK2");
  if (key == nullptr || !tells_bytes(*key)) return say_untold(Trait::boot_key, "BLOCK2");
  if (!key->access_told) return say_access_untold(Trait::boot_key, "BLOCK2");
  const bool second = is_set("ABS_DONE_1");
  const bool empty = key->bytes && is_zero(*key->bytes);
  const char* wrong = key->writeable                              ? "can be written"
                      : second && (!key->readable || !key->bytes) ? "is read-protected"
                      : empty                                     ? "is empty"
                      : !second && key->readable ? "can be read, and holds the bootloader's key"
                                                 : nullptr;
  say(Trait::boot_key, wrong == nullptr ? Holds::yes : Holds::no,
      wrong == nullptr ? "usable" : wrong,
      fmt::format("BLOCK2 {}", wrong == nullptr ? "holds the boot key" : wrong), "BLOCK2");
  if (second && key->bytes && !empty)
    say(Trait::trusted_key, Holds::yes, hex(*key->bytes), "", "BLOCK2");
}

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

std::string Rules::jtag_bits(std::string_view pad) const {
  const auto usb = bit("DIS_USB_JTAG");
  return fmt::format("{} is {}{}", pad, is_set(pad) ? 1 : 0,
                     usb ? fmt::format(", DIS_USB_JTAG is {}", *usb ? 1 : 0) : "");
}

void Rules::debug() {
  if (old_) return want(Trait::debug, "JTAG_DISABLE", "disabled", "open");
  const char* pad = has("HARD_DIS_JTAG") ? "HARD_DIS_JTAG" : "DIS_PAD_JTAG";
  if (!has(pad)) {
    if (is_lost(pad)) say_untold(Trait::debug, pad);
    return;
  }
  const auto usb = bit("DIS_USB_JTAG"), pads = bit(pad);
  const bool usb_untold = !has("HARD_DIS_JTAG") && is_untold("DIS_USB_JTAG");
  if (pads == true && usb.value_or(true) && !usb_untold)
    return say(Trait::debug, Holds::yes, "disabled", jtag_bits(pad), pad);
  // A key may open it by challenge.
  const char* soft = "SOFT_DIS_JTAG";
  const Fuse* count = find(soft);
  const bool burned =
      count != nullptr && count->number && *count->number == (has("HARD_DIS_JTAG") ? 1u : 7u);
  bool key = false;
  for (size_t block = 0; block < kKeyBlocks; ++block)
    key = key || purpose(block) == "HMAC_DOWN_JTAG" || purpose(block) == "HMAC_DOWN_ALL";
  // (What is not told may be a bit that closes it for good.)
  if (burned && key)
    return say(Trait::debug, Holds::yes, pads && !(*pads && usb_untold) ? "secure-lock" : "locked",
               "SOFT_DIS_JTAG is burned, a key opens it by challenge", pad);
  if (pads == true && usb_untold) return say_untold(Trait::debug, "DIS_USB_JTAG");
  if (!pads) return say_untold(Trait::debug, pad);
  if (is_untold(soft)) return say_untold(Trait::debug, soft);
  if (const auto untold = untold_purposes(); burned && !untold.empty())
    return say_untold(Trait::debug, untold.front());
  say(Trait::debug, Holds::no, "open", jtag_bits(pad), pad);
}

void Rules::download() {
  if (old_) {
    want(Trait::download_mode, "UART_DOWNLOAD_DIS", "disabled", "open");
    want(Trait::other_boot, "CONSOLE_DEBUG_DISABLE", "closed", "open");
    return;
  }
  const auto disabled = bit("DIS_DOWNLOAD_MODE"), secure = bit("ENABLE_SECURITY_DOWNLOAD");
  const char* untold = is_untold("DIS_DOWNLOAD_MODE")          ? "DIS_DOWNLOAD_MODE"
                       : is_untold("ENABLE_SECURITY_DOWNLOAD") ? "ENABLE_SECURITY_DOWNLOAD"
                                                               : nullptr;
  const bool closed = disabled == true || secure == true;
  if (untold != nullptr && !closed)
    say_untold(Trait::download_mode, untold);
  else if (disabled || secure)
    say(Trait::download_mode, closed ? Holds::yes : Holds::no,
        disabled == true ? "disabled"
        : secure == true ? "secure"
                         : "open",
        fmt::format("DIS_DOWNLOAD_MODE is {}, ENABLE_SECURITY_DOWNLOAD is {}",
                    disabled ? (*disabled ? "1" : "0") : "not told",
                    secure ? (*secure ? "1" : "0") : "not told"),
        "ENABLE_SECURITY_DOWNLOAD");
  for (const char* field : {"DIS_DIRECT_BOOT", "DIS_LEGACY_SPI_BOOT", "DIS_BOOT_REMAP"})
    want(Trait::other_boot, field, "closed", "open");
}

void Rules::say_all() {
  chip_ = summary_.chip.empty() ? telling_chip(summary_) : summary_.chip.c_str();
  old_ = chip_ != nullptr && std::string_view(chip_) == "esp32";
  short_ = chip_ != nullptr && std::string_view(chip_) == "esp32c2";
  identity();
  secure_boot();
  encryption();
  if (!old_) key_blocks();
  // A flash key that can be read is known, before it is used, too.
  if (const Fuse* key = old_ && !said_encryption_ ? find("BLOCK1") : nullptr;
      key != nullptr && key->shown)
    key_block("BLOCK1", "the flash's key");
  secrets();
  debug();
  download();
  if (const Fuse* version = find("SECURE_VERSION"); version != nullptr && version->number)
    say(Trait::secure_version, Holds::yes, std::to_string(std::popcount(*version->number)),
        fmt::format("SECURE_VERSION is 0x{:x}", *version->number), "SECURE_VERSION");
}

}  // namespace

void say_posture(const Summary& summary, const Source& source, const std::string& item,
                 Reading& reading) {
  Rules(summary, source, item, reading).say_all();
}

}  // namespace attest::efuse
