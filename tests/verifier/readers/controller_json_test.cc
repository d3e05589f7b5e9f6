// JSON that controllers and factories keep: a node's attributes, TI's factory data; and the table
// of `spake2p gen-verifier`.
#include <fmt/format.h>

#include "tests/support/own_credentials.h"
#include "tests/support/readings.h"
#include "verifier/readers/tables/manifest.h"

using namespace attest;
using namespace attest::test;

namespace {

std::string diagnostics(const std::string& attributes) {
  return R"({"home_assistant": {"version": "2026.4.3"}, "data": {"node": {"node_id": 5,
    "attributes": {)" +
         attributes + "}}}}";
}

constexpr const char* kSalt = "U1BBS0UyUCBLZXkgU2FsdA==";
std::string verifier() {
  Bytes bytes(97, 0x11);
  bytes[32] = 0x04;
  return base64(bytes);
}

}  // namespace

TEST_CASE("attributes by path: Basic Information of the one node, and nothing else") {
  const Reading reading = read_bytes(view(diagnostics(
      R"("0/40/0": 17, "0/40/1": "Acme", "0/40/2": 4660, "0/40/4": 22136, "0/40/9": 3,
         "0/40/15": "**REDACTED**", "1/40/2": 1, "0/400/2": 1, "0/40/3": null)")));
  CHECK(kind(reading) == "commissioner-log");
  CHECK(problems(reading) == "");
  CHECK(reading.device.number(FactId::vendor_id) == 4660);
  CHECK(reading.device.number(FactId::product_id) == 22136);
  CHECK(reading.device.number(FactId::software_version) == 3);
  CHECK(*reading.device.string(FactId::vendor_name) == "Acme");
  CHECK(reading.device.string(FactId::serial_number) == nullptr);
  CHECK(reading.device.number(FactId::data_model_revision) == 17);
  CHECK(reading.device.statements.size() == 5);
  CHECK(reading.device.first(FactId::vendor_id)->place.item == "0/40/2");
  CHECK(reading.files[0].holds == std::vector<std::string>{"basic-information"});
  // The store of the server: a list of nodes by their numbers.
  const Reading store = read_bytes(view(R"({"nodes": {"5": {"attributes": {"0/40/2": 65521}}}})"));
  CHECK(store.device.number(FactId::vendor_id) == 65521);
  // Of several nodes nobody says which one the device is.
  const Reading several =
      read_bytes(view(R"([{"attributes": {"0/40/2": 1}}, {"attributes": {"0/40/2": 2}}])"));
  CHECK(several.device.statements.empty());
  CHECK(has_problem(several, "attributes of 2 nodes"));
  CHECK(has_problem(read_bytes(view(diagnostics(R"("0/40/2": 70000)"))),
                    "VendorID: expected at most 65535, found 70000"));
  CHECK(has_problem(read_bytes(view(diagnostics(R"("0/40/2": "x")"))),
                    "VendorID: expected a whole number"));
}

TEST_CASE("attributes by path: flags, structures by field id and by name") {
  for (const char* minima :
       {R"({"0": 3, "1": 4, "4": 9, "9": 1})",
        R"({"caseSessionsPerFabric": 3, "subscriptionsPerFabric": 4, "readPathsSupported": 9})"}) {
    const Reading reading = read_bytes(view(diagnostics(fmt::format(
        R"("0/40/5": "", "0/40/6": "XX", "0/40/16": false, "0/40/17": true, "0/40/18": "u-1",
           "0/40/19": {}, "0/40/20": {{"0": 2, "1": null}}, "0/40/22": 1, "0/40/24": 7,
           "0/40/23": {{"0": "Hall", "1": -1, "2": 5}}, "0/40/65533": 7)",
        minima))));
    const Device& d = reading.device;
    CHECK(problems(reading) == "");
    CHECK(*d.string(FactId::node_label) == "");
    CHECK(*d.string(FactId::location) == "XX");
    CHECK(d.number(FactId::local_config_disabled) == 0);
    CHECK(d.number(FactId::reachable) == 1);
    CHECK(d.number(FactId::case_sessions_per_fabric) == 3);
    CHECK(d.number(FactId::subscriptions_per_fabric) == 4);
    CHECK(d.number(FactId::read_paths_supported) == 9);
    CHECK(d.first(FactId::case_sessions_per_fabric)->place.item.starts_with("0/40/19/"));
    CHECK(d.number(FactId::product_finish) == 2);
    CHECK(d.first(FactId::product_primary_color) == nullptr);
    CHECK(d.number(FactId::max_paths_per_invoke) == 1);
    CHECK(d.number(FactId::configuration_version) == 7);
    CHECK(*d.string(FactId::location_name) == "Hall");
    CHECK(d.number(FactId::area_type) == 5);
  }
  CHECK(has_problem(read_bytes(view(diagnostics(R"("0/40/17": 2)"))),
                    "Reachable: expected at most 1, found 2"));
  CHECK(has_problem(read_bytes(view(diagnostics(R"("0/40/19": {"0": 70000})"))),
                    "CaseSessionsPerFabric: expected at most 65535, found 70000"));
}

TEST_CASE("TI's factory data in JSON: values, and lengths that contradict them") {
  const auto file = [](size_t length, const std::string& more) {
    return fmt::format(R"({{"elements": [{{"serial_number": "SN-1", "len": 4}},
      {{"vendor_id": 65521, "len": 2}}, {{"dac_cert": "hex:{}", "len": {}}},
      {{"pai_cert": "hex:{}", "len": {}}}, {{"dac_priv_key": "hex:{}", "len": 32}},
      {{"discriminator": 3840, "len": 2}}, {{"passcode": 20202021, "len": 4}}{}]}})",
                       hex(own_dac()), length, hex(own_pai()), own_pai().size(),
                       std::string(64, '1'), more);
  };
  const Reading reading = read_bytes(view(file(own_dac().size(), "")));
  CHECK(kind(reading) == "ti-factory-data");
  CHECK(problems(reading) == "");
  CHECK(*reading.device.bytes(FactId::dac) == own_dac());
  CHECK(*reading.device.bytes(FactId::pai) == own_pai());
  CHECK(reading.device.number(FactId::discriminator) == 3840);
  CHECK(reading.device.number(FactId::passcode) == 20202021);
  CHECK(*reading.device.string(FactId::serial_number) == "SN-1");
  CHECK(has_problem(read_bytes(view(file(9, ""))),
                    fmt::format("length of the element: expected the {} bytes that the value has, "
                                "\"len\" says 9",
                                own_dac().size())));
  CHECK(has_problem(read_bytes(view(file(own_dac().size(), R"(, {"hw_ver": 1234, "len": 1})"))),
                    "expected 2 to 8 bytes of a number, \"len\" says 1"));
  CHECK(remark(read_bytes(view(file(own_dac().size(), R"(, {"hwver": 1, "len": 1})"))),
               Remark::unknown_key) == "key \"hwver\" is not known");
  // Digits that break off are one fault, at their key.
  std::string odd = file(own_dac().size(), "");
  odd.erase(odd.find("\", \"len\": " + std::to_string(own_dac().size())) - 1, 1);
  const Reading broken = read_bytes(view(odd));
  REQUIRE(broken.device.integrity.size() == 1);
  CHECK(broken.device.integrity[0].place.item == "elements[].dac_cert");
  CHECK_FALSE(broken.device.noted(Remark::lacks_dac));
  CHECK_FALSE(broken.device.noted(Remark::damaged_credential));
  std::string cut = file(own_dac().size(), "");
  cut.resize(cut.size() / 2);
  CHECK(has_problem(read_bytes(view(cut)), "expected TI's factory data in JSON"));
}

TEST_CASE("spake2p gen-verifier: a row with or without its header is evidence of a device") {
  for (const std::string& text :
       {fmt::format("Index,PIN Code,Iteration Count,Salt,Verifier\n0,20202021,1000,{},{}\n", kSalt,
                    verifier()),
        fmt::format("0,20202021,1000,{},{}\n", kSalt, verifier()),
        fmt::format("20202021,1000,{},{}", kSalt, verifier()),
        fmt::format("\xEF\xBB\xBFPIN Code;Iteration Count;Salt;Verifier\r\n20202021;1000;{};{}\r\n",
                    kSalt, verifier()),
        fmt::format("# of a tool\nIndex,PIN Code,Iteration Count,Salt,Verifier\n#\n0,20202021,1000,"
                    "{},{}\n# the end, 1,2,3\n",
                    kSalt, verifier()),
        fmt::format("0,20202021,1000,{},{}\n# a note\n", kSalt, verifier())}) {
    CAPTURE(text);
    const Reading reading = read_bytes(view(text));
    CHECK(kind(reading) == "onboarding-text");
    CHECK(problems(reading) == "");
    CHECK(reading.device.number(FactId::passcode) == 20202021);
    CHECK(reading.device.number(FactId::spake2p_iterations) == 1000);
    REQUIRE(reading.device.bytes(FactId::spake2p_salt) != nullptr);
    CHECK(*reading.device.bytes(FactId::spake2p_salt) == to_bytes(view("SPAKE2P Key Salt")));
    REQUIRE(reading.device.bytes(FactId::spake2p_verifier) != nullptr);
    CHECK(reading.device.bytes(FactId::spake2p_verifier)->size() == 97);
  }
  const Reading alone = read_bytes(view(verifier() + "\n"));
  REQUIRE(alone.device.bytes(FactId::spake2p_verifier) != nullptr);
  CHECK(alone.device.statements.size() == 1);
  // A value that is cut or none is damage, and not quoted.
  const Reading cut = read_bytes(
      view(fmt::format("Index,PIN Code,Iteration Count,Salt,Verifier\n0,20202021,1000,{},{}\n",
                       kSalt, base64(Bytes(96, 0x11)))));
  CHECK(has_problem(cut, "expected 97 bytes, found 96"));
  const Reading word = read_bytes(view(fmt::format(
      "Index,PIN Code,Iteration Count,Salt,Verifier\n0,twenty,1000,{},{}\n", kSalt, verifier())));
  CHECK(has_problem(word, "passcode: expected"));
  CHECK_FALSE(has_problem(word, "twenty"));
}

TEST_CASE("spake2p gen-verifier: several rows are a manifest") {
  for (const char* header : {"Index,PIN Code,Iteration Count,Salt,Verifier\n", ""}) {
    const std::string table = fmt::format("{}0,20202021,1000,{},{}\n1,20202022,1000,{},{}\n",
                                          header, kSalt, verifier(), kSalt, verifier());
    CHECK(is_manifest(view(table)));
    const auto read = read_manifest_header(table);
    REQUIRE(read);
    CHECK(read->names_devices());
    CHECK(read->rows_at == std::string_view(header).size());
    CHECK(read->line == (*header == 0 ? 0 : 1));
    CHECK(read_bytes(view(table)).device.statements.empty());
  }
  // Five columns of numbers are none.
  CHECK_FALSE(gen_verifier_row({"0", "1", "2", "3", "4"}));
}
