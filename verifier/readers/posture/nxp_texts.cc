// What NXP's tools say of how a part is locked: blhost, and the fuses that nxpfuses and shadowregs
// print. Values after the vendor's headers and SPSDK's tables; numbers are read, the words beside
// them are not. The YAML that these tools write is no evidence: a file that tells what to burn
// looks alike.

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "verifier/readers/formats.h"
#include "verifier/readers/posture/tool_text.h"
#include "verifier/readers/posture/untold.h"
#include "verifier/readers/quoted.h"
#include "verifier/readers/text/beside.h"

namespace attest {
namespace {

void say(const Source& s, uint64_t offset, Trait trait, Holds holds, std::string value,
         std::string detail, Reading& reading) {
  reading.holds("posture");
  reading.device.posture.say(trait, holds, std::move(value), shown_text(detail),
                             tool::place(s, offset, ""));
}

std::optional<uint64_t> first_number(std::string_view v) {
  return tool::number(v.substr(0, v.find_first_of(" (\t")));
}

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

void say_refused(const Source& s, uint64_t offset, const std::string& status, Reading& reading) {
  say(s, offset, Trait::debug, Holds::unclear, kUntold,
      fmt::format("the part refused the question: status {}", status), reading);
}

// Of get-property 17, as JSON. A command that the part refused answers zeros, which are no state.
const Json::Array* answer_of(const Json& json) {
  const Json *list = json.find("response"), *command = json.find("command");
  const std::string* name = command == nullptr ? nullptr : command->string();
  return name != nullptr && name->find("get-property") != std::string::npos && list != nullptr &&
                 list->array() != nullptr && !list->array()->empty()
             ? list->array()
             : nullptr;
}

void read_blhost_json(const Source& s, tool::Rest& rest, Reading& reading) {
  const auto printed = tool::json_objects(s.bytes);
  if (!printed) {
    reading.device.damaged(tool::place(s, printed.error().offset.value_or(0), ""), "blhost output",
                           printed.error().what);
    return;
  }
  for (const tool::Printed& one : *printed) {
    const Json::Array* answer = answer_of(one.json);
    if (answer == nullptr) continue;
    rest.take(one, [](const std::string& name, const Json&) {
      return name == "command" || name == "response" || name == "status";
    });
    const Json *status = one.json.find("status"),
               *code = status == nullptr ? nullptr : status->find("value");
    if (code != nullptr && code->natural() != 0u)
      say_refused(s, one.offset, dump(*code), reading);
    else if (const auto state = answer->front().natural())
      say_state(s, one.offset, *state, reading);
  }
}

// --- nxpfuses print, shadowregs print ---

// A fuse word by its name and its index: other families have the one or the other.
struct FuseWord {
  std::string name;
  std::optional<uint64_t> index, value;
  uint64_t offset = 0;
};

constexpr uint64_t kLifeCycleOfKw45 = 0x0A, kLifeCycleOfRw61 = 0x2D, kBootOfRw61 = 0x0F;

void say_life_cycle_fuse(const Source& s, const FuseWord& fuse, Reading& reading) {
  const bool wide = *fuse.index == kLifeCycleOfRw61;
  uint64_t state = *fuse.value;
  const std::string found = fmt::format("{} is 0x{:x}", fuse.name, state);
  // The upper byte repeats the lower.
  if (state > (wide ? 0xFFFF : 0xFF) || (wide && state >> 8 != (state & 0xFF)))
    return say(s, fuse.offset, Trait::debug, Holds::unclear, "", found + ", which is no state",
               reading);
  state &= 0xFF;
  struct State {
    uint64_t state;
    Holds holds;
    const char *value, *words;
  };
  constexpr State kKw45[] = {{0x07, Holds::no, "open", "OEM open"},
                             {0x0F, Holds::unclear, "", "the secure side closed alone"},
                             {0x1F, Holds::yes, "locked", "OEM closed"},
                             {0x9F, Holds::yes, "permanent-lock", "OEM locked"},
                             {0x3F, Holds::unclear, "", "returned to the vendor"}};
  constexpr State kRw61[] = {{0x03, Holds::no, "open", "develop"},
                             {0x07, Holds::no, "open", "develop 2"},
                             {0x0F, Holds::yes, "locked", "in field"},
                             {0xCF, Holds::yes, "permanent-lock", "in field, locked"},
                             {0x1F, Holds::unclear, "", "returned by the field"},
                             {0x3F, Holds::unclear, "", "returned to the vendor"},
                             {0xFF, Holds::unclear, "", "shredded"}};
  const State* at = wide ? std::find_if(std::begin(kRw61), std::end(kRw61),
                                        [&](const State& one) { return one.state == state; })
                         : std::find_if(std::begin(kKw45), std::end(kKw45),
                                        [&](const State& one) { return one.state == state; });
  if (at == (wide ? std::end(kRw61) : std::end(kKw45)))
    return say(s, fuse.offset, Trait::debug, Holds::unclear, "",
               found + ", whose meaning is not known", reading);
  say(s, fuse.offset, Trait::debug, at->holds, at->value, fmt::format("{}, {}", found, at->words),
      reading);
}

bool is_life_cycle(const FuseWord& fuse) {
  return (fuse.name == "LIFECYCLE" && fuse.index == kLifeCycleOfKw45) ||
         (fuse.name == "LIFE_CYCLE_STATE" && fuse.index == kLifeCycleOfRw61);
}
bool is_boot(const FuseWord& fuse) {
  return fuse.name == "BOOT_CFG0" && fuse.index == kBootOfRw61;
}

void say_fuse(const Source& s, const FuseWord& fuse, Reading& reading) {
  if (!fuse.value) return;
  if (is_life_cycle(fuse)) say_life_cycle_fuse(s, fuse, reading);
  if (!is_boot(fuse)) return;
  const uint64_t boot = *fuse.value >> 19 & 3;
  say(s, fuse.offset, Trait::secure_boot, boot >= 2 ? Holds::yes : Holds::no,
      boot >= 2 ? "on" : "off", fmt::format("SECURE_BOOT_EN of BOOT_CFG0 is {}", boot), reading);
}

// "Name:        LIFECYCLE" and what stands behind it, up to the next name. Values of other fuses
// may be keys: they are taken out of what is looked at further.
std::vector<FuseWord> fuse_words(const Source& s, tool::Rest* rest) {
  std::vector<FuseWord> out;
  for (const tool::Line& line : tool::lines(s.bytes)) {
    if (const auto name = tool::labelled(line.text, "Name"); name && line.text[0] != ' ') {
      out.emplace_back();
      out.back().name = std::string(*name);
      out.back().offset = line.offset;
      continue;
    }
    if (out.empty()) continue;
    const auto index = tool::labelled(line.text, "OTP index"),
               value = tool::labelled(line.text, "Value"),
               raw = tool::labelled(line.text, "Raw value");
    if (index) out.back().index = tool::number(*index);
    // (Of a register first, of its fields behind.)
    if (value && !out.back().value) out.back().value = first_number(*value);
    if (rest != nullptr && out.back().index && (index || value || raw)) rest->take(line);
  }
  return out;
}
bool tells(const FuseWord& fuse) {
  return fuse.value && (is_life_cycle(fuse) || is_boot(fuse));
}
bool has_fuse_words(const Source& s) {
  if (!tool::is_output(s, {"OTP index:"})) return false;
  const auto all = fuse_words(s, nullptr);
  return std::any_of(all.begin(), all.end(), tells);
}

Result<void> read_blhost(const Source& s, Reading& reading) {
  tool::Rest rest(s);
  if (has_fuse_words(s)) {
    for (const FuseWord& fuse : fuse_words(s, &rest)) say_fuse(s, fuse, reading);
  }
  if (tool::contains(s.bytes, "\"response\"")) read_blhost_json(s, rest, reading);
  std::optional<uint64_t> word, status;
  bool answers = false;
  for (const tool::Line& line : tool::lines(s.bytes)) {
    const auto with = [&](const char* label) { return tool::labelled(line.text, label, '='); };
    const auto answer = with("Response status"), response = with("Response word 1"),
               second = with("Response word 2"), cycle = with("Life Cycle State"),
               state = with("Security State");
    // (The tool answers in front of it: else a text speaks of such a line.)
    answers = answers || answer || response || second;
    if (!answers) continue;
    if (answer || response || cycle || state || second) rest.take(line);
    if (answer) {
      status = first_number(*answer);
      word.reset();
    }
    if (response) {
      const size_t open = response->find('(');
      word = open == std::string_view::npos
                 ? first_number(*response)
                 : tool::number(response->substr(open + 1, response->find(')') - open - 1));
    }
    if (!state && !cycle) continue;
    // What stands behind a refusal is no state.
    if (status.value_or(0) != 0) {
      say_refused(s, line.offset, std::to_string(*status), reading);
      continue;
    }
    if (cycle) say_life_cycle(s, line.offset, *cycle, reading);
    if (!state) continue;
    // (A state is explained by the response in front of it, and by none of another question.)
    if (const auto answered = std::exchange(word, std::nullopt))
      say_state(s, line.offset, *answered, reading);
    else
      say_state(s, line.offset, *state == "UNSECURE" ? 0 : *state == "SECURE" ? 1 : 2, reading);
  }
  read_beside(s, nxp_blhost_reader, std::move(rest).text(), reading);
  return {};
}

bool is_blhost(const Source& s) {
  if (has_fuse_words(s)) return true;
  const auto has_line = [&](std::initializer_list<const char*> labels) {
    return tool::any_line(s, [&](std::string_view line) {
      return std::any_of(labels.begin(), labels.end(),
                         [&](const char* label) { return tool::labelled(line, label, '='); });
    });
  };
  if (tool::is_output(s, {"State"}) &&
      has_line({"Response status", "Response word 1", "Response word 2"}) &&
      has_line({"Security State", "Life Cycle State"}))
    return true;
  if (!tool::is_output(s, {"get-property"}) || !tool::contains(s.bytes, "\"response\""))
    return false;
  const auto printed = tool::json_objects(s.bytes);
  return !printed || std::any_of(printed->begin(), printed->end(), [](const tool::Printed& one) {
    return answer_of(one.json) != nullptr;
  });
}

}  // namespace

const Reader nxp_blhost_reader{.kind = "nxp-blhost",
                               .expects = "the output of blhost, or of nxpfuses",
                               .content = Content::text,
                               .recognises = is_blhost,
                               .read = read_blhost};

}  // namespace attest
