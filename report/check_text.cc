#include "report/check_text.h"

#include <fmt/format.h>

#include <cctype>
#include <span>
#include <string>
#include <string_view>

#include "lot/rule.h"
#include "report/report_text.h"
#include "report/test_plan.h"
#include "verifier/checks/catalogue.h"
#include "verifier/checks/waiver.h"

namespace attest {
namespace {

std::string severities(const Severities& s) {
  const bool is_one = s.main == s.test && s.test == s.none;
  if (is_one && s.main == s.lab) return severity_name(s.main);
  if (is_one) return fmt::format("{}, {} at the lab", severity_name(s.main), severity_name(s.lab));
  return fmt::format("{} on main, {} on test, {} without a ledger, {} at the lab",
                     severity_name(s.main), severity_name(s.test), severity_name(s.none),
                     severity_name(s.lab));
}

std::string severities(const LotRule& rule) {
  return severities(
      Severities{rule.severity, rule.severity, rule.severity, rule.under(Stage::lab)});
}

// What has to hold before the body is asked: that its inputs are there, and what it builds on.
std::string asked_after(const Check& check) {
  std::string out;
  const auto add = [&](std::span<const char* const> ids) {
    for (const char* id : ids) {
      if (id != nullptr) out += (out.empty() ? "" : ", ") + std::string(id);
    }
  };
  add(check.run.needs);
  add(check.after);
  return out;
}

const char* waivers(const Check& check) {
  const bool main = may_be_waived(check, Network::main, Stage::network);
  if (!may_be_waived(check, Network::test, Stage::network)) return "cannot be waived";
  if (may_be_waived(check, Network::test, Stage::lab))
    return main ? "can be waived" : "cannot be waived on main: it proves authenticity";
  return main ? "can be waived, but not at the lab"
              : "cannot be waived on main, where it proves authenticity, nor at the lab";
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
    if (const std::string after = asked_after(*check); !after.empty())
      out += fmt::format("- asked after: {}\n", after);
    if (const std::string tested = covers_text(id); !tested.empty())
      out += fmt::format("- test plan: {}\n", tested);
    if (check->remedy[0] != '\0') out += fmt::format("- remedy: {}\n", check->remedy);
    if (*check->when_unknown != '\0')
      out += fmt::format("- when it stays unknown: {}\n", check->when_unknown);
  }
  out += "\n## lot\n\nAsked once a lot, between its devices and against its manifest.\n";
  for (const LotRule& rule : lot_rules()) {
    out += fmt::format("\n### {}\n\n{}. {}\n\n- severity: {}\n", rule.id, sentence(rule.title),
                       rule.rule, severities(rule));
    if (rule.spec[0] != '\0') out += fmt::format("- source: {}\n", rule.spec);
    if (const std::string tested = covers_text(rule.id); !tested.empty())
      out += fmt::format("- test plan: {}\n", tested);
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
         row_text("severity", severities(rule), width) + row_text("source", rule.spec, width) +
         row_text("test plan", covers_text(rule.id), width) +
         row_text("asked", "once a lot (matter-attest lot)", width) +
         row_text("remedy", rule.remedy, width);
}

std::string audit_rule_text(const audit::AuditRule& rule, size_t width) {
  return heading(rule.id, rule.title, rule.rule, width) +
         row_text("severity", severity_name(rule.severity), width) +
         row_text("asked",
                  rule.fetches ? "of the ledger (matter-attest dcl audit --fetch)"
                               : "of the ledger (matter-attest dcl audit)",
                  width) +
         row_text("remedy", rule.remedy, width) + row_text("unknown", rule.when_unknown, width);
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
  row("test plan", covers_text(check.id));
  row("after", asked_after(check));
  row("remedy", check.remedy);
  row("unknown", check.when_unknown);
  return out;
}

}  // namespace attest
