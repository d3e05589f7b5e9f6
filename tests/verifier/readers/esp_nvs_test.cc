#include "verifier/readers/espressif/esp_nvs.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <functional>

#include "tests/support/dump_builders.h"
#include "tests/support/dump_samples.h"

using namespace attest;
using namespace attest::test;

namespace {

Reading read_file(const Bytes& bytes, Reading reading = {}) {
  const auto done = read_evidence({.path = "dump.bin", .bytes = bytes}, reading);
  CHECK_MESSAGE(done.has_value(), (done ? "" : done.error().what));
  return reading;
}

Bytes encrypted(Bytes image, View key) {
  for (size_t page = 0; page < image.size(); page += kNvsPage) {
    for (size_t at = page + 64; at < page + 64 + 126 * 32; at += 32) {
      if (std::all_of(image.begin() + static_cast<std::ptrdiff_t>(at),
                      image.begin() + static_cast<std::ptrdiff_t>(at + 32),
                      [](uint8_t b) { return b == 0xFF; }))
        continue;
      uint8_t tweak[16] = {};
      for (size_t i = 0; i < 8; ++i) tweak[i] = static_cast<uint8_t>(at >> (8 * i));
      EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
      int length = 0;
      Bytes out(32);
      REQUIRE(EVP_EncryptInit_ex(context, EVP_aes_256_xts(), nullptr, key.data(), tweak) == 1);
      REQUIRE(EVP_EncryptUpdate(context, out.data(), &length, image.data() + at, 32) == 1);
      EVP_CIPHER_CTX_free(context);
      write(image, at, out);
    }
  }
  return image;
}
Bytes some_key(uint8_t seed) {
  Bytes key;
  for (int i = 0; i < 64; ++i) key.push_back(static_cast<uint8_t>(seed + i * 3));
  return key;
}
Bytes keys_partition(View key) {
  Bytes out = to_bytes(key);
  add_le(out, crc32_esp(key), 4);
  out.resize(4096, 0xFF);
  return out;
}

}  // namespace

TEST_CASE("esp nvs: the samples") {
  if (!have_shared("dumps")) return;
  check_samples({"esp-nvs-", "esp-securecert-"});
}

TEST_CASE("esp nvs: every device of the lot sample") {
  if (!have_shared("dumps")) return;
  const auto folder = shared() / "dumps" / "esp-lot-200";
  const Json devices = parse_json(text(slurp(folder / "expected-devices.json"))).value();
  std::map<std::string, const Json*> expected;
  for (const Json& device : *devices.array()) expected[*device.find("device")->string()] = &device;
  size_t read = 0, damaged = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "devices")) {
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    Sample sample{.name = name,
                  .format = {},
                  .meta = {},
                  .files = {{"partition.bin", slurp(entry.path() / (name + "-partition.bin"))}},
                  .secrets = {},
                  .faults = {}};
    const Reading reading = read_sample(sample);
    CHECK(reading.files.front().kind == "esp-nvs");
    CHECK(reading.device.number(FactId::vendor_id) == 0xFFF2);
    REQUIRE(expected.contains(name));
    CHECK(*reading.device.string(FactId::serial_number) ==
          *expected[name]->find("serial")->string());
    CHECK(hex(sha256(*reading.device.bytes(FactId::dac))) ==
          *expected[name]->find("dac_sha256")->string());
    CHECK(reading.device.number(FactId::discriminator) ==
          expected[name]->find("discriminator")->natural());
    damaged += !reading.device.integrity.empty();
    CHECK((reading.device.first(FactId::pai) != nullptr) == reading.device.integrity.empty());
    ++read;
  }
  CHECK(read == 200);
  CHECK(damaged == 1);  // one bit of one pai-cert
}

TEST_CASE("esp nvs: a good partition") {
  const FactoryNvs factory;
  const Reading reading = read_file(factory.nvs.build(3));
  CHECK(reading.files.front().kind == "esp-nvs");
  CHECK(reading.files.front().holds ==
        std::vector<std::string>{"factory", "dac", "pai", "cd", "dac-key"});
  CHECK(reading.device.integrity.empty());
  CHECK(reading.device.remarks.empty());
  CHECK(reading.device.number(FactId::vendor_id) == 0xFFF1);
  CHECK(reading.device.number(FactId::product_id) == 0x8000);
  CHECK(*reading.device.string(FactId::serial_number) == "SYNTHETIC-1");
  CHECK(*reading.device.bytes(FactId::dac) == some_der(480, 1));
  CHECK(reading.device.first(FactId::pai)->place ==
        Place{.path = "dump.bin", .offset = factory.pai, .item = "chip-factory/pai-cert"});
}

TEST_CASE("esp nvs: each checksum and rule, at its place, with its neighbours still read") {
  const FactoryNvs f;
  using Set = std::vector<FactId>;
  const struct {
    const char* name;
    std::function<void(Bytes&)> damage;
    const char* what;  // of the first problem
    uint64_t offset;
    const char* words;
    size_t problems;
    Set lost;  // facts not said; all others are
  } rows[] = {
      {"a bit of an entry",
       [&](Bytes& b) { b[f.vendor + 25] ^= 1; },
       "nvs entry crc",
       f.vendor,
       "checksum is wrong",
       1,
       {FactId::vendor_id}},
      {"the head of a string: its payload falls with it",
       [&](Bytes& b) { b[f.serial + 9] ^= 4; },
       "nvs entry crc",
       f.serial,
       "2 slots up to",
       1,
       {FactId::serial_number}},
      {"a bit of a payload",
       [&](Bytes& b) { b[f.dac + 100] ^= 1; },
       "nvs data crc",
       f.dac,
       "expected 0x",
       1,
       {FactId::dac}},
      {"a length that is not that of the slots",
       [&](Bytes& b) {
         put_le(b, f.dac + 24, 40, 2);
         NvsBuilder::seal_entry(b, f.dac);
       },
       "nvs data length",
       f.dac,
       "40 bytes do not fill 15 slots",
       1,
       {FactId::dac}},
      {"a span beyond the page",
       [&](Bytes& b) {
         b[f.dac + 2] = 126;
         NvsBuilder::seal_entry(b, f.dac);
       },
       "nvs entry span",
       f.dac,
       "126 slots do not fit",
       2,
       {FactId::dac}},
      {"an unknown type",
       [&](Bytes& b) {
         b[f.product + 1] = 0x33;
         NvsBuilder::seal_entry(b, f.product);
       },
       "nvs entry type",
       f.product,
       "0x33",
       1,
       {FactId::product_id}},
      {"an illegal bitmap state",
       [&](Bytes& b) { NvsBuilder::set_state(b, f.product, 1); },
       "nvs entry state",
       f.product,
       "says 1",
       1,
       {FactId::product_id}},
      {"written under an unused state",
       [&](Bytes& b) { NvsBuilder::set_state(b, f.product, 3); },
       "nvs entry state",
       f.product,
       "unused",
       1,
       {FactId::product_id}},
      {"a payload slot erased in the bitmap",
       [&](Bytes& b) { NvsBuilder::set_state(b, f.serial + 32, 0); },
       "nvs entry state",
       f.serial,
       "not written",
       1,
       {FactId::serial_number}},
      {"an index that counts too much",
       [&](Bytes& b) {
         put_le(b, f.pai + 32 * 14 + 24, 999, 4);
         NvsBuilder::seal_entry(b, f.pai + 32 * 14);
       },
       "nvs blob",
       f.pai + 32 * 14,
       "expected 999 bytes, the chunks hold 400",
       1,
       {FactId::pai}},
      {"an index of a chunk that is not there",
       [&](Bytes& b) {
         b[f.pai + 32 * 14 + 28] = 2;
         NvsBuilder::seal_entry(b, f.pai + 32 * 14);
       },
       "nvs blob",
       f.pai + 32 * 14,
       "chunk 2 of 2 is missing",
       1,
       {FactId::pai}},
      {"a page header",
       [&](Bytes& b) { b[4096 + 5] ^= 1; },
       "nvs page crc",
       4096,
       "nothing in the page is believed",
       1,
       {FactId::pai}},
      {"a page marked corrupt",
       [&](Bytes& b) { put_le(b, 4096, 0xFFFFFFF0, 4); },
       "nvs page state",
       4096,
       "marked corrupt",
       1,
       {FactId::pai}},
      {"a page version",
       [&](Bytes& b) {
         b[4096 + 8] = 0xFC;
         NvsBuilder::seal_page(b, 4096);
       },
       "nvs page version",
       4096,
       "0xfc",
       1,
       {FactId::pai}},
      {"an unknown page state",
       [&](Bytes& b) { put_le(b, 4096, 0xFFFFFFEE, 4); },
       "nvs page state",
       4096,
       "0xffffffee",
       1,
       {}},
      {"a used page called empty",
       [&](Bytes& b) { put_le(b, 4096, 0xFFFFFFFF, 4); },
       "nvs page state",
       4096,
       "found a header and data",
       1,
       {}},
      {"two pages of one number",
       [&](Bytes& b) {
         put_le(b, 4096 + 4, 0, 4);
         NvsBuilder::seal_page(b, 4096);
       },
       "nvs page sequence",
       4096,
       "the page at 0x0",
       1,
       {}},
      {"a number out of range",
       [&](Bytes& b) {
         put_le(b, f.vendor + 24, 0x1FFF1, 4);
         NvsBuilder::seal_entry(b, f.vendor);
       },
       "nvs value",
       f.vendor,
       "up to 65535, found 131057",
       1,
       {FactId::vendor_id}},
      {"the namespace entry",
       [&](Bytes& b) {
         b[64 + 24] = 9;
         NvsBuilder::seal_entry(b, 64);
       },
       "nvs namespace",
       0,
       "namespace 1 has no name",
       1,
       {FactId::vendor_id, FactId::product_id, FactId::serial_number, FactId::dac, FactId::pai}},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.name));
    Bytes image = f.nvs.build(3);
    row.damage(image);
    const Reading reading = read_file(image);
    CHECK(reading.device.integrity.size() == row.problems);
    if (reading.device.integrity.empty()) continue;
    const IntegrityProblem& p = reading.device.integrity.front();
    CHECK(p.what == std::string(row.what));
    if (row.offset != 0) CHECK(p.place.offset == row.offset);
    CHECK_MESSAGE(p.problem.find(row.words) != std::string::npos, p.problem);
    for (const FactId fact :
         {FactId::vendor_id, FactId::product_id, FactId::serial_number, FactId::dac, FactId::pai}) {
      CAPTURE(fact_name(fact));
      const bool lost = std::find(row.lost.begin(), row.lost.end(), fact) != row.lost.end();
      CHECK((reading.device.first(fact) == nullptr) == lost);
    }
  }
}

TEST_CASE("esp nvs: of a key written twice the later is alive, across pages too") {
  FactoryNvs f;
  f.nvs.number(1, 0x04, "vendor-id", 0xFFF2);
  CHECK(read_file(f.nvs.build()).device.number(FactId::vendor_id) == 0xFFF2);
  // The page being freed has the higher place and the lower number.
  NvsBuilder moved;
  moved.space(1, "chip-factory");
  moved.number(1, 0x04, "vendor-id", 0xFFF3);
  Bytes image = moved.build();
  put_le(image, 4, 7, 4);
  NvsBuilder::seal_page(image, 0);
  NvsBuilder old;
  old.space(1, "chip-factory");
  old.number(1, 0x04, "vendor-id", 0xFFF4);
  Bytes freed = old.build();
  put_le(freed, 0, 0xFFFFFFF8, 4);
  add(image, freed);
  CHECK(read_file(image).device.number(FactId::vendor_id) == 0xFFF3);
  CHECK(read_file(image).device.integrity.empty());
}

TEST_CASE("esp nvs: a damaged later value does not bring the earlier one back") {
  FactoryNvs f;
  const size_t later = f.nvs.string(1, "serial-num", "SYNTHETIC-2");
  Bytes image = f.nvs.build();
  image[later + 33] ^= 1;
  const Reading reading = read_file(image);
  CHECK(reading.device.first(FactId::serial_number) == nullptr);
  CHECK(reading.device.integrity.size() == 1);
}

TEST_CASE("esp nvs: a partition that ends within a page") {
  const FactoryNvs f;
  Bytes image = f.nvs.build();
  image.resize(f.dac + 64);
  const Reading reading = read_file(image);
  CHECK(reading.device.noted(Remark::truncated));
  CHECK(reading.device.integrity.front().what == "nvs truncated");
  CHECK(reading.device.number(FactId::vendor_id) == 0xFFF1);
  CHECK(reading.device.first(FactId::dac) == nullptr);
}

TEST_CASE("esp nvs: a stored passcode is said and remarked") {
  FactoryNvs f;
  f.nvs.number(1, 0x04, "pin-code", 24681357);
  const Reading reading = read_file(f.nvs.build());
  CHECK(reading.device.number(FactId::passcode) == 24681357);
  CHECK(reading.device.noted(Remark::passcode_stored));
}

TEST_CASE("esp nvs: encrypted, and the keys that come before, after, wrong or never") {
  const FactoryNvs f;
  const Bytes key = some_key(1), other = some_key(77), image = encrypted(f.nvs.build(3), key);
  const auto read_all = [](std::initializer_list<Bytes> files) {
    Reading reading;
    int n = 0;
    for (const Bytes& file : files)
      CHECK(
          read_evidence({.path = fmt::format("{}.bin", n++), .bytes = file}, reading).has_value());
    return reading;
  };
  const auto opened = [](const Reading& r) {
    CHECK(r.device.number(FactId::vendor_id) == 0xFFF1);
    CHECK(*r.device.bytes(FactId::pai) == some_der(400, 2));
    CHECK(r.device.remarks.empty());
    CHECK(r.device.integrity.empty());
    CHECK(r.locked.empty());
  };
  const auto closed = [](const Reading& r, Remark remark, const char* words) {
    CHECK(r.device.statements.empty());
    CHECK(r.device.integrity.empty());
    REQUIRE(r.device.remarks.size() == 1);
    CHECK(r.device.remarks[0].remark == remark);
    CHECK_MESSAGE(r.device.remarks[0].message.find(words) != std::string::npos,
                  r.device.remarks[0].message);
  };
  opened(read_all({keys_partition(key), image}));
  opened(read_all({image, keys_partition(key)}));
  opened(read_all({image, keys_partition(other), keys_partition(key)}));
  closed(read_all({image}), Remark::encrypted_no_key,
         "the NVS partition is encrypted: a key is needed");
  closed(read_all({image, keys_partition(other)}), Remark::wrong_key,
         "no key that was given or found opens it");
  closed(read_all({keys_partition(other), image}), Remark::wrong_key, "no key");

  SUBCASE("what the later file opens belongs to the earlier file") {
    const Reading r = read_all({image, keys_partition(key)});
    CHECK(r.files[0].kind == "esp-nvs");
    CHECK(r.files[0].holds == std::vector<std::string>{"factory", "dac", "pai", "cd", "dac-key"});
    CHECK(r.files[1].kind == "esp-nvs-keys");
    CHECK(r.files[1].holds == std::vector<std::string>{"nvs-keys"});
    CHECK(r.device.first(FactId::vendor_id)->place.path == "0.bin");
  }
  SUBCASE("a damaged checksum of the keys is a problem, the keys are tried") {
    Bytes keys = keys_partition(key);
    keys[64] ^= 1;
    const Reading r = read_all({image, keys});
    CHECK(r.device.number(FactId::vendor_id) == 0xFFF1);
    REQUIRE(r.device.integrity.size() == 1);
    CHECK(r.device.integrity[0].what == "nvs keys crc");
    CHECK(r.device.integrity[0].place.offset == 64);
  }
  SUBCASE("given secrets: 64 bytes, the file, the HMAC key; a passphrase opens nothing") {
    Reading raw;
    raw.secrets.push_back({.bytes = key});
    opened(read_file(image, raw));
    Reading file;
    file.secrets.push_back({.bytes = keys_partition(key)});
    opened(read_file(image, file));
    const Secret hmac{.bytes = Bytes(32, 9)};
    REQUIRE(nvs_keys_of(hmac).size() == 1);
    Reading scheme;
    scheme.secrets.push_back(hmac);
    opened(read_file(encrypted(f.nvs.build(3), nvs_keys_of(hmac)[0]), scheme));
    Reading pass;
    pass.secrets.push_back({.bytes = key, .passphrase = true});
    closed(read_file(image, pass), Remark::wrong_key, "no key");
  }
  SUBCASE("damage under encryption is still placed") {
    Bytes bad = image;
    bad[f.vendor + 3] ^= 1;
    const Reading r = read_all({keys_partition(key), bad});
    REQUIRE(r.device.integrity.size() == 1);
    CHECK(r.device.integrity[0].place.offset == f.vendor);
    CHECK(r.device.first(FactId::vendor_id) == nullptr);
    CHECK(r.device.number(FactId::product_id) == 0x8000);
  }
}
