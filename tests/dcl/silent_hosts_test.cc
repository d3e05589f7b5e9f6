// A host that gives no answer is waited for once by all downloaders of a command, and what is
// waited for is said.
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "dcl/download.h"
#include "platform/waiting.h"
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

std::unique_ptr<Downloader> downloader(const std::shared_ptr<SilentHosts>& silent,
                                       bool private_hosts = true) {
  auto made = make_downloader({.allow_private_hosts = private_hosts, .silent = silent});
  REQUIRE(made);
  return std::move(*made);
}

// The error; empty: it came.
std::string failure(Downloader& from, const std::string& url, DownloadMet* met = nullptr) {
  const auto got = from.get({.url = url, .limits = kHasty, .met = met},
                            [](uint64_t, View) -> Result<void> { return {}; });
  return got ? std::string() : got.error().what;
}

}  // namespace

TEST_CASE("silent hosts: one that gave no answer is asked once by all downloaders together") {
  std::atomic<int> asked = 0;
  const RawServer silent_server([&](const std::string&, const RawServer::Asker& asker) {
    ++asked;
    asker.wait_for_end();
  });
  const RawServer server([&](const std::string& request, const RawServer::Asker& asker) {
    if (path_of(request) == "/gone")
      asker.write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    else
      asker.write("HTTP/1.1 302 Found\r\nLocation: " + silent_server.url("/there") +
                  "\r\nContent-Length: 0\r\n\r\n");
  });
  const auto known = std::make_shared<SilentHosts>();
  const auto first = downloader(known), second = downloader(known);
  CHECK(failure(*first, silent_server.url("/a")).find("bytes a second") != std::string::npos);
  CHECK(asked == 1);
  DownloadMet met;
  const std::string again = failure(*second, silent_server.url("/b"), &met);
  CHECK(again.find("not asked again, 127.0.0.1:") != std::string::npos);
  CHECK(again.find("bytes a second") != std::string::npos);
  CHECK(met.status == 0);
  // Nor where somebody else leads to it; who does that is asked, as is who says that nothing is
  // there.
  CHECK(failure(*second, server.url("/to"), &met).find("not asked again") != std::string::npos);
  CHECK(met.status == 0);
  CHECK(asked == 1);
  for (int i = 0; i < 2; ++i)
    CHECK(failure(*first, server.url("/gone")).find("404") != std::string::npos);
  CHECK(known->why.size() == 1);
  // Whoever remembers nothing asks again.
  CHECK(failure(*downloader(nullptr), silent_server.url("/c")).find("not asked") ==
        std::string::npos);
  CHECK(asked == 2);
}

TEST_CASE("silent hosts: a closed port is one, an address that may not be asked is none") {
  std::string url;
  {
    const RawServer gone([](const std::string&, const RawServer::Asker&) {});
    url = gone.url("/x");
  }
  const auto known = std::make_shared<SilentHosts>();
  const auto from = downloader(known);
  CHECK(failure(*from, url).find("no connection") != std::string::npos);
  CHECK(failure(*from, url + "/y").find("not asked again") != std::string::npos);
  const auto none = std::make_shared<SilentHosts>();
  DownloadMet met;
  CHECK(failure(*downloader(none, false), url, &met).find("public address") != std::string::npos);
  CHECK(met.not_public);
  CHECK(none->why.empty());
}

TEST_CASE("fetching: what takes a while is said, with the address that is asked") {
  const RawServer server(
      [](const std::string&, const RawServer::Asker& asker) { asker.write(ok("the file")); });
  std::vector<std::string> said;
  const auto say = [&](const std::string& line) { said.push_back(line); };
  for (const bool patient : {false, true}) {
    said.clear();
    const auto fetching =
        std::make_shared<Fetching>(say, patient ? std::chrono::hours(1) : milliseconds(0));
    const auto from = saying_what_it_fetches(downloader(fetching->silent()), fetching);
    for (const char* path : {"/first", "/second?token=7"})
      CHECK(failure(*from, server.url(path)).empty());
    CHECK(said.empty() == patient);
    if (patient) continue;
    CHECK(said.front() == "asking " + server.url("/first") + " (0 addresses asked before)");
    CHECK(said.back() == "asking " + server.url("/second") + " (1 addresses asked before)");
  }
}
