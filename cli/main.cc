#include <cstdio>
#include <exception>

#include "cli/commands.h"

int main(int argc, char** argv) {
  using namespace attest::cli;
  try {
    Command root(kProgram, kProgramHelp, nullptr);
    add_commands(root, argc > 1 ? argv[1] : "");
    return parse_and_run(root, argc, argv);
  } catch (const std::exception& wrong) {
    std::fprintf(stderr, "matter-attest: internal error: %s\n", wrong.what());
    return 70;
  }
}
