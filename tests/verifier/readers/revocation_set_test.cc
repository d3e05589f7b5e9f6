// A revocation set as a file: what is one, and what stands in it beside its own keys.

#include "tests/support/own_credentials.h"
#include "tests/support/readings.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::test;

TEST_CASE("revocation set: a file that is one, whole or torn, is told by its content") {
  const std::string whole =
      R"([{"type":"revocation_set","issuer_subject_key_id":"00","issuer_name":"MDAx",)"
      R"("revoked_serial_numbers":["01"],"crl_signer_cert":")" +
      base64(own_pai()) + R"("}])";
  for (const std::string& text : {whole, "\xEF\xBB\xBF \r\n" + whole, whole.substr(0, 150)}) {
    const Reading reading = read_bytes(view(text), {}, "set.json");
    CHECK(kind(reading) == "revocation-set");
    CHECK(problems(reading) == "");
    REQUIRE(reading.device.statements.size() == 1);  // the signer is no certificate of a device
    CHECK((reading.device.statements[0].fact == FactId::revocation_set));
    CHECK(text == attest::text(std::get<Bytes>(reading.device.statements[0].value)));
  }
  for (const char* none : {"[]", "[1, 2]", R"({"revoked_serial_numbers": ["01"]})"}) {
    CAPTURE(none);
    const Reading reading = read_bytes(view(none), {}, "other.json");
    CHECK(reading.device.first(FactId::revocation_set) == nullptr);
  }
}

TEST_CASE("revocation set: a device's certificate under another key of it is that device's") {
  const std::string text = R"([{"revoked_serial_numbers":["01"],"dac":")" + base64(own_dac()) +
                           R"("}, "a note", {"more":{"pem":")" + base64(own_pai()) + R"("}}])";
  const Reading reading = read_bytes(view(text), {}, "set.json");
  CHECK(count(reading, FactId::revocation_set) == 1);
  CHECK(count(reading, FactId::certificate) + count(reading, FactId::dac) +
            count(reading, FactId::pai) ==
        2);
}
