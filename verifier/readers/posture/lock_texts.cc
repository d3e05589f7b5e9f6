// Short outputs of vendors' tools that say how a part is locked: nrfutil, STM32CubeProgrammer,
// blhost; and Bouffalo Lab's eFuses, as read out and as text. Values after the vendors' headers and
// documents; numbers are read, the words beside them are not.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/readers/formats.h"
#include "verifier/readers/posture/tool_text.h"

namespace attest {
namespace {

void say(const Source& s, uint64_t offset, Trait trait, Holds holds, std::string value,
         std::string detail, Reading& reading) {
  reading.holds("posture");
  reading.device.posture.say(trait, holds, std::move(value), printable(detail),
                             tool::place(s, offset, ""));
}

// --- Nordic ---

Result<void> read_protection(const Source& s, Reading& reading) {
  std::string core = "a core";
  for (const tool::Line& line : tool::lines(s.bytes)) {
    if (const auto v = tool::labelled(line.text, "core")) core = std::string(*v);
    const auto v = tool::labelled(line.text, "access status");
    if (!v) continue;
    const size_t at = v->find("status value:");
    std::string_view value = at == std::string_view::npos ? "" : v->substr(at + 13);
    value = tool::trimmed(value.substr(0, value.find(')')));
    const bool open = tool::same_word(value, "None");
    const bool all = tool::same_word(value, "All");
    say(s, line.offset, Trait::debug,
        open  ? Holds::no
        : all ? Holds::yes
              : Holds::unclear,
        open  ? "open"
        : all ? "locked"
              : "",
        fmt::format("{}: access status {}", core, value.empty() ? *v : value), reading);
  }
  return {};
}

// --- ST ---

std::optional<uint64_t> first_number(std::string_view v) {
  return tool::number(v.substr(0, v.find_first_of(" (\t")));
}

void say_rdp(const Source& s, uint64_t offset, std::string_view v, Reading& reading) {
  const auto number = first_number(v);
  if (!number) {
    const bool on = v.starts_with("Enabled");
    if (on || v.starts_with("Disabled"))
      say(s, offset, Trait::debug, on ? Holds::yes : Holds::no, on ? "locked" : "open",
          fmt::format("RDP is {}", v), reading);
    return;
  }
  const char* level = *number == 0xAA ? "0" : *number == 0x55 ? "0.5" : *number == 0xCC ? "2" : "1";
  const bool open = *number == 0xAA;
  // Level 0.5 closes the secure side alone.
  const bool half = *number == 0x55;
  say(s, offset, Trait::debug,
      open   ? Holds::no
      : half ? Holds::unclear
             : Holds::yes,
      open              ? "open"
      : half            ? ""
      : *number == 0xCC ? "permanent-lock"
                        : "locked",
      fmt::format("RDP is 0x{:02X}, level {}", *number, level), reading);
}

void say_product_state(const Source& s, uint64_t offset, std::string_view v, Reading& reading) {
  const auto number = first_number(v);
  if (!number) return;
  const bool closed = *number == 0x72 || *number == 0x5C, open = *number == 0xED;
  say(s, offset, Trait::debug,
      closed                                       ? Holds::yes
      : open || *number == 0x17 || *number == 0x2E ? Holds::no
                                                   : Holds::unclear,
      *number == 0x5C                              ? "permanent-lock"
      : closed                                     ? "locked"
      : open || *number == 0x17 || *number == 0x2E ? "open"
                                                   : "",
      fmt::format("PRODUCT_STATE is 0x{:02X}{}", *number,
                  *number == 0x17   ? ", provisioning"
                  : *number == 0x2E ? ", iRoT provisioned"
                  : *number == 0xC6 ? ", the secure side closed alone"
                                    : ""),
      reading);
}

Result<void> read_option_bytes(const Source& s, Reading& reading) {
  for (const tool::Line& line : tool::lines(s.bytes)) {
    if (const auto v = tool::labelled(line.text, "RDP")) say_rdp(s, line.offset, *v, reading);
    if (const auto v = tool::labelled(line.text, "PRODUCT_STATE"))
      say_product_state(s, line.offset, *v, reading);
  }
  return {};
}

// --- NXP ---

// 5AA59EA5 stands in outputs whose decimal number was written by hand; it is no closed state
// either.
void say_state(const Source& s, uint64_t offset, uint64_t state, Reading& reading) {
  const bool open = state == 0 || state == 0x5AA55AA5 || state == 0x5AA59EA5,
             closed = state == 1 || state == 0xC33CC33C;
  say(s, offset, Trait::debug,
      open     ? Holds::no
      : closed ? Holds::yes
               : Holds::unclear,
      open     ? "open"
      : closed ? "locked"
               : "",
      fmt::format("Security State is 0x{:x}{}", state,
                  open     ? ", UNSECURE"
                  : closed ? ", SECURE"
                           : ""),
      reading);
}

void say_life_cycle(const Source& s, uint64_t offset, std::string_view v, Reading& reading) {
  const bool open = v.starts_with("development"), closed = v.starts_with("deployment");
  say(s, offset, Trait::debug,
      open     ? Holds::no
      : closed ? Holds::yes
               : Holds::unclear,
      open     ? "open"
      : closed ? "locked"
               : "",
      fmt::format("Life Cycle State is {}", v), reading);
}

Result<void> read_blhost(const Source& s, Reading& reading) {
  if (tool::contains(s.bytes, "\"response\"")) {
    const auto printed = tool::json_objects(s.bytes);
    if (!printed) {
      reading.device.damaged(tool::place(s, printed.error().offset.value_or(0), ""),
                             "blhost output", printed.error().what);
      return {};
    }
    for (const tool::Printed& one : *printed) {
      const Json *list = one.json.find("response"), *command = one.json.find("command");
      const std::string* name = command == nullptr ? nullptr : command->string();
      if (name == nullptr || name->find("get-property") == std::string::npos || list == nullptr ||
          list->array() == nullptr || list->array()->empty())
        continue;
      if (const auto state = list->array()->front().natural())
        say_state(s, one.offset, *state, reading);
    }
    return {};
  }
  std::optional<uint64_t> word;
  for (const tool::Line& line : tool::lines(s.bytes)) {
    if (const auto v = tool::labelled(line.text, "Response word 1", '=')) {
      const size_t open = v->find('(');
      word = open == std::string_view::npos
                 ? first_number(*v)
                 : tool::number(v->substr(open + 1, v->find(')') - open - 1));
    }
    if (const auto v = tool::labelled(line.text, "Life Cycle State", '='))
      say_life_cycle(s, line.offset, *v, reading);
    const auto v = tool::labelled(line.text, "Security State", '=');
    if (!v) continue;
    if (word)
      say_state(s, line.offset, *word, reading);
    else
      say_state(s, line.offset, *v == "UNSECURE" ? 0 : *v == "SECURE" ? 1 : 2, reading);
  }
  return {};
}

// --- Bouffalo Lab ---

// The fields that matter, of whichever form; `two`: of BL616, whose file has 512 bytes.
struct BouffaloFuses {
  std::optional<uint64_t> boot, flash, mode, jtag_0, uart, efuse_debug, slot_locks;
  bool slot_0_written = false;
};

void say_bouffalo(const BouffaloFuses& f, const Source& s, Reading& reading) {
  if (f.boot)
    say(s, 0, Trait::secure_boot, *f.boot != 0 ? Holds::yes : Holds::no,
        *f.boot != 0 ? "on" : "off", fmt::format("ef_sboot_en is {}", *f.boot), reading);
  if (f.flash)
    say(s, 0, Trait::flash_encryption, *f.flash != 0 ? Holds::yes : Holds::no,
        *f.flash != 0 ? "on" : "off", fmt::format("ef_sf_aes_mode is {}", *f.flash), reading);
  if (f.jtag_0 && f.mode) {
    const bool closed = *f.jtag_0 != 0 && *f.mode != 0;
    const bool open = *f.jtag_0 == 0 && *f.mode == 0;
    say(s, 0, Trait::debug,
        closed ? Holds::yes
        : open ? Holds::no
               : Holds::unclear,
        closed ? "locked"
        : open ? "open"
               : "",
        fmt::format("ef_dbg_mode is {}, ef_dbg_jtag_0_dis is {}", *f.mode, *f.jtag_0), reading);
  }
  if (f.uart)
    say(s, 0, Trait::download_mode, *f.uart != 0 ? Holds::yes : Holds::no,
        *f.uart != 0 ? "disabled" : "open", fmt::format("uartboot_disable is {}", *f.uart),
        reading);
  if (f.slot_locks && f.slot_0_written) {
    const bool hidden = (*f.slot_locks & 1) != 0;
    say(s, 0, Trait::fuse_key_read, hidden ? Holds::yes : Holds::no, hidden ? "hidden" : "readable",
        fmt::format("rd_lock_key_slot_0 is {}", hidden ? 1 : 0), reading);
    if (!hidden)
      say(s, 0, Trait::secret, Holds::no, "key slot 0", "key slot 0 can be read", reading);
    else if (f.slot_0_written)
      say(s, 0, Trait::secret, Holds::no, "key slot 0",
          "the file has bytes of key slot 0, which the part would not show", reading);
  }
}

Result<void> read_bouffalo(const Source& s, Reading& reading) {
  BouffaloFuses f;
  const auto is = [](std::string_view name, std::string_view field) {
    return name == field || name.substr(name.starts_with("ef_") ? 3 : 0) == field;
  };
  for (const tool::Line& line : tool::lines(s.bytes)) {
    const size_t equals = line.text.find('=');
    if (equals == std::string::npos) continue;
    const std::string_view all = line.text;
    const std::string_view name = tool::trimmed(all.substr(0, equals));
    std::string_view value = all.substr(equals + 1);
    const auto number = tool::number(value.substr(0, value.find('#')));
    if (!number) continue;
    if (is(name, "sboot_en")) f.boot = number;
    if (is(name, "sf_aes_mode")) f.flash = number;
    if (is(name, "dbg_mode")) f.mode = number;
    if (is(name, "dbg_jtag_0_dis")) f.jtag_0 = number;
    if (is(name, "uartboot_disable") || name.ends_with("uartboot_disable")) f.uart = number;
    if (is(name, "rd_lock_key_slot_0") || name.ends_with("rd_lock_key_slot_0"))
      f.slot_locks = f.slot_locks.value_or(0) | (*number != 0 ? 1 : 0);
    if (name.find("key_slot_0_w") != std::string_view::npos && *number != 0)
      f.slot_0_written = true;
  }
  say_bouffalo(f, s, reading);
  return {};
}

Result<void> read_bouffalo_bytes(const Source& s, Reading& reading) {
  const View v = s.bytes;
  const bool wide = v.size() == 512;
  const uint32_t word = le32(v, 0), more = le32(v, wide ? 0x5C : 0x10), locks = le32(v, 0x7C);
  BouffaloFuses f;
  f.flash = word & 3;
  f.boot = word >> 4 & 3;
  f.jtag_0 = word >> 26 & 3;
  f.mode = word >> 28;
  f.uart = more >> (wide ? 4 : 25) & 1;
  f.slot_locks = locks >> (wide ? 27 : 26) & 1;
  f.slot_0_written =
      std::any_of(v.begin() + 0x1C, v.begin() + 0x2C, [](uint8_t b) { return b != 0; });
  say_bouffalo(f, s, reading);
  return {};
}

// Bytes alone say little: a file of eFuses has this size, is mostly zeros, and has none of the bits
// set that no tool writes.
bool is_bouffalo_bytes(View v) {
  if (v.size() != 128 && v.size() != 512) return false;
  const size_t zeros = static_cast<size_t>(std::count(v.begin(), v.end(), 0));
  const uint32_t word = le32(v, 0), more = le32(v, v.size() == 512 ? 0x5C : 0x10);
  if (zeros * 4 < v.size() * 3 || zeros == v.size() || word == 0) return false;
  // Debugging closed or secure boot on, and a MAC at its place.
  return (word >> 28 == 0xF || (word >> 4 & 3) != 0 || more != 0) && (word & 0xFFFF) < 0x100 &&
         (le32(v, 0x14) != 0);
}

bool has_line(const Source& s, const char* label) {
  const auto all = tool::lines(s.bytes.first(std::min<size_t>(s.bytes.size(), 64u << 10)));
  return std::any_of(all.begin(), all.end(), [&](const tool::Line& line) {
    return tool::labelled(line.text, label).has_value();
  });
}

}  // namespace

const Reader nordic_protection_reader{.kind = "nordic-security",
                                      .expects = "the output of nrfutil device protection-get",
                                      .recognises =
                                          [](const Source& s) {
                                            return tool::is_output(s, {"access status"}) &&
                                                   tool::contains(s.bytes, "Debug access");
                                          },
                                      .read = read_protection};
const Reader st_option_bytes_reader{
    .kind = "st-option-bytes",
    .expects = "option bytes as STM32_Programmer_CLI prints them",
    .recognises =
        [](const Source& s) {
          return tool::is_output(s, {"OPTION BYTES"}) &&
                 (has_line(s, "RDP") || has_line(s, "PRODUCT_STATE"));
        },
    .read = read_option_bytes};
const Reader nxp_blhost_reader{
    .kind = "nxp-blhost",
    .expects = "the output of blhost",
    .recognises =
        [](const Source& s) {
          return tool::is_output(s, {"Security State =", "Life Cycle State ="}) ||
                 (tool::is_output(s, {"\"get-property\"", "get-property 17", "get-property"}) &&
                  tool::contains(s.bytes, "\"response\""));
        },
    .read = read_blhost};
const Reader bouffalo_efuse_reader{
    .kind = "bouffalo-efuse",
    .expects = "Bouffalo Lab eFuses",
    .recognises =
        [](const Source& s) {
          return is_bouffalo_bytes(s.bytes) || tool::is_output(s, {"ef_sboot_en ="});
        },
    .read =
        [](const Source& s, Reading& reading) {
          return is_bouffalo_bytes(s.bytes) ? read_bouffalo_bytes(s, reading)
                                            : read_bouffalo(s, reading);
        }};

}  // namespace attest
