// The mirror against the recorded answers of a node, byte for byte, and our own client against the
// mirror.
#include "serve/mirror/mirror.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <thread>

#include "serve/mirror/gateway_values.h"
#include "tests/support/dcl_support.h"
#include "tests/support/mirror_support.h"

using namespace attest;
using namespace attest::dcl;
using namespace attest::serve;
using namespace attest::test;

namespace {

constexpr const char* kCommand = "matter-attest dcl sync --network main";

const std::string* header(const MirrorAnswer& answer, const std::string& name) {
  for (const auto& [key, value] : answer.headers) {
    if (key == name) return &value;
  }
  return nullptr;
}

// The recorded ledger in a cache, as a sync reads it.
const std::string& recorded_cache() {
  static const Folder folder;
  static const std::string path = [] {
    Ledger4Test ledger(recorded());
    auto node = ledger.node();
    const auto synced = sync(node, folder / "main.sqlite", kNow, {.versions = true});
    REQUIRE_MESSAGE(synced.has_value(), (synced ? "" : synced.error().what));
    return folder / "main.sqlite";
  }();
  return path;
}

Mirror recorded_mirror() {
  return Mirror(recorded_cache(), "dclchain-local", kCommand);
}

std::string error_message(const MirrorAnswer& answer) {
  const auto json = parse_json(answer.body);
  REQUIRE(json.has_value());
  return *json->find("message")->string();
}

// Lists that a node has in the order in which entries came, which no cache keeps.
bool same_but_for_order(const std::string& a, const std::string& b) {
  std::string x = a, y = b;
  std::sort(x.begin(), x.end());
  std::sort(y.begin(), y.end());
  return x == y;
}

}  // namespace

TEST_CASE(
    "mirror: every recorded answer of a node that a cache can know is the mirror's, byte for "
    "byte") {
  if (!have_shared("dcl")) return;
  Mirror mirror = recorded_mirror();
  std::ifstream index(shared() / "dcl" / "index.jsonl");
  // In the order in which entries were made, on the node.
  const auto in_another_order = [](const std::string& path) {
    return path.starts_with("/dcl/pki/root-certificates") ||
           (path.starts_with("/dcl/model/models/") && path.find('/', 18) == std::string::npos) ||
           path.find("subjectKeyId=") != std::string::npos ||
           (path.starts_with("/dcl/pki/revocation-points/") &&
            path.find('/', 27) == std::string::npos);
  };
  size_t same = 0, reordered = 0, unknown = 0;
  std::set<int> statuses;
  for (std::string line; std::getline(index, line);) {
    const auto row = parse_json(line);
    REQUIRE(row.has_value());
    const auto text_at = [&](const char* key) {
      const Json* member = row->find(key);
      return member == nullptr || member->string() == nullptr ? std::string() : *member->string();
    };
    const std::string file = text_at("file"), path = text_at("path");
    if (text_at("api") != "rest" || text_at("node") != "node0" ||
        row->find("request_headers") != nullptr || file.starts_with("rest/empty-ledger/") ||
        file.ends_with(".http") || path.starts_with("/cosmos/") || path == "/swagger/" ||
        path.starts_with("//"))  // of all paths of the server: tests/serve/exchange_test.cc
      continue;
    // Which versions this model has was not recorded, so no sync finds this one.
    if (path == "/dcl/model/versions/65521/32770/0") continue;
    CAPTURE(path);
    const MirrorAnswer answer = mirror.answer(request_of(path, text_at("method")));
    const auto status = static_cast<int>(*row->find("status")->integer());
    if (answer.status == 503) {
      CHECK_FALSE(path.starts_with("/dcl/vendorinfo"));
      CHECK_FALSE(path.starts_with("/dcl/model"));
      CHECK_FALSE(path.starts_with("/dcl/compliance"));
      CHECK(error_message(answer).starts_with("this mirror does not know "));
      CHECK(error_message(answer).ends_with(": no cache holds it"));
      ++unknown;
      continue;
    }
    CHECK(answer.status == status);
    statuses.insert(answer.status);
    const std::string body(text(slurp(shared() / "dcl" / file)));
    if (in_another_order(path) && answer.body != body) {
      CHECK_MESSAGE(same_but_for_order(answer.body, body), answer.body.substr(0, 500));
      ++reordered;
      continue;
    }
    CHECK_MESSAGE(answer.body == body,
                  (answer.body.size() < 2000 ? answer.body + " instead of " + body : ""));
    CHECK((header(answer, kMirrorHeight) != nullptr) == (status == 200 || status == 404));
    ++same;
  }
  MESSAGE(same << " byte for byte, " << reordered << " in another order, " << unknown
               << " that no cache holds");
  CHECK(same > 250);
  CHECK(reordered < 30);
  CHECK(statuses == std::set<int>{200, 400, 404, 500, 501});
}

TEST_CASE("mirror: our own client finds the same facts behind it as behind the node") {
  if (!have_shared("dcl")) return;
  Mirror mirror = recorded_mirror();
  const MirrorServer server(mirror);
  const Folder folder;
  auto transport = *make_curl_transport({.budget = {}});
  Node node({.name = "main", .chain_id = "dclchain-local", .url = server.url()}, *transport, kNow);
  const auto synced = sync(node, folder / "again.sqlite", kNow, {.versions = true});
  REQUIRE_MESSAGE(synced.has_value(), (synced ? "" : synced.error().what));
  CHECK(synced->node.height == 296);
  std::string set_aside;
  auto source = Cache::open(recorded_cache(), Cache::Open::existing, set_aside);
  auto again = Cache::open(folder / "again.sqlite", Cache::Open::existing, set_aside);
  REQUIRE(source.has_value());
  REQUIRE(again.has_value());
  size_t records = 0;
  for (const Schema schema : kSchemas) {
    CAPTURE(info(schema).name);
    const auto a = *(*source)->find_all(schema), b = *(*again)->find_all(schema);
    REQUIRE(a.size() == b.size());
    for (size_t i = 0; i < a.size(); ++i) {
      CHECK(a[i].key == b[i].key);
      CHECK(a[i].object == b[i].object);
      CHECK(a[i].when.height == b[i].when.height);
      ++records;
    }
    const auto list_a = *(*source)->list(schema), list_b = *(*again)->list(schema);
    REQUIRE(list_a.has_value());
    CHECK(list_a->keys == list_b->keys);
  }
  CHECK(records > 600);
}

TEST_CASE("mirror: a product's versions go through a mirror, and that there are none does, too") {
  if (!have_shared("dcl")) return;
  const Folder folder;
  Ledger4Test ledger(recorded());
  auto node = ledger.node();
  const SyncOptions products{
      .products = {{.vid = 0xFFF1, .pid = 0x8000}, {.vid = 0xFFF3, .pid = 0x8000}}};
  REQUIRE(sync(node, folder / "main.sqlite", kNow, products).has_value());
  Mirror mirror(folder / "main.sqlite", "dclchain-local", kCommand);
  CHECK(mirror.answer(request_of("/dcl/model/versions/65523/32768")).status == 404);
  CHECK(mirror.answer(request_of("/dcl/model/versions/65523/32769")).status == 503);
  const MirrorServer server(mirror);
  Node again({.name = "main", .chain_id = "dclchain-local", .url = server.url()}, *ledger.transport,
             kNow);
  const auto synced = sync(again, folder / "again.sqlite", kNow, products);
  REQUIRE_MESSAGE(synced.has_value(), (synced ? "" : synced.error().what));
  CHECK(synced->versions == 3);
  std::string set_aside;
  auto cache = Cache::open(folder / "again.sqlite", Cache::Open::existing, set_aside);
  CHECK((*cache)->find_singles(Schema::versions)->size() == 2);
}

TEST_CASE("mirror: what was read a day ago does not become new on its way through a mirror") {
  if (!have_shared("dcl")) return;
  Mirror mirror = recorded_mirror();
  const MirrorServer server(mirror);
  const Folder folder;
  const Instant later{kNow.seconds + 3 * 86'400};
  auto transport = *make_curl_transport({.budget = {}});
  Node node({.name = "main", .chain_id = "dclchain-local", .url = server.url()}, *transport, later);
  const auto synced = sync(node, folder / "again.sqlite", later);
  REQUIRE_MESSAGE(synced.has_value(), (synced ? "" : synced.error().what));
  std::string set_aside;
  auto cache = Cache::open(folder / "again.sqlite", Cache::Open::existing, set_aside);
  CHECK((*(*cache)->list(Schema::vendor))->when.read_at == kNow);
  CHECK(std::any_of(synced->notes.begin(), synced->notes.end(), [](const std::string& note) {
    return note.find("before this machine's clock") != std::string::npos;
  }));
}

TEST_CASE("mirror: what was never read is 503, and never 'not found'") {
  const Folder folder;
  Mirror none(folder / "none.sqlite", "main-net", kCommand);
  for (const char* path : {"/dcl/vendorinfo/vendors",
                           "/dcl/vendorinfo/vendors/65521",
                           "/dcl/model/models",
                           "/dcl/model/models/65521",
                           "/dcl/model/models/65521/1",
                           "/dcl/model/versions/65521/1",
                           "/dcl/model/versions/65521/1/1",
                           "/dcl/compliance/compliance-info",
                           "/dcl/compliance/compliance-info/65521/1/1/matter",
                           "/dcl/compliance/certified-models",
                           "/dcl/compliance/certified-models/65521/1/1/matter",
                           "/dcl/compliance/device-software-compliance/CSA00000SWC00000-00",
                           "/dcl/pki/root-certificates",
                           "/dcl/pki/revoked-root-certificates",
                           "/dcl/pki/certificates",
                           "/dcl/pki/certificates?subjectKeyId=00:11",
                           "/dcl/pki/certificates/AAAA",
                           "/dcl/pki/certificates/AAAA/00:11",
                           "/dcl/pki/revoked-certificates/AAAA/00:11",
                           "/dcl/pki/revocation-points",
                           "/dcl/pki/revocation-points/0011",
                           "/dcl/pki/revocation-points/0011/65521/label",
                           "/dcl/pki/all-certificates",
                           "/dcl/auth/accounts",
                           "/cosmos/base/tendermint/v1beta1/node_info",
                           "/cosmos/base/tendermint/v1beta1/syncing",
                           "/cosmos/base/tendermint/v1beta1/blocks/latest",
                           "/dcl/vendorinfo/vendors/0",
                           "/dcl/vendorinfo/vendors/65536"}) {
    CAPTURE(path);
    const MirrorAnswer answer = none.answer(request_of(path));
    CHECK(answer.status == 503);
    CHECK(parse_json(answer.body)->find("code")->integer() == 14);
    CHECK(header(answer, kMirrorHeight) == nullptr);
    CHECK(answer.body.find(folder.path()) == std::string::npos);
  }
  CHECK(error_message(none.answer(request_of("/dcl/model/versions/65521/32768/1"))) ==
        "this mirror does not know software version FFF1/8000/00000001; where it runs: "
        "matter-attest dcl sync --network main");
  CHECK_FALSE(std::filesystem::exists(folder / "none.sqlite"));
}

TEST_CASE("mirror: facts of several heights are told at their own, and at no other") {
  const Folder folder;
  const std::string path = folder / "c.sqlite";
  std::string set_aside;
  {
    auto cache = Cache::open(path, Cache::Open::create, set_aside);
    const ReadAt when{.height = 100, .block_time = kNow, .read_at = kNow};
    const ReadAt before{.height = 90, .block_time = kNow, .read_at = kNow};
    Json vendor, version;
    vendor.set("vendorID", 0xFFF1).set("vendorName", "<A&B>").set("companyLegalName", "\u2028");
    version.set("vid", 0xFFF1).set("pid", 1).set("softwareVersion", 2);
    const ListUpdate lists[] = {
        {.when = when,
         .list = {.schema = Schema::vendor, .records = {{.key = "FFF1", .object = vendor}}}},
        {.when = when, .list = {.schema = Schema::model, .records = {}}}};
    const SingleUpdate singles[] = {
        {.schema = Schema::version,
         .record = {.key = "FFF1/0001/00000002", .object = version, .when = before}},
        {.schema = Schema::version,
         .record = {.key = "FFF1/0001/00000003", .object = Json(), .when = before}}};
    REQUIRE((*cache)->update({.chain_id = "main-net", .source = "https://x"}, lists, singles));
  }
  Mirror mirror(path, "main-net", kCommand);
  const auto ask = [&](const std::string& target, std::optional<std::string> height = {}) {
    MirrorRequest request = request_of(target);
    request.height = std::move(height);
    return mirror.answer(request);
  };
  const std::string version = "/dcl/model/versions/65521/1/2";
  CHECK(*header(ask("/dcl/vendorinfo/vendors/65521"), kMirrorHeight) == "100");
  CHECK(ask("/dcl/vendorinfo/vendors/65521").body ==
        "{\"vendorInfo\":{\"vendorID\":65521,\"vendorName\":\"\\u003cA\\u0026B\\u003e\","
        "\"companyLegalName\":\"\\u2028\"}}");
  CHECK(*header(ask(version), kMirrorHeight) == "90");
  CHECK(*header(ask(version), kMirrorSynced) == rfc3339(kNow));
  CHECK(*header(ask(version), kMirrorSource) == "https://x");
  CHECK(ask(version, "90").status == 200);
  CHECK(ask(version, "0").status == 200);
  const MirrorAnswer other = ask(version, "100");
  CHECK(other.status == 503);
  CHECK(error_message(other).starts_with(
      "this mirror does not know this as of block 100: it was read as of block 90"));
  CHECK(ask("/dcl/model/versions/65521/1/3").status == 404);  // the ledger said so
  CHECK(ask("/dcl/model/versions/65521/1/4").status == 503);  // nobody asked
  CHECK(ask("/dcl/model/models/65521/1").status == 404);
  CHECK(ask("/dcl/vendorinfo/vendors/65521", "100").status == 200);
  const std::pair<const char*, const char*> refused[] = {
      {"101",
       "codespace sdk code 26: invalid height: cannot query with height in the future; "
       "please provide a valid height"},
      {"abc",
       "codespace sdk code 18: invalid request: Baseapp.RegisterGRPCServer: invalid height "
       "header \"x-cosmos-block-height\": strconv.ParseInt: parsing \"abc\": invalid "
       "syntax"},
      {"-1",
       "codespace sdk code 18: invalid request: cannot query with height < 0; please provide "
       "a valid height"},
      {"99",
       "codespace sdk code 18: invalid request: failed to load state at height 99; version "
       "does not exist: this mirror has height 100 only"}};
  for (const auto& [height, message] : refused) {
    CAPTURE(height);
    const MirrorAnswer answer = ask("/dcl/vendorinfo/vendors/65521", height);
    CHECK(answer.status == 500);
    CHECK(error_message(answer) == message);
    CHECK(header(answer, kMirrorHeight) == nullptr);
  }
  // The cache of another ledger is not taken for this one's.
  Mirror test_net(path, "testnet-2.0", kCommand);
  const MirrorAnswer wrong = test_net.answer(request_of("/dcl/vendorinfo/vendors/65521"));
  CHECK(wrong.status == 503);
  CHECK(error_message(wrong).starts_with("this mirror does not know testnet-2.0: it has main-net"));
  // A newer list is seen at once.
  {
    auto cache = Cache::open(path, Cache::Open::existing, set_aside);
    const ListUpdate lists[] = {{.when = {.height = 120, .block_time = kNow, .read_at = kNow},
                                 .list = {.schema = Schema::vendor, .records = {}}}};
    REQUIRE((*cache)->update({.chain_id = "main-net", .source = "https://x"}, lists));
  }
  CHECK(ask("/dcl/vendorinfo/vendors/65521").status == 404);
  CHECK(ask("/dcl/vendorinfo/vendors").body ==
        "{\"vendorInfo\":[],\"pagination\":{\"next_key\":null,\"total\":\"0\"}}");
}

TEST_CASE("mirror: a cache that was replaced, or is gone, is not answered from any more") {
  const Folder folder;
  const std::string path = folder / "c.sqlite";
  const auto put = [&](const std::string& file, const char* name) {
    std::string set_aside;
    auto cache = Cache::open(file, Cache::Open::create, set_aside);
    Json vendor;
    vendor.set("vendorID", 0xFFF1).set("vendorName", name).set("companyLegalName", "L");
    const ListUpdate lists[] = {
        {.when = {.height = 7, .block_time = kNow, .read_at = kNow},
         .list = {.schema = Schema::vendor, .records = {{.key = "FFF1", .object = vendor}}}}};
    REQUIRE((*cache)->update({.chain_id = "main-net", .source = "x"}, lists));
  };
  Mirror mirror(path, "main-net", kCommand);
  const auto named = [&] {
    const auto answer = mirror.answer(request_of("/dcl/vendorinfo/vendors/65521"));
    if (answer.status != 200) return std::to_string(answer.status);
    return *parse_json(answer.body)->find("vendorInfo")->find("vendorName")->string();
  };
  CHECK(named() == "503");
  put(path, "first");
  CHECK(named() == "first");
  CHECK(named() == "first");
  put(folder / "other.sqlite", "second");
  std::filesystem::rename(folder / "other.sqlite", path);
  CHECK(named() == "second");
  std::filesystem::remove(path);
  CHECK(named() == "503");
  std::vector<std::thread> threads;
  put(path, "third");
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) (void)named();
    });
  for (auto& thread : threads) thread.join();
  CHECK(named() == "third");
}

TEST_CASE("mirror: pages from either end, at any key, each record once") {
  const Folder folder;
  std::string set_aside;
  {
    auto cache = Cache::open(folder / "c.sqlite", Cache::Open::create, set_aside);
    RecordList list{.schema = Schema::vendor, .records = {}};
    const auto facts = small_ledger(23);
    for (const auto& [key, object] : facts.records.at(Schema::vendor))
      list.records.push_back({.key = key, .object = object});
    const ListUpdate lists[] = {
        {.when = {.height = 5, .block_time = kNow, .read_at = kNow}, .list = std::move(list)}};
    REQUIRE((*cache)->update({.chain_id = "main-net", .source = "x"}, lists));
  }
  Mirror mirror(folder / "c.sqlite", "main-net", kCommand);
  const auto walk = [&](const std::string& how) {
    std::vector<uint64_t> ids;
    std::string key;
    for (int pages = 0; pages < 50; ++pages) {
      MirrorRequest request = request_of("/dcl/vendorinfo/vendors?" + how);
      if (!key.empty()) request.query.emplace_back("pagination.key", key);
      const auto body = parse_json(mirror.answer(request).body);
      REQUIRE(body.has_value());
      for (const Json& vendor : *body->find("vendorInfo")->array())
        ids.push_back(*vendor.find("vendorID")->natural());
      const Json* next = body->find("pagination")->find("next_key");
      if (next->is_null()) return ids;
      key = *next->string();
    }
    FAIL("no end");
    return ids;
  };
  std::vector<uint64_t> all;
  for (uint64_t id = 0xFFF1 - 22; id <= 0xFFF1; ++id) all.push_back(id);
  for (const char* how : {"pagination.limit=1", "pagination.limit=7", "pagination.limit=23",
                          "pagination.limit=24", ""}) {
    CAPTURE(how);
    CHECK(walk(how) == all);
    auto back = walk(std::string(how) + "&pagination.reverse=true");
    std::reverse(back.begin(), back.end());
    CHECK(back == all);
  }
  const auto status = [&](const std::string& query) {
    return mirror.answer(request_of("/dcl/vendorinfo/vendors?" + query)).status;
  };
  CHECK(status("pagination.count_total=yes") == 400);
  CHECK(status("pagination.limit=1&pagination.limit=2") == 400);
  CHECK(status("pagination.offset=18446744073709551615&pagination.limit=18446744073709551615") ==
        200);
  CHECK(status("pagination.key=AAAA&pagination.offset=1") == 500);
}

TEST_CASE("mirror: numbers as Go reads them") {
  const std::pair<const char*, int64_t> fine[] = {{"0", 0},
                                                  {"-0", 0},
                                                  {"+7", 7},
                                                  {"0xFFF1", 65521},
                                                  {"0XfFf1", 65521},
                                                  {"0b11", 3},
                                                  {"0o17", 15},
                                                  {"017", 15},
                                                  {"1_000", 1000},
                                                  {"0x_ff", 255},
                                                  {"0_7", 7},
                                                  {"2147483647", 2147483647},
                                                  {"-2147483648", -2147483648}};
  for (const auto& [text, value] : fine) {
    CAPTURE(text);
    const auto read = gateway_int32(text);
    REQUIRE(read.has_value());
    CHECK(*read == value);
  }
  for (const char* text : {"", "-", "+", "0x", "0x_", "_1", "1_", "1__0", "08", "0b2", "1e3", " 1",
                           "1 ", "abc", "--1", "0xg", "1.0"}) {
    CAPTURE(text);
    const auto read = gateway_int32(text);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().what ==
          "strconv.ParseInt: parsing \"" + std::string(text) + "\": invalid syntax");
  }
  for (const char* text : {"2147483648", "-2147483649", "0x100000000", "99999999999999999999999"}) {
    CAPTURE(text);
    CHECK(gateway_int32(text).error().what.ends_with("value out of range"));
  }
  CHECK(*gateway_uint("18446744073709551615", 64) == UINT64_MAX);
  CHECK(gateway_uint("18446744073709551616", 64).error().what.ends_with("value out of range"));
  CHECK(*gateway_uint("4294967295", 32) == 4294967295);
  CHECK_FALSE(gateway_uint("4294967296", 32).has_value());
  CHECK_FALSE(gateway_uint("+1", 32).has_value());
}

TEST_CASE("mirror: only a node's own paths, only read") {
  const Folder folder;
  Mirror mirror(folder / "none.sqlite", "main-net", kCommand);
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD", "get", ""}) {
    CAPTURE(method);
    const MirrorAnswer answer = mirror.answer(request_of("/dcl/vendorinfo/vendors", method));
    CHECK(answer.status == 501);
    CHECK(answer.body.empty() == (std::string(method) == "HEAD"));
  }
  for (const char* path :
       {"/", "/dcl", "/dcl/", "/dcl/nope", "/DCL/vendorinfo/vendors", "/dcl/vendorinfo/vendors/1/2",
        "/dcl/vendorinfo", "/dcl/pki/certificates/a/b/c", "/cosmos/bank/v1beta1/supply",
        "/dcl/pki/all-certificatesX", "/dcl/../etc/passwd", "/node_info"}) {
    CAPTURE(path);
    CHECK(mirror.answer(request_of(path)).status == 501);
  }
}
