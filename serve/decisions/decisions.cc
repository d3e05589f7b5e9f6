#include "serve/decisions/decisions.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "bundle/cms_signature.h"
#include "verifier/crypto/crypto.h"

namespace attest::serve {
namespace {

constexpr int kApplicationId = 0x4D614465;  // "MaDe"
constexpr int kSchemaVersion = 1;
constexpr size_t kMostBytes = 900u << 20;  // of one record; SQLite takes 10^9

// What refuses: every change of a record, and every record that does not follow the last. REPLACE
// would remove a row without asking the second trigger, and so does not get past the third.
struct Guard {
  const char* name;
  const char* sql;
};
constexpr const char* kTable =
    "CREATE TABLE decisions(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, digest BLOB NOT "
    "NULL UNIQUE, previous BLOB NOT NULL, search TEXT NOT NULL, line TEXT NOT NULL, signature "
    "BLOB, report BLOB NOT NULL, page BLOB NOT NULL, bundle BLOB NOT NULL) STRICT";
constexpr Guard kGuards[] = {
    {"no_update",
     "CREATE TRIGGER no_update BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions "
     "are never altered'); END"},
    {"no_delete",
     "CREATE TRIGGER no_delete BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions "
     "are never removed'); END"},
    {"append_only",
     "CREATE TRIGGER append_only BEFORE INSERT ON decisions WHEN NEW.number <> (SELECT "
     "coalesce(max(number), 0) + 1 FROM decisions) OR NEW.previous IS NOT coalesce((SELECT digest "
     "FROM decisions ORDER BY number DESC LIMIT 1), zeroblob(32)) OR EXISTS (SELECT 1 FROM "
     "decisions WHERE id = NEW.id OR digest = NEW.digest) BEGIN SELECT RAISE(ABORT, 'decisions "
     "are only appended'); END"}};

Bytes blob(sqlite3_stmt* row, int column) {
  const auto* data = static_cast<const uint8_t*>(sqlite3_column_blob(row, column));
  const auto size = static_cast<size_t>(sqlite3_column_bytes(row, column));
  return data == nullptr ? Bytes() : Bytes(data, data + size);
}

std::string text_at(sqlite3_stmt* row, int column) {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(row, column));
  const auto size = static_cast<size_t>(sqlite3_column_bytes(row, column));
  return data == nullptr ? std::string() : std::string(data, size);
}

tl::unexpected<DecisionsError> stopped(DecisionsError::Why why, Error error) {
  return tl::unexpected(DecisionsError{std::move(error), why});
}
tl::unexpected<DecisionsError> broken(std::string what) {
  return stopped(DecisionsError::Why::broken, {.what = std::move(what), .offset = {}});
}
tl::unexpected<DecisionsError> asked(std::string what) {
  return stopped(DecisionsError::Why::asked, {.what = std::move(what), .offset = {}});
}

OfRecord<std::vector<std::string>> words_of(std::string_view search) {
  constexpr size_t kMostWords = 16;
  std::vector<std::string> out;
  std::string word;
  for (const char c : std::string(search) + " ") {
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
      word += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!word.empty()) {
      out.push_back(std::exchange(word, {}));
    }
  }
  if (out.size() > kMostWords)
    return asked(
        fmt::format("expected at most {} words to search for, found {}", kMostWords, out.size()));
  return out;
}

}  // namespace

struct Decisions::State {
  std::string path;
  sqlite3* db = nullptr;
  std::mutex mutex;

  ~State() { sqlite3_close(db); }

  DecisionsError failed(const std::string& doing) const {
    using Why = DecisionsError::Why;
    const int code = sqlite3_errcode(db) & 0xFF;
    const char* advice = code == SQLITE_BUSY   ? " (another process holds it)"
                         : code == SQLITE_FULL ? " (is the disk full?)"
                                               : "";
    const Why why = code == SQLITE_BUSY || code == SQLITE_LOCKED ? Why::busy
                    : code == SQLITE_FULL                        ? Why::full
                                                                 : Why::broken;
    return {{.what = fmt::format("decisions {}: {}: {}{}", path, doing, sqlite3_errmsg(db), advice),
             .offset = {}},
            why};
  }
  OfRecord<void> execute(const std::string& sql, const char* doing) const {
    if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
    return tl::unexpected(failed(doing));
  }
};

namespace {

// A prepared statement, for its scope.
class Query {
 public:
  Query(sqlite3* db, const std::string& sql) {
    sqlite3_prepare_v2(db, sql.c_str(), -1, &statement_, nullptr);
  }
  ~Query() { sqlite3_finalize(statement_); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  Query& bind(int at, std::string_view text) {
    sqlite3_bind_text64(statement_, at, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
  }
  Query& bind(int at, uint64_t number) {
    sqlite3_bind_int64(statement_, at, static_cast<sqlite3_int64>(number));
    return *this;
  }
  Query& bind_blob(int at, View bytes) {
    static const uint8_t nothing = 0;  // not null: an empty blob is one
    const void* data = bytes.empty() ? &nothing : bytes.data();
    sqlite3_bind_blob64(statement_, at, data, bytes.size(), SQLITE_STATIC);
    return *this;
  }
  int step() { return statement_ == nullptr ? SQLITE_ERROR : sqlite3_step(statement_); }
  sqlite3_stmt* get() { return statement_; }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

// "WHERE …" of a search, whose words are bound from 2 on.
std::string where(const std::vector<std::string>& words, const char* first) {
  std::string out = fmt::format(" WHERE {}", first);
  for (size_t i = 0; i < words.size(); ++i)
    out += fmt::format(" AND instr(search, ?{}) > 0", i + 2);
  return out;
}

constexpr const char* kListed = "line, digest, coalesce(length(signature), 0) > 0";

OfRecord<ListedDecision> listed(sqlite3_stmt* row, const std::string& path) {
  const std::string line = text_at(row, 0);
  const Bytes digest = blob(row, 1);
  auto decision = read_decision(line);
  const Sha256 own = sha256(view(line));
  if (!decision || !equal(own, digest))
    return broken(fmt::format(
        "decisions {}: a record is damaged: {}; matter-attest decisions verify says which", path,
        decision ? "its digest is another" : decision.error().what));
  return ListedDecision{.decision = std::move(*decision),
                        .digest = own,
                        .is_signed = sqlite3_column_int(row, 2) != 0};
}

// What belongs in the database and its places, in this order.
constexpr const char* kWhole =
    "SELECT number, id, line, digest, previous, signature, search, report, page, bundle FROM "
    "decisions";

StoredDecision stored(sqlite3_stmt* row) {
  return {.number = static_cast<uint64_t>(sqlite3_column_int64(row, 0)),
          .id = text_at(row, 1),
          .line = text_at(row, 2),
          .digest = blob(row, 3),
          .previous = blob(row, 4),
          .signature = blob(row, 5),
          .search = text_at(row, 6),
          .report = text_at(row, 7),
          .page = text_at(row, 8),
          .bundle = blob(row, 9)};
}

// A file of our own, that nobody else reads: it holds what devices said. An error where something
// else than a file is there, which SQLite would wait for.
Result<void> make_file(const std::string& path, bool create) {
  struct stat about = {};
  if (stat(path.c_str(), &about) == 0) {
    if (S_ISREG(about.st_mode)) return {};
    return error(fmt::format("decisions {}: expected a file, found something else", path));
  }
  if (!create) return error(fmt::format("decisions {}: there is no such file", path));
  const int fd = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return error(fmt::format("decisions {}: cannot be made", path));
  ::close(fd);
  return {};
}

}  // namespace

Decisions::Decisions(std::unique_ptr<State> state) : state_(std::move(state)) {}
Decisions::Decisions(Decisions&&) noexcept = default;
Decisions& Decisions::operator=(Decisions&&) noexcept = default;
Decisions::~Decisions() = default;

Result<Decisions> Decisions::open(const std::string& path, Open how,
                                  std::chrono::milliseconds patience) {
  if (const auto made = make_file(path, how == Open::create); !made)
    return tl::unexpected(made.error());
  auto state = std::make_unique<State>();
  state->path = path;
  const bool reads = how == Open::read_only;
  int opened = sqlite3_open_v2(path.c_str(), &state->db,
                               reads ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE, nullptr);
  if (opened == SQLITE_OK && reads) {
    // On a read-only medium nobody can be writing it, and there is no place for what SQLite puts
    // beside a database.
    Query any(state->db, "SELECT count(*) FROM sqlite_schema");
    if (any.step() == SQLITE_CANTOPEN) opened = SQLITE_CANTOPEN;
  }
  if (opened != SQLITE_OK && reads) {
    sqlite3_close(state->db);
    state->db = nullptr;
    std::string uri = "file:";
    for (const char c : path)
      uri += c == '?' || c == '#' || c == '%' ? fmt::format("%{:02X}", c) : std::string(1, c);
    opened = sqlite3_open_v2((uri + "?immutable=1").c_str(), &state->db,
                             SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
  }
  if (opened != SQLITE_OK) return tl::unexpected(state->failed("cannot be opened"));
  sqlite3_busy_timeout(state->db, static_cast<int>(patience.count()));
  // On the disk, log included, before an append is answered.
  if (!reads) {
    if (const auto set =
            state->execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", "cannot be used");
        !set)
      return tl::unexpected(set.error());
    if (const auto begun = state->execute("BEGIN IMMEDIATE", "cannot be written"); !begun)
      return tl::unexpected(begun.error());
  }
  int64_t version = 0, application = 0, tables = 0;
  {
    Query about(state->db,
                "SELECT (SELECT user_version FROM pragma_user_version), (SELECT application_id "
                "FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)");
    if (about.step() != SQLITE_ROW) return tl::unexpected(state->failed("cannot be read"));
    version = sqlite3_column_int64(about.get(), 0);
    application = sqlite3_column_int64(about.get(), 1);
    tables = sqlite3_column_int64(about.get(), 2);
  }
  if (tables == 0 && version == 0 && how == Open::create) {
    std::string sql = fmt::format("PRAGMA user_version={}; PRAGMA application_id={}; {}",
                                  kSchemaVersion, kApplicationId, kTable);
    for (const Guard& guard : kGuards) sql += std::string("; ") + guard.sql;
    if (const auto written = state->execute(sql, "cannot be written"); !written)
      return tl::unexpected(written.error());
  } else if (application != kApplicationId || version != kSchemaVersion) {
    return error(fmt::format(
        "decisions {}: expected a database of decisions (version {}), found {}", path,
        kSchemaVersion,
        application == kApplicationId ? fmt::format("version {}", version) : "something else"));
  }
  if (!reads) {
    if (const auto done = state->execute("COMMIT", "cannot be written"); !done)
      return tl::unexpected(done.error());
  }
  return Decisions(std::move(state));
}

OfRecord<ListedDecision> Decisions::append(const DecisionRequest& request,
                                           const JudgedReport& report, Instant now,
                                           const SigningKey& signing) {
  if (const auto may = may_decide(request, report, now); !may)
    return stopped(DecisionsError::Why::asked, may.error());
  if (report.bytes() > kMostBytes)
    return asked(fmt::format("the report and its bundle have {} bytes, expected at most {}",
                             report.bytes(), kMostBytes));
  const std::lock_guard lock(state_->mutex);
  if (const auto begun = state_->execute("BEGIN IMMEDIATE", "cannot be written"); !begun)
    return tl::unexpected(begun.error());
  auto out = append_locked(request, report, now, signing);
  if (out) {
    if (const auto done = state_->execute("COMMIT", "cannot be written"); !done)
      out = tl::unexpected(done.error());
  }
  if (!out) sqlite3_exec(state_->db, "ROLLBACK", nullptr, nullptr, nullptr);
  return out;
}

OfRecord<ListedDecision> Decisions::append_locked(const DecisionRequest& request,
                                                  const JudgedReport& report, Instant now,
                                                  const SigningKey& signing) {
  Decision d{.number = 1,
             .id = {},
             .time = now,
             .approved = request.approved,
             .who = request.who,
             .reason = request.reason,
             .user = printable(request.user),
             .waivers = request.waivers,
             .verdict = report.verdict,
             .judged = report.time,
             .summary = printable(report.summary),
             .network = report.network,
             .stage = report.stage,
             .device = report.device,
             .report = sha256(view(report.json)),
             .page = sha256(view(report.html)),
             .bundle = sha256(report.bundle)};
  auto id = random_id();
  if (!id) return broken(id.error().what);
  d.id = std::move(*id);
  {
    Query last(state_->db,
               "SELECT number, digest, signature FROM decisions ORDER BY number DESC LIMIT 1");
    const int code = last.step();
    if (code != SQLITE_ROW && code != SQLITE_DONE)
      return tl::unexpected(state_->failed("cannot be read"));
    if (code == SQLITE_ROW) {
      d.number = static_cast<uint64_t>(sqlite3_column_int64(last.get(), 0)) + 1;
      const Bytes digest = blob(last.get(), 1);
      if (digest.size() != d.previous.size())
        return broken(
            fmt::format("decisions {}: the last record is damaged: its digest has {} "
                        "bytes, expected {}",
                        state_->path, digest.size(), d.previous.size()));
      std::copy(digest.begin(), digest.end(), d.previous.begin());
      d.signing->previous = digest_of_signature(blob(last.get(), 2));
    }
  }
  if (!signing.key.empty()) {
    const auto signer = certificate_digest(view(signing.certificate));
    if (!signer) return broken("the decision cannot be signed: " + signer.error().what);
    d.signing->certificate = hex(*signer);
  }
  const std::string line = canonical(d), search = searched_text(d);
  const Sha256 digest = sha256(view(line));
  Bytes signature;
  if (!signing.key.empty()) {
    auto made = sign_detached(view(line), view(signing.key), view(signing.certificate));
    if (!made) return broken("the decision cannot be signed: " + made.error().what);
    signature = std::move(*made);
  }
  Query insert(state_->db,
               "INSERT INTO decisions(number, id, digest, previous, search, line, signature, "
               "report, page, bundle) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
  insert.bind(1, d.number).bind(2, d.id).bind_blob(3, digest).bind_blob(4, d.previous);
  insert.bind(5, search).bind(6, line);
  if (!signature.empty()) insert.bind_blob(7, signature);
  insert.bind_blob(8, view(report.json)).bind_blob(9, view(report.html));
  insert.bind_blob(10, report.bundle);
  if (insert.step() != SQLITE_DONE) return tl::unexpected(state_->failed("cannot be written"));
  return ListedDecision{
      .decision = std::move(d), .digest = digest, .is_signed = !signature.empty()};
}

OfRecord<std::vector<ListedDecision>> Decisions::list(std::string_view search, size_t most,
                                                      uint64_t below) {
  const auto sought = words_of(search);
  if (!sought) return tl::unexpected(sought.error());
  const std::vector<std::string>& words = *sought;
  const std::lock_guard lock(state_->mutex);
  Query query(state_->db, fmt::format("SELECT {} FROM decisions{} ORDER BY number DESC LIMIT {}",
                                      kListed, where(words, "number < ?1"), most));
  query.bind(1, below == 0 ? static_cast<uint64_t>(INT64_MAX) : below);
  for (size_t i = 0; i < words.size(); ++i) query.bind(static_cast<int>(i) + 2, words[i]);
  std::vector<ListedDecision> out;
  int code = SQLITE_OK;
  while ((code = query.step()) == SQLITE_ROW) {
    auto one = listed(query.get(), state_->path);
    if (!one) return tl::unexpected(one.error());
    out.push_back(std::move(*one));
  }
  if (code != SQLITE_DONE) return tl::unexpected(state_->failed("cannot be read"));
  return out;
}

OfRecord<void> Decisions::export_csv(std::string_view search,
                                     const std::function<Result<void>(std::string_view)>& write) {
  const auto sought = words_of(search);
  if (!sought) return tl::unexpected(sought.error());
  const std::vector<std::string>& words = *sought;
  if (const auto done = write(decisions_csv_head()); !done) return broken(done.error().what);
  const std::lock_guard lock(state_->mutex);
  Query query(state_->db, fmt::format("SELECT {} FROM decisions{} ORDER BY number", kListed,
                                      where(words, "number > ?1")));
  query.bind(1, uint64_t{0});
  for (size_t i = 0; i < words.size(); ++i) query.bind(static_cast<int>(i) + 2, words[i]);
  int code = SQLITE_OK;
  while ((code = query.step()) == SQLITE_ROW) {
    const auto one = listed(query.get(), state_->path);
    if (!one) return tl::unexpected(one.error());
    if (const auto done = write(decision_csv_line(one->decision, one->digest, one->is_signed));
        !done)
      return broken(done.error().what);
  }
  if (code != SQLITE_DONE) return tl::unexpected(state_->failed("cannot be read"));
  return {};
}

OfRecord<std::optional<StoredDecision>> Decisions::find(std::string_view id) {
  const std::lock_guard lock(state_->mutex);
  Query query(state_->db, std::string(kWhole) + " WHERE id = ?1");
  query.bind(1, id);
  const int code = query.step();
  if (code == SQLITE_DONE) return std::nullopt;
  if (code != SQLITE_ROW) return tl::unexpected(state_->failed("cannot be read"));
  return std::optional<StoredDecision>(stored(query.get()));
}

OfRecord<void> Decisions::each(const std::function<bool(const StoredDecision&)>& take) {
  const std::lock_guard lock(state_->mutex);
  Query query(state_->db, std::string(kWhole) + " ORDER BY number");
  int code = SQLITE_OK;
  while ((code = query.step()) == SQLITE_ROW) {
    if (!take(stored(query.get()))) return {};
  }
  if (code != SQLITE_DONE) return tl::unexpected(state_->failed("cannot be read"));
  return {};
}

OfRecord<std::string> Decisions::unguarded() {
  const std::lock_guard lock(state_->mutex);
  for (const Guard& guard : kGuards) {
    Query query(state_->db, "SELECT sql FROM sqlite_schema WHERE type='trigger' AND name=?1");
    query.bind(1, guard.name);
    const int code = query.step();
    if (code != SQLITE_ROW && code != SQLITE_DONE)
      return tl::unexpected(state_->failed("cannot be read"));
    if (code == SQLITE_DONE || text_at(query.get(), 0) != guard.sql)
      return fmt::format("the database's trigger {}: expected it as it was made, found {}",
                         guard.name, code == SQLITE_DONE ? "none" : "another");
  }
  return std::string();
}

OfRecord<uint64_t> Decisions::next_number() {
  const std::lock_guard lock(state_->mutex);
  Query query(state_->db, "SELECT coalesce(max(number), 0) + 1 FROM decisions");
  if (query.step() != SQLITE_ROW) return tl::unexpected(state_->failed("cannot be read"));
  return static_cast<uint64_t>(sqlite3_column_int64(query.get(), 0));
}

Sha256 digest_of_signature(View signature) {
  return signature.empty() ? Sha256{} : sha256(signature);
}

Result<void> is_as_recorded(const StoredDecision& s) {
  const auto decision = read_decision(s.line);
  if (!decision) return tl::unexpected(decision.error());
  const struct {
    const char* what;
    Sha256 expected, found;
  } kept[] = {{"report", decision->report, sha256(view(s.report))},
              {"page", decision->page, sha256(view(s.page))},
              {"bundle", decision->bundle, sha256(s.bundle)}};
  for (const auto& one : kept) {
    if (one.expected == one.found) continue;
    return error(fmt::format("{}: expected SHA-256 {}, found {}", one.what, hex(one.expected),
                             hex(one.found)));
  }
  return {};
}

}  // namespace attest::serve
