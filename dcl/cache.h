// Cache: the ledger's facts on this machine, one SQLite file a network, used by many processes at
// once.
//
// Two kinds of facts: lists that a sync read whole at one height (what is not among them is
// absent), and single records that were asked for, each with its own height. A sync is one
// transaction, so a reader sees the facts before it or the facts after it, and so does whoever
// comes after a process that was killed. Every row carries a digest, and every list one over its
// sorted keys: what is not found is believed to be absent only where the keys are still those that
// were written. A file that is damaged, of another kind or of another version is renamed and named,
// never half-read.
#pragma once

#include <array>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dcl/node.h"
#include "dcl/records.h"
#include "verifier/crypto/crypto.h"

struct sqlite3;
struct sqlite3_stmt;

namespace attest::dcl {

// When and where something was read.
struct ReadAt {
  int64_t height = 0;
  Instant block_time;  // of that height
  Instant read_at;     // by this machine's clock
};

struct CachedRecord {
  std::string key;
  Json object;  // null: the ledger said that there is none
  ReadAt when;
};

struct CachedList {
  Schema schema = Schema::vendor;
  ReadAt when;
  size_t records = 0;
  Sha256 keys{};  // over the keys of all its rows, in their order
};

// Where a sync's lists came from.
struct CacheSource {
  std::string chain_id;
  std::string source;  // a URL, "snapshot lab.json"
  LedgerTrust trust = LedgerTrust::none;
  std::string node = {};  // the URL that was named for this ledger; empty: none, or the one before
};

// A list as it was read, and when.
struct ListUpdate {
  ReadAt when;
  RecordList list;
};
struct SingleUpdate {
  Schema schema = Schema::version;
  CachedRecord record;
};

struct SchemaChanges {
  Schema schema = Schema::vendor;
  size_t records = 0, added = 0, changed = 0, removed = 0;
  bool none() const { return added == 0 && changed == 0 && removed == 0; }
};

class Cache {
 public:
  enum class Open : uint8_t { existing, create };
  // nullopt when there is no such file and none is to be made. `set_aside` is told, in one line,
  // when an unusable file was renamed; the cache is then new and empty (or nullopt).
  static Result<std::optional<Cache>> open(const std::string& path, Open how,
                                           std::string& set_aside);
  static Result<Cache> in_memory();

  Cache(Cache&&) noexcept;
  Cache& operator=(Cache&&) noexcept;
  ~Cache();

  Result<std::optional<CacheSource>> source();  // nullopt: never synced
  Result<std::optional<CachedList>> list(Schema schema);
  Result<std::optional<CachedRecord>> find(Schema schema, const std::string& key);
  // In key order; absences are left out. An empty prefix is all.
  Result<std::vector<CachedRecord>> find_all(Schema schema, const std::string& prefix = "");
  // What was asked for singly, absences too.
  Result<std::vector<CachedRecord>> find_singles(Schema schema);

  // From here to end_view() (or the next write) all reads see one state, whatever others write.
  Result<void> begin_view();
  void end_view();

  // One transaction: these lists are now the whole truth for their schemas, and these single
  // records are as they are; schemas that are not given keep theirs. Refused when the cache already
  // holds a later height, since a node must not lead back to what was true once.
  Result<std::vector<SchemaChanges>> update(const CacheSource& source,
                                            std::span<const ListUpdate> lists,
                                            std::span<const SingleUpdate> singles = {});
  // One transaction: the cache now holds this and nothing else.
  Result<std::vector<SchemaChanges>> replace_all(const CacheSource& source,
                                                 std::span<const ListUpdate> lists,
                                                 std::span<const SingleUpdate> singles);
  // One record (or its absence) that was asked for.
  Result<void> put(Schema schema, const std::string& key, const Json& object, const ReadAt& when);

  // Reads everything once; an error says what is damaged.
  Result<void> check();
  // True once a read found damage; the owner then sets the file aside.
  bool damaged() const { return damaged_; }
  // Renames the file, unless another process did so already; the line to show.
  std::string set_aside(const std::string& why);
  const std::string& path() const { return path_; }

 private:
  class Statement;
  Cache() = default;
  Result<void> execute(const char* sql);
  Error failed(const std::string& doing);
  Error damage(const std::string& what);
  Result<Sha256> keys_of(Schema schema);
  Result<void> check_keys(Schema schema);
  Result<void> write_list(const CachedList& list);
  Result<void> write_meta(const CacheSource& source);
  Result<void> put_rows(std::span<const SingleUpdate> rows);
  Result<void> put_row(const SingleUpdate& row);
  Result<std::optional<int64_t>> newest_height();
  Result<SchemaChanges> replace_list(const RecordList& list, const ReadAt& when);
  Result<std::vector<SchemaChanges>> write_facts(const CacheSource& source,
                                                 std::span<const ListUpdate> lists,
                                                 std::span<const SingleUpdate> singles);
  template <class Work>
  auto in_transaction(const Work& work) -> decltype(work());
  static Result<Cache> connect(const std::string& path, bool create, bool& unusable,
                               std::string& why);

  std::string path_;  // empty: in memory
  uint64_t inode_ = 0;
  sqlite3* db_ = nullptr;
  sqlite3_stmt* find_ = nullptr;
  std::map<std::string, sqlite3_stmt*, std::less<>> idle_;  // by their SQL (cache_statement.h)
  bool damaged_ = false;
  bool in_view_ = false;
  std::array<bool, std::size(kSchemas)> keys_checked_{};  // in this view
};

}  // namespace attest::dcl
