#include "dcl/sync.h"

#include <fmt/format.h>

#include <algorithm>

namespace attest::dcl {
namespace {

// The models' software versions: first which there are, then each.
Result<void> add_versions(Node& node, std::vector<RecordList>& lists,
                          std::vector<std::string>& notes, const OnProgress& progress) {
  const auto models = std::find_if(lists.begin(), lists.end(),
                                   [](const RecordList& l) { return l.schema == Schema::model; });
  std::vector<std::string> keys;
  for (const Record& model : models->records) keys.push_back(model.key);
  auto version_lists = node.records(Schema::versions, keys, progress);
  if (!version_lists) return tl::unexpected(version_lists.error());
  RecordList known{.schema = Schema::versions, .records = {}},
      versions{.schema = Schema::version, .records = {}};
  keys.clear();
  for (auto& list : *version_lists) {
    if (!list) continue;  // a model without versions
    const auto* numbers = list->object.find("softwareVersions")->array();
    for (const Json& number : *numbers)
      keys.push_back(fmt::format("{}/{:08X}", list->key, *number.natural()));
    known.records.push_back(std::move(*list));
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  auto records = node.records(Schema::version, keys, progress);
  if (!records) return tl::unexpected(records.error());
  size_t missing = 0;
  for (auto& record : *records) {
    if (record) versions.records.push_back(std::move(*record));
    missing += record ? 0 : 1;
  }
  // Two statements of one height that contradict each other. The single one is the fact.
  if (missing != 0)
    notes.push_back(fmt::format(
        "{} software versions are named in their models' lists, but are not on the ledger",
        missing));
  lists.push_back(std::move(known));
  lists.push_back(std::move(versions));
  return {};
}

}  // namespace

bool SyncResult::unchanged() const {
  return std::all_of(changes.begin(), changes.end(),
                     [](const SchemaChanges& c) { return c.none(); });
}

CacheSource source_of(const Network& network) {
  const bool tls = network.url.starts_with("https://");
  return {.chain_id = network.chain_id,
          .source = network.url,
          .trust = tls ? LedgerTrust::tls : LedgerTrust::none};
}

Result<SyncResult> sync(Node& node, const std::string& cache_file, Instant now,
                        const SyncOptions& options) {
  auto state = node.begin();
  if (!state) return tl::unexpected(state.error());
  auto lists = node.lists(kListed, options.progress);
  if (!lists) return tl::unexpected(lists.error());
  if (options.versions) {
    const auto added = add_versions(node, *lists, state->notes, options.progress);
    if (!added) return tl::unexpected(added.error());
  }
  const ReadAt when{.height = state->height, .block_time = state->block_time, .read_at = now};
  std::vector<ListUpdate> updates;
  for (RecordList& list : *lists) updates.push_back({.when = when, .list = std::move(list)});

  SyncResult out{.node = std::move(*state),
                 .changes = {},
                 .requests = node.requests(),
                 .bytes = node.bytes(),
                 .notes = {}};
  out.notes = out.node.notes;
  for (int attempt = 0;; ++attempt) {
    std::string set_aside;
    auto cache = Cache::open(cache_file, Cache::Open::create, set_aside);
    if (!set_aside.empty()) out.notes.push_back(set_aside);
    if (!cache) return tl::unexpected(cache.error());
    auto changes = (*cache)->update(source_of(node.network()), updates);
    if (changes) {
      out.changes = std::move(*changes);
      return out;
    }
    if (!(*cache)->damaged() || attempt > 0) return tl::unexpected(changes.error());
    out.notes.push_back((*cache)->set_aside(changes.error().what));
  }
}

}  // namespace attest::dcl
