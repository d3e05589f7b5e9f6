// What Simplicity Commander prints about a part: security status, readconfig, readkey and device
// info, as text and as JSON. Labels after Commander 1.25 and the vendor's pages on secure debug and
// secure boot; what kind of lock three of the values make is the vendor's table.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/base/characters.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/posture/tool_text.h"

namespace attest {
namespace {

// The values that one output states, however it is written.
struct Status {
  std::optional<bool> locked, erase, unlock, secure_boot, locked_now, command_key, sign_key,
      tamper_ok, verify_certificate, anti_rollback, page_narrow, page_full;
  std::optional<uint64_t> boot;
  std::string boot_words, serial, unique, engine, part, state;
  std::vector<std::string> tamper;  // name=value
  std::vector<std::string> key;     // lines of 64 digits
  std::string sign_pair, command_pair;
  bool refused = false;  // the part did not let the tool in
  uint64_t offset = 0;
};

std::optional<bool> enabled(std::string_view value) {
  if (tool::same_word(value, "Enabled") || tool::same_word(value, "True")) return true;
  if (tool::same_word(value, "Disabled") || tool::same_word(value, "False")) return false;
  return std::nullopt;
}

bool is_hex_text(std::string_view s, size_t digits) {
  return s.size() == digits && std::all_of(s.begin(), s.end(), is_hex_digit);
}

struct Flag {
  const char* label;
  const char* json;
  std::optional<bool> Status::*value;
};
constexpr Flag kFlags[] = {
    {"Debug lock", "debug_lock", &Status::locked},
    {"Device erase", "device_erase", &Status::erase},
    {"Secure debug unlock", "secure_debug_unlock", &Status::unlock},
    {"Secure boot", "secure_boot_enabled", &Status::secure_boot},
    {"Command key installed", "command_key_installed", &Status::command_key},
    {"Sign key installed", "sign_key_installed", &Status::sign_key},
    {"Secure Boot Verify Certificate", "verify_certificate", &Status::verify_certificate},
    {"Secure Boot Anti Rollback", "anti_rollback", &Status::anti_rollback},
    {"Secure Boot Page Lock Narrow", "page_lock_narrow", &Status::page_narrow},
    {"Secure Boot Page Lock Full", "page_lock_full", &Status::page_full},
};

void take_boot(std::string_view value, Status& out) {
  out.boot = tool::number(value.substr(0, value.find(' ')));
  out.boot_words = printable(std::string(value));
}

bool take_plain_line(std::string_view line, Status& out) {
  for (const Flag& flag : kFlags) {
    if (const auto value = tool::labelled(line, flag.label)) {
      out.*flag.value = enabled(*value);
      return true;
    }
  }
  if (const auto v = tool::labelled(line, "Boot status")) return take_boot(*v, out), true;
  if (const auto v = tool::labelled(line, "Tamper status")) {
    const std::string_view word = v->starts_with(":") ? tool::trimmed(v->substr(1)) : *v;
    out.tamper_ok = tool::same_word(word, "OK");
    return true;
  }
  if (const auto v = tool::labelled(line, "Debug lock state")) {
    out.locked_now = tool::same_word(*v, "Locked");
    return true;
  }
  const struct {
    const char* label;
    std::string Status::*value;
  } kTexts[] = {{"Serial number", &Status::serial},
                {"Unique ID", &Status::unique},
                {"SE Firmware version", &Status::engine},
                {"Part Number", &Status::part},
                {"Security state", &Status::state}};
  for (const auto& text : kTexts) {
    if (const auto v = tool::labelled(line, text.label)) {
      out.*text.value = std::string(*v);
      return true;
    }
  }
  return false;
}

// "NAME : 4" below a heading of readconfig.
void take_tamper(std::string_view line, Status& out) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  std::string name(tool::trimmed(line.substr(0, colon)));
  const std::string_view value = tool::trimmed(line.substr(colon + 1));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c == ' ' ? '_' : to_lower(c); });
  if (!name.empty() && !value.empty() && out.tamper.size() < 128)
    out.tamper.push_back(name + "=" + to_lower(value));
}

Status status_of_text(const Source& s) {
  Status out;
  bool tamper = false;
  for (const tool::Line& each : tool::lines(s.bytes)) {
    const std::string_view line = tool::trimmed(each.text);
    if (line.empty()) continue;
    if (line.starts_with("Tamper Levels") || line.starts_with("Tamper Filter") ||
        line.starts_with("Tamper Flags")) {
      tamper = true;
    } else if (take_plain_line(line, out)) {
      if (out.offset == 0) out.offset = each.offset;
    } else if (is_hex_text(line, 64)) {
      out.key.emplace_back(line);
    } else if (tamper) {
      take_tamper(line, out);
    } else if (line.find("Device locked") != std::string_view::npos ||
               line.find("Could not connect to target device") != std::string_view::npos ||
               line.find("Could not connect debugger") != std::string_view::npos) {
      out.refused = true;
    }
    for (const auto& [label, pair] : {std::pair{"MFG_SIGNED_BOOTLOADER_KEY_X", &Status::sign_pair},
                                      {"MFG_SIGNED_BOOTLOADER_KEY_Y", &Status::sign_pair}}) {
      const auto v = tool::labelled(line, label);
      if (v && is_hex_text(*v, 64)) out.*pair += *v;
    }
  }
  return out;
}

void take_json(const Json& json, Status& out) {
  for (const auto& [name, value] : *json.object()) {
    if (value.is_object()) {
      take_json(value, out);
      continue;
    }
    const std::string* word = value.string();
    const auto flag = value.boolean()   ? value.boolean()
                      : word != nullptr ? enabled(*word)
                                        : std::nullopt;
    for (const Flag& known : kFlags) {
      if (name == known.json) out.*known.value = flag;
    }
    if (name == "secure_boot") out.secure_boot = flag;
    if (name == "tamper_ok") out.tamper_ok = flag;
    if (name == "debug_port_locked") out.locked_now = flag;
    if (name == "boot_status") out.boot = value.natural();
    if (word == nullptr) continue;
    if (name == "boot_status_str") out.boot_words = printable(*word);
    if (name == "serial_number") out.serial = *word;
    if (name == "unique_id") out.unique = *word;
    if (name == "se_firmware_version") out.engine = *word;
    if (name == "part_number") out.part = *word;
  }
}

const char* lock_kind(const Status& s) {
  if (s.locked == false) return "open";
  if (s.locked != true) return nullptr;
  if (!s.erase || !s.unlock) return "locked";
  if (*s.erase) return *s.unlock ? "erase-or-unlock" : "standard-lock";
  return *s.unlock ? "secure-lock" : "permanent-lock";
}

std::string lower(std::string_view s) {
  std::string out;
  for (const char c : s) out += to_lower(c);
  return out;
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
    if (s_.serial.size() == 32 && is_hex_text(s_.serial, 32))
      say(Trait::unique_id, Holds::yes, lower(s_.serial.substr(16)), "Serial number");
    if (is_hex_text(s_.unique, 16))
      say(Trait::unique_id, Holds::yes, lower(s_.unique), "Unique ID");
    if (!s_.part.empty()) say(Trait::chip, Holds::yes, lower(printable(s_.part)), "Part Number");
    if (!s_.engine.empty())
      say(Trait::secure_engine, Holds::yes, printable(s_.engine), "SE Firmware version");
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
      say(Trait::debug, Holds::yes, "locked", "the part did not let the tool in");
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
    if (s_.state.find("NOT SECURE") != std::string::npos)
      say(Trait::debug, Holds::no, "open", "Security state: " + printable(s_.state));
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
          fmt::format("Boot status: {}", s_.boot_words));
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
    if (s_.page_full || s_.page_narrow) {
      const char* lock = s_.page_full == true ? "full" : s_.page_narrow == true ? "narrow" : "none";
      say(Trait::page_lock, Holds::yes, lock, fmt::format("Secure Boot Page Lock: {}", lock));
    }
    for (const std::string& one : s_.tamper) say(Trait::tamper, Holds::yes, one, one);
  }

  // readkey does not say which of the two keys it read: the name of the file may, and whoever
  // compares tries both.
  void keys() {
    if (s_.sign_pair.size() == 128)
      say(Trait::trusted_key, Holds::yes, lower(s_.sign_pair), "MFG_SIGNED_BOOTLOADER_KEY");
    if (s_.key.size() != 2) return;
    std::string name = lower(source_.path.substr(source_.path.find_last_of('/') + 1));
    const bool command =
        name.find("command") != std::string::npos || name.find("cmd") != std::string::npos;
    say(command ? Trait::command_key : Trait::trusted_key, Holds::yes, lower(s_.key[0] + s_.key[1]),
        "readkey");
  }

  const Status& s_;
  const Source& source_;
  Reading& reading_;
};

// Two lines of 64 hex digits and nothing else but the tool's own words.
bool is_read_key(const Source& s) {
  if (s.bytes.size() > 1024) return false;
  size_t keys = 0;
  for (const tool::Line& line : tool::lines(s.bytes)) {
    const std::string_view text = tool::trimmed(line.text);
    if (is_hex_text(text, 64))
      ++keys;
    else if (!text.empty() && text != "DONE" && !text.starts_with("WARNING") &&
             !text.starts_with("Resetting"))
      return false;
  }
  return keys == 2;
}

bool is_json_status(const Source& s) {
  return tool::is_output(s, {"\"debug_lock\"", "\"secure_boot_enabled\"", "\"page_lock_full\""}) &&
         tool::contains(s.bytes, "\"result\"");
}

bool recognises(const Source& s) {
  if (is_json_status(s) || is_read_key(s)) return true;
  const bool status = tool::is_output(
      s, {"Secure debug unlock", "Secure Boot Page Lock", "MFG_SIGNED_BOOTLOADER_KEY_X"});
  const bool info = tool::is_output(s, {"Part Number"}) && tool::contains(s.bytes, "Unique ID") &&
                    tool::contains(s.bytes, "Die Revision");
  const bool refused =
      s.bytes.size() < 4096 &&
      tool::is_output(s, {"Could not connect to target device", "Could not connect debugger"});
  return status || info || refused;
}

Result<void> read(const Source& s, Reading& reading) {
  reading.holds("posture");
  Status status;
  if (is_json_status(s)) {
    const auto printed = tool::json_objects(s.bytes);
    if (!printed) {
      reading.device.damaged(tool::place(s, printed.error().offset.value_or(0), ""),
                             "security status", printed.error().what);
      return {};
    }
    for (const tool::Printed& one : *printed) {
      if (const Json* result = one.json.find("result"); result != nullptr && result->is_object())
        take_json(*result, status);
    }
  } else {
    status = status_of_text(s);
  }
  Sayer(status, s, reading).say_all();
  return {};
}

}  // namespace

const Reader silabs_security_reader{.kind = "silabs-security",
                                    .expects = "what Simplicity Commander prints of a part",
                                    .recognises = recognises,
                                    .read = read};

}  // namespace attest
