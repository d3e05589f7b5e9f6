#include "cli/commands.h"
#include "cli/options.h"

namespace attest::cli {

void add_version(Command& root) {
  root.subcommand("version", "print the version").run([](const Console& console) {
    return show("matter-attest " MATTER_ATTEST_VERSION "\n", console);
  });
}

}  // namespace attest::cli
