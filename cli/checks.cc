// checks: the catalogue, or one check of it.

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "lot/rule.h"
#include "report/check_text.h"
#include "report/report_text.h"
#include "verifier/base/json.h"
#include "verifier/checks/catalogue.h"
#include "verifier/checks/waiver.h"

namespace attest::cli {
namespace {

struct Options {
  std::string id, format = "text";
};

std::string as_text() {
  std::string out;
  for (const Check* check : catalogue()) out += fmt::format("{:<48} {}\n", check->id, check->title);
  for (const LotRule& rule : lot_rules()) out += fmt::format("{:<48} {}\n", rule.id, rule.title);
  return out;
}

std::string as_json() {
  Json list{Json::Array{}};
  for (const Check* check : catalogue()) {
    Json severity{Json::Object{}};
    severity.set("main", severity_name(check->severity.main))
        .set("test", severity_name(check->severity.test))
        .set("none", severity_name(check->severity.none));
    list.push(Json(Json::Object{})
                  .set("id", check->id)
                  .set("title", check->title)
                  .set("severity", std::move(severity))
                  .set("spec", check->spec)
                  .set("sdk", check->sdk == 0 ? Json() : Json(check->sdk))
                  .set("waivable", Json(Json::Object{})
                                       .set("main", may_be_waived(*check, Network::main))
                                       .set("test", may_be_waived(*check, Network::test)))
                  .set("rule", check->rule)
                  .set("remedy", check->remedy)
                  .set("when_unknown",
                       *check->when_unknown == '\0' ? Json() : Json(check->when_unknown)));
  }
  for (const LotRule& rule : lot_rules()) {
    const char* severity = severity_name(rule.severity);
    list.push(Json(Json::Object{})
                  .set("id", rule.id)
                  .set("title", rule.title)
                  .set("severity", Json(Json::Object{})
                                       .set("main", severity)
                                       .set("test", severity)
                                       .set("none", severity))
                  .set("spec", rule.spec)
                  .set("sdk", Json())
                  .set("rule", rule.rule)
                  .set("remedy", rule.remedy));
  }
  return dump_pretty(list);
}

int run(const Options& options, const Console& console) {
  if (!options.id.empty()) {
    const Check* check = find_check(options.id);
    if (const LotRule* rule = find_lot_rule(options.id))
      return show(lot_rule_text(*rule, console.columns()), console);
    if (check == nullptr)
      return print_error(
          console,
          fmt::format("expected the id of a check (see matter-attest checks), found \"{}\"",
                      options.id));
    return show(check_text(*check, console.columns()), console);
  }
  return show(options.format == "json"       ? as_json()
              : options.format == "markdown" ? checks_markdown()
                                             : as_text(),
              console);
}

}  // namespace

void add_checks(Command& root) {
  auto options = std::make_shared<Options>();
  root.subcommand("checks", "list the checks, or explain one")
      .positional("ID", options->id, "a check's id", false)
      .choice("--format", {"text", "json", "markdown"}, options->format,
              "how the list is written (default text)")
      .run(runs(options, run));
}

}  // namespace attest::cli
