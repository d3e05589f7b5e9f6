// What `espefuse summary` prints, as JSON and as text, of esptool 4.x and 5.x; and
// `esptool get-security-info`. Layout of the JSON after espefuse's summary command; of the text
// after its columns.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "verifier/base/characters.h"
#include "verifier/readers/espressif/efuse.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/posture/tool_text.h"
#include "verifier/readers/text/beside.h"

namespace attest {
namespace {

using efuse::Fuse;
using efuse::Summary;

constexpr const char* kTelling[] = {"SPI_BOOT_CRYPT_CNT", "FLASH_CRYPT_CNT"};
// By which a summary is known that lacks those.
constexpr const char* kKnown[] = {"SPI_BOOT_CRYPT_CNT", "FLASH_CRYPT_CNT", "SECURE_BOOT_EN",
                                  "ABS_DONE_1", "RD_DIS"};
constexpr size_t kMostFuses = 1024;

// "1b 21 ...", "?? ?? ...": whole bytes, of which some may be covered.
void take_bytes(std::string_view value, Fuse& fuse) {
  Bytes out;
  bool whole = true;
  size_t shown = 0;
  for (size_t at = 0; at < value.size();) {
    const size_t end = std::min(value.find(' ', at), value.size());
    const std::string_view word = value.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    if (word == "??") {
      whole = false;
      continue;
    }
    const auto one = from_hex(word);
    if (word.size() != 2 || !one) return;
    out.push_back(one->front());
    fuse.shown = fuse.shown || one->front() != 0;
    ++shown;
  }
  fuse.covered = !whole && shown == 0;
  if (whole && out.size() >= 6) fuse.bytes = std::move(out);
}

bool is_bytes(std::string_view value) {
  return value.size() >= 5 && value[2] == ' ' &&
         value.find_first_not_of("0123456789abcdefABCDEF? ") == std::string_view::npos;
}

// --- JSON ---

Fuse fuse_of(const Json& field, uint64_t offset, std::optional<std::string>& problem) {
  Fuse fuse{.value = {}, .number = {}, .bytes = {}, .offset = offset};
  const auto flag = [&](const char* key) {
    const Json* member = field.find(key);
    return member == nullptr ? true : member->boolean().value_or(true);
  };
  fuse.readable = flag("readable");
  fuse.writeable = flag("writeable");
  const Json* value = field.find("value");
  if (value == nullptr) return fuse;
  if (const auto yes = value->boolean()) {
    fuse.value = *yes ? "True" : "False";
    fuse.number = *yes ? 1 : 0;
  } else if (const auto number = value->natural()) {
    fuse.value = std::to_string(*number);
    fuse.number = number;
  } else if (const std::string* string = value->string()) {
    fuse.value = *string;
    if (is_bytes(*string)) take_bytes(*string, fuse);
  }
  // Of a protected block the raw value is zeros, which are no value of it.
  const Json *raw = field.find("raw_value"), *length = field.find("bit_len");
  const auto bits = length == nullptr ? std::nullopt : length->natural();
  if (raw != nullptr && raw->string() != nullptr && raw->string()->starts_with("0x"))
    fuse.shown = fuse.shown || raw->string()->find_first_not_of('0', 2) != std::string::npos;
  if (fuse.readable && raw != nullptr && raw->string() != nullptr && bits && *bits <= 64) {
    fuse.number = tool::number(*raw->string());
    if (!fuse.number)
      problem = "expected a number as raw_value";
    else if (*bits < 64 && *fuse.number >> *bits != 0)
      problem = fmt::format("expected {} bits, found 0x{:x}", *bits, *fuse.number);
    // Two that say something else: neither is believed.
    if (const auto yes = value->boolean(); yes && fuse.number && (*fuse.number != 0) != *yes) {
      problem = fmt::format("value is {}, raw_value is {}", fuse.value, *raw->string());
      fuse.number.reset();
    }
  }
  return fuse;
}

void read_json_summary(const tool::Printed& printed, const Source& s, const std::string& item,
                       Reading& reading) {
  Summary summary{.fuses = {}, .offset = printed.offset, .chip = {}};
  for (const auto& [name, field] : *printed.json.object()) {
    if (!field.is_object() || summary.fuses.size() >= kMostFuses) continue;
    std::optional<std::string> problem;
    Fuse fuse = fuse_of(field, printed.offset, problem);
    if (problem)
      reading.device.damaged(tool::place(s, printed.offset, name), "eFuse value", *problem);
    summary.fuses.emplace(name, std::move(fuse));
  }
  efuse::say_posture(summary, s, item, reading);
}

bool is_summary(const Json& json) {
  return json.is_object() &&
         std::any_of(std::begin(kKnown), std::end(kKnown), [&](const char* name) {
           const Json* field = json.find(name);
           return field != nullptr && field->is_object();
         });
}

std::string nth(size_t i, size_t all) {
  return all == 1 ? "" : fmt::format("summary {}", i + 1);
}

void read_json(const Source& s, tool::Rest& rest, Reading& reading) {
  const auto printed = tool::json_objects(s.bytes);
  if (!printed) {
    reading.device.damaged(tool::place(s, printed.error().offset.value_or(0), ""), "eFuse summary",
                           printed.error().what);
    return;
  }
  std::vector<const tool::Printed*> summaries;
  for (const tool::Printed& one : *printed) {
    if (is_summary(one.json)) summaries.push_back(&one);
  }
  for (size_t i = 0; i < summaries.size(); ++i) {
    read_json_summary(*summaries[i], s, nth(i, summaries.size()), reading);
    rest.take(*summaries[i],
              [](const std::string&, const Json& member) { return member.is_object(); });
  }
}

// --- text ---

// "NAME (BLOCK0)" at the beginning of a line.
std::optional<std::string_view> name_at(std::string_view line) {
  size_t end = 0;
  while (end < line.size() &&
         (is_digit(line[end]) || line[end] == '_' || (line[end] >= 'A' && line[end] <= 'Z')))
    ++end;
  if (end == 0 || !line.substr(end).starts_with(" (BLOCK")) return std::nullopt;
  return line.substr(0, end);
}

// "... = VALUE R/W (0b111)": the last " = " before the access letters.
std::optional<Fuse> value_at(std::string_view line) {
  Fuse fuse;
  line = tool::trimmed(line);
  if (line.ends_with(')')) {
    const size_t open = line.rfind('(');
    const std::string_view raw = line.substr(open + 1, line.size() - open - 2);
    if (open == std::string_view::npos || !(raw.starts_with("0x") || raw.starts_with("0b")))
      return std::nullopt;
    fuse.number = tool::number(raw);
    line = tool::trimmed(line.substr(0, open));
  }
  if (line.size() < 5) return std::nullopt;
  const std::string_view access = line.substr(line.size() - 3);
  if ((access[0] != 'R' && access[0] != '-') || access[1] != '/' ||
      (access[2] != 'W' && access[2] != '-'))
    return std::nullopt;
  fuse.readable = access[0] == 'R';
  fuse.writeable = access[2] == 'W';
  line = tool::trimmed(line.substr(0, line.size() - 3));
  const size_t equals =
      line.starts_with("= ") && line.rfind(" = ") == std::string_view::npos ? 0 : line.rfind(" = ");
  if (equals == std::string_view::npos) return std::nullopt;
  fuse.value =
      std::string(tool::trimmed(line.substr(equals + (equals == 0 && line[0] == '=' ? 1 : 3))));
  if (is_bytes(fuse.value)) take_bytes(fuse.value, fuse);
  if (!fuse.readable) fuse.number.reset();
  if (!fuse.number && fuse.value == "True") fuse.number = 1;
  if (!fuse.number && fuse.value == "False") fuse.number = 0;
  return fuse;
}

bool tells(const Summary& summary) {
  return std::any_of(std::begin(kTelling), std::end(kTelling),
                     [&](const char* name) { return summary.find(name) != nullptr; });
}

// A summary that goes on by a fuse that was stated again: the other fuses are those before.
void take_fuses_over(const Summary& before, Summary& summary) {
  if (!tells(summary)) summary.fuses.insert(before.fuses.begin(), before.fuses.end());
}

class TextSummaries {
 public:
  // False: the line is none of a summary.
  bool take(const tool::Line& line) {
    if (const auto name = name_at(line.text)) {
      if (!name_.empty()) cut_.push_back(name_);
      name_ = *name;
      offset_ = line.offset;
      full_ = full_ || (out_.at(line.offset).find(name_) != nullptr && !out_.begin(line.offset));
    } else if (!name_.empty() && !line.text.empty() && !is_indented(line.text)) {
      cut_.push_back(std::exchange(name_, {}));
    }
    if (name_.empty() || full_) return false;
    auto fuse = value_at(line.text);
    if (!fuse) return true;
    fuse->offset = offset_;
    full_ = out_.at(offset_).fuses.size() >= kMostFuses;
    if (!full_) out_.at(offset_).fuses.emplace(name_, std::move(*fuse));
    ++values_;
    name_.clear();
    return true;
  }
  void complete() { out_.complete(take_fuses_over); }
  const std::vector<Summary>& all() const { return out_.all(); }
  size_t values() const { return values_; }
  bool full() const { return full_; }
  std::optional<std::string> cut() const {
    return !name_.empty() ? std::optional(name_)
           : cut_.empty() ? std::nullopt
                          : std::optional(cut_.front());
  }

 private:
  static bool is_indented(std::string_view line) { return line[0] == ' ' || line[0] == '\t'; }

  tool::Outputs<Summary> out_;
  std::vector<std::string> cut_;
  std::string name_;
  uint64_t offset_ = 0;
  size_t values_ = 0;
  bool full_ = false;
};

// Of a text that is cut in the value that tells, others have theirs.
bool is_text_summary(const Source& s) {
  constexpr size_t kFew = 3;
  if (!tool::contains(s.bytes, " (BLOCK")) return false;
  TextSummaries summaries;
  bool telling = false;
  for (const tool::Line& line : tool::lines(s.bytes)) {
    const auto name = name_at(line.text);
    telling = telling ||
              (name && std::find(std::begin(kKnown), std::end(kKnown), *name) != std::end(kKnown));
    summaries.take(line);
  }
  const bool told = std::any_of(summaries.all().begin(), summaries.all().end(), tells);
  return told || (telling && summaries.values() >= kFew);
}

void read_text(const Source& s, tool::Rest& rest, Reading& reading) {
  TextSummaries summaries;
  for (const tool::Line& line : tool::lines(s.bytes)) {
    if (summaries.take(line)) rest.take(line);
  }
  if (const auto cut = summaries.cut())
    reading.device.damaged(tool::place(s, 0, *cut), "eFuse summary",
                           fmt::format("expected the value of {}, found none", *cut));
  summaries.complete();
  for (size_t i = 0; i < summaries.all().size(); ++i)
    efuse::say_posture(summaries.all()[i], s, nth(i, summaries.all().size()), reading);
  if (summaries.full()) tool::note_more(s, reading);
}

// (Parsed when it is read, once: a lot asks every file what it is, more than once.)
bool has_json_words(const Source& s) {
  return tool::contains(s.bytes, "\"writeable\"") &&
         std::any_of(std::begin(kKnown), std::end(kKnown), [&](const char* name) {
           return tool::contains(s.bytes, fmt::format("\"{}\"", name));
         });
}
// (One that breaks off before them is known by the words of any fuse.)
bool may_be_json_summary(const Source& s) {
  if (!tool::contains(s.bytes, "\"writeable\"")) return false;
  if (std::any_of(std::begin(kKnown), std::end(kKnown),
                  [&](const char* name) { return tool::has_member(s.bytes, name); }))
    return true;
  return tool::contains(s.bytes, "\"efuse_type\"") && tool::contains(s.bytes, "\"bit_len\"") &&
         !tool::json_objects(s.bytes);
}

bool recognises(const Source& s) {
  return (tool::is_output(s, {"SPI_BOOT_CRYPT_CNT", "FLASH_CRYPT_CNT", "SECURE_BOOT_EN",
                              "ABS_DONE_1", "\"efuse_type\""}) &&
          (may_be_json_summary(s) || is_text_summary(s))) ||
         efuse::has_dump(s);
}

Result<void> read(const Source& s, Reading& reading) {
  reading.holds("posture");
  tool::Rest rest(s);
  if (has_json_words(s) || may_be_json_summary(s)) read_json(s, rest, reading);
  if (is_text_summary(s)) read_text(s, rest, reading);
  if (efuse::has_dump(s)) efuse::read_dumps(s, rest, reading);
  read_beside(s, esp_efuse_reader, std::move(rest).text(), reading);
  return {};
}

// --- get-security-info ---

// Which chips have the field behind a flag (ESP-IDF's tables of fuses); of the others a flag that
// is not set says nothing.
bool has_icache(uint64_t chip) {
  return chip == 2 || chip == 5 || chip == 9 || chip == 12 || chip == 13;
}
bool has_dcache(uint64_t chip) {
  return chip == 2 || chip == 9;
}
bool has_usb_jtag(uint64_t chip) {
  return chip != 2 && chip != 12;
}

struct SecurityInfo {
  std::optional<uint64_t> flags, crypt_count, chip;
  std::optional<bool> secure_boot, encryption, icache, dcache;
  std::vector<std::pair<std::string, std::string>> purposes;
  std::optional<std::string> jtag;
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
                                     {"Dcache in UART download mode", &SecurityInfo::dcache}}) {
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
  if (info.flags) return;
  const auto take = [](auto& mine, const auto& there) {
    if (!mine) mine = there;
  };
  info.flags = before.flags;
  take(info.crypt_count, before.crypt_count);
  take(info.chip, before.chip);
  take(info.secure_boot, before.secure_boot);
  take(info.encryption, before.encryption);
}

// The flags come first: a line of them begins the next part's.
SecurityInfos security_infos(const Source& s, tool::Rest& rest) {
  SecurityInfos out;
  for (const tool::Line& line : tool::lines(s.bytes)) {
    if (const auto flags = tool::labelled(line.text, "Flags")) {
      if (!out.begin(line.offset)) break;
      out.at(line.offset).flags = tool::number(flags->substr(0, flags->find(' ')));
      rest.take(line);
      continue;
    }
    const std::string_view text = tool::trimmed(line.text);
    if (text == "Security Information:" || text.starts_with("=====") ||
        (!out.all().empty() && take_info_line(line, out)))
      rest.take(line);
  }
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
    boot();
    encryption();
    if (info_.flags)
      say(Trait::download_mode, flag(2) ? Holds::yes : Holds::no, flag(2) ? "secure" : "open",
          fmt::format("secure download is {}", flag(2) ? "on" : "off"));
    debug();
    for (const auto& [block, purpose] : info_.purposes) {
      if (purpose.starts_with("HMAC_UP")) say(Trait::nvs_scheme, Holds::yes, "hmac", block);
      if (purpose.starts_with("ECDSA_KEY")) say(Trait::dac_key, Holds::yes, "efuse-ecdsa", block);
    }
  }

 private:
  void say(Trait trait, Holds holds, std::string value, std::string detail) {
    reading_.device.posture.say(trait, holds, std::move(value), printable(detail),
                                tool::place(source_, info_.offset, "get-security-info"));
  }
  bool flag(unsigned bit) const { return (*info_.flags >> bit & 1) != 0; }

  // Words beside numbers that say something else: neither is believed.
  void boot() {
    std::optional<bool> boots = info_.secure_boot;
    if (info_.flags) boots = flag(0);
    if (!boots) return;
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
    const auto count = info_.crypt_count;
    if (!count && !info_.encryption) return;
    const bool on = count ? std::popcount(*count & 7) % 2 == 1 : *info_.encryption;
    const std::string detail = count ? fmt::format("SPI_BOOT_CRYPT_CNT is 0x{:x}", *count)
                                     : std::string("the count is not told");
    if (info_.encryption && *info_.encryption != on)
      return say(Trait::flash_encryption, Holds::unclear, "",
                 detail + ", and its words give flash encryption differently");
    const bool release = count == 7u;
    const char* mode = !on ? "off" : release ? "release" : count ? "development" : "on";
    say(Trait::flash_encryption, on ? Holds::yes : Holds::no, mode, detail);
    if (!on) return;
    say(Trait::release_mode,
        release ? Holds::yes
        : count ? Holds::no
                : Holds::unclear,
        mode, detail);
    cache("DIS_DOWNLOAD_ICACHE", 10, info_.icache, has_icache);
    cache("DIS_DOWNLOAD_DCACHE", 9, info_.dcache, has_dcache);
  }
  // What download mode could still read through a cache, of a chip that has it.
  void cache(const char* field, unsigned bit, const std::optional<bool>& word,
             bool (*has)(uint64_t)) {
    if (!info_.flags && !word) return;
    const bool closed = info_.flags ? flag(bit) : !*word;
    if (!closed && !word && info_.chip && !has(*info_.chip)) return;
    const bool known = closed || word || info_.chip;
    say(Trait::release_mode,
        closed  ? Holds::yes
        : known ? Holds::no
                : Holds::unclear,
        closed  ? "burned"
        : known ? "open"
                : "",
        fmt::format("{} is {}{}", field, closed ? 1 : 0,
                    known ? "" : ", and which chip it is is not told"));
  }

  // The pads' own bit. Of a chip that has JTAG through USB as well, the flag of USB closes that;
  // else the fuse that would do it is in no flag.
  void debug() {
    const std::string_view jtag = info_.jtag ? std::string_view(*info_.jtag) : "";
    if (!info_.flags && jtag.empty()) return;
    const bool pads = info_.flags ? flag(7) : jtag.find("Permanently") != std::string_view::npos;
    const bool soft = info_.flags ? flag(6) : jtag.find("Software") != std::string_view::npos;
    const bool usb = (info_.flags && flag(8)) || (info_.chip && !has_usb_jtag(*info_.chip));
    if (pads && usb)
      say(Trait::debug, Holds::yes, "disabled", "JTAG is disabled for good, by its pads and USB");
    else if (pads)
      say(Trait::debug, Holds::unclear, "",
          "JTAG is disabled for good by its pads; whether it is by USB is not told here: the eFuse "
          "summary tells");
    else if (soft)
      say(Trait::debug, Holds::unclear, "",
          "JTAG is disabled by software: whether a key opens it is not told");
    else
      say(Trait::debug, Holds::no, "open", "JTAG is not disabled");
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

const Reader esp_efuse_reader{.kind = "esp-efuse",
                              .expects = "Espressif eFuses as espefuse prints them",
                              .content = Content::text,
                              .recognises = recognises,
                              .read = read};
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
