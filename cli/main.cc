#include <exception>
#include <string>

#include "cli/commands.h"
#include "platform/command_line_secrets.h"

int main(int argc, char** argv) {
  using namespace attest::cli;
  try {
    Command root(kProgram, kProgramHelp, nullptr);
    add_commands(root, argc > 1 ? argv[1] : "");
    return parse_and_run(root, argc, argv);
  } catch (const std::exception& wrong) {
    attest::tell(std::string("internal error: ") + wrong.what());
    return 70;
  }
}
