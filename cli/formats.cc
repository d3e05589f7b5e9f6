// formats: which files are read, and how one gets them.

#include "cli/commands.h"
#include "cli/evidence_kinds.h"
#include "cli/options.h"

namespace attest::cli {
namespace {

int run(const std::string& format, const Console& console) {
  return show(format == "json"       ? formats_json()
              : format == "markdown" ? formats_markdown()
                                     : formats_text(console.columns()),
              console);
}

}  // namespace

void add_formats(Command& root) {
  auto format = std::make_shared<std::string>("text");
  root.subcommand("formats", "list what is read: files, vendors' dumps, how a dump is made")
      .group(Group::output)
      .choice("--format", {"text", "json", "markdown"}, *format,
              "how the list is written (default text)")
      .example("matter-attest formats")
      .run([format](const Console& console) { return run(*format, console); });
}

}  // namespace attest::cli
