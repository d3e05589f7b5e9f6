// Downloads of addresses that stand on a public ledger, from servers that redirect, drip, lie and
// stop.
#include <arpa/inet.h>

#include <cstdlib>

#include "dcl/download.h"
#include "tests/support/dcl_support.h"
#include "tests/support/raw_server.h"

using namespace attest;
using namespace attest::dcl;
using namespace attest::test;
using std::chrono::milliseconds;

namespace {

constexpr DownloadLimits kHasty{.connect = milliseconds(2000),
                                .total = milliseconds(3000),
                                .slow_for = milliseconds(150),
                                .slowest = 1000,
                                .bytes = 100'000,
                                .redirects = 3};

IpAddress ip(const char* text) {
  IpAddress out;
  out.v6 = std::string_view(text).find(':') != std::string_view::npos;
  REQUIRE(inet_pton(out.v6 ? AF_INET6 : AF_INET, text, out.bytes.data()) == 1);
  return out;
}

std::unique_ptr<Downloader> downloader(DownloadOptions options = {.allow_private_hosts = true}) {
  auto made = make_downloader(options);
  REQUIRE(made);
  return std::move(*made);
}

struct Got {
  Result<Downloaded> result;
  std::string bytes;
  std::vector<uint64_t> offsets;
};

Got get(Downloader& from, const DownloadRequest& request) {
  Got out{.result = error("not asked"), .bytes = {}, .offsets = {}};
  out.result = from.get(request, [&](uint64_t offset, View piece) -> Result<void> {
    out.offsets.push_back(offset);
    out.bytes += text(piece);
    return {};
  });
  return out;
}

// The error of a download, the server's address in it replaced by S.
std::string failure(const RawServer& server, const DownloadRequest& request,
                    DownloadOptions options = {.allow_private_hosts = true}) {
  const Got got = get(*downloader(std::move(options)), request);
  if (got.result) return "got " + std::to_string(got.result->size) + " bytes";
  std::string what = got.result.error().what;
  for (size_t at; (at = what.find(server.url(""))) != std::string::npos;)
    what.replace(at, server.url("").size(), "S");
  CHECK(what.find('\n') == std::string::npos);
  return what;
}

RawServer::Answer redirects(std::map<std::string, std::string> to) {
  return [to = std::move(to)](const std::string& request, const RawServer::Asker& asker) {
    const auto found = to.find(path_of(request));
    if (found == to.end())
      asker.write(ok("the file"));
    else
      asker.write("HTTP/1.1 302 Found\r\nLocation: " + found->second +
                  "\r\nContent-Length: 4\r\n\r\nhere");
  };
}

}  // namespace

TEST_CASE("download: addresses that are public, and those that are not") {
  const struct {
    const char* address;
    bool is_public;
  } rows[] = {
      {"8.8.8.8", true},
      {"0.0.0.0", false},
      {"0.1.2.3", false},
      {"10.1.2.3", false},
      {"100.63.255.255", true},
      {"100.64.0.1", false},
      {"100.127.255.255", false},
      {"100.128.0.0", true},
      {"127.0.0.1", false},
      {"127.255.255.254", false},
      {"169.254.169.254", false},
      {"172.15.255.255", true},
      {"172.16.0.1", false},
      {"172.31.255.255", false},
      {"172.32.0.0", true},
      {"192.0.0.8", false},
      {"192.0.2.1", false},
      {"192.88.99.1", false},
      {"192.168.0.1", false},
      {"192.169.0.1", true},
      {"198.17.255.255", true},
      {"198.18.0.1", false},
      {"198.19.255.255", false},
      {"198.51.100.7", false},
      {"203.0.113.9", false},
      {"223.255.255.255", true},
      {"224.0.0.251", false},
      {"239.1.1.1", false},
      {"240.0.0.1", false},
      {"255.255.255.255", false},
      {"::", false},
      {"::1", false},
      {"::ffff:127.0.0.1", false},
      {"::ffff:8.8.8.8", true},
      {"::ffff:10.0.0.1", false},
      {"::127.0.0.1", false},
      {"64:ff9b::7f00:1", false},
      {"64:ff9b::808:808", true},
      {"64:ff9b:1::1", false},
      {"100::1", false},
      {"2001::1", false},
      {"2001:4860:4860::8888", true},
      {"2001:db8::1", false},
      {"2002:7f00:1::1", false},
      {"2002:a00:1::", false},
      {"2002:808:808::1", true},
      {"2606:4700::1111", true},
      {"3fff:1000::1", true},
      {"3fff:fff::1", false},
      {"4000::1", false},
      {"5f00::1", false},
      {"fc00::1", false},
      {"fd12:3456::1", false},
      {"fe80::1", false},
      {"fec0::1", false},
      {"ff02::fb", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.address);
    CHECK(is_public(ip(row.address)) == row.is_public);
    CHECK(ip(row.address).text() == row.address);
  }
}

TEST_CASE("download: what a web address is") {
  const struct {
    std::string url, problem;
  } rows[] = {
      {"http://a", ""},
      {"HTTPS://a.example/x?y=1#z", ""},
      {"file:///etc/passwd", "expected an http or https address, found another"},
      {"ftp://a/x", "expected an http or https address, found another"},
      {"http:/a", "expected an http or https address, found another"},
      {"", "expected an http or https address, found another"},
      {"https://", "expected an http or https address, found another"},
      {"https:///x", "expected a host, found none"},
      {"http://?x", "expected a host, found none"},
      {"http://user@a/", "expected no user name in a URL, found one"},
      {"http://user:word@a:1/", "expected no user name in a URL, found one"},
      {"http://a/x@y", ""},
      {"http://a\\b/", "expected a URL, found a character that no URL has"},
      {"http://a/ b", "expected a URL, found a character that no URL has"},
      {"http://a/\r\nX: y", "expected a URL, found a character that no URL has"},
      {"http://\xC3\xA4/", "expected a URL, found a character that no URL has"},
      {"http://a/" + std::string(2000, 'x'), "expected at most 2000 characters, found 2009"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.url);
    const auto good = check_web_address(row.url);
    CHECK((good ? "" : good.error().what) == row.problem);
  }
}

TEST_CASE("download: a file comes in pieces, with what its server says of it") {
  const std::string file(90'000, 'x');
  RawServer server([&](const std::string&, const RawServer::Asker& asker) {
    asker.write(ok(file, "ETag: \"v1\"\r\nLast-Modified: Fri, 20 Nov 2026 22:00:00 GMT\r\n"));
  });
  setenv("http_proxy", "http://127.0.0.1:9", 1);  // nobody asks it
  const auto from = downloader();
  std::vector<std::pair<uint64_t, uint64_t>> shown;
  std::string bytes;
  const auto got = from->get(
      {.url = server.url("/a.crl"), .limits = kHasty, .size = file.size()},
      [&](uint64_t offset, View piece) -> Result<void> {
        CHECK(offset == bytes.size());
        bytes += text(piece);
        return {};
      },
      [&](uint64_t at_hand, std::optional<uint64_t> size) {
        shown.emplace_back(at_hand, size.value_or(0));
      });
  unsetenv("http_proxy");
  REQUIRE_MESSAGE(got, got.error().what);
  CHECK(got->kind == Downloaded::Kind::whole);
  CHECK(got->url == server.url("/a.crl"));
  CHECK(got->size == file.size());
  CHECK(got->validators ==
        Validators{.etag = "\"v1\"", .last_modified = "Fri, 20 Nov 2026 22:00:00 GMT"});
  CHECK(bytes == file);
  REQUIRE_FALSE(shown.empty());
  CHECK(shown.back() == std::pair<uint64_t, uint64_t>(file.size(), file.size()));
  const std::string asked = server.requests().front();
  CHECK(asked.find("User-Agent: matter-attest/") != std::string::npos);
  for (const char* header :
       {"Cookie", "Authorization", "Referer", "Accept-Encoding", "Range", "If-"})
    CHECK(asked.find(header) == std::string::npos);
}

TEST_CASE("download: a copy at hand is asked for anew only when there is a newer one") {
  const std::string file = "0123456789";
  RawServer server([&](const std::string& request, const RawServer::Asker& asker) {
    const bool same = request.find("If-None-Match: \"v1\"") != std::string::npos &&
                      request.find("If-Modified-Since: then") != std::string::npos;
    const std::string path = path_of(request);
    if (path == "/same" && same)
      asker.write("HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n");
    else if (path == "/unasked")
      asker.write("HTTP/1.1 304 Not Modified\r\n\r\n");
    else if (path == "/rest" &&
             request.find("Range: bytes=4-\r\nIf-Range: \"v1\"") != std::string::npos)
      asker.write(
          "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-9/10\r\nContent-Length: "
          "6\r\n\r\n456789");
    else if (path == "/other-rest")
      asker.write(
          "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-9/10\r\nContent-Length: "
          "5\r\n\r\n56789");
    else if (path == "/short-rest")
      asker.write(
          "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-7/10\r\nContent-Length: "
          "4\r\n\r\n4567");
    else
      asker.write(ok(file));
  });
  const auto from = downloader();
  const Validators known{.etag = "\"v1\"", .last_modified = "then"};
  const auto same = get(*from, {.url = server.url("/same"), .limits = kHasty, .known = known});
  REQUIRE_MESSAGE(same.result, same.result.error().what);
  CHECK(same.result->kind == Downloaded::Kind::unchanged);
  CHECK(same.bytes.empty());
  const auto newer = get(*from, {.url = server.url("/new"), .limits = kHasty, .known = known});
  REQUIRE(newer.result);
  CHECK(newer.result->kind == Downloaded::Kind::whole);
  const auto rest = get(
      *from, {.url = server.url("/rest"), .limits = kHasty, .size = 10, .known = known, .from = 4});
  REQUIRE_MESSAGE(rest.result, rest.result.error().what);
  CHECK(rest.result->kind == Downloaded::Kind::rest);
  CHECK(rest.result->size == 10);
  CHECK(rest.bytes == "456789");
  CHECK(rest.offsets.front() == 4);
  const auto again =
      get(*from, {.url = server.url("/no-ranges"), .limits = kHasty, .known = known, .from = 4});
  REQUIRE(again.result);
  CHECK(again.result->kind == Downloaded::Kind::whole);
  CHECK(again.offsets.front() == 0);
  CHECK(again.bytes == file);
  CHECK(failure(server, {.url = server.url("/unasked"), .limits = kHasty}) ==
        "S/unasked: expected the file, found the answer 304");
  CHECK(failure(server, {.url = server.url("/other-rest"), .limits = kHasty, .from = 4}) ==
        "S/other-rest: expected the bytes from 4 on, found \"bytes 5-9/10\"");
  CHECK(failure(server, {.url = server.url("/short-rest"), .limits = kHasty, .from = 4}) ==
        "S/short-rest: expected 10 bytes, found 8");
}

TEST_CASE("download: redirects are followed by hand: to a file, in a circle, for ever") {
  RawServer server(redirects({{"/one", "/two"},
                              {"/two", "/file.crl"},
                              {"/self", "/self"},
                              {"/a", "/b"},
                              {"/b", "/a"},
                              {"/to-file", "file:///etc/passwd"},
                              {"/to-ftp", "ftp://127.0.0.1/x"},
                              {"/to-user", "http://me:word@127.0.0.1/"},
                              {"/1", "/2"},
                              {"/2", "/3"},
                              {"/3", "/4"},
                              {"/4", "/5"},
                              {"/nowhere", ""}}));
  const auto got = get(*downloader(), {.url = server.url("/one"), .limits = kHasty});
  REQUIRE_MESSAGE(got.result, got.result.error().what);
  CHECK(got.bytes == "the file");
  CHECK(got.result->url == server.url("/file.crl"));
  const std::pair<const char*, const char*> rows[] = {
      {"/self", "S/self (redirected from S/self): redirected in a circle"},
      {"/a", "S/a (redirected from S/a): redirected in a circle"},
      {"/to-file",
       "file:///etc/passwd (redirected from S/to-file): expected an http or https address, found "
       "another"},
      {"/to-ftp",
       "ftp://127.0.0.1/x (redirected from S/to-ftp): expected an http or https address, found "
       "another"},
      {"/to-user",
       "http://***@127.0.0.1/ (redirected from S/to-user): expected no user name in a URL, "
       "found one"},
      {"/1", "S/5 (redirected from S/1): expected at most 3 redirects, found more"},
      {"/nowhere", "S/nowhere: expected the file, found the answer 302"},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.first));
    CHECK(failure(server, {.url = server.url(row.first), .limits = kHasty}) == row.second);
  }
}

TEST_CASE(
    "download: an address that is not public is not reached, however it is written or come by") {
  RawServer inside(
      [](const std::string&, const RawServer::Asker& asker) { asker.write(ok("secret")); });
  const std::string port = inside.port();
  // 127.0.0.2 stands for a public server here; it sends us to this machine.
  const DownloadOptions options{
      .admits = [](const IpAddress& address) { return address.text() == "127.0.0.2"; }};
  const std::string hosts[] = {"127.0.0.1",  "localhost", "2130706433",         "0x7f000001",
                               "0177.0.0.1", "127.1",     "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"};
  for (const std::string& host : hosts) {
    CAPTURE(host);
    const std::string url = "http://" + host + ":" + port + "/";
    RawServer outside(redirects({{"/go", url}}), "127.0.0.2");
    for (const std::string& start : {url, outside.url("/go")}) {
      const Got got = get(*downloader(options), {.url = start, .limits = kHasty});
      REQUIRE_FALSE(got.result);
      const std::string what = got.result.error().what;
      CAPTURE(what);
      CHECK(what.find("expected a public address, found ") != std::string::npos);
      CHECK(what.find(" (--allow-private-hosts lets it be asked)") != std::string::npos);
    }
  }
  CHECK(inside.requests().empty());
  CHECK(failure(inside, {.url = inside.url("/x"), .limits = kHasty}, {}) ==
        "S/x: expected a public address, found 127.0.0.1 (--allow-private-hosts lets it be asked)");
  CHECK(failure(inside, {.url = inside.url("/x"), .limits = kHasty}) == "got 6 bytes");
}

TEST_CASE("download: a server that drips, is silent, lies about sizes or never ends") {
  const auto drip = [](const std::string& first) {
    return [first](const std::string&, const RawServer::Asker& asker) {
      if (!asker.write(first)) return;
      while (asker.wait(20) && asker.write("x")) {
      }
    };
  };
  const struct {
    const char* what;
    RawServer::Answer answer;
    std::optional<uint64_t> size;
    const char* begins;
  } rows[] = {
      {"a byte now and then",
       drip("HTTP/1.1 200 OK\r\n\r\n"),
       {},
       "S/x: expected at least 1000 bytes a second, found "},
      {"headers that drip",
       drip("HTTP/1.1 200 OK\r\nX: "),
       {},
       "S/x: expected at least 1000 bytes a second, found "},
      {"silence",
       [](const std::string&, const RawServer::Asker& asker) { asker.wait_for_end(); },
       {},
       "S/x: expected at least 1000 bytes a second, found 0 in "},
      {"silence in the middle",
       [](const std::string&, const RawServer::Asker& asker) {
         asker.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
         asker.wait_for_end();
       },
       {},
       "S/x: expected at least 1000 bytes a second, found "},
      {"said to be too large",
       [](const std::string&, const RawServer::Asker& asker) {
         asker.write("HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n");
         asker.wait_for_end();
       },
       {},
       "S/x: expected at most 100000 bytes, found 100001"},
      {"no end",
       [](const std::string&, const RawServer::Asker& asker) {
         asker.write("HTTP/1.1 200 OK\r\n\r\n");
         while (asker.write(std::string(4096, 'x'))) {
         }
       },
       {},
       "S/x: expected at most 100000 bytes, found more"},
      {"no end of pieces",
       [](const std::string&, const RawServer::Asker& asker) {
         asker.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
         while (asker.write("400\r\n" + std::string(1024, 'x') + "\r\n")) {
         }
       },
       {},
       "S/x: expected at most 100000 bytes, found more"},
      {"no end of headers",
       [](const std::string&, const RawServer::Asker& asker) {
         asker.write("HTTP/1.1 200 OK\r\n");
         while (asker.write("X: " + std::string(1000, 'x') + "\r\n")) {
         }
       },
       {},
       "S/x: expected at most 65536 bytes of headers, found more"},
      {"said larger than the ledger says",
       [](const std::string&, const RawServer::Asker& asker) { asker.write(ok("123456")); }, 5,
       "S/x: expected 5 bytes, found 6"},
      {"said smaller than the ledger says",
       [](const std::string&, const RawServer::Asker& asker) { asker.write(ok("1234")); }, 5,
       "S/x: expected 5 bytes, found 4"},
      {"larger than the ledger says",
       [](const std::string&, const RawServer::Asker& asker) {
         asker.write("HTTP/1.1 200 OK\r\n\r\n123456");
       },
       5, "S/x: expected 5 bytes, found more"},
      {"smaller than the ledger says",
       [](const std::string&, const RawServer::Asker& asker) {
         asker.write("HTTP/1.1 200 OK\r\n\r\n1234");
       },
       5, "S/x: expected 5 bytes, found 4"},
      {"less than said",
       [](const std::string&, const RawServer::Asker& asker) {
         asker.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
       },
       {},
       "S/x: the answer was cut off after 3 bytes of 9: "},
      {"nothing",
       [](const std::string&, const RawServer::Asker&) {},
       {},
       "S/x: the answer was cut off: "},
      {"no HTTP",
       [](const std::string&, const RawServer::Asker& asker) { asker.write("220 smtp\r\n"); },
       {},
       "S/x: failed: "},
      {"not found",
       [](const std::string&, const RawServer::Asker& asker) {
         asker.write("HTTP/1.1 404 Not Found\r\n\r\n");
         while (asker.write(std::string(4096, 'x'))) {
         }
       },
       {},
       "S/x: expected the file, found the answer 404"},
      {"a part unasked",
       [](const std::string&, const RawServer::Asker& asker) {
         asker.write("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/9\r\n\r\nab");
       },
       {},
       "S/x: expected the file, found the answer 206"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    RawServer server(row.answer);
    const std::string what =
        failure(server, {.url = server.url("/x"), .limits = kHasty, .size = row.size});
    CAPTURE(what);
    CHECK(what.starts_with(row.begins));
  }
  // Fast enough for the speed, but not to an end.
  RawServer server([](const std::string&, const RawServer::Asker& asker) {
    asker.write("HTTP/1.1 200 OK\r\n\r\n");
    while (asker.wait(10) && asker.write(std::string(100, 'x'))) {
    }
  });
  DownloadLimits limits = kHasty;
  limits.total = milliseconds(400);
  limits.bytes = 1u << 30;
  CHECK(failure(server, {.url = server.url("/x"), .limits = limits})
            .starts_with("S/x: expected within 400 ms, not finished ("));
  CHECK(failure(server, {.url = server.url("/x"), .limits = kHasty},
                {.allow_private_hosts = true, .all_time = milliseconds(300)})
            .starts_with("S/x: all downloads together take longer than the 300 ms allowed ("));
}

TEST_CASE("download: what a command may fetch is bounded, and the taker may stop it") {
  RawServer server([](const std::string&, const RawServer::Asker& asker) {
    asker.write(ok(std::string(600, 'x')));
  });
  const auto from = downloader({.allow_private_hosts = true, .all_bytes = 1000});
  CHECK(get(*from, {.url = server.url("/x"), .limits = kHasty}).result);
  const auto second = get(*from, {.url = server.url("/x"), .limits = kHasty});
  REQUIRE_FALSE(second.result);
  CHECK(second.result.error().what ==
        server.url("/x") + ": all downloads together are larger than the 1000 bytes allowed");
  const auto stopped =
      downloader()->get({.url = server.url("/x"), .limits = kHasty},
                        [](uint64_t, View) -> Result<void> { return error("disk full"); });
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().what == "disk full");
  const auto nobody = get(*downloader(), {.url = "http://127.0.0.1:1/x", .limits = kHasty});
  REQUIRE_FALSE(nobody.result);
  CHECK(nobody.result.error().what.starts_with("http://127.0.0.1:1/x: no connection: "));
}
