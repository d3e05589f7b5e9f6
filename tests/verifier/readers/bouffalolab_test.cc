#include <openssl/evp.h>

#include <memory>

#include "tests/support/dump_builders.h"
#include "tests/support/own_credentials.h"
#include "tests/support/readings.h"
#include "verifier/base/checksum.h"

using namespace attest;
using namespace attest::test;

namespace {

void tlv(Bytes& b, uint16_t id, View value) {
  add_le(b, id, 2);
  add_le(b, value.size(), 2);
  add(b, value);
}
Bytes area(View entries) {
  Bytes b;
  add_le(b, entries.size(), 4);
  add(b, entries);
  add_le(b, entries.empty() ? 0 : crc32(entries), 4);
  return b;
}
Bytes raw_entries(bool with_key, View iv = Bytes(16, 0)) {
  Bytes b;
  tlv(b, 0x8001, iv);
  tlv(b, 0x8002, own_dac());
  if (with_key) tlv(b, 0x8003, own_key());
  tlv(b, 0x8004, Bytes{0x25, 0x42, 0x34, 0x01});
  tlv(b, 0x8007, view("BL-1"));
  tlv(b, 0x8008, Bytes{});  // 0 in the fewest bytes
  tlv(b, 0x800E, Bytes{0xF4, 0xFF});
  return b;
}
Bytes plain() {
  Bytes b = area({});
  add(b, area(raw_entries(true)));
  b.resize(4096, 0xFF);
  return b;
}
Bytes sealed(View key) {
  Bytes iv(16, 7), secured;
  std::fill(iv.begin() + 12, iv.end(), uint8_t{0});
  tlv(secured, 3, own_key());
  secured.resize(48);
  Bytes cipher(secured.size() + 16);
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> c(EVP_CIPHER_CTX_new(),
                                                                          EVP_CIPHER_CTX_free);
  int n = 0;
  EVP_EncryptInit_ex(c.get(), EVP_aes_128_cbc(), nullptr, key.data(), iv.data());
  EVP_CIPHER_CTX_set_padding(c.get(), 0);
  EVP_EncryptUpdate(c.get(), cipher.data(), &n, secured.data(), static_cast<int>(secured.size()));
  cipher.resize(static_cast<size_t>(n));
  Bytes b = area(cipher);
  add(b, area(raw_entries(false, iv)));
  return b;
}

}  // namespace

TEST_CASE("bouffalolab: a plain partition") {
  const Reading reading = read_bytes(plain());
  CHECK(kind(reading) == "bouffalolab-mfd");
  CHECK(problems(reading) == "");
  CHECK(*reading.device.number(FactId::passcode) == 0x01344225);
  CHECK(*reading.device.number(FactId::discriminator) == 0);
  CHECK(*reading.device.number(FactId::vendor_id) == 0xFFF4);
  CHECK(*reading.device.bytes(FactId::dac_private_key) == own_key());
  CHECK(reading.device.noted(Remark::passcode_stored));
}

TEST_CASE("bouffalolab: the partition in a read-out of the flash") {
  Bytes flash(0x5000, 0xFF);
  write(flash, 0x3000, plain());
  const Reading reading = read_bytes(flash);
  CHECK(kind(reading) == "bouffalolab-mfd");
  CHECK(problems(reading) == "");
  CHECK(*reading.device.number(FactId::passcode) == 0x01344225);
  CHECK(*reading.device.first(FactId::dac)->place.offset == find(flash, own_dac()).value());
  flash[0x3100] ^= 1;  // nothing but the checksum tells it from code: what it holds is searched for
  CHECK(kind(read_bytes(flash)) == "raw");
}

TEST_CASE("bouffalolab: checksums and lengths") {
  Bytes flipped = plain();
  flipped[200] ^= 4;
  CHECK(has_problem(read_bytes(flipped), "mfd crc of the raw area: 0x"));
  CHECK(read_bytes(flipped).device.number(FactId::vendor_id) == 0xFFF4);
  Bytes cut = plain();
  cut.resize(300);
  CHECK(has_problem(read_bytes(cut), "0x0008 mfd length: the raw area states"));
  Bytes b = area({}), entries = raw_entries(true);
  tlv(entries, 0x8007, view("BL-2"));
  add_le(entries, 0x800D, 2);
  add_le(entries, 5000, 2);
  add(b, area(entries));
  const Reading reading = read_bytes(b);
  CHECK(has_problem(reading, "mfd entry: id 7 stands twice"));
  CHECK(has_problem(reading, "mfd entry: id 13 claims 5000 bytes, 0 are left"));
  CHECK(*reading.device.string(FactId::serial_number) == "BL-1");
}

TEST_CASE("bouffalolab: the secured area") {
  const Bytes key(16, 0x11);
  const Reading open = read_bytes(sealed(key), {{.bytes = key}});
  CHECK(problems(open) == "");
  CHECK(*open.device.bytes(FactId::dac_private_key) == own_key());
  CHECK(open.device.noted(Remark::key_encrypted));
  CHECK_FALSE(open.device.noted(Remark::wrong_key));
  const Reading none = read_bytes(sealed(key));
  CHECK(none.device.noted(Remark::key_encrypted));  // nothing but the key is in there
  CHECK(none.device.number(FactId::vendor_id) == 0xFFF4);
  const Reading wrong = read_bytes(sealed(key), {{.bytes = Bytes(16, 0x12)}});
  CHECK(wrong.device.noted(Remark::key_encrypted));
  CHECK(wrong.device.bytes(FactId::dac_private_key) == nullptr);
}
