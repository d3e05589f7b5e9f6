// checks: the catalogue, a part of it, or one check.

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "audit/rule.h"
#include "cli/commands.h"
#include "cli/nearest.h"
#include "cli/options.h"
#include "lot/rule.h"
#include "report/check_json.h"
#include "report/check_text.h"
#include "report/report_text.h"
#include "report/test_plan.h"
#include "verifier/base/json.h"
#include "verifier/checks/catalogue.h"

namespace attest::cli {
namespace {

struct Options {
  std::vector<std::string> words;
  std::string format = "text";
};

// A check, a rule about lots, or one about the ledger's entries: of the pointers one is not null.
struct Entry {
  const Check* check = nullptr;
  const LotRule* rule = nullptr;
  const audit::AuditRule* audit = nullptr;
  const char* id() const {
    return check != nullptr ? check->id : rule != nullptr ? rule->id : audit->id;
  }
  const char* title() const {
    return check != nullptr ? check->title : rule != nullptr ? rule->title : audit->title;
  }
};

std::vector<Entry> all_entries() {
  std::vector<Entry> out;
  for (const Check* check : catalogue()) out.push_back({.check = check});
  for (const LotRule& rule : lot_rules()) out.push_back({.rule = &rule});
  for (const audit::AuditRule& rule : audit::audit_rules()) out.push_back({.audit = &rule});
  return out;
}

// '*' any text, '?' one character.
bool fits(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0, star = std::string_view::npos, from = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      from = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++from;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool is_pattern(const std::string& word) {
  return word.find_first_of("*?") != std::string::npos;
}

// What a word means: one id, a subject ("cd", "cd."), or a pattern.
std::vector<Entry> meant(const std::string& word, const std::vector<Entry>& all) {
  std::vector<Entry> out;
  std::string subject = word;
  while (subject.ends_with('.')) subject.pop_back();
  for (const Entry& entry : all) {
    const std::string_view id = entry.id();
    if (id == word || (is_pattern(word) ? fits(word, id) : id.substr(0, id.find('.')) == subject))
      out.push_back(entry);
  }
  return out;
}

// Without a width a line each, for grep; a narrow page has the title below the id.
std::string as_text(const std::vector<Entry>& entries, std::optional<size_t> width) {
  constexpr size_t kIds = 49, kIndent = 4, kLeastTitle = 50;
  std::string out;
  for (const Entry& entry : entries) {
    const std::string tested = covers_text(entry.id());
    const std::string title =
        fmt::format("{}{}", entry.title(), tested.empty() ? "" : fmt::format(" [{}]", tested));
    if (!width)
      out += fmt::format("{:<{}}{}\n", entry.id(), kIds, title);
    else if (*width < kIds + kLeastTitle)
      out += fmt::format("{}\n{:{}}{}\n", entry.id(), "", kIndent,
                         wrap(title, *width - kIndent, kIndent));
    else
      out += fmt::format("{:<{}}{}\n", entry.id(), kIds, wrap(title, *width - kIds, kIds));
  }
  return out;
}

std::string as_json(const std::vector<Entry>& entries) {
  Json list{Json::Array{}};
  for (const Entry& entry : entries)
    list.push(entry.check != nullptr  ? check_json(*entry.check)
              : entry.rule != nullptr ? lot_rule_json(*entry.rule)
                                      : audit_rule_json(*entry.audit));
  return dump_pretty(list);
}

std::vector<std::string> words_of(const std::vector<Entry>& all) {
  std::vector<std::string> out;
  for (const Entry& entry : all) {
    const std::string id = entry.id(), subject = id.substr(0, id.find('.'));
    if (std::find(out.begin(), out.end(), subject) == out.end()) out.push_back(subject);
    out.push_back(id);
  }
  return out;
}

int run(const Options& options, const Console& console) {
  const auto all = all_entries();
  std::vector<Entry> chosen;
  for (const std::string& word : options.words) {
    const auto found = meant(word, all);
    if (found.empty())
      return print_error(
          console,
          fmt::format("expected the id of a check, a subject or a pattern (see matter-attest "
                      "checks), found \"{}\"{}",
                      printable(word), is_pattern(word) ? "" : did_you_mean(word, words_of(all))));
    for (const Entry& entry : found) {
      if (std::none_of(chosen.begin(), chosen.end(),
                       [&](const Entry& e) { return e.id() == entry.id(); }))
        chosen.push_back(entry);
    }
  }
  if (options.format == "markdown") {
    if (!options.words.empty())
      return print_error(console, "--format markdown: expected no ID: it is the whole catalogue");
    return show(checks_markdown(), console);
  }
  const auto& shown = options.words.empty() ? all : chosen;
  if (options.format == "json") return show(as_json(shown), console);
  const bool one = options.words.size() == 1 && chosen.size() == 1;
  if (!one) return show(as_text(shown, console.page_width()), console);
  const Entry& entry = chosen.front();
  const size_t width = console.columns();
  return show(entry.check != nullptr  ? check_text(*entry.check, width)
              : entry.rule != nullptr ? lot_rule_text(*entry.rule, width)
                                      : audit_rule_text(*entry.audit, width),
              console);
}

}  // namespace

void add_checks(Command& root) {
  auto options = std::make_shared<Options>();
  root.subcommand("checks", "list the checks, or explain one")
      .group(Group::input)
      .positionals("ID", options->words,
                   "a check's id, a subject (cd) or a pattern ('cd.*'); without it, all", false)
      .offers(Offer::check_ids)
      .group(Group::output)
      .choice("--format", {"text", "json", "markdown"}, options->format,
              "how the list is written (default text)")
      .example("matter-attest checks 'cd.*'")
      .example("matter-attest checks dac.is-valid-now")
      .run(runs(options, run));
}

}  // namespace attest::cli
