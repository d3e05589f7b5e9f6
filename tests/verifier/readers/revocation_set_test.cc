// A revocation set as a file: what is one, and what stands in it beside its own keys.

#include <algorithm>

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
  for (const char* none : {"[]", "[1, 2]", R"({"revoked": ["01"]})"}) {
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

static std::string one_set() {
  return R"([{"type":"revocation_set","issuer_subject_key_id":"00112233445566778899AABBCCDDEEFF00112233",)"
         R"("issuer_name":"MDAxDzANBgNVBAMMBkZvcmdlcg==","revoked_serial_numbers":["0ABCDEF0"],)"
         R"("crl_signer_cert":")" +
         base64(own_pai()) + R"("}])";
}
static bool says_set(const Reading& reading) {
  return kind(reading) == "revocation-set" && count(reading, FactId::revocation_set) == 1;
}

TEST_CASE("revocation set: no byte of it that is hit, and no cut, makes it vanish") {
  const std::string whole = one_set();
  const size_t names_end = whole.find("_signer_cert");
  for (size_t at = 0; at < whole.size(); ++at) {
    CAPTURE(at);
    for (const char with : {'\x01', '\x20', '\x7F'}) {
      std::string hit = whole;
      hit[at] = static_cast<char>(hit[at] ^ with);
      const Reading reading = read_bytes(view(hit), {}, "set.json");
      CHECK(says_set(reading));
      CHECK(problems(reading) == "");  // and no other fault is made of it
      CHECK(reading.device.remarks.empty());
    }
    CHECK(says_set(read_bytes(view(whole.substr(0, at) + whole.substr(at + 1)), {}, "set.json")));
    if (at >= 30) CHECK(says_set(read_bytes(view(whole.substr(0, at)), {}, "set.json")));
    if (at <= names_end) CHECK(says_set(read_bytes(view(whole.substr(at)), {}, "set.json")));
  }
}

TEST_CASE("revocation set: a key that stands twice, and an array too many, make no other fault") {
  std::string twice = one_set();
  twice.insert(2, "\"type\":\"revocation_set\",");
  for (const std::string& text : {twice, "[" + one_set() + "]"}) {
    const Reading reading = read_bytes(view(text), {}, "set.json");
    CHECK(says_set(reading));
    CHECK(problems(reading) == "");
    CHECK(reading.device.remarks.empty());
  }
}

TEST_CASE("revocation set: what stands before it does not hide it") {
  for (const char* before :
       {"// made on Monday\n", "# made on Monday\n", "/* made\n on Monday */\n", "\n\n",
        "-- made\n; on\n", "<!-- made -->\n", "x", "{", "]", "set = ", "\xEF\xBB\xBF// made\n"}) {
    CAPTURE(before);
    CHECK(says_set(read_bytes(view(std::string(before) + one_set()), {}, "set.json")));
  }
}

TEST_CASE("revocation set: one in a letter or a program is told of, and no other text is") {
  std::string letter =
      "Dear colleagues,\n\nbelow is the set that we were sent by the laboratory on Monday. Please "
      "have a look whether any of our devices is in it, and tell us before the parts are shipped. ";
  for (int i = 0; i < 3; ++i) letter += letter;
  letter += "\n\n";
  const auto told = [](const Reading& reading) {
    return std::any_of(reading.not_used.begin(), reading.not_used.end(), [](const NotUsed& one) {
      return one.why ==
             "what may be a revocation set stands in it, among other text, and is not asked: hand "
             "it over in a file of its own";
    });
  };
  const Reading reading = read_bytes(view(letter + one_set()), {}, "letter.txt");
  CHECK(kind(reading) != "revocation-set");
  CHECK(told(reading));
  for (const std::string& none :
       {letter + "The names are issuer_subject_key_id and revoked_serial_numbers.",
        std::string("entry['revoked_serial_numbers'].append(serial)\nself.crl_signer_cert = None"),
        std::string(R"({"vendor_id": "0xFFF1", "product_id": "0x8000"})"),
        std::string(R"({"issuerSubjectKeyID": "00", "revokedSerialNumbers": []})"),
        std::string("revocation_set"), letter + "A revocation_set is what the SDK reads."}) {
    CAPTURE(none);
    const Reading other = read_bytes(view(none), {}, "other.txt");
    CHECK(count(other, FactId::revocation_set) == 0);
    CHECK_FALSE(told(other));
  }
}
