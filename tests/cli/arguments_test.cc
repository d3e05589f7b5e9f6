// The command line as a tree: what holds of every option of every command.

#include "cli/arguments.h"

#include <functional>

#include "cli/commands.h"
#include "cli/option_names.h"
#include "tests/support/run_words.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

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
          const SaidByCommand apart = run_words(words);
          CHECK(apart.out == "");
          CHECK(apart.code == 2);
          CHECK(apart.err.starts_with("matter-attest: " + name + ": expected "));
          CHECK((apart.err.find("found an empty word (a variable that is not set?)") !=
                     std::string::npos ||
                 apart.err.find("found \"\"") != std::string::npos));
          words = path;
          words.insert(words.end(), {name + "=", "one", "two"});
          const SaidByCommand joined = run_words(words);
          CHECK(joined.out == "");
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
