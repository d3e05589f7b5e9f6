// What Simplicity Commander prints about a part: security status, readconfig, readkey and device
// info, as text and as JSON. Labels after Commander 1.25 and the vendor's pages on secure debug and
// secure boot; what kind of lock three of the values make is the vendor's table.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "verifier/base/characters.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/posture/tool_text.h"
#include "verifier/readers/text/beside.h"

namespace attest {
namespace {

// The values that one output states, however it is written.
struct Status {
  std::optional<bool> locked, erase, unlock, secure_boot, locked_now, command_key, sign_key,
      tamper_ok, verify_certificate, anti_rollback, page_narrow, page_full;
  std::optional<uint64_t> boot;
  std::string boot_words, serial, unique, engine, part, state;
  std::vector<std::string> tamper;  // name=value
  std::string sign_pair;
  bool refused = false;      // the tool says that the part is locked
  bool unreachable = false;  // the tool did not reach the part, for whatever reason
  uint64_t offset = 0;
};
// A key as readkey prints it: two lines of 64 digits.
struct ReadKey {
  std::string digits;
  std::string asked;  // the command's own words, where they stand in front of it
  uint64_t offset = 0;
};
struct Output {
  std::vector<Status> parts;  // each time a label stands there again
  std::vector<ReadKey> keys;
};
constexpr size_t kMostParts = 64;

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

// Which of the labels a line has; nullptr: none with a value of its kind.
const Flag* flag_of(std::string_view line) {
  const auto at = std::find_if(std::begin(kFlags), std::end(kFlags), [&](const Flag& flag) {
    const auto value = tool::labelled(line, flag.label);
    return value && enabled(*value);
  });
  return at == std::end(kFlags) ? nullptr : at;
}

void take_boot(std::string_view value, Status& out) {
  out.boot = tool::number(value.substr(0, value.find(' ')));
  out.boot_words = printable(std::string(value));
}

bool take_plain_line(std::string_view line, Status& out) {
  for (const Flag& flag : kFlags) {
    if (const auto value = tool::labelled(line, flag.label)) {
      if (const auto on = enabled(*value)) out.*flag.value = on;
      return true;
    }
  }
  if (const auto v = tool::labelled(line, "Boot status")) return take_boot(*v, out), true;
  if (const auto v = tool::labelled(line, "Tamper status")) {
    const std::string_view word = v->starts_with(":") ? tool::trimmed(v->substr(1)) : *v;
    if (tool::same_word(word, "OK")) out.tamper_ok = true;
    if (tool::same_word(word, "Not OK")) out.tamper_ok = false;
    return true;
  }
  if (const auto v = tool::labelled(line, "Debug lock state")) {
    if (tool::same_word(*v, "Locked")) out.locked_now = true;
    if (tool::same_word(*v, "Unlocked")) out.locked_now = false;
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
bool take_tamper(std::string_view line, Status& out) {
  constexpr size_t kMostDigits = 5, kMostSettings = 128;
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  std::string name(tool::trimmed(line.substr(0, colon)));
  const std::string_view value = tool::trimmed(line.substr(colon + 1));
  if (!enabled(value) && (value.size() > kMostDigits || !tool::number(value))) return false;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c == ' ' ? '_' : to_lower(c); });
  if (name.empty() || out.tamper.size() >= kMostSettings) return false;
  name += '=';
  for (const char c : value) name += to_lower(c);
  out.tamper.push_back(std::move(name));
  return true;
}

bool begins_with(std::string_view line, std::initializer_list<std::string_view> words) {
  if (line.starts_with("ERROR:")) line = tool::trimmed(line.substr(6));
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return line.starts_with(word); });
}
bool says_locked(std::string_view line) {
  return begins_with(line, {"Device locked", "Device is locked"});
}
bool says_unreachable(std::string_view line) {
  return begins_with(line, {"Could not connect to target device", "Could not connect debugger"});
}

class TextReader {
 public:
  explicit TextReader(const Source& s) : rest_(s) {
    for (const tool::Line& line : tool::lines(s.bytes)) {
      const std::string_view text = tool::trimmed(line.text);
      if (!text.empty() && take(line, text)) rest_.take(line);
    }
    if (!half_.digits.empty()) out_.keys.push_back(std::move(half_));
  }
  Output output() && { return std::move(out_); }
  std::string rest() && { return std::move(rest_).text(); }

 private:
  // A label that stands there again is the next output's, maybe of another part.
  Status& part(const tool::Line& line, const Flag* flag) {
    const bool again = flag != nullptr && !out_.parts.empty() &&
                       (out_.parts.back().*flag->value).has_value() &&
                       out_.parts.size() < kMostParts;
    if (out_.parts.empty() || again) {
      out_.parts.emplace_back();
      out_.parts.back().offset = line.offset;
    }
    return out_.parts.back();
  }
  void key_line(const tool::Line& line, std::string_view text) {
    if (half_.digits.empty()) {
      half_ = {.digits = std::string(text), .asked = asked_, .offset = line.offset};
      return;
    }
    half_.digits += text;
    if (out_.keys.size() < kMostParts) out_.keys.push_back(std::move(half_));
    half_ = {};
    asked_.clear();
  }
  bool take(const tool::Line& line, std::string_view text) {
    if (begins_with(text, {"Tamper Levels", "Tamper Filter", "Tamper Flags"}))
      return tamper_ = true;
    if (is_hex_text(text, 64)) return key_line(line, text), true;
    if (text == "DONE") return tamper_ = false, true;
    if (text.find("readkey") != std::string_view::npos) return asked_ = std::string(text), true;
    for (const char* label : {"MFG_SIGNED_BOOTLOADER_KEY_X", "MFG_SIGNED_BOOTLOADER_KEY_Y"}) {
      const auto v = tool::labelled(text, label);
      if (!v || !is_hex_text(*v, 64)) continue;
      part(line, nullptr).sign_pair += *v;
      return true;
    }
    if (says_locked(text)) return part(line, nullptr).refused = true;
    if (says_unreachable(text)) return part(line, nullptr).unreachable = true;
    if (Status probe; take_plain_line(text, probe))
      return take_plain_line(text, part(line, flag_of(text)));
    return tamper_ && take_tamper(text, part(line, nullptr));
  }

  tool::Rest rest_;
  Output out_;
  ReadKey half_;
  std::string asked_;
  bool tamper_ = false;
};

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
      say(Trait::debug, Holds::yes, "locked", "the tool says that the part is locked");
    else if (s_.unreachable)
      say(Trait::debug, Holds::unclear, "",
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

  void keys() {
    if (s_.sign_pair.size() == 128)
      say(Trait::trusted_key, Holds::yes, lower(s_.sign_pair), "MFG_SIGNED_BOOTLOADER_KEY");
  }

  const Status& s_;
  const Source& source_;
  Reading& reading_;
};

bool has_any(std::string_view all, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return all.find(word) != std::string_view::npos;
  });
}

// What readkey printed says which of the two keys it is in the command in front of it, or in the
// name of its file; else it may be either.
void say_key(const ReadKey& key, const Source& s, Reading& reading) {
  const Place place = tool::place(s, key.offset, "");
  if (key.digits.size() != 128)
    return reading.device.damaged(place, "readkey", "expected two lines of 64 digits, found one");
  std::string words = lower(key.asked.empty() ? s.path.substr(s.path.find_last_of('/') + 1)
                                              : std::string_view(key.asked));
  // (The tool's own name says nothing of the key.)
  constexpr std::string_view kTool = "commander";
  for (size_t at = words.find(kTool); at != std::string::npos; at = words.find(kTool))
    words.erase(at, kTool.size());
  const bool is_command = has_any(words, {"command", "cmd"}), is_sign = has_any(words, {"sign"});
  const bool command = is_command && !is_sign, sign = is_sign && !is_command;
  reading.device.posture.say(command ? Trait::command_key : Trait::trusted_key,
                             command || sign ? Holds::yes : Holds::unclear, lower(key.digits),
                             command || sign ? "readkey" : "readkey, of the sign or command key",
                             place);
}

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

bool flag_named(std::string_view name) {
  return std::any_of(std::begin(kFlags), std::end(kFlags),
                     [&](const Flag& flag) { return name == flag.json; });
}

// An object as the tool prints it, with values of a part in it.
bool is_result(const Json& json) {
  const Json* result = json.find("result");
  if (result == nullptr || !result->is_object()) return false;
  const auto& members = *result->object();
  return std::any_of(members.begin(), members.end(), [](const auto& member) {
    return member.first == "security" || member.first.starts_with("trustzone") ||
           member.first == "secure_boot" || flag_named(member.first);
  });
}
bool is_json_status(const Source& s) {
  if (!tool::is_output(s, {"\"debug_lock\"", "\"secure_boot_enabled\"", "\"page_lock_full\""}) ||
      !tool::contains(s.bytes, "\"result\""))
    return false;
  const auto printed = tool::json_objects(s.bytes);
  return !printed || std::any_of(printed->begin(), printed->end(),
                                 [](const tool::Printed& one) { return is_result(one.json); });
}

// Lines with a label and a value of its kind: of a status and a configuration two, since others
// have words such as these as well.
bool is_text_status(const Source& s) {
  if (!tool::is_output(s, {"ock", "oot", "rase"})) return false;
  size_t flags = 0;
  const Flag* last = nullptr;
  tool::any_line(s, [&](std::string_view line) {
    const Flag* flag = flag_of(line);
    flags += flag != nullptr && flag != last;
    if (flag != nullptr) last = flag;
    return flags >= 2;
  });
  return flags >= 2;
}
bool is_device_info(const Source& s) {
  if (!tool::is_output(s, {"Part Number"})) return false;
  size_t found = 0;
  for (const char* label : {"Part Number", "Unique ID", "Die Revision"})
    found += tool::any_line(
        s, [&](std::string_view line) { return tool::labelled(line, label).has_value(); });
  return found == 3;
}
bool is_refusal(const Source& s) {
  return s.bytes.size() < 4096 && tool::is_output(s, {"Could not connect", "Device"}) &&
         tool::any_line(s, [](std::string_view line) {
           return says_unreachable(tool::trimmed(line)) || says_locked(tool::trimmed(line));
         });
}
bool is_token_key(const Source& s) {
  return tool::is_output(s, {"MFG_SIGNED_BOOTLOADER_KEY_X"}) &&
         tool::any_line(s, [](std::string_view line) {
           const auto v = tool::labelled(line, "MFG_SIGNED_BOOTLOADER_KEY_X");
           return v && is_hex_text(*v, 64);
         });
}

bool recognises(const Source& s) {
  return is_json_status(s) || is_read_key(s) || is_text_status(s) || is_device_info(s) ||
         is_refusal(s) || is_token_key(s);
}

Result<void> read_json(const Source& s, Reading& reading) {
  const auto printed = tool::json_objects(s.bytes);
  if (!printed) {
    reading.device.damaged(tool::place(s, printed.error().offset.value_or(0), ""),
                           "security status", printed.error().what);
    return {};
  }
  tool::Rest rest(s);
  for (const tool::Printed& one : *printed) {
    if (!is_result(one.json)) continue;
    Status status;
    status.offset = one.offset;
    take_json(*one.json.find("result"), status);
    Sayer(status, s, reading).say_all();
    rest.take(one, [](const std::string& name, const Json&) {
      return name == "result" || name == "success" || name == "error" || name == "warning" ||
             name == "info";
    });
  }
  read_beside(s, silabs_security_reader, std::move(rest).text(), reading);
  return {};
}

Result<void> read(const Source& s, Reading& reading) {
  reading.holds("posture");
  if (is_json_status(s)) return read_json(s, reading);
  TextReader text(s);
  const Output output = std::move(text).output();
  for (const Status& status : output.parts) Sayer(status, s, reading).say_all();
  for (const ReadKey& key : output.keys) say_key(key, s, reading);
  read_beside(s, silabs_security_reader, std::move(text).rest(), reading);
  return {};
}

}  // namespace

const Reader silabs_security_reader{.kind = "silabs-security",
                                    .expects = "what Simplicity Commander prints of a part",
                                    .recognises = recognises,
                                    .read = read};

}  // namespace attest
