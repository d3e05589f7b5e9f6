#include "cli/commands.h"

#include <algorithm>
#include <iterator>

namespace attest::cli {
namespace {

struct Entry {
  const char* name;
  void (*add)(Command& root);
  bool tells_of_others = false;  // so it needs them all
};
constexpr Entry kCommands[] = {
    {"verify", add_verify},
    {"replay", add_replay},
    {"checklist", add_checklist},
    {"inspect", add_inspect},
    {"extract", add_extract},
    {"payload", add_payload},
    {"checks", add_checks},
    {"explain", add_explain},
    {"completion", add_completion, true},
    {"man-page", add_man_page, true},
    {"dcl", add_dcl},
    {"lot", add_lot},
    {"version", add_version},
};

}  // namespace

void add_commands(Command& root, std::string_view first) {
  // The options of all of them take a tenth of a cold verification.
  const auto asked = std::find_if(std::begin(kCommands), std::end(kCommands), [&](const Entry& e) {
    return first == e.name && !e.tells_of_others;
  });
  if (asked != std::end(kCommands)) return asked->add(root);
  for (const Entry& entry : kCommands) entry.add(root);
  root.footer(
      "Examples:\n"
      "  matter-attest verify --network test dac.der pai.der cd.der device.json\n"
      "  matter-attest explain 604\n\n"
      "Exit codes: 0 approve, 1 reject, 3 undecided, 2 usage or unreadable evidence");
}

}  // namespace attest::cli
