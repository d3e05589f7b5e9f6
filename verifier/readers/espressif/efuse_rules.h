// What an Espressif chip's fuses say of it (efuse.h), rule by rule.
#pragma once

#include <fmt/format.h>

#include "verifier/readers/espressif/efuse_places.h"
#include "verifier/readers/posture/tool_text.h"

namespace attest::efuse {

class Rules {
 public:
  Rules(const Summary& summary, const Source& source, std::string item, Reading& reading)
      : summary_(summary), source_(source), item_(std::move(item)), reading_(reading) {}
  void say_all();

 private:
  static constexpr size_t kKeyBlocks = 6, kDigests = 3;

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

}  // namespace attest::efuse
