// The cache's file: opened or made, and set aside where it cannot be used.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "dcl/cache.h"
#include "dcl/cache_statement.h"
#include "dcl/file_text.h"

namespace attest::dcl {
namespace {

constexpr int kSchemaVersion = 2;           // PRAGMA user_version
constexpr int kApplicationId = 0x4D414443;  // "MADC"
constexpr int kBusyMilliseconds = 20'000;   // how long another process may hold the file
constexpr int kMaxSetAside = 1000;

constexpr const char* kTables =
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE lists(schema TEXT PRIMARY KEY, height INTEGER NOT NULL, block_time INTEGER NOT "
    "NULL, read_at INTEGER NOT NULL, records INTEGER NOT NULL, keys BLOB NOT NULL, digest BLOB NOT "
    "NULL) WITHOUT ROWID;"
    // height is null where the list's own holds; object is null where the ledger said that there is
    // none.
    "CREATE TABLE records(schema TEXT NOT NULL, key TEXT NOT NULL, object TEXT, height INTEGER, "
    "block_time INTEGER, read_at INTEGER, digest BLOB NOT NULL, UNIQUE(schema, key));";

// SQLite would wait for ever at what is no file: a pipe that nobody writes into, a device.
Result<void> only_files(const std::string& path) {
  for (const char* beside : {"", "-wal", "-shm", "-journal"}) {
    struct stat about = {};
    const std::string name = path + beside;
    if (stat(name.c_str(), &about) != 0 || S_ISREG(about.st_mode)) continue;
    return error(
        fmt::format("cache {}: expected a file, found {}", name, file_kind_text(about.st_mode)));
  }
  return {};
}

uint64_t inode_of(const std::string& path) {
  struct stat about = {};
  return stat(path.c_str(), &about) == 0 ? static_cast<uint64_t>(about.st_ino) : 0;
}

}  // namespace

// `unusable` with `why` says that the file is there and is no cache of ours; other errors are about
// the machine.
Result<Cache> Cache::connect(const std::string& path, bool create, bool& unusable,
                             std::string& why) {
  Cache cache;
  cache.path_ = path;
  if (const auto files = only_files(path); !path.empty() && !files)
    return tl::unexpected(files.error());
  const int flags =
      SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_EXRESCODE;
  int opened =
      sqlite3_open_v2(path.empty() ? ":memory:" : path.c_str(), &cache.db_, flags, nullptr);
  if (opened != SQLITE_OK && !create) {
    // A cache on a read-only medium: nobody can be writing it.
    sqlite3_close(cache.db_);
    const std::string uri = "file:" + path + "?immutable=1";
    opened =
        sqlite3_open_v2(uri.c_str(), &cache.db_, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
  }
  if (opened != SQLITE_OK) return tl::unexpected(cache.failed("cannot be opened"));
  sqlite3_extended_result_codes(cache.db_, 0);
  sqlite3_busy_timeout(cache.db_, kBusyMilliseconds);
  cache.inode_ = inode_of(path);
  int64_t version = 0, application = 0, tables = 0;
  {
    Statement about(cache,
                    "SELECT (SELECT user_version FROM pragma_user_version), (SELECT application_id "
                    "FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)");
    if (about.step() != SQLITE_ROW) {
      const Error failure = cache.failed("cannot be read");
      unusable = cache.damaged_;
      why = sqlite3_errmsg(cache.db_);
      return tl::unexpected(failure);
    }
    version = sqlite3_column_int64(about.get(), 0);
    application = sqlite3_column_int64(about.get(), 1);
    tables = sqlite3_column_int64(about.get(), 2);
  }
  if (tables == 0 && version == 0) {
    if (!create) return error("empty");
    // Two processes may meet here; the second finds the tables made.
    // A new file waits for no disk: should the machine itself stop now, there was nothing in it to
    // lose. (A process that is killed loses nothing either way.)
    if (!path.empty()) {
      if (const auto wal = cache.execute("PRAGMA synchronous=OFF; PRAGMA journal_mode=WAL;"); !wal)
        return tl::unexpected(wal.error());
    }
    if (const auto begun = cache.execute("BEGIN IMMEDIATE"); !begun)
      return tl::unexpected(begun.error());
    Statement made(cache, "SELECT count(*) FROM sqlite_schema");
    const bool empty = made.step() == SQLITE_ROW && sqlite3_column_int64(made.get(), 0) == 0;
    made.reset();
    if (empty) {
      const std::string pragmas =
          fmt::format("PRAGMA user_version={}; PRAGMA application_id={}; {}", kSchemaVersion,
                      kApplicationId, kTables);
      if (const auto written = cache.execute(pragmas.c_str()); !written)
        return tl::unexpected(written.error());
    }
    if (const auto done = cache.execute("COMMIT"); !done) return tl::unexpected(done.error());
    return cache;
  }
  if (application != kApplicationId) {
    unusable = true;
    why = "it is a database of another program";
  } else if (version != kSchemaVersion) {
    unusable = true;
    why = fmt::format("its version is {}, this program knows {}", version, kSchemaVersion);
  }
  if (unusable) return error(why);
  // With a write-ahead log this keeps transactions whole through a crash of the machine too.
  if (const auto normal = cache.execute("PRAGMA synchronous=NORMAL;"); !normal)
    return tl::unexpected(normal.error());
  return cache;
}

Result<std::optional<Cache>> Cache::open(const std::string& path, Open how,
                                         std::string& set_aside) {
  if (how == Open::create) {
    std::error_code ignored;  // the opening says what is wrong
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  }
  for (int attempt = 0; attempt < 3; ++attempt) {
    if (how == Open::existing && !std::filesystem::exists(path)) return std::nullopt;
    bool unusable = false;
    std::string why;
    auto cache = connect(path, how == Open::create, unusable, why);
    if (cache) return std::optional<Cache>(std::move(*cache));
    if (!unusable) {
      if (how == Open::existing && cache.error().what == "empty") return std::nullopt;
      return tl::unexpected(cache.error());
    }
    Cache unread;
    unread.path_ = path;
    unread.inode_ = inode_of(path);
    set_aside = unread.set_aside(why);
    if (std::filesystem::exists(path) && inode_of(path) == unread.inode_) return error(set_aside);
  }
  return error(fmt::format(
      "cache {}: cannot be opened: it is replaced by unusable files again and again", path));
}

Result<Cache> Cache::in_memory() {
  bool unusable = false;
  std::string why;
  return connect("", true, unusable, why);
}

std::string Cache::set_aside(const std::string& why) {
  if (path_.empty()) return {};
  // Under a lock: of two processes that find the damage, the second must not rename the first one's
  // new file.
  const int lock = ::open((path_ + ".lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
  if (lock >= 0) flock(lock, LOCK_EX);
  std::string line;
  if (inode_of(path_) == inode_) {
    std::string name;
    for (int n = 1; n <= kMaxSetAside; ++n) {
      name = fmt::format("{}.unusable-{}", path_, n);
      if (!std::filesystem::exists(name)) break;
    }
    std::error_code failure;
    std::filesystem::rename(path_, name, failure);
    for (const char* beside : {"-wal", "-shm"}) {
      std::error_code ignored;
      std::filesystem::rename(path_ + beside, name + beside, ignored);
    }
    line = failure ? fmt::format("cache {}: not usable ({}) and cannot be renamed: {}", path_, why,
                                 failure.message())
                   : fmt::format("cache {}: not usable ({}); set aside as {}", path_, why, name);
  } else {
    line = fmt::format("cache {}: was not usable ({}) and was set aside", path_, why);
  }
  if (lock >= 0) ::close(lock);
  return line;
}

}  // namespace attest::dcl
