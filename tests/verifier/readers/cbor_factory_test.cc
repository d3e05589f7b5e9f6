// Nordic and Telink: the CBOR map, written here item by item, and the JSON around it.
#include "tests/support/dump_builders.h"
#include "tests/support/own_credentials.h"
#include "tests/support/readings.h"

using namespace attest;
using namespace attest::test;

namespace {

class Map {
 public:
  explicit Map(size_t entries) { bytes_ = {static_cast<uint8_t>(0xA0 | entries)}; }
  Map& text(const char* key, std::string_view value) {
    return name(key).head(0x40, value.size()).raw(view(value));
  }
  Map& octets(const char* key, View value) { return name(key).head(0x40, value.size()).raw(value); }
  Map& number(const char* key, uint64_t value) { return name(key).head(0x00, value); }
  Map& name(const char* key) { return head(0x60, std::strlen(key)).raw(view(key)); }
  Map& head(uint8_t type, uint64_t value) {
    if (value < 24) {
      bytes_.push_back(static_cast<uint8_t>(type | value));
    } else {
      const size_t width = value < 0x100 ? 1 : value < 0x10000 ? 2 : value <= 0xFFFFFFFF ? 4 : 8;
      bytes_.push_back(static_cast<uint8_t>(type | (width == 1   ? 24
                                                    : width == 2 ? 25
                                                    : width == 4 ? 26
                                                                 : 27)));
      add_be(bytes_, value, width);
    }
    return *this;
  }
  Map& raw(View v) {
    add(bytes_, v);
    return *this;
  }
  const Bytes& bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

Map good() {
  return Map(8)
      .number("version", 1)
      .text("sn", "SN-1")
      .number("vendor_id", 0xFFF4)
      .octets("dac_cert", own_dac())
      .octets("dac_key", own_key())
      .octets("spake2_verifier", Bytes(97, 4))
      .number("discriminator", 0xABC)
      .octets("rd_uid", Bytes(16, 9));
}

}  // namespace

TEST_CASE("nordic: a map is read, whatever follows it") {
  Bytes dump = good().bytes();
  dump.push_back(0);
  dump.resize(4096, 0xFF);
  const Reading reading = read_bytes(dump);
  CHECK(kind(reading) == "nordic-factory-data");
  CHECK(problems(reading) == "");
  CHECK(*reading.device.string(FactId::serial_number) == "SN-1");
  CHECK(*reading.device.number(FactId::discriminator) == 0xABC);
  CHECK(*reading.device.bytes(FactId::dac) == own_dac());
  CHECK(*reading.device.bytes(FactId::dac_private_key) == own_key());
  CHECK_FALSE(reading.device.noted(Remark::passcode_stored));
  CHECK(reading.files[0].holds == std::vector<std::string>{"factory", "dac", "dac-key"});

  Bytes tagged = {0xD9, 0xD9, 0xF7};
  add(tagged, dump);
  CHECK(*read_bytes(tagged).device.number(FactId::vendor_id) == 0xFFF4);
}

TEST_CASE("nordic: what is wrong with a map is said at its offset, and the rest is read") {
  const struct {
    const char* what;
    Bytes dump;
    const char* problem;
  } rows[] = {
      {"truncated in a value",
       Map(2).text("sn", "SN-1").name("vendor_name").head(0x40, 40).raw(Bytes(10, 'x')).bytes(),
       "0x0015 cbor: vendor_name: an item needs 42 bytes, 12 are left"},
      {"hostile length", Map(2).text("sn", "SN-1").name("dac_cert").head(0x40, UINT64_MAX).bytes(),
       "0x0012 cbor: dac_cert: an item needs"},
      {"hostile count", Map(2).text("sn", "SN-1").name("user").head(0x80, UINT64_MAX >> 1).bytes(),
       "members are claimed and 0 bytes are left"},
      {"deep nesting", Map(2).text("sn", "SN-1").name("user").raw(Bytes(10'000, 0x81)).bytes(),
       "user: nested deeper than 8"},
      {"a key twice", Map(3).text("sn", "SN-1").text("sn", "SN-2").number("vendor_id", 1).bytes(),
       "the key \"sn\" stands twice"},
      {"out of range", Map(2).text("sn", "SN-1").number("vendor_id", 0x10000).bytes(),
       "vendor_id: expected at most 65535, found 65536"},
      {"verifier of a wrong length",
       Map(2).text("sn", "SN-1").octets("spake2_verifier", Bytes(96, 1)).bytes(),
       "spake2p_verifier: expected 97 bytes, found 96"},
      {"a map that never ends", Bytes{0xBF, 0x62, 's', 'n', 0x44, 'S', 'N', '-', '1'},
       "cbor: entry 2: an item needs"},
  };
  // No damage: the part holds it so.
  const Reading other = read_bytes(Map(2).text("sn", "SN-1").text("vendor_id", "x").bytes());
  CHECK(remark(other, Remark::value_slot) == "expected a number, found a string");
  CHECK(problems(other) == "");
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const Reading reading = read_bytes(row.dump);
    CHECK_MESSAGE(has_problem(reading, row.problem), problems(reading));
    REQUIRE(reading.device.string(FactId::serial_number) != nullptr);
    CHECK(*reading.device.string(FactId::serial_number) == "SN-1");
  }
}

TEST_CASE("nordic: erased values are absent, a stored passcode is noted") {
  const Reading reading = read_bytes(Map(3)
                                         .text("sn", "SN-1")
                                         .octets("dac_cert", Bytes(400, 0xFF))
                                         .number("passcode", 20202021)
                                         .bytes());
  CHECK(reading.device.bytes(FactId::dac) == nullptr);
  CHECK(problems(reading) == "");
  CHECK(reading.device.noted(Remark::passcode_stored));
}

TEST_CASE("nordic: without codecs a map is refused in clear words") {
  Reading reading;
  const Bytes dump = good().bytes();
  const auto done = read_evidence({.path = "x", .bytes = dump}, reading);
  REQUIRE_FALSE(done);
  CHECK(done.error().what ==
        "expected Nordic factory data in CBOR: factory data in CBOR need the codecs, which were "
        "not given");
}

TEST_CASE("nordic: the JSON behind the partition") {
  const std::string json =
      R"({"version":1,"sn":"SN-1","vendor_id":65524,"hw_ver":4,"dac_key":"hex:)" + hex(own_key()) +
      R"(","dac_cert":"hex:zz","spake2_salt":"AAAA","passcode":20202021,"colour":1})";
  const Reading reading = read_bytes(view(json));
  CHECK(kind(reading) == "nordic-factory-data");
  CHECK(*reading.device.bytes(FactId::dac_private_key) == own_key());
  CHECK(has_problem(reading, "dac_cert: hex: expected a digit"));
  CHECK(has_problem(reading, "spake2_salt: expected \"hex:\" and hex digits"));
  CHECK(remark(reading, Remark::unknown_key) == "key \"colour\" is not known");
  CHECK(reading.device.noted(Remark::passcode_stored));
}

TEST_CASE("telink: the CD beside the map tells it, and its summary is read") {
  const Reading reading = read_bytes(Map(3)
                                         .text("sn", "SN-1")
                                         .octets("cert_dclrn", Bytes{0x30, 0x03, 2, 1, 0})
                                         .number("passcode", 34567890)
                                         .bytes());
  CHECK(kind(reading) == "telink-factory-data");
  CHECK(*reading.device.bytes(FactId::cd) == Bytes{0x30, 0x03, 2, 1, 0});
  CHECK(reading.device.noted(Remark::passcode_stored));
  const Reading summary = read_bytes(view(
      R"({"serial_num":"1","vendor_id":"0xfff1","spake2_verifier":"AA","discriminator":"1024"})"));
  CHECK(kind(summary) == "telink-factory-data");
  CHECK(*summary.device.number(FactId::discriminator) == 1024);
  CHECK(has_problem(summary, "spake2p_verifier: expected base64, found something else"));
}
