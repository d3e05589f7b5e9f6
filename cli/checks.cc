// checks: the catalogue, or one check of it.

#include <fmt/format.h>

#include <cstdio>

#include "cli/check_text.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/options.h"
#include "cli/report_text.h"
#include "cli/terminal.h"
#include "verifier/catalogue.h"
#include "verifier/json.h"
#include "verifier/lot/rule.h"
#include "verifier/waiver.h"

namespace attest::cli {
namespace {

struct Options {
  std::string id, format = "text";
};

std::string severities(const Severities& s) {
  if (s.main == s.test && s.test == s.none) return severity_name(s.main);
  return fmt::format("{} on main, {} on test, {} without a ledger", severity_name(s.main),
                     severity_name(s.test), severity_name(s.none));
}

const char* waivers(const Check& check) {
  if (may_be_waived(check, Network::main)) return "can be waived";
  return may_be_waived(check, Network::test) ? "cannot be waived on main: it proves authenticity"
                                             : "cannot be waived";
}

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

int run(const Options& options) {
  if (!options.id.empty()) {
    const Check* check = find_check(options.id);
    if (const LotRule* rule = find_lot_rule(options.id)) {
      std::fputs(lot_rule_text(*rule, terminal_width()).c_str(), stdout);
      return 0;
    }
    if (check == nullptr)
      return complain(fmt::format(
          "expected the id of a check (see matter-attest checks), found \"{}\"", options.id));
    std::fputs(check_text(*check, terminal_width()).c_str(), stdout);
    return 0;
  }
  const std::string text = options.format == "json"       ? as_json()
                           : options.format == "markdown" ? checks_markdown()
                                                          : as_text();
  const auto written = write_output("", text);
  return written ? 0 : complain(written.error().what);
}

}  // namespace

std::string checks_markdown() {
  std::string out = fmt::format(
      "# Checks\n\nThe {} checks of matter-attest, in the order of the report, and the {} rules "
      "about a lot as a whole. This file is made by\n`matter-attest checks --format markdown`; a "
      "test compares the two.\n",
      catalogue().size(), lot_rules().size());
  std::string subject;
  for (const Check* check : catalogue()) {
    const std::string_view id = check->id;
    if (const auto of = id.substr(0, id.find('.')); of != subject) {
      subject = of;
      out += fmt::format("\n## {}\n", subject);
    }
    out += fmt::format("\n### {}\n\n{}. {}\n\n", id, sentence(check->title), check->rule);
    out += fmt::format("- severity: {}\n", severities(check->severity));
    out += fmt::format("- waiver: {}\n", waivers(*check));
    if (check->spec[0] != '\0') out += fmt::format("- source: {}\n", check->spec);
    out += check->sdk == 0
               ? "- the SDK does not check it\n"
               : fmt::format("- the SDK says: {} {}\n", check->sdk, sdk_code_name(check->sdk));
    if (check->remedy[0] != '\0') out += fmt::format("- remedy: {}\n", check->remedy);
    if (*check->when_unknown != '\0')
      out += fmt::format("- when it stays unknown: {}\n", check->when_unknown);
  }
  out += "\n## lot\n\nAsked once a lot, between its devices and against its manifest.\n";
  for (const LotRule& rule : lot_rules()) {
    out += fmt::format("\n### {}\n\n{}. {}\n\n- severity: {}\n", rule.id, sentence(rule.title),
                       rule.rule, severity_name(rule.severity));
    if (rule.spec[0] != '\0') out += fmt::format("- source: {}\n", rule.spec);
    out += fmt::format("- remedy: {}\n", rule.remedy);
  }
  return out;
}

std::string sentence(std::string_view s) {
  std::string out(s);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

namespace {

// What stands above the rows: id, title, rule.
std::string heading(const char* id, const char* title, const char* rule, size_t width) {
  return fmt::format("{}\n  {}\n\n  {}\n\n", id, title, wrap(rule, width - 2, 2));
}
std::string row_text(const char* label, const std::string& text, size_t width) {
  return text.empty() ? "" : fmt::format("  {:<10}{}\n", label, wrap(text, width - 12, 12));
}

}  // namespace

std::string lot_rule_text(const LotRule& rule, size_t width) {
  return heading(rule.id, rule.title, rule.rule, width) +
         row_text("severity", severity_name(rule.severity), width) +
         row_text("source", rule.spec, width) +
         row_text("asked", "once a lot (matter-attest lot)", width) +
         row_text("remedy", rule.remedy, width);
}

std::string check_text(const Check& check, size_t width) {
  std::string out = heading(check.id, check.title, check.rule, width);
  const auto row = [&](const char* label, const std::string& text) {
    out += row_text(label, text, width);
  };
  row("severity", severities(check.severity));
  row("waiver", waivers(check));
  row("source", check.spec);
  row("SDK", check.sdk == 0 ? std::string("does not check it")
                            : fmt::format("{} {}", check.sdk, sdk_code_name(check.sdk)));
  row("remedy", check.remedy);
  row("unknown", check.when_unknown);
  return out;
}

void add_checks(Command& root) {
  static Options options;
  root.subcommand("checks", "list the checks, or explain one")
      .positional("ID", options.id, "a check's id", false)
      .choice("--format", {"text", "json", "markdown"}, options.format,
              "how the list is written (default text)")
      .run([] { return run(options); });
}

}  // namespace attest::cli
