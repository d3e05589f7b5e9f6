// What inspect and extract write as device.json reads back to the same facts.

#include "report/inspect_json.h"

#include "tests/support/support.h"
#include "verifier/readers/reader.h"

using namespace attest;

TEST_CASE("device.json as it is written reads back to the same facts") {
  const std::vector<std::pair<FactId, FactValue>> facts = {
      {FactId::vendor_id, uint64_t{0xFFF1}},
      {FactId::product_id, uint64_t{0x8000}},
      {FactId::vendor_name, std::string("Ackermann \"&\" Söhne")},
      {FactId::product_name, std::string("Lamp")},
      {FactId::product_label, std::string("L1")},
      {FactId::product_url, std::string("https://example.com/l1")},
      {FactId::part_number, std::string("P-1")},
      {FactId::device_type_id, uint64_t{22}},
      {FactId::software_version, uint64_t{0xFFFFFFFF}},
      {FactId::software_version_string, std::string("1.0")},
      {FactId::hardware_version, uint64_t{0xFFFF}},
      {FactId::hardware_version_string, std::string("A")},
      {FactId::serial_number, std::string("SN")},
      {FactId::manufacturing_date, std::string("2026-05-05")},
      {FactId::specification_version, uint64_t{17039616}},
      {FactId::firmware_information, Bytes{1, 2, 3}},
      {FactId::discriminator, uint64_t{4095}},
      {FactId::passcode, uint64_t{99999998}},
      {FactId::commissioning_flow, uint64_t{2}},
      {FactId::discovery_capabilities, uint64_t{63}},
      {FactId::spake2p_iterations, uint64_t{1000}},
      {FactId::spake2p_salt, Bytes(17, 9)},
      {FactId::spake2p_verifier, Bytes(97, 4)},
      {FactId::rotating_id_unique_id, Bytes(16, 5)},
      {FactId::unique_id, std::string("u")},
      {FactId::attestation_elements, Bytes{0x15, 0x18}},
      {FactId::attestation_signature, Bytes(64, 6)},
      {FactId::attestation_nonce, Bytes(32, 7)},
      {FactId::attestation_challenge, Bytes(16, 8)},
      {FactId::qr_payload, std::string("MT:Y.K9042C00KA0648G00")},
      {FactId::manual_code, std::string("34970112332")},
      {FactId::commissioner_result, uint64_t{604}},
      {FactId::data_model_revision, uint64_t{19}},
      {FactId::node_label, std::string("lamp")},
      {FactId::location, std::string("XX")},
      {FactId::local_config_disabled, uint64_t{0}},
      {FactId::reachable, uint64_t{1}},
      {FactId::case_sessions_per_fabric, uint64_t{3}},
      {FactId::subscriptions_per_fabric, uint64_t{4}},
      {FactId::simultaneous_invocations_supported, uint64_t{5}},
      {FactId::simultaneous_writes_supported, uint64_t{6}},
      {FactId::read_paths_supported, uint64_t{9}},
      {FactId::subscribe_paths_supported, uint64_t{7}},
      {FactId::product_finish, uint64_t{1}},
      {FactId::product_primary_color, uint64_t{2}},
      {FactId::max_paths_per_invoke, uint64_t{8}},
      {FactId::location_name, std::string("Hall")},
      {FactId::area_type, uint64_t{0x5F}},
      {FactId::configuration_version, uint64_t{10}},
  };
  Device device;
  for (const auto& [fact, value] : facts)
    device.say(fact, value, {.path = "dump.bin", .offset = {}, .item = {}});
  device.say(FactId::dac_private_key, Bytes(32, 0x77),
             {.path = "dump.bin", .offset = {}, .item = {}});

  const std::string written = dump_pretty(facts_json(device));
  CHECK(written.find(hex(Bytes(32, 0x77))) == std::string::npos);
  Reading reading;
  const auto done = read_evidence({.path = "device.json", .bytes = view(written)}, reading);
  REQUIRE_MESSAGE(done, (done ? "" : done.error().what));
  CHECK(reading.files.front().kind == "device-json");
  CHECK(reading.device.integrity.empty());
  CHECK(reading.device.remarks.empty());
  CHECK(reading.device.statements.size() == facts.size());
  for (const auto& [fact, value] : facts) {
    const std::string name = fact_name(fact);
    CAPTURE(name);
    const Statement* said = reading.device.first(fact);
    REQUIRE(said != nullptr);
    CHECK((said->value == value));
  }
}
