// What `espefuse summary` prints, as JSON and as text, of esptool 4.x and 5.x; and
// `esptool get-security-info`. Layout of the JSON after espefuse's summary command; of the text
// after its columns.

#include <fmt/format.h>

#include <algorithm>

#include "verifier/base/characters.h"
#include "verifier/readers/espressif/efuse.h"
#include "verifier/readers/formats.h"
#include "verifier/readers/posture/tool_text.h"

namespace attest {
namespace {

using efuse::Fuse;
using efuse::Summary;

constexpr const char* kTelling[] = {"SPI_BOOT_CRYPT_CNT", "FLASH_CRYPT_CNT"};
constexpr size_t kMostFuses = 1024, kMostSummaries = 64;

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
  if (fuse.readable && raw != nullptr && raw->string() != nullptr && bits && *bits <= 64) {
    fuse.number = tool::number(*raw->string());
    if (!fuse.number)
      problem = "expected a number as raw_value";
    else if (*bits < 64 && *fuse.number >> *bits != 0)
      problem = fmt::format("expected {} bits, found 0x{:x}", *bits, *fuse.number);
  }
  return fuse;
}

void read_json_summary(const tool::Printed& printed, const Source& s, const std::string& item,
                       Reading& reading) {
  Summary summary{.fuses = {}, .offset = printed.offset};
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
         std::any_of(std::begin(kTelling), std::end(kTelling), [&](const char* name) {
           const Json* field = json.find(name);
           return field != nullptr && field->is_object();
         });
}

std::string nth(size_t i, size_t all) {
  return all == 1 ? "" : fmt::format("summary {}", i + 1);
}

void read_json(const Source& s, Reading& reading) {
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
  for (size_t i = 0; i < summaries.size(); ++i)
    read_json_summary(*summaries[i], s, nth(i, summaries.size()), reading);
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

class TextSummaries {
 public:
  void take(const tool::Line& line) {
    if (const auto name = name_at(line.text)) {
      if (!name_.empty()) cut_.push_back(name_);
      name_ = *name;
      offset_ = line.offset;
      if (all_.empty() || all_.back().find(name_) != nullptr)
        all_.push_back({.fuses = {}, .offset = line.offset});
    }
    if (name_.empty() || all_.size() > kMostSummaries) return;
    auto fuse = value_at(line.text);
    if (!fuse) return;
    fuse->offset = offset_;
    if (all_.back().fuses.size() < kMostFuses) all_.back().fuses.emplace(name_, std::move(*fuse));
    name_.clear();
  }
  const std::vector<Summary>& all() const { return all_; }
  std::optional<std::string> cut() const {
    return !name_.empty() ? std::optional(name_)
           : cut_.empty() ? std::nullopt
                          : std::optional(cut_.front());
  }

 private:
  std::vector<Summary> all_;
  std::vector<std::string> cut_;
  std::string name_;
  uint64_t offset_ = 0;
};

void read_text(const Source& s, Reading& reading) {
  TextSummaries summaries;
  for (const tool::Line& line : tool::lines(s.bytes)) summaries.take(line);
  if (const auto cut = summaries.cut())
    reading.device.damaged(tool::place(s, 0, *cut), "eFuse summary",
                           fmt::format("expected the value of {}, found none", *cut));
  for (size_t i = 0; i < summaries.all().size(); ++i)
    efuse::say_posture(summaries.all()[i], s, nth(i, summaries.all().size()), reading);
}

bool is_json(const Source& s) {
  return std::any_of(std::begin(kTelling), std::end(kTelling), [&](const char* name) {
    return tool::contains(s.bytes, fmt::format("\"{}\"", name));
  });
}

bool recognises(const Source& s) {
  if (!tool::is_output(s, {"SPI_BOOT_CRYPT_CNT", "FLASH_CRYPT_CNT"})) return false;
  if (is_json(s)) return tool::contains(s.bytes, "\"writeable\"");
  return tool::contains(s.bytes, "SPI_BOOT_CRYPT_CNT (BLOCK") ||
         tool::contains(s.bytes, "FLASH_CRYPT_CNT (BLOCK");
}

Result<void> read(const Source& s, Reading& reading) {
  reading.holds("posture");
  if (is_json(s))
    read_json(s, reading);
  else
    read_text(s, reading);
  return {};
}

// --- get-security-info ---

const char* chip_name(uint64_t id) {
  switch (id) {
    case 2:
      return "esp32s2";
    case 5:
      return "esp32c3";
    case 9:
      return "esp32s3";
    case 12:
      return "esp32c2";
    case 13:
      return "esp32c6";
    case 16:
      return "esp32h2";
    case 18:
      return "esp32p4";
    case 20:
      return "esp32c61";
    case 23:
      return "esp32c5";
    default:
      return nullptr;
  }
}

struct SecurityInfo {
  std::optional<uint64_t> flags, crypt_count, chip;
  std::optional<bool> secure_boot, encryption;
  std::vector<std::pair<std::string, std::string>> purposes;
  std::string jtag;
  uint64_t offset = 0;
};

void take_info_line(const tool::Line& line, SecurityInfo& out) {
  const auto value = [&](const char* label) { return tool::labelled(line.text, label); };
  const auto number = [](std::string_view v) { return tool::number(v.substr(0, v.find(' '))); };
  const auto enabled = [](std::string_view v) { return tool::same_word(v, "Enabled"); };
  if (const auto flags = value("Flags")) {
    out.flags = number(*flags);
    out.offset = line.offset;
  }
  if (const auto chip = value("Chip ID")) out.chip = number(*chip);
  if (const auto boot = value("Secure Boot")) out.secure_boot = enabled(*boot);
  if (const auto flash = value("Flash Encryption")) out.encryption = enabled(*flash);
  if (const auto jtag = value("JTAG")) out.jtag = std::string(*jtag);
  const std::string_view text = tool::trimmed(line.text);
  if (text.find("Crypt Count") != std::string_view::npos &&
      text.rfind(':') != std::string_view::npos)
    out.crypt_count = tool::number(text.substr(text.rfind(':') + 1));
  const size_t dash = text.find(" - ");
  if (text.starts_with("BLOCK_KEY") && dash != std::string_view::npos)
    out.purposes.emplace_back(text.substr(0, dash), text.substr(dash + 3));
}

SecurityInfo security_info(const Source& s) {
  SecurityInfo out;
  for (const tool::Line& line : tool::lines(s.bytes)) take_info_line(line, out);
  return out;
}

void say_info(const SecurityInfo& info, const Source& s, Reading& reading) {
  const auto say = [&](Trait trait, Holds holds, std::string value, std::string detail) {
    reading.device.posture.say(trait, holds, std::move(value), std::move(detail),
                               tool::place(s, info.offset, "get-security-info"));
  };
  if (const char* chip = info.chip ? chip_name(*info.chip) : nullptr)
    say(Trait::chip, Holds::yes, chip, "");
  const auto flag = [&](unsigned bit) { return (*info.flags >> bit & 1) != 0; };
  std::optional<bool> boots = info.secure_boot;
  if (info.flags) boots = flag(0);
  if (boots)
    say(Trait::secure_boot, *boots ? Holds::yes : Holds::no, *boots ? "v2" : "off",
        fmt::format("Secure Boot: {}", *boots ? "Enabled" : "Disabled"));
  if (info.crypt_count || info.encryption) {
    const bool on = info.encryption.value_or(false);
    const bool release = info.crypt_count == 7u;
    const char* mode = !on ? "off" : release ? "release" : info.crypt_count ? "development" : "on";
    const std::string detail = info.crypt_count
                                   ? fmt::format("SPI_BOOT_CRYPT_CNT is 0x{:x}", *info.crypt_count)
                                   : std::string("the count is not told");
    say(Trait::flash_encryption, on ? Holds::yes : Holds::no, mode, detail);
    if (on)
      say(Trait::release_mode,
          release            ? Holds::yes
          : info.crypt_count ? Holds::no
                             : Holds::unclear,
          mode, detail);
  }
  if (info.flags) {
    say(Trait::download_mode, flag(2) ? Holds::yes : Holds::no, flag(2) ? "secure" : "open",
        fmt::format("secure download is {}", flag(2) ? "on" : "off"));
    say(Trait::debug,
        flag(7)   ? Holds::yes
        : flag(6) ? Holds::unclear
                  : Holds::no,
        flag(7)   ? "disabled"
        : flag(6) ? ""
                  : "open",
        flag(7)   ? "JTAG: Permanently Disabled; USB is not told"
        : flag(6) ? "JTAG is disabled by software: whether a key opens it is not told"
                  : "JTAG is not disabled");
  } else if (!info.jtag.empty()) {
    const bool closed = info.jtag.find("Permanently Disabled") != std::string::npos;
    const bool soft = info.jtag.find("Software") != std::string::npos;
    say(Trait::debug,
        closed ? Holds::yes
        : soft ? Holds::unclear
               : Holds::no,
        closed ? "disabled"
        : soft ? ""
               : "open",
        fmt::format("JTAG: {}", printable(info.jtag)));
  }
  for (const auto& [block, purpose] : info.purposes) {
    if (purpose.starts_with("HMAC_UP")) say(Trait::nvs_scheme, Holds::yes, "hmac", block);
    if (purpose.starts_with("ECDSA_KEY")) say(Trait::dac_key, Holds::yes, "efuse-ecdsa", block);
  }
}

}  // namespace

const Reader esp_efuse_reader{.kind = "esp-efuse",
                              .expects = "a summary of Espressif eFuses",
                              .recognises = recognises,
                              .read = read};
const Reader esp_security_info_reader{
    .kind = "esp-security-info",
    .expects = "the output of esptool get-security-info",
    .recognises =
        [](const Source& s) {
          return tool::is_output(s, {"Security Information:", "Crypt Count"}) &&
                 tool::contains(s.bytes, "Flags:");
        },
    .read = [](const Source& s, Reading& reading) -> Result<void> {
      reading.holds("posture");
      say_info(security_info(s), s, reading);
      return {};
    }};

}  // namespace attest
