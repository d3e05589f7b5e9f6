#include <cstdio>

#include "cli/commands.h"

namespace attest::cli {

void add_version(Command& root) {
  root.subcommand("version", "print the version").run([] {
    std::puts("matter-attest " MATTER_ATTEST_VERSION);
    return 0;
  });
}

}  // namespace attest::cli
