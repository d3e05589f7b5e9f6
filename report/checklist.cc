#include "report/checklist.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/report_text.h"
#include "report/wording.h"
#include "verifier/rules/check.h"

namespace attest {
namespace {

enum class Needs : uint8_t { ids, software_version, cd, pai, cpms };

constexpr size_t kMostIds = 24;
struct StepRule {
  const char* id;
  const char* title;
  Needs needs;
  std::array<const char*, kMostIds>
      ids;  // of checks; one that ends in '.' or '-' stands for all that begin so
};

// In the order in which they are done.
constexpr StepRule kSteps[] = {
    {"vendor",
     "the vendor is on the ledger",
     Needs::ids,
     {"ledger.answers", "ledger.facts-are-fresh", "ledger.vendor-"}},
    {"model",
     "the product is on the ledger",
     Needs::ids,
     {"ledger.model-is-known", "ledger.product-name-matches", "ledger.device-type-"}},
    {"software-version",
     "the software version is on the ledger",
     Needs::software_version,
     {"ledger.version-", "ledger.cd-version-number-matches"}},
    {"certification",
     "the software version is certified",
     Needs::software_version,
     {"ledger.compliance-is-known", "ledger.is-certified", "ledger.status-matches-cd",
      "ledger.certification-is-past", "ledger.certificate-id-matches-cd",
      "ledger.specification-version-matches"}},
    {"declaration",
     "the certification declaration is good",
     Needs::cd,
     {"cms.",
      "cd.is-",
      "cd.signer-",
      "cd.signature-",
      "cd.format-",
      "cd.vendor-id-",
      "cd.product-id-",
      "cd.product-ids-are-",
      "cd.device-type-",
      "cd.certificate-id-",
      "cd.security-",
      "cd.certification-type-",
      "cd.test-key-",
      "cd.official-",
      "cd.dac-origin-is-complete",
      "cd.authorized-paa-list-",
      "cd.has-no-",
      "cd.no-field-",
      "credentials.no-test-cd-signer",
      "credentials.no-development-cd"}},
    {"declared-product",
     "the declaration covers the product",
     Needs::cd,
     {"cd.vendor-matches-basic-information", "cd.product-ids-include-basic-information",
      "ledger.certificate-covers-product"}},
    {"pai",
     "the PAI is good, and its PAA trusted",
     Needs::pai,
     {"pai.", "paa.", "chain.pai-", "ledger.paa-", "ledger.pai-", "credentials.no-test-paa"}},
    {"pai-scope",
     "the PAI may issue for the product",
     Needs::pai,
     {"expect.pai-scope-is-as-ordered", "cd.vendor-matches-pai", "cd.product-ids-include-pai",
      "cd.authorizes-paa"}},
    {"order",
     "the order of the parts is sound",
     Needs::cpms,
     {"factory.is-intact", "factory.passcode-is-not-default",
      "factory.discriminator-is-not-default", "identity.keys-are-known",
      "expect.vendor-id-is-as-ordered", "expect.product-id-is-as-ordered",
      "expect.software-version-is-as-ordered", "onboarding.passcode-is-", "spake2p."}},
};

bool belongs(const StepRule& step, std::string_view id) {
  return std::any_of(step.ids.begin(), step.ids.end(), [&](const char* of) {
    if (of == nullptr) return false;
    const std::string_view prefix = of;
    return prefix.ends_with('.') || prefix.ends_with('-') ? id.starts_with(prefix) : id == prefix;
  });
}

// What waits for a part (its DAC, its attestation response) has no place on a list for the time
// before; what waits for a file that was not handed over is told of in that file's own step.
bool waits(const Finding& f, const ChecklistGiven& given) {
  if (f.status != Status::blocked) return false;
  const std::string_view root = f.blocked_by->id;
  if (root.starts_with("dac.") || root.starts_with("attestation.") || root.starts_with("key."))
    return true;
  return (!given.cd && root == "cd.is-present") || (!given.pai && root == "pai.is-present");
}

std::string missing(Needs needs, const ChecklistGiven& given) {
  if (needs == Needs::software_version && !given.software_version)
    return "the software version: --sv NUMBER";
  if (needs == Needs::cd && !given.cd) return "the certification declaration: --cd FILE";
  if (needs == Needs::pai && !given.pai) return "the PAI: --pai FILE";
  if (needs == Needs::cpms && !given.cpms) return "the order: --cpms FILE";
  return {};
}

void decide(Step& step) {
  const auto first = [&](auto&& is) {
    return std::find_if(step.findings.begin(), step.findings.end(),
                        [&](const Finding* f) { return is(*f); });
  };
  const auto end = step.findings.end();
  if (first([](const Finding& f) { return f.status == Status::fail; }) != end) {
    step.state = StepState::failed;
    return;
  }
  // Where the test network only warns, production would refuse: the step is not done.
  auto at = first([](const Finding& f) {
    return (f.status == Status::unknown && f.severity == Severity::error) ||
           ((f.status == Status::unknown || f.status == Status::warn) &&
            f.check->severity.main == Severity::error);
  });
  if (at != end) {
    step.lacks = (*at)->message;
    return;
  }
  at = first([](const Finding& f) {
    return f.status == Status::blocked && f.severity == Severity::error;
  });
  if (at != end) {
    step.lacks = fmt::format("{}: {}", (*at)->blocked_by->id, (*at)->blocked_by->title);
    return;
  }
  const bool any = first([](const Finding& f) {
                     return f.status == Status::pass || f.status == Status::warn;
                   }) != end;
  step.state = any ? StepState::done : StepState::lacks;
  if (!any)
    step.lacks = step.findings.empty() ? "nothing to judge it by" : step.findings.front()->message;
}

const char* word(StepState state) {
  return state == StepState::done ? "done" : state == StepState::failed ? "failed" : "lacks";
}
size_t count(const std::vector<Step>& steps, StepState state) {
  return static_cast<size_t>(
      std::count_if(steps.begin(), steps.end(), [&](const Step& s) { return s.state == state; }));
}
bool to_tell(const Finding& f) {
  return f.status == Status::fail || f.status == Status::warn || f.status == Status::unknown ||
         !f.waived.empty();
}

}  // namespace

std::vector<Step> checklist(const Report& report, const ChecklistGiven& given) {
  std::vector<Step> out;
  for (const StepRule& rule : kSteps) {
    Step step{
        .id = rule.id, .title = rule.title, .lacks = missing(rule.needs, given), .findings = {}};
    if (step.lacks.empty()) {
      for (const Finding& f : report.findings) {
        if (belongs(rule, f.check->id) && !waits(f, given)) step.findings.push_back(&f);
      }
      decide(step);
    }
    out.push_back(std::move(step));
  }
  return out;
}

int checklist_exit_code(const std::vector<Step>& steps) {
  return count(steps, StepState::failed) != 0 ? 1 : count(steps, StepState::lacks) != 0 ? 3 : 0;
}

std::string checklist_text(const Evidence& e, const std::vector<Step>& steps, size_t width) {
  const auto version = e.device.number(FactId::software_version);
  std::string out = fmt::format("{} of {} steps done  {} / {}{}\n\n", count(steps, StepState::done),
                                steps.size(), hex_id(*e.vid), hex_id(*e.pid),
                                version ? fmt::format(", software version {}", *version) : "");
  constexpr size_t kIndent = 10;
  for (const Step& step : steps) {
    out += fmt::format("  {:<8}{}\n", word(step.state), step.title);
    if (!step.lacks.empty())
      out += fmt::format("{:{}}{}\n", "", kIndent,
                         wrap(printable(step.lacks), width - kIndent, kIndent));
    for (const Finding* f : step.findings) {
      if (!to_tell(*f)) continue;
      out += fmt::format("{:{}}{}  {}\n", "", kIndent,
                         f->waived.empty() ? status_name(f->status) : "waived", f->check->id);
      out += fmt::format("{:{}}{}\n", "", kIndent + 2,
                         wrap(printable(f->message), width - kIndent - 2, kIndent + 2));
      if (!f->waived.empty())
        out +=
            fmt::format("{:{}}{}\n", "", kIndent + 2,
                        wrap("waiver: " + printable(f->waived), width - kIndent - 2, kIndent + 2));
      if (!f->remedy.empty())
        out += fmt::format(
            "{:{}}{}\n", "", kIndent + 2,
            wrap(fmt::format("do: {}", f->remedy.view()), width - kIndent - 2, kIndent + 2));
    }
  }
  out += fmt::format("\n  network {}, as of {}\n", network_name(e.policy.network),
                     rfc3339(e.policy.at));
  if (!e.ledger.chain_id.empty())
    out += fmt::format("  ledger {} ({})\n", ledger_text(e.ledger), printable(e.ledger.source));
  return out;
}

Json checklist_json(const Evidence& e, const std::vector<Step>& steps) {
  Json out;
  out.set("schema", "matter-attest/checklist/1")
      .set("tool",
           Json(Json::Object{}).set("name", "matter-attest").set("version", MATTER_ATTEST_VERSION));
  out.set("network", network_name(e.policy.network)).set("at", rfc3339(e.policy.at));
  out.set("vid", hex_id(*e.vid))
      .set("pid", hex_id(*e.pid))
      .set("software_version", Json(e.device.number(FactId::software_version)));
  Json list{Json::Array{}};
  for (const Step& step : steps) {
    Json checks{Json::Array{}};
    for (const Finding* f : step.findings) {
      checks.push(Json(Json::Object{})
                      .set("id", f->check->id)
                      .set("status", status_name(f->status))
                      .set("message", printable(f->message))
                      .set("remedy", f->remedy.empty() ? Json() : Json(printable(f->remedy)))
                      .set("waived", f->waived.empty() ? Json() : Json(printable(f->waived))));
    }
    list.push(Json(Json::Object{})
                  .set("id", step.id)
                  .set("title", step.title)
                  .set("state", word(step.state))
                  .set("lacks", step.lacks.empty() ? Json() : Json(printable(step.lacks)))
                  .set("checks", std::move(checks)));
  }
  return out.set("done", static_cast<uint64_t>(count(steps, StepState::done)))
      .set("failed", static_cast<uint64_t>(count(steps, StepState::failed)))
      .set("lacking", static_cast<uint64_t>(count(steps, StepState::lacks)))
      .set("steps", std::move(list));
}

}  // namespace attest
