// explain: what an SDK code or a check id means, and what to do.

#include <fmt/format.h>

#include <charconv>

#include "cli/commands.h"
#include "cli/options.h"
#include "report/check_text.h"
#include "verifier/checks/catalogue.h"

namespace attest::cli {
namespace {

struct Options {
  std::string what;
};

int explain(const Options& options, const Console& console) {
  const std::string& what = options.what;
  if (const Check* check = find_check(what))
    return show(check_text(*check, console.columns()), console);
  int code = 0;
  const auto [end, failed] = std::from_chars(what.data(), what.data() + what.size(), code);
  const char* name =
      failed == std::errc() && end == what.data() + what.size() ? sdk_code_name(code) : nullptr;
  if (name == nullptr)
    return print_error(
        console,
        fmt::format("expected a result code of the Matter SDK (as in \"err 604\") or the id of a "
                    "check, found \"{}\"",
                    what));
  std::string out = fmt::format("{} {}\n\n", code, name);
  const auto checks = checks_with_code(code);
  if (code == 0) {
    out +=
        "  The commissioner found nothing. It does not look at everything that matter-attest "
        "checks.\n";
  } else if (checks.empty()) {
    out += "  Declared by the SDK, but its verifier never returns it.\n";
  } else {
    out += fmt::format("  A commissioner says this for any of {} faults; verify tells which:\n\n",
                       checks.size());
    for (const Check* check : checks)
      out += fmt::format("  {}\n      {}\n", check->id, check->title);
  }
  return show(out, console);
}

}  // namespace

void add_explain(Command& root) {
  auto options = std::make_shared<Options>();
  root.subcommand("explain", "explain an SDK result code (604) or a check")
      .group(Group::input)
      .positional("CODE", options->what, "a code or a check's id", true)
      .run(runs(options, explain));
}

}  // namespace attest::cli
