// The program with these words, in this process: what it says, and its exit code.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "cli/commands.h"

namespace attest::test {

struct SaidByCommand {
  int code;
  std::string out, err;
};
inline SaidByCommand run_words(const std::vector<std::string>& words) {
  cli::Command root(cli::kProgram, cli::kProgramHelp, nullptr);
  cli::add_commands(root);
  std::ostringstream out, err;
  Console console{
      .out = out, .err = err, .environment = [](const char*) { return std::nullopt; }, .now = {}};
  const int code = cli::parse_and_run(root, words, console);
  return {code, out.str(), err.str()};
}

}  // namespace attest::test
