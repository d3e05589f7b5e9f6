// Requests through all steps of the server, without a socket.
#include "serve/exchange.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "serve/openapi.h"
#include "tests/serve/exchange_bench.h"

using namespace attest;
using namespace attest::serve;
using namespace attest::test;

TEST_CASE("a device is judged as on the command line, and answered as JSON or HTML") {
  Bench bench;
  const std::string form = device("good") + part("network", "none") + "--b--\r\n";
  const Reply reply = bench.ask(post("/api/v1/verify", kForm), form);
  CHECK(reply.status == 200);
  CHECK(said(reply, "verdict") == "approve");
  CHECK(header(reply, "Verdict") == "approve");
  CHECK(header(reply, "Cache-Control") == "no-store");
  CHECK(header(reply, "X-Content-Type-Options") == "nosniff");
  CHECK(reply.body.find("20202021") == std::string::npos);
  Pairs html = kForm;
  html.emplace_back("accept", "text/html,*/*;q=0.8");
  const Reply page = bench.ask(post("/api/v1/verify", html), form);
  CHECK(page.type == "text/html; charset=utf-8");
  CHECK(page.body.find("<title>") != std::string::npos);
  // Its one stylesheet is let in by the digest that the page itself names.
  CHECK(header(page, "Content-Security-Policy").find("style-src 'sha256-") != std::string::npos);
  CHECK(
      said(bench.ask(post("/api/v1/verify", kForm), device("dac-of-another-vendor") + "--b--\r\n"),
           "verdict") == "reject");
}

TEST_CASE("a report comes in a line for who asks for lines, and is the same") {
  ServiceOptions options;
  KeptReport kept;
  options.keep = [&](const KeptReport& report, const HttpRequest&) {
    kept = report;
    return std::string("id-1");
  };
  Bench bench(options);
  const std::string form = device("good") + "--b--";
  Pairs lines = kForm;
  lines.emplace_back("accept", "application/x-ndjson");
  const Reply line = bench.ask(post("/api/v1/verify", lines), form),
              pretty = bench.ask(post("/api/v1/verify", kForm), form);
  CHECK(line.type == "application/x-ndjson");
  CHECK(line.body.find('\n') == line.body.size() - 1);
  CHECK(dump(json(line)) == dump(json(pretty)));
  CHECK(kept.json == pretty.body);  // what is kept is written in one way
}

TEST_CASE("names of uploads are words of the report, and never a path") {
  Bench bench;
  const Reply reply =
      bench.ask(post("/api/v1/verify", kForm),
                device("good", "../../etc/") + part("evidence", "hello", "/etc/passwd") +
                    part("evidence", "hello", "/etc/passwd") + "--b--\r\n");
  REQUIRE(reply.status == 200);
  CHECK(reply.body.find("\"../../etc/dac.pem\"") != std::string::npos);
  CHECK(reply.body.find("\"/etc/passwd\"") != std::string::npos);
  CHECK(reply.body.find("\"/etc/passwd (2)\"") != std::string::npos);
  CHECK(reply.body.find("root:") == std::string::npos);
  // No two have one name, nor the name of a code that was typed.
  const Reply same = bench.ask(
      post("/api/v1/verify", kForm),
      device("good") + part("evidence", "one", "a") + part("evidence", "two", "a") +
          part("evidence", "three", "a (2)") + part("evidence", "four", "code") + "--b--\r\n");
  REQUIRE(same.status == 200);
  for (const char* name : {"\"a\"", "\"a (2)\"", "\"a (2) (2)\"", "\"code (2)\""})
    CHECK_MESSAGE(same.body.find(name) != std::string::npos, name);
  CHECK(same.body.find("\"path\": \"code\"") == std::string::npos);
}

TEST_CASE("inspect masks what is secret unless the server shows it") {
  const std::string form = device("good") + part("code", "34970112332") + "--b--\r\n";
  Bench bench;
  const Reply reply = bench.ask(post("/api/v1/inspect", kForm), form);
  REQUIRE(reply.status == 200);
  CHECK(said(reply, "schema") == "matter-attest/inspect/1");
  CHECK(reply.body.find("20202021") == std::string::npos);
  CHECK(reply.body.find("34970112332") == std::string::npos);
  CHECK(reply.body.find("\"masked\"") != std::string::npos);
}

TEST_CASE("inspect takes the form of verify, and says what of it is about a verdict") {
  Bench bench;
  const Reply reply =
      bench.ask(post("/api/v1/inspect", kForm),
                device("good") + part("network", "none") + part("at", "2026-06-01") +
                    part("order", "{\"product_id\": 32768}", "order.json") + "--b--\r\n");
  REQUIRE(reply.status == 200);
  const Json report = json(reply);
  std::string told;
  for (const Json& one : *report.find("not_used")->array())
    told += *one.find("path")->string() + ": " + *one.find("why")->string() + "\n";
  const auto line = [](const std::string& path, const std::string& field) {
    return path + ": the field " + field + " is about a verdict, and inspect gives none\n";
  };
  for (const auto& [path, field] :
       {std::pair("network", "network"), {"at", "at"}, {"order.json", "order"}})
    CHECK_MESSAGE(told.find(line(path, field)) != std::string::npos, told);
}

TEST_CASE("what is wrong with a request is said, with what was expected and found") {
  Bench bench;
  const auto status = [&](HttpRequest request, const std::string& body = {}) {
    const Reply reply = bench.ask(std::move(request), body);
    if (reply.status >= 400) {
      CHECK(reply.type == "application/problem+json");
      CHECK(json(reply).find("status")->integer() == reply.status);
      CHECK(!said(reply, "title").empty());
      CHECK(!said(reply, "detail").empty());
    }
    return reply.status;
  };
  CHECK(status(get("/nowhere")) == 404);
  CHECK(status(get("/api/v1/verify")) == 405);
  CHECK(header(bench.ask(get("/api/v1/verify")), "Allow") == "POST");
  CHECK(header(bench.ask(post("/metrics")), "Allow") == "GET, HEAD");
  CHECK(status(get("/api/v1/health", {{"accept", "text/html"}})) == 406);
  CHECK(status(post("/api/v1/verify"), "x") == 415);
  CHECK(status(post("/api/v1/verify", {{"content-type", "application/json"}}), "{}") == 415);
  CHECK(status(post("/api/v1/verify", {{"content-type", "multipart/form-data; boundary=b"},
                                       {"content-encoding", "gzip"}}),
               "x") == 415);
  CHECK(status(post("/api/v1/verify", {{"content-type", "multipart/form-data"}}), "x") == 400);
  CHECK(status(post("/api/v1/verify", kForm), "rubbish") == 400);
  CHECK(status(post("/api/v1/verify", kForm), part("nonce", "x") + "--b--") == 400);
  CHECK(status(post("/api/v1/verify", kForm),
               part("network", "mainnet") + part("code", "MT:X") + "--b--") == 400);
  CHECK(status(post("/api/v1/verify", kForm), part("at", "yesterday") + device("good") + "--b--") ==
        400);
  CHECK(status(post("/api/v1/verify", kForm), part("code", "not a code") + "--b--") == 400);
  CHECK(status(post("/api/v1/verify", kForm), part("network", "main") + device("good") +
                                                  part("trust_paa", "x", "paa.pem") + "--b--") ==
        400);
  CHECK(status(post("/api/v1/inspect", kForm), part("network", "none") + "--b--") == 422);
  CHECK(status(post("/api/v1/inspect", kForm), part("network", "mainnet") + "--b--") == 400);
  CHECK(status(post("/api/v1/inspect", kForm), part("nonce", "x") + "--b--") == 400);
  CHECK(status(post("/api/v1/verify", kForm), part("network", "none") + "--b--") == 422);
  CHECK(status(post("/api/v1/verify", kForm), part("evidence", "hello", "a.txt") + "--b--") == 422);
  CHECK(status(post("/api/v1/verify", kForm), part("evidence", "text") + "--b--") == 400);
  CHECK(status(post("/api/v1/verify", kForm),
               "--b\r\nContent-Disposition: form-data; name=\"evidence\"; filename=\"\"\r\n\r\n\r\n"
               "--b--") == 422);
  CHECK(status(get("/api/v1/health", {{"content-length", "5"}})) == 413);
  for (const char* target : {"*", "http://a/", "", "/%00", "/%zz", "/%4", "/a#b", "/?a=%0a"})
    CHECK_MESSAGE(status(get(target)) == 400, target);
  CHECK(status(get("/api/v1/health", {{"host", "evil.example"}})) == 421);
  Pairs crossing = kForm;
  crossing.emplace_back("origin", "http://evil.example");
  CHECK(status(post("/api/v1/verify", crossing), device("good") + "--b--") == 403);
  CHECK(status(post("/api/v1/lot", {{"content-type", "application/x-ndjson"}}), "{}") == 501);
}

TEST_CASE("a field that is wrong says what was expected and found") {
  Bench bench;
  const Reply reply = bench.ask(post("/api/v1/verify", kForm),
                                part("network", "mainnet") + part("code", "MT:X") + "--b--");
  CHECK(said(reply, "expected") == "main, test, none");
  CHECK(said(reply, "found") == "mainnet");
  const Reply at =
      bench.ask(post("/api/v1/verify", kForm), part("at", "yesterday") + device("good") + "--b--");
  CHECK(said(at, "detail").starts_with("at: "));
  CHECK(said(at, "detail").find("yesterday") != std::string::npos);
}

TEST_CASE("nothing of what was ordered or trusted vanishes: it is used, told or refused") {
  Bench bench;
  const std::string order = part("order", "{\"product_id\": 32768}", "order.json");
  const auto ask = [&](const std::string& more) {
    return bench.ask(post("/api/v1/verify", kForm), device("good") + more + "--b--\r\n");
  };
  CHECK(ask(order).status == 200);
  const Reply two = ask(order + part("order", "{\"product_id\": 1}", "other.json"));
  CHECK(two.status == 400);
  CHECK(said(two, "detail") == "order: order.json does not name other.json");
  CHECK(said(two, "expected") == "one order, then the files that it names");
  // Those that it names come along.
  const std::string cpms = R"({"matter":{"instance_info":{"vendor_id":65521},)"
                           R"("attestation_credentials":{"dac_cert":"dac.pem"}}})";
  CHECK(ask(part("order", cpms, "lot/cpms.json") +
            part("order", std::string(text(test::slurp("fixtures/devices/good/dac.pem"))),
                 "lot/dac.pem"))
            .status == 200);

  const auto pem = [](const char* path) { return std::string(text(test::slurp(path))); };
  const std::string paa = pem("fixtures/trust/paa-fff1.pem"),
                    pai = pem("fixtures/devices/good/pai.pem");
  const Reply mixed = ask(part("trust_paa", paa + pai, "both.pem"));
  REQUIRE(mixed.status == 200);
  const Json report = json(mixed);
  size_t told = 0;
  for (const Json& one : *report.find("not_used")->array()) {
    if (*one.find("path")->string() != "both.pem") continue;
    ++told;
    CHECK(one.find("why")->string()->starts_with("trust_paa: expected a PAA: "));
  }
  CHECK(told == 1);
  // What cannot be read is told, too; what is taken in the other role is not.
  std::string damaged = pai;
  damaged.insert(damaged.find('\n') + 1, "AAAA");
  CHECK(ask(part("trust_paa", paa + damaged, "both.pem")).body.find("\"trust_paa: ") !=
        std::string::npos);
  CHECK(ask(part("trust_paa", paa + pai, "both.pem") + part("trust_cd_signer", pai, "pai.pem"))
            .body.find("\"trust_paa: ") == std::string::npos);
  const Reply none = ask(part("trust_paa", pai, "root.pem"));
  CHECK(none.status == 400);
  CHECK(said(none, "detail").starts_with("trust_paa root.pem: expected a PAA: "));
}

TEST_CASE("a body that is too large is refused, said beforehand or found out") {
  ServiceOptions options;
  options.most_upload = 100'000;
  Bench bench(options);
  const std::string large = part("evidence", std::string(200'000, 'x'), "a") + "--b--";
  CHECK(bench.ask(post("/api/v1/verify", kForm), large).status == 413);
  HttpRequest request = post("/api/v1/verify", {{"content-type", "multipart/form-data; boundary=b"},
                                                {"transfer-encoding", "chunked"}});
  ExchangeFront front(bench.workshop);
  const auto exchange = front.begin([] {});
  request.headers.emplace_back("host", "localhost");
  REQUIRE(exchange->head(request) == Next::more);
  Next next = Next::more;
  const std::string piece(60'000, 'x');
  for (int i = 0; i < 3 && next == Next::more; ++i) {
    View bytes = view(piece);
    next = exchange->body(bytes);
  }
  REQUIRE(next == Next::more);
  CHECK(exchange->end() == Next::answer);
  CHECK(exchange->take().status == 413);
  // And what never ends is cut off.
  const auto endless = front.begin([] {});
  REQUIRE(endless->head(request) == Next::more);
  next = Next::more;
  for (int i = 0; i < 1'000 && next == Next::more; ++i) {
    View bytes = view(piece);
    next = endless->body(bytes);
  }
  CHECK(next == Next::drop);
}

TEST_CASE("uploads are gone when the answer is there") {
  Bench bench;
  const std::string large =
      device("good") + part("evidence", std::string(500'000, 'x'), "a") + "--b--";
  CHECK(bench.ask(post("/api/v1/verify", kForm), large).status == 200);
  CHECK(bench.room->used == 0);
}

TEST_CASE("users are asked for everything, and one who guesses is held up") {
  const auto users = std::make_shared<Users>();
  REQUIRE(users->add_tokens("0123456789abcdef\n", "tokens"));
  Bench bench({}, users);
  for (const Route& route : bench.service.routes()) {
    HttpRequest request = get(route.path);
    request.method = route.method;
    const Reply reply = bench.ask(request);
    CHECK_MESSAGE(reply.status == 401, route.path);
    CHECK(header(reply, "WWW-Authenticate").starts_with("Basic"));
  }
  CHECK(bench.ask(get("/nowhere")).status == 401);
  CHECK(bench.ask(get("/", {{"authorization", "Bearer 0123456789abcdef"}})).status == 200);
  int failed = 0;
  for (int i = 0; i < 30; ++i)
    failed += bench.ask(get("/", {{"authorization", "Bearer 0123456789abcdeX"}})).status == 401;
  CHECK(failed <= 10);
  CHECK(bench.ask(get("/", {{"authorization", "Bearer 0123456789abcdeX"}})).status == 429);
  CHECK(bench.ask(get("/", {{"authorization", "Bearer 0123456789abcdef"}})).status == 200);
}

TEST_CASE("logins that are tried at once are held up as those after one another") {
  const auto users = std::make_shared<Users>();
  REQUIRE(users->add_users("ada:$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e\n",
                           "users"));
  Bench bench({}, users);
  HttpRequest request = get("/", {{"authorization", "Basic " + base64(view("ada:wrong"))}});
  request.peer = "192.0.2.1";
  // None of them has been looked at yet.
  int begun = 0;
  for (int i = 0; i < 30; ++i)
    begun += std::holds_alternative<Users::Known>(bench.service.log_in(request));
  CHECK(begun == 10);
  // One that was right does not count.
  bench.service.login_passed(request);
  CHECK(std::holds_alternative<Users::Known>(bench.service.log_in(request)));
  CHECK(std::holds_alternative<Answer>(bench.service.log_in(request)));
}

TEST_CASE("health says what keeps the server from judging") {
  ServiceOptions options;
  std::string ailing;
  options.ailing = [&] { return ailing; };
  Bench bench(options);
  CHECK(bench.ask(get("/api/v1/health")).status == 200);
  ailing = "nobody judges";
  const Reply answer = bench.ask(get("/api/v1/health"));
  CHECK(answer.status == 503);
  CHECK(std::any_of(answer.headers.begin(), answer.headers.end(),
                    [](const auto& header) { return header.first == "Retry-After"; }));
  CHECK(answer.body.find(R"("detail":"nobody judges")") != std::string::npos);
}

TEST_CASE("a server that is read-only refuses what writes, and nothing else") {
  ServiceOptions options;
  options.read_only = true;
  Bench bench(options);
  bench.service.add({{.method = "POST",
                      .path = "/api/v1/decisions",
                      .words = "",
                      .takes = {"application/json"},
                      .gives = {"application/json"},
                      .writes = true,
                      .answer = [](const HttpRequest&, const char*) { return Answer(); }}});
  CHECK(bench.ask(post("/api/v1/decisions", {{"content-type", "application/json"}}), "{}").status ==
        403);
  CHECK(bench.ask(post("/api/v1/verify", kForm), device("good") + "--b--").status == 200);
}

TEST_CASE("reports are kept where somebody decides, with a bundle, and the answer has the id") {
  ServiceOptions options;
  KeptReport kept;
  options.keep = [&](const KeptReport& report, const HttpRequest&) {
    kept = report;
    return std::string("id-1");
  };
  Bench bench(options);
  const Reply reply = bench.ask(post("/api/v1/verify", kForm), device("good") + "--b--");
  CHECK(header(reply, "Report-Id") == "id-1");
  CHECK(kept.json == reply.body);
  CHECK(kept.html.find("<html") != std::string::npos);
  CHECK(!kept.bundle.empty());
  CHECK(kept.no_bundle.empty());
  CHECK(header(reply, "Decision-Note").empty());
}

namespace {

// True at first: what is judged again comes out otherwise.
class FickleEngine final : public SignatureEngine {
 public:
  const char* name() const override { return "fickle"; }
  void verify(std::span<const SignatureJob> jobs, std::span<uint8_t> answers) override {
    if (calls_++ == 0) return openssl_engine().verify(jobs, answers);
    std::fill(answers.begin(), answers.end(), uint8_t{0});
  }

 private:
  int calls_ = 0;
};

}  // namespace

TEST_CASE("a bundle that cannot be made is told of, and the verdict stays") {
  FickleEngine engine;
  JudgeSettings fickle = settings();
  fickle.engine = &engine;
  Judge judge(fickle);
  const std::string form = device("good") + "--b--";
  const Answer answer = judge.judge({.what = "verify",
                                     .type = kForm[0].second,
                                     .accept = "application/json",
                                     .query = {},
                                     .keep = true},
                                    view(form));
  CHECK(answer.status == 200);
  CHECK(*answer.header("Verdict") == "approve");
  REQUIRE(answer.header("Decision-Note") != nullptr);
  CHECK(answer.header("Decision-Note")
            ->starts_with("no bundle can be made of this device, so it cannot be judged again: "));
  REQUIRE(answer.kept != nullptr);
  CHECK(answer.kept->bundle.empty());
  CHECK(answer.kept->no_bundle.find("cannot be answered without what the bundle leaves out") !=
        std::string::npos);
  CHECK(answer.kept->no_bundle.find("--bundle") == std::string::npos);
}

TEST_CASE("a report that could not be kept to be decided upon says so") {
  ServiceOptions options;
  options.keep = [](const KeptReport&, const HttpRequest&) { return std::string(); };
  Bench bench(options);
  const Reply reply = bench.ask(post("/api/v1/verify", kForm), device("good") + "--b--");
  CHECK(header(reply, "Verdict") == "approve");
  CHECK(header(reply, "Report-Id").empty());
  CHECK(header(reply, "Decision-Note") ==
        "this report could not be kept here, and cannot be decided upon");
}

TEST_CASE("a path has values where the route has places for them") {
  const Routes routes = {
      {.method = "GET", .path = "/a/{id}", .words = "", .gives = {}},
      {.method = "GET", .path = "/a/{id}/b", .words = "", .gives = {}},
      {.method = "GET", .path = "/dcl/*", .words = "", .gives = {}},
  };
  CHECK(match(routes, "GET", "/a/1").values == std::vector<std::string>{"1"});
  CHECK(match(routes, "HEAD", "/a/1/b").route == &routes[1]);
  CHECK(match(routes, "GET", "/dcl/x/y").values == std::vector<std::string>{"x/y"});
  CHECK(match(routes, "GET", "/a/").route == nullptr);
  CHECK(match(routes, "GET", "/a").route == nullptr);
  CHECK(match(routes, "DELETE", "/a/1").allowed == "GET, HEAD");
}

TEST_CASE(
    "each path has one spelling: another is led to it, with its query; escapes are no matter") {
  Bench bench;
  const std::pair<const char*, const char*> moved[] = {
      {"//dcl/vendorinfo/vendors/65521", "/dcl/vendorinfo/vendors/65521"},
      {"///dcl//pki/root-certificates?a=%2F&b=//", "/dcl/pki/root-certificates?a=%2F&b=//"},
      {"//api/v1/health", "/api/v1/health"},
      {"/api//v1/health", "/api/v1/health"},
      {"/api/v1/health//", "/api/v1/health/"},
      {"/api/v1/x/../health", "/api/v1/health"},
      {"/api/./v1/health", "/api/v1/health"},
      {"/..", "/"},
      {"//", "/"},
      {"/%2Fdcl/x", "/dcl/x"},
      {"/dcl/%2e%2E/etc/passwd", "/etc/passwd"},
      {"//evil.example/%20%25:", "/evil.example/%20%25:"},
  };
  for (const auto& [asked, there] : moved) {
    CAPTURE(asked);
    const Reply reply = bench.ask(get(asked));
    CHECK(reply.status == 301);
    CHECK(header(reply, "Location") == there);
    CHECK(reply.body.empty());
    CHECK(bench.ask(get(there)).status != 301);
  }
  // What would become a GET by 301 stays what it is.
  const Reply posted = bench.ask(post("//api/v1/verify", kForm), device("good") + "--b--");
  CHECK(posted.status == 308);
  CHECK(header(posted, "Location") == "/api/v1/verify");
  // A slash at the end makes another path.
  for (const char* path : {"/api/v1/health/", "/api/v1/checks/", "/metrics/", "/API/v1/health"})
    CHECK_MESSAGE(bench.ask(get(path)).status == 404, path);
  for (const char* path : {"/api/v1/health", "/%61pi/v1/health", "/api%2Fv1%2fhealth"})
    CHECK_MESSAGE(bench.ask(get(path)).status == 200, path);
  for (const char* path : {"/api%252Fv1/health", "/api/v1/health%20"})
    CHECK_MESSAGE(bench.ask(get(path)).status == 404, path);
}

TEST_CASE("every route stands in the document, with what it takes and may answer") {
  Bench bench;
  const Reply reply = bench.ask(get("/api/v1/openapi.json"));
  REQUIRE(reply.status == 200);
  const Json document = json(reply);
  const Json& paths = *document.find("paths");
  for (const Route& route : bench.service.routes()) {
    CAPTURE(route.path);
    const Json* item = paths.find(route.path);
    REQUIRE(item != nullptr);
    const Json* operation = item->find(route.method == std::string_view("GET") ? "get" : "post");
    REQUIRE(operation != nullptr);
    CHECK((operation->find("requestBody") != nullptr) == !route.takes.empty());
    CHECK(operation->find("responses")->find("200") != nullptr);
    // Each member once, and each place of the path told of once.
    size_t places = 0;
    if (const Json* parameters = operation->find("parameters"))
      for (const Json& one : *parameters->array())
        places += *one.find("in")->string() == "path" ? 1 : 0;
    const std::string_view path = route.path;
    CHECK(places == static_cast<size_t>(std::count(path.begin(), path.end(), '{')));
  }
}

TEST_CASE("what the document refers to is in it") {
  Bench bench;
  const Reply reply = bench.ask(get("/api/v1/openapi.json"));
  const Json document = json(reply);
  size_t seen = 0;
  for (size_t at = reply.body.find("\"$ref\": \"#/"); at != std::string::npos;
       at = reply.body.find("\"$ref\": \"#/", at + 1)) {
    const size_t from = at + 11, end = reply.body.find('"', from);
    const std::string path = reply.body.substr(from, end - from);
    CAPTURE(path);
    const Json* here = &document;
    for (size_t i = 0; i < path.size() && here != nullptr;) {
      const size_t slash = std::min(path.find('/', i), path.size());
      here = here->find(path.substr(i, slash - i));
      i = slash + 1;
    }
    CHECK(here != nullptr);
    ++seen;
  }
  CHECK(seen > 20);
}

TEST_CASE("counters are told as Prometheus reads them") {
  Bench bench;
  bench.ask(post("/api/v1/verify", kForm), device("good") + "--b--");
  bench.ask(get("/nowhere"));
  const std::string text = bench.ask(get("/metrics")).body;
  CHECK(text.find("matter_attest_verdicts_total{verdict=\"approve\"} 1\n") != std::string::npos);
  CHECK(text.find("matter_attest_requests_total{route=\"/api/v1/verify\",status=\"200\"} 1\n") !=
        std::string::npos);
  CHECK(text.find("matter_attest_requests_total{route=\"\",status=\"404\"} 1\n") !=
        std::string::npos);
}

TEST_CASE("a job and an answer are the same behind the wire") {
  const Job job{.what = "verify",
                .type = "a/b; boundary=x",
                .accept = "text/html",
                .query = {{"at", "x"}},
                .keep = true};
  const auto again = job_from(job_text(job));
  REQUIRE(again);
  CHECK(again->query == job.query);
  CHECK(again->keep);
  Answer answer{
      .status = 200, .type = "text/html", .body = "<html>", .headers = {{"Verdict", "reject"}}};
  answer.kept = std::make_shared<KeptReport>(
      KeptReport{.json = "{}", .html = "<html>", .bundle = {1, 2, 3}, .no_bundle = "why not"});
  auto [head, body] = answer_frame(answer);
  const auto back = answer_from({.head = head, .body = body, .handles = {}});
  REQUIRE(back);
  CHECK(back->body == "<html>");
  CHECK(back->kept->json == "{}");
  CHECK(back->kept->html == "<html>");
  CHECK(back->kept->bundle == Bytes{1, 2, 3});
  CHECK(back->kept->no_bundle == "why not");
  body.resize(3);
  CHECK(!answer_from({.head = head, .body = body, .handles = {}}));
  CHECK(!answer_from({.head = "{", .body = body, .handles = {}}));
}
