#include "tests/support/readings.h"

using namespace attest;
using namespace attest::test;

TEST_CASE("cpms.json of protocol 2") {
  const Reading reading = read_bytes(view(R"({"version":"2.8","options":{},"matter":{
    "instance_info":{"serial_number":"SL-1","vendor_id":"0xfff1","product_id":32768,"unique_id":"b'\\xc0\\xff\"3\\''","hw_version":5,"colour":"x","product_label":""},
    "commissionable_data":{"discriminator":769,"passcode":63501241,"salt":"AAECAwQFBgcICQoLDA0ODw==","commissioning_flow":2,"rendezvous_flags":2},
    "attestation_credentials":{"dac_cert":"temp/dac.der","key_pass":"x"}}})"));
  CHECK(kind(reading) == "cpms-json");
  CHECK(problems(reading) == "");
  CHECK(*reading.device.number(FactId::vendor_id) == 0xFFF1);
  CHECK(*reading.device.bytes(FactId::rotating_id_unique_id) == Bytes{0xC0, 0xFF, '"', '3', '\''});
  CHECK(*reading.device.number(FactId::commissioning_flow) == 2);
  CHECK(*reading.device.number(FactId::discovery_capabilities) == 2);
  CHECK(reading.device.bytes(FactId::dac) == nullptr);
  CHECK(reading.device.string(FactId::product_label) == nullptr);
  CHECK_FALSE(reading.device.noted(Remark::passcode_stored));
  CHECK(remark(reading, Remark::unknown_key) == "key \"matter.instance_info.colour\" is not known");
}

TEST_CASE("cpms.json without its outermost level") {
  const Reading reading = read_bytes(view(
      R"({"instance_info":{"vendor_id":65521},"commissionable_data":{"discriminator":"0x301"},"attestation_credentials":{"dac_cert":"dac.der"}})"));
  CHECK(kind(reading) == "cpms-json");
  CHECK(problems(reading) == "");
  CHECK(*reading.device.number(FactId::vendor_id) == 0xFFF1);
  CHECK(*reading.device.number(FactId::discriminator) == 0x301);
  // A file that has a vector's keys further inside is another format's, and no damaged vector.
  const Reading inside = read_bytes(view(R"({"Matter":{"dac_cert":"dac.der"}})"));
  CHECK(kind(inside) != "vector-json");
  CHECK(!has_problem(inside, "test_case_vector"));
  const Reading vector = read_bytes(view(R"({"basic_info_pid":"0x8000"})"));
  CHECK(*vector.device.number(FactId::product_id) == 0x8000);
}

TEST_CASE("cpms.json of version 1 is flat") {
  const Reading reading = read_bytes(view(
      R"({"matter":{"vendor_id":"65521","discriminator":"0x301","spake2p":{"iterations":1000,"verifier":"AA"},"attestation":{"key_id":2}}})"));
  CHECK(kind(reading) == "cpms-json");
  CHECK(*reading.device.number(FactId::vendor_id) == 0xFFF1);
  CHECK(*reading.device.number(FactId::discriminator) == 0x301);
  CHECK(*reading.device.number(FactId::spake2p_iterations) == 1000);
  CHECK(has_problem(reading, "spake2p_verifier: expected base64, found something else"));
}
