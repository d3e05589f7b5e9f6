// A read-out of a part that encrypts its flash: what is to be ciphertext and lies there in plain is
// told, and noise is ciphertext only where the rest of the flash is, too.

#include <random>

#include "tests/support/dump_builders.h"
#include "tests/support/readings.h"
#include "verifier/base/checksum.h"
#include "verifier/crypto/crypto.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr size_t kTable = 0xC000, kApp = 0x20000, kOther = 0x60000, kSize = 0xA0000;

// An image as esptool makes it: a header, one segment, its checksum and SHA-256.
Bytes esp_image(bool described) {
  Bytes out(24, 0);
  out[0] = 0xE9;
  out[1] = 1;
  put_le(out, 12, 5, 2);
  out[23] = 1;
  add_le(out, 0x3F400020, 4);
  add_le(out, 512, 4);
  Bytes segment(512, 0);
  for (size_t i = 0; i < segment.size(); ++i) segment[i] = static_cast<uint8_t>(i * 7);
  put_le(segment, 0, described ? 0xABCD5432 : 0x50, 4);
  add(out, segment);
  uint8_t sum = 0xEF;
  for (const uint8_t b : segment) sum ^= b;
  out.resize((out.size() | 15) + 1, 0);
  out.back() = sum;
  add(out, View(sha256(out)));
  return out;
}
Bytes ota_data() {
  Bytes out;
  add_le(out, 1, 4);
  out.resize(28, 0xFF);
  add_le(out, crc32_esp(View(out).first(4)), 4);
  return out;
}

class Part {
 public:
  Part() : flash_(kSize, 0xFF), random_(7) {
    hide(0, 0x5000);
    hide(kTable, 0xC00);
    hide(kApp, 0x8000);
    hide(kOther, 0x8000);
  }
  Part& put(size_t at, View bytes) {
    for (size_t i = at; i < at + 0x8000 && i < flash_.size(); ++i) flash_[i] = 0xFF;
    write(flash_, at, bytes);
    return *this;
  }
  Part& hide(size_t at, size_t size) {
    for (size_t i = at; i < at + size; ++i) flash_[i] = static_cast<uint8_t>(random_());
    return *this;
  }
  Reading read() const { return read_bytes(flash_, {}, "flash.bin"); }

 private:
  Bytes flash_;
  std::mt19937 random_;
};

std::string shown(const Reading& reading) {
  std::string out;
  for (const Claim& claim : reading.device.posture.claims) {
    if (claim.trait == Trait::flash_content && claim.locked == Holds::no)
      out += (out.empty() ? "" : ", ") + claim.detail;
  }
  return out;
}

}  // namespace

TEST_CASE("esp flash: all that encryption covers is ciphertext") {
  const Reading good = Part().read();
  CHECK(problems(good).empty());
  CHECK(all_said(good, Trait::flash_content) == "yes ciphertext, yes ciphertext");
  CHECK(!remark(good, Remark::flash_encrypted).empty());
}

TEST_CASE("esp flash: what lies in plain behind a table that is ciphertext is told") {
  Bytes broken = esp_image(true);
  put_le(broken, 28, 0xFFFFFF, 4);  // its segment does not fit, and its description is there
  const struct {
    size_t at;
    Bytes content;
    const char* told;
  } kRows[] = {{kApp, esp_image(true), "the application at 0x20000 is in plain"},
               {kApp, esp_image(false), "the application at 0x20000 is in plain"},
               {kApp, broken, "the application at 0x20000 is in plain"},
               {kOther, esp_image(true), "the application at 0x60000 is in plain"},
               {0x13000, ota_data(), "the OTA data at 0x13000 is in plain"},
               // What is on no application's border is a file that somebody keeps.
               {0x91000, esp_image(true), ""},
               {0x91000, Bytes(64, 0), ""}};
  for (const auto& row : kRows) {
    CAPTURE(row.at);
    const Reading reading = Part().put(row.at, row.content).read();
    CHECK(shown(reading) == row.told);
    CHECK(problems(reading).empty());
    // It does not start, whoever signed it: nothing more is said of it.
    CHECK(reading.device.posture.images.empty());
    CHECK(all_said(reading, Trait::chip).empty());
  }
  CHECK(shown(Part().put(kApp, esp_image(true)).put(kOther, esp_image(false)).read()) ==
        "the application at 0x20000 is in plain, the application at 0x60000 is in plain");
}

TEST_CASE("esp flash: a bootloader in plain before applications that are ciphertext") {
  const Bytes bootloader = esp_image(false);
  const Reading alone = Part().put(0, bootloader).read();
  CHECK(problems(alone).empty());
  CHECK(shown(alone) == "the bootloader is in plain");
  CHECK(all_said(alone, Trait::flash_content) == "no plain, yes ciphertext, yes ciphertext");
  // Where the applications are in plain, too, the noise is a table that was damaged.
  Part plain;
  plain.put(0, bootloader).put(kApp, esp_image(true)).put(kOther, {});
  const Reading damaged = plain.read();
  CHECK(has_problem(damaged, "expected its rows behind a bootloader in plain, found noise"));
  CHECK(all_said(damaged, Trait::flash_content) == "no plain");
}

TEST_CASE("esp flash: noise for the only application, behind what is in plain") {
  const Bytes table = partition_table({{1, 2, 0x11000, 0x3000, "nvs"},
                                       {0, 0x10, kApp, 0x20000, "ota_0"},
                                       {0, 0x11, kOther, 0x20000, "ota_1"}});
  const auto part = [&] { return Part().put(0, esp_image(false)).put(kTable, table); };
  const Bytes app = esp_image(true);
  const char* words = "0x20000 application: expected one behind a bootloader and a table in plain";
  CHECK(has_problem(part().put(kOther, {}).read(), words));
  CHECK(has_problem(part().read(), words));
  for (const auto& reading :
       {part().put(kApp, app).read(), part().put(kOther, app).read(),
        part().put(kApp, {}).put(kOther, {}).read(), Part().put(0, {}).put(kTable, table).read()})
    CHECK(problems(reading) == "");
}
