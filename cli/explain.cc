// explain: what a pasted word, code or log line means, and what to do.

#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/explained.h"
#include "cli/nearest.h"
#include "cli/options.h"
#include "platform/files.h"
#include "report/check_text.h"
#include "report/report_text.h"
#include "report/test_plan_text.h"
#include "verifier/base/json.h"
#include "verifier/checks/catalogue.h"
#include "verifier/report.h"

namespace attest::cli {
namespace {

struct Options {
  std::vector<std::string> words;
  std::string format = "text";
};

std::string checks_text(int code) {
  if (code == 0)
    return "  The commissioner found nothing. It does not look at everything that matter-attest "
           "checks.\n";
  const auto checks = checks_with_code(code);
  if (checks.empty()) return "  Declared by the SDK, but its verifier never returns it.\n";
  std::string out = fmt::format(
      "  A commissioner says this for any of {} faults; verify tells which:\n\n", checks.size());
  for (const Check* check : checks) out += fmt::format("  {}\n      {}\n", check->id, check->title);
  return out;
}

std::string text_of(const Explained& one, size_t width) {
  if (one.check != nullptr) return check_text(*one.check, width);
  if (one.rule != nullptr) return lot_rule_text(*one.rule, width);
  if (one.test_case != nullptr) return test_case_text(*one.test_case, one.step, width);
  const bool is_result = one.sdk >= 0 && one.by.starts_with("attestation result of the");
  std::string out = is_result
                        ? fmt::format("{} {}", one.sdk, one.name)
                        : fmt::format("{} {}", one.word, one.word == one.name ? "" : one.name);
  while (out.ends_with(' ')) out.pop_back();
  out += fmt::format("\n  {}\n\n  {}\n", wrap(one.by, width - 2, 2),
                     wrap(sentence(one.means) + ".", width - 2, 2));
  if (!one.then.empty()) out += fmt::format("  {}\n", wrap(sentence(one.then) + ".", width - 2, 2));
  return one.sdk >= 0 ? out + "\n" + checks_text(one.sdk) : out;
}

std::string as_text(const std::vector<Explained>& all, size_t width) {
  std::string out;
  if (all.size() > 1) out = fmt::format("{} things are named here.\n", all.size());
  for (const Explained& one : all) out += (out.empty() ? "" : "\n") + text_of(one, width);
  return out;
}

// What tells of a test case, or of its step.
std::vector<std::string> ids_of(const Explained& one) {
  std::vector<std::string> out;
  if (one.test_case == nullptr) return out;
  for (const PlanStep& step : one.test_case->steps) {
    if (one.step != nullptr && one.step != &step) continue;
    for (const PlanCover* cover : covers_of(*one.test_case, step)) {
      if (std::find(out.begin(), out.end(), cover->id) == out.end()) out.emplace_back(cover->id);
    }
  }
  return out;
}

std::string as_json(const std::string& given, const std::vector<Explained>& all) {
  Json meanings{Json::Array{}};
  for (const Explained& one : all) {
    Json checks{Json::Array{}};
    if (one.check != nullptr) checks.push(one.check->id);
    if (one.rule != nullptr) checks.push(one.rule->id);
    for (const std::string& id : ids_of(one)) checks.push(id);
    if (one.sdk > 0) {
      for (const Check* check : checks_with_code(one.sdk)) checks.push(check->id);
    }
    meanings.push(
        Json(Json::Object{})
            .set("word", printable(one.word))
            .set("name", one.name)
            .set("by", one.by)
            .set("means", one.means)
            .set("then", one.then.empty() ? Json() : Json(one.then))
            .set(
                "sdk",
                one.sdk < 0
                    ? Json()
                    : Json(Json::Object{}).set("code", one.sdk).set("name", sdk_code_name(one.sdk)))
            .set("checks", std::move(checks)));
  }
  return dump_pretty(Json(Json::Object{})
                         .set("schema", "matter-attest/explain/1")
                         .set("given", printable(given))
                         .set("meanings", std::move(meanings)));
}

constexpr size_t kMostShown = 200;

int explain(const Options& options, const Console& console) {
  std::string given;
  for (const std::string& word : options.words) {
    if (word != "-") {
      given += (given.empty() ? "" : " ") + word;
      continue;
    }
    const auto input = FileBytes::standard_input(console);
    if (!input) return print_error(console, input.error().what);
    given += (given.empty() ? "" : "\n") + std::string(text(input->view()));
  }
  const auto all = explained(given);
  if (all.empty()) {
    while (!given.empty() && (given.back() == '\n' || given.back() == ' ')) given.pop_back();
    const std::string shown =
        given.size() > kMostShown ? given.substr(0, kMostShown) + "..." : given;
    return print_error(
        console,
        fmt::format("expected a result code of the Matter SDK (as in \"err 604\"), the id of a "
                    "check or a test case, found \"{}\"{}",
                    printable(shown), did_you_mean(given, explained_words())));
  }
  return show(options.format == "json" ? as_json(given, all) : as_text(all, console.columns()),
              console);
}

}  // namespace

void add_explain(Command& root) {
  auto options = std::make_shared<Options>();
  root.subcommand("explain",
                  "explain a commissioner's error, a line of its log, a check or a test case")
      .group(Group::input)
      .positionals("WORD", options->words,
                   "a code, a name, the id of a check or test case, a pasted line of a log; - is "
                   "stdin",
                   true)
      .takes_any_word()
      .offers(Offer::explained)
      .group(Group::output)
      .choice("--format", {"text", "json"}, options->format, "how it is written (default text)")
      .example("matter-attest explain err 604")
      .example("matter-attest explain 'CHIP Error 0x000000AC: Internal error'")
      .example("matter-attest explain TC-DA-1.2 step 6.5")
      .example("matter-attest explain - < chip-tool.log")
      .run(runs(options, explain));
}

}  // namespace attest::cli
