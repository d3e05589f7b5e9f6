// One node: the quirks of the ledger's REST interface, and what a node is not believed.
#include <algorithm>

#include "dcl/node.h"
#include "tests/support/dcl_support.h"

using namespace attest;
using namespace attest::dcl;
using namespace attest::test;
using fixtures::Behaviour;
using fixtures::Fault;

namespace {

// A transport that answers from a table of paths and keeps what it was asked.
class Script final : public Transport {
 public:
  struct Line {
    int status;
    std::string body;
    Headers headers;
  };
  void get(std::vector<Request> requests, const Answered& answered) override {
    for (size_t i = 0; i < requests.size(); ++i) {
      const Request request = requests[i];
      asked.push_back(request);
      const std::string path = request.url.substr(std::string("http://node").size());
      const auto line = lines.find(path);
      auto more = answered(
          request, line == lines.end()
                       ? Result<Response>(Response{
                             .status = 501,
                             .headers = {},
                             .body = R"({"code":12,"message":"Not Implemented","details":[]})"})
                       : Result<Response>(Response{.status = line->second.status,
                                                   .headers = line->second.headers,
                                                   .body = line->second.body}));
      for (Request& next : more) requests.push_back(std::move(next));
    }
  }
  std::map<std::string, Line> lines;
  std::vector<Request> asked;
};

constexpr const char* kHeight = "grpc-metadata-x-cosmos-block-height";

Script honest_node() {
  Script script;
  const Headers at{{kHeight, "296"}, {"x-server-time", "1795214752"}};
  script.lines["/cosmos/base/tendermint/v1beta1/node_info"] = {
      200,
      R"({"default_node_info":{"network":"main-net"},"application_version":{"version":"1.6.0"}})",
      at};
  script.lines["/cosmos/base/tendermint/v1beta1/syncing"] = {200, R"({"syncing":false})", at};
  script.lines["/cosmos/base/tendermint/v1beta1/blocks/latest"] = {
      200,
      R"({"block":{"header":{"chain_id":"main-net","height":"296","time":"2026-11-20T22:45:49.897623231Z"}}})",
      at};
  return script;
}
const Network kNet{.name = "main", .chain_id = "main-net", .url = "http://node"};

std::string first_error(Script& script, Schema schema, const std::string& key) {
  Node node(kNet, script, kNow);
  const auto begun = node.begin();
  if (!begun) return begun.error().what;
  const std::string keys[] = {key};
  const auto records = node.records(schema, keys);
  return records ? (records->front() ? "found" : "absent") : records.error().what;
}

std::string begin_error(Fault fault) {
  Ledger4Test ledger(small_ledger(), {.fault = fault}, hasty());
  auto node = ledger.node();
  const auto begun = node.begin();
  REQUIRE_FALSE(begun);
  std::string what = begun.error().what;
  const size_t at = what.find(ledger.server.url());
  REQUIRE(at != std::string::npos);
  return what.erase(at, ledger.server.url().size());
}

}  // namespace

TEST_CASE("dcl: the chain id is checked before anything is believed") {
  Script script = honest_node();
  script.lines["/cosmos/base/tendermint/v1beta1/node_info"].body =
      R"({"default_node_info":{"network":"testnet-2.0"}})";
  script.lines["/dcl/vendorinfo/vendors/65521"] = {
      404, R"({"code":5,"message":"not found","details":[]})", {{kHeight, "296"}}};
  CHECK(first_error(script, Schema::vendor, "FFF1") ==
        "node http://node: expected a node of main-net, found one of testnet-2.0");
  CHECK(script.asked.size() == 3);  // nothing else was asked
}

TEST_CASE("dcl: every read is pinned to the height of the newest block") {
  Script script = honest_node();
  script.lines["/dcl/vendorinfo/vendors/65521"] = {
      404, R"({"code":5,"message":"not found","details":[]})", {{kHeight, "296"}}};
  CHECK(first_error(script, Schema::vendor, "FFF1") == "absent");
  REQUIRE(script.asked.size() == 4);
  CHECK(script.asked[0].headers.empty());
  CHECK(script.asked[3].headers == Headers{{"x-cosmos-block-height", "296"}});
  CHECK(script.asked[3].url ==
        "http://node/dcl/vendorinfo/vendors/65521");  // plain decimal: a leading zero is octal
}

TEST_CASE("dcl: absent is a JSON 404 with code 5 and the height header, and nothing else") {
  const std::string vendor =
      R"({"vendorInfo":{"vendorID":65521,"vendorName":"A","companyLegalName":"B"}})";
  const struct {
    int status;
    std::string body, height, outcome;
  } rows[] = {
      {404, R"({"code":5,"message":"not found","details":[]})", "296", "absent"},
      {404, R"({"code":5,"message":"not found","details":[]})", "",
       "node http://node: an answer 404 without the block height that its others carry: not the "
       "node's own"},
      {404, R"({"code":5,"message":"not found","details":[]})", "295",
       "node http://node: asked at height 296, answered from height 295"},
      {404, "<html>nothing here</html>", "296",
       "node http://node: answered 404 with HTML, expected a ledger's JSON (a proxy or a login "
       "page between here and the node?)"},
      {404, R"({"code":12,"message":"Not Implemented","details":[]})", "296",
       "node http://node: answered 404, code 12: Not Implemented"},
      {404, "", "296", "node http://node: answered 404 without a ledger's error, 0 bytes"},
      {501, R"({"code":12,"message":"Not Implemented","details":[]})", "",
       "node http://node: answered 501, code 12: Not Implemented"},
      {400, R"({"code":3,"message":"type mismatch, parameter: vendorID","details":[]})", "",
       "node http://node: answered 400, code 3: type mismatch, parameter: vendorID"},
      {200, vendor, "296", "found"},
      {200, vendor, "",
       "node http://node: an answer 200 without the block height that its others carry: not the "
       "node's own"},
      {200, R"({"vendorInfo":{"vendorID":65522,"vendorName":"A","companyLegalName":"B"}})", "296",
       "node http://node: asked about vendor FFF1, the answer is about FFF2"},
      {200, R"({"vendorInfo":[],"pagination":{"next_key":null,"total":"0"}})", "296",
       "node http://node: expected an object \"vendorInfo\", found array"},
      {200, R"({"model":{}})", "296",
       "node http://node: expected an object \"vendorInfo\", found none"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.body);
    Script script = honest_node();
    script.lines["/dcl/vendorinfo/vendors/65521"] = {
        row.status, row.body, row.height.empty() ? Headers{} : Headers{{kHeight, row.height}}};
    CHECK(first_error(script, Schema::vendor, "FFF1") == row.outcome);
  }
}

TEST_CASE("dcl: a node that never sends the height header may leave it out of a 404") {
  Script script = honest_node();
  for (auto& [path, line] : script.lines) line.headers.clear();
  script.lines["/dcl/vendorinfo/vendors/65521"] = {
      404, R"({"code":5,"message":"not found","details":[]})", {}};
  CHECK(first_error(script, Schema::vendor, "FFF1") == "absent");
}

TEST_CASE(
    "dcl: a node that is behind, starting, at height 0 or of another network is named as such") {
  const struct {
    Fault fault;
    const char* what;
  } rows[] = {
      {Fault::other_chain, "node : expected a node of dclchain-local, found one of other-net"},
      {Fault::stale,
       "node : is behind: still catching up at height 50, its newest block is of "
       "2026-11-20T22:45:50Z"},
      {Fault::stalled,
       "node : is behind: its newest block (height 50, 2026-11-19T22:45:50Z) is 24 hours older "
       "than its own clock"},
      {Fault::starting,
       "node : is starting: its REST interface is up, its ledger is not yet (503, code 14)"},
      {Fault::height_0, "node : is at height 0: it has no block yet"},
  };
  for (const auto& row : rows) CHECK(begin_error(row.fault) == row.what);
}

TEST_CASE("dcl: the recorded answers of such nodes are refused in the same words") {
  if (!have_shared("dcl")) return;
  const auto body = [](const char* file) {
    return std::string(text(slurp(shared() / "dcl/rest" / file)));
  };
  const struct {
    const char* folder;
    int status;
    const char* what;
  } rows[] = {
      {"node_at_height_0", 500, "node http://node: is at height 0: it has no block yet"},
      {"node_starting", 503,
       "node http://node: is starting: its REST interface is up, its ledger is not yet (503, code "
       "14)"},
      {"other_network", 200,
       "node http://node: expected a node of dclchain-local, found one of other-net"},
      {"node_stale", 200,
       "node http://node: is behind: still catching up at height 383, its newest block is of "
       "2026-11-20T22:54:43Z"},
      {"node_synced_observer", 200, ""},
  };
  for (const auto& row : rows) {
    Script script;
    for (const char* name : {"node_info", "syncing"})
      script.lines[std::string("/cosmos/base/tendermint/v1beta1/") + name] = {
          row.status, body((std::string(row.folder) + "/" + name + ".json").c_str()), {}};
    script.lines["/cosmos/base/tendermint/v1beta1/blocks/latest"] = {
        row.status, body((std::string(row.folder) + "/blocks_latest.json").c_str()), {}};
    Network network = kNet;
    network.chain_id = "dclchain-local";
    Node node(network, script, kNow);
    const auto begun = node.begin();
    CHECK((begun ? "" : begun.error().what) == row.what);
  }
}

TEST_CASE("dcl: a pinned height that the node has pruned or not reached is an error, not absence") {
  if (!have_shared("dcl")) return;
  for (const char* file :
       {"pruned/vendor_pinned_to_pruned_height.json", "http/x_cosmos_block_height_future.json"}) {
    Script script = honest_node();
    script.lines["/dcl/vendorinfo/vendors/65521"] = {
        500, std::string(text(slurp(shared() / "dcl/rest" / file))), {}};
    CHECK(first_error(script, Schema::vendor, "FFF1")
              .starts_with("node http://node: cannot answer at height 296 (behind, or the height "
                           "is pruned): codespace sdk code"));
  }
}

TEST_CASE("dcl: lists are walked page by page until next_key is null, whatever total says") {
  Ledger4Test ledger(small_ledger(7), {.page_cap = 3});
  auto node = ledger.node();
  REQUIRE(node.begin());
  const Schema schemas[] = {Schema::vendor};
  const auto lists = node.lists(schemas);
  REQUIRE(lists);
  CHECK(lists->front().records.size() == 7);
  CHECK(std::is_sorted(lists->front().records.begin(), lists->front().records.end(),
                       [](const Record& a, const Record& b) { return a.key < b.key; }));
  CHECK(node.requests() == 3 + 3);
  for (const auto& asked : ledger.server.asked())
    CHECK((asked.height == "50" || asked.path.starts_with("/cosmos/")));
}

TEST_CASE("dcl: a page key is percent-encoded, since it is standard base64") {
  Script script = honest_node();
  const Headers at{{kHeight, "296"}};
  script.lines["/dcl/vendorinfo/vendors?pagination.limit=1000"] = {
      200,
      R"({"vendorInfo":[{"vendorID":65521,"vendorName":"A","companyLegalName":"B"}],"pagination":{"next_key":"+/8=","total":"0"}})",
      at};
  script.lines["/dcl/vendorinfo/vendors?pagination.limit=1000&pagination.key=%2B%2F8%3D"] = {
      200, R"({"vendorInfo":[],"pagination":{"next_key":null,"total":"0"}})", at};
  Node node(kNet, script, kNow);
  REQUIRE(node.begin());
  const Schema schemas[] = {Schema::vendor};
  CHECK(node.lists(schemas).has_value());
}

TEST_CASE("dcl: pages that repeat, or that never end, are refused") {
  for (const Fault fault : {Fault::repeat_pages, Fault::endless_pages}) {
    Ledger4Test ledger(small_ledger(), {.fault = fault});
    auto node = ledger.node();
    const auto begun = node.begin();
    REQUIRE_MESSAGE(begun, begun.error().what);
    const Schema schemas[] = {Schema::vendor};
    const auto lists = node.lists(schemas);
    REQUIRE_FALSE(lists);
    const std::string expected = fault == Fault::repeat_pages
                                     ? ": vendors: FFEB is listed twice: the pages repeat"
                                     : ": vendors: a page without records says that there are more";
    CHECK(lists.error().what == "node " + ledger.server.url() + expected);
  }
}

TEST_CASE(
    "dcl: a filter that the node ignored is noticed, because the answer is about something else") {
  Ledger4Test ledger(small_ledger(), {.fault = Fault::wrong_record});
  auto node = ledger.node();
  REQUIRE(node.begin());
  const std::string keys[] = {"FFF1"};
  const auto records = node.records(Schema::vendor, keys);
  REQUIRE_FALSE(records);
  CHECK(records.error().what ==
        "node " + ledger.server.url() + ": asked about vendor FFF1, the answer is about FFEB");
}

TEST_CASE("dcl: gzip, chunks, trailers and a proxy's ETag make no difference") {
  Ledger4Test plain(small_ledger(60)), proxied(small_ledger(60), {.proxy = true});
  const Schema schemas[] = {Schema::vendor};
  auto a = plain.node(), b = proxied.node();
  REQUIRE(a.begin());
  REQUIRE(b.begin());
  const auto left = a.lists(schemas), right = b.lists(schemas);
  REQUIRE(left);
  REQUIRE(right);
  REQUIRE(left->front().records.size() == 60);
  for (size_t i = 0; i < 60; ++i)
    CHECK(left->front().records[i].object == right->front().records[i].object);
}

TEST_CASE("dcl: roots are named twice by a node, and both statements must agree") {
  if (!have_shared("dcl")) return;
  auto facts = recorded();
  Ledger4Test ledger(facts);
  const Schema schemas[] = {Schema::certificate};
  auto node = ledger.node();
  REQUIRE(node.begin());
  CHECK(node.lists(schemas).has_value());
  auto& roots = facts.recordings.at("/dcl/pki/root-certificates").body;
  const std::string first =
      R"({"subject":"MCgxEDAOBgNVBAMMB0FDSyBQQUExFDASBgorBgEEAYKifAIBDAQxMzdB","subjectKeyId":"B2:65:F8:46:76:E4:65:CF:6C:D2:32:B6:93:83:30:C8:EA:30:64:06"},)";
  REQUIRE(roots.find(first) != std::string::npos);
  roots.erase(roots.find(first), first.size());
  ledger.server.set_facts(facts);
  const auto lists = node.lists(schemas);
  REQUIRE_FALSE(lists);
  CHECK(lists.error().what.find("is called a root, but is not among the approved roots") !=
        std::string::npos);
}

TEST_CASE("dcl: every fault of the wire ends in a clear message and bounded time") {
  // Silent and slow nodes end by the budget's time-outs, which are milliseconds here.
  const struct {
    Fault fault;
    const char* what;  // after "node URL"
  } rows[] = {
      {Fault::silent, "timed out: no byte for 500 ms (tried 2 times)"},
      {Fault::drip, "timed out"},
      {Fault::cut, "the answer was cut off"},
      {Fault::length_long, "the answer was cut off"},
      {Fault::length_short, "JSON:"},
      {Fault::error_500, "answered 500, code 13: internal"},
      {Fault::error_503, "is overloaded or in maintenance (503): try again later"},
      {Fault::too_many,
       "refuses to be asked so often (429), retry after 0: try again later, or name another node "
       "with dcl sync --from URL (rate limit exceeded)"},
      {Fault::bad_gateway, "is out of order or overloaded (502): try again later"},
      {Fault::html,
       "answered 200 with HTML, expected a ledger's JSON (a proxy or a login page between here and "
       "the node?)"},
      {Fault::html_404, "answered 404 with HTML"},
      {Fault::json_404,
       "an answer 404 without the block height that its others carry: not the node's own"},
      {Fault::other_height, "asked at height 50, answered from height 49"},
      {Fault::huge, "the answer is larger than 4194304 bytes"},
      {Fault::huge_chunked, "the answer is larger than 4194304 bytes"},
      {Fault::invalid_utf8, "JSON: Invalid encoding in string."},
      {Fault::deep_json, "JSON: nested deeper than 32"},
      {Fault::duplicate_keys, "JSON: duplicate key \"vendorInfo\""},
      {Fault::out_of_range,
       "vendorInfo: vendorID: expected a number from 1 to 65535, found 99999999999999999999"},
      {Fault::redirect, "redirected to another scheme"},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.what));
    // A server each: answers that still hang from the row before must not keep this one waiting.
    Ledger4Test ledger(small_ledger(30), {.fault = row.fault}, hasty());
    auto node = ledger.node();
    REQUIRE(node.begin());
    const Schema schemas[] = {Schema::vendor};
    const auto lists = node.lists(schemas);
    REQUIRE_FALSE(lists);
    CAPTURE(lists.error().what);
    CHECK(lists.error().what.find(row.what) != std::string::npos);
    CHECK(lists.error().what.find(ledger.server.url()) != std::string::npos);
  }
}

TEST_CASE("dcl: what passes is tried again: 429, 5xx and broken connections") {
  for (const Fault fault : {Fault::too_many, Fault::bad_gateway, Fault::error_503, Fault::cut,
                            Fault::starting, Fault::silent}) {
    Ledger4Test ledger(small_ledger(), {.fault = fault, .recover_after = 1}, hasty());
    auto node = ledger.node();
    REQUIRE(node.begin());
    const Schema schemas[] = {Schema::vendor};
    const auto lists = node.lists(schemas);
    CAPTURE((lists ? "" : lists.error().what));
    CHECK(lists.has_value());
  }
}

TEST_CASE("dcl: an unreachable node is an error that names it") {
  auto transport = make_curl_transport({.budget = hasty()});
  REQUIRE(transport);
  Node node({.name = "main", .chain_id = "main-net", .url = "http://127.0.0.1:1"}, **transport,
            kNow);
  const auto begun = node.begin();
  REQUIRE_FALSE(begun);
  CHECK(begun.error().what.starts_with("node: http://127.0.0.1:1/cosmos/base/tendermint/v1beta1/"));
  CHECK(begun.error().what.find("no connection") != std::string::npos);
}
