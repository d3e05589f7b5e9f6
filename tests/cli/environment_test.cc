// Every variable of the environment that stands for an option does so in every command that has the
// option: both lists are the program's own.
#include "cli/environment.h"

#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/option_names.h"
#include "tests/support/support.h"

using namespace attest;

namespace {

void each(const cli::Command& command, const std::function<void(const cli::Command&)>& visit) {
  visit(command);
  for (const auto& sub : command.subcommands()) each(*sub, visit);
}

// A value that the option takes.
std::string value_of(const cli::Command::OptionText& option) {
  if (!option.choices.empty()) return option.choices.front();
  return option.value_name.empty() ? "yes" : "one";
}

}  // namespace

TEST_CASE("environment: a variable gives its option in every command that has it") {
  std::set<std::string> given;
  cli::Command root(cli::kProgram, cli::kProgramHelp, nullptr);
  cli::add_commands(root);
  each(root, [&](const cli::Command& command) {
    for (const auto& option : command.options()) {
      if (option.positional) continue;
      CAPTURE(command.path());
      CAPTURE(option.flags);
      const std::string name = cli::long_name(option.flags);
      for (const cli::Variable& variable : cli::variables()) {
        if (*variable.option == '\0' || name != variable.option) continue;
        REQUIRE(option.variable == variable.name);
        REQUIRE(option.take);
        CHECK(option.take(value_of(option)) == "");
        given.insert(variable.name);
      }
    }
  });
  for (const cli::Variable& variable : cli::variables()) {
    if (*variable.option != '\0') CHECK_MESSAGE(given.contains(variable.name), variable.name);
  }
}

TEST_CASE("environment: of an option that stands repeatedly a variable gives several") {
  std::vector<std::string> all;
  cli::Command command("one", "one", nullptr);
  command.list("--engine-library", "FILE", all, "several");
  REQUIRE(command.options().size() == 1);
  CHECK(command.options()[0].take("/a/b.so:/c d/e.so::") == "");
  CHECK(all == std::vector<std::string>{"/a/b.so", "/c d/e.so"});
}
