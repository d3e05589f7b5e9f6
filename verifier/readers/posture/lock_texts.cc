// Short outputs of vendors' tools that say how a part is locked: nrfutil and STM32CubeProgrammer;
// and Bouffalo Lab's eFuses, as read out and as text. Values after the vendors' headers and
// documents; numbers are read, the words beside them are not.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "verifier/base/characters.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/posture/tool_text.h"
#include "verifier/readers/quoted.h"
#include "verifier/readers/text/beside.h"
#include "verifier/readers/vendors/nordic_uicr.h"

namespace attest {
namespace {

void say(const Source& s, uint64_t offset, Trait trait, Holds holds, std::string value,
         std::string detail, Reading& reading) {
  reading.holds("posture");
  reading.device.posture.say(trait, holds, std::move(value), shown_text(detail),
                             tool::place(s, offset, ""));
}

// --- Nordic ---

// "Debug access is currently disabled (status value: All)"; nullopt: no such line.
std::optional<std::string_view> access_status(std::string_view line) {
  const auto v = tool::labelled(line, "access status");
  return v && v->find("status value:") != std::string_view::npos ? v : std::nullopt;
}

void say_access(const Source& s, uint64_t offset, const std::string& core, std::string_view status,
                Reading& reading) {
  std::string_view value = status.substr(status.find("status value:") + 13);
  value = tool::trimmed(value.substr(0, value.find(')')));
  const bool open = tool::same_word(value, "None");
  const bool all = tool::same_word(value, "All");
  say(s, offset, Trait::debug,
      open  ? Holds::no
      : all ? Holds::yes
            : Holds::unclear,
      open  ? "open"
      : all ? "locked"
            : "",
      fmt::format("{}: access status {}", core.empty() ? "a core" : core,
                  value.empty() ? status : value),
      reading);
}

// A core of a part, as the tool was asked for it: it has a port of its own.
struct AskedCore {
  std::string serial, name;
  uint64_t offset = 0;  // where it is named first
  bool told = false;    // its access status is
};
bool is_core(const AskedCore& core, std::string_view name) {
  return tool::same_word(core.name, name);
}

// The cores of which an output tells nothing: its line is not there, or cut; or the network core of
// a part was asked alone, which has the other, too.
void say_untold_cores(const Source& s, const std::vector<AskedCore>& cores, Reading& reading) {
  constexpr const char *kApplication = "Application", *kNetwork = "Network";
  for (const AskedCore& core : cores) {
    if (!core.told)
      say(s, core.offset, Trait::debug, Holds::unclear,
          is_core(core, kApplication) ? kApplicationCore
          : is_core(core, kNetwork)   ? kNetworkCore
                                      : "",
          fmt::format("{}: its access status is not in the output", core.name), reading);
    const bool alone = std::none_of(cores.begin(), cores.end(), [&](const AskedCore& other) {
      return other.serial == core.serial && is_core(other, kApplication);
    });
    if (is_core(core, kNetwork) && alone)
      say(s, core.offset, Trait::debug, Holds::unclear, kApplicationCore,
          "the application core has a port of its own, and the output does not tell of it",
          reading);
  }
}

Result<void> read_protection(const Source& s, Reading& reading) {
  tool::Rest rest(s);
  std::vector<AskedCore> cores;
  AskedCore now;
  bool full = false;
  for (const tool::Line& line : tool::lines(s.bytes)) {
    const auto named = tool::labelled(line.text, "core"), status = access_status(line.text),
               serial = tool::labelled(line.text, "serial_number");
    if (serial) now = {.serial = std::string(*serial), .name = {}, .offset = line.offset};
    if (named) now.name = printable(std::string(*named));
    if (named || status || serial) rest.take(line);
    if (status) say_access(s, line.offset, now.name, *status, reading);
    if (!named && !status) continue;
    const auto known = std::find_if(cores.begin(), cores.end(), [&](const AskedCore& core) {
      return core.serial == now.serial && core.name == now.name;
    });
    if (known != cores.end())
      known->told = known->told || status;
    else if (cores.size() < tool::kMostOutputs)
      cores.push_back({.serial = now.serial,
                       .name = now.name,
                       .offset = line.offset,
                       .told = status.has_value()});
    else
      full = true;
  }
  if (full) tool::note_more(s, reading);
  say_untold_cores(s, cores, reading);
  read_beside(s, nordic_protection_reader, std::move(rest).text(), reading);
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
    if (!on && !v.starts_with("Disabled"))
      say(s, offset, Trait::debug, Holds::unclear, "", fmt::format("RDP is {}", v), reading);
    else
      say(s, offset, Trait::debug, on ? Holds::yes : Holds::no, on ? "locked" : "open",
          fmt::format("RDP is {}", v), reading);
    return;
  }
  // An option byte has no more bits.
  if (*number > 0xFF)
    return say(s, offset, Trait::debug, Holds::unclear, "", fmt::format("RDP is 0x{:X}", *number),
               reading);
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
  if (!number)
    return say(s, offset, Trait::debug, Holds::unclear, "", fmt::format("PRODUCT_STATE is {}", v),
               reading);
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

// "BOR_LEV : 0x0 (...)". (The tool writes numbers in hex alone; others may be codes.)
bool is_option_line(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view value = tool::trimmed(line.substr(colon + 1));
  return value.starts_with("0x") && first_number(value);
}
bool is_bank(std::string_view line) {
  return tool::trimmed(line).starts_with("OPTION BYTES");
}

Result<void> read_option_bytes(const Source& s, Reading& reading) {
  tool::Rest rest(s);
  for (const tool::Line& line : tool::lines(s.bytes)) {
    const auto rdp = tool::labelled(line.text, "RDP"),
               state = tool::labelled(line.text, "PRODUCT_STATE");
    if (rdp) say_rdp(s, line.offset, *rdp, reading);
    if (state) say_product_state(s, line.offset, *state, reading);
    if (rdp || state || is_bank(line.text) || is_option_line(line.text)) rest.take(line);
  }
  read_beside(s, st_option_bytes_reader, std::move(rest).text(), reading);
  return {};
}

// --- Bouffalo Lab ---

constexpr size_t kSlots = 12;

// The fields that matter, of whichever form.
struct BouffaloFuses {
  std::optional<uint64_t> boot, flash, mode, jtag_0, uart;
  std::array<bool, kSlots> written{};  // bytes of a key slot are in the file
  std::array<std::optional<bool>, kSlots> hidden{};
  bool password = false;  // of the debug port
  uint64_t offset = 0;
};
using BouffaloOutputs = tool::Outputs<BouffaloFuses>;

// What is known of ef_dbg_mode is that 0 is open and 15 closed; what lies between is not.
void say_bouffalo_debug(const BouffaloFuses& f, const Source& s, Reading& reading) {
  constexpr uint64_t kClosedMode = 15, kClosedJtag = 3;
  if (!f.jtag_0 && !f.mode) return;
  const auto word = [](const std::optional<uint64_t>& field) {
    return field ? std::to_string(*field) : std::string("not told");
  };
  const bool closed = f.mode == kClosedMode && f.jtag_0 == kClosedJtag;
  const bool open = f.mode == 0u && f.jtag_0 == 0u;
  say(s, f.offset, Trait::debug,
      closed ? Holds::yes
      : open ? Holds::no
             : Holds::unclear,
      closed ? "locked"
      : open ? "open"
             : "",
      fmt::format("ef_dbg_mode is {}, ef_dbg_jtag_0_dis is {}{}", word(f.mode), word(f.jtag_0),
                  closed || open ? "" : ": what that closes is not known"),
      reading);
}

// Slot 0 holds the key of the factory data; what the others are for the file does not say.
void say_bouffalo_slots(const BouffaloFuses& f, const Source& s, Reading& reading) {
  if (f.password)
    say(s, f.offset, Trait::secret, Holds::no, "debug password",
        "the file shows the password of the debug port", reading);
  for (size_t slot = 0; slot < kSlots; ++slot) {
    const bool hidden = f.hidden[slot].value_or(false);
    if (f.written[slot]) {
      reading.holds("efuse-key");
      say(s, f.offset, Trait::secret, Holds::no, fmt::format("key slot {}", slot),
          hidden ? fmt::format("the file has bytes of key slot {}, which the part would not show",
                               slot)
                 : fmt::format("key slot {} can be read", slot),
          reading);
    }
    if (slot == 0 && f.written[slot] && f.hidden[slot])
      say(s, f.offset, Trait::fuse_key_read, hidden ? Holds::yes : Holds::no,
          hidden ? "hidden" : "readable", fmt::format("rd_lock_key_slot_0 is {}", hidden ? 1 : 0),
          reading);
  }
}

void say_bouffalo(const BouffaloFuses& f, const Source& s, Reading& reading) {
  if (f.boot)
    say(s, f.offset, Trait::secure_boot, *f.boot != 0 ? Holds::yes : Holds::no,
        *f.boot != 0 ? "on" : "off", fmt::format("ef_sboot_en is {}", *f.boot), reading);
  if (f.flash)
    say(s, f.offset, Trait::flash_encryption, *f.flash != 0 ? Holds::yes : Holds::no,
        *f.flash != 0 ? "on" : "off", fmt::format("ef_sf_aes_mode is {}", *f.flash), reading);
  say_bouffalo_debug(f, s, reading);
  if (f.uart)
    say(s, f.offset, Trait::download_mode, *f.uart != 0 ? Holds::yes : Holds::no,
        *f.uart != 0 ? "disabled" : "open", fmt::format("uartboot_disable is {}", *f.uart),
        reading);
  say_bouffalo_slots(f, s, reading);
}

// "ef_sboot_en = 1   # [6:4]"; nullopt: another line.
struct BouffaloLine {
  std::string_view name;
  uint64_t value = 0;
};
std::optional<BouffaloLine> bouffalo_line(std::string_view line) {
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const std::string_view name = tool::trimmed(line.substr(0, equals));
  const std::string_view value = line.substr(equals + 1);
  const auto number = tool::number(value.substr(0, value.find('#')));
  const bool is_name = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_';
  });
  return number && is_name ? std::optional(BouffaloLine{name, *number}) : std::nullopt;
}

// The slot that a name speaks of: "ef_key_slot_3_w0".
std::optional<size_t> slot_of(std::string_view name, std::string_view before) {
  const size_t at = name.find(before);
  if (at == std::string_view::npos) return std::nullopt;
  name.remove_prefix(at + before.size());
  const auto slot = tool::number(name.substr(0, name.find('_')));
  return slot && *slot < kSlots ? std::optional(static_cast<size_t>(*slot)) : std::nullopt;
}

// False: the line is none of the tool's.
bool take_bouffalo(const BouffaloLine& line, uint64_t offset, BouffaloOutputs& out) {
  const bool prefixed = line.name.starts_with("ef_");
  const std::string_view field = line.name.substr(prefixed ? 3 : 0);
  const bool set = line.value != 0;
  for (const auto& [name, value] : {std::pair{"sboot_en", &BouffaloFuses::boot},
                                    {"sf_aes_mode", &BouffaloFuses::flash},
                                    {"dbg_mode", &BouffaloFuses::mode},
                                    {"dbg_jtag_0_dis", &BouffaloFuses::jtag_0}}) {
    if (field == name) return out.set(value, line.value, offset), true;
  }
  if (field.ends_with("uartboot_disable"))
    return out.set(&BouffaloFuses::uart, line.value, offset), true;
  if (field.find("dbg_pwd") != std::string_view::npos) {
    const bool locks = field.find("lock") != std::string_view::npos;
    out.at(offset).password = out.at(offset).password || (set && !locks);
    return true;
  }
  if (const auto slot = slot_of(field, "rd_lock_key_slot_"))
    return out.set(
               [&](BouffaloFuses & f) -> auto& { return f.hidden[*slot]; }, set, offset),
           true;
  const auto slot = slot_of(field, "key_slot_");
  if (slot && set && field.find("lock_") == std::string_view::npos)
    out.at(offset).written[*slot] = true;
  return slot || prefixed;
}

// An output that goes on by a value that was stated again: what makes sense of it stands before.
void take_fuses_over(const BouffaloFuses& before, BouffaloFuses& f) {
  if (f.mode && !f.jtag_0) f.jtag_0 = before.jtag_0;
  if (f.jtag_0 && !f.mode) f.mode = before.mode;
  for (size_t slot = 0; slot < kSlots; ++slot) {
    if (f.hidden[slot]) f.written[slot] = f.written[slot] || before.written[slot];
  }
}

Result<void> read_bouffalo(const Source& s, Reading& reading) {
  BouffaloOutputs outputs;
  outputs.begin(0);
  tool::Rest rest(s);
  for (const tool::Line& line : tool::lines(s.bytes)) {
    const auto one = bouffalo_line(line.text);
    if (one ? take_bouffalo(*one, line.offset, outputs)
            : tool::trimmed(line.text).starts_with("# 0x"))
      rest.take(line);
  }
  outputs.complete(take_fuses_over);
  for (const BouffaloFuses& fuses : outputs.all()) say_bouffalo(fuses, s, reading);
  if (outputs.full()) tool::note_more(s, reading);
  read_beside(s, bouffalo_efuse_reader, std::move(rest).text(), reading);
  return {};
}

constexpr size_t kBouffaloWide = 512, kBouffaloNarrow = 128, kSlotSize = 16, kLocksAt = 0x7C;

// Where the key slots lie: of BL616, whose file has 512 bytes, and of the smaller chips.
std::vector<size_t> slots_of(View v) {
  if (v.size() == kBouffaloNarrow) return {0x1C, 0x2C, 0x3C, 0x4C, 0x5C, 0x6C};
  return {0x1C, 0x2C, 0x3C, 0x4C, 0x80, 0x90, 0xA0, 0xB0, 0xC0, 0xD0, 0xE0, 0x6C};
}
// The bit that locks reading of a slot, and the word that it is in.
std::pair<size_t, unsigned> read_lock(View v, size_t slot) {
  if (v.size() == kBouffaloNarrow) return {kLocksAt, 26 + static_cast<unsigned>(slot)};
  if (slot < 4) return {kLocksAt, 27 + static_cast<unsigned>(slot)};
  if (slot == 11) return {kLocksAt, 31};
  return {0xFC, 25 + static_cast<unsigned>(slot - 4)};
}
bool any_set(View v) {
  return std::any_of(v.begin(), v.end(), [](uint8_t b) { return b != 0; });
}

Result<void> read_bouffalo_bytes(const Source& s, Reading& reading) {
  const View v = s.bytes;
  const bool wide = v.size() == kBouffaloWide;
  const uint32_t word = le32(v, 0), more = le32(v, wide ? 0x5C : 0x10);
  BouffaloFuses f;
  f.flash = word & 3;
  f.boot = word >> 4 & 3;
  f.jtag_0 = word >> 26 & 3;
  f.mode = word >> 28;
  f.uart = more >> (wide ? 4 : 25) & 1;
  f.password = any_set(v.subspan(4, wide ? 16 : 8));
  const std::vector<size_t> slots = slots_of(v);
  for (size_t slot = 0; slot < slots.size(); ++slot) {
    const auto [at, bit] = read_lock(v, slot);
    f.hidden[slot] = (le32(v, at) >> bit & 1) != 0;
    f.written[slot] = any_set(v.subspan(slots[slot], kSlotSize));
  }
  say_bouffalo(f, s, reading);
  return {};
}

bool has_words(View v) {
  constexpr size_t kWord = 8;
  size_t run = 0;
  return std::any_of(v.begin(), v.end(), [&](uint8_t b) {
    run = b >= 0x20 && b < 0x7F ? run + 1 : 0;
    return run >= kWord;
  });
}

// Bytes alone have no magic and no checksum: they are taken for eFuses of a part that was through a
// factory alone. That has a MAC of its own at its place and nothing behind it, locks of what was
// burned, and no words of people; most of it is never written. Of others there is the text.
bool is_bouffalo_bytes(View v) {
  constexpr size_t kMac = 6, kLeastDistinct = 4;
  constexpr uint32_t kLockBits = 0xFFFFE000;  // the low bits lock nothing that is known
  if (v.size() != kBouffaloNarrow && v.size() != kBouffaloWide) return false;
  const size_t zeros = static_cast<size_t>(std::count(v.begin(), v.end(), 0));
  if (zeros * 4 < v.size() * 3 || has_words(v)) return false;
  const View mac = v.subspan(0x14, kMac);
  const std::set<uint8_t> distinct(mac.begin(), mac.end());
  if (distinct.size() < kLeastDistinct || le32(v, 0x18) >> 16 != 0) return false;
  const uint32_t locks = le32(v, kLocksAt);
  if ((locks & kLockBits) == 0 || (locks & 0x1FF0) != 0) return false;
  // A key has no more zeros than chance gives it.
  constexpr std::ptrdiff_t kLeastOfAKey = 8;
  for (const size_t at : slots_of(v)) {
    const View slot = v.subspan(at, kSlotSize);
    const auto written = std::count_if(slot.begin(), slot.end(), [](uint8_t b) { return b != 0; });
    if (written != 0 && written < kLeastOfAKey) return false;
  }
  // Two words that nobody writes, between the switches and the last slots.
  return v.size() == kBouffaloNarrow || !any_set(v.subspan(0x64, 8));
}

}  // namespace

const Reader nordic_protection_reader{.kind = "nordic-security",
                                      .expects = "the output of nrfutil device protection-get",
                                      .content = Content::text,
                                      .recognises =
                                          [](const Source& s) {
                                            return tool::is_output(s, {"access status"}) &&
                                                   tool::any_line(s, [](std::string_view line) {
                                                     return access_status(line).has_value();
                                                   });
                                          },
                                      .read = read_protection};
const Reader st_option_bytes_reader{
    .kind = "st-option-bytes",
    .expects = "option bytes as STM32_Programmer_CLI prints them",
    .content = Content::text,
    .recognises =
        [](const Source& s) {
          return tool::is_output(s, {"OPTION BYTES"}) && tool::any_line(s, is_bank) &&
                 tool::any_line(s, [](std::string_view line) {
                   return tool::labelled(line, "RDP") || tool::labelled(line, "PRODUCT_STATE");
                 });
        },
    .read = read_option_bytes};
const Reader bouffalo_efuse_reader{
    .kind = "bouffalo-efuse",
    .expects = "Bouffalo Lab eFuses",
    .content = Content::text,
    .recognises =
        [](const Source& s) {
          return is_bouffalo_bytes(s.bytes) || (tool::is_output(s, {"ef_sboot_en"}) &&
                                                tool::any_line(s, [](std::string_view line) {
                                                  const auto one = bouffalo_line(line);
                                                  return one && one->name == "ef_sboot_en";
                                                }));
        },
    .read =
        [](const Source& s, Reading& reading) {
          return is_bouffalo_bytes(s.bytes) ? read_bouffalo_bytes(s, reading)
                                            : read_bouffalo(s, reading);
        }};

}  // namespace attest
