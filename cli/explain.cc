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
#include "verifier/readers/text/onboarding_codes.h"
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
  constexpr int kNotImplemented = 703;
  if (code == kNotImplemented)
    return "  A commissioner whose library lacks ML-DSA says this of a post-quantum chain (Matter "
           "1.7,\n"
           "  which is not released). verify leaves pai.signature-verifies and\n"
           "  dac.signature-verifies open for the same reason where no library here has it.\n";
  const auto checks = checks_with_code(code);
  if (checks.empty()) return "  Declared by the SDK, but its verifier never returns it.\n";
  std::string out =
      checks.size() == 1
          ? std::string("  A commissioner says this for one fault:\n\n")
          : fmt::format("  A commissioner says this for any of {} faults; verify tells which:\n\n",
                        checks.size());
  for (const Check* check : checks) out += fmt::format("  {}\n      {}\n", check->id, check->title);
  return out;
}

std::string text_of(const Explained& one, size_t width) {
  if (one.check != nullptr) return check_text(*one.check, width);
  if (one.rule != nullptr) return lot_rule_text(*one.rule, width);
  if (one.audit != nullptr) return audit_rule_text(*one.audit, width);
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
    if (one.audit != nullptr) checks.push(one.audit->id);
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
                         .set("given", given)
                         .set("meanings", std::move(meanings)));
}

constexpr size_t kMostShown = 200;

// The words of the command line, and what is repeated of them: of stdin nothing is, for a log may
// hold passcodes, codes and keys.
struct Given {
  std::string text, shown;
  bool of_stdin = false;
};

Result<Given> given_by(const std::vector<std::string>& words, const Console& console) {
  Given out;
  for (const std::string& word : words) {
    out.shown += (out.shown.empty() ? "" : " ") + word;
    if (word != "-") {
      out.text += (out.text.empty() ? "" : " ") + word;
      continue;
    }
    const auto input = FileBytes::standard_input(console);
    if (!input) return tl::unexpected(input.error());
    out.text += (out.text.empty() ? "" : "\n") + std::string(text(input->view()));
    out.of_stdin = true;
  }
  while (out.shown.ends_with(' ') || out.shown.ends_with('\n')) out.shown.pop_back();
  out.shown = without_codes(console.secrets.leave_out(printable(out.shown)));
  return out;
}

// A line of which not all was read.
void tell_long_lines(const std::string& text, const Console& console) {
  size_t number = 1;
  for (size_t at = 0; at < text.size(); ++number) {
    const size_t end = std::min(text.find('\n', at), text.size());
    if (end - at > kLongestLine)
      console.tell(fmt::format("line {} has {} characters: the first {} are read", number, end - at,
                               kLongestLine));
    at = end + 1;
  }
}

// A pipe or a file at stdin is what no word names; on a terminal nobody waits for its end.
int explain(const Options& options, const Console& console) {
  const bool piped = options.words.empty() && !console.in_is_terminal;
  if (options.words.empty() && !piped)
    return print_error(console, is_required("WORD, or a log at stdin,", "explain", console));
  const auto given = given_by(piped ? std::vector<std::string>{"-"} : options.words, console);
  if (!given) return print_error(console, given.error().what);
  auto all = explained(given->text);
  if (all.empty() && !given->of_stdin) all = explained_code(given->text);
  tell_long_lines(given->text, console);
  if (all.empty()) {
    const std::string found = given->of_stdin ? "none in what stdin holds"
                              : given->shown.size() > kMostShown
                                  ? fmt::format("\"{}...\"", given->shown.substr(0, kMostShown))
                                  : fmt::format("\"{}\"", given->shown);
    const std::string near = given->of_stdin ? "" : did_you_mean(given->text, explained_words());
    return print_error(
        console,
        fmt::format("expected a result code of the Matter SDK (as in \"err 604\"), the id of a "
                    "check or a test case, found {}{}",
                    found, near));
  }
  return show(
      options.format == "json" ? as_json(given->shown, all) : as_text(all, console.columns()),
      console);
}

}  // namespace

void add_explain(Command& root) {
  auto options = std::make_shared<Options>();
  root.subcommand("explain",
                  "explain a commissioner's error, a line of its log, a check or a test case")
      .group(Group::input)
      .positionals("WORD", options->words,
                   "a code, a name, the id of a check or test case, a pasted line of a log; "
                   "without a word, or as -: stdin",
                   false)
      .takes_any_word()
      .offers(Offer::explained)
      .group(Group::output)
      .choice("--format", {"text", "json"}, options->format, "how it is written (default text)")
      .example("matter-attest explain err 604")
      .example("matter-attest explain 'CHIP Error 0x000000AC: Internal error'")
      .example("matter-attest explain TC-DA-1.2 step 6.5")
      .example("matter-attest explain < chip-tool.log")
      .run(runs(options, explain));
}

}  // namespace attest::cli
