// What `esptool get-security-info` prints.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "verifier/readers/espressif/efuse_places.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/posture/mac.h"
#include "verifier/readers/posture/tool_text.h"
#include "verifier/readers/posture/untold.h"
#include "verifier/readers/text/beside.h"

namespace attest {
namespace {

struct SecurityInfo {
  std::optional<uint64_t> flags, crypt_count, chip;
  bool has_flags = false;  // a line of them, whether it tells or not
  std::optional<bool> secure_boot, encryption, icache, dcache, usb;
  std::vector<std::pair<std::string, std::string>> purposes;
  std::optional<std::string> jtag;
  std::string mac;  // as esptool says it where it connects, in front of what was asked
  uint64_t offset = 0;
};

using SecurityInfos = tool::Outputs<SecurityInfo>;

// False: the line is none of the tool's.
bool take_info_line(const tool::Line& line, SecurityInfos& out) {
  const std::string_view text = tool::trimmed(line.text);
  // (Other tools have labels such as these, with blanks in front of the colon.)
  const auto value = [&](std::string_view label) -> std::optional<std::string_view> {
    if (!text.starts_with(label) || text.substr(label.size(), 1) != ":") return std::nullopt;
    return tool::trimmed(text.substr(label.size() + 1));
  };
  const auto set = [&](auto field, auto&& known) {
    if (known) out.set(field, *known, line.offset);
    return true;
  };
  const auto number = [](std::string_view v) { return tool::number(v.substr(0, v.find(' '))); };
  for (const auto& [label, field] : {std::pair{"Secure Boot", &SecurityInfo::secure_boot},
                                     {"Flash Encryption", &SecurityInfo::encryption},
                                     {"Icache in UART download mode", &SecurityInfo::icache},
                                     {"Dcache in UART download mode", &SecurityInfo::dcache},
                                     {"USB Access", &SecurityInfo::usb}}) {
    const auto word = value(label);
    if (!word) continue;
    const bool on = tool::same_word(*word, "Enabled");
    return set(field, on || tool::same_word(*word, "Disabled") ? std::optional(on) : std::nullopt);
  }
  if (const auto chip = value("Chip ID")) return set(&SecurityInfo::chip, number(*chip));
  if (const auto jtag = value("JTAG"))
    return set(&SecurityInfo::jtag, std::optional(std::string(*jtag)));
  if (text.starts_with("SPI Boot Crypt Count") && text.rfind(':') != std::string_view::npos)
    return set(&SecurityInfo::crypt_count, tool::number(text.substr(text.rfind(':') + 1)));
  const size_t dash = text.find(" - ");
  if (text.starts_with("BLOCK_KEY") && dash != std::string_view::npos) {
    out.at(line.offset).purposes.emplace_back(text.substr(0, dash), text.substr(dash + 3));
    return true;
  }
  constexpr std::string_view kOthers[] = {"Key Purposes:", "API Version:", "Secure Boot Key",
                                          "Secure Boot Aggressive", "USB "};
  return std::any_of(std::begin(kOthers), std::end(kOthers),
                     [&](std::string_view word) { return text.starts_with(word); });
}

// What goes on by a value that was stated again, and without flags of its own, is of those before.
void take_info_over(const SecurityInfo& before, SecurityInfo& info) {
  if (info.has_flags) return;
  const auto take = [](auto& mine, const auto& there) {
    if (!mine) mine = there;
  };
  info.flags = before.flags;
  take(info.crypt_count, before.crypt_count);
  take(info.chip, before.chip);
  take(info.secure_boot, before.secure_boot);
  take(info.encryption, before.encryption);
}

// What esptool says of the part to which it connects: "MAC: 60:55:49:96:a0:01"; of chips with an
// EUI-64 that, and the base behind it.
class Connection {
 public:
  void take(const tool::Line& line) {
    const std::string_view text = tool::trimmed(line.text);
    // Another connection, maybe to another part, which may tell no address.
    for (const std::string_view word : {"esptool", "Connect"}) {
      if (!text.starts_with(word)) continue;
      talks_ = true;
      mac_.clear();
    }
    for (const std::string_view word : {"Chip is ", "Chip type:", "Crystal "})
      talks_ = talks_ || text.starts_with(word);
    for (const char* label : {"MAC", "BASE MAC"}) {
      const auto value = tool::labelled(text, label);
      const auto address = talks_ && value ? address_digits(*value) : std::nullopt;
      if (!address) continue;
      mac_ = is_blank_id(*address) ? "" : base_of(*address);
      lines_.push_back(line);
    }
  }
  // Of the output that begins now; the next has a connection of its own.
  std::string done(tool::Rest& rest) {
    for (const tool::Line& line : lines_) rest.take(line);
    lines_.clear();
    talks_ = false;
    return std::exchange(mac_, {});
  }

 private:
  bool talks_ = false;
  std::string mac_;
  std::vector<tool::Line> lines_;
};

// The flags come first: a line of them begins the next part's.
SecurityInfos security_infos(const Source& s, tool::Rest& rest) {
  SecurityInfos out;
  Connection connection;
  for (const tool::Line& line : tool::lines(s.bytes)) {
    connection.take(line);
    if (const auto flags = tool::labelled(line.text, "Flags")) {
      if (!out.begin(line.offset)) break;
      out.at(line.offset).mac = connection.done(rest);
      out.at(line.offset).has_flags = true;
      out.at(line.offset).flags = tool::number(flags->substr(0, flags->find(' ')));
      rest.take(line);
      continue;
    }
    const std::string_view text = tool::trimmed(line.text);
    if (text == "Security Information:" || text.starts_with("=====") ||
        (!out.all().empty() && take_info_line(line, out)))
      rest.take(line);
  }
  connection.done(rest);  // one behind which nothing was asked
  out.complete(take_info_over);
  return out;
}

class InfoSayer {
 public:
  InfoSayer(const SecurityInfo& info, const Source& source, Reading& reading)
      : info_(info), source_(source), reading_(reading) {}
  void say_all() {
    if (const char* chip = info_.chip ? efuse::chip_of_id(*info_.chip) : nullptr)
      say(Trait::chip, Holds::yes, chip, "");
    if (!info_.mac.empty()) say(Trait::mac, Holds::yes, info_.mac, "");
    boot();
    encryption();
    download();
    debug();
    keys();
  }

 private:
  void say(Trait trait, Holds holds, std::string value, std::string detail) {
    reading_.device.posture.say(trait, holds, std::move(value), printable(detail),
                                tool::place(source_, info_.offset, "get-security-info"));
  }
  void say_untold(Trait trait, std::string detail) {
    say(trait, Holds::unclear, kUntold, std::move(detail));
  }
  bool flag(unsigned bit) const { return (*info_.flags >> bit & 1) != 0; }

  // Here and below: words beside numbers that say something else, neither is believed.
  void boot() {
    std::optional<bool> boots = info_.secure_boot;
    if (info_.flags) boots = flag(0);
    if (!boots) return say_untold(Trait::secure_boot, "secure boot is not told");
    if (info_.secure_boot && *info_.secure_boot != *boots)
      return say(Trait::secure_boot, Holds::unclear, "",
                 "its flags and its words give secure boot differently");
    say(Trait::secure_boot, *boots ? Holds::yes : Holds::no, *boots ? "v2" : "off",
        fmt::format("Secure Boot: {}", *boots ? "Enabled" : "Disabled"));
    if (*boots && info_.flags && flag(3) && flag(4) && flag(5))
      say(Trait::boot_key, Holds::no, "revoked",
          "secure boot is on, and all of its keys are revoked: the part cannot boot");
  }

  void encryption() {
    constexpr uint64_t kAll = 7;
    const auto count = info_.crypt_count;
    const std::string detail = count ? fmt::format("SPI_BOOT_CRYPT_CNT is 0x{:x}", *count)
                                     : std::string("SPI_BOOT_CRYPT_CNT is not told");
    if (count ? *count > kAll : !info_.encryption)
      return say_untold(Trait::flash_encryption, detail);
    const bool on = count ? std::popcount(*count) % 2 == 1 : *info_.encryption;
    if (info_.encryption && *info_.encryption != on)
      return say(Trait::flash_encryption, Holds::unclear, "",
                 detail + ", and its words give flash encryption differently");
    const bool release = count == kAll;
    const char* mode = !on ? "off" : release ? "release" : count ? "development" : "on";
    say(Trait::flash_encryption, on ? Holds::yes : Holds::no, mode, detail);
    if (!on) return;
    if (count)
      say(Trait::release_mode, release ? Holds::yes : Holds::no, mode, detail);
    else
      say_untold(Trait::release_mode, detail);
    cache("DIS_DOWNLOAD_ICACHE", 10, info_.icache);
    cache("DIS_DOWNLOAD_DCACHE", 9, info_.dcache);
  }

  // Whether the chip has the field behind a flag: of the others a flag that is not set says
  // nothing. Nullopt: which chip it is is not told, or not known here.
  std::optional<bool> has(const char* field) const {
    const char* chip = info_.chip ? efuse::chip_of_id(*info_.chip) : nullptr;
    return chip == nullptr ? std::nullopt : std::optional(efuse::chip_has(chip, field));
  }
  std::string which_chip() const {
    return info_.chip ? fmt::format("the chip of ID {} is not known here", *info_.chip)
                      : std::string("which chip it is is not told");
  }

  // What download mode could still read through a cache, of a chip that has it.
  void cache(const char* field, unsigned bit, const std::optional<bool>& word) {
    const auto chip_has = has(field);
    if (!word && chip_has == false && !(info_.flags && flag(bit))) return;
    if (!info_.flags && !word)
      return say_untold(Trait::release_mode, fmt::format("{} is not told", field));
    const bool closed = info_.flags ? flag(bit) : !*word;
    if (word && *word == closed)
      return say(Trait::release_mode, Holds::unclear, "",
                 fmt::format("{} is given differently by its flags and its words", field));
    if (!closed && !word && !chip_has)
      return say_untold(Trait::release_mode, fmt::format("{} is 0, and {}", field, which_chip()));
    say(Trait::release_mode, closed ? Holds::yes : Holds::no, closed ? "burned" : "open",
        fmt::format("{} is {}", field, closed ? 1 : 0));
  }

  void download() {
    if (!info_.flags) return say_untold(Trait::download_mode, "secure download is not told");
    say(Trait::download_mode, flag(2) ? Holds::yes : Holds::no, flag(2) ? "secure" : "open",
        fmt::format("secure download is {}", flag(2) ? "on" : "off"));
  }

  // The pads' own bit. Of a chip that has JTAG through USB as well, the flag of USB closes that;
  // else the fuse that would do it is in no flag.
  void debug() {
    const std::string_view jtag = info_.jtag ? std::string_view(*info_.jtag) : "";
    if (!info_.flags && jtag.empty()) return say_untold(Trait::debug, "JTAG is not told");
    const bool for_good = jtag.find("Permanently") != std::string_view::npos,
               by_software = jtag.find("Software") != std::string_view::npos;
    const bool pads = info_.flags ? flag(7) : for_good, soft = info_.flags ? flag(6) : by_software,
               usb_off = info_.flags ? flag(8) : info_.usb == false;
    if (info_.flags && ((!jtag.empty() && (for_good != pads || (by_software && !soft))) ||
                        (info_.usb && *info_.usb == usb_off)))
      return say(Trait::debug, Holds::unclear, "",
                 "its flags and its words give JTAG or USB differently");
    if (pads && (usb_off || has("DIS_USB_JTAG") == false))
      say(Trait::debug, Holds::yes, "disabled", "JTAG is disabled for good, by its pads and USB");
    else if (pads)
      say_untold(Trait::debug,
                 "JTAG is disabled for good by its pads; whether it is by USB is not told here: "
                 "the eFuse summary tells");
    else if (soft)
      say_untold(Trait::debug, "JTAG is disabled by software: whether a key opens it is not told");
    else
      say(Trait::debug, Holds::no, "open", "JTAG is not disabled");
  }

  void keys() {
    for (const auto& [block, purpose] : info_.purposes) {
      if (purpose.starts_with("HMAC_UP")) say(Trait::nvs_scheme, Holds::yes, "hmac", block);
      if (purpose.starts_with("ECDSA_KEY")) say(Trait::dac_key, Holds::yes, "efuse-ecdsa", block);
      if (purpose == "HMAC_DOWN_DIGITAL_SIGNATURE")
        say(Trait::dac_key, Holds::yes, "rsa-ds", block);
      if (!efuse::is_purpose(purpose))
        say_untold(Trait::nvs_scheme,
                   fmt::format("{} is for \"{}\", which does not tell", block, purpose));
    }
  }

  const SecurityInfo& info_;
  const Source& source_;
  Reading& reading_;
};

bool is_security_info(const Source& s) {
  if (!tool::is_output(s, {"Security Information:", "Crypt Count"})) return false;
  return tool::any_line(s, [](std::string_view line) {
    const auto flags = tool::labelled(line, "Flags");
    return flags && tool::number(flags->substr(0, flags->find(' ')));
  });
}

}  // namespace

const Reader esp_security_info_reader{
    .kind = "esp-security-info",
    .expects = "the output of esptool get-security-info",
    .content = Content::text,
    .recognises = is_security_info,
    .read = [](const Source& s, Reading& reading) -> Result<void> {
      reading.holds("posture");
      tool::Rest rest(s);
      const SecurityInfos infos = security_infos(s, rest);
      for (const SecurityInfo& info : infos.all()) InfoSayer(info, s, reading).say_all();
      if (infos.full()) tool::note_more(s, reading);
      read_beside(s, esp_security_info_reader, std::move(rest).text(), reading);
      return {};
    }};

}  // namespace attest
