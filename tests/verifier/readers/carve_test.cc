// Images without a known form, with credentials at odd offsets.
#include "verifier/readers/containers/carve.h"

#include <random>

#include "tests/support/dump_builders.h"
#include "tests/support/own_credentials.h"
#include "tests/support/readings.h"
#include "verifier/pki/key.h"

using namespace attest;
using namespace attest::test;

namespace {

Bytes noise(size_t size) {
  std::mt19937 random(7);
  Bytes b(size);
  for (uint8_t& byte : b) byte = static_cast<uint8_t>(random());
  return b;
}

}  // namespace

TEST_CASE("carving: certificates and the DAC's raw key at their offsets") {
  Bytes image = noise(0x8000);
  write(image, 0x1003, own_pai());
  write(image, 0x2001, own_dac());
  write(image, 0x2001 + own_dac().size() + 37, own_key());
  const Reading reading = read_bytes(image);
  CHECK(kind(reading) == "raw");
  CHECK(problems(reading) == "");
  REQUIRE(count(reading, FactId::certificate) == 2);
  CHECK(reading.device.statements[0].place.offset == 0x1003);
  CHECK(reading.device.statements[1].place.offset == 0x2001);
  CHECK(*reading.device.bytes(FactId::dac_private_key) == own_key());
  CHECK(*reading.device.first(FactId::dac_private_key)->place.offset ==
        0x2001 + own_dac().size() + 37);
}

TEST_CASE("carving: offsets are the device's") {
  Bytes image = noise(0x1000);
  write(image, 0x100, own_dac());
  Reading reading;
  REQUIRE(read_evidence({.path = "x", .bytes = image, .base = 0x08000000}, reading));
  CHECK(*reading.device.first(FactId::certificate)->place.offset == 0x08000100);
}

TEST_CASE("carving: a certificate cut by the end of the image or by erased flash is truncated") {
  Bytes image = noise(0x1000);
  const Bytes dac = own_dac();
  add(image, View(dac).first(200));
  const Reading end = read_bytes(image);
  CHECK(remark(end, Remark::truncated) ==
        "a certificate of 461 bytes begins here, and 200 of them are there");
  CHECK(has_problem(end, "0x1000 certificate truncated: 200 of 461 bytes are there"));
  image.resize(0x2000, 0xFF);
  write(image, 0x1800, own_pai());
  const Reading erased = read_bytes(image);
  CHECK(erased.device.noted(Remark::truncated));
  CHECK(count(erased, FactId::certificate) == 1);
  CHECK(*erased.device.bytes(FactId::certificate) == own_pai());
}

TEST_CASE("carving: factory data of other formats inside a dump") {
  Bytes image = noise(0x4000);
  Bytes body = {9, 2, 0, 0xF4, 0xFF, 14, 2, 0, 'N', '1', 16, 2, 0, 1, 0};
  Bytes section = {0x5E, 0xBA, 0x47, 0xCE};
  add_le(section, body.size(), 4);
  add(section, View(sha256(body)).first(4));
  add(section, body);
  write(image, 0x1010, section);
  const Bytes map = {0xA2, 0x67, 'v',  'e', 'r', 's',  'i', 'o',
                     'n',  0x01, 0x62, 's', 'n', 0x42, 'S', '1'};
  write(image, 0x3000, map);
  const Reading reading = read_bytes(image);
  CHECK(kind(reading) == "raw");
  CHECK(*reading.device.number(FactId::vendor_id) == 0xFFF4);
  CHECK(count(reading, FactId::serial_number) == 2);
  CHECK(*reading.device.first(FactId::vendor_id)->place.offset == 0x1010 + 12 + 3);
  CHECK(reading.files[0].holds[0] == "factory");
}

TEST_CASE("carving: a map that begins with the vendor id, and NXP's frame around its section") {
  Bytes image = noise(0x4000);
  const Bytes map = {0xA2, 0x69, 'v',  'e',  'n',  'd',  'o',  'r',  '_', 'i',
                     'd',  0x19, 0xFF, 0xF4, 0x6A, 'c',  'e',  'r',  't', '_',
                     'd',  'c',  'l',  'r',  'n',  0x43, 0x30, 0x01, 0x00};
  write(image, 0x1001, map);
  Bytes framed = to_bytes(view("APP_FACT_DATA:  "));
  const Bytes body = {9, 2, 0, 0xF1, 0xFF};
  add_le(framed, 12 + body.size(), 4);
  add(framed, Bytes{0x5E, 0xBA, 0x47, 0xCE});
  add_le(framed, body.size(), 4);
  add(framed, View(sha256(body)).first(4));
  add(framed, body);
  add_le(framed, 0xBEEF, 2);
  write(image, 0x3000, framed);
  const Reading reading = read_bytes(image);
  CHECK(count(reading, FactId::vendor_id) == 2);
  CHECK(*reading.device.number(FactId::vendor_id) == 0xFFF4);
  CHECK(*reading.device.bytes(FactId::cd) == Bytes{0x30, 0x01, 0x00});
  CHECK(reading.files[0].holds[2] == "telink-factory-data");
  CHECK(has_problem(reading, "0x3025 hw_params crc: 0xbeef is stored"));
}

TEST_CASE("carving: PEM inside a dump of no known form") {
  Bytes image = noise(0x1000);
  write(image, 0x800, view("\n" + to_pem("CERTIFICATE", own_dac())));
  const Reading reading = read_bytes(image);
  CHECK(kind(reading) == "raw");
  CHECK(*reading.device.bytes(FactId::certificate) == own_dac());
  CHECK(*reading.device.first(FactId::certificate)->place.offset == 0x801);
}

TEST_CASE("carving: an image made of nothing but beginnings ends in a line") {
  const Bytes map = {0xA2, 0x67, 'v',  'e', 'r', 's',  'i', 'o',
                     'n',  0x01, 0x62, 's', 'n', 0x42, 'S', '1'};
  const Bytes dac = own_dac(), head(dac.begin(), dac.begin() + 40);
  for (const Bytes& piece : {map, head}) {
    Bytes image;
    for (int i = 0; i < 40'000; ++i) add(image, piece);
    image.insert(image.begin(), 7, uint8_t{0x55});
    const Reading reading = read_bytes(image);
    CHECK(has_problem(
        reading, piece == map ? "carving: more than 64 items are inside; the rest is left alone"
                              : "carving: more than 4096 items"));
    CHECK(reading.device.integrity.size() + reading.device.statements.size() < 10'000);
  }
}

TEST_CASE("carving: rubbish holds nothing, and says what it begins with") {
  const Bytes image = noise(100'000);
  const Reading reading = read_bytes(image);
  CHECK(reading.device.statements.empty());
  CHECK(has_problem(reading, "found 100000 bytes that begin with " + hex(View(image).first(4)) +
                                 "..., and nothing of it inside"));
  // As a member of something it is passed over in silence.
  Reading outer;
  REQUIRE(read_inside({.path = "x!y", .bytes = image}, outer));
  CHECK(outer.device.integrity.empty());
}

TEST_CASE("carving: the fast search and a slow one agree") {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    Bytes image(300);
    constexpr uint8_t kLikely[] = {0x30, 0x82, 0x81, 0x77, 0x01, 0x02, 0x5E,
                                   0xBA, 0x47, 0xCE, 'g',  'i',  'v',  0xFF};
    for (uint8_t& byte : image) byte = kLikely[random() % sizeof kLikely];
    // Cut in front, the blocks begin elsewhere; the candidates stay where they are.
    for (size_t cut = 0; cut < 70; cut += 7) {
      for (size_t at = next_candidate(image, cut); at < image.size();
           at = next_candidate(image, at + 1)) {
        CHECK(next_candidate(View(image).subspan(cut), at - cut) == at - cut);
      }
    }
  }
}
