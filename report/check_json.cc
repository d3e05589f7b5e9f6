#include "report/check_json.h"

#include <string_view>
#include <utility>

#include "report/test_plan.h"
#include "verifier/checks/catalogue.h"
#include "verifier/checks/waiver.h"

namespace attest {
namespace {

// The step that it is shown with, and all that it tells of.
void add_steps(Json& json, std::string_view id) {
  const auto step_of = [](const PlanCover& cover) {
    return *cover.step == '\0' ? Json() : Json(cover.step);
  };
  const auto covers = covers_of(id);
  json.set("test_case", covers.empty() ? Json() : Json(covers.front()->test_case))
      .set("step", covers.empty() ? Json() : step_of(*covers.front()));
  Json all{Json::Array{}};
  for (const PlanCover* cover : covers)
    all.push(Json(Json::Object{}).set("test_case", cover->test_case).set("step", step_of(*cover)));
  json.set("test_plan", std::move(all));
}

}  // namespace

Json check_json(const Check& check) {
  Json severity{Json::Object{}};
  severity.set("main", severity_name(check.severity.main))
      .set("test", severity_name(check.severity.test))
      .set("none", severity_name(check.severity.none))
      .set("lab", severity_name(check.severity.lab));
  Json out =
      Json(Json::Object{})
          .set("id", check.id)
          .set("title", check.title)
          .set("severity", std::move(severity))
          .set("spec", check.spec)
          .set("sdk", check.sdk == 0 ? Json() : Json(check.sdk))
          .set("waivable", Json(Json::Object{})
                               .set("main", may_be_waived(check, Network::main, Stage::network))
                               .set("test", may_be_waived(check, Network::test, Stage::network))
                               .set("lab", may_be_waived(check, Network::none, Stage::lab)))
          .set("rule", check.rule)
          .set("remedy", check.remedy)
          .set("when_unknown", *check.when_unknown == '\0' ? Json() : Json(check.when_unknown));
  add_steps(out, check.id);
  return out;
}

Json lot_rule_json(const LotRule& rule) {
  const char* severity = severity_name(rule.severity);
  Json out = Json(Json::Object{})
                 .set("id", rule.id)
                 .set("title", rule.title)
                 .set("severity", Json(Json::Object{})
                                      .set("main", severity)
                                      .set("test", severity)
                                      .set("none", severity)
                                      .set("lab", severity_name(rule.under(Stage::lab))))
                 .set("spec", rule.spec)
                 .set("sdk", Json())
                 .set("rule", rule.rule)
                 .set("remedy", rule.remedy);
  add_steps(out, rule.id);
  return out;
}

// The ledger is what it is, whatever network and stage a device is judged for.
Json audit_rule_json(const audit::AuditRule& rule) {
  Json severity{Json::Object{}};
  for (const char* of : {"main", "test", "none", "lab"})
    severity.set(of, severity_name(rule.severity));
  return Json(Json::Object{})
      .set("id", rule.id)
      .set("title", rule.title)
      .set("severity", std::move(severity))
      .set("spec", "")
      .set("sdk", Json())
      .set("rule", rule.rule)
      .set("remedy", rule.remedy)
      .set("when_unknown", rule.when_unknown)
      .set("test_case", Json())
      .set("step", Json())
      .set("test_plan", Json(Json::Array{}));
}

Json catalogue_json() {
  Json list{Json::Array{}};
  for (const Check* check : catalogue()) list.push(check_json(*check));
  for (const LotRule& rule : lot_rules()) list.push(lot_rule_json(rule));
  for (const audit::AuditRule& rule : audit::audit_rules()) list.push(audit_rule_json(rule));
  return list;
}

}  // namespace attest
