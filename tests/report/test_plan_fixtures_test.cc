// Fixtures of the test plan: each check that a step names is failed by a fixture and passed by
// another; the table of them is docs/test-plan-fixtures.md. And the fixtures of fixtures/lab: what
// each finds, and that they are what forge makes.

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "fixtures/forge/lab.h"
#include "fixtures/ledger/lab_ledgers.h"
#include "report/test_plan.h"
#include "tests/support/judged.h"
#include "tests/support/run_words.h"
#include "tests/support/support.h"
#include "verifier/base/json.h"
#include "verifier/rules/check.h"

using namespace attest;
using namespace attest::test;

namespace {

bool accepting() {
  return std::getenv("ACCEPT") != nullptr;  // tests/accept.sh
}
// The first line that differs.
std::string difference(const std::string& a, const std::string& b) {
  std::istringstream expected(a), found(b);
  for (std::string was, is;;) {
    const bool more = static_cast<bool>(std::getline(expected, was)),
               another = static_cast<bool>(std::getline(found, is));
    if (!more && !another) return "";
    if (!more) was = "(the end)";
    if (!another) is = "(the end)";
    if (was != is) return fmt::format("\n  expected {}\n  found    {}", was, is);
  }
}
void compare(const std::string& path, const std::string& made) {
  if (accepting()) std::ofstream(path, std::ios::binary) << made;
  const std::string expected(text(slurp(path)));
  const bool same = expected == made;
  CHECK_MESSAGE(
      same, path << " is not what is found now (tests/accept.sh):" << difference(expected, made));
}

// What a report says of one check, where it is not simply passed.
struct Said {
  std::string id, status;  // as JSON has it; "note": passed, with something to read
  std::string test_case, step;
  std::string words;
};
// A fixture, and what became of its checks.
struct Seen {
  std::string name, verdict;
  std::vector<Said> said;
  std::set<std::string> passed;
};

bool is_note(const Said& said) {
  return said.status == "note";
}

// --- of fixtures/devices

Seen seen(const Judged& device) {
  Seen out{.name = device.name, .verdict = {}, .said = {}, .passed = {}};
  for (const Finding& f : device.report.findings) {
    const bool note =
        f.status == Status::pass && f.severity == Severity::info && !f.message.empty();
    if (f.status == Status::pass && !note) out.passed.insert(f.check->id);
    if (f.status != Status::fail && f.status != Status::warn && f.status != Status::unknown &&
        !note)
      continue;
    const PlanCover* cover = cover_of(f.check->id, f.facts);
    out.said.push_back({.id = f.check->id,
                        .status = note ? "note" : status_name(f.status),
                        .test_case = cover == nullptr ? "" : cover->test_case,
                        .step = cover == nullptr ? "" : cover->step,
                        .words = {}});
  }
  return out;
}

// --- of fixtures/lab

std::string string_of(const Json& of, const char* key) {
  const Json* json = of.find(key);
  return json != nullptr && json->string() != nullptr ? *json->string() : "";
}
Json json_of(const std::string& text) {
  auto json = parse_json(text);
  REQUIRE_MESSAGE(json, text);
  return *json;
}

std::vector<std::string> words_of(const forge::LabGroup& group, const forge::LabFixture& fixture,
                                  std::vector<std::string> more) {
  std::vector<std::string> out = {group.command};
  std::istringstream options(group.options);
  for (std::string word; options >> word;) out.push_back(word);
  out.push_back(group.path(fixture));
  out.insert(out.end(), more.begin(), more.end());
  return out;
}
std::string said_by(const forge::LabGroup& group, const forge::LabFixture& fixture,
                    const std::vector<std::string>& more) {
  const SaidByCommand said = run_words(words_of(group, fixture, more));
  CAPTURE(fixture.name);
  CHECK(said.err.empty());
  CHECK((said.code == 0 || said.code == 1 || said.code == 3));
  return said.out;
}

Said said_of(const Json& finding, std::string status) {
  const std::string expected = string_of(finding, "expected"),
                    actual = string_of(finding, "actual");
  Said out{.id = string_of(finding, "id"),
           .status = std::move(status),
           .test_case = string_of(finding, "test_case"),
           .step = string_of(finding, "step"),
           .words = string_of(finding, "message") + string_of(finding, "why")};
  if (!expected.empty()) out.words += fmt::format("\n    {} | {}", expected, actual);
  return out;
}

void read_checks(const Json& report, Seen& out) {
  for (const Json& check : *report.find("checks")->array()) {
    const std::string status = string_of(check, "status");
    const bool note = status == "pass" && string_of(check, "severity") == "info" &&
                      !string_of(check, "message").empty();
    if (status == "pass" && !note) out.passed.insert(string_of(check, "id"));
    if (note || status == "fail" || status == "warn" || status == "unknown")
      out.said.push_back(said_of(check, note ? "note" : status));
  }
}

// Of a lot its own rules; what each of the devices passes, it passes.
Seen seen_of_lot(const forge::LabGroup& group, const forge::LabFixture& fixture) {
  const Json lot = json_of(said_by(group, fixture, {"--format", "json"}));
  Seen out{.name = {}, .verdict = string_of(lot, "verdict"), .said = {}, .passed = {}};
  CHECK(lot.find("failed")->array()->empty());
  for (const Json& finding : *lot.find("findings")->array())
    out.said.push_back(
        said_of(finding, string_of(finding, "severity") == "error" ? "fail" : "warn"));
  for (const Json& open : *lot.find("open")->array()) out.said.push_back(said_of(open, "unknown"));
  if (fixture.name != "good") return out;
  std::istringstream lines(said_by(group, fixture, {"--format", "ndjson", "--full"}));
  std::map<std::string, int> passed;
  int devices = 0;
  for (std::string line; std::getline(lines, line);) {
    const Json json = json_of(line);
    if (json.find("report") == nullptr) continue;
    ++devices;
    Seen one;
    read_checks(*json.find("report"), one);
    for (const std::string& id : one.passed) ++passed[id];
  }
  CHECK(devices == 2);
  for (const auto& [id, times] : passed) {
    if (times == devices) out.passed.insert(id);
  }
  // A rule passes where its step does.
  const std::string plan = said_by(group, fixture, {"--format", "plan"});
  CHECK(plan.find("TC-DA-1.7                     passed\n") != std::string::npos);
  CHECK(plan.find(
            "TC-SC-7.1                     passed as far as files tell\n      passed  3, 4\n") !=
        std::string::npos);
  for (const PlanCover& cover : plan_covers()) {
    const std::string_view of = cover.test_case;
    if (std::string_view(cover.id).starts_with("lot.") && (of == "TC-DA-1.7" || of == "TC-SC-7.1"))
      out.passed.insert(cover.id);
  }
  return out;
}

Seen seen(const forge::LabGroup& group, const forge::LabFixture& fixture) {
  Seen out;
  if (std::string_view(group.command) == "lot") {
    out = seen_of_lot(group, fixture);
  } else {
    const Json report = json_of(said_by(group, fixture, {"--format", "json"}));
    out.verdict = string_of(report, "verdict");
    read_checks(report, out);
  }
  out.name = fmt::format("lab/{}/{}", group.name, fixture.name);
  return out;
}

const std::vector<forge::LabGroup>& groups() {
  static const std::vector<forge::LabGroup> all = {forge::lab_statements(), forge::lab_units(),
                                                   fixtures::lab_ledgers()};
  return all;
}
// In the groups' order; the first of each is the good one.
const std::vector<std::vector<Seen>>& lab_seen() {
  static const std::vector<std::vector<Seen>> all = [] {
    std::vector<std::vector<Seen>> out;
    for (const forge::LabGroup& group : groups()) {
      out.emplace_back();
      for (const forge::LabFixture& one : group.fixtures) out.back().push_back(seen(group, one));
    }
    return out;
  }();
  return all;
}

// The good one's statements leave no step of these open.
void states_all(const forge::LabGroup& statements) {
  const std::string plan = said_by(statements, statements.fixtures.front(), {"--format", "plan"});
  for (const char* id : {"TC-BINFO-2.1", "TC-IDM-13.1", "TC-DD-1.1", "TC-DD-1.2", "TC-DD-1.16"}) {
    const size_t at = plan.find(fmt::format("\n  {} ", id));
    REQUIRE(at != std::string::npos);
    const std::string line = plan.substr(at + 1, plan.find('\n', at + 1) - at - 1);
    CHECK_MESSAGE(line.find(" passed") != std::string::npos, line);
  }
}

// Without what the good one is told, too: a unit alone, a product without revocation lists.
std::vector<Said> own(const Seen& of, const Seen& good) {
  std::vector<Said> out;
  for (const Said& said : of.said) {
    const bool common = &of != &good && std::any_of(good.said.begin(), good.said.end(),
                                                    [&](const Said& s) { return s.id == said.id; });
    if (!common && !is_note(said)) out.push_back(said);
  }
  return out;
}

// --- the table

// What no fixture shows, and why.
constexpr struct {
  const char* id;
  bool passing;  // none passes it; else none fails it
  const char* why;
} kUnseen[] = {
    {"attestation.firmware-information", false,
     "what is sent is a note: commissioners do not judge it"},
    {"identity.chains-agree", false,
     "takes a second chain, of ML-DSA, whose signatures not every machine can check: "
     "`tests/verifier/checks/post_quantum_test.cc` forges it"},
    {"identity.chains-agree", true, "the same"},
    {"chain.strength-does-not-rise", false,
     "takes a PAI's key of ML-DSA below a root of P-256, and a DAC that it signed: the same"},
};
bool is_unseen(std::string_view id, bool passing) {
  return std::any_of(std::begin(kUnseen), std::end(kUnseen),
                     [&](const auto& row) { return row.id == id && row.passing == passing; });
}

const std::vector<Seen>& all_seen() {
  static const std::vector<Seen> all = [] {
    std::vector<Seen> out;
    for (const Judged& device : judged_fixtures()) out.push_back(seen(device));
    for (const auto& group : lab_seen()) out.insert(out.end(), group.begin(), group.end());
    return out;
  }();
  return all;
}

// A check that judges several facts, each in a step: what it says of one is none of another's.
bool asks_one_of_several(const PlanCover& cover) {
  const TestCase* of = find_test_case(cover.test_case);
  if (find_step(*of, cover.step)->judges().empty()) return false;
  const auto all = covers_of(cover.id);
  return std::count_if(all.begin(), all.end(), [&](const PlanCover* other) {
           return other->test_case == std::string_view(cover.test_case);
         }) > 1;
}

std::string failing(const PlanCover& cover) {
  using Rank = std::tuple<int, size_t, size_t, std::string>;
  Rank best{9, 0, 0, ""};
  for (const Seen& one : all_seen()) {
    const auto at = std::find_if(one.said.begin(), one.said.end(), [&](const Said& said) {
      return said.id == cover.id &&
             (!asks_one_of_several(cover) ||
              (said.test_case == cover.test_case && said.step == cover.step));
    });
    if (at == one.said.end()) continue;
    const int status = at->status == "fail"      ? 0
                       : at->status == "warn"    ? 1
                       : at->status == "unknown" ? 2
                                                 : 3;
    const auto refused = std::count_if(one.said.begin(), one.said.end(),
                                       [](const Said& said) { return said.status == "fail"; });
    best = std::min(best, Rank{status, static_cast<size_t>(refused), one.said.size(), one.name});
  }
  constexpr const char* kHow[] = {"", ", a warning", ", undecided", ", a note"};
  return std::get<0>(best) == 9 ? ""
                                : fmt::format("`{}`{}", std::get<3>(best), kHow[std::get<0>(best)]);
}

constexpr std::string_view kStatesAll = "lab/statements/good";

std::string passing(const PlanCover& cover) {
  constexpr std::string_view kFirst[] = {"lab-unit",       "good",
                                         "nocsr-good",     "lab/statements/good",
                                         "lab/units/good", "lab/ledgers/good"};
  // (Not one that has nothing of what the step reads.)
  const TestCase* of = find_test_case(cover.test_case);
  const bool reads = !find_step(*of, cover.step)->facts.empty();
  const auto rank = [&](const Seen& one) {
    const auto at = std::find(std::begin(kFirst), std::end(kFirst), one.name) - std::begin(kFirst);
    return std::tuple(reads && one.name == kStatesAll ? -1 : at, one.said.size(), one.name);
  };
  const Seen* best = nullptr;
  for (const Seen& one : all_seen()) {
    if (one.passed.count(cover.id) == 1 && (best == nullptr || rank(one) < rank(*best)))
      best = &one;
  }
  return best == nullptr ? "" : fmt::format("`{}`", best->name);
}

constexpr const char* kHead =
    "# Test cases and their fixtures\n\n"
    "Each check that a step of the [lab's test plan](lab.md) is judged by, a fixture that fails it "
    "and one that passes it. This file\nis made of what the program says of them; a test compares "
    "the two, and fails where a check has none.\n\n"
    "| a fixture | is judged by |\n|---|---|\n"
    "| `NAME`: `fixtures/devices/NAME` | `build/dev/matter-attest verify $(cat "
    "fixtures/devices/NAME/options)` |\n";

std::string table() {
  std::string out = kHead;
  for (const forge::LabGroup& group : groups())
    out += fmt::format(
        "| `lab/{0}/NAME`: `{1}NAME{2}` | `build/dev/matter-attest {3} $(cat {1}options) "
        "{1}NAME{2}` |\n",
        group.name, group.folder(), group.ending, group.command);
  out +=
      "\n\"A warning\": of the policy that it is judged by; the lab's script refuses it. "
      "\"Undecided\": the verdict stays open.\n";
  for (const TestCase& of : test_cases()) {
    std::string rows;
    for (const PlanStep& step : of.steps) {
      for (const PlanCover* cover : covers_of(of, step)) {
        const std::string fails = failing(*cover), passes = passing(*cover);
        rows += fmt::format("| {} | {} | {} | {} |\n", step_name(step), cover->id,
                            fails.empty() ? "–" : fails, passes.empty() ? "–" : passes);
      }
    }
    if (of.post_quantum)
      rows +=
          "\nOf parts that have a post-quantum chain: each check judges that one as the legacy "
          "chain, which the fixtures have.\n";
    if (!rows.empty())
      out += fmt::format(
          "\n## {} {}\n\n| step | check | fails it | passes it |\n|---|---|---|---|\n{}", of.id,
          of.title, rows);
  }
  out += "\n## Without a fixture\n\n| check | is not | since |\n|---|---|---|\n";
  for (const auto& row : kUnseen)
    out += fmt::format("| {} | {} | {} |\n", row.id, row.passing ? "passed" : "failed", row.why);
  return out;
}

}  // namespace

TEST_CASE("fixtures of the test plan: each of the lab's finds what it was made for, and no more") {
  for (size_t g = 0; g < groups().size(); ++g) {
    const forge::LabGroup& group = groups()[g];
    const auto& all = lab_seen()[g];
    REQUIRE(group.fixtures.front().name == "good");
    if (g == 0) states_all(group);
    std::string told;
    for (size_t i = 0; i < all.size(); ++i) {
      CAPTURE(all[i].name);
      std::set<std::string> found;
      told += fmt::format("{}{}: {}\n", i == 0 ? "" : "\n", group.fixtures[i].name, all[i].verdict);
      for (const Said& said : own(all[i], all.front())) {
        if (i > 0) found.insert(said.id);
        told +=
            fmt::format("  {} {}{}\n    {}\n", said.status, said.id,
                        said.test_case.empty() ? ""
                        : said.step.empty()    ? fmt::format(" ({})", said.test_case)
                                               : fmt::format(" ({} {})", said.test_case, said.step),
                        said.words);
      }
      const auto& finds = group.fixtures[i].finds;
      CHECK(found == std::set<std::string>(finds.begin(), finds.end()));
    }
    compare(group.folder() + "expected.txt", told);
  }
}

TEST_CASE("fixtures of the test plan: the lab's are what forge makes, byte for byte") {
  std::set<std::string> made = {"fixtures/lab/README.md"};
  for (const forge::LabGroup& group : groups()) {
    made.insert(group.folder() + "expected.txt");
    for (const auto& [path, content] : forge::files_of(group)) {
      CHECK_MESSAGE(made.insert(path).second, path << " is made twice");
      CHECK_MESSAGE(equal(slurp(path), content),
                    path << " is not what forge makes: run build/dev/fixtures/forge --force");
    }
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator("fixtures/lab")) {
    const std::string path = entry.path().generic_string();
    if (entry.is_regular_file())
      CHECK_MESSAGE(made.count(path) == 1, path << " is not made by forge");
  }
}

TEST_CASE(
    "fixtures of the test plan: each check that a step names is failed by one and passed by "
    "another") {
  std::string without;
  std::set<std::pair<std::string, bool>> needed;
  for (const PlanCover& cover : plan_covers()) {
    for (const bool passes : {false, true}) {
      const std::string found = passes ? passing(cover) : failing(cover);
      if (found.empty() || found.ends_with(", a note")) needed.insert({cover.id, passes});
      if (needed.count({cover.id, passes}) == 1 && !is_unseen(cover.id, passes))
        without += fmt::format("{} ({} {}): no fixture {} it\n", cover.id, cover.test_case,
                               cover.step, passes ? "passes" : "fails");
    }
  }
  CHECK_MESSAGE(without.empty(), without);
  for (const auto& row : kUnseen)
    CHECK_MESSAGE(needed.count({row.id, row.passing}) == 1,
                  row.id << " has a fixture by now: take it out of kUnseen");
  compare("docs/test-plan-fixtures.md", table());
}
