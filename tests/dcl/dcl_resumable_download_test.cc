// A download that breaks is continued, and one that is there is not fetched again: what is asked of
// the server, and what lies in the folder afterwards.
#include <fstream>

#include "dcl/resumable_download.h"
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

// A server with one file, which may break off, change, and know nothing of ranges.
struct FileServer {
  std::string file = std::string(1000, 'a') + std::string(1000, 'b');
  std::string headers = "ETag: \"v1\"\r\n";
  size_t breaks_after = SIZE_MAX;
  bool ranges = true;
  RawServer server{[this](const std::string& request, const RawServer::Asker& asker) {
    answer(request, asker);
  }};

  void answer(const std::string& request, const RawServer::Asker& asker) const {
    const std::string etag =
        headers.substr(0, headers.find('\r'))
            .substr(headers.find('"') == std::string::npos ? 0 : headers.find('"'));
    if (request.find("If-None-Match: " + etag) != std::string::npos) {
      asker.write("HTTP/1.1 304 Not Modified\r\n\r\n");
      return;
    }
    size_t from = 0;
    const size_t range = request.find("Range: bytes=");
    const bool same =
        request.find("If-Range: ") == std::string::npos ||
        request.find("If-Range: " + etag) != std::string::npos ||
        (headers.starts_with("Last-") && request.find("If-Range: then") != std::string::npos);
    if (ranges && range != std::string::npos && same) from = std::stoul(request.substr(range + 13));
    if (from >= file.size()) {
      asker.write("HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    std::string head = from == 0
                           ? "HTTP/1.1 200 OK\r\n"
                           : "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " +
                                 std::to_string(from) + "-" + std::to_string(file.size() - 1) +
                                 "/" + std::to_string(file.size()) + "\r\n";
    head += headers + "Content-Length: " + std::to_string(file.size() - from) + "\r\n\r\n";
    asker.write(head + file.substr(from, breaks_after));
  }
  std::string url() const { return server.url("/image.ota"); }
  // What the last request asked for.
  std::string asked(const char* header) const {
    const std::string request = server.requests().back();
    const size_t at = request.find(std::string("\r\n") + header + ": ");
    return at == std::string::npos ? ""
                                   : request.substr(at + 4 + std::string_view(header).size(),
                                                    request.find('\r', at + 2) - at - 4 -
                                                        std::string_view(header).size());
  }
};

struct Kept {
  Folder place;
  std::string path = place / "made/here";
  std::unique_ptr<Downloader> from = std::move(*make_downloader({.allow_private_hosts = true}));

  Result<ResumableDownload> get(const FileServer& s, uint64_t enough = UINT64_MAX) const {
    return ResumableDownload::get(from.get(), s.url(),
                                  {.folder = path, .limits = kHasty, .enough = enough});
  }
  Result<ResumableDownload> offline(const FileServer& s) const {
    return ResumableDownload::get(nullptr, s.url(), {.folder = path, .limits = kHasty});
  }
  static std::string content(const Result<ResumableDownload>& kept) {
    REQUIRE_MESSAGE(kept, kept.error().what);
    return std::string(text(slurp(kept->path())));
  }
};

}  // namespace

TEST_CASE("kept download: what breaks is continued") {
  FileServer s;
  const Kept f;
  s.breaks_after = 700;
  const auto broken = f.get(s);
  REQUIRE(!broken);
  CHECK(broken.error().what.find("the answer was cut off after 700 bytes of 2000") !=
        std::string::npos);
  CHECK(f.offline(s).error().what == s.url() + ": offline, and it was never fetched whole");
  const auto again = f.get(s);
  REQUIRE(!again);
  CHECK(s.asked("Range") == "bytes=700-");
  CHECK(s.asked("If-Range") == "\"v1\"");
  s.breaks_after = SIZE_MAX;
  CHECK(f.content(f.get(s)) == s.file);
  CHECK(s.asked("Range") == "bytes=1400-");
  CHECK(f.content(f.get(s)) == s.file);
  CHECK(s.asked("Range").empty());
  CHECK(s.asked("If-None-Match") == "\"v1\"");
  CHECK(f.content(f.offline(s)) == s.file);
}

TEST_CASE("kept download: halves of two files are never joined") {
  FileServer s;
  const Kept f;
  s.breaks_after = 700;
  REQUIRE(!f.get(s));
  s.breaks_after = SIZE_MAX;
  SUBCASE("another file stands there now") {
    s.file = std::string(1500, 'c');
    s.headers = "ETag: \"v2\"\r\n";
    CHECK(f.content(f.get(s)) == s.file);
    CHECK(s.asked("If-Range") == "\"v1\"");
  }
  SUBCASE("the server knows no ranges") {
    s.ranges = false;
    CHECK(f.content(f.get(s)) == s.file);
  }
  SUBCASE("a newer file breaks off, too") {
    s.breaks_after = SIZE_MAX;
    CHECK(f.content(f.get(s)) == s.file);
    s.file = std::string(500, 'd');
    s.headers = "ETag: \"v3\"\r\n";
    s.breaks_after = 100;
    REQUIRE(!f.get(s));
    CHECK(!f.offline(s));
    s.breaks_after = SIZE_MAX;
    CHECK(f.content(f.get(s)) == s.file);
    CHECK(s.asked("Range") == "bytes=100-");
  }
  SUBCASE("the state beside it is damaged") {
    for (const char* state :
         {"", "{", "[]", "{\"url\":\"http://elsewhere/\",\"etag\":\"\\\"v1\\\"\"}",
          "{\"url\":1}"}) {
      std::ofstream(
          ResumableDownload::get(f.from.get(), s.url(), {.folder = f.path, .limits = kHasty})
              ->path() +
          ".json")
          << state;
      CHECK(!f.offline(s));
      CHECK(f.content(f.get(s)) == s.file);
      CHECK(s.asked("Range").empty());
      CHECK(s.asked("If-None-Match").empty());
    }
  }
}

TEST_CASE("kept download: without a word that names the bytes everything is fetched again") {
  for (const char* headers : {"", "ETag: W/\"v1\"\r\n"}) {
    FileServer s;
    const Kept f;
    s.headers = headers;
    s.breaks_after = 700;
    REQUIRE(!f.get(s));
    s.breaks_after = SIZE_MAX;
    CHECK(f.content(f.get(s)) == s.file);
    CHECK(s.asked("Range").empty());
  }
  FileServer dated;
  const Kept f;
  dated.headers = "Last-Modified: then\r\n";
  dated.breaks_after = 700;
  REQUIRE(!f.get(dated));
  dated.breaks_after = SIZE_MAX;
  CHECK(f.content(f.get(dated)) == dated.file);
  CHECK(dated.asked("If-Range") == "then");
}

TEST_CASE("kept download: everything is there, but nobody noted it") {
  FileServer s;
  const Kept f;
  s.breaks_after = 2000;
  std::string path;
  {
    const auto kept = f.get(s);
    REQUIRE(kept);
    path = kept->path();
  }
  std::ofstream(path + ".json") << R"({"url":")" << s.url() << R"(","etag":"\"v1\""})";
  CHECK(f.content(f.get(s)) == s.file);  // 416, then everything
  CHECK(s.server.requests().size() == 3);
}

TEST_CASE("kept download: enough is enough") {
  FileServer s;
  const Kept f;
  const auto kept = f.get(s, 1200);
  CHECK(f.content(kept) == s.file.substr(0, 1200));
  CHECK(kept->more());
  const Kept other;
  const auto exact = other.get(s, 2000);
  CHECK(other.content(exact) == s.file);
  CHECK(!exact->more());
}

TEST_CASE("kept download: who comes second waits, and says what for") {
  FileServer s;
  const Kept f;
  const auto first = f.get(s);
  REQUIRE(first);
  DownloadLimits limits = kHasty;
  limits.total = milliseconds(0);
  const auto second =
      ResumableDownload::get(f.from.get(), s.url(), {.folder = f.path, .limits = limits});
  REQUIRE(!second);
  CHECK(second.error().what == s.url() + ": another process is fetching it");
}

TEST_CASE("kept download: a folder that cannot be") {
  FileServer s;
  const Kept f;
  const std::string file = f.place / "file";
  std::ofstream(file) << "x";
  const auto kept =
      ResumableDownload::get(f.from.get(), s.url(), {.folder = file + "/ota", .limits = kHasty});
  REQUIRE(!kept);
  CHECK(kept.error().what.find("cannot be made") != std::string::npos);
  CHECK(s.server.requests().empty());
}
