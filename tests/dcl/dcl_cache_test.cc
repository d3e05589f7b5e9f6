// Cache and snapshots: whole or not at all, and the same bytes for the same facts.
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "dcl/cache.h"
#include "dcl/snapshot.h"
#include "tests/support/dcl_support.h"

using namespace attest;
using namespace attest::dcl;
using namespace attest::test;

namespace {

Result<SyncResult> sync_into(const std::string& file, Ledger4Test& ledger, bool versions = false) {
  auto node = ledger.node();
  return sync(node, file, kNow, {.versions = versions});
}

Cache open(const std::string& file) {
  std::string set_aside;
  auto cache = Cache::open(file, Cache::Open::existing, set_aside);
  REQUIRE(cache);
  REQUIRE(*cache);
  CHECK(set_aside == "");
  return std::move(**cache);
}

void write(const std::string& path, std::string_view bytes, std::streamoff at = -1) {
  if (at < 0) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    return;
  }
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(at);
  file << bytes;
}

}  // namespace

TEST_CASE("dcl: a full sync of the recorded ledger takes at most 40 requests, all at one height") {
  if (!have_shared("dcl")) return;
  const Folder folder;
  Ledger4Test ledger(recorded());
  const auto first = sync_into(folder / "c.sqlite", ledger);
  REQUIRE_MESSAGE(first.has_value(), (first ? "" : first.error().what));
  CHECK(first->requests == 11);
  CHECK(ledger.server.asked().size() == 11);
  CHECK_FALSE(first->unchanged());
  for (const auto& asked : ledger.server.asked())
    CHECK((asked.height == "296" || asked.path.starts_with("/cosmos/")));
  // Again: the same facts, and it says so.
  const auto second = sync_into(folder / "c.sqlite", ledger);
  REQUIRE(second);
  CHECK(second->unchanged());
  // With all versions: two more a model at most, and one a version.
  ledger.server.forget_asked();
  const auto all = sync_into(folder / "c.sqlite", ledger, true);
  REQUIRE_MESSAGE(all.has_value(), (all ? "" : all.error().what));
  CHECK(ledger.server.asked().size() == 11 + 180 + 8);
  Cache cache = open(folder / "c.sqlite");
  CHECK((*cache.list(Schema::version))->records == 6);
  CHECK(cache.check().has_value());
}

TEST_CASE("dcl: a sync says what is new, changed and gone") {
  const Folder folder;
  Ledger4Test ledger(small_ledger(5));
  REQUIRE(sync_into(folder / "c.sqlite", ledger));
  auto facts = small_ledger(6);
  auto& vendors = facts.records[Schema::vendor];
  vendors.erase("FFEF");
  Json changed;
  for (const auto& [name, value] : *vendors.at("FFF1").object())
    changed.set(name, name == "vendorName" ? Json("Other") : value);
  vendors["FFF1"] = changed;
  facts.height = 51;
  ledger.server.set_facts(facts);
  const auto synced = sync_into(folder / "c.sqlite", ledger);
  REQUIRE(synced);
  const auto& vendor = synced->changes.front();
  CHECK(vendor.records == 5);
  CHECK(vendor.added == 1);
  CHECK(vendor.changed == 1);
  CHECK(vendor.removed == 1);
  Cache cache = open(folder / "c.sqlite");
  CHECK((*cache.find(Schema::vendor, "FFF1"))->object == changed);
  CHECK((*cache.find(Schema::vendor, "FFF1"))->when.height == 51);
  CHECK_FALSE((*cache.find(Schema::vendor, "FFEF")).has_value());
}

TEST_CASE("dcl: a node does not lead a cache back to what was true once, nor to another chain") {
  const Folder folder;
  Ledger4Test ledger(small_ledger(5));
  REQUIRE(sync_into(folder / "c.sqlite", ledger));
  auto older = small_ledger(4);
  older.height = 49;
  ledger.server.set_facts(older);
  const auto synced = sync_into(folder / "c.sqlite", ledger);
  REQUIRE_FALSE(synced);
  CHECK(synced.error().what ==
        ledger.server.url() + ": is behind: it offers height 49, height 50 is already known here");
  Cache cache = open(folder / "c.sqlite");
  const auto other =
      cache.update({.chain_id = "other", .source = "x", .trust = LedgerTrust::none}, {});
  REQUIRE_FALSE(other);
  CHECK(other.error().what ==
        "cache " + (folder / "c.sqlite") + ": holds dclchain-local, expected other");
}

TEST_CASE("dcl: no fault of a node loses or invents a fact of the cache") {
  const Folder folder;
  Ledger4Test ledger(small_ledger(5), {}, hasty());
  REQUIRE(sync_into(folder / "c.sqlite", ledger));
  const auto before =
      write_snapshot(*snapshot_of(*std::make_unique<Cache>(open(folder / "c.sqlite"))));
  for (const std::string& name : fixtures::fault_names()) {
    const auto fault = *fixtures::fault_named(name);
    if (fault == fixtures::Fault::none || fault == fixtures::Fault::wrong_record) continue;
    CAPTURE(name);
    ledger.server.set_behaviour({.fault = fault});
    CHECK_FALSE(sync_into(folder / "c.sqlite", ledger).has_value());
    Cache cache = open(folder / "c.sqlite");
    CHECK(write_snapshot(*snapshot_of(cache)) == before);
  }
}

TEST_CASE("dcl: a damaged, foreign or newer cache file is named and set aside, never half-read") {
  const Folder folder;
  const std::string file = folder / "dclchain-local.sqlite";
  Ledger4Test ledger(small_ledger(400));
  const auto sql = [&](const char* text) {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
    REQUIRE(sqlite3_exec(db, text, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(db);
  };
  const struct {
    const char* name;
    std::function<void()> harm;
    const char* why;
  } rows[] = {
      {"not a database",
       [&] {
         write(file, "this is no database, though it is long enough to have a header of one. " +
                         std::string(4000, 'x'));
       },
       "file is not a database"},
      {"cut in the middle",
       [&] { std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2); },
       "database disk image is malformed"},
      {"newer version", [&] { sql("PRAGMA user_version=3"); },
       "its version is 3, this program knows 2"},
      {"another program's", [&] { sql("PRAGMA application_id=7"); },
       "it is a database of another program"},
      {"a changed record",
       [&] { sql("UPDATE records SET object=replace(object,'Vendor 3','Vendor X')"); },
       "does not match its digest"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    std::filesystem::remove(file);
    std::filesystem::remove(file + ".unusable-1");
    REQUIRE(sync_into(file, ledger));
    row.harm();
    auto source =
        CachedLedger::open({.network = {.name = "main", .chain_id = "dclchain-local", .url = ""},
                            .cache_folder = folder.path(),
                            .ledger = "",
                            .offline = true,
                            .max_age = 86'400,
                            .now = kNow,
                            .engine = attest::openssl_engine(),
                            .transport = {},
                            .progress = {}});
    REQUIRE(source);
    const auto vendors = (*source)->records(Schema::vendor);
    REQUIRE(std::holds_alternative<Unknown>(vendors));
    const auto notes = (*source)->notes();
    REQUIRE(notes.size() >= 1);
    CAPTURE(notes[0]);
    CHECK(notes[0].find(row.why) != std::string::npos);
    CHECK(notes[0].find("set aside as " + file + ".unusable-1") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(file));
    CHECK(std::filesystem::exists(file + ".unusable-1"));
    // And the next sync starts anew.
    CHECK(sync_into(file, ledger).has_value());
  }
}

TEST_CASE("dcl: a sync into a damaged cache sets it aside and goes on") {
  const Folder folder;
  const std::string file = folder / "c.sqlite";
  Ledger4Test ledger(small_ledger(400));
  REQUIRE(sync_into(file, ledger));
  write(file, std::string(8192, '\x55'), 4096);
  const auto synced = sync_into(file, ledger);
  REQUIRE_MESSAGE(synced.has_value(), (synced ? "" : synced.error().what));
  Cache cache = open(file);
  CHECK(cache.check().has_value());
  CHECK(cache.find_all(Schema::vendor)->size() == 400);
}

TEST_CASE("dcl: snapshots are the same bytes for the same facts, and come back whole") {
  if (!have_shared("dcl")) return;
  const Folder folder;
  Ledger4Test ledger(recorded());
  REQUIRE(sync_into(folder / "a.sqlite", ledger));
  REQUIRE(sync_into(folder / "b.sqlite", ledger));
  REQUIRE(sync_into(folder / "b.sqlite", ledger));
  Cache a = open(folder / "a.sqlite"), b = open(folder / "b.sqlite");
  REQUIRE(a.put(Schema::version, "FFF1/8000/00000063", Json(),
                {.height = 296, .block_time = {1795214749}, .read_at = kNow}));
  REQUIRE(b.put(Schema::version, "FFF1/8000/00000063", Json(),
                {.height = 296, .block_time = {1795214749}, .read_at = {kNow.seconds + 99}}));
  const std::string text = write_snapshot(*snapshot_of(a));
  CHECK(text == write_snapshot(*snapshot_of(b)));
  const auto read = read_snapshot(text);
  REQUIRE_MESSAGE(read.has_value(), (read ? "" : read.error().what));
  CHECK(write_snapshot(*read) == text);
  auto memory = Cache::in_memory();
  REQUIRE(memory);
  REQUIRE(load_snapshot(*memory, *read, "x.json"));
  CHECK(write_snapshot(*snapshot_of(*memory)) == text);
  std::vector<Schema> skipped;
  CHECK(differences(*read, *snapshot_of(a), skipped).empty());
  CHECK(skipped.empty());
}

TEST_CASE("dcl: a snapshot that was changed by hand is refused, and says where") {
  const Folder folder;
  Ledger4Test ledger(small_ledger(3));
  REQUIRE(sync_into(folder / "a.sqlite", ledger));
  Cache cache = open(folder / "a.sqlite");
  const std::string good = write_snapshot(*snapshot_of(cache));
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string bad = good;
    const size_t at = bad.find(from);
    REQUIRE(at != std::string::npos);
    const auto read = read_snapshot(bad.replace(at, from.size(), to));
    return read ? "read" : read.error().what;
  };
  CHECK(with("\"Vendor 1\"", "\"Vendor 9\"").starts_with("vendor: the manifest's SHA-256 is "));
  CHECK(with("\"records\":3", "\"records\":4") ==
        "vendor: the manifest says 4 records, there are 3");
  CHECK(with("matter-attest/ledger/1", "matter-attest/ledger/9") ==
        "expected a ledger snapshot (matter-attest/ledger/1), found matter-attest/ledger/9");
  CHECK(with("\"single\": [", "\"extra\": [],\n\"single\": [") ==
        "the file has sections that its manifest does not name");
  CHECK(with("\"dclchain-local\"", "\"../x\"") == "chain_id: expected a chain id, found \"../x\"");
  // What says whose facts these are, and of when, is covered as the facts are.
  for (const char* to : {"\"main-net\"", "\"testnet-2.0\"", "\"dclchain-locam\""})
    CHECK(with("\"dclchain-local\"", to)
              .starts_with("sha256: chain_id " + std::string(to) + ", height, time and manifest"));
  CHECK(with("\"height\": 50,", "\"height\": 51,").starts_with("sha256: chain_id"));
  CHECK(with("\"height\":50,", "\"height\":51,").starts_with("sha256: chain_id"));
  CHECK(with("\"time\": \"2026", "\"time\": \"2027").starts_with("sha256: chain_id"));
  // Where nothing covers it, the facts could be any ledger's.
  std::string bare = good;
  const size_t seal = bare.find("\"sha256\": ");
  bare.erase(seal, bare.find('\n', seal) + 1 - seal);
  for (const char* chain : {"\"dclchain-local\"", "\"main-net\""}) {
    std::string one = bare;
    const std::string own = "\"dclchain-local\"";
    const auto read = read_snapshot(one.replace(one.find(own), own.size(), chain));
    REQUIRE_FALSE(read);
    CHECK(read.error().what ==
          "sha256: expected the SHA-256 of chain_id, height, time and manifest, found none: an "
          "older snapshot, export it anew");
  }
  CHECK(read_snapshot("{}").error().what ==
        "expected a ledger snapshot (matter-attest/ledger/1), found other JSON");
  CHECK(read_snapshot(good.substr(0, good.size() / 2)).error().what.starts_with("JSON: "));
}

namespace {

pid_t start_program(const std::vector<std::string>& arguments) {
  const pid_t child = fork();
  if (child != 0) return child;
  const int null = ::open("/dev/null", O_WRONLY);
  dup2(null, 1);
  dup2(null, 2);
  std::vector<char*> argv{const_cast<char*>(MATTER_ATTEST_PROGRAM), const_cast<char*>("dcl")};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(MATTER_ATTEST_PROGRAM, argv.data());
  _exit(127);
}

}  // namespace

// MATTER_ATTEST_KILLS=200 for the long run.
TEST_CASE(
    "dcl: a sync that is killed leaves the old facts or the new ones, whole, beside two readers") {
  const char* asked = std::getenv("MATTER_ATTEST_KILLS");
  const int kills = asked == nullptr ? 25 : std::atoi(asked);
  const Folder folder;
  const std::string file = folder / "dclchain-local.sqlite";
  auto odd = small_ledger(3000), even = small_ledger(3000);
  for (auto& [key, vendor] : odd.records[Schema::vendor]) {
    Json changed;
    for (const auto& [name, value] : *vendor.object())
      changed.set(name, name == "companyLegalName" ? Json("Odd") : value);
    vendor = changed;
  }
  Ledger4Test ledger(even);
  REQUIRE(sync_into(file, ledger));
  const std::vector<std::string> reader{"vendor",         "--offline",   "--chain-id",
                                        "dclchain-local", "--cache-dir", folder.path(),
                                        "--format",       "json"};
  std::mt19937 random(20261120);
  int whole_old = 0, whole_new = 0;
  for (int kill_number = 1; kill_number <= kills; ++kill_number) {
    const bool to_odd = kill_number % 2 == 1;
    auto facts = to_odd ? odd : even;
    facts.height = 50 + kill_number;
    ledger.server.set_facts(facts);
    const pid_t readers[] = {start_program(reader), start_program(reader)};
    const pid_t writer = start_program({"sync", "--chain-id", "dclchain-local", "--cache-dir",
                                        folder.path(), "--from", ledger.server.url()});
    usleep(static_cast<useconds_t>(random() % 180'000));
    kill(writer, SIGKILL);
    int status = 0;
    waitpid(writer, &status, 0);
    for (const pid_t pid : readers) {
      waitpid(pid, &status, 0);
      CHECK(WIFEXITED(status));
      CHECK(WEXITSTATUS(status) == 0);
    }
    Cache cache = open(file);
    REQUIRE(cache.check());
    const auto vendors = cache.find_all(Schema::vendor);
    REQUIRE(vendors);
    REQUIRE(vendors->size() == 3000);
    const int64_t height = (*cache.list(Schema::vendor))->when.height;
    size_t odds = 0;
    for (const auto& vendor : *vendors)
      odds += *vendor.object.find("companyLegalName")->string() == "Odd" ? 1 : 0;
    const bool odd_height = height > 50 && (height - 50) % 2 == 1;
    CHECK(odds == (odd_height ? 3000u : 0u));
    ++(height == facts.height ? whole_new : whole_old);
  }
  MESSAGE("killed " << kills << " times: " << whole_old << " before the new facts, " << whole_new
                    << " after");
}
