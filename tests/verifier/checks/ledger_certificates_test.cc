// What the ledger says of certificates: roots by their type, and what was revoked.

#include <string>
#include <string_view>

#include "tests/support/ledger_world.h"
#include "verifier/checks/catalogue.h"

using namespace attest;
using namespace attest::test;
using namespace attest::test::ledger_world;

TEST_CASE("on the main network only a root for device attestation is a PAA") {
  for (const char* type :
       {"DeviceAttestationPKI", "VIDSignerPKI", "OperationalPKI", "Whatever", ""}) {
    CAPTURE(std::string(type));
    World world;
    world.network = Network::main;
    world.given = false;
    root_of_type(world, type);
    const Report report = world.judge();
    const Finding& f = report.findings[check_index(*find_check("paa.is-trusted"))];
    const std::string_view t = type;
    CHECK(status_name(f.status) == std::string(t == "DeviceAttestationPKI" ? "pass"
                                               : t.empty()                 ? "unknown"
                                                                           : "fail"));
    if (f.status == Status::fail)
      CHECK_MESSAGE(f.message.find("its certificateType is " + std::string(type) +
                                   ", expected DeviceAttestationPKI") != std::string::npos,
                    f.message);
    CHECK((report.verdict == Verdict::reject || t.empty() || t == "DeviceAttestationPKI"));
  }
}

TEST_CASE("a revoked certificate under any bytes of its signature is rejected on every network") {
  for (const Network network : {Network::main, Network::test}) {
    for (const bool of_paa : {true, false}) {
      World world;
      world.network = network;
      const Certificate& own = of_paa ? *world.paa : *world.pai;
      revoke(world, own, twin_of(own));
      const Report report = world.judge();
      CHECK(report.verdict == Verdict::reject);
      const char* id = of_paa ? "ledger.paa-is-not-revoked" : "ledger.pai-is-not-revoked";
      CHECK(report.findings[check_index(*find_check(id))].status == Status::fail);
    }
  }
}
