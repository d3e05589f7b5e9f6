#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "verifier/readers/espressif/efuse_places.h"
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
  // The chip has it, and what was printed does not: cut, or of another version. What is not told is
  // never as it should be.
  bool is_lost(std::string_view name) const;
  void say_lost(Trait trait, std::string_view name) {
    say(trait, Holds::unclear, kUntold,
        fmt::format("{} is not in the output, and {}", name,
                    chip_ == nullptr ? "which chip it is is not told" : "the chip has it"),
        "");
  }
  // A purpose that is not told may be any.
  std::optional<std::string> lost_purpose() const {
    for (size_t block = 0; block < kKeyBlocks; ++block) {
      std::string field = fmt::format("KEY_PURPOSE_{}", block);
      if (is_lost(field)) return field;
    }
    return std::nullopt;
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
    const auto burned = bit(field);
    if (is_lost(field)) say_lost(trait, field);
    if (!has(field)) return;
    say(trait,
        !burned   ? Holds::unclear
        : *burned ? Holds::yes
                  : Holds::no,
        std::string(!burned   ? kUntold
                    : *burned ? good
                              : bad),
        burned ? fmt::format("{} is {}", field, *burned ? 1 : 0)
               : fmt::format("{} is \"{}\", which does not tell", field,
                             printable(find(field)->value)),
        field);
  }
  std::string_view purpose(size_t block) const {
    const Fuse* fuse = find(fmt::format("KEY_PURPOSE_{}", block));
    if (fuse == nullptr) return {};
    // Of a tool that has no names for them.
    const auto number = tool::number(fuse->value);
    return number ? std::string_view(purpose_name(*number)) : std::string_view(fuse->value);
  }

  void identity();
  void secure_boot();
  void boot_keys();
  void boot_key(size_t block, const Fuse& key);
  void old_boot_key();
  void short_boot_key();
  void encryption();
  void encryption_bits();
  void key_blocks();
  void key_block(std::string_view name, std::string_view what);
  void secrets();
  void secret(std::string_view name, std::string_view what);
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
  std::string digits;
  for (const char c : std::string_view(mac->value).substr(0, 17)) {
    if (c != ':' && c != '-') digits += static_cast<char>(c >= 'A' && c <= 'F' ? c + 32 : c);
  }
  const auto bytes = from_hex(digits);
  if (bytes && bytes->size() == 6 && !is_zero(*bytes))
    say(Trait::mac, Holds::yes, digits, "", "MAC");
}

void Rules::secure_boot() {
  // Where both schemes are on, v2 counts.
  for (const char* scheme : {"ABS_DONE_0", "ABS_DONE_1"}) {
    if (old_ && is_lost(scheme) && !is_set("ABS_DONE_1"))
      return say_lost(Trait::secure_boot, scheme);
  }
  const char* field =
      old_ ? (is_set("ABS_DONE_0") && !is_set("ABS_DONE_1") ? "ABS_DONE_0" : "ABS_DONE_1")
           : "SECURE_BOOT_EN";
  if (is_lost(field)) say_lost(Trait::secure_boot, field);
  if (!has(field)) return;
  boots_ = is_set(field);
  const bool first = std::string_view(field) == "ABS_DONE_0";
  want(Trait::secure_boot, field, first ? "v1" : "v2", "off");
  if (boots_ && !old_)
    boot_keys();
  else if (boots_)
    old_boot_key();
  if (boots_ && is_lost("RD_DIS")) say_lost(Trait::read_protection, "RD_DIS");
  if (const Fuse* read = find("RD_DIS"); read != nullptr && (!old_ || (boots_ && !first)))
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
    if (const std::string revoked = fmt::format("SECURE_BOOT_KEY_REVOKE{}", slot); is_lost(revoked))
      say_lost(Trait::boot_key, revoked);
    if (key == nullptr)
      say_lost(Trait::boot_key, name);
    else
      boot_key(block, *key);
  }
  if (any) return;
  if (const auto lost = lost_purpose()) return say_lost(Trait::boot_key, *lost);
  say(Trait::boot_key, Holds::no, "missing",
      "secure boot is on, and no block holds a digest that is not revoked: the part cannot boot",
      "SECURE_BOOT_EN");
}

// C2: the first half of the digest, in the upper half of the one block.
void Rules::short_boot_key() {
  const Fuse* key = find("BLOCK_KEY0_HI_128");
  if (key == nullptr) return say_lost(Trait::boot_key, "BLOCK_KEY0_HI_128");
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
  if (key == nullptr) return say_lost(Trait::boot_key, "BLOCK2");
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
  if (is_lost(field)) say_lost(Trait::flash_encryption, field);
  if (count == nullptr) return;
  const uint64_t all = old_ ? 0x7F : 7;
  if (count->number && std::popcount(*count->number & all) % 2 == 0)
    return say(Trait::flash_encryption, Holds::no, "off",
               fmt::format("{} is 0x{:x}: an even number of bits", field, *count->number), field);
  if (!count->number && !tool::same_word(count->value, "Enable"))
    return say(Trait::flash_encryption,
               tool::same_word(count->value, "Disable") ? Holds::no : Holds::unclear,
               tool::same_word(count->value, "Disable") ? "off" : "",
               fmt::format("{} is \"{}\"", field, printable(count->value)), field);
  const bool release = (count->number && *count->number == all) || !count->writeable;
  const char* value = release ? "release" : count->number ? "development" : "on";
  const std::string detail =
      count->number ? fmt::format("{} is 0x{:x}{}", field, *count->number,
                                  count->writeable ? " and can be written" : ", sealed")
                    : fmt::format("{} is \"Enable\"{}", field,
                                  release ? ", sealed"
                                          : " and can be written: with one bit it would be "
                                            "development mode, with three release mode");
  say(Trait::flash_encryption, Holds::yes, value, detail, field);
  say(Trait::release_mode,
      release         ? Holds::yes
      : count->number ? Holds::no
                      : Holds::unclear,
      release || count->number ? value : kUntold, detail, field);
  encryption_bits();
}

void Rules::encryption_bits() {
  said_encryption_ = true;
  constexpr const char* kNew[] = {"DIS_DOWNLOAD_MANUAL_ENCRYPT", "DIS_DOWNLOAD_ICACHE",
                                  "DIS_DOWNLOAD_DCACHE"};
  constexpr const char* kOld[] = {"DISABLE_DL_ENCRYPT", "DISABLE_DL_DECRYPT", "DISABLE_DL_CACHE"};
  for (const char* field : old_ ? kOld : kNew) want(Trait::release_mode, field, "burned", "open");
  if (has("DIS_SWD")) want(Trait::release_mode, "SPI_DOWNLOAD_MSPI_DIS", "burned", "open");
  if (is_lost("FLASH_CRYPT_CONFIG")) say_lost(Trait::release_mode, "FLASH_CRYPT_CONFIG");
  if (const Fuse* tweak = find("FLASH_CRYPT_CONFIG"); tweak != nullptr && tweak->number)
    say(Trait::release_mode, *tweak->number == 0xF ? Holds::yes : Holds::no,
        *tweak->number == 0xF ? "whole" : "weak",
        fmt::format("FLASH_CRYPT_CONFIG is 0x{:x}, 0xf mixes the whole address", *tweak->number),
        "FLASH_CRYPT_CONFIG");
  const char* cache = old_ ? "DIS_CACHE" : "DIS_ICACHE";
  if (is_lost(cache)) say_lost(Trait::release_mode, cache);
  if (const Fuse* guard = find(cache))
    say(Trait::release_mode, guard->writeable ? Holds::no : Holds::yes,
        guard->writeable ? "open" : "sealed",
        fmt::format("{} {}", cache, guard->writeable ? "can be written" : "is sealed"), cache);
  if (old_) return key_block("BLOCK1", "the flash's key");
  if (short_) return key_block("BLOCK_KEY0_LOW_128", "the flash's key");
  for (size_t block = 0; block < kKeyBlocks; ++block) {
    if (purpose(block).starts_with("XTS_AES_")) return;
  }
  if (const auto lost = lost_purpose())
    say_lost(Trait::release_mode, *lost);
  else
    say(Trait::release_mode, Holds::no, "no key",
        "flash encryption is on, and no block has the purpose of its key", "KEY_PURPOSE_0");
}

// A block that holds a secret: neither to be read nor to be changed.
void Rules::key_block(std::string_view name, std::string_view what) {
  const Fuse* key = find(name);
  if (key == nullptr) {
    say_lost(Trait::fuse_key_read, name);
    return say_lost(Trait::fuse_key_write, name);
  }
  const bool shown = key->readable && !key->covered;
  say(Trait::fuse_key_read, shown ? Holds::no : Holds::yes, shown ? "readable" : "hidden",
      fmt::format("{} ({}) {}", name, what, shown ? "can be read" : "is read-protected"), name);
  say(Trait::fuse_key_write, key->writeable ? Holds::no : Holds::yes,
      key->writeable ? "writeable" : "locked",
      fmt::format("{} ({}) {}", name, what,
                  key->writeable ? "can be written" : "is write-protected"),
      name);
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
    if (find(field)->writeable)
      say(Trait::fuse_key_write, Holds::no, "writeable",
          fmt::format("{} ({}) can be written", field, what), field);
  }
  const auto lost = lost_purpose();
  if (!lost) return;
  say_lost(Trait::nvs_scheme, *lost);
  say_lost(Trait::fuse_key_read, *lost);
  say_lost(Trait::fuse_key_write, *lost);
}

void Rules::debug() {
  if (old_) return want(Trait::debug, "JTAG_DISABLE", "disabled", "open");
  const char* pad = has("HARD_DIS_JTAG") ? "HARD_DIS_JTAG" : "DIS_PAD_JTAG";
  if (is_lost(pad)) say_lost(Trait::debug, pad);
  if (!has(pad)) return;
  const auto usb = bit("DIS_USB_JTAG");
  const auto pads = bit(pad);
  const std::string found =
      fmt::format("{} is {}{}", pad,
                  pads ? (*pads ? "1" : "0") : fmt::format("\"{}\"", printable(find(pad)->value)),
                  usb ? fmt::format(", DIS_USB_JTAG is {}", *usb ? 1 : 0) : "");
  if (pads == true && !has("HARD_DIS_JTAG") && !short_ && is_lost("DIS_USB_JTAG"))
    return say_lost(Trait::debug, "DIS_USB_JTAG");
  if (pads == true && usb.value_or(true))
    return say(Trait::debug, Holds::yes, "disabled", found, pad);
  // A key may open it by challenge.
  const Fuse* soft = find("SOFT_DIS_JTAG");
  if (is_lost("SOFT_DIS_JTAG")) return say_lost(Trait::debug, "SOFT_DIS_JTAG");
  const bool burned =
      soft != nullptr && soft->number && *soft->number == (has("HARD_DIS_JTAG") ? 1u : 7u);
  bool key = false;
  for (size_t block = 0; block < kKeyBlocks; ++block)
    key = key || purpose(block) == "HMAC_DOWN_JTAG" || purpose(block) == "HMAC_DOWN_ALL";
  if (burned && key)
    return say(Trait::debug, Holds::yes, "secure-lock",
               "SOFT_DIS_JTAG is burned, a key opens it by challenge", pad);
  if (const auto lost = burned ? lost_purpose() : std::nullopt)
    return say_lost(Trait::debug, *lost);
  say(Trait::debug, pads ? Holds::no : Holds::unclear, pads ? "open" : "",
      pads ? found : found + ", which does not tell", pad);
}

void Rules::download() {
  if (old_) {
    want(Trait::download_mode, "UART_DOWNLOAD_DIS", "disabled", "open");
    want(Trait::other_boot, "CONSOLE_DEBUG_DISABLE", "closed", "open");
    return;
  }
  const auto disabled = bit("DIS_DOWNLOAD_MODE"), secure = bit("ENABLE_SECURITY_DOWNLOAD");
  const char* lost = is_lost("DIS_DOWNLOAD_MODE")          ? "DIS_DOWNLOAD_MODE"
                     : is_lost("ENABLE_SECURITY_DOWNLOAD") ? "ENABLE_SECURITY_DOWNLOAD"
                                                           : nullptr;
  const bool closed = disabled == true || secure == true;
  if (lost != nullptr && !closed)
    say_lost(Trait::download_mode, lost);
  else if (disabled || secure)
    say(Trait::download_mode, closed ? Holds::yes : Holds::no,
        disabled == true ? "disabled"
        : secure == true ? "secure"
                         : "open",
        fmt::format("DIS_DOWNLOAD_MODE is {}, ENABLE_SECURITY_DOWNLOAD is {}",
                    disabled ? (*disabled ? "1" : "0") : "not there",
                    secure ? (*secure ? "1" : "0") : "not there"),
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
