#include <fmt/format.h>

#include <functional>

#include "tests/support/dump_builders.h"
#include "tests/support/dump_samples.h"
#include "verifier/matter/base38.h"
#include "verifier/readers/silabs/silabs_nvm3.h"

using namespace attest;
using namespace attest::test;

namespace {

Reading read_file(const Bytes& bytes, uint64_t base = 0) {
  Reading reading;
  const auto done = read_evidence({.path = "flash.bin", .bytes = bytes, .base = base}, reading);
  CHECK_MESSAGE(done.has_value(), (done ? "" : done.error().what));
  return reading;
}
Bytes as_bytes(std::string_view s) {
  return to_bytes(view(s));
}

// 0xFFF1/0x8000, BLE, discriminator 3840, passcode 20202021.
Bytes payload_bits() {
  return from_base38("Y.K9042C00KA0648G00").value();
}

struct Part {
  Nvm3Builder nvm3;
  size_t serial = 0, vendor = 0;
  static constexpr uint64_t kBase = 0x08000000, kStore = 0x4000,
                            kPage = kStore + 3 * Nvm3Builder::kPage;
  Part() {
    nvm3.page(1);
    nvm3.small(0x87200, as_bytes("OLD"));
    vendor = nvm3.number(0x8720C, 0xFFF1, 2);
    nvm3.number(0x8720B, 0x8000, 4);  // as tool 1.x wrote it
    nvm3.small(0x87212, as_bytes("GONE"));
    nvm3.deleted(0x87212);
    nvm3.small(0x87205, payload_bits());
    serial = nvm3.small(0x87200, as_bytes("NEW"));
    nvm3.number(0x87308, 7, 2);
    nvm3.number(0x87220, 2, 4);
    nvm3.number(0x87221, kBase + kPage, 4);
    const uint32_t keys[] = {0x87222, 0x87223, 0x87224, 0x87225};
    const uint32_t values[] = {64, 480, 576, 400};
    for (int i = 0; i < 4; ++i) nvm3.number(keys[i], values[i], 4);
    nvm3.large(0x87211, 1, Bytes(100, 'u'));
    nvm3.page(1);
    nvm3.large(0x87211, 3, Bytes(50, 'v'));
    nvm3.page(1);
  }
  // The whole main flash, or what lies from `from` on.
  Bytes flash(size_t from = 0, bool erased = false) const {
    Bytes image(kStore, 0x5A);
    add(image, nvm3.image_);
    image.resize(kPage + 0x1000, 0xFF);
    if (!erased) {
      write(image, kPage + 64, some_der(480, 1));
      write(image, kPage + 576, some_der(400, 2));
    }
    return Bytes(image.begin() + static_cast<std::ptrdiff_t>(from), image.end());
  }
};

}  // namespace

TEST_CASE("silabs: the samples") {
  if (!have_shared("dumps")) return;
  check_samples({"silabs-", "ti-"});
}

TEST_CASE("silabs nvm3: the latest object of a key, fragments joined, deleted ones gone") {
  const Part part;
  const Reading r = read_file(part.flash());
  CHECK(r.files[0].kind == "silabs-flash");
  CHECK(r.device.integrity.empty());
  CHECK(*r.device.string(FactId::serial_number) == "NEW");
  CHECK(r.device.first(FactId::serial_number)->place == Place{.path = "flash.bin",
                                                              .offset = Part::kStore + part.serial,
                                                              .item = "NVM3 key 0x87200"});
  CHECK(r.device.number(FactId::vendor_id) == 0xFFF1);
  CHECK(r.device.number(FactId::product_id) == 0x8000);
  CHECK(r.device.number(FactId::hardware_version) == 7);
  CHECK(*r.device.string(FactId::product_url) == std::string(100, 'u') + std::string(50, 'v'));
  CHECK(r.device.first(FactId::part_number) == nullptr);
  CHECK(*r.device.string(FactId::qr_payload) == "MT:Y.K9042C00KA0648G00");
  CHECK(r.device.number(FactId::passcode) == 20202021);
  CHECK(r.device.noted(Remark::passcode_stored));
  CHECK(r.device.noted(Remark::key_in_hardware));
  CHECK(*r.device.bytes(FactId::dac) == some_der(480, 1));
  CHECK(r.device.first(FactId::pai)->place.offset == Part::kPage + 576);
}

TEST_CASE(
    "silabs nvm3: any one bit of an object header is noticed, and the walk goes on behind it") {
  const Part part;
  for (size_t bit = 0; bit < 32; ++bit) {
    CAPTURE(bit);
    Bytes image = part.flash();
    image[Part::kStore + part.vendor + bit / 8] ^= static_cast<uint8_t>(1u << bit % 8);
    const Reading r = read_file(image);
    REQUIRE(r.device.integrity.size() == 1);
    CHECK(r.device.integrity[0].what == "nvm3 object header");
    CHECK(r.device.integrity[0].place.offset == Part::kStore + part.vendor);
    CHECK(r.device.first(FactId::vendor_id) == nullptr);
    CHECK(*r.device.string(FactId::serial_number) == "NEW");
    CHECK(*r.device.bytes(FactId::dac) == some_der(480, 1));
  }
}

TEST_CASE("silabs nvm3: page headers, states and fragments") {
  const size_t second = Part::kStore + Nvm3Builder::kPage;
  const struct {
    const char* name;
    std::function<void(Bytes&)> damage;
    const char* what;
    size_t offset;
    const char* words;
    bool url;  // its second fragment lies in the second page
  } rows[] = {
      {"both counters",
       [&](Bytes& b) {
         b[second + 4] ^= 1;
         b[second + 8] ^= 1;
       },
       "nvm3 page header", second, "both erase counters", false},
      {"one counter", [&](Bytes& b) { b[second + 4] ^= 2; }, "nvm3 page header", second,
       "one erase counter", true},
      {"counters that differ", [&](Bytes& b) { put_le(b, second + 4, with_berger(9), 4); },
       "nvm3 page header", second, "differ", true},
      {"magic", [&](Bytes& b) { b[second + 1] ^= 1; }, "nvm3 page header", second,
       "expected 0xb29a0001", false},
      {"magic of the last page", [&](Bytes& b) { b[second + Nvm3Builder::kPage + 1] ^= 1; },
       "nvm3 page header", second + Nvm3Builder::kPage, "expected 0xb29a0001", true},
      {"page size", [&](Bytes& b) { b[second + 17] ^= 0x20; }, "nvm3 page header", second,
       "expected a page of 2048 bytes", true},
      {"bad page", [&](Bytes& b) { b[second + 15] = 0; }, "nvm3 page state", second, "marked bad",
       false},
      {"page state", [&](Bytes& b) { b[second + 12] = 0; }, "nvm3 page state", second,
       "good or erase pending", true},
      {"second fragment erased",
       [&](Bytes& b) {
         std::fill_n(b.begin() + static_cast<std::ptrdiff_t>(second + 20), 58, uint8_t{0xFF});
       },
       "nvm3 fragment", 0, "the last fragment is missing", false},
      {"header erased over data",
       [&](Bytes& b) {
         std::fill_n(b.begin() + static_cast<std::ptrdiff_t>(second + 20), 8, uint8_t{0xFF});
       },
       "nvm3 object header", second + 20, "erased, and yet data follow", false},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.name));
    const Part part;
    Bytes image = part.flash();
    row.damage(image);
    const Reading r = read_file(image);
    REQUIRE(!r.device.integrity.empty());
    CHECK(r.device.integrity[0].what == std::string(row.what));
    if (row.offset != 0) CHECK(r.device.integrity[0].place.offset == row.offset);
    CHECK_MESSAGE(r.device.integrity[0].problem.find(row.words) != std::string::npos,
                  r.device.integrity[0].problem);
    CHECK((r.device.first(FactId::product_url) != nullptr) == row.url);
    CHECK(*r.device.string(FactId::serial_number) == "NEW");
  }
}

TEST_CASE("silabs nvm3: the ring runs on: of two pages the one erased more often is newer") {
  Nvm3Builder b;
  b.page(5);
  b.small(0x87200, as_bytes("NEWER"));
  b.page(4);
  b.small(0x87200, as_bytes("OLDER"));
  b.page(4);
  CHECK(*read_file(b.image_).device.string(FactId::serial_number) == "NEWER");
}

TEST_CASE("silabs nvm3: the encrypted format says so and nothing else") {
  Nvm3Builder b;
  for (int i = 0; i < 3; ++i) b.page(1, 0xFFFE);
  b.small(0x87200, as_bytes("HIDDEN"));
  const Reading r = read_file(b.image_);
  CHECK(r.device.statements.empty());
  CHECK(r.device.noted(Remark::encrypted_no_key));
}

TEST_CASE("silabs credentials page: by address, by what fits, erased, cut") {
  const Part part;
  SUBCASE(
      "a read-out that begins at the store: the address leads nowhere, the items fit in one "
      "place") {
    const Reading r = read_file(part.flash(Part::kStore));
    CHECK(*r.device.bytes(FactId::dac) == some_der(480, 1));
    CHECK(r.device.first(FactId::dac)->place.offset == Part::kPage - Part::kStore + 64);
  }
  SUBCASE("an image that knows its addresses") {
    const Reading r = read_file(part.flash(), Part::kBase);
    CHECK(r.device.first(FactId::dac)->place.offset == Part::kBase + Part::kPage + 64);
  }
  SUBCASE("erased: absent, and the firmware falls back") {
    const Reading r = read_file(part.flash(0, true));
    CHECK(r.device.first(FactId::dac) == nullptr);
    CHECK(r.device.noted(Remark::erased));
    CHECK(r.device.noted(Remark::development_credentials));
    CHECK(r.device.integrity.empty());
  }
  SUBCASE("not in the read-out: absent, and nothing is said of it") {
    const Bytes whole = part.flash();
    const Reading r = read_file(Bytes(whole.begin(), whole.begin() + Part::kPage), Part::kBase);
    CHECK(r.device.first(FactId::dac) == nullptr);
    CHECK(r.device.remarks.size() == 3);  // passcode, key id, and no declaration is named
  }
  SUBCASE("cut by the end of the image, and by erased flash") {
    Bytes cut = part.flash();
    cut.resize(Part::kPage + 700);
    Reading r = read_file(cut, Part::kBase);
    CHECK(r.device.noted(Remark::truncated));
    CHECK(r.device.first(FactId::dac) != nullptr);
    CHECK(r.device.first(FactId::pai) == nullptr);
    cut = part.flash();
    std::fill_n(cut.begin() + Part::kPage + 300, 244, uint8_t{0xFF});
    r = read_file(cut, Part::kBase);
    CHECK(r.device.noted(Remark::truncated));
    CHECK(r.device.first(FactId::dac) == nullptr);
  }
}

namespace {

Bytes provision() {
  ProvisionBuilder p;
  p.data(0x141, as_bytes("PROV-1"));
  p.number(0x142, 0xFFF1, 2);
  p.number(0x144, 0x8000, 2);
  p.number(0x161, 0x301, 2);
  p.number(0x163, 1500, 3);
  p.data(0x164, as_bytes(base64(Bytes(16, 0x44))));
  p.data(0x166, payload_bits());
  p.number(0x168, 2, 1);
  p.data(0x195, some_der(300, 1));
  p.data(0x196, some_sec1());
  return p.build();
}

}  // namespace

TEST_CASE("silabs provision: entries, their ends, and the total length") {
  const Bytes good = provision();
  Reading r = read_file(good);
  CHECK(r.files[0].kind == "silabs-provision");
  CHECK(r.device.integrity.empty());
  CHECK(*r.device.string(FactId::serial_number) == "PROV-1");
  CHECK(r.device.number(FactId::spake2p_iterations) == 1500);
  CHECK(*r.device.bytes(FactId::spake2p_salt) == Bytes(16, 0x44));
  CHECK(*r.device.bytes(FactId::dac_private_key) == some_scalar());
  CHECK(r.device.number(FactId::passcode) == 20202021);

  SUBCASE("a page of flash around it") {
    Bytes page = good;
    page.resize(2048, 0xFF);
    CHECK(read_file(page).device.integrity.empty());
  }
  SUBCASE("on a page within a flash image") {
    Bytes image(0x8000, 0x5A);
    write(image, 0x4000, good);
    r = read_file(image);
    CHECK(r.files[0].kind == "silabs-flash");
    CHECK(r.device.first(FactId::serial_number)->place.offset == 0x4002);
  }
  SUBCASE("cut") {
    Bytes cut = good;
    cut.resize(good.size() - 20);
    r = read_file(cut);
    CHECK(r.device.noted(Remark::truncated));
    CHECK(r.device.integrity[0].what == "total length");
    CHECK(r.device.integrity[1].what == "provision entry");
    CHECK(r.device.first(FactId::dac) != nullptr);
    CHECK(r.device.first(FactId::dac_private_key) == nullptr);
  }
  SUBCASE("data behind the total length") {
    Bytes more = good;
    more[1] = static_cast<uint8_t>(more[1] - 54);  // the last entry falls out
    r = read_file(more);
    REQUIRE(r.device.integrity.size() == 1);
    CHECK(r.device.integrity[0].what == "total length");
  }
}

TEST_CASE("ti: the table is found by what it points at, and a damaged pair costs only itself") {
  const Bytes good = ti_image(0x1234, ti_items());
  Reading r = read_file(good);
  CHECK(r.files[0].kind == "ti-factory-data");
  CHECK(r.device.integrity.empty());
  CHECK(*r.device.string(FactId::serial_number) == "TI-SYN");
  CHECK(r.device.number(FactId::passcode) == 24681357);
  CHECK(r.device.noted(Remark::passcode_stored));
  CHECK(*r.device.bytes(FactId::dac_private_key) == some_scalar());
  CHECK(*r.device.bytes(FactId::pai) == some_der(280, 2));

  Bytes bad = good;
  put_le(bad, 0x1234 + 3 * 8 + 4, 0x00FFFFFF, 4);
  r = read_file(bad);
  REQUIRE(r.device.integrity.size() == 1);
  CHECK(r.device.integrity[0].what == "factory table");
  CHECK(r.device.integrity[0].place ==
        Place{.path = "flash.bin", .offset = 0x1234 + 3 * 8, .item = "vendor name"});
  CHECK(r.device.first(FactId::vendor_name) == nullptr);
  CHECK(*r.device.string(FactId::product_name) == "Product");

  Bytes cut = good;
  put_le(cut, 0x1234 + 8 * 8, 200, 4);
  r = read_file(cut);
  CHECK(r.device.noted(Remark::truncated));
  CHECK(r.device.first(FactId::dac) == nullptr);
}
