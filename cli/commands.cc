#include "cli/commands.h"

#include <algorithm>
#include <iterator>
#include <memory>

#include "cli/help.h"
#include "cli/options.h"

namespace attest::cli {
namespace {

struct Entry {
  const char* name;
  void (*add)(Command& root);
  const char* section;
  bool tells_of_others = false;  // so it needs them all
};
constexpr Entry kCommands[] = {
    {"verify", add_verify, "Judge"},
    {"lot", add_lot, "Judge"},
    {"checklist", add_checklist, "Judge"},
    {"replay", add_replay, "Judge"},
    {"serve", add_serve, "Judge"},
    {"decisions", add_decisions, "Judge"},
    {"inspect", add_inspect, "Look into"},
    {"extract", add_extract, "Look into"},
    {"payload", add_payload, "Look into"},
    {"dcl", add_dcl, "The ledger"},
    {"explain", add_explain, "Understand"},
    {"checks", add_checks, "Understand"},
    {"plan", add_plan, "Understand"},
    {"formats", add_formats, "Understand"},
    {"help", add_help, "This program", true},
    {"version", add_version, "This program"},
    {"completion", add_completion, "This program", true},
    {"man-page", add_man_page, "This program", true},
};

}  // namespace

void add_commands(Command& root, std::string_view first) {
  const auto add = [&](const Entry& entry) {
    entry.add(root);
    root.subcommands().back()->section(entry.section);
  };
  // The options of all of them take a tenth of a cold verification.
  const auto asked = std::find_if(std::begin(kCommands), std::end(kCommands), [&](const Entry& e) {
    return first == e.name && !e.tells_of_others;
  });
  if (asked != std::end(kCommands)) return add(*asked);
  for (const Entry& entry : kCommands) add(entry);
  // Git and others print it that way, too.
  auto version = std::make_shared<bool>(false);
  root.flag("-V,--version", *version, "the same as version")
      .run([version, &root](const Console& c) {
        return *version ? print_version("text", c) : show(help_text(root), c);
      });
  root.example("matter-attest verify --network test dac.der pai.der cd.der device.json")
      .example("matter-attest explain err 604")
      .footer("Exit codes: 0 approve, 1 reject, 3 undecided, 2 usage or unreadable evidence");
}

}  // namespace attest::cli
