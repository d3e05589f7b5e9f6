// A part of two cores: what one file does not tell of, another one may.

#include <string>

#include "tests/support/readings.h"
#include "tests/support/support.h"
#include "verifier/gather/gather.h"
#include "verifier/readers/containers/address_map.h"
#include "verifier/readers/vendors/nordic_uicr.h"

using namespace attest;
using namespace attest::test;

namespace {

std::string debug_of(const std::vector<std::vector<uint64_t>>& files, std::string_view text = "") {
  Reading reading;
  for (const auto& addresses : files) {
    AddressMap map;
    for (const uint64_t address : addresses) map.add(address, Bytes(4, 0));
    say_uicr(map, "dump.hex", reading);
  }
  if (!text.empty())
    CHECK(read_evidence({.path = "protection.txt", .bytes = view(text)}, reading).has_value());
  const Evidence e =
      gather(std::move(reading), {}, TrustStore::builtin(false), nullptr, openssl_engine());
  Reading settled;
  settled.device.posture = e.device.posture;
  return all_said(settled, Trait::debug);
}

}  // namespace

TEST_CASE("cores: one that nothing tells of leaves the lock open") {
  const std::vector<uint64_t> application = {0x00FF8000, 0x00FF801C}, network = {0x01FF8000};
  const std::string locked = "yes locked", both = "yes locked, yes locked";
  CHECK(debug_of({application}) == both + ", unclear network core");
  CHECK(debug_of({network}) == "yes locked, unclear application core");
  CHECK(debug_of({application, network}) == both + ", yes locked");
  CHECK(debug_of({network, application}) == "yes locked, " + both);
  const auto asked = [](const char* core) {
    return std::string("serial_number: 001050000001\n    core: ") + core +
           "\n    access status: Debug access is currently disabled (status value: All)\n";
  };
  CHECK(debug_of({application}, asked("Network")) == both + ", yes locked");
  CHECK(debug_of({application}, asked("Application")) ==
        both + ", unclear network core, yes locked");
  CHECK(debug_of({network}, asked("Application")) == both);
  CHECK(debug_of({}, asked("Network")) == locked + ", unclear application core");
  CHECK(debug_of({}, asked("Network") + asked("Application")) == both);
  CHECK(debug_of({application}, "core: Application\n" + asked("Network")) == both + ", yes locked");
}
