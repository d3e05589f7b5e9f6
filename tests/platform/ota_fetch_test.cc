// verify --fetch-ota: the image that the ledger's entry names, from servers good and bad. A fault
// of the image is a finding; a download that fails leaves the check open, with its reason, and
// never passes.
#include <algorithm>

#include "platform/ota.h"
#include "tests/support/dcl_support.h"
#include "tests/support/ota_images.h"
#include "tests/support/raw_server.h"
#include "tests/support/version_ledger.h"
#include "verifier/checks/catalogue.h"
#include "verifier/gather/gather.h"
#include "verifier/judge/judge.h"

using namespace attest;
using namespace attest::test;
using std::chrono::milliseconds;

namespace {

constexpr dcl::DownloadLimits kHasty{.connect = milliseconds(2000),
                                     .total = milliseconds(3000),
                                     .slow_for = milliseconds(150),
                                     .slowest = 1000,
                                     .bytes = 100'000,
                                     .redirects = 3};

struct World {
  Folder cache;
  OtaParts image;
  VersionLedger ledger;
  ModelVersion entry{.vid = 0xFFF1,
                     .pid = 0x8000,
                     .software_version = 9,
                     .software_version_string = "9.0",
                     .firmware_information = "",
                     .ota_url = "",
                     .ota_checksum = "",
                     .ota_checksum_type = 8};
  bool offline = false, knows_version = true;
  dcl::DownloadOptions network{.allow_private_hosts = true};
  size_t downloaders = 0;

  explicit World(const std::string& url = "") {
    const Bytes file = image.bytes();
    entry.ota_url = url;
    entry.ota_file_size = file.size();
    entry.ota_checksum = base64(digest_of(8, file));
  }
  Evidence fetch() {
    ledger.entry = Found<ModelVersion>{entry, kFrom};
    Reading reading;
    const Place place{.path = "device.json", .offset = {}, .item = {}};
    reading.device.say(FactId::vendor_id, uint64_t{0xFFF1}, place);
    reading.device.say(FactId::product_id, uint64_t{0x8000}, place);
    if (knows_version) reading.device.say(FactId::software_version, uint64_t{9}, place);
    const Policy policy{.network = Network::test,
                        .at = Instant{1'780'000'000},
                        .required = {},
                        .show_passcode = false};
    Evidence e =
        gather(std::move(reading), policy, TrustStore::builtin(false), &ledger, openssl_engine());
    fetch_ota_image(
        e, ledger,
        [&] {
          ++downloaders;
          return dcl::make_downloader(network);
        },
        {.folder = cache / "ota", .offline = offline, .limits = kHasty}, Verbosity::silent());
    return e;
  }
};

const Finding& finding(const Report& report, const char* id) {
  return report.findings[check_index(*find_check(id))];
}

// The ids of images that are told of, and what they say of the fetching.
std::string told(World& w) {
  const Report report = judge(w.fetch());
  std::string out;
  for (const Finding& f : report.findings) {
    const bool noticed =
        f.status == Status::fail || f.status == Status::warn || f.status == Status::unknown;
    if (std::string_view(f.check->id).starts_with("ota.") && noticed)
      out += std::string(f.check->id) + ": " + f.message.str() + "\n";
  }
  return out;
}

RawServer::Answer sends(std::string answer) {
  return [answer = std::move(answer)](const std::string&, const RawServer::Asker& asker) {
    asker.write(answer);
  };
}

}  // namespace

TEST_CASE("fetch ota: the image that the ledger names is fetched, compared and kept") {
  const std::string file(text(OtaParts().bytes()));
  RawServer server(sends(ok(file, "ETag: \"1\"\r\n")));
  World w(server.url("/9.ota"));
  const Evidence e = w.fetch();
  REQUIRE(e.ota_images.size() == 1);
  CHECK(e.ota_images[0].place.path == server.url("/9.ota"));
  CHECK(e.files.back().kind == "ota-image");
  CHECK(e.files.back().sha256 == sha256(view(file)));
  CHECK(e.ota_images[0].image.digests.size() == 2);  // SHA-256, and the one that the entry names
  const Report report = judge(e);
  for (const char* id : {"ota.is-fetched", "ota.is-what-was-announced", "ota.size-matches-ledger",
                         "ota.checksum-matches-ledger", "ota.payload-digest-matches"})
    CHECK(finding(report, id).status == Status::pass);
  w.offline = true;
  w.downloaders = 0;
  CHECK(told(w).empty());
  CHECK(w.downloaders == 0);
}

TEST_CASE("fetch ota: nothing to fetch") {
  World w;
  CHECK(
      finding(judge(w.fetch()), "ota.is-fetched").message ==
      "the ledger's entry of software version 9 of product 0x8000 of vendor 0xFFF1 names no image");
  CHECK(finding(judge(w.fetch()), "ota.is-fetched").status == Status::skipped);
  w.knows_version = false;
  CHECK(told(w) ==
        "ota.is-fetched: which image to fetch is not known: vendor id, product id and software "
        "version of the device are not all in the evidence\n");
  CHECK(w.downloaders == 0);
  World offline("https://example.com/9.ota");
  offline.offline = true;
  CHECK(told(offline) ==
        "ota.is-fetched: the image of software version 9 could not be fetched: "
        "https://example.com/9.ota: offline, and it was never fetched whole\n");
}

TEST_CASE("fetch ota: a server that misleads, drips or lies gives a clear line, in bounded time") {
  const std::string file(text(OtaParts().bytes()));
  RawServer inside(sends(ok(file)));
  const std::string open = "ota.is-fetched: the image of software version 9 could not be fetched: ";
  const auto redirect = [](const std::string& to) {
    return "HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n";
  };
  const struct {
    const char* what;
    RawServer::Answer answer;
    std::string words;
  } rows[] = {
      {"to this machine", sends(redirect(inside.url("/9.ota"))), open + inside.url("/9.ota")},
      {"to a file", sends(redirect("file:///etc/passwd")),
       open + "file:///etc/passwd (redirected from "},
      {"to itself", sends(redirect("/9.ota")), "redirected in a circle"},
      {"a byte now and then",
       [](const std::string&, const RawServer::Asker& asker) {
         asker.write("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
         while (asker.wait(20) && asker.write("x")) {
         }
       },
       "expected at least 1000 bytes a second"},
      {"less than it said", sends("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + file),
       "the answer was cut off"},
      {"more than the ledger said", sends(ok(file + "xyz")),
       "ota.size-matches-ledger: behind the ledger's otaUrl there is more than its otaFileSize"},
      {"without an end",
       [&](const std::string&, const RawServer::Asker& asker) {
         asker.write("HTTP/1.1 200 OK\r\n\r\n" + file);
         while (asker.write(std::string(4096, 'x'))) {
         }
       },
       "ota.size-matches-ledger: behind the ledger's otaUrl there is more than its otaFileSize"},
      {"less than the ledger said", sends(ok(file.substr(0, 2000))), "ota.size-is-as-stated: "},
      {"another file", sends(ok("<html>not here</html>")),
       "is no OTA image that can be read: file identifier: expected 0x1BEEF11E"},
      {"not found", sends("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), open},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    RawServer server(row.answer, "127.0.0.2");
    World w(server.url("/9.ota"));
    w.network = {
        .admits = [](const dcl::IpAddress& address) { return address.text() == "127.0.0.2"; }};
    const std::string said = told(w);
    CAPTURE(said);
    CHECK(said.find(row.words) != std::string::npos);
    CHECK(std::count(said.begin(), said.end(), '\n') == 1);  // one fault, one finding
  }
  CHECK(inside.requests().empty());
}

TEST_CASE("fetch ota: a file address on the ledger is not read") {
  World w("file:///etc/passwd");
  CHECK(told(w).find("expected an http or https address, found another") != std::string::npos);
  CHECK(!judge(w.fetch()).findings.empty());
}
