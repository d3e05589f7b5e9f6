#include "report/sarif.h"

#include <fmt/format.h>

#include "lot/rule.h"
#include "report/check_text.h"
#include "report/rule_words.h"
#include "report/wording.h"
#include "verifier/checks/catalogue.h"

namespace attest {
namespace {

Json rule_json(const RuleWords& words, Severity severity, int sdk) {
  std::string help = words.rule, markdown = words.rule;
  const auto add = [&](const char* what, std::string_view value) {
    if (value.empty()) return;
    help += fmt::format(" {}: {}.", what, value);
    markdown += fmt::format("\n\n**{}**: {}", what, value);
  };
  add("Do", words.remedy);
  add("Source", words.spec);
  if (sdk != 0) add("The Matter SDK says", sdk_text({sdk, sdk_code_name(sdk)}));
  return object()
      .set("id", words.id)
      .set("shortDescription", sarif_message(sentence(words.title)))
      .set("fullDescription", sarif_message(words.rule))
      .set("help", sarif_message(help).set("markdown", markdown))
      .set("defaultConfiguration", object().set("level", sarif_level(severity)))
      .set("properties",
           object().set("tags", array().push(words.id.substr(0, words.id.find('.')))));
}

}  // namespace

Json sarif_message(std::string_view text) {
  std::string out = printable(text);
  for (size_t at = 0; (at = out.find("](", at)) != std::string::npos; at += 3)
    out.insert(at + 1, " ");
  return object().set("text", std::move(out));
}

Json sarif_not_used(const NotUsed& unused) {
  return object().set("level", "note").set("message", sarif_message(not_used_text(unused)));
}

const char* sarif_level(Severity s) {
  return s == Severity::error ? "error" : s == Severity::warning ? "warning" : "note";
}

Json sarif_rules(Network network, Stage stage, bool with_lot_rules) {
  Json rules = array();
  for (const Check* check : catalogue())
    rules.push(rule_json(rule_words(check->id), check->severity.under(network, stage), check->sdk));
  if (!with_lot_rules) return rules;
  for (const LotRule& rule : lot_rules())
    rules.push(rule_json(rule_words(rule.id), rule.under(stage), 0));
  return rules;
}

uint64_t sarif_rule_index(std::string_view id) {
  if (const Check* check = find_check(id)) return check_index(*check);
  return catalogue().size() + static_cast<size_t>(find_lot_rule(id) - lot_rules().data());
}

Json sarif_log(Json rules, Json rest) {
  Json driver = object()
                    .set("name", "matter-attest")
                    .set("version", MATTER_ATTEST_VERSION)
                    .set("semanticVersion", MATTER_ATTEST_VERSION)
                    .set("rules", std::move(rules));
  rest.set("tool", object().set("driver", std::move(driver))).set("columnKind", "utf16CodeUnits");
  return object()
      .set("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
      .set("version", "2.1.0")
      .set("runs", array().push(std::move(rest)));
}

std::string path_uri(std::string_view path) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=@";
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<uint8_t>(c));
    }
  }
  return out.empty() ? "." : out;
}

}  // namespace attest
