#include <exception>
#include <string>
#include <vector>

#include "cli/commands.h"

int main(int argc, char** argv) {
  using namespace attest::cli;
  attest::Console console = attest::process_console();
  try {
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    Command root(kProgram, kProgramHelp, nullptr);
    add_commands(root, words.empty() ? "" : words.front());
    return parse_and_run(root, words, console);
  } catch (const std::exception& wrong) {
    console.tell(std::string("internal error: ") + wrong.what());
    return 70;
  }
}
