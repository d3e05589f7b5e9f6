// What changed on the ledger between two looks: told once, kept, and never made up.
#include "dcl/watch.h"

#include <functional>
#include <set>

#include "report/watch_report.h"
#include "tests/support/audit_world.h"

using namespace attest;
using namespace attest::dcl;
using namespace attest::test;

namespace {

using Kind = WatchChange::Kind;

// The world as a snapshot that a sync with --vid would make.
Snapshot snapshot_of_world(const AuditWorld& world, int64_t height, bool versions = true) {
  Snapshot out;
  out.chain_id = "dclchain-local";
  out.height = height;
  const ReadAt when{.height = height, .block_time = kNow, .read_at = kNow};
  for (const Schema schema : kListed) {
    ListUpdate list{.when = when, .list = {.schema = schema, .records = {}}};
    const auto records = world.facts.records.find(schema);
    if (records != world.facts.records.end()) {
      for (const auto& [key, object] : records->second)
        list.list.records.push_back({.key = key, .object = object});
    }
    out.lists.push_back(std::move(list));
  }
  for (const Schema schema : {Schema::versions, Schema::version}) {
    const auto records = world.facts.records.find(schema);
    if (!versions || records == world.facts.records.end()) continue;
    for (const auto& [key, object] : records->second)
      out.singles.push_back(
          {.schema = schema, .record = {.key = key, .object = object, .when = when}});
  }
  return out;
}
Seen seen(const AuditWorld& world, int64_t height, std::optional<uint16_t> vid = 0xFFF1,
          bool versions = true) {
  return seen_of(snapshot_of_world(world, height, versions), vid);
}

// What a look tells after `change`.
std::vector<WatchChange> told(const std::function<void(AuditWorld&)>& change,
                              std::optional<uint16_t> vid = 0xFFF1) {
  AuditWorld world;
  WatchState state = first_look(seen(world, 50, vid));
  change(world);
  const auto changes = look_again(state, seen(world, 51, vid), {}, kNow);
  REQUIRE(changes);
  return *changes;
}

}  // namespace

TEST_CASE("watch: each kind of change is told in words, and nothing else") {
  const struct {
    std::function<void(AuditWorld&)> change;
    Kind kind;
    Schema schema;
    const char* words;
  } rows[] = {
      {[](AuditWorld& w) { w.set(Schema::vendor, "FFF1", "vendorName", "Forgers"); }, Kind::changed,
       Schema::vendor, "vendor 0xFFF1 changed (Forgers): vendorName \"Forgery\" -> \"Forgers\""},
      {[](AuditWorld& w) { w.put(Schema::model, with(AuditWorld::model(), "pid", 0x8001)); },
       Kind::added, Schema::model, "model 0xFFF1/0x8001 added (Lamp)"},
      {[](AuditWorld& w) { w.facts.records[Schema::model].clear(); }, Kind::removed, Schema::model,
       "model 0xFFF1/0x8000 removed (Lamp)"},
      {[](AuditWorld& w) {
         w.put(Schema::version, AuditWorld::version(10, "10.0"));
         w.set(Schema::versions, "FFF1/8000", "softwareVersions",
               Json(Json::Array{Json(1), Json(9), Json(10)}));
       },
       Kind::added, Schema::version, "0xFFF1/0x8000 version 10 added (10.0)"},
      {[](AuditWorld& w) { w.set_version("softwareVersionValid", false); }, Kind::changed,
       Schema::version, "version 9 changed (9.0): softwareVersionValid true -> false"},
      {[](AuditWorld& w) { w.set_compliance("softwareVersionCertificationStatus", 3); },
       Kind::changed, Schema::compliance, "0xFFF1/0x8000 version 9 matter changed (revoked)"},
      {[](AuditWorld& w) { w.facts.records[Schema::certificate].erase(w.key_of(false)); },
       Kind::removed, Schema::certificate, "approved certificate 0B0B"},
      {[](AuditWorld& w) { w.put(Schema::revoked, AuditWorld::entry(w.certificates.pai, false)); },
       Kind::added, Schema::revoked, "revoked certificate 0B0B"},
      {[](AuditWorld& w) {
         w.facts.records[Schema::revocation_point].erase(
             w.facts.records[Schema::revocation_point].begin());
       },
       Kind::removed, Schema::revocation_point, "https://lists.example/paa.crl"},
  };
  for (const auto& row : rows) {
    const auto changes = told(row.change);
    CAPTURE(row.words);
    REQUIRE(changes.size() == 1);
    CAPTURE(changes[0].words);
    CHECK(changes[0].kind == row.kind);
    CHECK(changes[0].schema == row.schema);
    CHECK(changes[0].words.find(row.words) != std::string::npos);
    CHECK(changes[0].since == 50);
    CHECK(changes[0].height == 51);
  }
  CHECK(told([](AuditWorld&) {}).empty());
  CHECK(told([](AuditWorld& w) {
          w.put(Schema::vendor,
                with(with(w.facts.records[Schema::vendor].at("FFF1"), "vendorID", 0xFFF2),
                     "vendorName", "Other"));
        }).empty());  // another vendor's
  CHECK(told(
            [](AuditWorld& w) {
              w.put(Schema::vendor,
                    with(w.facts.records[Schema::vendor].at("FFF1"), "vendorID", 0xFFF2));
            },
            std::nullopt)
            .size() == 1);
}

TEST_CASE("watch: versions that are merely read for the first time are no news, nor lost") {
  AuditWorld world;
  WatchState state = first_look(seen(world, 50, 0xFFF1, false));
  CHECK(look_again(state, seen(world, 51), {}, kNow)->empty());
  // Once known, a look that could not read them loses nothing.
  CHECK(look_again(state, seen(world, 52, 0xFFF1, false), {}, kNow)->empty());
  world.set_version("softwareVersionValid", false);
  CHECK(look_again(state, seen(world, 53), {}, kNow)->size() == 1);
  // One that is listed and could not be read: told when it can be.
  world.set(Schema::versions, "FFF1/8000", "softwareVersions",
            Json(Json::Array{Json(1), Json(9), Json(10)}));
  CHECK(look_again(state, seen(world, 54), {}, kNow)->empty());
  world.put(Schema::version, AuditWorld::version(10, "10.0"));
  const auto changes = look_again(state, seen(world, 55), {}, kNow);
  REQUIRE(changes->size() == 1);
  CHECK((*changes)[0].words == "software version 0xFFF1/0x8000 version 10 added (10.0)");
}

TEST_CASE("watch: a list about to expire is told once for each nextUpdate") {
  AuditWorld world;
  WatchState state = first_look(seen(world, 50));
  WatchedList list{.key = "AA/FFF1/pai",
                   .url = "https://lists.example/pai.crl",
                   .vid = 0xFFF1,
                   .next_update = {kNow.seconds + 2 * 86'400}};
  const auto first = look_again(state, seen(world, 50), {list}, kNow);
  REQUIRE(first->size() == 1);
  CHECK((*first)[0].kind == Kind::expiring);
  CHECK((*first)[0].words.find("is about to expire") != std::string::npos);
  CHECK(look_again(state, seen(world, 50), {list}, kNow)->empty());
  list.next_update.seconds += 30 * 86'400;
  CHECK(look_again(state, seen(world, 50), {list}, kNow)->empty());
  list.next_update.seconds = kNow.seconds - 1;
  const auto over = look_again(state, seen(world, 50), {list}, kNow);
  REQUIRE(over->size() == 1);
  CHECK((*over)[0].words.find("has expired") != std::string::npos);
}

TEST_CASE("watch: the state is read back as it was, and a damaged one is none") {
  AuditWorld world;
  WatchState state = first_look(seen(world, 50));
  world.set_version("softwareVersionValid", false);
  REQUIRE(look_again(state, seen(world, 51), {}, kNow)->size() == 1);
  const std::string text = write_watch_state(state);
  const auto again = read_watch_state(text);
  REQUIRE_MESSAGE(again, (again ? "" : again.error().what));
  CHECK(write_watch_state(*again) == text);
  for (size_t at = 0; at < text.size(); at += 97) {
    std::string broken = text;
    broken[at] ^= 1;
    CHECK(!read_watch_state(broken));
  }
  for (const size_t size : {size_t{0}, size_t{10}, size_t{65}, text.size() - 1})
    CHECK(!read_watch_state(text.substr(0, size)));
}

TEST_CASE("watch: another ledger, an older one, and what memory does not hold are errors") {
  AuditWorld world;
  WatchState state = first_look(seen(world, 50));
  Seen other = seen(world, 51);
  other.chain_id = "main-net";
  CHECK(look_again(state, other, {}, kNow).error().what.find("expected the ledger") == 0);
  CHECK(look_again(state, seen(world, 49), {}, kNow).error().what.find("expected height 50") == 0);
  for (int64_t height = 51; height < 54; ++height) {
    world.set(Schema::vendor, "FFF1", "vendorName", std::to_string(height));
    REQUIRE(look_again(state, seen(world, height), {}, kNow));
  }
  CHECK(told_since(state, 50)->size() == 3);
  CHECK(told_since(state, 52)->size() == 1);
  CHECK(told_since(state, 53)->empty());
  CHECK(told_since(state, 49).error().what.find("is known from height 50 on") != std::string::npos);
  // An entry is the same for who is told again, and no two changes have one id.
  std::set<std::string> ids;
  for (const WatchChange& c : state.told) ids.insert(c.id("dclchain-local"));
  CHECK(ids.size() == state.told.size());
  const std::string feed = watch_atom(state, kNow);
  CHECK(feed.find("<feed xmlns=\"http://www.w3.org/2005/Atom\">") != std::string::npos);
  for (const std::string& id : ids) CHECK(feed.find(id) != std::string::npos);
  // What a vendor writes becomes no markup.
  world.set(Schema::vendor, "FFF1", "vendorName", "<script>&\x1b");
  const auto last = look_again(state, seen(world, 60), {}, kNow);
  REQUIRE(last);
  CHECK(watch_atom(state, kNow).find("<script>") == std::string::npos);
  const auto line = parse_json(watch_ndjson("dclchain-local", *last));
  REQUIRE(line);
  CHECK(*line->find("kind")->string() == "changed");
  CHECK(watch_text(*last).find('\x1b') == std::string::npos);
}

TEST_CASE("watch: memory has an end, and says where it begins then") {
  AuditWorld world;
  WatchState state = first_look(seen(world, 0));
  for (size_t i = 1; i <= kMostTold + 5; ++i) {
    world.set(Schema::vendor, "FFF1", "vendorName", std::to_string(i));
    REQUIRE(look_again(state, seen(world, static_cast<int64_t>(i)), {}, kNow));
  }
  CHECK(state.told.size() == kMostTold);
  CHECK(!told_since(state, 4));
  CHECK(told_since(state, 5)->size() == kMostTold);
}
