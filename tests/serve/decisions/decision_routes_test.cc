// The rows of decisions and of the mirror, without a socket.
#include "serve/decisions/decision_routes.h"

#include <sqlite3.h>

#include "tests/serve/serve_support.h"

using namespace attest;
using namespace attest::serve;
using namespace attest::test;

namespace {

KeptReport kept(const std::string& verdict, const std::string& serial = "SN-1") {
  return {.json = R"({"schema":"matter-attest/report/1","verdict":")" + verdict +
                  R"(","summary":"s","network":"test","stage":"lab","device":{"vid":"0xFFF1",)" +
                  R"("pid":"0x8000","serial_number":")" + serial +
                  R"(","dac_sha256":null},"checks":[)" +
                  (verdict == "reject" ? R"({"id":"onboarding.passcode-agrees","status":"fail"},)"
                                         R"({"id":"dac.key-is-p256","status":"pass"})"
                                       : "") +
                  "]}",
          .html = "<html>",
          .bundle = to_bytes(view("no bundle"))};
}

class Book {
 public:
  explicit Book(JudgedReports::Limits limits = {})
      : book(std::make_shared<DecisionBook>(
            SigningKey{}, [] { return kDecided; }, limits)),
        routes(decision_routes(book)) {
    REQUIRE(book->open(
        folder / "d.db", [this](const std::string& line) { notes.push_back(line); },
        std::chrono::milliseconds(1)));
  }
  Answer ask(const std::string& method, const std::string& path, const std::string& body = "",
             const std::string& user = "") {
    HttpRequest request;
    request.method = method;
    request.target = path;
    REQUIRE(take_target(request));
    request.user = user;
    auto matched = match(routes, method, request.path);
    REQUIRE(matched.route != nullptr);
    request.values = matched.values;
    if (!body.empty()) {
      request.body = std::make_shared<Spool>(std::make_shared<SpoolRoom>());
      REQUIRE(request.body->add(view(body)));
    }
    return matched.route->answer(request, matched.route->gives.front());
  }
  Answer decide(const std::string& report, const std::string& more = "",
                const std::string& user = "") {
    return ask("POST", "/api/v1/decisions",
               R"({"report":")" + report + R"(","decision":"approve","who":"Ada")" + more + "}",
               user);
  }
  // What somebody else does to the file meanwhile.
  sqlite3* other() {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open((folder / "d.db").c_str(), &db) == SQLITE_OK);
    return db;
  }
  Folder folder;
  std::vector<std::string> notes;
  std::shared_ptr<DecisionBook> book;
  Routes routes;
};

std::string member(const Answer& answer, const char* name) {
  const auto json = parse_json(answer.body);
  REQUIRE(json.has_value());
  const Json* found = json->find(name);
  return found == nullptr || found->string() == nullptr ? std::string() : *found->string();
}

}  // namespace

TEST_CASE("decisions over the API: who was logged in stands beside the name that was given") {
  Book book;
  const std::string id = book.book->keep(kept("approve"));
  const Answer done = book.decide(id, R"(,"reason":"r")", "ada@lab");
  REQUIRE(done.status == 201);
  CHECK(member(done, "who") == "Ada");
  CHECK(member(done, "user") == "ada@lab");
  CHECK(member(done, "network") == "test");
  CHECK(*done.header("Location") == "/api/v1/decisions/" + member(done, "id"));
  // Nobody hands in who he is.
  CHECK(book.decide(id, R"(,"user":"root")").status == 400);
  CHECK(book.ask("GET", "/api/v1/decisions/" + member(done, "id")).body.find("ada@lab") !=
        std::string::npos);
}

TEST_CASE("decisions over the API: a report that went is told from one that never was") {
  Book book({.bytes = 1u << 20, .reports = 1});
  const std::string first = book.book->keep(kept("approve")),
                    second = book.book->keep(kept("approve"));
  CHECK(book.decide(first).status == 410);
  CHECK(book.decide(std::string(32, 'f')).status == 404);
  CHECK(book.decide(second).status == 201);
  CHECK(book.book->keep({.json = "{}", .html = {}, .bundle = {}}).empty());  // no report
  auto large = kept("approve");
  large.bundle.resize(2u << 20);
  CHECK(book.book->keep(large).empty());
}

TEST_CASE(
    "decisions over the API: what a verdict asks for is asked for, and nothing is kept till then") {
  Book book;
  const std::string reject = book.book->keep(kept("reject")),
                    open = book.book->keep(kept("undecided"));
  CHECK(book.decide(reject).status == 422);
  CHECK(book.decide(reject, R"(,"reason":"r")").status == 422);
  CHECK(book.decide(open).status == 422);
  CHECK(parse_json(book.ask("GET", "/api/v1/decisions").body)->find("decisions")->array()->empty());
  CHECK(book.decide(open, R"(,"reason":"r")").status == 201);
  CHECK(book.ask("POST", "/api/v1/decisions").status == 400);  // no body
}

TEST_CASE("decisions over the API: what stops the record is told apart, and in the log") {
  Book book;
  const std::string id = book.book->keep(kept("approve"));
  REQUIRE(book.decide(id).status == 201);
  CHECK(book.notes.empty());
  std::string many = "/api/v1/decisions?q=";
  for (char c = 'a'; c < 'z'; ++c) many += std::string(1, c) + "+";
  const Answer asked = book.ask("GET", many);
  CHECK(asked.status == 400);
  CHECK(member(asked, "detail") == "expected at most 16 words to search for, found 25");
  CHECK(book.ask("GET", "/api/v1/decisions/export" + many.substr(17)).status == 400);
  CHECK(book.notes.empty());

  // Held by another process: later.
  sqlite3* db = book.other();
  REQUIRE(sqlite3_exec(db, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
  const Answer held = book.decide(id);
  CHECK(held.status == 503);
  REQUIRE(held.header("Retry-After") != nullptr);
  CHECK(*held.header("Retry-After") == "5");
  CHECK(held.body.find(book.folder.path()) == std::string::npos);
  REQUIRE(book.notes.size() == 1);
  CHECK(book.notes[0].find("d.db: cannot be written: database is locked") != std::string::npos);
  REQUIRE(sqlite3_exec(db, "ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK);
  CHECK(book.decide(id).status == 201);

  // Damaged: ours to mend, and no fault of who asks.
  REQUIRE(sqlite3_exec(db, "DROP TRIGGER no_update; UPDATE decisions SET line='x' WHERE number=1",
                       nullptr, nullptr, nullptr) == SQLITE_OK);
  for (const char* path : {"/api/v1/decisions", "/api/v1/decisions/export"}) {
    CAPTURE(path);
    book.notes.clear();
    const Answer damaged = book.ask("GET", path);
    CHECK(damaged.status == 500);
    CHECK(damaged.body.find(book.folder.path()) == std::string::npos);
    REQUIRE(book.notes.size() == 1);
    CHECK(book.notes[0].find("d.db: a record is damaged") != std::string::npos);
  }
  REQUIRE(sqlite3_exec(db, "DROP TABLE decisions", nullptr, nullptr, nullptr) == SQLITE_OK);
  book.notes.clear();
  CHECK(book.ask("GET", "/api/v1/decisions").status == 500);
  CHECK(book.ask("GET", "/api/v1/decisions/" + std::string(32, '0')).status == 500);
  CHECK(book.decide(id).status == 500);
  CHECK(book.notes.size() == 3);
  sqlite3_close(db);
}

TEST_CASE("a report that cannot be kept to be decided upon is told of in the log") {
  Book book;
  CHECK(book.book->keep({.json = "{}", .html = {}, .bundle = {}}).empty());
  REQUIRE(book.notes.size() == 1);
  CHECK(book.notes[0].starts_with("a report cannot be kept to be decided upon: expected a report"));
}

TEST_CASE(
    "decisions over the API: of a device without a bundle there is none, and the log says why") {
  Book book;
  KeptReport without = kept("approve");
  without.bundle.clear();
  without.no_bundle = "it is too large";
  const std::string id = book.book->keep(without);
  REQUIRE(book.notes.size() == 1);
  CHECK(book.notes[0] == "report " + id + " has no bundle: it is too large");
  const std::string decided = member(book.decide(id), "id");
  const Answer answer = book.ask("GET", "/api/v1/decisions/" + decided + ".bundle");
  CHECK(answer.status == 404);
  CHECK(member(answer, "detail") == "no bundle could be made of this device when it was judged");
  CHECK(book.ask("GET", "/api/v1/decisions/" + decided + ".report").status == 200);
}

TEST_CASE("a server that keeps no decisions says what would") {
  const auto routes = decision_routes(nullptr);
  REQUIRE(!routes.empty());
  for (const Route& route : routes) {
    CAPTURE(route.path);
    const Answer answer = route.answer({}, route.gives.front());
    CHECK(answer.status == 501);
    CHECK(answer.type == "application/problem+json");
    CHECK(member(answer, "expected") == "a server that was started with --decisions DB");
  }
}

TEST_CASE("the mirror as rows: its own headers and status, and no file's name") {
  const Folder folder;
  std::vector<std::string> notes;
  const auto routes = mirror_routes(std::make_shared<Mirror>(folder.path(), "main-net", "sync"),
                                    [&](const std::string& line) { notes.push_back(line); });
  HttpRequest request;
  request.method = "GET";
  request.target = "/dcl/vendorinfo/vendors/65521";
  REQUIRE(take_target(request));
  const auto matched = match(routes, "GET", request.path);
  REQUIRE(matched.route != nullptr);
  const Answer answer = matched.route->answer(request, "application/json");
  CHECK(answer.status == 503);
  CHECK(answer.body.find(folder.path()) == std::string::npos);
  REQUIRE(notes.size() == 1);  // the cache's place is a folder
  CHECK(notes[0].find("expected a file") != std::string::npos);
  CHECK(match(routes, "GET", "/cosmos/base/tendermint/v1beta1/blocks/latest").route != nullptr);
  CHECK(match(routes, "GET", "/cosmos/bank/v1beta1/supply").route == nullptr);
  CHECK(match(routes, "POST", "/dcl/vendorinfo/vendors").route == nullptr);
}

TEST_CASE("a mirror without a cache knows nothing, and says why: nothing is not on the ledger") {
  Mirror mirror(Mirror::NoCache{.why = "it was started to ask no ledger"});
  for (const char* path :
       {"/dcl/vendorinfo/vendors/65521", "/dcl/model/models", "/dcl/pki/all-certificates",
        "/cosmos/base/tendermint/v1beta1/syncing"}) {
    CAPTURE(path);
    const MirrorAnswer answer = mirror.answer({.method = "GET", .path = path, .query = {}});
    CHECK(answer.status == 503);
    CHECK(answer.body.find("this mirror knows nothing: it was started to ask no ledger") !=
          std::string::npos);
  }
  CHECK(mirror.answer({.method = "GET", .path = "/dcl/nope", .query = {}}).status == 501);
}
