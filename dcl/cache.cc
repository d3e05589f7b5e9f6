#include "dcl/cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "dcl/cache_statement.h"
#include "verifier/crypto/crypto.h"

namespace attest::dcl {
namespace {

constexpr const char* kTrustNames[] = {"none", "snapshot", "tls", "proof"};

std::string times(const ReadAt& when) {
  return fmt::format("{} {} {}\n", when.height, when.block_time.seconds, when.read_at.seconds);
}

// `own`: of a record that was read by itself. Those of a list are of the list's height.
Sha256 row_digest(Schema schema, std::string_view key, std::string_view object,
                  const std::optional<ReadAt>& own = {}) {
  const std::string head =
      fmt::format("{}\n{}\n{}", info(schema).name, key, own ? times(*own) : "\n");
  return sha256(view(head), view(object));
}

Sha256 list_digest(const CachedList& list) {
  const std::string head =
      fmt::format("{}\n{}\n{}", info(list.schema).name, list.records, times(list.when));
  return sha256(view(head), list.keys);
}

std::string meta_digest(const CacheSource& source) {
  const std::string all = fmt::format("{}\n{}\n{}\n{}\n", source.chain_id, source.source,
                                      static_cast<int>(source.trust), source.node);
  return hex(sha256(view(all)));
}

// The first key after all that start with the prefix.
std::string after(std::string prefix) {
  while (!prefix.empty()) {
    const auto last = static_cast<unsigned char>(prefix.back());
    if (last < 0xFF) {
      prefix.back() = static_cast<char>(last + 1);
      return prefix;
    }
    prefix.pop_back();
  }
  return "\xFF";
}

std::string_view text_column(sqlite3_stmt* statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return text == nullptr
             ? std::string_view()
             : std::string_view(text, static_cast<size_t>(sqlite3_column_bytes(statement, column)));
}

// In this order in every query of records.
constexpr const char* kColumns = "key, object, height, block_time, read_at, digest";

View blob_column(sqlite3_stmt* statement, int column) {
  return {static_cast<const uint8_t*>(sqlite3_column_blob(statement, column)),
          static_cast<size_t>(sqlite3_column_bytes(statement, column))};
}

ReadAt times_at(sqlite3_stmt* row, int column) {
  return {.height = sqlite3_column_int64(row, column),
          .block_time = {sqlite3_column_int64(row, column + 1)},
          .read_at = {sqlite3_column_int64(row, column + 2)}};
}

// `of_list`: when the list was read that the record belongs to, unless it has a height of its own.
Result<CachedRecord> record_of(Schema schema, sqlite3_stmt* row, const ReadAt& of_list) {
  std::optional<ReadAt> own;
  if (sqlite3_column_type(row, 2) != SQLITE_NULL) own = times_at(row, 2);
  CachedRecord out{
      .key = std::string(text_column(row, 0)), .object = {}, .when = own.value_or(of_list)};
  const std::string_view object = text_column(row, 1);
  if (!equal(row_digest(schema, out.key, object, own), blob_column(row, 5)))
    return error(
        fmt::format("{} {} does not match its digest", info(schema).name, printable(out.key)));
  if (object.empty()) return out;
  auto json = parse_json(object);
  if (!json)
    return within(fmt::format("{} {}", info(schema).name, printable(out.key)), json.error());
  out.object = std::move(*json);
  return out;
}

// All rows of a query. An error with `damaged` set is a record that cannot be read, without it a
// query that failed.
template <class Query>
Result<std::vector<CachedRecord>> rows_of(Schema schema, Query& query, const ReadAt& of_list,
                                          bool& damaged) {
  std::vector<CachedRecord> out;
  int code = SQLITE_OK;
  while ((code = query.step()) == SQLITE_ROW) {
    auto record = record_of(schema, query.get(), of_list);
    if (!record) {
      damaged = true;
      return tl::unexpected(record.error());
    }
    out.push_back(std::move(*record));
  }
  if (code != SQLITE_DONE) return error("the query failed");
  return out;
}

}  // namespace

Cache::Cache(Cache&& other) noexcept {
  *this = std::move(other);
}
Cache& Cache::operator=(Cache&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(inode_, other.inode_);
  std::swap(db_, other.db_);
  std::swap(find_, other.find_);
  std::swap(idle_, other.idle_);
  std::swap(damaged_, other.damaged_);
  std::swap(in_view_, other.in_view_);
  std::swap(keys_checked_, other.keys_checked_);
  return *this;
}
Cache::~Cache() {
  sqlite3_finalize(find_);
  for (const auto& [sql, statement] : idle_) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

Error Cache::failed(const std::string& doing) {
  const int code = sqlite3_errcode(db_);
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) damaged_ = true;
  const char* advice = code == SQLITE_BUSY   ? " (another process holds it)"
                       : code == SQLITE_FULL ? " (is the disk full?)"
                                             : "";
  return {.what = fmt::format("cache {}: {}: {}{}", path_.empty() ? "in memory" : path_, doing,
                              sqlite3_errmsg(db_), advice),
          .offset = {}};
}

Error Cache::damage(const std::string& what) {
  damaged_ = true;
  return {.what = fmt::format("cache {}: {}", path_.empty() ? "in memory" : path_, what),
          .offset = {}};
}

Result<void> Cache::execute(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return tl::unexpected(failed("cannot be used"));
  return {};
}

Result<std::optional<CacheSource>> Cache::source() {
  Statement query(*this, "SELECT name, value FROM meta");
  CacheSource out;
  std::string digest;
  int code = SQLITE_OK;
  bool any = false;
  while ((code = query.step()) == SQLITE_ROW) {
    any = true;
    const std::string_view name = text_column(query.get(), 0), value = text_column(query.get(), 1);
    if (name == "chain_id") out.chain_id = value;
    if (name == "source") out.source = value;
    if (name == "node") out.node = value;
    if (name == "digest") digest = value;
    for (size_t i = 0; name == "trust" && i < std::size(kTrustNames); ++i) {
      if (value == kTrustNames[i]) out.trust = static_cast<LedgerTrust>(i);
    }
  }
  if (code != SQLITE_DONE) return tl::unexpected(failed("cannot be read"));
  if (!any) return std::nullopt;
  if (digest != meta_digest(out))
    return tl::unexpected(damage("what it says of its ledger does not match its digest"));
  return out;
}

Result<std::optional<CachedList>> Cache::list(Schema schema) {
  Statement query(*this,
                  "SELECT height, block_time, read_at, records, keys, digest FROM lists WHERE "
                  "schema=?1");
  query.bind(1, info(schema).name);
  const int code = query.step();
  if (code == SQLITE_DONE) return std::nullopt;
  if (code != SQLITE_ROW) return tl::unexpected(failed("cannot be read"));
  CachedList out{.schema = schema,
                 .when = times_at(query.get(), 0),
                 .records = static_cast<size_t>(sqlite3_column_int64(query.get(), 3))};
  const View keys = blob_column(query.get(), 4);
  if (keys.size() == out.keys.size()) std::copy(keys.begin(), keys.end(), out.keys.begin());
  if (!equal(list_digest(out), blob_column(query.get(), 5)))
    return tl::unexpected(
        damage(fmt::format("the list of {} does not match its digest", info(schema).title)));
  return out;
}

// Read the way in which a key is looked up: through the index. A key out of its order is not found
// by who looks for it, though it is there for who reads them all.
Result<Sha256> Cache::keys_of(Schema schema) {
  Statement query(*this, "SELECT schema, key FROM records WHERE schema=?1 ORDER BY key");
  query.bind(1, info(schema).name);
  std::string all, last;
  int code = SQLITE_OK;
  while ((code = query.step()) == SQLITE_ROW) {
    // Octets that are no text sort elsewhere, too.
    const bool text = sqlite3_column_type(query.get(), 0) == SQLITE_TEXT &&
                      sqlite3_column_type(query.get(), 1) == SQLITE_TEXT;
    const std::string_view key = text_column(query.get(), 1);
    const bool ours = text_column(query.get(), 0) == info(schema).name;
    if (!text || !ours || (!all.empty() && key <= last))
      return tl::unexpected(
          damage(fmt::format("the keys of the list of {} are out of order", info(schema).title)));
    last = key;
    all += fmt::format("{} {}\n", key.size(), key);
  }
  if (code != SQLITE_DONE) return tl::unexpected(failed("cannot be read"));
  return sha256(view(all));
}

// Before anything is believed to be absent from a list.
Result<void> Cache::check_keys(Schema schema) {
  bool& checked = keys_checked_[static_cast<size_t>(schema)];
  if (in_view_ && checked) return {};
  const auto list = this->list(schema);
  if (!list) return tl::unexpected(list.error());
  if (!*list) return {};
  const auto keys = keys_of(schema);
  if (!keys) return tl::unexpected(keys.error());
  if (*keys != (*list)->keys)
    return tl::unexpected(
        damage(fmt::format("the list of {} has lost or gained an entry: its keys do not match "
                           "their digest",
                           info(schema).title)));
  checked = true;
  return {};
}

Result<std::optional<CachedRecord>> Cache::find(Schema schema, const std::string& key) {
  if (find_ == nullptr) {
    const std::string sql =
        fmt::format("SELECT {} FROM records WHERE schema=?1 AND key=?2", kColumns);
    sqlite3_prepare_v3(db_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &find_, nullptr);
    if (find_ == nullptr) return tl::unexpected(failed("cannot be read"));
  }
  const auto list = this->list(schema);
  if (!list) return tl::unexpected(list.error());
  sqlite3_bind_text(find_, 1, info(schema).name, -1, SQLITE_STATIC);
  sqlite3_bind_text64(find_, 2, key.data(), key.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  const int code = sqlite3_step(find_);
  if (code != SQLITE_ROW) {
    const Error failure = code == SQLITE_DONE ? Error{} : failed("cannot be read");
    sqlite3_reset(find_);
    if (code != SQLITE_DONE) return tl::unexpected(failure);
    if (const auto whole = check_keys(schema); !whole) return tl::unexpected(whole.error());
    return std::nullopt;
  }
  auto record = record_of(schema, find_, *list ? (*list)->when : ReadAt{});
  sqlite3_reset(find_);
  if (!record) return tl::unexpected(damage(record.error().what));
  if (record->key != key)
    return tl::unexpected(damage(fmt::format("{} {} is filed under {}", info(schema).name,
                                             printable(record->key), printable(key))));
  return std::optional<CachedRecord>(std::move(*record));
}

Result<std::vector<CachedRecord>> Cache::find_all(Schema schema, const std::string& prefix) {
  if (const auto whole = check_keys(schema); !whole) return tl::unexpected(whole.error());
  const auto list = this->list(schema);
  if (!list) return tl::unexpected(list.error());
  // Remembered absences are told from records once their digest was compared, not by the query.
  const std::string sql = fmt::format(
      "SELECT {} FROM records WHERE schema=?1 AND key>=?2 AND key<?3 ORDER BY key", kColumns);
  Statement query(*this, sql);
  const std::string end = after(prefix);
  query.bind(1, info(schema).name).bind(2, prefix).bind(3, end);
  bool damaged = false;
  auto records = rows_of(schema, query, *list ? (*list)->when : ReadAt{}, damaged);
  if (!records)
    return tl::unexpected(damaged ? damage(records.error().what) : failed("cannot be read"));
  std::erase_if(*records, [](const CachedRecord& record) { return record.object.is_null(); });
  return std::move(*records);
}

Result<std::vector<CachedRecord>> Cache::find_singles(Schema schema) {
  if (const auto whole = check_keys(schema); !whole) return tl::unexpected(whole.error());
  const std::string sql = fmt::format(
      "SELECT {} FROM records WHERE schema=?1 AND height IS NOT NULL ORDER BY key", kColumns);
  Statement query(*this, sql);
  query.bind(1, info(schema).name);
  bool damaged = false;
  auto records = rows_of(schema, query, {}, damaged);
  if (records) return std::move(*records);
  return tl::unexpected(damaged ? damage(records.error().what) : failed("cannot be read"));
}

Result<void> Cache::begin_view() {
  if (in_view_) return {};
  if (const auto begun = execute("BEGIN"); !begun) return begun;
  in_view_ = true;
  keys_checked_ = {};
  return {};
}

void Cache::end_view() {
  if (!in_view_) return;
  in_view_ = false;
  if (find_ != nullptr) sqlite3_reset(find_);
  sqlite3_exec(db_, "COMMIT", nullptr, nullptr, nullptr);
}

Result<std::optional<int64_t>> Cache::newest_height() {
  std::optional<int64_t> newest;
  for (const Schema schema : kSchemas) {
    const auto list = this->list(schema);
    if (!list) return tl::unexpected(list.error());
    if (*list) newest = std::max(newest.value_or(0), (*list)->when.height);
  }
  return newest;
}

Result<SchemaChanges> Cache::replace_list(const RecordList& list, const ReadAt& when) {
  const char* name = info(list.schema).name;
  std::unordered_map<std::string, Sha256> before;
  {
    // The digest of what is stored, not the stored digest: a row that rotted counts as changed and
    // is written anew.
    Statement query(*this, "SELECT key, object FROM records WHERE schema=?1");
    query.bind(1, name);
    int code = SQLITE_OK;
    while ((code = query.step()) == SQLITE_ROW) {
      const std::string_view key = text_column(query.get(), 0);
      before.emplace(key, row_digest(list.schema, key, text_column(query.get(), 1)));
    }
    if (code != SQLITE_DONE) return tl::unexpected(failed("cannot be read"));
  }
  SchemaChanges changes{.schema = list.schema, .records = list.records.size()};
  Statement write(*this,
                  "INSERT INTO records(schema, key, object, digest) VALUES(?1, ?2, ?3, ?4) "
                  "ON CONFLICT(schema, key) DO UPDATE SET object=excluded.object, "
                  "digest=excluded.digest, height=NULL, block_time=NULL, read_at=NULL");
  const bool singles =
      info(list.schema).list_path == nullptr;  // rows may carry heights of their own
  for (const Record& record : list.records) {
    const std::string object = dump(record.object);
    const Sha256 digest = row_digest(list.schema, record.key, object);
    const auto known = before.find(record.key);
    const bool same = known != before.end() && known->second == digest;
    if (known == before.end()) ++changes.added;
    if (known != before.end() && !same) ++changes.changed;
    if (known != before.end()) before.erase(known);
    if (same && !singles) continue;
    write.bind(1, name).bind(2, record.key).bind(3, object).bind(4, digest);
    if (write.step() != SQLITE_DONE) return tl::unexpected(failed("cannot be written"));
    write.reset();
  }
  Statement remove(*this, "DELETE FROM records WHERE schema=?1 AND key=?2");
  for (const auto& [key, digest] : before) {
    remove.bind(1, name).bind(2, key);
    if (remove.step() != SQLITE_DONE) return tl::unexpected(failed("cannot be written"));
    remove.reset();
    if (digest != row_digest(list.schema, key, ""))
      ++changes.removed;  // a remembered absence is no record
  }
  const auto keys = keys_of(list.schema);
  if (!keys) return tl::unexpected(keys.error());
  const auto written = write_list(
      {.schema = list.schema, .when = when, .records = list.records.size(), .keys = *keys});
  if (!written) return tl::unexpected(written.error());
  return changes;
}

Result<void> Cache::write_list(const CachedList& list) {
  Statement state(*this,
                  "INSERT OR REPLACE INTO lists(schema, height, block_time, read_at, records, "
                  "keys, digest) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  state.bind(1, info(list.schema).name)
      .bind(2, list.when.height)
      .bind(3, list.when.block_time.seconds)
      .bind(4, list.when.read_at.seconds)
      .bind(5, static_cast<int64_t>(list.records))
      .bind(6, list.keys)
      .bind(7, list_digest(list));
  if (state.step() != SQLITE_DONE) return tl::unexpected(failed("cannot be written"));
  return {};
}

template <class Work>
auto Cache::in_transaction(const Work& work) -> decltype(work()) {
  end_view();
  if (const auto begun = execute("BEGIN IMMEDIATE"); !begun) return tl::unexpected(begun.error());
  auto result = work();
  if (result) {
    if (const auto done = execute("COMMIT"); !done) result = tl::unexpected(done.error());
  }
  if (!result) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
  return result;
}

Result<std::vector<SchemaChanges>> Cache::write_facts(const CacheSource& source,
                                                      std::span<const ListUpdate> lists,
                                                      std::span<const SingleUpdate> singles) {
  const auto known = this->source();
  if (!known) return tl::unexpected(known.error());
  if (*known && (*known)->chain_id != source.chain_id) {
    return error(
        fmt::format("cache {}: holds {}, expected {}", path_, (*known)->chain_id, source.chain_id));
  }
  std::vector<SchemaChanges> changes;
  for (const ListUpdate& update : lists) {
    auto one = replace_list(update.list, update.when);
    if (!one) return tl::unexpected(one.error());
    changes.push_back(*one);
  }
  if (const auto put = put_rows(singles); !put) return tl::unexpected(put.error());
  CacheSource now = source;
  if (now.node.empty() && *known) now.node = (*known)->node;
  if (const auto written = write_meta(now); !written) return tl::unexpected(written.error());
  return changes;
}

Result<void> Cache::write_meta(const CacheSource& source) {
  Statement meta(*this, "INSERT OR REPLACE INTO meta(name, value) VALUES(?1, ?2)");
  const std::pair<const char*, std::string> rows[] = {
      {"chain_id", source.chain_id},
      {"source", source.source},
      {"trust", kTrustNames[static_cast<size_t>(source.trust)]},
      {"node", source.node},
      {"digest", meta_digest(source)}};
  for (const auto& [name, value] : rows) {
    meta.bind(1, name).bind(2, value);
    if (meta.step() != SQLITE_DONE) return tl::unexpected(failed("cannot be written"));
    meta.reset();
  }
  return {};
}

Result<std::vector<SchemaChanges>> Cache::update(const CacheSource& source,
                                                 std::span<const ListUpdate> lists,
                                                 std::span<const SingleUpdate> singles) {
  return in_transaction([&]() -> Result<std::vector<SchemaChanges>> {
    const auto newest = newest_height();
    if (!newest) return tl::unexpected(newest.error());
    for (const ListUpdate& update : lists) {
      if (!*newest || **newest <= update.when.height) continue;
      return error(
          fmt::format("{}: is behind: it offers height {}, height {} is already known here",
                      source.source, update.when.height, **newest));
    }
    return write_facts(source, lists, singles);
  });
}

Result<std::vector<SchemaChanges>> Cache::replace_all(const CacheSource& source,
                                                      std::span<const ListUpdate> lists,
                                                      std::span<const SingleUpdate> singles) {
  return in_transaction([&]() -> Result<std::vector<SchemaChanges>> {
    // Lists that are not given go too; those given are compared with what was there.
    std::string kept;
    for (const ListUpdate& update : lists)
      kept += fmt::format("{}'{}'", kept.empty() ? "" : ",", info(update.list.schema).name);
    const auto before = this->source();
    CacheSource now = source;
    if (now.node.empty() && before && *before) now.node = (*before)->node;
    const std::string clear = fmt::format(
        "DELETE FROM meta; DELETE FROM lists; DELETE FROM records WHERE height IS NOT NULL OR "
        "schema NOT IN ({})",
        kept);
    if (const auto cleared = execute(clear.c_str()); !cleared)
      return tl::unexpected(cleared.error());
    return write_facts(now, lists, singles);
  });
}

Result<void> Cache::put(Schema schema, const std::string& key, const Json& object,
                        const ReadAt& when) {
  const SingleUpdate one[] = {
      {.schema = schema, .record = {.key = key, .object = object, .when = when}}};
  return in_transaction([&] { return put_rows(one); });
}

// The keys of a list are digested once, however many records are put into it.
Result<void> Cache::put_rows(std::span<const SingleUpdate> rows) {
  for (const Schema schema : kSchemas) {
    const auto is_of = [&](const SingleUpdate& row) { return row.schema == schema; };
    if (std::none_of(rows.begin(), rows.end(), is_of)) continue;
    const auto list = this->list(schema);
    if (!list) return tl::unexpected(list.error());
    // What was lost until now must not be covered by the digest that is written below.
    if (const auto whole = check_keys(schema); !whole) return whole;
    for (const SingleUpdate& row : rows) {
      if (!is_of(row)) continue;
      if (const auto put = put_row(row); !put) return put;
    }
    if (!*list) continue;
    const auto keys = keys_of(schema);
    if (!keys) return tl::unexpected(keys.error());
    CachedList now = **list;
    now.keys = *keys;
    if (const auto written = write_list(now); !written) return written;
  }
  return {};
}

Result<void> Cache::put_row(const SingleUpdate& row) {
  const auto& [key, object, when] = row.record;
  const std::string text = object.is_null() ? std::string() : dump(object);
  Statement write(*this,
                  "INSERT OR REPLACE INTO records(schema, key, object, height, block_time, "
                  "read_at, digest) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  write.bind(1, info(row.schema).name).bind(2, key);
  object.is_null() ? write.bind_null(3) : write.bind(3, text);
  write.bind(4, when.height)
      .bind(5, when.block_time.seconds)
      .bind(6, when.read_at.seconds)
      .bind(7, row_digest(row.schema, key, text, when));
  if (write.step() != SQLITE_DONE) return tl::unexpected(failed("cannot be written"));
  return {};
}

Result<void> Cache::check() {
  Statement query(*this, "PRAGMA integrity_check(1)");
  if (query.step() != SQLITE_ROW) return tl::unexpected(failed("cannot be read"));
  if (text_column(query.get(), 0) != "ok") {
    damaged_ = true;
    return error(fmt::format("cache {}: {}", path_, text_column(query.get(), 0)));
  }
  if (const auto about = source(); !about) return tl::unexpected(about.error());
  for (const Schema schema : kSchemas) {
    if (const auto all = find_all(schema); !all) return tl::unexpected(all.error());
  }
  return {};
}

}  // namespace attest::dcl
