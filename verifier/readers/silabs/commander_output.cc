// What Simplicity Commander prints about a part: security status, readconfig, readkey and device
// info, as text and as JSON. Labels after Commander 1.25 and the vendor's pages on secure debug and
// secure boot; what kind of lock three of the values make is the vendor's table.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "verifier/base/characters.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/posture/tool_text.h"
#include "verifier/readers/quoted.h"
#include "verifier/readers/silabs/commander_status.h"
#include "verifier/readers/text/beside.h"

namespace attest {
namespace {

using commander::Status;

using Parts = tool::Outputs<Status>;
// A key as readkey prints it: two lines of 64 digits.
struct ReadKey {
  std::string digits;
  std::string asked;  // the command's own words, where they stand in front of it
  uint64_t offset = 0;
};

std::optional<bool> enabled(std::string_view value) {
  if (tool::same_word(value, "Enabled") || tool::same_word(value, "True")) return true;
  if (tool::same_word(value, "Disabled") || tool::same_word(value, "False")) return false;
  return std::nullopt;
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

constexpr struct {
  const char* label;
  std::optional<std::string> Status::*value;
} kTexts[] = {{"Serial number", &Status::serial},
              {"Unique ID", &Status::unique},
              {"SE Firmware version", &Status::engine},
              {"Part Number", &Status::part},
              {"Security state", &Status::state}};

constexpr struct {
  const char *label, *yes, *no;
  std::optional<bool> Status::*value;
} kStates[] = {{"Tamper status", "OK", "Not OK", &Status::tamper_ok},
               {"Debug lock state", "Locked", "Unlocked", &Status::locked_now}};

void take_boot(std::string_view value, uint64_t offset, Parts& out) {
  if (!out.set(&Status::boot_words, std::string(value), offset)) return;
  out.at(offset).boot = tool::number(value.substr(0, value.find(' ')));
}

void take_flag(const Flag& flag, const std::optional<bool>& on, uint64_t offset, Parts& out) {
  if (on) {
    out.set(flag.value, *on, offset);
  } else if (flag.value == &Status::locked) {
    if (out.at(offset).locked && !out.begin(offset)) return;
    out.at(offset).lock_untold = true;
  }
}

// False: the line has none of the labels.
bool take_plain_line(std::string_view line, uint64_t offset, Parts& out) {
  for (const Flag& flag : kFlags) {
    if (const auto value = tool::labelled(line, flag.label))
      return take_flag(flag, enabled(*value), offset, out), true;
  }
  if (const auto v = tool::labelled(line, "Boot status")) return take_boot(*v, offset, out), true;
  for (const auto& state : kStates) {
    if (const auto v = tool::labelled(line, state.label)) {
      // (An old tool writes the colon twice.)
      const std::string_view word = v->starts_with(":") ? tool::trimmed(v->substr(1)) : *v;
      if (tool::same_word(word, state.yes)) out.set(state.value, true, offset);
      if (tool::same_word(word, state.no)) out.set(state.value, false, offset);
      return true;
    }
  }
  for (const auto& text : kTexts) {
    if (const auto v = tool::labelled(line, text.label)) {
      out.set(text.value, std::string(*v), offset);
      return true;
    }
  }
  return false;
}

// The parts of readconfig that say how the part answers to tampering, by their headings, and what
// their settings look like.
enum class Tamper : uint8_t { none, levels, filter, flags };
Tamper tamper_heading(std::string_view line) {
  return line.starts_with("Tamper Levels")   ? Tamper::levels
         : line.starts_with("Tamper Filter") ? Tamper::filter
         : line.starts_with("Tamper Flags")  ? Tamper::flags
                                             : Tamper::none;
}
bool is_setting(Tamper of, std::string_view name, std::string_view value) {
  constexpr uint64_t kHighestLevel = 7;
  constexpr size_t kMostDigits = 5;
  const auto number = tool::number(value);
  const auto is_of_level = [](char c) { return is_digit(c) || c == '_' || (c >= 'A' && c <= 'Z'); };
  if (of == Tamper::levels)
    return !name.empty() && std::all_of(name.begin(), name.end(), is_of_level) && number &&
           *number <= kHighestLevel;
  if (of == Tamper::filter)
    return (name.starts_with("Filter ") || name.starts_with("Reset ")) && number &&
           value.size() <= kMostDigits;
  return enabled(value) && (name.find("Detector") != std::string_view::npos ||
                            name.find("Tamper") != std::string_view::npos);
}

// "NAME : 4" below such a heading; false: another line, and the section has ended.
bool take_tamper(Tamper of, std::string_view line, Status& out) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view words = tool::trimmed(line.substr(0, colon)),
                         value = tool::trimmed(line.substr(colon + 1));
  if (!is_setting(of, words, value)) return false;
  std::string name(words);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c == ' ' ? '_' : to_lower(c); });
  name += '=';
  for (const char c : value) name += to_lower(c);
  if (std::find(out.tamper.begin(), out.tamper.end(), name) == out.tamper.end())
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
  TextReader(const Source& s, Reading& reading) : source_(s), reading_(reading), rest_(s) {
    for (const tool::Line& line : tool::lines(s.bytes)) {
      const std::string_view text = tool::trimmed(line.text);
      if (text.empty()) continue;
      if (commander::is_hex_text(text, 64)) {
        run_.push_back(line);
        continue;
      }
      end_run();
      if (take(line, text)) rest_.take(line);
    }
    end_run();
  }
  Parts& parts() { return parts_; }
  const std::vector<ReadKey>& keys() const { return keys_; }
  bool full() const { return parts_.full() || full_; }
  std::string rest() && { return std::move(rest_).text(); }

 private:
  // Lines of 64 digits behind one another: two are a key. One, or a list of them, is the digest of
  // whatever else where no key was asked for.
  void end_run() {
    constexpr size_t kLines = 2;
    const std::vector<tool::Line> run = std::exchange(run_, {});
    if (run.empty() || (run.size() != kLines && asked_.empty())) return;
    for (const tool::Line& line : run) rest_.take(line);
    const std::string asked = std::exchange(asked_, {});
    if (run.size() != kLines)
      return reading_.device.damaged(
          tool::place(source_, run.front().offset, ""), "readkey",
          fmt::format("expected two lines of 64 digits, found {}",
                      run.size() == 1 ? "one" : std::to_string(run.size())));
    full_ = full_ || keys_.size() >= tool::kMostOutputs;
    if (full_) return;
    keys_.push_back({.digits = std::string(tool::trimmed(run[0].text)),
                     .asked = asked,
                     .offset = run[0].offset});
    keys_.back().digits += tool::trimmed(run[1].text);
  }
  bool take(const tool::Line& line, std::string_view text) {
    constexpr size_t kMostSettings = 1024;
    if (const Tamper heading = tamper_heading(text); heading != Tamper::none)
      return tamper_ = heading, true;
    if (take_of_part(text, line.offset)) {
      asked_.clear();
      tamper_ = Tamper::none;
      return true;
    }
    if (tamper_ != Tamper::none) {
      Status& part = parts_.at(line.offset);
      full_ = full_ || part.tamper.size() >= kMostSettings;
      if (!full_ && take_tamper(tamper_, text, part)) return true;
      tamper_ = Tamper::none;
    }
    if (text == "DONE") return asked_.clear(), true;
    if (text.find("security readkey") == std::string_view::npos) return false;
    asked_ = std::string(text);
    return true;
  }
  bool take_of_part(std::string_view text, uint64_t offset) {
    for (const auto& [label, value] : {std::pair{"MFG_SIGNED_BOOTLOADER_KEY_X", &Status::sign_x},
                                       {"MFG_SIGNED_BOOTLOADER_KEY_Y", &Status::sign_y}}) {
      if (const auto v = tool::labelled(text, label); v && commander::is_hex_text(*v, 64))
        return parts_.set(value, std::string(*v), offset), true;
    }
    if (says_locked(text)) return parts_.at(offset).refused = true;
    if (says_unreachable(text)) return parts_.at(offset).unreachable = true;
    return take_plain_line(text, offset, parts_);
  }

  const Source& source_;
  Reading& reading_;
  tool::Rest rest_;
  Parts parts_;
  std::vector<ReadKey> keys_;
  std::vector<tool::Line> run_;
  std::string asked_;
  Tamper tamper_ = Tamper::none;
  bool full_ = false;
};

void take_json(const Json& json, uint64_t offset, Parts& out) {
  const std::pair<std::string_view, std::optional<bool> Status::*> kBools[] = {
      {"secure_boot", &Status::secure_boot},
      {"tamper_ok", &Status::tamper_ok},
      {"debug_port_locked", &Status::locked_now}};
  const std::pair<std::string_view, std::optional<std::string> Status::*> kWords[] = {
      {"boot_status_str", &Status::boot_words},
      {"serial_number", &Status::serial},
      {"unique_id", &Status::unique},
      {"se_firmware_version", &Status::engine},
      {"part_number", &Status::part}};
  for (const auto& [name, value] : *json.object()) {
    if (value.is_object()) {
      take_json(value, offset, out);
      continue;
    }
    const std::string* word = value.string();
    const auto flag = value.boolean()   ? value.boolean()
                      : word != nullptr ? enabled(*word)
                                        : std::nullopt;
    for (const Flag& known : kFlags) {
      if (name == known.json) take_flag(known, flag, offset, out);
    }
    for (const auto& [known, field] : kBools) {
      if (flag && name == known) out.set(field, *flag, offset);
    }
    for (const auto& [known, field] : kWords) {
      if (word != nullptr && name == known) out.set(field, *word, offset);
    }
    if (const auto code = value.natural(); code && name == "boot_status")
      out.set(&Status::boot, *code, offset);
  }
}

// What an output says of the lock's kind is of the lock that was told before, where it tells none.
void take_lock_over(const Status& before, Status& s) {
  if (s.locked || s.lock_untold || !(s.erase || s.unlock || s.locked_now || s.command_key)) return;
  s.locked = before.locked;
  if (!s.erase) s.erase = before.erase;
  if (!s.unlock) s.unlock = before.unlock;
}

bool has_any(std::string_view all, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return all.find(word) != std::string_view::npos;
  });
}

// What readkey printed says which of the two keys it is in the command in front of it, or in the
// name of its file; else it may be either.
void say_key(const ReadKey& key, const Source& s, Reading& reading) {
  const Place place = tool::place(s, key.offset, "");
  std::string words =
      commander::lower(key.asked.empty() ? s.path.substr(s.path.find_last_of('/') + 1)
                                         : std::string_view(key.asked));
  // (The tool's own name says nothing of the key.)
  constexpr std::string_view kTool = "commander";
  for (size_t at = words.find(kTool); at != std::string::npos; at = words.find(kTool))
    words.erase(at, kTool.size());
  const bool is_command = has_any(words, {"command", "cmd"}), is_sign = has_any(words, {"sign"});
  const bool command = is_command && !is_sign, sign = is_sign && !is_command;
  reading.device.posture.say(
      command ? Trait::command_key : Trait::trusted_key,
      command || sign ? Holds::yes : Holds::unclear, commander::lower(key.digits),
      command || sign ? "readkey" : "readkey, of the sign or command key", place);
}

// Two lines of 64 hex digits and nothing else but the tool's own words.
bool is_read_key(const Source& s) {
  if (s.bytes.size() > 1024) return false;
  size_t keys = 0;
  for (const tool::Line& line : tool::lines(s.bytes)) {
    const std::string_view text = tool::trimmed(line.text);
    if (commander::is_hex_text(text, 64))
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
           return v && commander::is_hex_text(*v, 64);
         });
}

bool recognises(const Source& s) {
  return is_json_status(s) || is_read_key(s) || is_text_status(s) || is_device_info(s) ||
         is_refusal(s) || is_token_key(s);
}

void say_parts(Parts& parts, const Source& s, Reading& reading) {
  parts.complete(take_lock_over);
  for (const Status& status : parts.all()) commander::say_status(status, s, reading);
}

Result<void> read_json(const Source& s, Reading& reading) {
  const auto printed = tool::json_objects(s.bytes);
  if (!printed) {
    reading.device.damaged(tool::place(s, printed.error().offset.value_or(0), ""),
                           "security status", printed.error().what);
    return {};
  }
  tool::Rest rest(s);
  Parts parts(tool::Again::differs);
  for (const tool::Printed& one : *printed) {
    if (!is_result(one.json) || !parts.begin(one.offset)) continue;
    if (const Json* success = one.json.find("success");
        success != nullptr && success->boolean() == false)
      parts.at(one.offset).failed = true;  // whatever it printed before
    else
      take_json(*one.json.find("result"), one.offset, parts);
    rest.take(one, [](const std::string& name, const Json&) {
      return name == "result" || name == "success" || name == "error" || name == "warning" ||
             name == "info";
    });
  }
  say_parts(parts, s, reading);
  if (parts.full()) tool::note_more(s, reading);
  read_beside(s, silabs_security_reader, std::move(rest).text(), reading);
  return {};
}

Result<void> read(const Source& s, Reading& reading) {
  reading.holds("posture");
  if (is_json_status(s)) return read_json(s, reading);
  TextReader text(s, reading);
  say_parts(text.parts(), s, reading);
  for (const ReadKey& key : text.keys()) say_key(key, s, reading);
  if (text.full()) tool::note_more(s, reading);
  read_beside(s, silabs_security_reader, std::move(text).rest(), reading);
  return {};
}

}  // namespace

const Reader silabs_security_reader{.kind = "silabs-security",
                                    .expects = "what Simplicity Commander prints of a part",
                                    .content = Content::text,
                                    .recognises = recognises,
                                    .read = read};

}  // namespace attest
