#include "dcl/cached_ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <vector>

#include "dcl/network.h"
#include "dcl/snapshot.h"
#include "dcl/snapshot_file.h"
#include "dcl/sync.h"

namespace attest::dcl {
namespace {

// The schemas that a node is asked for whole even when single facts are wanted: they are small, and
// their paths cannot carry every key.
bool read_whole(Schema schema) {
  return schema == Schema::certificate || schema == Schema::revoked ||
         schema == Schema::revocation_point;
}

}  // namespace

std::string cache_path(const std::string& folder, const std::string& chain_id) {
  return folder + "/" + chain_id + ".sqlite";
}

Result<std::unique_ptr<CachedLedger>> CachedLedger::open(LedgerOptions options) {
  std::unique_ptr<CachedLedger> ledger(new CachedLedger(std::move(options)));
  LedgerOptions& o = ledger->options_;
  ledger->source_name_ = o.network.chain_id + " cache";
  if (o.ledger.empty()) return ledger;
  if (o.ledger.find("://") != std::string::npos) {
    const auto url = node_url(o.ledger);
    if (!url) return tl::unexpected(url.error());
    ledger->direct_ = true;
    ledger->source_name_ = o.network.url = *url;
    ledger->trust_ = source_of(o.network).trust;
    return ledger;
  }
  const auto text = read_snapshot_file(o.ledger, "a ledger snapshot or a node's URL", o.say);
  if (!text) return tl::unexpected(text.error());
  const auto snapshot = read_snapshot(*text);
  if (!snapshot) return within(printable(o.ledger), snapshot.error());
  if (snapshot->chain_id != o.network.chain_id) {
    return error(fmt::format("{}: expected a snapshot of {}, found one of {}{}",
                             printable(o.ledger), o.network.chain_id, snapshot->chain_id,
                             network_hint(snapshot->chain_id)));
  }
  auto cache = Cache::in_memory();
  if (!cache) return tl::unexpected(cache.error());
  const std::string name = std::filesystem::path(o.ledger).filename().string();
  if (const auto loaded = load_snapshot(*cache, *snapshot, name); !loaded)
    return tl::unexpected(loaded.error());
  ledger->cache_ = std::move(*cache);
  ledger->carried_ = snapshot->crls;
  ledger->source_name_ = "snapshot " + name;
  ledger->trust_ = LedgerTrust::snapshot;
  ledger->prepared_ = true;
  o.offline = true;  // a snapshot is what it is: nothing is added from elsewhere
  return ledger;
}

CachedLedger::~CachedLedger() = default;

void CachedLedger::prepare() {
  if (prepared_) return;
  prepared_ = true;
  if (direct_) {
    auto memory = Cache::in_memory();
    if (memory) cache_ = std::move(*memory);
    if (!memory) notes_.push_back(memory.error().what);
    return;
  }
  open_cache();
  bool old = true;
  if (cache_) {
    // The node that a sync was told to read is this ledger's from then on.
    const auto source = cache_->source();
    if (source && *source && !(*source)->node.empty() &&
        (*source)->chain_id == options_.network.chain_id) {
      remembered_ = options_.network.url != (*source)->node;
      if (remembered_) source_name_ += ", read from " + shown_url((*source)->node);
      options_.network.url = (*source)->node;
    }
    const auto list = cache_->list(Schema::certificate);
    if (!list) damaged(list.error());
    if (list && *list) old = too_old((*list)->when);
  }
  if (old && !options_.offline) refresh();
  if (!cache_) return;
  const auto source = cache_->source();
  if (!source) damaged(source.error());
  if (source && *source) {
    if ((*source)->chain_id == options_.network.chain_id) {
      trust_ = (*source)->trust;
    } else {
      notes_.push_back(fmt::format("cache {}: expected {}, found {}", cache_->path(),
                                   options_.network.chain_id, (*source)->chain_id));
      cache_.reset();
    }
  }
  if (cache_)
    (void)cache_
        ->begin_view();  // one state for all questions; without it, each sees a state of its own
}

void CachedLedger::open_cache() {
  std::string set_aside;
  auto opened = Cache::open(cache_path(options_.cache_folder, options_.network.chain_id),
                            Cache::Open::existing, set_aside);
  if (!set_aside.empty()) notes_.push_back(set_aside);
  if (!opened) {
    cache_error_ = opened.error();
    notes_.push_back(opened.error().what);
  }
  if (opened && *opened) cache_ = std::move(**opened);
}

void CachedLedger::refresh() {
  const auto done = [&]() -> Result<void> {
    const auto asked = node();
    if (!asked) return tl::unexpected(asked.error());
    const auto synced = sync(**asked, cache_path(options_.cache_folder, options_.network.chain_id),
                             options_.now, {.progress = options_.progress});
    if (!synced) return tl::unexpected(synced.error());
    for (const std::string& note : synced->notes) {
      if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) notes_.push_back(note);
    }
    cache_.reset();
    open_cache();
    return {};
  }();
  if (done) return;
  refresh_error_ = done.error();
  notes_.push_back(
      fmt::format("{} could not be refreshed: {}", options_.network.chain_id, done.error().what));
}

Result<Node*> CachedLedger::node() {
  if (node_error_) return tl::unexpected(*node_error_);
  if (node_) return node_.get();
  const auto fail = [&](const Error& failure) -> Result<Node*> {
    node_error_ = failure;
    return tl::unexpected(failure);
  };
  if (options_.offline) return fail({.what = "offline: nothing may be fetched", .offset = {}});
  if (!options_.transport) return fail({.what = "no network in this program", .offset = {}});
  auto transport = options_.transport();
  if (!transport) return fail(transport.error());
  transport_ = std::move(*transport);
  auto made = std::make_unique<Node>(options_.network, *transport_, options_.now);
  auto begun = made->begin();
  if (!begun) {
    Error why = begun.error();
    if (remembered_) why.what += " (the node that an earlier dcl sync --from named)";
    return fail(why);
  }
  node_state_ = std::move(*begun);
  for (const std::string& note : node_state_->notes) notes_.push_back(note);
  node_ = std::move(made);
  return node_.get();
}

Result<Cache*> CachedLedger::store() {
  if (cache_) return &*cache_;
  std::string set_aside;
  auto opened = Cache::open(cache_path(options_.cache_folder, options_.network.chain_id),
                            Cache::Open::create, set_aside);
  if (!set_aside.empty()) notes_.push_back(set_aside);
  if (!opened) return tl::unexpected(opened.error());
  cache_ = std::move(**opened);
  return &*cache_;
}

Provenance CachedLedger::provenance(const ReadAt& when) const {
  return {.source = source_name_, .height = when.height, .read_at = when.read_at, .proven = false};
}

// Why there is no answer, and what to do about it.
Unknown CachedLedger::unknown(const std::string& what, const std::string& command) const {
  const std::string sync = command.empty() ? sync_command(options_.network) : command;
  if (trust_ == LedgerTrust::snapshot && options_.offline && !options_.ledger.empty())
    return {fmt::format("the {} does not hold {}: run {}, then export it anew", source_name_, what,
                        sync)};
  if (cache_error_) return {fmt::format("{}: {}", what, cache_error_->what)};
  if (options_.offline)
    return {fmt::format("{} is not in the {}, and nothing may be fetched offline: run {} first",
                        what, source_name_, sync)};
  return {fmt::format("{}: {}", what,
                      refresh_error_ ? refresh_error_->what
                      : node_error_  ? node_error_->what
                                     : "could not be read")};
}

namespace {

uint16_t hex16(std::string_view digits) {
  uint16_t out = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), out, 16);
  return out;
}

bool of_model(Schema schema, const std::string& key) {
  return (schema == Schema::version || schema == Schema::versions) && key.size() >= kModelKeySize;
}
Product product_of(const std::string& key) {
  return {.vid = hex16(std::string_view(key).substr(0, 4)),
          .pid = hex16(std::string_view(key).substr(5, 4))};
}

uint64_t version_of_key(const std::string& key) {
  uint64_t out = 0;
  std::from_chars(key.data() + kModelKeySize + 1, key.data() + key.size(), out, 16);
  return out;
}

std::string record_text(Schema schema, const std::string& key) {
  if (!of_model(schema, key)) return fmt::format("{} {}", info(schema).noun, printable(key));
  const Product product = product_of(key);
  const std::string model = fmt::format("{}/{}", hex_id(product.vid), hex_id(*product.pid));
  return schema == Schema::versions
             ? fmt::format("{} {}", info(schema).noun, model)
             : fmt::format("software version {} of {}", version_of_key(key), model);
}

}  // namespace

Unknown CachedLedger::unknown(Schema schema, const std::string& key) {
  const std::string what = record_text(schema, key);
  if (!of_model(schema, key)) return unknown(what);
  Unknown out = unknown(what, sync_command(options_.network, product_of(key)));
  if (options_.offline) out.why += versions_at_hand(key.substr(0, kModelKeySize));
  return out;
}

// The software versions of a model that are known, for whoever asked for another one.
std::string CachedLedger::versions_at_hand(const std::string& model) {
  if (!cache_) return {};
  std::vector<uint64_t> numbers;
  if (const auto list = cache_->find(Schema::versions, model); list && *list) {
    for (const uint32_t number : versions_of((*list)->object).value_or(std::vector<uint32_t>()))
      numbers.push_back(number);
  }
  if (const auto all = cache_->find_all(Schema::version, model + "/")) {
    for (const CachedRecord& record : *all) numbers.push_back(version_of_key(record.key));
  }
  return known_versions_text(std::move(numbers));
}

std::string known_versions_text(std::vector<uint64_t> numbers) {
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  if (numbers.empty()) return {};
  constexpr size_t kMost = 20;
  const size_t shown = std::min(numbers.size(), kMost);
  return fmt::format(
      " (known versions: {}{})",
      fmt::join(numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
      numbers.size() > kMost ? fmt::format(" and {} more", numbers.size() - kMost) : "");
}

// Software versions are not among a sync's lists: an absence that is older than the newest sync may
// be over.
bool CachedLedger::overtaken(Schema schema, const ReadAt& when) {
  if (info(schema).list_path != nullptr || direct_ || !cache_) return false;
  const auto list = cache_->list(Schema::certificate);
  return list && *list && (*list)->when.height > when.height;
}

// A read met damage: the file goes, and with it this ledger's facts. What was answered before
// stands.
Unknown CachedLedger::damaged(const Error& failure) {
  std::string line = failure.what;
  if (cache_ && cache_->damaged()) {
    line = cache_->set_aside(failure.what);
    cache_.reset();
  }
  notes_.push_back(line);
  return {line};
}

// One record from the node; a height that it has forgotten since is given up for a new one.
Result<std::optional<Record>> CachedLedger::ask_node(Schema schema, const std::string& key) {
  const std::string keys[] = {key};
  auto records = node_->records(schema, keys);
  if (!records && node_->lost_height()) {
    auto begun = node_->begin_anew();
    if (!begun) return tl::unexpected(begun.error());
    node_state_ = std::move(*begun);
    records = node_->records(schema, keys);
  }
  if (records) return std::move(records->front());
  // Whoever does not answer at all is not asked again: each question would wait as long.
  if (node_->lost_contact()) node_error_ = records.error();
  return tl::unexpected(records.error());
}

Fact<CachedRecord> CachedLedger::fetch(Schema schema, const std::string& key,
                                       const std::optional<CachedRecord>& known) {
  const auto answer_of = [&](CachedRecord record) -> Fact<CachedRecord> {
    const Provenance from = provenance(record.when);
    if (record.object.is_null()) return Absent{from};
    return Found<CachedRecord>{std::move(record), from};
  };
  const std::string what = record_text(schema, key);
  if (!one_path(schema, key)) {  // no node can be asked for it: it is no key of the ledger's
    return known ? answer_of(*known) : Fact<CachedRecord>(unknown(schema, key));
  }
  if (const auto asked = node(); !asked)
    return known ? answer_of(*known) : Fact<CachedRecord>(unknown(schema, key));
  auto answer = ask_node(schema, key);
  if (!answer) {
    if (known) {
      notes_.push_back(fmt::format("{} could not be refreshed: {}", what, answer.error().what));
      return answer_of(*known);
    }
    return Unknown{fmt::format("{}: {}", what, answer.error().what)};
  }
  CachedRecord record{.key = key,
                      .object = {},
                      .when = {.height = node_state_->height,
                               .block_time = node_state_->block_time,
                               .read_at = node_state_->read_at.value_or(options_.now)}};
  if (*answer) record.object = std::move((*answer)->object);
  const auto kept = store();
  if (kept) {
    const auto written = (*kept)->put(schema, key, record.object, record.when);
    if (!written) notes_.push_back(written.error().what);
    (void)(*kept)->begin_view();
  }
  return answer_of(std::move(record));
}

Fact<CachedRecord> CachedLedger::find_record(Schema schema, const std::string& key) {
  prepare();
  if (read_whole(schema)) {
    auto all = find_records(schema, key);
    if (auto* found = std::get_if<Found<std::vector<CachedRecord>>>(&all)) {
      for (CachedRecord& record : found->value) {
        if (record.key == key) return Found<CachedRecord>{std::move(record), found->from};
      }
      return Absent{found->from};
    }
    if (const auto* absent = std::get_if<Absent>(&all)) return *absent;
    return std::get<Unknown>(all);
  }
  if (!cache_) return fetch(schema, key, std::nullopt);
  auto record = cache_->find(schema, key);
  if (!record) return damaged(record.error());
  const auto list = cache_->list(schema);
  if (!list) return damaged(list.error());
  const bool single = info(schema).list_path == nullptr || direct_;
  if (*record) {
    const ReadAt& when = (*record)->when;
    const bool over = (*record)->object.is_null() && overtaken(schema, when);
    if (over && options_.offline) return unknown(schema, key);
    if (over) return fetch(schema, key, std::nullopt);
    if (single && !options_.offline && too_old(when)) return fetch(schema, key, *record);
    const Provenance from = provenance(when);
    if ((*record)->object.is_null()) return Absent{from};
    return Found<CachedRecord>{std::move(**record), from};
  }
  if (*list && (!single || options_.offline || !too_old((*list)->when)) &&
      !overtaken(schema, (*list)->when))
    return Absent{provenance((*list)->when)};
  return fetch(schema, key, std::nullopt);
}

Fact<std::vector<CachedRecord>> CachedLedger::find_records(Schema schema,
                                                           const std::string& prefix) {
  prepare();
  const std::string what = fmt::format("the list of {}", info(schema).title);
  if (!cache_) return unknown(what);
  auto list = cache_->list(schema);
  if (!list) return damaged(list.error());
  if (!*list && direct_ && info(schema).list_path != nullptr) {
    const auto asked = node();
    if (!asked) return unknown(what);
    const Schema schemas[] = {schema};
    auto read = (*asked)->lists(schemas, options_.progress);
    if (!read) {
      if ((*asked)->lost_contact()) node_error_ = read.error();
      return Unknown{fmt::format("{}: {}", what, read.error().what)};
    }
    const ReadAt when{.height = node_state_->height,
                      .block_time = node_state_->block_time,
                      .read_at = node_state_->read_at.value_or(options_.now)};
    const ListUpdate updates[] = {{.when = when, .list = std::move(read->front())}};
    if (const auto written = cache_->update(source_of(options_.network), updates); !written)
      return Unknown{written.error().what};
    list = cache_->list(schema);
    if (!list) return damaged(list.error());
  }
  auto records = cache_->find_all(schema, prefix);
  if (!records) return damaged(records.error());
  if (!*list && records->empty()) return unknown(what);
  ReadAt when;
  if (*list) when = (*list)->when;
  if (!*list) when = records->front().when;
  if (records->empty()) return Absent{provenance(when)};
  return Found<std::vector<CachedRecord>>{std::move(*records), provenance(when)};
}

Fact<CachedRecord> CachedLedger::record(Schema schema, const std::string& key) {
  const std::lock_guard lock(mutex_);
  auto fact = find_record(schema, key);
  if (auto* absent = std::get_if<Absent>(&fact); absent != nullptr && schema == Schema::version) {
    const std::string model = key.substr(0, kModelKeySize);
    (void)find_record(Schema::versions, model);  // from the node, where it may be asked
    absent->instead = versions_at_hand(model);
  }
  return fact;
}

Fact<std::vector<CachedRecord>> CachedLedger::records(Schema schema, const std::string& prefix) {
  const std::lock_guard lock(mutex_);
  return find_records(schema, prefix);
}

std::vector<std::string> CachedLedger::notes() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> out = notes_;
  if (lists_) {
    for (std::string& line : lists_->notes()) out.push_back(std::move(line));
  }
  return out;
}

LedgerStatus CachedLedger::status() {
  const std::lock_guard lock(mutex_);
  prepare();
  LedgerStatus out{.chain_id = options_.network.chain_id,
                   .height = 0,
                   .synced_at = {},
                   .trust = LedgerTrust::none,
                   .source = source_name_};
  if (direct_) {
    if (!node()) return out;
    out.height = node_state_->height;
    out.synced_at = options_.now;
    out.trust = trust_;
    return out;
  }
  if (!cache_) return out;
  const auto list = cache_->list(Schema::certificate);
  if (!list) {
    damaged(list.error());
    return out;
  }
  if (!*list) return out;
  out.height = (*list)->when.height;
  out.synced_at = (*list)->when.read_at;
  out.trust = trust_;
  return out;
}

template <class T, class Read>
Fact<T> CachedLedger::decoded(Schema schema, const std::string& key, const Read& read) {
  auto fact = record(schema, key);
  if (const auto* absent = std::get_if<Absent>(&fact)) return *absent;
  if (const auto* unknown = std::get_if<Unknown>(&fact)) return *unknown;
  auto& found = std::get<Found<CachedRecord>>(fact);
  auto value = read(found.value.object);
  if (!value) return Unknown{value.error().what};
  return Found<T>{std::move(*value), found.from};
}

Fact<VendorInfo> CachedLedger::vendor(uint16_t vid) {
  return decoded<VendorInfo>(Schema::vendor, vendor_key(vid), vendor_of);
}
Fact<Model> CachedLedger::model(uint16_t vid, uint16_t pid) {
  return decoded<Model>(Schema::model, model_key(vid, pid), model_of);
}
Fact<ModelVersion> CachedLedger::version(uint16_t vid, uint16_t pid, uint32_t software_version) {
  return decoded<ModelVersion>(Schema::version, version_key(vid, pid, software_version),
                               version_of);
}
Fact<ComplianceInfo> CachedLedger::compliance(uint16_t vid, uint16_t pid,
                                              uint32_t software_version) {
  return decoded<ComplianceInfo>(
      Schema::compliance, compliance_key(vid, pid, software_version, "matter"), compliance_of);
}
Fact<CertificateCoverage> CachedLedger::coverage(const std::string& certificate_id) {
  return decoded<CertificateCoverage>(Schema::coverage, certificate_id, coverage_of);
}

Fact<std::vector<RevocationPoint>> CachedLedger::revocation_points(const KeyId& issuer) {
  auto entries = records(Schema::revocation_point, key_id_prefix(issuer));
  if (const auto* absent = std::get_if<Absent>(&entries)) return *absent;
  if (const auto* unknown = std::get_if<Unknown>(&entries)) return *unknown;
  auto& found = std::get<Found<std::vector<CachedRecord>>>(entries);
  std::vector<RevocationPoint> out;
  for (const CachedRecord& record : found.value) {
    auto point = revocation_point_of(record.object);
    if (!point) return Unknown{point.error().what};
    out.push_back(std::move(*point));
  }
  return Found<std::vector<RevocationPoint>>{std::move(out), found.from};
}

RevocationLists& CachedLedger::lists() {
  const std::lock_guard lock(mutex_);
  if (!lists_) {
    const bool snapshot = trust_ == LedgerTrust::snapshot &&
                          !options_.ledger.empty();  // which is what it is, here too
    lists_ = std::make_unique<RevocationLists>(ListOptions{
        .folder = snapshot ? "" : lists_folder(options_.cache_folder, options_.network.chain_id),
        .where = snapshot ? "the " + source_name_ : "the cache",
        .offline = options_.offline,
        .elsewhere = options_.lists_elsewhere,
        .max_age = options_.max_age,
        .now = options_.now,
        .engine = options_.engine,
        .downloader = options_.downloader,
        .carried = std::move(carried_)});
  }
  return *lists_;
}

Fact<RevokedListPtr> CachedLedger::crl(const RevocationPoint& point) {
  auto list = lists().get(point);
  if (!list) return Unknown{list.error().what};
  return Found<RevokedListPtr>{
      std::move(*list),
      {.source = printable(point.data_url), .height = 0, .read_at = {}, .proven = false}};
}

ListState CachedLedger::list_state(const RevocationPoint& point) {
  return lists().state(point);
}

std::string CachedLedger::list_not_refreshed(const RevocationPoint& point) {
  return lists().not_refreshed(point);
}

bool CachedLedger::list_wrongly_served(const RevocationPoint& point) {
  return lists().wrongly_served(point);
}

}  // namespace attest::dcl
