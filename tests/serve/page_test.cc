// The page, and pages for who asks with a browser.
#include "serve/page.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "tests/serve/exchange_bench.h"

using namespace attest;
using namespace attest::serve;
using namespace attest::test;

TEST_CASE("the page loads nothing from elsewhere and runs no script of its own text") {
  Bench bench;
  const Reply page = bench.ask(get("/"));
  REQUIRE(page.status == 200);
  CHECK(page.body.find("{{") == std::string::npos);
  CHECK(page.body.find("http://") == std::string::npos);
  CHECK(page.body.find("https://") == std::string::npos);
  CHECK(page.body.find(" onclick") == std::string::npos);
  CHECK(page.body.find("<style") == std::string::npos);
  const std::string policy = header(page, "Content-Security-Policy");
  CHECK(policy.starts_with("default-src 'none'; script-src 'self';"));
  CHECK(policy.find("unsafe") == std::string::npos);
  CHECK(policy.find("frame-ancestors 'none'") != std::string::npos);
  size_t all = page.body.size();
  const char* const scripts[] = {"/page/page.js", "/page/base.js", "/page/lot.js",
                                 "/page/compare.js"};
  std::string script;
  for (const char* file : scripts) script += bench.ask(get(file)).body;
  all += script.size();
  for (const char* file : {"/page/page.css", "/page/words.json"})
    all += bench.ask(get(file)).body.size();
  CHECK(all < 150'000);
  // Every word that the script asks for is there.
  const Json words = json(bench.ask(get("/page/words.json")));
  size_t asked = 0;
  for (size_t at = script.find("say(\""); at != std::string::npos;
       at = script.find("say(\"", at + 1)) {
    const size_t from = at + 5, end = script.find('"', from);
    if (script[end + 1] == ' ') continue;  // "done_" + verdict
    ++asked;
    CHECK_MESSAGE(words.find(script.substr(from, end - from)) != nullptr,
                  script.substr(from, end - from));
  }
  CHECK(asked > 15);
}

TEST_CASE("the page says what this server keeps, and as what it was started") {
  ServiceOptions options;
  options.network = "test";
  options.stage = "lab";
  const std::string briefly = "Files stay on this server only until the answer is sent.";
  const std::string page = Bench(options).ask(get("/")).body;
  CHECK(page.find(briefly) != std::string::npos);
  CHECK(page.find("<option value=\"\">as the server was started: test</option>") !=
        std::string::npos);
  CHECK(page.find("<option value=\"\">as the server was started: lab</option>") !=
        std::string::npos);
  options.keep = [](const KeptReport&, const HttpRequest&) { return std::string(); };
  const std::string keeping = Bench(options).ask(get("/")).body;
  CHECK(keeping.find(briefly) == std::string::npos);
  CHECK(keeping.find("with a decision they are kept for good") != std::string::npos);
}

TEST_CASE("who asks for a page gets one where nothing can be judged, too; a program gets JSON") {
  Bench bench;
  const std::string nothing =
      "--b\r\nContent-Disposition: form-data; name=\"evidence\"; filename=\"\"\r\n\r\n\r\n--b--";
  const auto asking_for = [&](const char* accept) {
    Pairs headers = kForm;
    headers.emplace_back("accept", accept);
    return bench.ask(post("/api/v1/verify", headers), nothing);
  };
  const Reply page = asking_for("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
  CHECK(page.status == 422);
  CHECK(page.type == "text/html; charset=utf-8");
  CHECK(page.body.find("there is nothing to look at") != std::string::npos);
  CHECK(page.body.find("Expected: a part evidence or code with content") != std::string::npos);
  CHECK(page.body.find("{{") == std::string::npos);
  CHECK(header(page, "Content-Security-Policy").find("style-src 'self'") != std::string::npos);
  for (const char* accept : {"*/*", "application/json", "text/html, application/problem+json"})
    CHECK(asking_for(accept).type == "application/problem+json");
  // Before a route was chosen, too; and no markup of who asks.
  Pairs kind = {{"content-type", "<b>"}, {"accept", "text/html"}};
  const Reply other = bench.ask(post("/api/v1/verify", kind), "x");
  CHECK(other.status == 415);
  CHECK(other.body.find("&lt;b&gt;") != std::string::npos);
  CHECK(other.body.find("<b>") == std::string::npos);
}

TEST_CASE("no answer tells another site where it was asked from") {
  Bench bench;
  for (const char* path : {"/", "/page/page.js", "/api/v1/health", "/nowhere"}) {
    CAPTURE(path);
    CHECK(header(bench.ask(get(path)), "Referrer-Policy") == "same-origin");
  }
  CHECK(header(bench.ask(post("/api/v1/verify", kForm), device("good") + "--b--"),
               "Referrer-Policy") == "same-origin");
  CHECK(bench.ask(get("/")).body.find("<meta name=\"referrer\" content=\"same-origin\">") !=
        std::string::npos);
}
