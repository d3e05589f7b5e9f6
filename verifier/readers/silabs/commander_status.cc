#include "verifier/readers/silabs/commander_status.h"

#include <fmt/format.h>

#include "verifier/readers/posture/mac.h"
#include "verifier/readers/posture/tool_text.h"
#include "verifier/readers/posture/untold.h"
#include "verifier/readers/quoted.h"

namespace attest::commander {

std::string lower(std::string_view s) {
  std::string out;
  for (const char c : s) out += to_lower(c);
  return out;
}

namespace {

// The vendor's table.
const char* lock_kind(const Status& s) {
  if (s.locked == false) return "open";
  if (s.locked != true) return nullptr;
  if (!s.erase || !s.unlock) return "locked";
  if (*s.erase) return *s.unlock ? "erase-or-unlock" : "standard-lock";
  return *s.unlock ? "secure-lock" : "permanent-lock";
}

class Sayer {
 public:
  Sayer(const Status& status, const Source& source, Reading& reading)
      : s_(status), source_(source), reading_(reading) {}
  void say_all() {
    identity();
    lock();
    boot();
    config();
    keys();
  }

 private:
  void say(Trait trait, Holds holds, std::string value, std::string detail) {
    reading_.device.posture.say(trait, holds, std::move(value), std::move(detail),
                                tool::place(source_, s_.offset, ""));
  }
  void on_off(Trait trait, const std::optional<bool>& flag, const char* label) {
    if (flag)
      say(trait, Holds::yes, *flag ? "on" : "off",
          fmt::format("{}: {}", label, *flag ? "Enabled" : "Disabled"));
  }

  void identity() {
    const auto say_id = [&](const std::string& id, const char* label) {
      if (!is_blank_id(id)) say(Trait::unique_id, Holds::yes, lower(id), label);
    };
    if (s_.serial && is_hex_text(*s_.serial, 32)) say_id(s_.serial->substr(16), "Serial number");
    if (s_.unique && is_hex_text(*s_.unique, 16)) say_id(*s_.unique, "Unique ID");
    if (s_.part && !s_.part->empty())
      say(Trait::chip, Holds::yes, lower(shown_text(*s_.part)), "Part Number");
    if (s_.engine && !s_.engine->empty())
      say(Trait::secure_engine, Holds::yes, shown_text(*s_.engine), "SE Firmware version");
  }

  void lock() {
    const auto word = [](const std::optional<bool>& b) {
      return !b ? "not told" : *b ? "Enabled" : "Disabled";
    };
    if (const char* kind = lock_kind(s_))
      say(Trait::debug, *s_.locked ? Holds::yes : Holds::no, kind,
          fmt::format("Debug lock: {}, Device erase: {}, Secure debug unlock: {}{}",
                      word(s_.locked), word(s_.erase), word(s_.unlock),
                      std::string_view(kind) == "standard-lock"
                          ? ": an erase opens it, and destroys the attestation data"
                          : ""));
    else if (s_.refused)
      say(Trait::debug, Holds::yes, "locked", "the tool says that the part is locked");
    else if (s_.failed)
      say(Trait::debug, Holds::unclear, kUntold,
          "the tool says that it failed: what it printed is not taken");
    else if (s_.lock_untold)
      say(Trait::debug, Holds::unclear, kUntold, "Debug lock is there, and does not tell");
    else if (s_.unreachable)
      say(Trait::debug, Holds::unclear, kUntold,
          "the tool could not reach the part: locked, or not connected");
    if (s_.erase)
      say(Trait::device_erase, Holds::yes, *s_.erase ? "enabled" : "disabled",
          fmt::format("Device erase: {}", word(s_.erase)));
    if (s_.locked == true && s_.locked_now)
      say(Trait::debug_now, *s_.locked_now ? Holds::yes : Holds::no,
          *s_.locked_now ? "locked" : "unlocked",
          fmt::format("Debug lock state: {}", *s_.locked_now ? "Locked" : "Unlocked"));
    if (s_.locked == true && s_.unlock == true && s_.command_key)
      say(Trait::debug_unlock, *s_.command_key ? Holds::yes : Holds::no,
          *s_.command_key ? "signed" : "no command key",
          fmt::format("Command key installed: {}", *s_.command_key ? "True" : "False"));
    if (s_.state && s_.state->find("NOT SECURE") != std::string::npos)
      say(Trait::debug, Holds::no, "open", "Security state: " + shown_text(*s_.state));
  }

  void boot() {
    if (s_.secure_boot)
      say(Trait::secure_boot, *s_.secure_boot ? Holds::yes : Holds::no,
          *s_.secure_boot ? "on" : "off",
          fmt::format("Secure boot: {}", *s_.secure_boot ? "Enabled" : "Disabled"));
    if (s_.sign_key)
      say(Trait::boot_key, *s_.sign_key ? Holds::yes : Holds::no,
          *s_.sign_key ? "usable" : "missing",
          fmt::format("Sign key installed: {}", *s_.sign_key ? "True" : "False"));
    if (s_.boot) {
      const bool good = *s_.boot == 0x20 || *s_.boot == 0xFF;
      say(Trait::boot_status, good ? Holds::yes : Holds::no, fmt::format("0x{:02x}", *s_.boot),
          fmt::format("Boot status: {}", shown_text(s_.boot_words.value_or(""))));
    }
    if (s_.tamper_ok)
      say(Trait::tamper_status, *s_.tamper_ok ? Holds::yes : Holds::no,
          *s_.tamper_ok ? "ok" : "not-ok",
          fmt::format("Tamper status: {}", *s_.tamper_ok ? "OK" : "Not OK"));
  }

  void config() {
    on_off(Trait::verify_certificate, s_.verify_certificate, "Secure Boot Verify Certificate");
    if (s_.anti_rollback)
      say(Trait::rollback, *s_.anti_rollback ? Holds::yes : Holds::no,
          *s_.anti_rollback ? "on" : "off",
          fmt::format("Secure Boot Anti Rollback: {}", *s_.anti_rollback ? "Enabled" : "Disabled"));
    page_lock();
    for (const std::string& one : s_.tamper) say(Trait::tamper, Holds::yes, one, one);
  }

  // Full counts, whatever the other is; where one of them is not told it may be that.
  void page_lock() {
    if (!s_.page_full && !s_.page_narrow) return;
    if (s_.page_full != true && (!s_.page_full || !s_.page_narrow))
      return say(
          Trait::page_lock, Holds::unclear, kUntold,
          fmt::format("Secure Boot Page Lock {} is not told", s_.page_full ? "Narrow" : "Full"));
    const char* lock = *s_.page_full ? "full" : *s_.page_narrow ? "narrow" : "none";
    say(Trait::page_lock, Holds::yes, lock, fmt::format("Secure Boot Page Lock: {}", lock));
  }

  void keys() {
    if (!s_.sign_x && !s_.sign_y) return;
    if (s_.sign_x && s_.sign_y)
      return say(Trait::trusted_key, Holds::yes, lower(*s_.sign_x + *s_.sign_y),
                 "MFG_SIGNED_BOOTLOADER_KEY");
    reading_.device.damaged(tool::place(source_, s_.offset, ""), "MFG_SIGNED_BOOTLOADER_KEY",
                            fmt::format("expected X and Y, found {}", s_.sign_x ? "X" : "Y"));
  }

  const Status& s_;
  const Source& source_;
  Reading& reading_;
};

}  // namespace

void say_status(const Status& status, const Source& source, Reading& reading) {
  Sayer(status, source, reading).say_all();
}

}  // namespace attest::commander
