#include <fmt/format.h>

#include <functional>

#include "tests/support/dump_builders.h"
#include "tests/support/dump_samples.h"
#include "tests/support/own_credentials.h"
#include "tests/support/readings.h"

using namespace attest;
using namespace attest::test;

namespace {

Reading read_file(const Bytes& bytes) {
  Reading reading;
  const auto done = read_evidence({.path = "flash.bin", .bytes = bytes}, reading);
  CHECK_MESSAGE(done.has_value(), (done ? "" : done.error().what));
  return reading;
}

constexpr uint32_t kNvs = 0x9000, kCert = 0xD000, kFactory = 0x20000;
std::vector<PartitionRow> rows() {
  return {{0x3F, 6, kCert, 0x2000, "esp_secure_cert"},
          {1, 2, kNvs, 0x3000, "nvs"},
          {0, 0x10, 0x10000, 0x10000, "ota_0"},
          {1, 2, kFactory, 0x6000, "fctry"}};
}
// A small device: runtime NVS, factory NVS, the secure certificates, an application.
Bytes flash() {
  Bytes image(0x30000, 0xFF);
  image[0x10000] = 0xE9;
  write(image, 0x8000, partition_table(rows()));
  NvsBuilder runtime;
  runtime.space(1, "chip-config");
  runtime.string(1, "unique-id", "RUNTIME");
  write(image, kNvs, runtime.build());
  write(image, kCert, secure_tlv(0, 0, some_der(300, 5)));
  const FactoryNvs factory;
  write(image, kFactory, factory.nvs.build());
  return image;
}

}  // namespace

TEST_CASE("esp flash: the samples") {
  if (!have_shared("dumps")) return;
  check_samples({"esp-flash"});
}

TEST_CASE("esp flash: partitions by the table, the fullest NVS first, at flash offsets") {
  const Reading r = read_file(flash());
  CHECK(r.files.size() == 1);
  CHECK(r.files[0].kind == "esp-flash");
  CHECK(r.device.integrity.empty());
  CHECK(r.device.remarks.empty());
  CHECK(r.device.statements.front().fact == FactId::vendor_id);
  CHECK(r.device.first(FactId::dac)->place == Place{.path = "flash.bin",
                                                    .offset = kFactory + FactoryNvs().dac,
                                                    .item = "fctry: chip-factory/dac-cert"});
  CHECK(*r.device.string(FactId::unique_id) == "RUNTIME");
  CHECK(*r.device.bytes(FactId::pai) ==
        some_der(400, 2));  // of NVS; the certificate partition's comes second
}

TEST_CASE(
    "esp flash: a damaged table is a problem, and the factory data are found by their own "
    "headers") {
  const struct {
    const char* name;
    std::function<void(Bytes&)> damage;
    size_t problems;
    const char* words;
  } cases[] = {
      {"MD5", [](Bytes& b) { b[0x8000 + 4 * 32 + 20] ^= 1; }, 1, "its MD5 is wrong"},
      {"an offset in a row", [](Bytes& b) { b[0x8000 + 3 * 32 + 6] ^= 4; }, 1, "its MD5 is wrong"},
      {"the first row erased", [](Bytes& b) { std::fill_n(b.begin() + 0x8000, 32, uint8_t{0xFF}); },
       2, "a row is erased, and yet rows follow"},
      {"a row overwritten",
       [](Bytes& b) { std::fill_n(b.begin() + 0x8000 + 96, 32, uint8_t{0x33}); }, 2,
       "1 of its rows cannot be read"},
      {"no table", [](Bytes& b) { std::fill_n(b.begin() + 0x8000, 0xC00, uint8_t{0xFF}); }, 1,
       "none was found"},
  };
  for (const auto& row : cases) {
    CAPTURE(std::string(row.name));
    Bytes image = flash();
    row.damage(image);
    const Reading r = read_file(image);
    CHECK(r.files[0].kind == "esp-flash");
    CHECK(r.device.number(FactId::vendor_id) == 0xFFF1);
    CHECK(*r.device.bytes(FactId::dac) == some_der(480, 1));
    size_t table = 0;
    for (const IntegrityProblem& p : r.device.integrity) table += p.what == "partition table";
    CHECK(table == row.problems);
    CHECK_MESSAGE(r.device.integrity.front().problem.find(row.words) != std::string::npos,
                  r.device.integrity.front().problem);
  }
}

TEST_CASE("esp flash: where the image begins") {
  const Bytes whole = flash();
  SUBCASE("at the partition table") {
    const Reading r = read_file(Bytes(whole.begin() + 0x8000, whole.end()));
    CHECK(r.device.integrity.empty());
    CHECK(r.device.remarks.empty());
    CHECK(r.device.number(FactId::vendor_id) == 0xFFF1);
    CHECK(r.device.first(FactId::vendor_id)->place.offset ==
          kFactory - 0x8000 + FactoryNvs().vendor);
  }
  SUBCASE("at 0, the table configured to another place") {
    Bytes moved = whole;
    std::fill_n(moved.begin() + 0x8000, 0xC00, uint8_t{0xFF});
    write(moved, 0xF000, partition_table(rows()));
    const Reading r = read_file(moved);
    CHECK(r.device.integrity.empty());
    CHECK(r.device.first(FactId::vendor_id)->place.offset == kFactory + FactoryNvs().vendor);
  }
}

namespace {

// An application of one segment, padded to its checksum.
Bytes application(size_t size) {
  Bytes out(24, 0);
  out[0] = 0xE9, out[1] = 1;
  put_le(out, 12, 5, 2);
  out.resize(32, 0);
  put_le(out, 28, size, 4);
  uint8_t sum = 0xEF;
  for (size_t i = 0; i < size; ++i) {
    out.push_back(static_cast<uint8_t>(i * 7 + 1));
    sum ^= out.back();
  }
  out.resize(out.size() | 15, 0);
  out.push_back(sum);
  return out;
}

}  // namespace

TEST_CASE("esp flash: what a build merges ends with its application") {
  const Bytes app = application(0x1234);
  Bytes image(0x10000, 0xFF);
  write(image, 0x8000, partition_table(rows()));
  image.insert(image.end(), app.begin(), app.end());
  const auto truncated = [](const Bytes& bytes) {
    return read_file(bytes).device.noted(Remark::truncated);
  };
  CHECK_FALSE(truncated(image));
  // With what signs it.
  Bytes padded = image;
  padded.resize((image.size() + 0xFFF) / 0x1000 * 0x1000 + 0x1000, 0xFF);
  CHECK_FALSE(truncated(padded));
  // Cut in the application, before it, or somewhere behind it.
  padded.resize(padded.size() + 0x1000, 0xFF);
  CHECK(truncated(padded));
  CHECK(truncated(Bytes(image.begin(), image.end() - 1)));
  CHECK(truncated(Bytes(image.begin(), image.begin() + 0xE000)));
  Bytes changed = image;
  changed[0x10100] ^= 1;
  CHECK(truncated(changed));
}

TEST_CASE("esp flash: a file of records leaves out what is erased") {
  const Bytes whole = flash();
  size_t used = whole.size();
  while (whole[used - 1] == 0xFF) --used;
  const View part = View(whole).first((used + 15) / 16 * 16);
  REQUIRE(part.size() < whole.size());
  CHECK(read_file(to_bytes(part)).device.noted(Remark::truncated));
  const auto read_records = [](const std::string& records) {
    Reading reading;
    REQUIRE(read_evidence({.path = "flash.hex", .bytes = view(records)}, reading).has_value());
    return reading;
  };
  for (const std::string& records : {intel_hex(0, part), s_records(0, part)}) {
    const Reading r = read_records(records);
    CHECK(r.device.integrity.empty());
    CHECK(r.device.remarks.empty());
    CHECK(*r.device.bytes(FactId::dac) == some_der(480, 1));
  }
  // The end of a flash that lies in another file.
  const Reading first = read_records(intel_hex(0, View(whole).first(0x18000)));
  CHECK(first.device.integrity.empty());
  CHECK(first.device.remarks.empty());
  // One that is cut says so itself.
  std::string cut = intel_hex(0, part);
  cut.erase(cut.rfind(':'));
  CHECK(read_records(cut).device.noted(Remark::truncated));
  // Bytes behind an address end as they end: that they are whole only TI-TXT says.
  const auto addressed = [](View bytes) {
    std::string out = "@00000000";
    for (size_t i = 0; i < bytes.size(); ++i)
      out += fmt::format("{}{:02X}", i % 16 == 0 ? '\n' : ' ', bytes[i]);
    return out + "\n";
  };
  CHECK(read_records(addressed(whole)).device.remarks.empty());
  CHECK(read_records(addressed(part) + "q\n").device.remarks.empty());
  for (const size_t size :
       {part.size(), size_t{kFactory + 0x1000}, size_t{kCert + 0x100}, size_t{0xC000}}) {
    CAPTURE(size);
    const Reading r = read_records(addressed(View(whole).first(size)));
    CHECK(remark(r, Remark::truncated).starts_with("the image ends at 0x"));
  }
  // A file whose name ends as those of such images do is a file of bytes.
  for (const bool member : {false, true}) {
    Reading reading;
    REQUIRE(
        read_evidence({.path = "dumps.tar!flash.bin!0x00000000", .bytes = part, .member = member},
                      reading)
            .has_value());
    CHECK(reading.device.noted(Remark::truncated));
  }
}

TEST_CASE("esp flash: partitions that overlap are damage, and read once") {
  Bytes image = flash();
  std::vector<PartitionRow> all = rows();
  PartitionRow again = all[1];
  again.size = static_cast<uint32_t>(image.size() - again.offset);
  for (int i = 0; i < 80; ++i) all.push_back(again);
  write(image, 0x8000, partition_table(all));
  const Reading r = read_file(image);
  REQUIRE(r.device.integrity.size() == 1);
  CHECK(r.device.integrity[0].what == "partition table");
  CHECK(r.device.integrity[0].problem.starts_with("its partitions overlap"));
  CHECK(*r.device.bytes(FactId::dac) == some_der(480, 1));
}

TEST_CASE("esp flash: an image that ends too early") {
  Bytes image = flash();
  image.resize(kFactory + 0x1000);
  const Reading r = read_file(image);
  CHECK(r.device.noted(Remark::truncated));
  CHECK(r.device.remarks[0].message ==
        "the image ends at 0x21000, in or before partition fctry; the partition table describes "
        "data up to 0x26000");
  CHECK(r.device.number(FactId::vendor_id) == 0xFFF1);
  CHECK(r.device.first(FactId::pai)->place.item ==
        "esp_secure_cert: TLV 0/0");  // that of NVS is gone
}

TEST_CASE("esp flash: erased factory partitions are absent, and said so") {
  Bytes image = flash();
  std::fill(image.begin() + kNvs, image.begin() + kCert + 0x2000, uint8_t{0xFF});
  std::fill(image.begin() + kFactory, image.end(), uint8_t{0xFF});
  const Reading r = read_file(image);
  CHECK(r.device.statements.empty());
  CHECK(r.device.integrity.empty());
  CHECK(r.device.noted(Remark::erased));
  CHECK(r.device.remarks.back().message == "partition fctry is erased");
}

TEST_CASE("esp flash: a certificate elsewhere counts where no partition for factory data has one") {
  Bytes image = flash();
  write(image, 0x12340, own_dac());
  CHECK(count(read_file(image), FactId::certificate) == 0);  // the device's own is in its partition
  std::fill_n(image.begin() + kFactory, 0x6000, uint8_t{0xFF});
  const Reading r = read_file(image);
  REQUIRE(count(r, FactId::certificate) == 1);
  CHECK(*r.device.bytes(FactId::certificate) == own_dac());
  CHECK(*r.device.first(FactId::certificate)->place.offset == 0x12340);
  CHECK(r.device.integrity.empty());
}

TEST_CASE("esp flash: ciphertext where plain data should be") {
  const auto remark_of_table = [](const Reading& r) {
    for (const Noted& n : r.device.remarks) {
      if (n.remark == Remark::flash_encrypted)
        return fmt::format("0x{:x}: {}", n.place.offset.value_or(0), n.message);
    }
    return std::string();
  };
  Bytes image = flash();
  uint32_t state = 1;
  const auto noise = [&](size_t at, size_t size) {
    for (size_t i = 0; i < size; ++i)
      image[at + i] = static_cast<uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  };
  SUBCASE("the table: flash encryption") {
    noise(0x8000, 0xC00);
    const Reading r = read_file(image);
    CHECK(remark_of_table(r) ==
          "0x8000: the partition table is ciphertext: flash encryption is on, and what it covers "
          "is hidden, as in a part that was released");
    CHECK(r.device.number(FactId::vendor_id) == 0xFFF1);  // NVS is never flash-encrypted
  }
  // Secure boot moves the table: its usual place is erased then, and no damage.
  for (const size_t at : {0x9000u, 0xC000u, 0x10000u, 0x1F000u, 0x20000u}) {
    CAPTURE(at);
    Bytes moved(0x24000, 0xFF);
    for (size_t i = 0; i < 0xC00; ++i)
      moved[at + i] = static_cast<uint8_t>((state = state * 1664525 + 1013904223) >> 24);
    write(moved, 0x22000, FactoryNvs().nvs.build());
    const Reading r = read_file(moved);
    CHECK(r.files[0].kind == "esp-flash");
    CHECK(r.device.integrity.empty());
    CHECK(remark_of_table(r).starts_with(fmt::format("0x{:x}: the partition table", at)));
    CHECK(r.device.number(FactId::vendor_id) == 0xFFF1);
  }
  SUBCASE("a partition") {
    noise(kCert, 0x2000);
    const Reading r = read_file(image);
    CHECK(r.device.noted(Remark::encrypted_no_key));
    CHECK(r.device.integrity.empty());
  }
  SUBCASE("pages that are none") {
    noise(kNvs, 0x3000);
    const Reading r = read_file(image);
    REQUIRE(r.device.integrity.size() == 1);
    CHECK(r.device.integrity[0].what == "partition content");
    CHECK(r.device.integrity[0].place.offset == kNvs);
  }
}
