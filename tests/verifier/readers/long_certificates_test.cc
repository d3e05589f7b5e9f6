// A certificate of 6261 bytes, the longest of a draft of Matter 1.7, in every form in which people
// hand certificates over.
#include "fixtures/forge/der_writer.h"
#include "tests/support/dump_builders.h"
#include "tests/support/pasted_forms.h"
#include "tests/support/post_quantum_chain.h"
#include "tests/support/readings.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::test;

namespace {

// Filled up to just that length.
Bytes longest() {
  constexpr size_t kLongest = 6261;
  Chain chain("65/65/P256");
  const size_t lacking = kLongest - chain.pai_der().size();
  Bytes filler(lacking);
  for (size_t i = 0; i < lacking; ++i) filler[i] = sha256(view(std::to_string(i)))[0];
  chain.pai.extensions.push_back({.oid = "1.2.3.4", .critical = false, .value = filler});
  const size_t over = chain.pai_der().size() - kLongest;
  chain.pai.extensions.back().value.resize(lacking - over);
  return chain.pai_der();
}

// It is among what was read, whole, under whatever role.
bool holds(const Reading& reading, const Bytes& der) {
  return std::any_of(reading.device.statements.begin(), reading.device.statements.end(),
                     [&](const Statement& s) {
                       const auto* bytes = std::get_if<Bytes>(&s.value);
                       return bytes != nullptr && *bytes == der;
                     });
}

}  // namespace

TEST_CASE("a certificate of 6261 bytes is read in every form that is pasted") {
  const Bytes der = longest();
  REQUIRE(der.size() == 6261);
  for (const PastedForm& form : pasted_forms()) {
    CAPTURE(std::string(form.name));
    CHECK(holds(read_bytes(view(form.write(der)), {}, "pasted.txt"), der));
  }
}

TEST_CASE("a certificate of 6261 bytes is read from files, tables, dumps and logs") {
  const Bytes der = longest();
  const std::string pem = to_pem("CERTIFICATE", der);
  std::string crlf;
  for (const char c : pem) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  Bytes flash(0x4000, 0xFF);
  write(flash, 0x1234, der);
  const auto text_of = [](const std::string& s) { return to_bytes(view(s)); };
  std::string logged;
  for (size_t at = 0; at < pem.size();) {
    const size_t end = pem.find('\n', at);
    logged += "CHIP:CTL: " + pem.substr(at, end - at) + "\n";
    at = end + 1;
  }
  const struct {
    const char* name;
    Bytes file;
  } rows[] = {
      {"DER", der},
      {"PEM", text_of(pem)},
      {"PEM, CRLF", text_of(crlf)},
      {"PEM in one line",
       text_of("-----BEGIN CERTIFICATE-----\n" + base64(der) + "\n-----END CERTIFICATE-----\n")},
      {"two in one PEM", text_of(pem + pem)},
      {"base64", text_of(base64(der))},
      {"hex", text_of(hex(der))},
      {"vector JSON",
       text_of(R"({"basic_info_pid": 32768, "pai_cert_ml_dsa_65": ")" + hex(der) + "\"}")},
      {"device.json with a member",
       text_of(R"({"vendor_id": 65521, "pai": ")" + base64(der) + "\"}")},
      {"CSV", text_of("serial,pai\nS1," + base64(der) + "\n")},
      {"a log's PEM",
       text_of("CHIP:CTL: PAI cert certificate considered (6261 bytes):\n" + logged)},
      {"Intel HEX", text_of(intel_hex(0x10000, flash))},
      {"S-records", text_of(s_records(0x10000, flash))},
      {"raw flash", flash},
      {"esp_secure_cert",
       [&] {
         Bytes out = secure_tlv(1, 0, some_der(300, 1));
         add(out, secure_tlv(0, 0, der));
         out.resize(0x4000, 0xFF);
         return out;
       }()},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.name));
    const Reading reading = read_bytes(row.file, {}, "evidence");
    CHECK(holds(reading, der));
  }
}
