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

std::vector<std::string> not_used(const std::vector<Given>& facts, std::vector<Bytes> keys_used = {}) {
  Reading reading;
  reading.device = device_of(facts);
  reading.keys_used = std::move(keys_used);
  return gather(std::move(reading), Policy{.network = Network::none, .at = Instant{1'780'000'000}, .required = {}}, TrustStore::builtin(false), nullptr).other_certificates;
}

}  // namespace

TEST_CASE("gather: bare bytes that are nothing are told of") {
  const Bytes bytes = some(32);
  const Given blob{FactId::blob, bytes, "a.bin"};
  CHECK(not_used({blob}) == std::vector<std::string>{"a.bin: 32 bytes that are neither an attestation nonce nor the DAC's private key here, and open nothing"});
  CHECK(not_used({{FactId::blob, some(16), "b.bin"}, {FactId::blob, some(64), "c.bin"}}) ==
        std::vector<std::string>{"b.bin: 16 bytes that are no attestation challenge here, and open nothing", "c.bin: 64 bytes that are no attestation signature here, and open nothing"});
  CHECK(not_used({blob}, {bytes}).empty());   // it opened a dump
  CHECK(not_used({blob, {FactId::rotating_id_unique_id, bytes, "factory.bin"}}).empty());
  // Key 1 is the one of the DAC that the tests make.
  const Bytes key = scalar(1);
  CHECK(not_used({{FactId::blob, key, "key.bin"}, {FactId::dac, CertificateParts().der(), "dac.der"}}).empty());
  CHECK(not_used({{FactId::blob, scalar(2), "key.bin"}, {FactId::dac, CertificateParts().der(), "dac.der"}}).size() == 1);
}
