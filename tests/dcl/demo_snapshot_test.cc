// The snapshot that is built into the program is what its facts give: served by the fixture ledger,
// read by a sync of every software version, written as a snapshot.

#include <cstdlib>

#include "dcl/snapshot.h"
#include "tests/support/dcl_support.h"

using namespace attest;
using namespace attest::test;

TEST_CASE("the built-in snapshot is made of fixtures/ledger/demo") {
  auto facts = fixtures::folder_facts("fixtures/ledger/demo");
  REQUIRE_MESSAGE(facts.has_value(), (facts ? "" : facts.error().what));
  Ledger4Test ledger(*facts);
  ledger.network = {.name = "test", .chain_id = "testnet-2.0", .url = ledger.server.url()};
  const Instant now = facts->time;
  dcl::Node node(ledger.network, *ledger.transport, now);
  const auto begun = node.begin();
  REQUIRE_MESSAGE(begun, begun.error().what);
  const Folder folder;
  const std::string file = folder / "demo.sqlite";
  const auto synced = dcl::sync(node, file, now, {.versions = true, .progress = {}});
  REQUIRE_MESSAGE(synced, synced.error().what);
  std::string set_aside;
  auto cache = dcl::Cache::open(file, dcl::Cache::Open::existing, set_aside);
  REQUIRE(cache);
  REQUIRE(cache->has_value());
  const auto snapshot = dcl::snapshot_of(**cache);
  REQUIRE(snapshot);
  const std::string text = dcl::write_snapshot(*snapshot);
  if (std::getenv("ACCEPT") != nullptr)
    std::ofstream("dcl/demo_snapshot.json", std::ios::binary) << text;
  CHECK_MESSAGE(attest::text(slurp("dcl/demo_snapshot.json")) == text,
                "dcl/demo_snapshot.json is not what fixtures/ledger/demo gives: make accept");
}
