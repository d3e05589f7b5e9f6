// What stands in a file beside a whole credential: what is left of another one is damage, a digest
// is no nonce, and numbers are bytes however a table writes them.

#include <fmt/format.h>

#include "tests/support/own_credentials.h"
#include "tests/support/pasted_forms.h"
#include "tests/support/readings.h"
#include "verifier/base/json.h"
#include "verifier/crypto/crypto.h"
#include "verifier/pki/key.h"
#include "verifier/readers/text/may_hold.h"

using namespace attest;
using namespace attest::test;

namespace {

const Noted* damage(const Reading& r) {
  for (const Noted& n : r.device.remarks) {
    if (n.remark == Remark::damaged_credential) return &n;
  }
  return nullptr;
}
std::string listed(View bytes, const char* form) {
  std::string out;
  for (const uint8_t b : bytes)
    out += (out.empty() ? "" : ", ") + fmt::format(fmt::runtime(form), b);
  return out;
}

}  // namespace

TEST_CASE("beside: what is left of another credential behind a whole one is told, with its place") {
  const std::string dac = to_pem("CERTIFICATE", own_dac()), pai = to_pem("CERTIFICATE", own_pai());
  const Bytes der = own_pai();
  const std::string binary(text(View(der).first(200)));
  for (const std::string& behind :
       {std::string("-----BEGIN CERTIFICATE-----\n"), std::string("-----BEGIN CERTIF"),
        std::string("-----BEG"), std::string("-----END CERTIFICATE-----\n"),
        std::string("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE REQUEST-----\n"),
        pai.substr(0, 100), pai.substr(0, pai.size() - 10), binary,
        std::string("-----BEGIN CERTIFICATE-----\n") + dac}) {
    const std::string file = dac + behind;
    const Reading reading = read_bytes(view(file), {}, "dac.pem");
    REQUIRE_MESSAGE(damage(reading) != nullptr, behind);
    CHECK(damage(reading)->place.path == "dac.pem");
    CHECK(damage(reading)->place.offset.value_or(0) >= dac.size());
    CHECK(count(reading, FactId::certificate) >= 1);
  }
  // A whole one as it is, and what is no damage.
  CHECK(count(read_bytes(view(dac + std::string(text(View(der)))), {}, "dac.pem"),
              FactId::certificate) == 2);
  for (const char* nothing :
       {"\n\n", "", "\n-----\n", "# -----BEGIN CERTIFICATE----- comes next\n"})
    CHECK(damage(read_bytes(view(dac + pai + nothing), {}, "chain.pem")) == nullptr);
}

TEST_CASE("beside: a block of PEM with nothing in it is not used, and no damage") {
  const std::string dac = to_pem("CERTIFICATE", own_dac()), begin = "-----BEGIN CERTIFICATE-----",
                    end = "-----END CERTIFICATE-----";
  for (const std::string& empty :
       {begin + "\n" + end + "\n", begin + "\r\n" + end + "\r\n", begin + "\n\n \n" + end + "\n",
        begin + "\n" + end,
        std::string("-----BEGIN EC PRIVATE KEY-----\n-----END EC PRIVATE KEY-----\n")}) {
    for (const std::string& file : {dac + empty, empty + (empty.ends_with('\n') ? "" : "\n") + dac,
                                    dac + empty + (empty.ends_with('\n') ? "" : "\n") + dac}) {
      CAPTURE(file);
      const Reading reading = read_bytes(view(file), {}, "dac.pem");
      CHECK(damage(reading) == nullptr);
      CHECK(problems(reading).empty());
      CHECK(count(reading, FactId::certificate) >= 1);
      REQUIRE(reading.not_used.size() == 1);
      CHECK(reading.not_used[0].path.starts_with("dac.pem at 0x"));
      CHECK(reading.not_used[0].why == "a PEM block with nothing in it, beside one that is whole");
    }
    // The same in a value of JSON.
    Json json{Json::Object{}};
    json.set("cert", dac + empty);
    const std::string written = dump(json);
    const Reading reading = read_bytes(view(written), {}, "export.json");
    CHECK(damage(reading) == nullptr);
    CHECK(count(reading, FactId::certificate) == 1);
    CHECK(reading.not_used.size() == 1);
  }
}

TEST_CASE("beside: a digest is no nonce, whatever it is called") {
  const std::string dac = hex(own_dac()), digest = hex(View(sha256(view("x"))));
  for (const char* name : {"nonce_sha256", "dac_key_sha256", "privkey_fingerprint", "nonce_hash",
                           "dac_key_digest", "challenge_nonce_checksum"})
    CHECK_MESSAGE(count(read_bytes(view(fmt::format("dac: {}\n{}: {}\n", dac, name, digest))),
                        FactId::blob) == 0,
                  name);
  CHECK(count(read_bytes(view(fmt::format("dac: {}\nnonce: {}\n", dac, digest))), FactId::blob) ==
        1);
  const Reading nameless = read_bytes(view(dac + "\n" + digest + "\n"));
  CHECK(count(nameless, FactId::blob) == 0);
  CHECK(nameless.not_used.size() == 1);
}

TEST_CASE("beside: bytes in arrays, with a point behind each or in rows, are bytes") {
  const Bytes dac = own_dac();
  std::string rows;
  for (size_t at = 0; at < dac.size(); at += 16)
    rows += fmt::format("{}[{}]", rows.empty() ? "" : ", ",
                        listed(View(dac).subspan(at, std::min<size_t>(16, dac.size() - at)), "{}"));
  for (const std::string& text :
       {fmt::format(R"({{"cert": [{}]}})", listed(dac, "{}.0")),
        fmt::format(R"({{"cert": [{}]}})", listed(dac, "{}e0")),
        fmt::format(R"({{"cert": [{}]}})", listed(dac, "[{}]")),
        fmt::format(R"({{"cert": [{}]}})", listed(dac, "\"{}.0\"")),
        fmt::format(R"([{{"cert": [{}]}}])", rows), fmt::format(R"({{"cert": [{}]}})", rows),
        fmt::format("id,vendor_id,dac\n1,0xFFF1,\"[{}]\"\n", listed(dac, "{}.0"))}) {
    const Reading reading = read_bytes(view(text), {}, "evidence");
    CHECK_MESSAGE(count(reading, FactId::certificate) == 1, text.substr(0, 60));
    CHECK(damage(reading) == nullptr);
  }
  CHECK(has_problem(read_bytes(view(std::string(R"({"vendor_id": 65521.0, "product_id": 1})"))),
                    "expected a whole number or \"0x...\", found a number with a point"));
}

TEST_CASE("beside: a key of device.json with a value of another kind is told by name") {
  for (const char* key : {"location", "node_label", "reachable", "configuration_version",
                          "device_location", "vendor_name", "discriminator", "attestation"}) {
    for (const char* wrong : {"[1]", "{\"a\": 1}", "-1.5", "[]"}) {
      if (wrong[0] == '{' &&
          (key == std::string_view("device_location") || key == std::string_view("attestation")))
        continue;
      const std::string other =
          key == std::string_view("discriminator") ? "passcode" : "discriminator";
      const Reading reading = read_bytes(
          view(fmt::format(R"({{"vendor_id": 1, "{}": 7, "{}": {}}})", other, key, wrong)));
      CHECK_MESSAGE(has_problem(reading, fmt::format("{}: expected ", key)), key, wrong);
    }
  }
}

TEST_CASE("beside: a large text is searched where it can hold a credential, in whatever form") {
  const Bytes dac = own_dac();
  const std::string prose(300u << 10, ' ');
  for (const std::string& form :
       {hex(dac), base64(dac), to_pem("CERTIFICATE", dac), listed(dac, "0x{:02x}"),
        listed(dac, "{}"), listed(dac, "{}.0"), listed(dac, "\\x{:02x}")})
    CHECK_MESSAGE(may_hold_credential(prose + form), form.substr(0, 40));
  std::string foreign = "[";
  while (foreign.size() < 300u << 10)
    foreign += "{\"id\": 7, \"text\": \"lorem ipsum dolor sit amet\", \"size\": 0.13436424411}, ";
  foreign += "{}]";
  CHECK_FALSE(may_hold_credential(foreign));
  foreign.insert(foreign.size() - 3, fmt::format("{{\"cert\": \"{}\"}}, ", base64(dac)));
  CHECK(count(read_bytes(view(foreign), {}, "export.json"), FactId::certificate) == 1);
}
