// The lists behind revocation points: fetched, kept, refreshed, and never led back.
#include <fmt/format.h>

#include "dcl/revocation_lists.h"
#include "tests/support/dcl_support.h"
#include "tests/support/raw_server.h"
#include "tests/support/revocation_world.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::dcl;
using namespace attest::test;
using World = RevocationWorld;

namespace {

// A server of one list, and points that name it.
struct Site {
  std::mutex mutex;
  std::string body;
  std::string headers;
  bool down = false;
  RawServer server;

  Site()
      : server([this](const std::string& request, const RawServer::Asker& asker) {
          const std::lock_guard lock(mutex);
          const size_t tag = request.find("If-None-Match: ");
          if (down)
            asker.write("HTTP/1.1 503 Service Unavailable\r\n\r\n");
          else if (tag != std::string::npos &&
                   headers.find("ETag: " + request.substr(tag + 15, request.find('\r', tag) - tag -
                                                                        15)) != std::string::npos)
            asker.write("HTTP/1.1 304 Not Modified\r\n\r\n");
          else
            asker.write(ok(body, headers));
        }) {}
  void serve(const Bytes& bytes, const std::string& with = "") {
    const std::lock_guard lock(mutex);
    body = text(bytes);
    headers = with;
  }
};

struct Lists {
  World world;
  Site site;
  Folder folder;
  RevocationPoint point = world.point_of_pai();
  ListOptions options{.folder = folder.path(),
                      .offline = false,
                      .max_age = 3600,
                      .now = *parse_rfc3339("2026-06-01T00:00:00Z"),
                      .engine = attest::openssl_engine(),
                      .downloader = [] { return make_downloader({.allow_private_hosts = true}); }};
  std::vector<std::string> notes;

  Lists() { point.data_url = site.server.url("/pai.crl"); }
  // Each call is another run of the program.
  std::string get() {
    RevocationLists lists(options);
    const auto list = lists.get(point);
    notes = lists.notes();
    if (!list) return list.error().what;
    return fmt::format("number {}, {} serials", hex((*list)->crl().number.value_or(Bytes{})),
                       (*list)->crl().entry_count);
  }
  std::string note() {
    const std::string begin = "the revocation list " + point.data_url + ": ";
    if (notes.size() != 1 || !notes[0].starts_with(begin))
      return fmt::format("{} notes", notes.size());
    return notes[0].substr(begin.size());
  }
  size_t asked() const { return site.server.requests().size(); }
};

CrlParts numbered(uint8_t number) {
  return World::list(World::kPaiKey, "PAI", number);
}

}  // namespace

TEST_CASE("lists: a list is fetched once, kept, and asked for again with its validators") {
  Lists l;
  l.site.serve(numbered(2).der(), "ETag: \"a\"\r\n");
  CHECK(l.get() == "number 02, 1 serials");
  CHECK(l.asked() == 1);
  CHECK(l.get() == "number 02, 1 serials");
  CHECK(l.asked() == 1);
  l.options.now.seconds += 3601;  // older than the maximal age
  CHECK(l.get() == "number 02, 1 serials");
  CHECK(l.asked() == 2);
  CHECK(l.site.server.requests().back().find("If-None-Match: \"a\"") != std::string::npos);
  CHECK(l.get() == "number 02, 1 serials");  // unchanged counts as fresh
  CHECK(l.asked() == 2);
  l.site.serve(numbered(3).der(), "ETag: \"b\"\r\n");
  l.options.now.seconds += 3601;
  CHECK(l.get() == "number 03, 1 serials");
  CHECK(l.asked() == 3);
  CHECK(l.notes.empty());
  const auto state = RevocationLists(l.options).state(l.point);
  REQUIRE(state.list);
  CHECK(state.fetched_at == l.options.now);
  CHECK(state.list->find(raw("07"), l.world.pai->subject)->has_value());
  CHECK(state.list->find(raw("08"), l.world.pai->subject)->has_value() == false);
}

TEST_CASE("lists: a list whose next one is due is asked for again, however young it is") {
  Lists l;
  CrlParts brief = numbered(2);
  brief.times = join({utc("260501000000Z"), utc("260601001000Z")});
  l.site.serve(brief.der());
  CHECK(l.get() == "number 02, 1 serials");
  l.options.now.seconds += 599;
  CHECK(l.get() == "number 02, 1 serials");
  CHECK(l.asked() == 1);
  l.options.now.seconds += 1;
  l.site.serve(numbered(3).der());
  CHECK(l.get() == "number 03, 1 serials");
  CHECK(l.asked() == 2);
}

TEST_CASE("lists: offline nothing is fetched, and what is at hand is used whatever its age") {
  Lists l;
  l.options.offline = true;
  CHECK(l.get() == "it is not in the cache, and nothing may be fetched offline");
  CHECK(l.asked() == 0);
  l.options.offline = false;
  l.site.serve(numbered(2).der());
  (void)l.get();
  l.options.offline = true;
  l.options.now.seconds += 1'000'000;
  CHECK(l.get() == "number 02, 1 serials");
  CHECK(l.asked() == 1);
}

TEST_CASE("lists: where somebody else fetches, one past its time is used and told of") {
  Lists l;
  l.options.elsewhere = "lists are fetched in the background";
  CHECK(l.get() == "it is not in the cache, and lists are fetched in the background");
  l.options.elsewhere.clear();
  l.site.serve(numbered(2).der());
  (void)l.get();
  const std::string fetched = rfc3339(l.options.now);
  l.options.elsewhere = "lists are fetched in the background";
  l.options.now.seconds += l.options.max_age;
  CHECK(l.get() == "number 02, 1 serials");
  CHECK(l.notes.empty());
  l.options.now.seconds += 1;
  CHECK(l.get() == "number 02, 1 serials");
  CHECK(l.note() == "it was last fetched " + fetched + ", and lists are fetched in the background");
  CHECK(l.asked() == 1);
}

TEST_CASE("lists: PEM is read like DER") {
  Lists l;
  l.site.serve(to_bytes(view(to_pem("X509 CRL", numbered(2).der()))));
  CHECK(l.get() == "number 02, 1 serials");
  CHECK(l.get() == "number 02, 1 serials");
  CHECK(l.asked() == 1);
  Lists two;
  two.site.serve(to_bytes(
      view(to_pem("X509 CRL", numbered(2).der()) + to_pem("X509 CRL", numbered(3).der()))));
  CHECK(two.get() ==
        "what is served there is no revocation list: expected one X509 CRL block, found several");
  Lists none;
  none.site.serve(to_bytes(view(to_pem("CERTIFICATE", none.world.pai->der))));
  CHECK(none.get() ==
        "what is served there is no revocation list: expected a X509 CRL block, found none");
}

TEST_CASE("lists: nothing older, and nothing of another signer, takes the place of what is known") {
  Lists l;
  l.site.serve(numbered(5).der());
  CHECK(l.get() == "number 05, 1 serials");
  const struct {
    const char* what;
    Bytes served;
    bool down;
    std::string note;
  } rows[] = {
      {"an older one", numbered(4).der(), false,
       "an older one is served (number 04 of 2026-01-01T00:00:00Z) than is known here (number 05 "
       "of 2026-01-01T00:00:00Z); the newer one is used"},
      {"one of another issuer", World::list(World::kPaaKey, "PAA", 9).der(), false,
       "expected one signed by the ledger's signer, found one of CN=PAA, VID=FFF1; the one at hand "
       "is used"},
      {"one with another signature",
       [] {
         auto p = numbered(9);
         p.signer = 99;
         return p.der();
       }(),
       false,
       "expected one signed by the ledger's signer, found one of CN=PAI, VID=FFF1; the one at hand "
       "is used"},
      {"cut short", to_bytes(View(numbered(9).der()).first(100)), false,
       "what is served there is no revocation list: crl: length "},
      {"a web page", to_bytes(view("<html>")), false,
       "what is served there is no revocation list: crl: expected SEQUENCE (0x30), found tag 0x3c; "
       "the one at hand is used"},
      {"nothing",
       {},
       true,
       "it could not be fetched: expected the file, found the answer 503; the one at hand is used"},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.what));
    l.site.serve(row.served);
    l.site.down = row.down;
    l.options.now.seconds += 4000;
    CHECK(l.get() == "number 05, 1 serials");
    CHECK_MESSAGE(l.note().starts_with(row.note), l.note());
    l.options.offline = true;
    CHECK(l.get() == "number 05, 1 serials");  // and so it stays
    l.options.offline = false;
  }
  // Without anything at hand, what is served is handed on to be judged, and not kept.
  Lists fresh;
  fresh.site.serve(World::list(World::kPaaKey, "PAA", 9).der());
  CHECK(fresh.get() == "number 09, 1 serials");
  fresh.options.offline = true;
  CHECK(fresh.get() == "it is not in the cache, and nothing may be fetched offline");
  // A new key of the ledger's signer: what the old one signed is not the point's list any more.
  l.site.down = false;
  l.point.crl_signer = parsed(l.world.pai_delegate_parts)->der;
  l.site.serve(World::list(World::kPaiDelegateKey, "PAI lists", 1).der());
  CHECK(l.get() == "number 01, 1 serials");
}

TEST_CASE("lists: one that is not encoded as it must be is handed on, and never kept") {
  const auto with_more = [](uint8_t number) { return join({numbered(number).der(), raw("00")}); };
  Lists l;
  l.site.serve(with_more(2));
  CHECK(l.get() == "number 02, 1 serials");
  CHECK(l.note() == "crl: 1 bytes too many, beginning with tag 0x00");
  CHECK(l.get() == "number 02, 1 serials");  // asked for again
  CHECK(l.asked() == 2);
  CHECK(RevocationLists(l.options).state(l.point).list == nullptr);
  // Beside a sound one that is known, a newer issue may name more; an older one says nothing.
  l.site.serve(numbered(3).der());
  CHECK(l.get() == "number 03, 1 serials");
  l.options.now.seconds += 3601;
  l.site.serve(with_more(4));
  CHECK(l.get() == "number 04, 1 serials");
  for (const uint8_t number : {uint8_t{2}, uint8_t{3}}) {
    l.site.serve(with_more(number));
    CHECK(l.get() == "number 03, 1 serials");
    CHECK(l.note() == "crl: 1 bytes too many, beginning with tag 0x00; the one at hand is used");
  }
  CHECK(RevocationLists(l.options).state(l.point).list->crl().number == raw("03"));
}

TEST_CASE("lists: size and digest of the ledger's entry are honoured where it gives them") {
  const Bytes der = numbered(2).der();
  for (const uint32_t type : {1u, 7u, 8u, 10u, 11u, 12u}) {
    CAPTURE(type);
    Lists l;
    l.site.serve(der);
    auto hash = *Hash::of_type(type);
    hash.update(der);
    const Bytes digest = hash.finish();
    l.point.data_digest = base64(digest);
    l.point.data_digest_type = type;
    l.point.data_file_size = der.size();
    CHECK(l.get() == "number 02, 1 serials");
    CHECK(l.get() == "number 02, 1 serials");
    CHECK(l.asked() == 1);
    // Another entry for the same address: the copy at hand is not its file.
    l.point.data_digest = base64(Bytes(digest.size(), 7));
    CHECK(l.get().starts_with("its digest is "));
    CHECK(l.asked() == 2);
  }
  Lists l;
  l.site.serve(der);
  l.point.data_file_size = der.size() + 1;
  CHECK(l.get() == fmt::format("it could not be fetched: expected {} bytes, found {}",
                               der.size() + 1, der.size()));
  l.point.data_file_size = 0;
  l.point.data_digest = "AAAA";
  l.point.data_digest_type = 2;
  CHECK(l.get().starts_with("the ledger's digest cannot be compared: "));
}

TEST_CASE(
    "lists: a file of the cache that rotted is noticed where it is touched, and fetched anew") {
  Lists l;
  Bytes entries;
  for (unsigned i = 0; i < 3000; ++i) {
    const Bytes one = sequence(
        {tlv(der::kInteger, Bytes{0x40, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)}),
         utc("250601000000Z")});
    entries.insert(entries.end(), one.begin(), one.end());
  }
  CrlParts parts = numbered(2);
  parts.entries = tlv(der::kSequence, entries);
  l.site.serve(parts.der());
  CHECK(l.get() == "number 02, 3000 serials");
  std::string path;
  for (const auto& file : std::filesystem::directory_iterator(l.folder.path())) {
    if (file.path().extension() == ".list") path = file.path();
  }
  REQUIRE_FALSE(path.empty());
  const Bytes good = slurp(path);
  size_t noticed = 0;
  for (size_t at = 0; at < good.size(); at += 509) {
    Bytes bad = good;
    bad[at] ^= 0x10;
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bad.data()), static_cast<std::streamsize>(bad.size()));
    const auto file = ListFile::open(path);
    if (!file) {
      ++noticed;
      continue;
    }
    REQUIRE(*file);
    if (at % 2 == 0) (*file)->list->expect_many();
    // What can still be asked is answered right, or not at all.
    bool refused = false;
    for (unsigned i = 0; i < 3100; ++i) {
      const auto found = (*file)->list->find(
          Bytes{0x40, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)}, l.world.pai->subject);
      refused = refused || !found;
      if (found) REQUIRE(found->has_value() == (i < 3000));
    }
    noticed += refused ? 1 : 0;
  }
  CHECK(noticed > good.size() / 509 * 9 / 10);  // the rest is padding
  for (size_t size = 0; size < good.size(); size += 1021) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(good.data()), static_cast<std::streamsize>(size));
    CHECK_FALSE(ListFile::open(path));
  }
  CHECK(l.get() == "number 02, 3000 serials");
  CHECK(l.asked() == 2);
  CHECK(l.notes.size() == 1);
}

TEST_CASE("lists: hostile servers leave the question open, in one line and in bounded time") {
  const struct {
    const char* what;
    RawServer::Answer answer;
    const char* begins;
  } rows[] = {
      {"to a file",
       [](const std::string&, const RawServer::Asker& asker) {
         asker.write("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n");
       },
       "it could not be fetched: file:///etc/passwd (redirected from "},
      {"to itself",
       [](const std::string& request, const RawServer::Asker& asker) {
         asker.write("HTTP/1.1 302 Found\r\nLocation: " + path_of(request) + "\r\n\r\n");
       },
       "it could not be fetched: http://127.0.0.1:"},
      {"a byte now and then",
       [](const std::string&, const RawServer::Asker& asker) {
         asker.write("HTTP/1.1 200 OK\r\n\r\n");
         while (asker.wait(20) && asker.write("x")) {
         }
       },
       "it could not be fetched: expected at least 1000 bytes a second, found "},
      {"more than it said",
       [](const std::string&, const RawServer::Asker& asker) {
         asker.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" +
                     std::string(text(numbered(2).der())));
       },
       "what is served there is no revocation list: crl: "},
      {"without end",
       [](const std::string&, const RawServer::Asker& asker) {
         asker.write("HTTP/1.1 200 OK\r\n\r\n");
         while (asker.write(std::string(4096, 'x'))) {
         }
       },
       "it could not be fetched: expected at most 1000000 bytes, found more"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    RawServer server(row.answer);
    Lists l;
    l.options.limits = {.connect = std::chrono::milliseconds(2000),
                        .total = std::chrono::milliseconds(3000),
                        .slow_for = std::chrono::milliseconds(150),
                        .slowest = 1000,
                        .bytes = 1'000'000};
    l.point.data_url = server.url("/x.crl");
    const std::string got = l.get();
    CHECK_MESSAGE(got.starts_with(row.begins), got);
  }
  Lists guarded;
  guarded.options.downloader = [] { return make_downloader({}); };
  CHECK(guarded.get() ==
        "it could not be fetched: expected a public address, found 127.0.0.1 "
        "(--allow-private-hosts lets it be asked)");
  CHECK(guarded.asked() == 0);
  guarded.point.data_url = "file:///etc/passwd";
  CHECK(guarded.get() ==
        "it could not be fetched: expected an http or https address, found another");
}
