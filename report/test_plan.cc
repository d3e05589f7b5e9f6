#include "report/test_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "verifier/base/characters.h"

namespace attest {
namespace {

// "TC_DA_1_2", "tc-da-1.2" -> "tcda12"; with '.' and '_' alike.
std::string squeezed(std::string_view id) {
  std::string out;
  for (const char c : to_lower(id)) out += c == '_' || c == '.' ? '-' : c;
  return out;
}

}  // namespace

const TestCase* find_test_case(std::string_view id) {
  const std::string wanted = squeezed(id);
  const auto all = test_cases();
  const auto at = std::find_if(all.begin(), all.end(), [&](const TestCase& of) {
    const std::string own = squeezed(of.id);
    return own.ends_with('*')
               ? wanted.size() >= own.size() && wanted.starts_with(own.substr(0, own.size() - 1))
               : own == wanted;
  });
  return at == all.end() ? nullptr : &*at;
}

const PlanStep* find_step(const TestCase& of, std::string_view step) {
  const auto at = std::find_if(of.steps.begin(), of.steps.end(),
                               [&](const PlanStep& own) { return own.step == step; });
  return at == of.steps.end() ? nullptr : &*at;
}

namespace {

// Each report asks for every check of the catalogue.
using CoversOf = std::unordered_map<std::string_view, std::vector<const PlanCover*>>;
template <class Is>
CoversOf covers_that(Is&& is) {
  CoversOf out;
  for (const PlanCover& cover : plan_covers()) {
    if (is(cover)) out[cover.id].push_back(&cover);
  }
  return out;
}
std::vector<const PlanCover*> covers_in(const CoversOf& all, std::string_view id) {
  const auto found = all.find(id);
  return found == all.end() ? std::vector<const PlanCover*>() : found->second;
}

}  // namespace

std::vector<const PlanCover*> covers_of(std::string_view id) {
  static const CoversOf all = covers_that([](const PlanCover&) { return true; });
  return covers_in(all, id);
}

std::vector<const PlanCover*> covers_of(const TestCase& of, const PlanStep& step) {
  std::vector<const PlanCover*> out;
  // Of two steps without a number the first is the one that files tell of.
  if (&step != find_step(of, step.step)) return out;
  for (const PlanCover& cover : plan_covers()) {
    if (cover.test_case == std::string_view(of.id) && cover.step == std::string_view(step.step))
      out.push_back(&cover);
  }
  return out;
}

const PlanCover* cover_of(std::string_view id, const FactSet& wrong) {
  // A step that asks one chain of two is not what a check of any chain is shown with.
  static const CoversOf all = covers_that([](const PlanCover& cover) {
    const TestCase* of = find_test_case(cover.test_case);
    const PlanStep* step = of == nullptr ? nullptr : find_step(*of, cover.step);
    return step == nullptr || step->chain == PlanChain::all;
  });
  const auto covers = covers_in(all, id);
  // Where nothing is wrong, which is nearly all of a report, no step is about it more than another.
  if (wrong.none() || covers.empty()) return covers.empty() ? nullptr : covers.front();
  const auto at = std::find_if(covers.begin(), covers.end(), [&](const PlanCover* cover) {
    const TestCase* of = find_test_case(cover->test_case);
    const PlanStep* step = of == nullptr ? nullptr : find_step(*of, cover->step);
    if (step == nullptr) return false;
    const auto judges = step->judges();
    return std::any_of(judges.begin(), judges.end(),
                       [&](FactId f) { return wrong.test(static_cast<size_t>(f)); });
  });
  return at != covers.end() ? *at : covers.front();
}

std::string covers_text(std::string_view id) {
  std::string out;
  for (const PlanCover* cover : covers_of(id))
    out += fmt::format("{}{}{}{}", out.empty() ? "" : ", ", cover->test_case,
                       *cover->step == '\0' ? "" : " ", cover->step);
  return out;
}

std::string step_name(const PlanStep& step) {
  return *step.step == '\0' ? step.title : fmt::format("{} {}", step.step, step.title);
}

}  // namespace attest
