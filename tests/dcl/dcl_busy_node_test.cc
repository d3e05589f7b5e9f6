// Nodes that are idle, busy, far away or forgetful: none of them is a ledger without facts, and
// none is waited for without end.
#include "dcl/pace.h"
#include "tests/support/dcl_support.h"
#include "tests/support/raw_server.h"

using namespace attest;
using namespace attest::dcl;
using namespace attest::test;
using fixtures::Fault;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

// A node of main-net, without transactions, whose newest block is so old by its clock.
class IdleNode final : public Transport {
 public:
  explicit IdleNode(int64_t age, bool syncing = false) : age_(age), syncing_(syncing) {}
  void get(std::vector<Request> requests, const Answered& answered) override {
    for (const Request& request : requests) {
      Response response{
          .status = 200, .headers = {{"x-server-time", std::to_string(kNow.seconds)}}, .body = {}};
      response.body = request.url.ends_with("node_info")
                          ? R"({"default_node_info":{"network":"main-net"}})"
                      : request.url.ends_with("syncing")
                          ? (syncing_ ? R"({"syncing":true})" : R"({"syncing":false})")
                          : R"({"block":{"header":{"chain_id":"main-net","height":"9","time":")" +
                                rfc3339({kNow.seconds - age_}) + "\"}}}";
      (void)answered(request, response);
    }
  }

 private:
  int64_t age_;
  bool syncing_;
};

std::string begun(IdleNode transport) {
  Node node({.name = "main", .chain_id = "main-net", .url = "http://node"}, transport, kNow);
  const auto state = node.begin();
  return state ? state->notes.empty() ? "current" : state->notes.front() : state.error().what;
}

Result<std::vector<RecordList>> vendors(const std::string& url) {
  auto transport = make_curl_transport({.budget = hasty()});
  Node node({.name = "main", .chain_id = "dclchain-local", .url = url}, **transport, kNow);
  const auto state = node.begin();
  if (!state) return tl::unexpected(state.error());
  const Schema schemas[] = {Schema::vendor};
  return node.lists(schemas);
}

}  // namespace

TEST_CASE("dcl: a node of an idle ledger is current, one that is catching up is not") {
  // Empty blocks come every 600 s, and their time is that of the block before.
  for (const int64_t age : {0, 599, 601, 1210, 1800, 2700})
    CHECK(begun(IdleNode(age)) == "current");
  CHECK(begun(IdleNode(2701)).find("is behind: its newest block (height 9") != std::string::npos);
  CHECK(begun(IdleNode(3 * 86'400)).find("is behind") != std::string::npos);
  CHECK(begun(IdleNode(0, true)).find("is behind: still catching up") != std::string::npos);
}

TEST_CASE("pace: who is asked too often is asked later and by fewer, until he answers again") {
  const Pace::Time start{};
  Pace pace(8, milliseconds(250), seconds(60));
  CHECK(pace.window() == 8);
  CHECK(pace.refused(start, milliseconds(0)));
  CHECK(pace.window() == 4);
  CHECK(pace.not_before() == start + milliseconds(250));
  // Those that were on their way count as the same refusal.
  CHECK(pace.refused(start + milliseconds(10), milliseconds(0)));
  CHECK(pace.window() == 4);
  CHECK(pace.not_before() == start + milliseconds(250));
  // Slower and slower, and never none at once.
  auto now = start;
  for (const int expected : {500, 1000, 2000, 4000, 8000, 15'000}) {
    now = pace.not_before();
    CHECK(pace.refused(now, milliseconds(0)));
    CHECK(pace.not_before() - now == milliseconds(expected));
  }
  CHECK(pace.window() == 1);
  // An answer: patience begins anew, and the pace comes back step by step.
  pace.answered();
  CHECK(pace.window() == 2);
  for (int i = 0; i < 100; ++i) pace.answered();
  CHECK(pace.window() == 8);
  // What he asks for is granted, and what is more than the patience is not waited for.
  now = pace.not_before() + seconds(1);
  CHECK(pace.refused(now, seconds(30)));
  CHECK(pace.not_before() == now + seconds(30));
  CHECK_FALSE(pace.refused(now + seconds(30), seconds(31)));
  Pace other(8, milliseconds(250), seconds(60));
  CHECK_FALSE(other.refused(start, seconds(3600)));
  // Without an answer in between the patience ends, whatever the pauses are.
  Pace third(8, milliseconds(250), seconds(60));
  int refusals = 0;
  for (now = start; third.refused(now, milliseconds(0)); now = third.not_before()) ++refusals;
  CHECK(now - start <= seconds(60));
  CHECK(refusals < 20);
}

TEST_CASE(
    "dcl: a node that is asked too often is named as such, and asked no more than it allows") {
  for (const char* status : {"429 Too Many Requests", "502 Bad Gateway", "503 Service Unavailable",
                             "504 Gateway Timeout"}) {
    for (const char* after : {"3600", "Fri, 20 Nov 2026 23:59:59 GMT"}) {
      CAPTURE(status);
      CAPTURE(after);
      std::atomic<int> asked = 0;
      RawServer server([&](const std::string&, const RawServer::Asker& asker) {
        ++asked;
        asker.write(std::string("HTTP/1.1 ") + status +
                    "\r\nContent-Type: text/html\r\nDate: Fri, 20 Nov 2026 22:50:00 GMT\r\n"
                    "Retry-After: " +
                    after +
                    "\r\nContent-Length: 15\r\nConnection: close\r\n\r\n"
                    "<html>no</html>");
      });
      const auto lists = vendors(server.url(""));
      REQUIRE_FALSE(lists);
      CAPTURE(lists.error().what);
      CHECK(lists.error().what.find(std::string("(") + std::string(status).substr(0, 3) +
                                    "), retry after " + after) != std::string::npos);
      CHECK(lists.error().what.find("HTML") == std::string::npos);
      CHECK(asked <= 3);  // the three first questions, which were on their way together
    }
  }
}

TEST_CASE("dcl: a node that lets few questions through is read whole, slowly") {
  // Eight are refused, whenever; nobody gives up, and nothing is asked in vain for long. The pauses
  // grow from a millisecond, and the patience is longer than they are together.
  for (const Fault fault : {Fault::too_many, Fault::bad_gateway, Fault::error_503}) {
    auto budget = hasty();
    budget.patience = milliseconds(4000);
    Ledger4Test ledger(small_ledger(30), {.fault = fault, .recover_after = 8, .page_cap = 1},
                       budget);
    auto node = ledger.node();
    REQUIRE(node.begin());
    const Schema schemas[] = {Schema::vendor};
    const auto lists = node.lists(schemas);
    REQUIRE_MESSAGE(lists.has_value(), (lists ? "" : lists.error().what));
    CHECK(lists->front().records.size() == 30);
  }
}

TEST_CASE("dcl: a height that a node forgets during a sync is given up for a new one") {
  const Folder folder;
  // Eight questions at once, each of which is asked twice.
  Ledger4Test ledger(small_ledger(5), {.fault = Fault::pruned, .recover_after = 16}, hasty());
  auto node = ledger.node();
  const auto synced = sync(node, folder / "c.sqlite", kNow);
  REQUIRE_MESSAGE(synced.has_value(), (synced ? "" : synced.error().what));
  REQUIRE(synced->notes.size() == 1);
  CHECK(synced->notes[0].starts_with("begun anew: node http://127.0.0.1:"));
  CHECK(synced->notes[0].find("cannot answer at height 50") != std::string::npos);
  // Not for ever.
  ledger.server.set_behaviour({.fault = Fault::pruned});
  auto again = ledger.node();
  const auto none = sync(again, folder / "c.sqlite", kNow);
  REQUIRE_FALSE(none);
  CHECK(none.error().what.find("cannot answer at height 50") != std::string::npos);
}

TEST_CASE("dcl: pages that bring little and never end are left after a few dozen") {
  // A new record a page, for ever: none repeats.
  auto facts = small_ledger(2000);
  Ledger4Test ledger(std::move(facts), {.page_cap = 1});
  auto node = ledger.node();
  REQUIRE(node.begin());
  const Schema schemas[] = {Schema::vendor};
  const auto lists = node.lists(schemas);
  REQUIRE_FALSE(lists);
  CHECK(
      lists.error().what.find(": vendors: 43 pages brought 43 records, and there are still more") !=
      std::string::npos);
  CHECK(node.requests() < 60);
}

TEST_CASE("dcl: where a node may send a question on to") {
  const struct {
    const char *from, *to;
    bool good;
  } rows[] = {
      {"http://a/x", "https://a/x", true},
      {"http://a/x", "https://b/x", true},
      {"http://a:1/x", "http://a:2/y", true},
      {"http://a/x", "http://b/x", false},
      {"http://a/x", "http://a.evil/x", false},
      {"http://a/x", "http://169.254.169.254/", false},
      {"http://[::1]:1/x", "http://[::1]:2/x", true},
      {"http://[::1]:1/x", "http://[::2]:1/x", false},
      {"https://a/x", "https://b/x", true},
      {"https://a/x", "http://a/x", false},
      {"http://a/x", "file:///etc/passwd", false},
      {"http://a/x", "ftp://a/x", false},
      {"https://a/x", "gopher://a/x", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.from);
    CAPTURE(row.to);
    CHECK(check_redirect(row.from, row.to).has_value() == row.good);
  }
}

TEST_CASE(
    "dcl: a node that sends every question on is followed: to TLS, to itself, not in circles") {
  Ledger4Test ledger(small_ledger(7));
  const auto sending = [&](const std::string& to, bool path) {
    return [to, path](const std::string& request, const RawServer::Asker& asker) {
      const size_t from = request.find(' ') + 1;
      const std::string where = request.substr(from, request.find(' ', from) - from);
      asker.write("HTTP/1.1 301 Moved Permanently\r\nLocation: " + to + (path ? where : "") +
                  "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    };
  };
  RawServer mirror(sending(ledger.server.url(), true));
  const auto lists = vendors(mirror.url(""));
  REQUIRE_MESSAGE(lists.has_value(), (lists ? "" : lists.error().what));
  CHECK(lists->front().records.size() == 7);
  // To https: what is there speaks no TLS, and was asked to.
  std::string tls = ledger.server.url();
  tls.replace(0, 4, "https");
  RawServer upgrade(sending(tls, true));
  // (How its answer breaks off depends on the versions of both sides: some servers say nothing to
  // what is no request. Asked without TLS it would have given its lists.)
  const auto upgraded = vendors(upgrade.url(""));
  REQUIRE_FALSE(upgraded.has_value());
  const std::string& asked = upgraded.error().what;
  const bool silent = asked.find(": timed out: ") != std::string::npos;
  CHECK_MESSAGE((silent || asked.find(tls) != std::string::npos), asked);
  CHECK_MESSAGE((silent || asked.find(": TLS: ") != std::string::npos ||
                 asked.find(": the answer was cut off: ") != std::string::npos),
                asked);
  RawServer elsewhere(sending("http://127.0.0.2:1", true));
  CHECK(vendors(elsewhere.url("")).error().what.find("redirected to another host without TLS") !=
        std::string::npos);
  RawServer circle(sending("/again?", true));
  CHECK(vendors(circle.url("")).error().what.find("redirected too often") != std::string::npos);
}
