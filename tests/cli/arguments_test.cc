// The command line as a tree: what holds of every option of every command.

#include "cli/arguments.h"

#include <functional>
#include <sstream>

#include "cli/commands.h"
#include "cli/option_names.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

namespace {

struct Said {
  int code;
  std::string err;
};
Said run(const std::vector<std::string>& words) {
  cli::Command root(cli::kProgram, cli::kProgramHelp, nullptr);
  cli::add_commands(root);
  std::ostringstream out, err;
  Console console{
      .out = out, .err = err, .environment = [](const char*) { return std::nullopt; }, .now = {}};
  const int code = cli::parse_and_run(root, words, console);
  CHECK(out.str() == "");
  return {code, err.str()};
}

}  // namespace

// "--expect $ORDER" where nobody set ORDER: as if it had not been given, the order would never be
// compared, and the part approved.
TEST_CASE("arguments: an empty word is no value, whatever the option") {
  cli::Command root(cli::kProgram, cli::kProgramHelp, nullptr);
  cli::add_commands(root);
  size_t tried = 0;
  const std::function<void(const cli::Command&, const std::vector<std::string>&)> each =
      [&](const cli::Command& command, const std::vector<std::string>& path) {
        for (const auto& option : command.options()) {
          if (option.value_name.empty() || option.positional) continue;
          const std::string name = cli::long_name(option.flags);
          CAPTURE(command.path());
          CAPTURE(name);
          ++tried;
          std::vector<std::string> words = path;
          words.insert(words.end(), {name, "", "one", "two"});
          const Said apart = run(words);
          CHECK(apart.code == 2);
          CHECK(apart.err.starts_with("matter-attest: " + name + ": expected "));
          CHECK((apart.err.find("found an empty word (a variable that is not set?)") !=
                     std::string::npos ||
                 apart.err.find("found \"\"") != std::string::npos));
          words = path;
          words.insert(words.end(), {name + "=", "one", "two"});
          const Said joined = run(words);
          CHECK(joined.code == 2);
          CHECK(joined.err.starts_with("matter-attest: " + name + ": expected a value behind " +
                                       name + "=, found an empty word"));
        }
        for (const auto& sub : command.subcommands()) {
          std::vector<std::string> further = path;
          further.push_back(sub->name());
          each(*sub, further);
        }
      };
  each(root, {});
  CHECK(tried > 150);
}
