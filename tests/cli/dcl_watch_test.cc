// dcl watch and dcl export --format chip as a cron job meets them: exit codes, files that are whole
// or not there, and a state that goes on only when all was told.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "cli/dcl.h"
#include "platform/paa_store.h"
#include "tests/support/audit_world.h"

using namespace attest;
using namespace attest::test;

namespace {

struct Run {
  int code = 0;
  std::string out, err;
};

// A node whose facts a test changes, and a cache.
struct Shell {
  AuditWorld world;
  Folder folder;
  fixtures::LedgerServer server{world.facts, {}};
  Shell() { REQUIRE(server.start()); }

  void serve() {
    ++world.facts.height;
    server.set_facts(world.facts);
  }
  Run operator()(const std::string& action, std::vector<std::string> operands = {},
                 const std::function<void(cli::DclArguments&)>& change = {}) {
    cli::DclArguments arguments;
    arguments.action = action;
    arguments.operands = std::move(operands);
    arguments.ledger.chain_id = "dclchain-local";
    arguments.ledger.cache_dir = folder.path();
    if (action == "sync") arguments.from = server.url();
    if (change) change(arguments);
    std::ostringstream out, err;
    const auto environment = [](const char*) -> std::optional<std::string> { return std::nullopt; };
    Console console{.out = out, .err = err, .environment = environment, .now = kNow};
    console.transport = [] { return dcl::make_curl_transport({.budget = hasty()}); };
    console.downloader = [this]() -> Result<std::unique_ptr<dcl::Downloader>> {
      return std::make_unique<FakeWeb>(world.web, world.sent);
    };
    const int code = cli::run_dcl(arguments, console);
    return {code, out.str(), err.str()};
  }
};

auto of_vendor(const std::string& atom = {}, const std::string& format = "text") {
  return [=](cli::DclArguments& a) {
    a.vid = "0xFFF1";
    a.atom = atom;
    a.format = format;
  };
}

bool holds(const std::string& text, const char* words) {
  return text.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("dcl watch: nothing is 0, something is 4, and told once") {
  Shell run;
  REQUIRE(run("sync").code == 0);
  const Run first = run("watch", {}, of_vendor());
  CHECK(first.code == 0);
  CHECK(first.out.empty());
  CHECK(holds(first.err, "the first look, at height 50"));
  CHECK(run("watch", {}, of_vendor()).code == 0);
  run.world.set_compliance("softwareVersionCertificationStatus", 3);
  run.serve();
  const Run second = run("watch", {}, of_vendor());
  CHECK(second.code == 4);
  CHECK(second.out.find("~ compliance entry 0xFFF1/0x8000 version 9 matter changed (revoked)") ==
        0);
  CHECK(run("watch", {}, of_vendor()).code == 0);
  // A new version, as NDJSON, and both since the first height.
  run.world.put(dcl::Schema::version, AuditWorld::version(10, "10.0"));
  run.world.set(dcl::Schema::versions, "FFF1/8000", "softwareVersions",
                Json(Json::Array{Json(1), Json(9), Json(10)}));
  run.serve();
  const Run third = run("watch", {}, of_vendor({}, "ndjson"));
  CHECK(third.code == 4);
  const auto line = parse_json(third.out);
  REQUIRE(line);
  CHECK(*line->find("schema")->string() == "version");
  const Run since = run("watch", {}, [](cli::DclArguments& a) {
    a.vid = "0xFFF1";
    a.since = "50";
  });
  CHECK(since.code == 4);
  CHECK(std::count(since.out.begin(), since.out.end(), '\n') == 2);
  const Run before = run("watch", {}, [](cli::DclArguments& a) {
    a.vid = "0xFFF1";
    a.since = "1";
  });
  CHECK(before.code == 3);
  CHECK(holds(before.err, "known from height 50 on"));
  // Without --vid it is another memory.
  CHECK(holds(run("watch").err, "the first look"));
}

TEST_CASE("dcl watch: an Atom file that cannot be written is 2, and nothing is lost") {
  Shell run;
  REQUIRE(run("sync").code == 0);
  REQUIRE(run("watch", {}, of_vendor()).code == 0);
  run.world.set_compliance("softwareVersionCertificationStatus", 3);
  run.serve();
  const Run refused = run("watch", {}, of_vendor(run.folder / "none/feed.xml"));
  CHECK(refused.code == 2);
  CHECK(refused.out.empty());
  CHECK(holds(refused.err, "--atom: "));
  CHECK(run("watch", {}, of_vendor(run.folder.path())).code == 2);
  CHECK(run("watch", {}, of_vendor("-")).code == 2);
  const Run told = run("watch", {}, of_vendor(run.folder / "feed.xml"));
  CHECK(told.code == 4);
  CHECK(holds(told.out, "revoked"));
  CHECK(holds(std::string(text(slurp(run.folder / "feed.xml"))), "revoked"));
}

TEST_CASE("dcl watch: a damaged memory is set aside, and is no \"nothing\"") {
  Shell run;
  REQUIRE(run("sync").code == 0);
  REQUIRE(run("watch").code == 0);
  const std::string state = run.folder / "dclchain-local.watch";
  REQUIRE(std::filesystem::exists(state));
  run.folder.write("dclchain-local.watch", "{}");
  const Run lost = run("watch");
  CHECK(lost.code == 3);
  CHECK(holds(lost.err, "it is set aside as"));
  CHECK(std::filesystem::exists(state + ".damaged"));
  CHECK(run("watch").code == 0);
}

TEST_CASE("dcl watch: a memory that cannot be opened is an error, and stays as it is") {
  namespace fs = std::filesystem;
  Shell run;
  REQUIRE(run("sync").code == 0);
  REQUIRE(run("watch").code == 0);
  const std::string state = run.folder / "dclchain-local.watch", kept = run.folder / "kept";
  fs::rename(state, kept);
  run.world.set_compliance("softwareVersionCertificationStatus", 3);
  run.serve();
  const std::function<void()> ways[] = {
      [&] { fs::create_directory(state); },
      [&] { fs::create_symlink("dclchain-local.watch", state); },    // a circle
      [&] { fs::create_symlink(run.folder / "not there", state); },  // a disk that is not mounted
  };
  for (const auto& way : ways) {
    way();
    const Run refused = run("watch");
    CAPTURE(refused.err);
    CHECK(refused.code == 2);
    CHECK(refused.out.empty());
    CHECK(holds(refused.err, "what was seen last cannot be read"));
    CHECK(fs::exists(fs::symlink_status(state)));
    CHECK(!fs::exists(state + ".damaged"));
    fs::remove(state);
  }
  fs::rename(kept, state);
  const Run told = run("watch");
  CHECK(told.code == 4);
  CHECK(holds(told.out, "revoked"));
}

TEST_CASE("dcl watch: a damaged memory that cannot be set aside is not written over") {
  Shell run;
  REQUIRE(run("sync").code == 0);
  run.folder.write("dclchain-local.watch", "{}");
  std::filesystem::create_directories(run.folder / "dclchain-local.watch.damaged/of before");
  const Run refused = run("watch");
  CHECK(refused.code == 2);
  CHECK(holds(refused.err, "it cannot be set aside"));
  CHECK(text(slurp(run.folder / "dclchain-local.watch")) == "{}");
}

TEST_CASE("dcl watch: --since above the ledger is a slip, at its height what is new is told") {
  Shell run;
  REQUIRE(run("sync").code == 0);
  REQUIRE(run("watch").code == 0);  // at height 50
  run.world.set_compliance("softwareVersionCertificationStatus", 3);
  run.serve();
  const auto since = [&](const char* height) {
    return run("watch", {}, [=](cli::DclArguments& a) { a.since = height; });
  };
  for (const char* height : {"52", "9223372036854775807"}) {
    const Run above = since(height);
    CHECK(above.code == 2);
    CHECK(above.out.empty());
    CHECK(holds(above.err, "--since: expected a height up to 51, which was read last"));
  }
  const Run told = since("51");
  CHECK(told.code == 4);
  CHECK(holds(told.out, "revoked"));
  CHECK(since("51").code == 0);
  CHECK(since("50").code == 4);
  CHECK(run("watch").code == 0);
}

TEST_CASE("dcl watch: a node that does not answer is 3, and offline the cache is looked at") {
  Shell run;
  CHECK(run("watch", {}, [](cli::DclArguments& a) { a.ledger.offline = true; }).code == 3);
  REQUIRE(run("sync").code == 0);
  CHECK(run("watch", {}, [](cli::DclArguments& a) { a.ledger.offline = true; }).code == 0);
  run.server.stop();
  CHECK(run("watch").code == 3);
  CHECK(run("watch", {}, [](cli::DclArguments& a) { a.since = "x"; }).code == 2);
  CHECK(run("watch", {}, [](cli::DclArguments& a) { a.vid = "0x12345"; }).code == 2);
}

TEST_CASE("dcl export --format chip: approved roots alone, with their provenance") {
  Shell run;
  const auto chip = [](cli::DclArguments& a) { a.format = "chip"; };
  const std::string stores = run.folder / "stores";
  CHECK(run("export", {stores}, chip).code == 3);  // never synced
  CHECK(!std::filesystem::exists(stores));
  REQUIRE(run("sync").code == 0);
  const Run done = run("export", {stores}, chip);
  CAPTURE(done.err);
  REQUIRE(done.code == 0);
  CHECK(holds(done.out, "1 PAAs and 0 declaration signers"));
  size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(stores + "/paa-root-certs")) {
    ++files;
    CHECK(slurp(file.path().string()) == run.world.certificates.paa->der);
    CHECK(file.path().filename().string().starts_with("dcld_mirror_CN_Test_vid_0xFFF1_"));
  }
  CHECK(files == 1);
  CHECK(std::filesystem::is_directory(stores + "/cd-certs"));
  const auto provenance = parse_json(text(slurp(stores + "/provenance.json")));
  REQUIRE(provenance);
  CHECK(provenance->find("height")->integer() == 50);
  // The store is dated by the ledger's block, whichever of its folders is named.
  for (const char* name : {"", "/", "/paa-root-certs", "/paa-root-certs/"}) {
    const auto store = paa_store_from(stores + name);
    REQUIRE_MESSAGE(store, (store ? "" : store.error().what));
    CHECK(store->as_of == run.world.facts.time);
  }
  // A root that is gone goes from the store, too; somebody else's file is not thrown away.
  run.world.facts.records[dcl::Schema::certificate].erase(run.world.key_of(true));
  const CertificatePtr other = parsed(RevocationWorld::parts(20, RevocationWorld::name("PAA 2"), 20,
                                                             RevocationWorld::name("PAA 2"), true,
                                                             RevocationWorld::kAuthority));
  run.world.put(dcl::Schema::certificate, AuditWorld::entry(other, true));
  run.serve();
  REQUIRE(run("sync").code == 0);
  std::ofstream(stores + "/notes.txt") << "mine";
  const Run kept = run("export", {stores}, chip);
  CHECK(kept.code == 2);
  CHECK(holds(kept.err, "found notes.txt"));
  std::filesystem::remove(stores + "/notes.txt");
  REQUIRE(run("export", {stores + "/"}, chip).code == 0);
  for (const auto& file : std::filesystem::directory_iterator(stores + "/paa-root-certs"))
    CHECK(slurp(file.path().string()) == other->der);
  // A folder of something else, a file, nowhere.
  run.folder.write("file", "");
  CHECK(run("export", {run.folder / "file"}, chip).code == 2);
  CHECK(run("export", {run.folder.path()}, chip).code == 2);
  CHECK(run("export", {"-"}, chip).code == 2);
  CHECK(run("export", {run.folder / "file/below"}, chip).code == 2);
}

TEST_CASE("dcl export --format chip: what is revoked, no PAA, or too large is left out and named") {
  Shell run;
  run.world.put(dcl::Schema::revoked, AuditWorld::entry(run.world.certificates.paa, true));
  run.serve();
  REQUIRE(run("sync").code == 0);
  const Run none =
      run("export", {run.folder / "stores"}, [](cli::DclArguments& a) { a.format = "chip"; });
  CHECK(none.code == 3);
  CHECK(holds(none.err, "approves no PAA"));
  CHECK(!std::filesystem::exists(run.folder / "stores"));
}

TEST_CASE("dcl export --format chip: who may have been revoked is left out, and told") {
  Shell run;
  const CertificatePtr other = parsed(RevocationWorld::parts(20, RevocationWorld::name("PAA 2"), 20,
                                                             RevocationWorld::name("PAA 2"), true,
                                                             RevocationWorld::kAuthority));
  run.world.put(dcl::Schema::certificate, AuditWorld::entry(other, true));
  const Json whole = AuditWorld::entry(run.world.certificates.paa, true);
  const Json unread = with(whole.find("certs")->array()->front(), "vid", "x");
  run.world.put(dcl::Schema::revoked, with(whole, "certs", Json(Json::Array{unread})));
  run.serve();
  REQUIRE(run("sync").code == 0);
  const std::string stores = run.folder / "stores";
  const auto chip = [](cli::DclArguments& a) { a.format = "chip"; };
  const Run done = run("export", {stores}, chip);
  CAPTURE(done.err);
  REQUIRE(done.code == 0);
  CHECK(holds(done.out, "1 PAAs"));
  CHECK(holds(done.err, "whether it was revoked is not known"));
  for (const auto& file : std::filesystem::directory_iterator(stores + "/paa-root-certs"))
    CHECK(slurp(file.path().string()) == other->der);
  CHECK(holds(std::string(text(slurp(stores + "/provenance.json"))),
              "whether it was revoked is not known"));
  // Of an entry that names nobody anybody may be the one.
  run.world.put(dcl::Schema::revoked,
                with(with(whole, "subjectKeyId", "none"), "subject", "none!"));
  run.serve();
  REQUIRE(run("sync").code == 0);
  const Run none = run("export", {run.folder / "others"}, chip);
  CHECK(none.code == 3);
  CHECK(holds(none.err, "any may be revoked"));
  CHECK(!std::filesystem::exists(run.folder / "others"));
}

TEST_CASE("dcl export --format chip: whole or not at all, no link followed, nothing left beside") {
  namespace fs = std::filesystem;
  Shell run;
  REQUIRE(run("sync").code == 0);
  const Folder place;
  const auto chip = [](cli::DclArguments& a) { a.format = "chip"; };
  const auto beside = [&] {
    std::vector<std::string> out;
    for (const auto& one : fs::directory_iterator(place.path()))
      out.push_back(one.path().filename().string());
    std::sort(out.begin(), out.end());
    return out;
  };
  using Names = std::vector<std::string>;
  const std::string stores = place / "stores";
  REQUIRE(run("export", {stores}, chip).code == 0);
  fs::permissions(stores, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec);
  REQUIRE(run("export", {stores}, chip).code == 0);  // again, in its place
  CHECK(beside() == Names{"stores"});
  CHECK((fs::status(stores).permissions() & fs::perms::others_all) == fs::perms::none);

  // Each is refused with what was found, and everything stays where it was.
  const std::string der = fs::directory_iterator(stores + "/paa-root-certs")->path().string();
  const std::string content(text(slurp(der)));
  const struct {
    const char* words;
    std::function<void()> change, undo;
  } rows[] = {
      {"found the folder notes", [&] { fs::create_directory(stores + "/notes"); },
       [&] { fs::remove(stores + "/notes"); }},
      {"with other bytes", [&] { std::ofstream(der) << "mine"; },
       [&] { std::ofstream(der) << content; }},
      {"found the link paa-root-certs/",
       [&] {
         fs::rename(der, place / "kept.der");
         fs::create_symlink(place / "kept.der", der);
       },
       [&] {
         fs::remove(der);
         fs::rename(place / "kept.der", der);
       }},
      {"found other files",
       [&] {
         fs::rename(stores + "/provenance.json", place / "kept");
         fs::create_symlink(place / "kept", stores + "/provenance.json");
       },
       [&] {
         fs::remove(stores + "/provenance.json");
         fs::rename(place / "kept", stores + "/provenance.json");
       }},
      {"found the link cd-certs",
       [&] {
         fs::remove(stores + "/cd-certs");
         fs::create_symlink(run.folder.path(), stores + "/cd-certs");
       },
       [&] {
         fs::remove(stores + "/cd-certs");
         fs::create_directory(stores + "/cd-certs");
       }},
  };
  for (const auto& row : rows) {
    CAPTURE(row.words);
    row.change();
    const Names before = beside();
    const Run refused = run("export", {stores}, chip);
    CAPTURE(refused.err);
    CHECK(refused.code == 2);
    CHECK(holds(refused.err, row.words));
    CHECK(beside() == before);
    row.undo();
  }
  REQUIRE(run("export", {stores}, chip).code == 0);

  // A provenance that claims somebody's key is no permission.
  const Folder keys;
  keys.write("key.pem", "a key");
  keys.write(
      "provenance.json",
      R"({"schema":"matter-attest/paa-store/1","certificates":[{"file":"key.pem","sha256":")" +
          hex(sha256(view(std::string_view("a key")))) + R"("}]})");
  CHECK(holds(run("export", {keys.path()}, chip).err, "found key.pem"));
  CHECK(text(slurp(keys / "key.pem")) == "a key");

  // A link in place of the folder, to a store and to nothing.
  fs::create_symlink(stores, place / "link");
  fs::create_symlink(place / "nothing", place / "broken");
  for (const char* link : {"link", "link/", "broken"}) {
    const Run refused = run("export", {place / link}, chip);
    CHECK(refused.code == 2);
    CHECK(holds(refused.err, "found a link to"));
  }
  CHECK(fs::is_symlink(place / "link"));
  CHECK(!fs::exists(place / "nothing"));
  CHECK(beside() == Names{"broken", "link", "stores"});

  CHECK(holds(run("export", {"."}, chip).err, "the one that this runs in"));
  // A place that cannot be made leaves no folder above it, and a new one brings those it needs.
  place.write("file", "");
  CHECK(run("export", {place / "file/a/b"}, chip).code == 2);
  REQUIRE(run("export", {place / "a/b/stores"}, chip).code == 0);
  CHECK(fs::exists(place / "a/b/stores/provenance.json"));

  // What a killed run left goes after a while; what is not shaped so stays.
  for (const char* folder :
       {".stores.abcdef/new", ".stores.fedcba/new", ".stores.123456/new/paa-root-certs"})
    fs::create_directories(place / folder);
  place.write(".stores.abcdef/new/provenance.json", "{");
  place.write(".stores.fedcba/new/diary.txt", "mine");
  place.write(".stores.123456/new/paa-root-certs/a.der", "a run of now");
  for (const char* old : {".stores.abcdef", ".stores.fedcba"})
    fs::last_write_time(place / old, fs::file_time_type::clock::now() - std::chrono::hours(24));
  REQUIRE(run("export", {stores}, chip).code == 0);
  CHECK(beside() ==
        Names{".stores.123456", ".stores.fedcba", "a", "broken", "file", "link", "stores"});
}

TEST_CASE("dcl: a format that an action does not have is answered with those that it has") {
  Shell run;
  REQUIRE(run("sync").code == 0);
  const struct {
    const char* action;
    std::vector<std::string> operands;
    const char *format, *words;
  } rows[] = {
      {"audit", {"0xFFF1"}, "pem", "dcl audit: expected --format text, json or html, found pem"},
      {"export", {"-"}, "json", "dcl export: expected --format snapshot or chip, found json"},
      {"watch", {}, "json", "dcl watch: expected --format text or ndjson, found json"},
      {"paa", {}, "chip", "dcl paa: expected --format text, json, pem or der, found chip"},
      {"revocation", {}, "der", "dcl revocation: expected --format text, json or chip, found der"},
      {"vendor", {}, "xml", "dcl vendor: expected --format text or json, found xml"},
  };
  for (const auto& row : rows) {
    const Run refused =
        run(row.action, row.operands, [&](cli::DclArguments& a) { a.format = row.format; });
    CAPTURE(refused.err);
    CHECK(refused.code == 2);
    CHECK(holds(refused.err, row.words));
  }
}

TEST_CASE("a PAA store without provenance is dated by its newest file, and none is an error") {
  const Folder folder;
  AuditWorld world;
  CHECK(!paa_store_from(folder / "none"));
  CHECK(!paa_store_from(folder.path()));  // empty
  folder.write("a.der", text(world.certificates.paa->der));
  CHECK(!paa_store_from(folder / "a.der"));
  const auto store = paa_store_from(folder.path());
  REQUIRE(store);
  CHECK(store->dated_by == "when its newest file was written");
  CHECK(store->as_of.seconds > 1'700'000'000);
  folder.write("provenance.json", R"({"schema":"somebody/else/1"})");
  CHECK(paa_store_from(folder.path())->dated_by == "when its newest file was written");
  folder.write("provenance.json", R"({"schema":"matter-attest/paa-store/1","time":"soon"})");
  CHECK(paa_store_from(folder.path()).error().what.find("time") != std::string::npos);
  folder.write("provenance.json", "{");
  CHECK(!paa_store_from(folder.path()));
}
