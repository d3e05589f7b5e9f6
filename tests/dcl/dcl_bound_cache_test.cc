// What is not found in the cache is absent only where nothing can have been lost: bits that
// flipped, rows that went, files that are none.
#include <sqlite3.h>
#include <sys/stat.h>

#include <random>
#include <set>

#include "dcl/snapshot.h"
#include "tests/support/dcl_support.h"

using namespace attest;
using namespace attest::dcl;
using namespace attest::test;

namespace {

const KeyId kRevoked = *key_id(*from_hex_lenient("EB3715DAD0F2AC1C7B1EF848B697713D8B52D6CC"));

LedgerOptions offline(const Folder& folder) {
  return {.network = {.name = "main", .chain_id = "dclchain-local", .url = ""},
          .cache_folder = folder.path(),
          .ledger = "",
          .offline = true,
          .max_age = 86'400,
          .now = kNow,
          .engine = attest::openssl_engine(),
          .transport = {},
          .progress = {}};
}

std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write_all(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

void sql(const std::string& file, const std::string& text) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, text.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
}

// Every place of the revoked certificate's key in the file: of the table and of its index.
std::set<size_t> bytes_around(const std::string& file, const std::string& key) {
  std::set<size_t> out;
  for (size_t at = 0; (at = file.find(key, at)) != std::string::npos; ++at) {
    for (size_t i = at - 16; i < at + key.size() + 4; ++i) out.insert(i);
  }
  return out;
}

}  // namespace

TEST_CASE("dcl: no bit that flips in the cache makes a revoked certificate one that is in force") {
  if (!have_shared("dcl")) return;
  const Folder source;
  Ledger4Test server(recorded());
  auto node = server.node();
  REQUIRE(sync(node, source / "c.sqlite", kNow));
  const std::string good = read_all(source / "c.sqlite");
  std::vector<size_t> bits;
  const auto near = bytes_around(good, hex_upper(kRevoked) + "/");
  CHECK(near.size() >= 2 * 60);
  for (const size_t byte : near) {
    for (size_t bit = 0; bit < 8; ++bit) bits.push_back(byte * 8 + bit);
  }
  std::mt19937 random(20261129);
  for (int i = 0; i < 800; ++i) bits.push_back(random() % (good.size() * 8));
  size_t found = 0, unknown = 0;
  for (const size_t bit : bits) {
    const Folder folder;
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    write_all(folder / "dclchain-local.sqlite", bad);
    auto ledger = CachedLedger::open(offline(folder));
    REQUIRE(ledger);
    const auto fact = (*ledger)->revoked_certificates(kRevoked);
    if (std::holds_alternative<Absent>(fact)) FAIL_CHECK("bit " << bit << " gives absent");
    unknown += std::holds_alternative<Unknown>(fact) ? 1 : 0;
    if (const auto* revoked = std::get_if<Found<std::vector<LedgerCertificate>>>(&fact)) {
      CHECK(revoked->value.size() == 1);
      ++found;
    }
  }
  // Most pages hold nothing that the answer hangs on; the entry itself is among those that do.
  CHECK(found > bits.size() / 10);
  CHECK(unknown > near.size());
  CHECK(found + unknown == bits.size());
}

TEST_CASE("dcl: a row that went, came or lost its content is damage, not absence") {
  const std::pair<const char*, const char*> rows[] = {
      {"a row is gone", "DELETE FROM records WHERE key='FFF0'"},
      {"all rows are gone", "DELETE FROM records"},
      {"a row came",
       "INSERT INTO records(schema,key,object,digest) VALUES('vendor','0001','{}',x'')"},
      {"a key changed", "UPDATE records SET key='FFF9' WHERE key='FFF0'"},
      {"its schema changed", "UPDATE records SET schema='model' WHERE key='FFF0'"},
      {"its content is null", "UPDATE records SET object=NULL WHERE key='FFF0'"},
      {"the list's height", "UPDATE lists SET height=9999 WHERE schema='vendor'"},
      {"the list's date", "UPDATE lists SET read_at=read_at+100000000"},
      {"the list's count", "UPDATE lists SET records=6"},
      {"the keys' digest", "UPDATE lists SET keys=x'00'"},
      {"whose ledger it is", "UPDATE meta SET value='main-net' WHERE name='chain_id'"},
      {"where it came from", "UPDATE meta SET value='https://elsewhere' WHERE name='source'"},
      {"how far it is trusted", "UPDATE meta SET value='proof' WHERE name='trust'"},
      {"which node is asked", "UPDATE meta SET value='http://elsewhere' WHERE name='node'"},
  };
  for (const auto& [name, change] : rows) {
    CAPTURE(std::string(name));
    const Folder folder;
    const std::string file = folder / "dclchain-local.sqlite";
    Ledger4Test server(small_ledger(7));
    auto node = server.node();
    REQUIRE(sync(node, file, kNow));
    sql(file, change);
    auto ledger = CachedLedger::open(offline(folder));
    // Beside a row that came, the others are what they were.
    const bool came = std::string_view(name) == "a row came";
    CHECK(std::holds_alternative<Unknown>((*ledger)->vendor(0xFFF0)) != came);
    CHECK(std::holds_alternative<Unknown>((*ledger)->vendor(0x1111)));
    CHECK_FALSE((*ledger)->notes().empty());
  }
}

TEST_CASE("dcl: a record that was asked for by itself keeps its date, and its list its keys") {
  const Folder folder;
  const std::string file = folder / "dclchain-local.sqlite";
  std::string set_aside;
  auto cache = Cache::open(file, Cache::Open::create, set_aside);
  REQUIRE(cache);
  const ReadAt when{.height = 50, .block_time = {1}, .read_at = {2}};
  const ListUpdate none[] = {{.when = when, .list = {.schema = Schema::version, .records = {}}}};
  REQUIRE((*cache)->update({.chain_id = "dclchain-local", .source = "x"}, none));
  for (const char* key : {"FFF1/8000/00000002", "FFF1/8000/00000001", "FFF1/8000/00000002"})
    REQUIRE((*cache)->put(Schema::version, key, Json(), when));
  CHECK((*cache)->check().has_value());
  CHECK((*cache)->find(Schema::version, "FFF1/8000/00000002")->has_value());
  CHECK_FALSE((*cache)->find(Schema::version, "FFF1/8000/00000003")->has_value());
  for (const char* change :
       {"UPDATE records SET read_at=99999999999 WHERE key='FFF1/8000/00000002'",
        "UPDATE records SET height=NULL WHERE key='FFF1/8000/00000002'",
        "UPDATE records SET height=51, read_at=3 WHERE key='FFF1/8000/00000002'"}) {
    CAPTURE(change);
    REQUIRE((*cache)->put(Schema::version, "FFF1/8000/00000002", Json(), when));
    sql(file, change);
    CHECK_FALSE((*cache)->find(Schema::version, "FFF1/8000/00000002").has_value());
  }
  // A row that was lost is not covered by the next one that is written.
  REQUIRE((*cache)->put(Schema::version, "FFF1/8000/00000002", Json(), when));
  sql(file, "DELETE FROM records WHERE key='FFF1/8000/00000001'");
  CHECK_FALSE((*cache)->put(Schema::version, "FFF1/8000/00000004", Json(), when).has_value());
  CHECK((*cache)->damaged());
}

TEST_CASE("dcl: what is no file in a cache file's place is named, and not waited for") {
  for (const char* beside : {"", "-wal", "-journal"}) {
    CAPTURE(beside);
    const Folder folder;
    const std::string file = folder / "dclchain-local.sqlite";
    Ledger4Test server(small_ledger(3));
    auto node = server.node();
    if (*beside != '\0') REQUIRE(sync(node, file, kNow));
    REQUIRE(::mkfifo((file + beside).c_str(), 0600) == 0);
    auto ledger = CachedLedger::open(offline(folder));
    const auto vendor = (*ledger)->vendor(0xFFF0);
    REQUIRE(std::holds_alternative<Unknown>(vendor));
    CHECK(std::get<Unknown>(vendor).why ==
          "vendor FFF0: cache " + file + beside + ": expected a file, found a FIFO");
    CHECK(sync(node, file, kNow).error().what ==
          "cache " + file + beside + ": expected a file, found a FIFO");
  }
  const Folder folder;
  std::filesystem::create_directories(folder / "dclchain-local.sqlite");
  auto ledger = CachedLedger::open(offline(folder));
  CHECK(std::get<Unknown>((*ledger)->vendor(1)).why.ends_with("expected a file, found a folder"));
}
