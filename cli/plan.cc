// plan: the certification lab's test cases, and what tells of each.

#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/nearest.h"
#include "cli/options.h"
#include "report/test_plan_text.h"

namespace attest::cli {
namespace {

struct Options {
  std::vector<std::string> words;
  std::string format = "text";
};

std::vector<std::string> case_ids() {
  std::vector<std::string> out;
  for (const TestCase& of : test_cases()) out.emplace_back(of.id);
  return out;
}

int run(const Options& options, const Console& console) {
  std::vector<const TestCase*> chosen;
  for (const std::string& word : options.words) {
    const TestCase* of = find_test_case(word);
    if (of == nullptr)
      return print_error(console,
                         fmt::format("expected a test case, as in TC-DA-1.2, found \"{}\"{}",
                                     printable(word), did_you_mean(word, case_ids())));
    if (std::find(chosen.begin(), chosen.end(), of) == chosen.end()) chosen.push_back(of);
  }
  if (options.words.empty()) {
    for (const TestCase& of : test_cases()) chosen.push_back(&of);
  }
  return show(options.format == "json" ? dump_pretty(test_plan_json(chosen))
                                       : test_plan_text(chosen, console.columns()),
              console);
}

}  // namespace

void add_plan(Command& root) {
  auto options = std::make_shared<Options>();
  root.subcommand("plan", "list the lab's test cases: what files tell of, and what needs a device")
      .group(Group::input)
      .positionals("TEST-CASE", options->words, "a test case, as in TC-DA-1.2; without it, all",
                   false)
      .offers(case_ids())
      .group(Group::output)
      .choice("--format", {"text", "json"}, options->format,
              "how the list is written (default text)")
      .example("matter-attest plan")
      .example("matter-attest plan TC-DA-1.7")
      .run(runs(options, run));
}

}  // namespace attest::cli
