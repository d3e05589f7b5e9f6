#include "tests/support/readings.h"

using namespace attest;
using namespace attest::test;

TEST_CASE("linux: factory, config and counter files") {
  const Reading reading =
      read_bytes(view("; written\n[DEFAULT]\r\nserial-num=TEST_SN\r\nvendor-id=65521\npin-code = "
                      "20202021\nsalt=U1BBS0UyUCBLZXkgU2FsdA==\nreboot-count=3\ng\\x2Ffidx=AA=="
                      "\n\n[other]\ndiscriminator=1\n"));
  CHECK(kind(reading) == "linux-ini");
  CHECK(problems(reading) == "");
  CHECK(*reading.device.string(FactId::serial_number) == "TEST_SN");
  CHECK(*reading.device.number(FactId::vendor_id) == 65521);
  CHECK(text(*reading.device.bytes(FactId::spake2p_salt)) == "SPAKE2P Key Salt");
  CHECK(reading.device.number(FactId::discriminator) == std::nullopt);
  CHECK(reading.device.noted(Remark::passcode_stored));
  CHECK(*reading.device.first(FactId::vendor_id)->place.offset == 41);
}

TEST_CASE("linux: a byte order mark hides no section") {
  const Reading reading = read_bytes(view("\xEF\xBB\xBF[DEFAULT]\nvendor-id=65521\n"));
  CHECK(kind(reading) == "linux-ini");
  CHECK(*reading.device.number(FactId::vendor_id) == 65521);
  CHECK(*reading.device.first(FactId::vendor_id)->place.offset == 13);
}

TEST_CASE("linux: a broken line is damage at its offset, and the others are read") {
  const struct {
    const char* line;
    const char* problem;
  } rows[] = {
      {"verifier=AAA", "spake2p_verifier: expected base64, found something else"},
      {"verifier=AAAA", "spake2p_verifier: expected 97 bytes, found 3"},
      {"vendor-id=0xZZ", "vendor-id: expected a whole number"},
      {"vendor-id=70000", "vendor_id: expected at most 65535, found 70000"},
      {"nonsense", "ini line: expected key=value"},
      {"serial-num=B", "ini line: serial-num stands twice"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.line);
    const Reading reading =
        read_bytes(view("[DEFAULT]\nserial-num=A\n" + std::string(row.line) + "\nproduct-id=1\n"));
    CHECK_MESSAGE(has_problem(reading, row.problem), problems(reading));
    CHECK(*reading.device.number(FactId::product_id) == 1);
    CHECK(*reading.device.string(FactId::serial_number) == "A");
  }
}
