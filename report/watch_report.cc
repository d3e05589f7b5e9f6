#include "report/watch_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "report/markup.h"
#include "verifier/base/json.h"

namespace attest {
namespace {

constexpr size_t kMostEntries = 200;

const char* mark(dcl::WatchChange::Kind kind) {
  constexpr const char* kMarks[] = {"+", "~", "-", "!"};
  return kMarks[static_cast<size_t>(kind)];
}

}  // namespace

std::string watch_text(const std::vector<dcl::WatchChange>& changes) {
  std::string out;
  for (const dcl::WatchChange& c : changes)
    out += fmt::format("{} {} (height {})\n", mark(c.kind), c.words, c.height);
  return out;
}

std::string watch_ndjson(const std::string& chain_id,
                         const std::vector<dcl::WatchChange>& changes) {
  std::string out;
  for (const dcl::WatchChange& c : changes) {
    Json one;
    one.set("id", c.id(chain_id))
        .set("chain_id", chain_id)
        .set("kind", dcl::change_name(c.kind))
        .set("schema", info(c.schema).name)
        .set("key", c.key);
    one.set("since", c.since).set("height", c.height).set("seen_at", rfc3339(c.seen_at));
    one.set("words", c.words).set("before", c.before).set("after", c.after);
    out += dump(one) + "\n";
  }
  return out;
}

std::string watch_atom(const dcl::WatchState& state, Instant now) {
  const std::string& chain = state.seen.chain_id;
  Markup page(Markup::Kind::xml);
  {
    const auto feed = page.in("feed", {{"xmlns", "http://www.w3.org/2005/Atom"}});
    page.line();
    page.leaf("id", fmt::format("tag:matter-attest,2026:watch:{}", chain)).line();
    page.leaf("title", fmt::format("{}: what changed on the ledger", chain)).line();
    page.leaf("updated", rfc3339(state.told.empty() ? now : state.told.back().seen_at)).line();
    {
      const auto author = page.in("author");
      page.leaf("name", "matter-attest " MATTER_ATTEST_VERSION);
    }
    page.line();
    const size_t count = std::min(kMostEntries, state.told.size());
    for (size_t i = 0; i < count; ++i) {
      const dcl::WatchChange& c = state.told[state.told.size() - 1 - i];
      const auto entry = page.in("entry");
      page.leaf("id", fmt::format("tag:matter-attest,2026:{}", c.id(chain)));
      page.leaf("title", c.words);
      page.leaf("updated", rfc3339(c.seen_at));
      page.leaf("content", fmt::format("{} (between height {} and {})", c.words, c.since, c.height),
                {{"type", "text"}});
      page.line();
    }
  }
  page.line();
  return page.take();
}

}  // namespace attest
