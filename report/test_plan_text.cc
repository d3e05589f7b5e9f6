#include "report/test_plan_text.h"

#include <fmt/format.h>

#include "report/check_text.h"
#include "report/report_text.h"

namespace attest {
namespace {

const char* scope_text(PlanScope scope) {
  switch (scope) {
    case PlanScope::device:
      return "from files";
    case PlanScope::live:
      return "needs a live device";
    case PlanScope::commissioner:
      return "a commissioner's test";
    case PlanScope::elsewhere:
      break;
  }
  return "out of scope: not about attestation";
}
const char* scope_name(PlanScope scope) {
  return scope == PlanScope::device         ? "files"
         : scope == PlanScope::live         ? "live"
         : scope == PlanScope::commissioner ? "commissioner"
                                            : "out-of-scope";
}
const char* needs_name(PlanNeeds needs) {
  return needs == PlanNeeds::files         ? "files"
         : needs == PlanNeeds::second_unit ? "second-unit"
         : needs == PlanNeeds::live        ? "live"
                                           : "command";
}

std::string ids_text(const std::vector<const PlanCover*>& covers) {
  std::string out;
  for (const PlanCover* cover : covers) out += (out.empty() ? "" : ", ") + std::string(cover->id);
  return out;
}

std::string told_by(const TestCase& of, const PlanStep& step) {
  const std::string ids = ids_text(covers_of(of, step));
  if (step.needs == PlanNeeds::live) return "a live device";
  if (step.needs == PlanNeeds::command) return of.files;
  if (ids.empty()) return "no check of this version";
  return ids;
}

std::string row_text(const char* label, std::string_view text, size_t width) {
  if (text.empty()) return "";
  return fmt::format("  {:<10}{}\n", label, wrap(text, width - 12, 12));
}

Json step_json(const TestCase& of, const PlanStep& step) {
  Json checks{Json::Array{}};
  for (const PlanCover* cover : covers_of(of, step)) checks.push(cover->id);
  return Json(Json::Object{})
      .set("step", *step.step == '\0' ? Json() : Json(step.step))
      .set("title", step.title)
      .set("needs", needs_name(step.needs))
      .set("checks", std::move(checks));
}

Json optional(const char* text) {
  return *text == '\0' ? Json() : Json(text);
}

}  // namespace

std::string test_case_text(const TestCase& of, const PlanStep* only, size_t width) {
  std::string out = fmt::format("{}\n  {}\n\n  {}\n\n", of.id, of.title,
                                wrap(sentence(of.demands) + ".", width - 2, 2));
  out += row_text("judged", scope_text(of.scope), width);
  out += row_text("files", of.files, width);
  out += row_text("device", of.device, width);
  if (!of.steps.empty()) out += "\n";
  for (const PlanStep& step : of.steps) {
    if (only != nullptr && only != &step) continue;
    out += fmt::format("  {}\n", step_name(step));
    out += fmt::format("      {}\n", wrap(told_by(of, step), width - 6, 6));
  }
  return out;
}

std::string test_plan_text(std::span<const TestCase* const> cases, size_t width) {
  std::string out;
  for (const TestCase* of : cases)
    out += (out.empty() ? "" : "\n") + test_case_text(*of, nullptr, width);
  return out;
}

Json test_plan_json(std::span<const TestCase* const> cases) {
  Json list{Json::Array{}};
  for (const TestCase* of : cases) {
    Json steps{Json::Array{}};
    for (const PlanStep& step : of->steps) steps.push(step_json(*of, step));
    list.push(Json(Json::Object{})
                  .set("id", of->id)
                  .set("title", of->title)
                  .set("demands", of->demands)
                  .set("scope", scope_name(of->scope))
                  .set("files", optional(of->files))
                  .set("device", optional(of->device))
                  .set("steps", std::move(steps)));
  }
  return Json(Json::Object{})
      .set("schema", "matter-attest/plan/1")
      .set("test_cases", std::move(list));
}

}  // namespace attest
