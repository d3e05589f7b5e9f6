// What NXP's tools say of how a part is locked: blhost. Values after the vendor's headers; numbers
// are read, the words beside them are not.

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "verifier/readers/formats.h"
#include "verifier/readers/posture/tool_text.h"
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
      say(s, one.offset, Trait::debug, Holds::unclear, "",
          fmt::format("the part refused the question: status {}", dump(*code)), reading);
    else if (const auto state = answer->front().natural())
      say_state(s, one.offset, *state, reading);
  }
}

Result<void> read_blhost(const Source& s, Reading& reading) {
  tool::Rest rest(s);
  if (tool::contains(s.bytes, "\"response\"")) read_blhost_json(s, rest, reading);
  std::optional<uint64_t> word;
  for (const tool::Line& line : tool::lines(s.bytes)) {
    const auto with = [&](const char* label) { return tool::labelled(line.text, label, '='); };
    const auto response = with("Response word 1"), cycle = with("Life Cycle State"),
               state = with("Security State");
    if (response || cycle || state || with("Response status") || with("Response word 2"))
      rest.take(line);
    if (response) {
      const size_t open = response->find('(');
      word = open == std::string_view::npos
                 ? first_number(*response)
                 : tool::number(response->substr(open + 1, response->find(')') - open - 1));
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
  if (tool::is_output(s, {"State"}) && tool::any_line(s, [](std::string_view line) {
        return tool::labelled(line, "Security State", '=') ||
               tool::labelled(line, "Life Cycle State", '=');
      }))
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
                               .expects = "the output of blhost",
                               .recognises = is_blhost,
                               .read = read_blhost};

}  // namespace attest
