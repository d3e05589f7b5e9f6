// Help, of every command: it fits a terminal of 80 columns, every option stands under what it is
// about, and an example is there.

#include "cli/help.h"

#include <functional>
#include <set>
#include <sstream>
#include <string>

#include "cli/commands.h"
#include "cli/option_names.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace {

void each(const cli::Command& from, const std::function<void(const cli::Command&)>& visit) {
  visit(from);
  for (const auto& sub : from.subcommands()) each(*sub, visit);
}

size_t columns(const std::string& line) {
  return static_cast<size_t>(std::count_if(
      line.begin(), line.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xC0) != 0x80; }));
}

}  // namespace

TEST_CASE("help: every command's fits 80 columns, says every option, and has an example") {
  cli::Command root(cli::kProgram, cli::kProgramHelp, nullptr);
  cli::add_commands(root);
  size_t commands = 0, options = 0;
  each(root, [&](const cli::Command& command) {
    CAPTURE(command.path());
    ++commands;
    const std::string help = cli::help_text(command);
    CHECK(help.starts_with("Usage: " + command.path()));
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);)
      CHECK_MESSAGE(columns(line) <= cli::kHelpWidth, line);
    for (const auto& option : command.options()) {
      ++options;
      CAPTURE(option.flags);
      // The root's --version is of no group.
      CHECK(option.group.has_value() == (command.parent() != nullptr));
      const std::string name = option.flags.substr(option.flags.rfind(',') + 1);
      CHECK(help.find(name) != std::string::npos);
    }
    if (command.is_hidden()) return;
    const bool runs_itself = command.subcommands().empty() || command.name() == "lot";
    if (runs_itself) CHECK(!command.examples().empty());
    for (const std::string& example : command.examples())
      CHECK(example.find(command.path()) != std::string::npos);
  });
  CHECK(commands > 25);
  CHECK(options > 200);
}

TEST_CASE("no command has two options of one name, or one called --help") {
  cli::Command root(cli::kProgram, cli::kProgramHelp, nullptr);
  cli::add_commands(root);
  each(root, [&](const cli::Command& command) {
    std::set<std::string> names{"-h", "--help"};
    for (const auto& option : command.options()) {
      for (const std::string& name : cli::option_names(option.flags))
        CHECK_MESSAGE(names.insert(name).second, command.path(), " ", name);
    }
  });
}

TEST_CASE("help CMD is what CMD --help prints, for every command") {
  cli::Command root(cli::kProgram, cli::kProgramHelp, nullptr);
  cli::add_commands(root);
  std::vector<std::vector<std::string>> paths;
  each(root, [&](const cli::Command& command) {
    std::vector<std::string> words;
    for (const cli::Command* at = &command; at->parent() != nullptr; at = at->parent())
      words.insert(words.begin(), at->name());
    if (!words.empty()) paths.push_back(std::move(words));
  });
  const auto run = [](const std::vector<std::string>& words) {
    cli::Command fresh(cli::kProgram, cli::kProgramHelp, nullptr);
    cli::add_commands(fresh);
    std::ostringstream out, err;
    Console console{
        .out = out, .err = err, .environment = [](const char*) { return std::nullopt; }, .now = {}};
    CHECK(cli::parse_and_run(fresh, words, console) == 0);
    CHECK(err.str() == "");
    return out.str();
  };
  for (const auto& path : paths) {
    std::vector<std::string> asked = {"help"}, given = path;
    asked.insert(asked.end(), path.begin(), path.end());
    given.emplace_back("--help");
    CAPTURE(path.back());
    CHECK(run(asked) == run(given));
  }
}
