// help: the help of a command, as --help of it prints it.

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/help.h"
#include "cli/nearest.h"
#include "cli/options.h"
#include "verifier/base/bytes.h"

namespace attest::cli {
namespace {

int help_of(const Command& root, const std::vector<std::string>& words, const Console& console) {
  const Command* at = &root;
  for (const std::string& word : words) {
    const Command* next = nullptr;
    std::vector<std::string> known;
    for (const auto& sub : at->subcommands()) {
      if (sub->name() == word) next = sub.get();
      if (!sub->is_hidden()) known.push_back(sub->name());
    }
    if (next == nullptr)
      return print_error(console,
                         fmt::format("help: {} has no command \"{}\"{} (see {} --help)", at->path(),
                                     printable(word), did_you_mean(word, known), at->path()));
    at = next;
  }
  return show(help_text(*at), console);
}

}  // namespace

void add_help(Command& root) {
  auto words = std::make_shared<std::vector<std::string>>();
  root.subcommand("help", "print the help of a command")
      .group(Group::input)
      .positionals("COMMAND", *words, "a command, and an action of it", false)
      .offers(Offer::commands)
      .example("matter-attest help verify")
      .example("matter-attest help dcl sync")
      .run([&root, words](const Console& console) { return help_of(root, *words, console); });
}

}  // namespace attest::cli
