// What gather makes of files that nothing names.
#include "tests/check_rows.h"
#include "tests/support.h"

using namespace attest;
using namespace attest::test;

namespace {

Bytes some(size_t size) {
  Bytes out = scalar(9);
  out.resize(size, 0x77);
  return out;
}

std::vector<std::string> not_used(const std::vector<Given>& facts, const Bytes& opened_with = {}) {
  Reading reading;
  reading.device = device_of(facts);
  if (!opened_with.empty()) reading.opened_with(opened_with);
  return gather(std::move(reading), Policy{.network = Network::none, .at = Instant{1'780'000'000}, .required = {}}, TrustStore::builtin(false), nullptr).other_certificates;
}

}  // namespace

TEST_CASE("gather: bare bytes that are nothing are told of") {
  const Bytes bytes = some(32);
  const Given blob{FactId::blob, bytes, "a.bin"};
  const std::string line = ": bare bytes that are no challenge, nonce, signature or key of the DAC here, and open nothing";
  CHECK(not_used({blob}) == std::vector<std::string>{"a.bin" + line});
  CHECK(not_used({{FactId::blob, some(16), "b.bin"}, {FactId::blob, some(64), "c.bin"}}) == std::vector<std::string>{"b.bin" + line, "c.bin" + line});
  CHECK(not_used({blob}, bytes).empty());   // it opened a dump
  CHECK(not_used({blob}, some(16)).size() == 1);
  // Key 1 is the one of the DAC that the tests make.
  CHECK(not_used({{FactId::blob, scalar(1), "key.bin"}, {FactId::dac, CertificateParts().der(), "dac.der"}}).empty());
  CHECK(not_used({{FactId::blob, scalar(2), "key.bin"}, {FactId::dac, CertificateParts().der(), "dac.der"}}).size() == 1);
}
