// What the tests of dcl share: the recorded ledger as a server, a transport that counts, small
// time-outs.
#pragma once

#include <optional>

#include "dcl/cached_ledger.h"
#include "dcl/sync.h"
#include "dcl/transport_curl.h"
#include "fixtures/ledger/ledger_server.h"
#include "tests/support/folder.h"
#include "tests/support/support.h"

namespace attest::test {

inline constexpr Instant kNow{1795215000};  // minutes after the recordings were made

inline const fixtures::LedgerFacts& recorded() {
  static const auto facts = fixtures::recorded_facts(shared() / "dcl");
  REQUIRE_MESSAGE(facts.has_value(), (facts ? "" : facts.error().what));
  return *facts;
}

// A small ledger of our own, for what needs no recordings.
inline fixtures::LedgerFacts small_ledger(size_t vendors = 7) {
  fixtures::LedgerFacts facts;
  facts.height = 50;
  for (size_t i = 0; i < vendors; ++i) {
    Json vendor;
    vendor.set("vendorID", static_cast<uint64_t>(0xFFF1 - i))
        .set("vendorName", "Vendor " + std::to_string(i))
        .set("companyLegalName", "Legal");
    vendor.set("companyPreferredName", "")
        .set("vendorLandingPageURL", "")
        .set("creator", "")
        .set("schemaVersion", 0);
    REQUIRE(facts.add(dcl::Schema::vendor, vendor));
  }
  return facts;
}

// Time-outs for tests: a fault must end, and soon.
inline dcl::Budget hasty() {
  using std::chrono::milliseconds;
  return {.connect = milliseconds(2000),
          .silence = milliseconds(500),
          .answer = milliseconds(1500),
          .total = milliseconds(8000),
          .pause = milliseconds(1),
          .patience = milliseconds(100),
          .body = 4u << 20,
          .attempts = 2,
          .parallel = 8};
}

struct Ledger4Test {
  explicit Ledger4Test(fixtures::LedgerFacts facts, fixtures::Behaviour behaviour = {},
                       dcl::Budget budget = {})
      : server(std::move(facts), std::move(behaviour)) {
    REQUIRE(server.start());
    transport = *dcl::make_curl_transport({.budget = budget});
    network = {.name = "main", .chain_id = "dclchain-local", .url = server.url()};
  }
  dcl::Node node() { return dcl::Node(network, *transport, kNow); }

  fixtures::LedgerServer server;
  std::unique_ptr<dcl::Transport> transport;
  dcl::Network network;
};

}  // namespace attest::test
