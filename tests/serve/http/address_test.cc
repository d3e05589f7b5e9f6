#include "serve/http/address.h"

#include "serve/run.h"
#include "tests/support/support.h"

using namespace attest;
using namespace attest::serve;

namespace {

int status(const std::optional<Answer>& refused) {
  return refused ? refused->status : 0;
}
HttpRequest with(Pairs headers) {
  HttpRequest out;
  out.method = "POST";
  out.headers = std::move(headers);
  return out;
}

}  // namespace

TEST_CASE("where to listen: an address and a port") {
  CHECK(listen_address("127.0.0.1:8480")->text() == "127.0.0.1:8480");
  CHECK(listen_address("localhost:0")->text() == "127.0.0.1:0");
  CHECK(listen_address("[::1]:443")->text() == "[::1]:443");
  for (const char* wrong :
       {"", "8480", ":8480", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x", "::1:80",
        "[::1]", "[127.0.0.1]:80", "lab.example:80", "127.1:80", "127.0.0.1:-1", "127.0.0.1:80 "})
    CHECK_MESSAGE(!listen_address(wrong), wrong);
}

TEST_CASE("an address that others reach needs TLS and users") {
  for (const char* own : {"127.0.0.1:1", "127.9.9.9:1", "localhost:1", "[::1]:1"})
    CHECK_MESSAGE(!refuse_to_start(*listen_address(own), false, false), own);
  for (const char* reached : {"0.0.0.0:1", "[::]:1", "192.168.1.2:1", "[fe80::1]:1",
                              "[::ffff:127.0.0.1]:1", "128.0.0.1:1"}) {
    CAPTURE(reached);
    const auto listen = *listen_address(reached);
    CHECK(refuse_to_start(listen, false, false)->find("found neither TLS nor users") !=
          std::string::npos);
    CHECK(refuse_to_start(listen, true, false)->find("found no users") != std::string::npos);
    CHECK(refuse_to_start(listen, false, true)->find("found no TLS") != std::string::npos);
    CHECK(!refuse_to_start(listen, true, true));
  }
}

TEST_CASE("a host is this server's where it is an address, localhost or a name it goes by") {
  for (const char* own : {"127.0.0.1", "127.0.0.1:8480", "localhost:8480", "LOCALHOST",
                          "[::1]:8480", "192.168.1.7:1", "lab.example", "Lab.Example:8480"})
    CHECK_MESSAGE(status(refuse_host(with({{"host", own}}), {"lab.example"})) == 0, own);
  for (const char* other : {"evil.example", "evil.example:8480", "localhost.evil.example",
                            "127.0.0.1.evil.example", "lab.example.evil", "localhost."})
    CHECK_MESSAGE(status(refuse_host(with({{"host", other}}), {"lab.example"})) == 421, other);
  for (const char* none :
       {"", ":80", "[::1", "[x]:1", "[::1]x80", "localhost:x", "localhost:", "localhost:123456"})
    CHECK_MESSAGE(status(refuse_host(with({{"host", none}}), {})) == 400, none);
  CHECK(status(refuse_host(with({}), {})) == 400);
  CHECK(status(refuse_host(with({{"host", std::string("[::1\0]", 6)}}), {})) == 400);
  CHECK(status(refuse_host(with({{"host", std::string("127.0.0.1\0x", 11)}}), {})) == 421);
  CHECK(status(refuse_host(with({{"host", "localhost"}, {"host", "localhost"}}), {})) == 400);
}

TEST_CASE("what a page of another place posts is refused") {
  const auto posted = [](Pairs more) {
    Pairs all = {{"host", "127.0.0.1:8480"}};
    all.insert(all.end(), more.begin(), more.end());
    return status(refuse_origin(with(all)));
  };
  CHECK(posted({}) == 0);  // a program
  CHECK(posted({{"origin", "http://127.0.0.1:8480"}}) == 0);
  CHECK(posted({{"origin", "http://127.0.0.1:8480"}, {"sec-fetch-site", "same-origin"}}) == 0);
  CHECK(posted({{"sec-fetch-site", "none"}}) == 0);
  for (const char* other : {"http://evil.example", "null", "http://127.0.0.1:8481",
                            "http://127.0.0.1", "http://localhost:8480", ""})
    CHECK_MESSAGE(posted({{"origin", other}}) == 403, other);
  for (const char* name : {"origin", "sec-fetch-site"}) {
    const std::string ours =
        name == std::string_view("origin") ? "http://127.0.0.1:8480" : "same-origin";
    CHECK(posted({{name, ours}, {name, ours}}) == 403);
    CHECK(posted({{name, ours}, {name, "http://evil.example"}}) == 403);
  }
  for (const char* other : {"cross-site", "same-site", ""})
    CHECK_MESSAGE(posted({{"sec-fetch-site", other}}) == 403, other);
}

TEST_CASE("a request whose end is told in two ways is refused") {
  const auto framed = [](Pairs headers) {
    return status(refuse_framing(with(std::move(headers))));
  };
  CHECK(framed({}) == 0);
  CHECK(framed({{"content-length", "10"}}) == 0);
  CHECK(framed({{"transfer-encoding", "Chunked"}}) == 0);
  CHECK(framed({{"content-length", "10"}, {"transfer-encoding", "chunked"}}) == 400);
  CHECK(framed({{"content-length", "10"}, {"content-length", "10"}}) == 400);
  CHECK(framed({{"transfer-encoding", "chunked"}, {"transfer-encoding", "chunked"}}) == 400);
  for (const char* coding : {"gzip", "chunked, chunked", "identity", "chunked;x", "xchunked"})
    CHECK_MESSAGE(framed({{"transfer-encoding", coding}}) == 400, coding);
  CHECK(framed({{"content-length ", "10"}}) == 400);
  for (const char* length : {"", "+1", "-1", "1a", "0x10", "1,1", "9999999999999999999x"})
    CHECK_MESSAGE(framed({{"content-length", length}}) == 400, length);
  // Numbers, however large they are; a client's own limit comes after.
  for (const char* length : {"1000000000000000000", "4611686018427387904", "9999999999999999999",
                             "18446744073709551616", "10000000000000000000000"})
    CHECK_MESSAGE(framed({{"content-length", length}}) == 413, length);
  for (const char* length : {"0", "999999999999999999", "0000000000000000000000000000010"})
    CHECK_MESSAGE(framed({{"content-length", length}}) == 0, length);
}
