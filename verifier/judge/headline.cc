#include "verifier/judge/headline.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "verifier/base/counted.h"
#include "verifier/checks/catalogue.h"
#include "verifier/judge/judge.h"
#include "verifier/sdk/sdk_meaning.h"

namespace attest {

std::string with_commissioner(const Report& report, std::string summary) {
  const Check* check = find_check(kCommissionerAgrees);
  const Finding& said = report.findings[check_index(*check)];
  if (said.status != Status::warn && said.status != Status::fail) return summary;
  if (report.decided_by == check) return summary;
  if (report.verdict == Verdict::undecided)
    return fmt::format("{}; {}", said.message.view(), summary);
  return fmt::format("{}{}{}", summary, report.verdict == Verdict::approve ? "; but " : "; ",
                     said.message.view());
}

std::string with_chain(const Evidence& e, const Report& report, std::string summary) {
  if (report.verdict != Verdict::undecided || e.cd_place || e.answer(Signed::dac) != true ||
      e.answer(Signed::pai) != true)
    return summary;
  return fmt::format(
      "chain verified: this PAI issued the DAC, {} issued the PAI; undecided all the "
      "same: {}",
      e.paa ? "a trusted PAA" : "the PAA that was named, which nobody trusts here,", summary);
}
namespace {

std::string joined(const std::vector<std::string_view>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

// The subject of a question, in a word for a headline.
std::string_view topic_of(const Check& check) {
  const std::string_view id = check.id, subject = id.substr(0, id.find('.'));
  if (subject == "ledger") return "ledger";
  if (subject == "revocation" || id.ends_with("-not-revoked")) return "revocation";
  constexpr std::pair<std::string_view, std::string_view> kTopics[] = {
      {"ota", "firmware image"},
      {"cd", "declaration"},
      {"cms", "declaration"},
      {"attestation", "attestation response"},
      {"expect", "order"},
      {"factory", "factory data"},
      {"onboarding", "onboarding codes"}};
  const auto at = std::find_if(std::begin(kTopics), std::end(kTopics),
                               [&](const auto& topic) { return topic.first == subject; });
  return at == std::end(kTopics) ? subject : at->second;
}

// "; 3 checks could not be made: revocation, ledger": an approval says what it does not know.
std::string not_made(const Report& report) {
  std::vector<std::string_view> topics;
  size_t count = 0;
  for (const Finding& f : report.findings) {
    if (!f.could_not_be_made) continue;
    ++count;
    if (std::find(topics.begin(), topics.end(), topic_of(*f.check)) == topics.end())
      topics.push_back(topic_of(*f.check));
  }
  if (count == 0) return {};
  return fmt::format("; {} could not be made: {}", counted(count, "check"), joined(topics));
}

}  // namespace

// Good for the test network is not good for production: what the main network's policy would refuse
// or leave open.
std::string Judge::not_for_production(const Report& report) const {
  if (network_ != Network::test || stage_ != Stage::network) return {};
  std::vector<const Finding*> all;
  bool refused = false;  // else production leaves it open
  for (const Finding& f : report.findings) {
    const bool noted = f.status == Status::pass && !f.message.empty() &&
                       (f.severity == Severity::info || !f.waived.empty());
    const bool open = noted || f.status == Status::warn || f.status == Status::unknown;
    if (!open || f.check->severity.main != Severity::error) continue;
    refused = refused || f.status != Status::unknown;
    all.push_back(&f);
  }
  if (all.empty()) return {};
  // What refuses before what is open, and credentials before what was only not read.
  const auto weight = [](const Finding* f) {
    const bool of_credentials = std::string_view(f->check->id).starts_with("credentials.");
    return (f->status == Status::unknown ? 2 : 0) + (of_credentials ? 0 : 1);
  };
  std::stable_sort(all.begin(), all.end(),
                   [&](const Finding* a, const Finding* b) { return weight(a) < weight(b); });
  std::vector<std::string_view> others;
  for (const Finding* f : all) {
    if (f != all.front()) others.emplace_back(f->check->id);
  }
  return fmt::format(
      ". Good for the test network, {} for production: {}{}", refused ? "not" : "open",
      all.front()->message.view(),
      others.empty()
          ? ""
          : fmt::format(" (and {}: {})", counted(others.size(), "other reason"), joined(others)));
}

// The finding that a reader should act on first: the first fault, or what keeps the verdict open.
const Finding* Judge::deciding(const Report& report) const {
  if (report.verdict == Verdict::approve) return nullptr;
  if (report.verdict == Verdict::reject) return report.first(Status::fail);
  const auto is_open = [](const Finding& f) { return f.status != Status::blocked && f.keeps_open; };
  auto open = std::find_if(report.findings.begin(), report.findings.end(), is_open);
  if (open != report.findings.end()) return &*open;
  open = std::find_if(report.findings.begin(), report.findings.end(),
                      [](const Finding& f) { return f.keeps_open; });
  // What is unknown for another's reason waits for that one.
  return open->could_not_be_made ? report.of(open->blocked_by) : &*open;
}

std::string Judge::summary(const Report& report, const Finding* first) const {
  const auto count = [&](Status s) {
    return std::count_if(report.findings.begin(), report.findings.end(),
                         [&](const Finding& f) { return f.status == s; });
  };
  if (first != nullptr) {
    std::string out = first->message.empty() ? first->check->title : first->message.str();
    if (first->status == Status::skipped)
      out = fmt::format("{} is required: {}", first->check->id, out);
    const bool rejected = report.verdict == Verdict::reject;
    std::vector<std::string_view> others;
    for (const Finding& f : report.findings) {
      if (rejected ? f.status != Status::fail : !f.keeps_open) continue;
      // What waits for another is that one's.
      const bool waits = f.status == Status::blocked && f.blocked_by != nullptr;
      const std::string_view id = waits ? f.blocked_by->id : f.check->id;
      if (id != first->check->id && std::find(others.begin(), others.end(), id) == others.end())
        others.push_back(id);
    }
    if (!others.empty())
      out += fmt::format(" (and {}: {})",
                         counted(others.size(), rejected ? "more fault" : "more question"),
                         joined(others));
    if (!first->remedy.empty()) out += fmt::format(": {}", first->remedy.view());
    return out;
  }
  const auto warnings = count(Status::warn);
  std::string out = stage_ == Stage::lab ? "every check that a certification lab requires passed"
                                         : "every required check passed";
  if (warnings != 0)
    out += fmt::format("; {} to read", counted(static_cast<uint64_t>(warnings), "warning"));
  const auto waived = std::count_if(report.findings.begin(), report.findings.end(),
                                    [](const Finding& f) { return !f.waived.empty(); });
  if (waived != 0)
    out += fmt::format("; {} let pass by a waiver",
                       waived == 1 ? "one that fails is" : fmt::format("{} that fail are", waived));
  return out + not_made(report) + not_for_production(report);
}
}  // namespace attest
