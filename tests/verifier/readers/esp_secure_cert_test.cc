#include "verifier/readers/espressif/esp_secure_cert.h"

#include <functional>

#include "tests/support/dump_builders.h"
#include "tests/support/readings.h"
#include "tests/support/support.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::test;

namespace {

Reading read_file(const Bytes& bytes) {
  Reading reading;
  const auto done = read_evidence({.path = "cert.bin", .bytes = bytes}, reading);
  CHECK_MESSAGE(done.has_value(), (done ? "" : done.error().what));
  return reading;
}

struct Partition {
  Bytes bytes;
  size_t pai = 0, key = 0, matter = 0;
  explicit Partition(uint8_t key_flags = 0, const Bytes& key_data = some_sec1()) {
    add(bytes, secure_tlv(1, 0, some_der(480, 1)));
    pai = bytes.size();
    add(bytes, secure_tlv(0, 0, some_der(400, 2)));
    key = bytes.size();
    add(bytes, secure_tlv(2, 0, key_data, key_flags));
    matter = bytes.size();
    add(bytes, secure_tlv(201, 0, Bytes{0x34, 0x02}));
    add(bytes, secure_tlv(201, 3, Bytes{0xE8, 0x03, 0, 0}));
  }
};

}  // namespace

TEST_CASE("esp_secure_cert: a good TLV partition, with and without the erased rest") {
  Partition p;
  for (int erased = 0; erased < 2; ++erased) {
    const Reading r = read_file(p.bytes);
    CHECK(r.files[0].kind == "esp-secure-cert");
    CHECK(r.files[0].holds == std::vector<std::string>{"dac", "pai", "dac-key", "factory"});
    CHECK(r.device.integrity.empty());
    CHECK(r.device.remarks.empty());
    CHECK(*r.device.bytes(FactId::dac) == some_der(480, 1));
    CHECK(*r.device.bytes(FactId::dac_private_key) == some_scalar());
    CHECK(r.device.number(FactId::discriminator) == 0x234);
    CHECK(r.device.number(FactId::spake2p_iterations) == 1000);
    CHECK(r.device.first(FactId::pai)->place ==
          Place{.path = "cert.bin", .offset = p.pai, .item = "TLV 0/0"});
    p.bytes.resize(0x2000, 0xFF);
  }
}

TEST_CASE(
    "esp_secure_cert: a chain in PEM does not make the partition a PEM file, nor does filled flash "
    "damage it") {
  const std::string leaf = to_pem("CERTIFICATE", some_der(400, 2)),
                    root = to_pem("CERTIFICATE", some_der(420, 3));
  Bytes bytes = secure_tlv(1, 0, view(to_pem("CERTIFICATE", some_der(480, 1)) + '\0'));
  const size_t pai = bytes.size();
  add(bytes, secure_tlv(0, 0, view(leaf + root + '\0')));
  bytes.resize(bytes.size() + 64, 0x00);
  bytes.resize(0x2000, 0xFF);
  const Reading r = read_file(bytes);
  CHECK(r.files[0].kind == "esp-secure-cert");
  CHECK(*r.device.bytes(FactId::dac) == some_der(480, 1));
  CHECK(*r.device.bytes(FactId::pai) == some_der(400, 2));
  CHECK(*r.device.first(FactId::pai)->place.offset == pai);
  CHECK(*r.device.bytes(FactId::certificate) == some_der(420, 3));
  CHECK(r.device.integrity.empty());
}

TEST_CASE("esp_secure_cert: each rule of the TLV form") {
  const Partition good;
  using Set = std::vector<FactId>;
  const Set facts = {FactId::dac, FactId::pai, FactId::dac_private_key, FactId::discriminator,
                     FactId::spake2p_iterations};
  const struct {
    const char* name;
    std::function<void(Bytes&)> damage;
    const char* what;
    size_t offset;
    Set lost;
  } rows[] = {
      {"a bit of the data",
       [&](Bytes& b) { b[good.pai + 50] ^= 1; },
       "esp_secure_cert tlv crc",
       good.pai,
       {FactId::pai}},
      {"a bit of the checksum",
       [&](Bytes& b) { b[good.key - 1] ^= 1; },
       "esp_secure_cert tlv crc",
       good.pai,
       {FactId::pai}},
      {"a length that leads nowhere",
       [&](Bytes& b) { put_le(b, good.pai + 10, 333, 2); },
       "esp_secure_cert tlv crc",
       good.pai,
       {FactId::pai}},
      {"a length beyond the end",
       [&](Bytes& b) { put_le(b, good.pai + 10, 9000, 2); },
       "esp_secure_cert tlv truncated",
       good.pai,
       {FactId::pai}},
      {"a magic",
       [&](Bytes& b) { b[good.pai] ^= 1; },
       "esp_secure_cert magic",
       good.pai,
       {FactId::pai}},
      {"the first magic", [&](Bytes& b) { b[0] ^= 1; }, "esp_secure_cert magic", 0, {FactId::dac}},
      {"a value of a wrong size",
       [&](Bytes& b) {
         b.resize(good.matter);
         add(b, secure_tlv(201, 0, Bytes{1, 2, 3}));
       },
       "esp_secure_cert value",
       good.matter,
       {FactId::discriminator, FactId::spake2p_iterations}},
      {"a key that is none",
       [&](Bytes& b) {
         b.resize(good.key);
         add(b, secure_tlv(2, 0, Bytes(40, 7)));
       },
       "private key",
       good.key,
       {FactId::dac_private_key, FactId::discriminator, FactId::spake2p_iterations}},
      {"data behind the last TLV",
       [&](Bytes& b) { add(b, Bytes(64, 0x77)); },
       "esp_secure_cert magic",
       good.bytes.size(),
       {}},
      {"the hash over what comes before",
       [&](Bytes& b) { add(b, secure_tlv(9, 0, Bytes(32, 1))); },
       "esp_secure_cert integrity",
       good.bytes.size(),
       {}},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.name));
    Bytes bytes = good.bytes;
    row.damage(bytes);
    const Reading r = read_file(bytes);
    REQUIRE(r.device.integrity.size() == 1);
    CHECK(r.device.integrity[0].what == std::string(row.what));
    CHECK(r.device.integrity[0].place.offset == row.offset);
    for (const FactId fact : facts) {
      CAPTURE(fact_name(fact));
      CHECK((r.device.first(fact) == nullptr) ==
            (std::find(row.lost.begin(), row.lost.end(), fact) != row.lost.end()));
    }
  }
  Bytes right = good.bytes;
  const Sha256 sum = sha256(right);
  add(right, secure_tlv(9, 0, sum));
  CHECK(read_file(right).device.integrity.empty());
}

TEST_CASE("esp_secure_cert: cut within a TLV") {
  Partition p;
  p.bytes.resize(p.key + 30);
  const Reading r = read_file(p.bytes);
  CHECK(r.device.noted(Remark::truncated));
  CHECK(r.device.integrity[0].what == "esp_secure_cert tlv truncated");
  CHECK(r.device.first(FactId::pai) != nullptr);
  CHECK(r.device.first(FactId::dac_private_key) == nullptr);
}

TEST_CASE("esp_secure_cert: what the key's flags promise and what lies there") {
  const struct {
    const char* name;
    uint8_t flags;
    Bytes data;
    bool key, hardware, beside, encrypted;
  } rows[] = {
      {"plain", 0, some_sec1(), true, false, false, false},
      {"plain, 32 bytes", 0, some_scalar(), true, false, false, false},
      {"eFuse and nothing", 0x08, {}, false, true, false, false},
      {"eFuse and the key in plain", 0x08, some_sec1(), true, true, true, false},
      {"derived", 0x40, Bytes(32, 0), false, true, false, false},
      {"derived and the key in plain", 0x40, some_sec1(), true, true, true, false},
      {"encrypted", 0x80, Bytes(48, 0xA7), false, false, false, true},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.name));
    const Reading r = read_file(Partition(row.flags, row.data).bytes);
    CHECK((r.device.first(FactId::dac_private_key) != nullptr) == row.key);
    CHECK(r.device.noted(Remark::key_in_hardware) == row.hardware);
    CHECK(r.device.noted(Remark::key_beside_hardware_flag) == row.beside);
    CHECK(r.device.noted(Remark::key_encrypted) == row.encrypted);
    CHECK(r.device.integrity.empty());
  }
  Bytes only_config = secure_tlv(1, 0, some_der(480, 1));
  add(only_config, secure_tlv(6, 0, [] {
        Bytes b(40, 0);
        b[0] = 5;
        return b;
      }()));
  const Reading r = read_file(only_config);
  CHECK(r.device.noted(Remark::key_in_hardware));
  CHECK(r.device.remarks[0].message == "the private key is said to be in eFuse block 5");
}

namespace {

Bytes cust_flash() {
  Bytes b(0x6000, 0xFF);
  const auto item = [&](size_t record, size_t at, const Bytes& data) {
    put_le(b, record, crc32_esp(data), 4);
    put_le(b, record + 4, data.size(), 4);
    write(b, at, data);
  };
  item(0, 64, some_der(480, 1));
  item(8, 2112, some_der(400, 2));
  item(16, 6208, some_sec1());
  put_le(b, 24, 0x12345678, 4);
  return b;
}

}  // namespace

TEST_CASE("esp_secure_cert: the older form of fixed places") {
  const Reading good = read_file(cust_flash());
  CHECK(good.device.integrity.empty());
  CHECK(*good.device.bytes(FactId::pai) == some_der(400, 2));
  CHECK(*good.device.bytes(FactId::dac_private_key) == some_scalar());
  const struct {
    const char* name;
    std::function<void(Bytes&)> damage;
    const char* what;
    size_t offset;
    FactId lost;
  } rows[] = {
      {"certificate", [](Bytes& b) { b[100] ^= 1; }, "esp_secure_cert crc", 64, FactId::dac},
      {"CA certificate", [](Bytes& b) { b[2200] ^= 1; }, "esp_secure_cert crc", 2112, FactId::pai},
      {"key", [](Bytes& b) { b[6220] ^= 1; }, "esp_secure_cert crc", 6208, FactId::dac_private_key},
      {"length", [](Bytes& b) { put_le(b, 12, 5000, 2); }, "esp_secure_cert length", 8,
       FactId::pai},
      {"no length", [](Bytes& b) { put_le(b, 12, 0, 2); }, "esp_secure_cert length", 8,
       FactId::pai},
      {"end", [](Bytes& b) { b.resize(6220); }, "esp_secure_cert truncated", 6208,
       FactId::dac_private_key},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.name));
    Bytes b = cust_flash();
    row.damage(b);
    const Reading r = read_file(b);
    REQUIRE(r.device.integrity.size() == 1);
    CHECK(r.device.integrity[0].what == std::string(row.what));
    CHECK(r.device.integrity[0].place.offset == row.offset);
    for (const FactId fact : {FactId::dac, FactId::pai, FactId::dac_private_key})
      CHECK((r.device.first(fact) == nullptr) == (fact == row.lost));
  }
  Bytes magic = cust_flash();
  magic[24] ^= 1;
  CHECK(read_file(magic).device.integrity.at(0).what == "esp_secure_cert magic");
  CHECK(read_file(magic).device.first(FactId::dac) != nullptr);
}

TEST_CASE("esp_secure_cert: the older form in NVS") {
  NvsBuilder nvs;
  nvs.space(1, "esp_secure_cert");
  nvs.blob(1, "dev_cert", some_der(480, 1));
  nvs.blob(1, "ca_cert", some_der(400, 2));
  nvs.blob(1, "priv_key", some_sec1());
  const Reading r = read_file(nvs.build(3));
  CHECK(r.files[0].kind == "esp-secure-cert");
  CHECK(*r.device.bytes(FactId::dac) == some_der(480, 1));
  CHECK(*r.device.bytes(FactId::dac_private_key) == some_scalar());
}

TEST_CASE("esp_secure_cert: where its key lives, as it lies there and as it is promised") {
  const auto with = [](uint8_t flags, const Bytes& key, const std::vector<Bytes>& more) {
    Partition p(flags, key);
    for (const Bytes& tlv : more) add(p.bytes, tlv);
    return read_file(p.bytes);
  };
  const auto place = [](const Reading& r) { return all_said(r, Trait::dac_key); };
  const auto block = [](uint8_t number) {
    Bytes config(40, 0);
    config[0] = number;
    return secure_tlv(6, 0, config);
  };
  const Bytes noise(96, 0xA7);
  // (By itself it may be the factory's file: nothing in it is sure.)
  CHECK(place(with(0, some_sec1(), {})) == "unclear flash");
  CHECK(place(with(0x08, {}, {})) == "unclear efuse-ecdsa");
  CHECK(place(with(0x40, {}, {})) == "unclear hmac-ecdsa");
  CHECK(place(with(0x80, noise, {})) == "unclear secure-cert-encrypted");
  CHECK(place(with(0x08, some_sec1(), {})) == "unclear flash, unclear efuse-ecdsa");
  CHECK(place(with(0x08, {}, {secure_tlv(3, 0, noise)})) == "unclear rsa-ds");
  const auto words = [&](uint8_t number) {
    for (const Claim& claim : with(0x08, {}, {block(number)}).device.posture.claims) {
      if (claim.trait == Trait::dac_key) return claim.value + ": " + claim.detail;
    }
    return std::string();
  };
  CHECK(words(8) == "efuse-ecdsa: BLOCK_KEY4 has the private key, as the esp_secure_cert says");
  CHECK(words(1).starts_with("efuse-ecdsa: block 1, which holds no key,"));
  // The block of another scheme's key is not that of the ECDSA peripheral.
  CHECK(place(with(0x40, {}, {block(8)})) == "unclear hmac-ecdsa");
  CHECK(place(read_file(cust_flash())) == "unclear flash");
}

TEST_CASE("NVS: where the factory data and the key lie") {
  const auto said = [](const Bytes& bytes) {
    const Reading r = read_file(bytes);
    return all_said(r, Trait::nvs) + "; " + all_said(r, Trait::dac_key);
  };
  CHECK(said(FactoryNvs().nvs.build()) == "unclear plain; unclear flash");
  NvsBuilder nvs;
  nvs.space(1, "esp_secure_cert");
  nvs.blob(1, "dev_cert", some_der(480, 1));
  CHECK(said(nvs.build(3)) == "; ");
  nvs.blob(1, "priv_key", some_sec1());
  CHECK(said(nvs.build(3)) == "; unclear flash");
  nvs.blob(1, "cipher_c", Bytes(64, 0xA7));
  CHECK(said(nvs.build(3)) == "; unclear flash, unclear rsa-ds");
  // In the read-out of a whole flash it is the part's own.
  Bytes flash(0x30000, 0xFF);
  write(flash, 0x8000,
        partition_table(
            {{0x3F, 6, 0xD000, 0x2000, "esp_secure_cert"}, {1, 2, 0x20000, 0x6000, "fctry"}}));
  write(flash, 0xD000, Partition().bytes);
  write(flash, 0x20000, FactoryNvs().nvs.build());
  CHECK(said(flash) == "no plain; no flash, no flash");
}
