// The dcl sub-command as a user sees it: what it prints, and its exit codes.
#include <algorithm>
#include <sstream>

#include "cli/dcl.h"
#include "dcl/snapshot.h"
#include "tests/support/dcl_support.h"
#include "tests/support/raw_server.h"
#include "tests/support/revocation_world.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::test;

namespace {

struct Run {
  int code = 0;
  std::string out, err;
};

class Shell {
 public:
  Run operator()(const std::string& action, std::vector<std::string> operands = {},
                 const std::function<void(cli::DclArguments&)>& change = {}) {
    cli::DclArguments arguments;
    arguments.action = action;
    arguments.operands = std::move(operands);
    arguments.ledger.chain_id = "dclchain-local";
    arguments.ledger.offline = action != "sync";
    if (change) change(arguments);
    std::ostringstream out, err;
    arguments.ledger.cache_dir = folder.path();
    const auto environment = [](const char*) -> std::optional<std::string> { return std::nullopt; };
    Console console{.out = out, .err = err, .environment = environment, .now = kNow};
    console.transport = [] { return dcl::make_curl_transport({.budget = hasty()}); };
    console.downloader = [this] {
      return downloads
                 ? dcl::make_downloader({.allow_private_hosts = true})
                 : Result<std::unique_ptr<dcl::Downloader>>(error("no downloads in this test"));
    };
    const int code = cli::run_dcl(arguments, console);
    return {code, out.str(), err.str()};
  }
  Folder folder;
  bool downloads = false;  // of what the ledger names
};

auto from(const std::string& url) {
  return [url](cli::DclArguments& a) { a.from = url; };
}
auto format(const std::string& name) {
  return [name](cli::DclArguments& a) { a.format = name; };
}

}  // namespace

TEST_CASE("dcl sync says what changed, one line a schema, and that nothing did") {
  if (!have_shared("dcl")) return;
  Shell shell;
  Ledger4Test ledger(recorded());
  const Run first = shell("sync", {}, from(ledger.server.url()));
  CHECK(first.code == 0);
  // Nothing is fetched in this test: each list that the ledger names is told of, and the sync is
  // done all the same.
  CHECK(std::count(first.err.begin(), first.err.end(), '\n') == 12);
  CHECK(
      first.err.find(
          "matter-attest: the revocation list https://crl.example.com/Chip-Test-PAA-FFF1-CRL.der: "
          "it could not be fetched: no downloads in this test\n") != std::string::npos);
  CHECK(first.out ==
        "vendors                    127  127 new\n"
        "models                     180  180 new\n"
        "compliance entries         134  134 new\n"
        "certificate ids            129  129 new\n"
        "certificates                65  65 new\n"
        "revoked certificates         3  3 new\n"
        "revocation points           12  12 new\n"
        "revocation lists            12  0 at hand\n"
        "dclchain-local at height 296, block of 2026-11-20T22:45:49Z: 11 requests, 528.7 kB\n");
  const Run second = shell("sync", {}, from(ledger.server.url()));
  CHECK(second.out.ends_with("; nothing has changed\n"));
  CHECK(second.out.find("new") == std::string::npos);

  const Run vendor = shell("vendor", {"0xFFF1"}, format("json"));
  const auto json = parse_json(vendor.out);
  REQUIRE(json);
  CHECK(*json->find("network") == Json("main"));
  CHECK(*json->find("chain_id") == Json("dclchain-local"));
  CHECK(*json->find("height") == Json(296));
  CHECK(*json->find("synced_at") == Json(rfc3339(kNow)));
  const auto recording = parse_json(recorded().recordings.at("/dcl/vendorinfo/vendors/65521").body);
  CHECK(json->find("items")->array()->front() ==
        *recording->find("vendorInfo"));  // the ledger's own object
  CHECK(shell("vendor", {"65521"}).out == shell("vendor", {"0xfff1"}).out);
  CHECK(shell("vendor", {"0x1111"}).out ==
        "# dclchain-local cache, read from " + ledger.server.url() +
            ", height 296, read 2026-11-20T22:50:00Z\nno vendor 0x1111 on dclchain-local\n");
  CHECK(shell("vendor", {"0x1111"}).code == 0);

  CHECK(shell("paa", {"6AFD22771F511FECBF1641976710DCDC31A1717E"}, format("pem"))
            .out.starts_with("-----BEGIN CERTIFICATE-----\n"));
  CHECK(shell("paa", {"6A:FD:22:77:1F:51:1F:EC:BF:16:41:97:67:10:DC:DC:31:A1:71:7E"}, format("der"))
            .out.starts_with("\x30\x82"));
  CHECK(shell("paa", {}, format("der")).code == 2);
  CHECK(parse_json(shell("paa", {}, format("json")).out)->find("items")->array()->size() == 49);
  CHECK(parse_json(shell("cd-signer", {}, format("json")).out)->find("items")->array()->size() ==
        5);
  CHECK(parse_json(shell("revocation", {}, format("json")).out)->find("items")->array()->size() ==
        12);
  CHECK(parse_json(shell("model", {"0xFFF1"}, format("json")).out)->find("items")->array()->size() >
        2);
  CHECK(shell("compliance", {"0xFFF1", "0x8000", "1"}).code == 0);
  const Run version = shell("version", {"0xFFF1", "0x8000", "1"});
  CHECK(version.code == 3);
  CHECK(version.out == "");
  CHECK(
      version.err ==
      "matter-attest: software version 1 of 0xFFF1/0x8000 is not in the dclchain-local cache, read "
      "from " +
          ledger.server.url() +
          ", and nothing may be fetched offline: run matter-attest dcl sync --network main "
          "--chain-id "
          "dclchain-local --vid 0xFFF1 --pid 0x8000 first\n");

  const std::string file = shell.folder / "a.json";
  CHECK(shell("export", {file}).code == 0);
  CHECK(shell("diff", {file, "dclchain-local"}).out ==
        "0 differences: dclchain-local height 296 against dclchain-local height 296\n");
  CHECK(shell("import", {file}).code == 0);
  CHECK(shell("vendor", {"0xFFF1"}, [&](cli::DclArguments& a) {
          a.ledger.ledger = file;
        }).out.starts_with("# snapshot a.json, height 296, read 2026-11-20T22:45:49Z\n"));
  const Run status = shell("status", {}, format("json"));
  CHECK(*parse_json(status.out)->find("trust") == Json("snapshot"));
}

TEST_CASE("dcl: usage errors exit 2, what the node did not say exits 3, in one line") {
  Shell shell;
  Ledger4Test ledger(small_ledger(), {.fault = fixtures::Fault::other_chain}, hasty());
  const struct {
    std::string action;
    std::vector<std::string> operands;
    std::function<void(cli::DclArguments&)> change;
    int code;
    std::string err;
  } rows[] = {
      {"sync",
       {},
       from(ledger.server.url()),
       3,
       "matter-attest: node " + ledger.server.url() +
           ": expected a node of dclchain-local, found one of other-net\n"},
      {"sync",
       {},
       from("ftp://x"),
       2,
       "matter-attest: ledger URL: expected https://host[:port][/path], found \"ftp://x\"\n"},
      {"sync", {"x"}, {}, 2, "matter-attest: dcl sync: expected 0 arguments, found 1\n"},
      {"nothing",
       {},
       {},
       2,
       "matter-attest: dcl: expected sync, status, vendor, model, version, compliance, paa, "
       "cd-signer, revocation, audit, watch, export, import or diff, found \"nothing\"\n"},
      {"vendor",
       {"FFG1"},
       {},
       2,
       "matter-attest: VID: expected a number up to 65535 (decimal or 0x…), found \"FFG1\"\n"},
      {"vendor",
       {"70000"},
       {},
       2,
       "matter-attest: VID: expected a number up to 65535 (decimal or 0x…), found \"70000\"\n"},
      {"version", {"1"}, {}, 2, "matter-attest: dcl version: expected 2 to 3 arguments, found 1\n"},
      {"compliance",
       {"1", "2", "3", "Matter"},
       {},
       2,
       "matter-attest: certification type: expected matter, zigbee, aliro, found \"Matter\"\n"},
      {"sync",
       {},
       [](cli::DclArguments& a) { a.pid = "1"; },
       2,
       "matter-attest: --pid: expected --vid with it\n"},
      {"sync",
       {},
       [](cli::DclArguments& a) { a.vid = "FFG1"; },
       2,
       "matter-attest: --vid: expected a number up to 65535 (decimal or 0x…), found \"FFG1\"\n"},
      {"paa",
       {"zz"},
       {},
       2,
       "matter-attest: SKID: expected 20 bytes in hex, with or without colons, found \"zz\"\n"},
      {"vendor",
       {},
       format("pem"),
       2,
       "matter-attest: dcl vendor: expected --format text or json, found pem\n"},
      {"vendor",
       {},
       {},
       3,
       "matter-attest: the list of vendors is not in the dclchain-local cache, and nothing may be "
       "fetched offline: run matter-attest dcl sync --network main --chain-id dclchain-local "
       "first\n"},
      {"export",
       {"x.json"},
       {},
       3,
       "matter-attest: dclchain-local: never synced here: run matter-attest dcl sync first\n"},
      {"import",
       {"/nowhere/x.json"},
       {},
       2,
       "matter-attest: /nowhere/x.json: cannot be read, expected a ledger snapshot, found nothing "
       "by this name\n"},
      {"import",
       {"/"},
       {},
       2,
       "matter-attest: /: cannot be read, expected a ledger snapshot, found a folder\n"},
      {"diff",
       {"/dev/null", "main"},
       {},
       2,
       "matter-attest: /dev/null: cannot be read, expected a ledger snapshot, found a device\n"},
      {"vendor",
       {},
       [](cli::DclArguments& a) { a.ledger.ledger = "/"; },
       2,
       "matter-attest: /: cannot be read, expected a ledger snapshot or a node's URL, found a "
       "folder\n"},
      {"model",
       {},
       [](cli::DclArguments& a) { a.vid = "0xFFF1"; },
       2,
       "matter-attest: dcl model: expected no --vid, which is for dcl sync and dcl watch\n"},
      {"version",
       {"1", "1"},
       [](cli::DclArguments& a) { a.pid = "1"; },
       2,
       "matter-attest: dcl version: expected no --pid, which is for dcl sync\n"},
      {"status",
       {},
       from("https://node.example"),
       2,
       "matter-attest: dcl status: expected no --from, which is for dcl sync\n"},
      {"export",
       {"x.json"},
       [](cli::DclArguments& a) { a.all_versions = true; },
       2,
       "matter-attest: dcl export: expected no --versions, which is for dcl sync\n"},
      {"export",
       {"x.json"},
       [](cli::DclArguments& a) { a.ledger.ledger = "y.json"; },
       2,
       "matter-attest: dcl export: expected no --ledger, which is for dcl sync and looking "
       "facts up\n"},
      {"diff",
       {"main", "/nowhere/x"},
       {},
       2,
       "matter-attest: main-net: never synced here: run matter-attest dcl sync first\n"},
      {"status",
       {},
       [](cli::DclArguments& a) { a.ledger.max_age = "soon"; },
       2,
       "matter-attest: --max-age: expected an age such as 90s, 30m, 24h or 7d, found \"soon\"\n"},
      {"status",
       {},
       [](cli::DclArguments& a) { a.ledger.chain_id = "../x"; },
       2,
       "matter-attest: --chain-id: expected letters, digits, '.', '-' and '_', found \"../x\"\n"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.action);
    const Run run = shell(row.action, row.operands, row.change);
    CHECK(run.code == row.code);
    CHECK(run.err == row.err);
    CHECK(run.out == "");
  }
  CHECK(shell("status").out ==
        "dclchain-local: never synced here (matter-attest dcl sync --network main)\n");
}

TEST_CASE("dcl diff names what was added, what is gone and which fields changed") {
  Shell shell;
  Ledger4Test ledger(small_ledger(3));
  REQUIRE(shell("sync", {}, from(ledger.server.url())).code == 0);
  const std::string a = shell.folder / "a.json", b = shell.folder / "b.json";
  REQUIRE(shell("export", {a}).code == 0);
  auto facts = small_ledger(4);
  facts.height = 60;
  facts.records[dcl::Schema::vendor].erase("FFF0");
  Json changed;
  for (const auto& [name, value] : *facts.records[dcl::Schema::vendor].at("FFF1").object())
    changed.set(name, name == "vendorName" ? Json("Other") : value);
  facts.records[dcl::Schema::vendor]["FFF1"] = changed;
  ledger.server.set_facts(facts);
  REQUIRE(shell("sync", {}, from(ledger.server.url())).code == 0);
  REQUIRE(shell("export", {b}).code == 0);
  CHECK(shell("diff", {a, b}).out ==
        "+ vendor FFEE\n"
        "- vendor FFF0\n"
        "~ vendor FFF1: vendorName \"Vendor 0\" -> \"Other\"\n"
        "3 differences: dclchain-local height 50 against dclchain-local height 60\n");
  CHECK(parse_json(shell("diff", {a, b}, format("json")).out)->find("items")->array()->size() == 3);
}

TEST_CASE("dcl: the caches of two networks are two files") {
  const auto none = [](const char*) -> std::optional<std::string> { return std::nullopt; };
  const auto home = [](const char* name) -> std::optional<std::string> {
    return std::string_view(name) == "HOME" ? std::optional<std::string>("/home/me") : std::nullopt;
  };
  CHECK(*cache_folder("/x", none) == "/x");
  CHECK(*cache_folder("", home) == "/home/me/.cache/matter-attest");
  CHECK_FALSE(cache_folder("", none).has_value());
  // What is set and empty is not there.
  const auto empty = [&](const char* name) {
    return std::string_view(name) == "HOME" ? home(name) : std::optional<std::string>("");
  };
  CHECK(*cache_folder("", empty) == "/home/me/.cache/matter-attest");
  std::ostringstream out;
  const Console console{.out = out, .err = out, .environment = home, .now = kNow};
  const auto main = ledger_options({}, {console, true});
  REQUIRE(main);
  CHECK(dcl::cache_path(main->cache_folder, main->network.chain_id) ==
        "/home/me/.cache/matter-attest/main-net.sqlite");
  CHECK(parse_age("7d") == 7 * 86'400);
  CHECK(parse_age("90") == 90);
}

TEST_CASE(
    "dcl sync fetches the revocation lists that the ledger names; revocation shows them, export "
    "carries them") {
  const RevocationWorld world;
  const Bytes list = RevocationWorld::list().der();
  RawServer site([&](const std::string& request, const RawServer::Asker& asker) {
    asker.write(path_of(request) == "/pai.crl" ? ok(text(list)) : "HTTP/1.1 404 Not Found\r\n\r\n");
  });
  fixtures::LedgerFacts facts = small_ledger();
  const auto point = [&](const char* label, const std::string& url) {
    Json out;
    out.set("vid", 0xFFF1)
        .set("label", label)
        .set("issuerSubjectKeyID", hex_upper(RevocationWorld::key_id_of(RevocationWorld::kPaiKey)))
        .set("pid", 0)
        .set("isPAA", false);
    out.set("crlSignerCertificate", to_pem("CERTIFICATE", world.pai->der))
        .set("dataURL", url)
        .set("dataFileSize", "0")
        .set("dataDigest", "")
        .set("dataDigestType", 0);
    return out.set("revocationType", 1).set("schemaVersion", 0).set("crlSignerDelegator", "");
  };
  REQUIRE(facts.add(dcl::Schema::revocation_point, point("one", site.url("/pai.crl"))));
  REQUIRE(facts.add(dcl::Schema::revocation_point, point("two", site.url("/gone.crl"))));
  Ledger4Test ledger(facts);
  Shell shell;
  const Run before = [&] {
    (void)shell("sync", {}, from(ledger.server.url()));
    return shell("revocation");
  }();
  CHECK(before.out.find("  list: not fetched\n") != std::string::npos);
  shell.downloads = true;
  const Run synced = shell("sync", {}, from(ledger.server.url()));
  CHECK(synced.code == 0);
  CHECK(synced.err == "matter-attest: the revocation list " + site.url("/gone.crl") +
                          ": it could not be fetched: expected the file, found the answer 404\n");
  CHECK(synced.out.find("revocation lists             2  1 at hand\n") != std::string::npos);
  const Run shown = shell("revocation");
  CHECK(shown.out.find(site.url("/pai.crl") +
                       "\n  list: 1 serials, number 02, of 2026-01-01T00:00:00Z, next due "
                       "2099-01-01T00:00:00Z, fetched " +
                       rfc3339(kNow) + "\n") != std::string::npos);
  CHECK(shown.out.find(site.url("/gone.crl") + "\n  list: not fetched\n") != std::string::npos);
  const auto json = parse_json(shell("revocation", {}, format("json")).out);
  REQUIRE(json);
  const Json& first = json->find("lists")->array()->at(0);
  CHECK(*first.find("url") == Json(site.url("/pai.crl")));
  CHECK(*first.find("serials") == Json(1));
  CHECK(*json->find("lists")->array()->at(1).find("cached") == Json(false));

  const std::string file = shell.folder / "x.json";
  CHECK(shell("export", {file}).code == 0);
  const auto snapshot = dcl::read_snapshot(text(slurp(file)));
  REQUIRE_MESSAGE(snapshot, snapshot.error().what);
  REQUIRE(snapshot->crls.size() == 1);
  CHECK(snapshot->crls[0].der == list);
  CHECK(dcl::write_snapshot(*snapshot) == text(slurp(file)));
  // Whoever imports it has the list, and whoever asks the snapshot itself too; what it lacks stays
  // open.
  Shell other;
  CHECK(other("import", {file}).code == 0);
  CHECK(other("revocation").out.find("list: 1 serials, number 02") != std::string::npos);
  auto asked =
      dcl::CachedLedger::open({.network = {.name = "main", .chain_id = "dclchain-local", .url = ""},
                               .cache_folder = "",
                               .ledger = file,
                               .offline = false,
                               .max_age = 1,
                               .now = kNow,
                               .engine = attest::openssl_engine(),
                               .transport = {},
                               .progress = {}});
  REQUIRE(asked);
  const auto points =
      (*asked)->revocation_points(*key_id(RevocationWorld::key_id_of(RevocationWorld::kPaiKey)));
  const auto& found = std::get<Found<std::vector<RevocationPoint>>>(points).value;
  REQUIRE(found.size() == 2);
  const auto carried = (*asked)->crl(found[0]);
  REQUIRE(std::holds_alternative<Found<RevokedListPtr>>(carried));
  CHECK(std::get<Found<RevokedListPtr>>(carried)
            .value->find(raw("07"), world.pai->subject)
            ->has_value());
  CHECK(std::get<Unknown>((*asked)->crl(found[1])).why ==
        "it is not in the snapshot x.json, and nothing may be fetched offline");
  // Damage is refused.
  std::string bad = std::string(text(slurp(file)));
  const size_t at = bad.find("\"der\":\"") + 40;
  bad[at] = bad[at] == 'A' ? 'B' : 'A';
  CHECK(dcl::read_snapshot(bad).error().what.starts_with("crl: the manifest's SHA-256 is "));
}

TEST_CASE("dcl sync --vid and --pid read the versions that are needed offline, and no others") {
  if (!have_shared("dcl")) return;
  Shell shell;
  Ledger4Test ledger(recorded());
  const auto product = [&](const std::string& vid, const std::string& pid) {
    return [&, vid, pid](cli::DclArguments& a) {
      a.from = ledger.server.url();
      a.vid = vid;
      a.pid = pid;
    };
  };
  const auto plain_requests = ledger.server.asked().size();
  const Run one = shell("sync", {}, product("0xFFF1", "0x8000"));
  CHECK(one.code == 0);
  CHECK(one.out.find("software versions            3  of the products named\n") !=
        std::string::npos);
  CHECK(ledger.server.asked().size() - plain_requests == 11 + 1 + 3);
  CHECK(shell("version", {"0xFFF1", "0x8000", "2"}).code == 0);
  CHECK(shell("version", {"0xFFF1", "0x8000", "10"}).code == 0);
  // Which there are is known, so others are known to be absent only where somebody asked.
  const Run missing = shell("version", {"0xFFF1", "0x8000", "3"});
  CHECK(missing.code == 3);
  CHECK(missing.err.ends_with(
      "run matter-attest dcl sync --network main --chain-id dclchain-local --vid 0xFFF1 --pid "
      "0x8000 first (known versions: 1, 2, 10)\n"));
  CHECK(shell("version", {"0xFFF1", "0x8001", "2"}).code == 3);
  // A vendor's all.
  CHECK(shell("sync", {}, product("0xFFF1", "")).code == 0);
  CHECK(shell("version", {"0xFFF1", "0x8001", "2"}).code == 0);
  // It goes along in an export.
  const std::string file = shell.folder / "facts.json";
  REQUIRE(shell("export", {file}).code == 0);
  CHECK(shell("version", {"0xFFF1", "0x8000", "2"}, [&](cli::DclArguments& a) {
          a.ledger.ledger = file;
        }).code == 0);
  CHECK(shell("sync", {}, product("0x1111", ""))
            .err.find("there is no product of vendor 0x1111 on dclchain-local\n") !=
        std::string::npos);
  CHECK(shell("sync", {}, product("0xFFF1", "7"))
            .err.find("there is no product 0x0007 of vendor 0xFFF1 on dclchain-local\n") !=
        std::string::npos);
}

TEST_CASE("dcl sync --versions all knows which versions there are, until a sync without it") {
  if (!have_shared("dcl")) return;
  Shell shell;
  auto facts = recorded();
  facts.recordings.clear();
  auto& models = facts.records[dcl::Schema::model];
  std::erase_if(models, [](const auto& row) { return !row.first.starts_with("FFF1/8000"); });
  Ledger4Test ledger(facts);
  // Versions are read for who asks for them, however few models there are.
  REQUIRE(shell("sync", {}, from(ledger.server.url())).code == 0);
  CHECK(shell("version", {"0xFFF1", "0x8000", "2"}).code == 3);
  REQUIRE(shell("sync", {}, [&](cli::DclArguments& a) {
            a.from = ledger.server.url();
            a.all_versions = true;
          }).code == 0);
  CHECK(shell("version", {"0xFFF1", "0x8000", "2"}).code == 0);
  const Run absent = shell("version", {"0xFFF1", "0x8000", "3"});
  CHECK(absent.code == 0);
  CHECK(absent.out.ends_with(
      "no software version 0xFFF1 0x8000 3 on dclchain-local (known versions: 1, 2, 10)\n"));
  // A later sync that reads no versions leaves the absence open again: it may be over.
  auto later = recorded();
  later.recordings.clear();
  later.height = 400;
  ledger.server.set_facts(later);
  REQUIRE(shell("sync", {}, from(ledger.server.url())).code == 0);
  CHECK(shell("version", {"0xFFF1", "0x8000", "3"}).code == 3);
  CHECK(shell("version", {"0xFFF1", "0x8000", "2"}).code == 0);
}

TEST_CASE("dcl sync --from is remembered for the ledger, by every command and past an import") {
  Shell shell;
  Ledger4Test ledger(small_ledger());
  REQUIRE(shell("sync", {}, from(ledger.server.url())).code == 0);
  const auto asked = [&] { return ledger.server.asked().size(); };
  size_t before = asked();
  const Run again = shell("sync");
  CHECK(again.code == 0);
  CHECK(again.err ==
        "matter-attest: reading from " + ledger.server.url() + ", as an earlier --from said\n");
  CHECK(asked() > before);
  // Where facts come from says so.
  CHECK(shell("vendor").out.starts_with("# dclchain-local cache, read from " + ledger.server.url() +
                                        ", height "));
  before = asked();
  const auto online = [](cli::DclArguments& a) {
    a.ledger.offline = false;
    a.ledger.max_age = "0";
  };
  CHECK(shell("version", {"1", "1", "1"}, online).code == 0);
  CHECK(asked() == before + 3 + 1 + 1);  // and which versions there are
  const std::string file = shell.folder / "f.json";
  REQUIRE(shell("export", {file}).code == 0);
  REQUIRE(shell("import", {file}).code == 0);
  before = asked();
  CHECK(shell("sync").code == 0);
  CHECK(asked() > before);
  // It is of this ledger alone.
  const Run other = shell("sync", {}, [](cli::DclArguments& a) {
    a.ledger.chain_id = "another";
    a.ledger.ledger = "http://127.0.0.1:1";
  });
  CHECK(other.code == 3);
  CHECK(other.err.find("http://127.0.0.1:1/") != std::string::npos);
  ledger.server.stop();
  const Run gone = shell("vendor", {"1"}, [&](cli::DclArguments& a) {
    a.ledger.offline = false;
    a.ledger.max_age = "0";
  });
  CHECK(gone.code == 0);
}

TEST_CASE(
    "dcl: no name of a field is glued to its value, and an odd certification type is an error") {
  if (!have_shared("dcl")) return;
  Shell shell;
  Ledger4Test ledger(recorded());
  REQUIRE(shell("sync", {}, from(ledger.server.url())).code == 0);
  for (const auto& [action, operands] :
       {std::pair<std::string, std::vector<std::string>>{"model", {"0xFFF1", "0x8000"}},
        {"compliance", {"0xFFF1", "0x8000", "1"}},
        {"vendor", {"0xFFF1"}}}) {
    const Run shown = shell(action, operands);
    REQUIRE(shown.code == 0);
    const Run raw = shell(action, operands, format("json"));
    const auto json = parse_json(raw.out);
    REQUIRE(json);
    for (const auto& [name, value] : *json->find("items")->array()->front().object())
      CHECK(shown.out.find("\n" + name + "  ") != std::string::npos);
  }
  CHECK(shell("compliance", {"0xFFF1", "0x8000", "1", "zigbee"}).code == 0);
  for (const char* odd : {"Matter", "mater", "matter ", ""})
    CHECK(shell("compliance", {"0xFFF1", "0x8000", "1", odd}).code == 2);
}
