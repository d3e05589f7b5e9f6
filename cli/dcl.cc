#include "cli/dcl.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "cli/command_files.h"
#include "cli/options.h"
#include "dcl/network.h"
#include "dcl/snapshot.h"
#include "dcl/snapshot_file.h"
#include "dcl/sync.h"
#include "platform/files.h"
#include "platform/output.h"
#include "platform/progress.h"

namespace attest::cli {
namespace {

using dcl::Cache;
using dcl::Schema;

constexpr int kOk = 0, kUsage = 2, kUnknown = 3;

// What is counted, how many, and more about it: never without a blank between.
void print_row(const Verbosity& verbosity, std::string_view what, size_t count,
               std::string_view more) {
  fmt::print(verbosity.console().out, "{:<22} {:>7}  {}\n", what, count, more);
}

std::string changes_text(const dcl::SchemaChanges& c) {
  if (c.none()) return "unchanged";
  std::string out;
  const auto add = [&](size_t n, const char* word) {
    if (n != 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", n, word);
  };
  add(c.added, "new");
  add(c.changed, "changed");
  add(c.removed, "gone");
  return out;
}

Json changes_json(const std::vector<dcl::SchemaChanges>& changes) {
  Json items{Json::Array{}};
  for (const auto& c : changes) {
    Json item;
    item.set("schema", info(c.schema).name)
        .set("records", static_cast<uint64_t>(c.records))
        .set("added", static_cast<uint64_t>(c.added));
    item.set("changed", static_cast<uint64_t>(c.changed))
        .set("removed", static_cast<uint64_t>(c.removed));
    items.push(std::move(item));
  }
  return items;
}

// The cache of the network, made when it is not there. What was unusable is set aside and named.
Result<Cache> open_cache(const dcl::LedgerOptions& options, const Verbosity& verbosity) {
  std::string set_aside;
  auto cache = Cache::open(dcl::cache_path(options.cache_folder, options.network.chain_id),
                           Cache::Open::create, set_aside);
  if (!set_aside.empty()) verbosity.note(set_aside);
  if (!cache) return tl::unexpected(cache.error());
  return std::move(**cache);
}

// The revocation lists that the ledger names. One that cannot be had is told of and stops nothing.
struct ListCount {
  size_t points = 0, usable = 0;
};
ListCount fetch_lists(const Verbosity& verbosity, dcl::LedgerOptions options) {
  ListCount out;
  options.ledger.clear();
  auto ledger = dcl::CachedLedger::open(std::move(options));
  if (!ledger) return out;
  const auto fact = (*ledger)->records(Schema::revocation_point);
  if (const auto* found = std::get_if<Found<std::vector<dcl::CachedRecord>>>(&fact)) {
    for (const dcl::CachedRecord& record : found->value) {
      const auto point = dcl::revocation_point_of(record.object);
      ++out.points;
      if (!point) {
        verbosity.note(fmt::format("the revocation point {}: {}", printable(record.key),
                                   printable(point.error().what)));
        continue;
      }
      const auto list = (*ledger)->crl(*point);
      if (const auto* why = std::get_if<Unknown>(&list))
        verbosity.note(
            fmt::format("the revocation list {}: {}", dcl::shown_url(point->data_url), why->why));
      out.usable += std::holds_alternative<Found<RevokedListPtr>>(list) ? 1 : 0;
    }
  }
  for (const std::string& note : (*ledger)->notes()) verbosity.note(note);
  return out;
}

// The node to read from: named now, or for this ledger before, or the network's own.
Result<std::string> node_of(const DclArguments& arguments, const dcl::LedgerOptions& options) {
  const std::string named = arguments.from.empty() ? options.ledger : arguments.from;
  if (!named.empty()) return dcl::node_url(named);
  std::string ignored;
  auto cache = Cache::open(dcl::cache_path(options.cache_folder, options.network.chain_id),
                           Cache::Open::existing, ignored);
  const auto source = cache && *cache ? (*cache)->source() : std::nullopt;
  return source && *source && !(*source)->node.empty() ? (*source)->node : options.network.url;
}

// The product that --vid and --pid mean.
Result<std::vector<dcl::Product>> products_of(const DclArguments& arguments) {
  if (arguments.vid.empty() && arguments.pid.empty()) return std::vector<dcl::Product>();
  if (arguments.vid.empty()) return error("--pid: expected --vid with it");
  const auto vid = number_of("--vid", arguments.vid, 0xFFFF);
  if (!vid) return tl::unexpected(vid.error());
  dcl::Product product{.vid = static_cast<uint16_t>(*vid)};
  if (!arguments.pid.empty()) {
    const auto pid = number_of("--pid", arguments.pid, 0xFFFF);
    if (!pid) return tl::unexpected(pid.error());
    product.pid = static_cast<uint16_t>(*pid);
  }
  return std::vector<dcl::Product>{product};
}

int run_sync(const DclArguments& arguments, const Verbosity& verbosity,
             const dcl::LedgerOptions& options) {
  const auto done = sync_cache(arguments, verbosity, options);
  if (!done) return print_error(verbosity.console(), done.error().what, done.error().exit_code);
  const dcl::SyncResult& synced = done->result;
  if (arguments.format == "json") {
    Json out;
    out.set("network", options.network.name)
        .set("chain_id", options.network.chain_id)
        .set("height", synced.node.height)
        .set("synced_at", rfc3339(options.now));
    out.set("block_time", rfc3339(synced.node.block_time))
        .set("unchanged", synced.unchanged())
        .set("requests", static_cast<uint64_t>(synced.requests));
    out.set("bytes", static_cast<uint64_t>(synced.bytes))
        .set("items", changes_json(synced.changes));
    out.set("revocation_lists", Json()
                                    .set("named", static_cast<uint64_t>(done->points))
                                    .set("at_hand", static_cast<uint64_t>(done->lists)));
    verbosity.console().out << dump_pretty(out);
    return kOk;
  }
  for (const auto& c : synced.changes)
    print_row(verbosity, info(c.schema).title, c.records, changes_text(c));
  if (synced.versions != 0)
    print_row(verbosity, info(Schema::version).title, synced.versions, "of the products named");
  if (done->points != 0)
    print_row(verbosity, "revocation lists", done->points, fmt::format("{} at hand", done->lists));
  fmt::print(verbosity.console().out, "{} at height {}, block of {}: {} requests, {}{}\n",
             options.network.chain_id, synced.node.height, rfc3339(synced.node.block_time),
             synced.requests, amount_text(synced.bytes),
             synced.unchanged() ? "; nothing has changed" : "");
  return kOk;
}

const char* trust_name(LedgerTrust trust) {
  constexpr const char* kNames[] = {"none", "snapshot", "tls", "proof"};
  return kNames[static_cast<size_t>(trust)];
}

// What is cached of one network: for programs, and in words.
struct CacheState {
  Json json;
  std::string text;
};

Result<std::optional<Cache>> sound_cache(const std::string& path, const Verbosity& verbosity) {
  std::string set_aside;
  auto cache = Cache::open(path, Cache::Open::existing, set_aside);
  if (!set_aside.empty()) verbosity.note(set_aside);
  if (!cache) return tl::unexpected(cache.error());
  if (!*cache) return std::optional<Cache>();
  if (const auto sound = (*cache)->check(); !sound) {
    verbosity.note((*cache)->damaged() ? (*cache)->set_aside(sound.error().what)
                                       : sound.error().what);
    cache->reset();
  }
  return cache;
}

Result<CacheState> state_of(const Verbosity& verbosity, const dcl::LedgerOptions& options) {
  const std::string path = dcl::cache_path(options.cache_folder, options.network.chain_id);
  auto cache = sound_cache(path, verbosity);
  if (!cache) return tl::unexpected(cache.error());
  std::optional<dcl::CacheSource> source;
  if (*cache) source = (*cache)->source().value_or(std::nullopt);
  Json items{Json::Array{}};
  CacheState out;
  out.json.set("network", options.network.name).set("chain_id", options.network.chain_id);
  dcl::ReadAt newest;
  std::string lines;
  for (const Schema schema : dcl::kSchemas) {
    if (!source) break;
    const auto list = (*cache)->list(schema);
    const auto singles = (*cache)->find_singles(schema);
    if (!list || !singles || (!*list && singles->empty())) continue;
    Json item;
    item.set("schema", info(schema).name).set("whole", list->has_value());
    if (*list) {
      if ((*list)->when.height >= newest.height) newest = (*list)->when;
      item.set("records", static_cast<uint64_t>((*list)->records))
          .set("height", (*list)->when.height)
          .set("synced_at", rfc3339((*list)->when.read_at));
      lines += fmt::format("{:<22} {:>7}  height {}, read {}\n", info(schema).title,
                           (*list)->records, (*list)->when.height, rfc3339((*list)->when.read_at));
    }
    if (!singles->empty()) {
      item.set("singles", static_cast<uint64_t>(singles->size()));
      lines +=
          fmt::format("{:<22} {:>7}  fetched one by one\n", info(schema).title, singles->size());
    }
    items.push(std::move(item));
  }
  const int64_t age = options.now.seconds - newest.read_at.seconds;
  out.json.set("height", source ? Json(newest.height) : Json())
      .set("synced_at", source ? Json(rfc3339(newest.read_at)) : Json());
  out.json.set("age_seconds", source ? Json(age) : Json())
      .set("trust", trust_name(source ? source->trust : LedgerTrust::none));
  out.json.set("source", source ? Json(source->source) : Json())
      .set("file", path)
      .set("items", items);
  out.text = source ? fmt::format("{}: height {}, read {} ({} s ago) from {}, trust {}\n{}in {}\n",
                                  source->chain_id, newest.height, rfc3339(newest.read_at), age,
                                  printable(source->source), trust_name(source->trust), lines, path)
                    : fmt::format("{}: never synced here (matter-attest dcl sync --network {})\n",
                                  options.network.chain_id, options.network.name);
  return out;
}

int run_status(const DclArguments& arguments, const Verbosity& verbosity,
               const dcl::LedgerOptions& options) {
  auto state = state_of(verbosity, options);
  if (!state) return print_error(verbosity.console(), state.error().what, kUsage);
  if (arguments.both) {
    LedgerArguments other = arguments.ledger;
    other.network = "test";
    const auto test = ledger_options(other, verbosity);
    const auto more =
        test ? state_of(verbosity, *test) : Result<CacheState>(tl::unexpected(test.error()));
    if (!more) return print_error(verbosity.console(), more.error().what, kUsage);
    state->json.set("others", Json(Json::Array{}).push(more->json));
    state->text += more->text;
  }
  verbosity.console().out << (arguments.format == "json" ? dump_pretty(state->json) : state->text);
  return kOk;
}

int run_export(const DclArguments& arguments, const Verbosity& verbosity,
               const dcl::LedgerOptions& options) {
  if (arguments.format == "chip") return run_export_chip(arguments, verbosity, options);
  auto snapshot = cached_snapshot(options.cache_folder, options.network.chain_id);
  if (!snapshot) return print_error(verbosity.console(), snapshot.error().what, kUnknown);
  for (const std::string& note : dcl::carry_lists(
           *snapshot, dcl::lists_folder(options.cache_folder, options.network.chain_id)))
    verbosity.note(note);
  const std::string text = dcl::write_snapshot(*snapshot);
  if (arguments.operands[0] == "-") {
    verbosity.console().out << text;
    return kOk;
  }
  if (const auto written = replace_file(arguments.operands[0], text); !written)
    return print_error(verbosity.console(), written.error().what, kUsage);
  return kOk;
}

int run_import(const DclArguments& arguments, const Verbosity& verbosity,
               const dcl::LedgerOptions& options) {
  const std::string& path = arguments.operands[0];
  const auto text = dcl::read_snapshot_file(path, "a ledger snapshot", options.say);
  if (!text) return print_error(verbosity.console(), text.error().what, kUsage);
  const auto snapshot = dcl::read_snapshot(*text);
  if (!snapshot)
    return print_error(verbosity.console(),
                       fmt::format("{}: {}", printable(path), snapshot.error().what), kUsage);
  if (snapshot->chain_id != options.network.chain_id) {
    return print_error(verbosity.console(),
                       fmt::format("{}: expected a snapshot of {}, found one of {}{}",
                                   printable(path), options.network.chain_id, snapshot->chain_id,
                                   dcl::network_hint(snapshot->chain_id)),
                       kUnknown);
  }
  auto cache = open_cache(options, verbosity);
  if (!cache) return print_error(verbosity.console(), cache.error().what, kUsage);
  const auto changes =
      dcl::load_snapshot(*cache, *snapshot, std::filesystem::path(path).filename().string());
  if (!changes) return print_error(verbosity.console(), changes.error().what, kUsage);
  for (const dcl::CarriedList& list : snapshot->crls) {
    const auto kept = dcl::keep_list(dcl::lists_folder(options.cache_folder, snapshot->chain_id),
                                     list, options.now);
    if (!kept)
      verbosity.note(fmt::format("the revocation list {}: it cannot be kept: {}",
                                 dcl::shown_url(list.source.url), kept.error().what));
  }
  if (arguments.format == "json") {
    Json out;
    out.set("network", options.network.name)
        .set("chain_id", snapshot->chain_id)
        .set("height", snapshot->height)
        .set("synced_at", rfc3339(snapshot->time));
    out.set("items", changes_json(*changes));
    verbosity.console().out << dump_pretty(out);
    return kOk;
  }
  for (const auto& c : *changes)
    print_row(verbosity, info(c.schema).title, c.records, changes_text(c));
  fmt::print(verbosity.console().out, "{} at height {}, block of {}, from {}\n", snapshot->chain_id,
             snapshot->height, rfc3339(snapshot->time), printable(path));
  return kOk;
}

// A snapshot file, or the cache of "main", "test" or a chain id.
Result<dcl::Snapshot> snapshot_named(const std::string& name, const dcl::LedgerOptions& options) {
  std::error_code ignored;
  if (std::filesystem::exists(name, ignored)) {
    const auto text = dcl::read_snapshot_file(name, "a ledger snapshot", options.say);
    if (!text) return tl::unexpected(text.error());
    auto snapshot = dcl::read_snapshot(*text);
    if (!snapshot) return within(printable(name), snapshot.error());
    return snapshot;
  }
  const auto network = dcl::network_by_name(name);
  const std::string chain_id = network ? network->chain_id : name;
  if (!dcl::is_chain_id(chain_id))
    return error(
        fmt::format("{}: expected a snapshot file or the name of a cached network, found neither",
                    printable(name)));
  return cached_snapshot(options.cache_folder, chain_id);
}

std::string difference_text(const dcl::Difference& d) {
  const char* mark = d.before.is_null() ? "+" : d.after.is_null() ? "-" : "~";
  std::string out = fmt::format("{} {} {}", mark, info(d.schema).name, printable(d.key));
  if (*mark != '~') return out + "\n";
  out += ":";
  for (const auto& [name, value] : *d.after.object()) {
    const Json* before = d.before.find(name);
    if (before == nullptr || *before != value)
      out += fmt::format(" {} {} -> {}", printable(name),
                         before == nullptr ? "none" : printable(dump(*before)),
                         printable(dump(value)));
  }
  return out + "\n";
}

int run_diff(const DclArguments& arguments, const Verbosity& verbosity,
             const dcl::LedgerOptions& options) {
  const auto a = snapshot_named(arguments.operands[0], options),
             b = snapshot_named(arguments.operands[1], options);
  for (const auto* side : {&a, &b}) {
    if (!*side) return print_error(verbosity.console(), side->error().what, kUsage);
  }
  std::vector<Schema> skipped;
  const auto found = dcl::differences(*a, *b, skipped);
  for (const Schema schema : skipped)
    verbosity.note(
        fmt::format("{} are not compared: only one side has them all", info(schema).title));
  if (arguments.format == "json") {
    const auto side = [](const std::string& name, const dcl::Snapshot& s) {
      Json about;
      return about.set("name", name)
          .set("chain_id", s.chain_id)
          .set("height", s.height)
          .set("time", rfc3339(s.time));
    };
    Json items{Json::Array{}}, out;
    for (const auto& d : found) {
      Json item;
      item.set("schema", info(d.schema).name)
          .set("key", d.key)
          .set("change", d.before.is_null()  ? "added"
                         : d.after.is_null() ? "removed"
                                             : "changed");
      items.push(item.set("before", d.before).set("after", d.after));
    }
    out.set("a", side(arguments.operands[0], *a))
        .set("b", side(arguments.operands[1], *b))
        .set("items", items);
    verbosity.console().out << dump_pretty(out);
    return kOk;
  }
  for (const auto& d : found) verbosity.console().out << difference_text(d);
  fmt::print(verbosity.console().out, "{} differences: {} height {} against {} height {}\n",
             found.size(), a->chain_id, a->height, b->chain_id, b->height);
  return kOk;
}

// An option that the action would not look at: whoever gave it meant something else.
std::optional<std::string> ignored_option(const DclArguments& a) {
  const bool sync = a.action == "sync";
  const bool audit = a.action == "audit", watch = a.action == "watch";
  const bool reads_ledger = sync || audit || shows(a.action);
  const struct {
    const char* option;
    bool given, used;
    const char* by;
  } rows[] = {
      {"--from", !a.from.empty(), sync, "dcl sync"},
      {"--vid", !a.vid.empty(), sync || watch, "dcl sync and dcl watch"},
      {"--pid", !a.pid.empty(), sync, "dcl sync"},
      {"--versions", a.all_versions, sync, "dcl sync"},
      {"--ledger", !a.ledger.ledger.empty(), reads_ledger, "dcl sync and looking facts up"}};
  for (const auto& row : rows) {
    if (row.given && !row.used)
      return fmt::format("dcl {}: expected no {}, which is for {}", a.action, row.option, row.by);
  }
  return std::nullopt;
}

// "text, json or html"
std::string words_of(const std::array<const char*, 3>& formats) {
  std::vector<std::string> words;
  for (const char* format : formats) {
    if (format != nullptr) words.emplace_back(format);
  }
  std::string out = words.front();
  for (size_t i = 1; i < words.size(); ++i)
    out += (i + 1 == words.size() ? " or " : ", ") + words[i];
  return out;
}

constexpr struct {
  const char* name;
  size_t least, most;  // operands
  int (*run)(const DclArguments&, const Verbosity&, const dcl::LedgerOptions&);
  std::array<const char*, 3> formats;
} kActions[] = {
    {"sync", 0, 0, run_sync, {"text", "json"}},
    {"status", 0, 0, run_status, {"text", "json"}},
    {"export", 1, 1, run_export, {"snapshot", "chip"}},
    {"import", 1, 1, run_import, {"text", "json"}},
    {"diff", 2, 2, run_diff, {"text", "json"}},
    {"audit", 1, 2, run_audit, {"text", "json", "html"}},
    {"watch", 0, 0, run_watch, {"text", "ndjson"}},
};

}  // namespace

// What is cached for a network, as a snapshot.
Result<dcl::Snapshot> cached_snapshot(const std::string& folder, const std::string& chain_id) {
  std::string set_aside;
  auto cache = Cache::open(dcl::cache_path(folder, chain_id), Cache::Open::existing, set_aside);
  if (!cache) return tl::unexpected(cache.error());
  if (!*cache)
    return error(
        set_aside.empty()
            ? fmt::format("{}: never synced here: run matter-attest dcl sync first", chain_id)
            : set_aside);
  auto snapshot = dcl::snapshot_of(**cache);
  if (!snapshot && (*cache)->damaged()) return error((*cache)->set_aside(snapshot.error().what));
  if (!snapshot) return within(chain_id, snapshot.error());
  return snapshot;
}

tl::expected<Synced, DclFailure> sync_cache(const DclArguments& arguments,
                                            const Verbosity& verbosity,
                                            const dcl::LedgerOptions& given) {
  const auto fail = [](std::string what, int exit_code) {
    return tl::unexpected<DclFailure>({.what = std::move(what), .exit_code = exit_code});
  };
  dcl::LedgerOptions options = given;
  const auto url = node_of(arguments, options);
  if (!url) return fail(url.error().what, kUsage);
  const bool named = !arguments.from.empty();
  if (*url != options.network.url && !named && options.ledger.empty())
    verbosity.note(fmt::format("reading from {}, as an earlier --from said", *url));
  options.network.url = *url;
  const auto products = products_of(arguments);
  if (!products) return fail(products.error().what, kUsage);
  if (options.offline)
    return fail(
        "sync reads from the network: expected no --offline (nor MATTER_ATTEST_OFFLINE in the "
        "environment)",
        kUsage);
  auto transport = transport_from(verbosity, {})();  // a sync may take its time
  if (!transport) return fail(transport.error().what, kUnknown);
  dcl::Node node(options.network, **transport, options.now);
  Result<dcl::SyncResult> synced = error("");
  {
    Progress line(verbosity, "records");
    const dcl::OnProgress progress = [&](const dcl::FetchProgress& p) {
      line.show({.what = fmt::format("fetching {}", info(p.schema).title),
                 .done = p.records,
                 .of = p.expected == 0 ? std::nullopt : std::optional<uint64_t>(p.expected),
                 .beside = fmt::format("{} requests, {}", p.requests, amount_text(p.bytes))});
    };
    synced = dcl::sync(node, dcl::cache_path(options.cache_folder, options.network.chain_id),
                       options.now,
                       {.versions = arguments.all_versions,
                        .products = *products,
                        .remember_node = named,
                        .progress = progress});
  }
  if (!synced) return fail(synced.error().what, kUnknown);
  for (const std::string& note : synced->notes) verbosity.note(note);
  const ListCount lists = fetch_lists(verbosity, options);
  return Synced{.result = std::move(*synced), .points = lists.points, .lists = lists.usable};
}

int run_dcl(const DclArguments& arguments, const Console& console) {
  const Verbosity verbosity(console, arguments.quiet);
  auto options = ledger_options(arguments.ledger, verbosity);
  if (!options) return print_error(console, options.error().what, kUsage);
  // A sync and a watch ask all lists, an audit all addresses.
  options->downloader = patient_downloader(arguments.ledger, verbosity);
  const std::string& action = arguments.action;
  const bool known = shows(action) || std::any_of(std::begin(kActions), std::end(kActions),
                                                  [&](const auto& a) { return action == a.name; });
  if (const auto ignored = ignored_option(arguments); known && ignored)
    return print_error(console, *ignored, kUsage);
  if (!Output::is_stream(arguments.output) && same_file(arguments.output, arguments.ledger.ledger))
    return print_error(console, "-o: expected another file than that of --ledger, found the same",
                       kUsage);
  if (shows(action)) return show(arguments, verbosity, std::move(*options));
  for (const auto& row : kActions) {
    if (action != row.name) continue;
    const size_t given = arguments.operands.size();
    if (given < row.least || given > row.most)
      return print_error(console,
                         fmt::format("dcl {}: expected {}{} arguments, found {}", action,
                                     row.least == row.most ? "" : fmt::format("{} to ", row.least),
                                     row.most, given),
                         kUsage);
    const bool unsaid = arguments.format == "text" && action == "export";  // what it has instead
    if (!unsaid && std::none_of(row.formats.begin(), row.formats.end(), [&](const char* format) {
          return format != nullptr && arguments.format == format;
        }))
      return print_error(console,
                         fmt::format("dcl {}: expected --format {}, found {}", action,
                                     words_of(row.formats), printable(arguments.format)),
                         kUsage);
    return row.run(arguments, verbosity, *options);
  }
  return print_error(
      console,
      fmt::format("dcl: expected sync, status, vendor, model, version, compliance, "
                  "paa, cd-signer, revocation, audit, watch, export, import or diff, found \"{}\"",
                  printable(action)),
      kUsage);
}

}  // namespace attest::cli
