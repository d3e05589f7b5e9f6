// What `espefuse summary` prints, as JSON and as text, of esptool 4.x and 5.x. Layout of the JSON
// after espefuse's summary command; of the text after its columns.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "verifier/base/characters.h"
#include "verifier/readers/espressif/efuse_places.h"
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

// What its value and its bits say differently, or what has more bits than it: none of it is
// believed.
std::optional<std::string> denied(std::string_view name, const Fuse& fuse,
                                  std::optional<uint64_t> raw, std::optional<uint64_t> bits) {
  // (Others have values that are made from their bits.)
  const auto& written = !raw && efuse::is_of_locks(name) ? fuse.number : raw;
  if (written && bits && *bits < 64 && *written >> *bits != 0)
    return fmt::format("expected {} bits, found 0x{:x}", *bits, *written);
  if (!raw) return std::nullopt;
  const bool yes = fuse.value == "True", on = tool::same_word(fuse.value, "Enable");
  const bool is_flag = yes || fuse.value == "False",
             is_count = on || tool::same_word(fuse.value, "Disable");
  const bool differs =
      (is_flag && (*raw != 0) != yes) ||
      (is_count && name.ends_with("_CRYPT_CNT") && (std::popcount(*raw) % 2 == 1) != on) ||
      (name.starts_with("KEY_PURPOSE_") && !efuse::may_be_purpose(fuse.value, *raw));
  if (!differs) return std::nullopt;
  return fmt::format("value is {}, raw_value is 0x{:x}", printable(fuse.value), *raw);
}

// --- JSON ---

Fuse fuse_of(const std::string& name, const Json& field, uint64_t offset,
             std::optional<std::string>& problem) {
  Fuse fuse{.value = {}, .number = {}, .bytes = {}, .offset = offset};
  const auto flag = [&](const char* key) {
    const Json* member = field.find(key);
    const auto is = member == nullptr ? std::nullopt : member->boolean();
    fuse.access_told = fuse.access_told && is;
    return is.value_or(true);
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
  std::optional<uint64_t> found;
  if (raw != nullptr && raw->string() != nullptr && raw->string()->starts_with("0x"))
    fuse.shown = fuse.shown || raw->string()->find_first_not_of('0', 2) != std::string::npos;
  if (fuse.readable && raw != nullptr && raw->string() != nullptr && bits && *bits <= 64) {
    found = tool::number(*raw->string());
    if (!found) problem = "expected a number as raw_value";
  }
  if (!problem) problem = denied(name, fuse, found, bits);
  if (problem) {
    fuse.number.reset();
    if (!fuse.bytes) fuse.value.clear();
  } else if (found) {
    fuse.number = found;
  }
  return fuse;
}

void read_json_summary(const tool::Printed& printed, const Source& s, const std::string& item,
                       Reading& reading) {
  Summary summary{.fuses = {}, .offset = printed.offset, .chip = {}};
  for (const auto& [name, field] : *printed.json.object()) {
    if (!field.is_object() || summary.fuses.size() >= kMostFuses) continue;
    std::optional<std::string> problem;
    Fuse fuse = fuse_of(name, field, printed.offset, problem);
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
  if (!fuse.number && fuse.readable) fuse.number = tool::number(fuse.value);
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
    if (const auto problem = denied(name_, *fuse, fuse->number, std::nullopt)) {
      denied_.push_back({name_, *problem, offset_});
      fuse->number.reset();
      fuse->value.clear();
    }
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
  struct Denied {
    std::string name, problem;
    uint64_t offset;
  };
  const std::vector<Denied>& denied_values() const { return denied_; }
  std::optional<std::string> cut() const {
    return !name_.empty() ? std::optional(name_)
           : cut_.empty() ? std::nullopt
                          : std::optional(cut_.front());
  }

 private:
  static bool is_indented(std::string_view line) { return line[0] == ' ' || line[0] == '\t'; }

  tool::Outputs<Summary> out_;
  std::vector<std::string> cut_;
  std::vector<Denied> denied_;
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
  for (const auto& one : summaries.denied_values())
    reading.device.damaged(tool::place(s, one.offset, one.name), "eFuse value", one.problem);
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

}  // namespace

const Reader esp_efuse_reader{.kind = "esp-efuse",
                              .expects = "Espressif eFuses as espefuse prints them",
                              .content = Content::text,
                              .recognises = recognises,
                              .read = read};

}  // namespace attest
