#include "verifier/readers/espressif/efuse_rules.h"

#include <algorithm>
#include <bit>

#include "verifier/readers/posture/mac.h"
#include "verifier/readers/posture/untold.h"

namespace attest::efuse {
namespace {

// Its bytes, or that they cannot be read.
bool tells_bytes(const Fuse& block) {
  return block.bytes || !block.readable || block.value.find('?') != std::string::npos;
}

bool is_zero(View v) {
  return std::all_of(v.begin(), v.end(), [](uint8_t b) { return b == 0; });
}

}  // namespace

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
  // (A block may hold a key, which is never shown.)
  say(trait, Holds::unclear, kUntold,
      fuse->value.empty() || name.starts_with("BLOCK")
          ? fmt::format("{} has no value that tells", name)
          : fmt::format("{} is \"{}\", which does not tell", name, printable(fuse->value)),
      name);
}

void Rules::say_access_untold(Trait trait, std::string_view name) {
  if (!has(name)) return say_untold(trait, name);
  say(trait, Holds::unclear, kUntold,
      fmt::format("{} does not tell whether it can be read and written", name), name);
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
  if (old_ && (!boots_ || first)) return;  // (The first scheme's key is to be read-protected.)
  const Fuse* read = find("RD_DIS");
  if (read == nullptr ? boots_ && is_lost("RD_DIS") : !read->access_told)
    return say_access_untold(Trait::read_protection, "RD_DIS");
  if (read != nullptr)
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
    if (slot >= kDigests) continue;
    if (is_set(fmt::format("SECURE_BOOT_KEY_REVOKE{}", slot))) {
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
  if (is_untold("SECURE_VERSION"))
    say_untold(Trait::secure_version, "SECURE_VERSION");
  else if (const Fuse* version = find("SECURE_VERSION"))
    say(Trait::secure_version, Holds::yes, std::to_string(std::popcount(*version->number)),
        fmt::format("SECURE_VERSION is 0x{:x}", *version->number), "SECURE_VERSION");
}

void say_posture(const Summary& summary, const Source& source, const std::string& item,
                 Reading& reading) {
  Rules(summary, source, item, reading).say_all();
}

}  // namespace attest::efuse
