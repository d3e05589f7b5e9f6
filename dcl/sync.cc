#include "dcl/sync.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace attest::dcl {
namespace {

constexpr unsigned kMostHeights = 3;  // that a node may forget in one sync
constexpr size_t kMostNamed = 10;     // unreadable entries, one by one

struct Versions {
  RecordList lists{.schema = Schema::versions, .records = {}};
  RecordList versions{.schema = Schema::version, .records = {}};
  std::vector<Record> without = {};  // models that have none: not on the ledger
};

// The models' software versions: first which there are, then each.
Result<Versions> read_versions(Node& node, const std::vector<std::string>& models,
                               std::vector<std::string>& notes, const OnProgress& progress) {
  auto version_lists = node.records(Schema::versions, models, progress);
  if (!version_lists) return tl::unexpected(version_lists.error());
  Versions out;
  std::vector<std::string> keys;
  for (size_t i = 0; i < models.size(); ++i) {
    auto& list = (*version_lists)[i];
    if (!list) {  // a model without versions
      out.without.push_back({.key = models[i], .object = {}});
      continue;
    }
    for (const uint32_t number : versions_of(list->object).value_or(std::vector<uint32_t>()))
      keys.push_back(fmt::format("{}/{:08X}", list->key, number));
    out.lists.records.push_back(std::move(*list));
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  auto records = node.records(Schema::version, keys, progress);
  if (!records) return tl::unexpected(records.error());
  size_t missing = 0;
  for (auto& record : *records) {
    if (record) out.versions.records.push_back(std::move(*record));
    missing += record ? 0 : 1;
  }
  // Two statements of one height that contradict each other. The single one is the fact.
  if (missing != 0)
    notes.push_back(fmt::format(
        "{} software versions are named in their models' lists, but are not on the ledger",
        missing));
  return out;
}

// The keys of the models that the products mean; of all models when none are named.
std::vector<std::string> models_of(const RecordList& models, std::span<const Product> products) {
  std::vector<std::string> out;
  for (const Record& model : models.records) {
    const bool meant = std::any_of(products.begin(), products.end(), [&](const Product& product) {
      return product.pid ? model.key == model_key(product.vid, *product.pid)
                         : model.key.starts_with(vendor_key(product.vid) + "/");
    });
    if (products.empty() || meant) out.push_back(model.key);
  }
  return out;
}

// All that a sync reads, of one height.
struct Facts {
  NodeState node;
  std::vector<RecordList> lists, singles;
  std::vector<std::string> notes;
};

Result<Facts> read_facts(Node& node, const SyncOptions& options) {
  Facts out;
  auto state = node.begin();
  if (!state) return tl::unexpected(state.error());
  auto lists = node.lists(kListed, options.progress);
  if (!lists) return tl::unexpected(lists.error());
  out.node = std::move(*state);
  out.notes = out.node.notes;
  out.lists = std::move(*lists);
  const RecordList& models =
      *std::find_if(out.lists.begin(), out.lists.end(),
                    [](const RecordList& l) { return l.schema == Schema::model; });
  const bool all = options.versions;
  if (!all && options.products.empty()) return out;
  const auto keys = models_of(models, all ? std::span<const Product>() : options.products);
  auto versions = read_versions(node, keys, out.notes, options.progress);
  if (!versions) return tl::unexpected(versions.error());
  // Of a whole list what is not in it is absent; of single ones an absence is an answer to be kept.
  if (!all)
    std::move(versions->without.begin(), versions->without.end(),
              std::back_inserter(versions->lists.records));
  auto& place = all ? out.lists : out.singles;
  place.push_back(std::move(versions->lists));
  place.push_back(std::move(versions->versions));
  for (const Product& product : options.products) {
    const Product one[] = {product};
    if (models_of(models, one).empty())
      out.notes.push_back(fmt::format(
          "there is no {} on {}",
          product.pid ? "product " + hex_id(*product.pid) + " of vendor " + hex_id(product.vid)
                      : "product of vendor " + hex_id(product.vid),
          node.network().chain_id));
  }
  return out;
}

// A height that was forgotten while it was read: everything is read again, at another one.
Result<Facts> read_at_one_height(Node& node, const SyncOptions& options) {
  std::vector<std::string> notes;
  for (unsigned heights = 1;; ++heights) {
    auto read = read_facts(node, options);
    if (read) {
      read->notes.insert(read->notes.begin(), notes.begin(), notes.end());
      return read;
    }
    if (!node.lost_height() || heights == kMostHeights) return read;
    notes.push_back(fmt::format("begun anew: {}", read.error().what));
    if (const auto anew = node.begin_anew(); !anew) return tl::unexpected(anew.error());
  }
}

// Entries that are kept though they cannot be read.
void name_unreadable(const std::vector<RecordList>& lists, std::vector<std::string>& notes) {
  size_t count = 0;
  for (const RecordList& list : lists) {
    for (const Record& record : list.records) {
      if (record.problem.empty() || ++count > kMostNamed) continue;
      notes.push_back(fmt::format("{} {}: {}; only who needs it is affected",
                                  info(list.schema).noun, printable(record.key), record.problem));
    }
  }
  if (count > kMostNamed)
    notes.push_back(fmt::format("{} more entries cannot be read", count - kMostNamed));
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

std::string sync_command(const Network& network, const std::optional<Product>& product) {
  std::string out = "matter-attest dcl sync --network " + network.name;
  const auto named = network_by_name(network.name);
  if (!named || named->chain_id != network.chain_id) out += " --chain-id " + network.chain_id;
  if (product) out += " --vid " + hex_id(product->vid);
  if (product && product->pid) out += " --pid " + hex_id(*product->pid);
  return out;
}

Result<SyncResult> sync(Node& node, const std::string& cache_file, Instant now,
                        const SyncOptions& options) {
  auto read = read_at_one_height(node, options);
  if (!read) return tl::unexpected(read.error());
  const ReadAt when{.height = read->node.height,
                    .block_time = read->node.block_time,
                    .read_at = read->node.read_at.value_or(now)};
  SyncResult out{.node = std::move(read->node),
                 .changes = {},
                 .requests = node.requests(),
                 .bytes = node.bytes(),
                 .notes = std::move(read->notes)};
  name_unreadable(read->lists, out.notes);
  name_unreadable(read->singles, out.notes);
  std::vector<ListUpdate> updates;
  for (RecordList& list : read->lists) updates.push_back({.when = when, .list = std::move(list)});
  std::vector<SingleUpdate> singles;
  for (RecordList& list : read->singles) {
    if (list.schema == Schema::version) out.versions = list.records.size();
    for (Record& record : list.records)
      singles.push_back(
          {.schema = list.schema,
           .record = {
               .key = std::move(record.key), .object = std::move(record.object), .when = when}});
  }
  CacheSource source = source_of(node.network());
  if (options.remember_node) source.node = node.network().url;
  for (int attempt = 0;; ++attempt) {
    std::string set_aside;
    auto cache = Cache::open(cache_file, Cache::Open::create, set_aside);
    if (!set_aside.empty()) out.notes.push_back(set_aside);
    if (!cache) return tl::unexpected(cache.error());
    auto changes = (*cache)->update(source, updates, singles);
    if (changes) {
      out.changes = std::move(*changes);
      return out;
    }
    if (!(*cache)->damaged() || attempt > 0) return tl::unexpected(changes.error());
    out.notes.push_back((*cache)->set_aside(changes.error().what));
  }
}

}  // namespace attest::dcl
