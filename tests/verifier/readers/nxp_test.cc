#include <openssl/evp.h>

#include <memory>

#include "tests/support/dump_builders.h"
#include "tests/support/own_credentials.h"
#include "tests/support/readings.h"

using namespace attest;
using namespace attest::test;

namespace {

void klv(Bytes& b, uint8_t key, View value) {
  b.push_back(key);
  add_le(b, value.size(), 2);
  add(b, value);
}
Bytes number(uint64_t value, size_t bytes) {
  Bytes b;
  add_le(b, value, bytes);
  return b;
}
Bytes good_body() {
  Bytes b;
  klv(b, 1, view(base64(Bytes(97, 4))));
  klv(b, 4, own_key());
  klv(b, 5, own_dac());
  klv(b, 7, number(0xF0, 4));
  klv(b, 8, number(24024024, 4));
  klv(b, 9, number(0xFFF4, 2));
  klv(b, 14, view("NXP-1"));
  return b;
}
Bytes section(View stored, View hashed) {
  Bytes b = {0x5E, 0xBA, 0x47, 0xCE};
  add_le(b, stored.size(), 4);
  add(b, View(sha256(hashed)).first(4));
  add(b, stored);
  return b;
}
Bytes section(View body) {
  return section(body, body);
}
Bytes ecb(View key, Bytes plain) {
  plain.resize(plain.size() + 16 - plain.size() % 16);
  Bytes out(plain.size() + 16);
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> c(EVP_CIPHER_CTX_new(),
                                                                          EVP_CIPHER_CTX_free);
  int n = 0;
  EVP_EncryptInit_ex(c.get(), key.size() == 16 ? EVP_aes_128_ecb() : EVP_aes_256_ecb(), nullptr,
                     key.data(), nullptr);
  EVP_CIPHER_CTX_set_padding(c.get(), 0);
  EVP_EncryptUpdate(c.get(), out.data(), &n, plain.data(), static_cast<int>(plain.size()));
  out.resize(static_cast<size_t>(n));
  return out;
}
Bytes sealed(View key) {
  Bytes plain = good_body();
  const Bytes stored = ecb(key, plain);
  plain.resize(stored.size());
  return section(stored, plain);
}

}  // namespace

TEST_CASE("nxp: a plain section") {
  Bytes dump = section(good_body());
  dump.resize(dump.size() + 100, 0xFF);
  const Reading reading = read_bytes(dump);
  CHECK(kind(reading) == "nxp-factory-data");
  CHECK(problems(reading) == "");
  CHECK(*reading.device.number(FactId::discriminator) == 0xF0);
  CHECK(*reading.device.bytes(FactId::spake2p_verifier) == Bytes(97, 4));
  CHECK(*reading.device.bytes(FactId::dac_private_key) == own_key());
  CHECK(reading.device.noted(Remark::passcode_stored));
  CHECK(*reading.device.first(FactId::dac)->place.offset == find(dump, own_dac()).value());
}

TEST_CASE("nxp: the hash is checked at its offset, and what is there is still read") {
  Bytes dump = section(good_body());
  dump[dump.size() - 1] ^= 1;
  const Reading reading = read_bytes(dump);
  CHECK(has_problem(reading, "0x0008 section hash: the header has "));
  CHECK(*reading.device.number(FactId::vendor_id) == 0xFFF4);
}

TEST_CASE("nxp: of several copies the first whose hash is right is read") {
  Bytes damaged = good_body();
  damaged.back() ^= 1;  // the serial number says NXP-0
  Bytes dump = section(damaged, good_body());
  dump.resize(0x400, 0xFF);
  add(dump, section(good_body()));
  const Reading reading = read_bytes(dump);
  CHECK(problems(reading).starts_with("0x0008 section hash: the header has "));
  CHECK(count(reading, FactId::serial_number) == 1);
  CHECK(*reading.device.string(FactId::serial_number) == "NXP-1");
  CHECK(*reading.device.first(FactId::dac)->place.offset > 0x400);
}

TEST_CASE("nxp: lengths are bounded") {
  Bytes cut = section(good_body());
  cut.resize(cut.size() - 6);
  CHECK(has_problem(read_bytes(cut), "0x0004 section length: the header states"));
  Bytes body = good_body();
  klv(body, 12, view("Acme"));
  body[body.size() - 5] = 0xFF;  // the length's high byte
  CHECK(has_problem(read_bytes(section(body)), "nxp entry: key 12 claims 65284 bytes, 4 are left"));
  Bytes twice = good_body();
  klv(twice, 7, number(1, 4));
  const Reading reading = read_bytes(section(twice));
  CHECK(has_problem(reading, "key 7 stands twice"));
  CHECK(count(reading, FactId::discriminator) == 1);
  Bytes huge = section(good_body());
  put_le(huge, 4, 0xFFFFFFFF, 4);
  CHECK(has_problem(read_bytes(huge), "section length: the header states 4294967295 bytes"));
}

TEST_CASE(
    "nxp: an encrypted section opens with its key, and says so when none is given or none fits") {
  for (const size_t length : {16u, 32u}) {
    CAPTURE(length);
    const Bytes key(length, 0x5A);
    const Reading open = read_bytes(sealed(key), {{.bytes = key}});
    CHECK(problems(open) == "");
    CHECK(*open.device.string(FactId::serial_number) == "NXP-1");
    CHECK(count(open, FactId::dac_private_key) == 1);
    // A file with the key's hex digits is a key too.
    CHECK(read_bytes(sealed(key), {{.bytes = to_bytes(view(hex(key) + "\n"))}})
              .device.string(FactId::serial_number) != nullptr);
    const Reading none = read_bytes(sealed(key));
    CHECK(none.device.noted(Remark::encrypted_no_key));
    CHECK(none.device.statements.empty());
    const Reading wrong = read_bytes(sealed(key), {{.bytes = Bytes(length, 1)}});
    CHECK(wrong.device.noted(Remark::encrypted_no_key));  // not the part's fault
    CHECK_FALSE(wrong.device.noted(Remark::wrong_key));
    CHECK(problems(wrong) == "");
  }
}

TEST_CASE("nxp: the hw_params frame and its checksum") {
  const Bytes inner = section(good_body());
  Bytes dump = to_bytes(view("production part"));
  add(dump, view("APP_FACT_DATA:  "));
  add_le(dump, inner.size(), 4);
  add(dump, inner);
  Bytes good = dump;
  // XMODEM over what is framed; computed bit by bit.
  uint16_t crc = 0;
  for (const uint8_t b : inner) {
    for (int bit = 7; bit >= 0; --bit) {
      const bool carry = ((crc >> 15) ^ (b >> bit & 1)) & 1;
      crc = static_cast<uint16_t>(crc << 1 ^ (carry ? 0x1021 : 0));
    }
  }
  add_le(good, crc, 2);
  CHECK(problems(read_bytes(good)) == "");
  CHECK(*read_bytes(good).device.string(FactId::serial_number) == "NXP-1");
  Bytes bad = good;
  bad.back() ^= 1;
  CHECK(has_problem(read_bytes(bad), "hw_params crc: 0x"));
  CHECK(read_bytes(bad).device.string(FactId::serial_number) != nullptr);
  Bytes cut(good.begin(), good.end() - 30);
  CHECK(has_problem(read_bytes(cut), "hw_params length: states"));
}

TEST_CASE("nxp: what is no key in the slot of the key is the slot's fault, and no wrapped key") {
  const auto with_key = [](const Bytes& key) {
    Bytes body;
    klv(body, 4, key);
    klv(body, 9, number(0xFFF4, 2));
    klv(body, 14, view("NXP-1"));
    return read_bytes(section(body));
  };
  const auto joined = [](std::initializer_list<View> parts) {
    Bytes out;
    for (const View part : parts) out.insert(out.end(), part.begin(), part.end());
    return out;
  };
  const Bytes key = own_key(), newline = {'\n'}, integer_head = {0x02, 0x20};
  const struct {
    Bytes bytes;
    const char* words;
  } rows[] = {
      {Bytes(31, 0xA7), "expected 32 raw bytes, found 31 bytes"},
      {Bytes(33, 0xA7), "expected 32 raw bytes, found 33 bytes"},
      {joined({key, newline}),
       "expected 32 raw bytes, found 33 bytes, the end of a line behind it"},
      {joined({integer_head, key}), "expected 32 raw bytes, found a DER INTEGER of 34 bytes"},
      {Bytes(64, 0xA7), "expected 32 raw bytes, found 64 bytes"},
      {Bytes(16, 0xA7), "expected 32 raw bytes, found 16 bytes"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.bytes.size());
    const Reading r = with_key(row.bytes);
    CHECK_FALSE(r.device.noted(Remark::key_encrypted));
    REQUIRE(r.device.noted(Remark::key_slot));
    for (const Noted& n : r.device.remarks) {
      if (n.remark == Remark::key_slot) CHECK(n.message == row.words);
    }
  }
  CHECK(with_key(Bytes(56, 0xA7)).device.noted(Remark::key_encrypted));  // an SSS key blob
  CHECK_FALSE(with_key(Bytes(56, 0xA7)).device.noted(Remark::key_locked));
  CHECK(with_key(Bytes(72, 0xA7)).device.noted(Remark::key_locked));  // of a store nobody knows
}

TEST_CASE("nxp: a wrapped key and the secure element are said") {
  Bytes body = good_body();
  klv(body, 24, Bytes(64, 7));
  CHECK(read_bytes(section(body)).device.noted(Remark::key_in_hardware));
  Bytes wrapped;
  klv(wrapped, 4, Bytes(72, 0xA7));
  klv(wrapped, 9, number(0xFFF4, 2));
  klv(wrapped, 14, view("NXP-1"));
  CHECK(read_bytes(section(wrapped)).device.noted(Remark::key_encrypted));
}
