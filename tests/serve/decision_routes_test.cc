// The rows of decisions and of the mirror, without a socket.
#include "serve/decision_routes.h"

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
    REQUIRE(book->open(folder / "d.db"));
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
  Folder folder;
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
