// The manual page says what --help says.

#include "cli/man_page.h"

#include <functional>

#include "cli/commands.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::test;

TEST_CASE(
    "the manual page in the tree is the one that the commands make, and says everything that "
    "--help says") {
  cli::Command root(cli::kProgram, cli::kProgramHelp, nullptr);
  cli::add_commands(root);
  const std::string page = cli::man_page(root);
  const bool same = page == text(slurp("man/matter-attest.1"));
  CHECK_MESSAGE(same,
                "man/matter-attest.1 is not what matter-attest man-page prints: tests/accept.sh");
  // Without roff's escapes and line ends the texts stand there as they are.
  const auto plain = [](std::string_view s) {
    std::string out;
    for (size_t i = 0; i < s.size(); ++i) {
      if (s[i] == '\\' && i + 1 < s.size() && (s[i + 1] == '-' || s[i + 1] == '&')) continue;
      if (s[i] == '&' && i > 0 && s[i - 1] == '\\') continue;
      out += s[i] == '\n' ? ' ' : s[i];
    }
    return out;
  };
  const std::string all = plain(page);
  const std::function<void(const cli::Command&)> visit = [&](const cli::Command& command) {
    CAPTURE(command.name());
    CHECK((all.find(plain(command.help())) != std::string::npos) == !command.is_hidden());
    for (const auto& option : command.options())
      CHECK_MESSAGE(all.find(plain(option.help)) != std::string::npos, option.flags);
    for (const auto& sub : command.subcommands()) visit(*sub);
  };
  visit(root);
}
