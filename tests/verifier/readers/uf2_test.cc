// Flash images in UF2: addresses, gaps, several images, and what is wrong with blocks.
#include <fmt/format.h>

#include "tests/support/dump_builders.h"
#include "tests/support/own_credentials.h"
#include "tests/support/readings.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr uint32_t kFamily = 0xE48BFF56;

struct Options {
  uint32_t family = kFamily;
  size_t payload = 256;
  uint32_t flags = 0x2000;
};
Bytes uf2(View image, uint32_t address, Options o = {}) {
  Bytes out;
  const size_t count = (image.size() + o.payload - 1) / o.payload;
  for (size_t i = 0; i < count; ++i) {
    const View piece =
        image.subspan(i * o.payload, std::min(o.payload, image.size() - i * o.payload));
    Bytes block(512, 0);
    put_le(block, 0, 0x0A324655, 4);
    put_le(block, 4, 0x9E5D5157, 4);
    put_le(block, 8, o.flags, 4);
    put_le(block, 12, address + i * o.payload, 4);
    put_le(block, 16, piece.size(), 4);
    put_le(block, 20, i, 4);
    put_le(block, 24, count, 4);
    put_le(block, 28, o.family, 4);
    write(block, 32, piece);
    put_le(block, 508, 0x0AB16F30, 4);
    add(out, block);
  }
  return out;
}

// A TI image: its pointers are right only under its own addresses.
constexpr uint32_t kBase = 0x4FF80;
Bytes image() {
  Bytes b = ti_image(0x40, ti_items());
  for (size_t i = 0; i < 17; ++i) put_le(b, 0x40 + i * 8 + 4, le32(b, 0x40 + i * 8 + 4) + kBase, 4);
  return b;
}
Bytes without_block(Bytes file, size_t i) {
  file.erase(file.begin() + static_cast<long>(512 * i),
             file.begin() + static_cast<long>(512 * (i + 1)));
  return file;
}

}  // namespace

TEST_CASE("uf2: the image keeps its device addresses, whatever a block holds and their order") {
  for (const size_t payload : {size_t{256}, size_t{476}, size_t{64}}) {
    CAPTURE(payload);
    Bytes file = uf2(image(), kBase, {.payload = payload});
    for (const bool backwards : {false, true}) {
      if (backwards) {
        Bytes other;
        for (size_t at = file.size(); at != 0; at -= 512)
          add(other, View(file).subspan(at - 512, 512));
        file = other;
      }
      const Reading reading = read_bytes(file, {}, "part.uf2");
      CHECK(problems(reading) == "");
      REQUIRE(reading.device.bytes(FactId::dac) != nullptr);
      CHECK(reading.device.first(FactId::dac)->place.path ==
            fmt::format("part.uf2!0x{:08x}", kBase));
      CHECK(*reading.device.first(FactId::dac)->place.offset > kBase);
    }
  }
}

TEST_CASE("uf2: several images in one file, and blocks that are not for flash") {
  Bytes file = uf2(own_dac(), 0x10000000);
  add(file, uf2(own_pai(), 0x20000000, {.family = 0xADA52840}));
  add(file, uf2(own_dac(), 0x30000000, {.family = 0, .flags = 0}));
  add(file, uf2(own_dac(), 0x40000000, {.flags = 0x2001}));
  const Reading reading = read_bytes(file, {}, "all.uf2");
  CHECK(problems(reading) == "");
  CHECK(count(reading, FactId::certificate) == 3);
  // The same family twice: two files joined.
  Bytes twice = uf2(own_dac(), 0x10000000);
  add(twice, uf2(own_pai(), 0x20000000));
  const Reading joined = read_bytes(twice);
  CHECK(problems(joined) == "");
  CHECK(count(joined, FactId::certificate) == 2);
}

TEST_CASE("uf2: erased megabytes between two pieces of a flash are a gap, and no border") {
  // Both pieces in one count of blocks, as tools write what is left of a flash.
  Bytes file = uf2(Bytes(256, 0x5A), 0x8000), rest = uf2(own_dac(), 0x3E0000);
  add(file, rest);
  const size_t blocks = file.size() / 512;
  for (size_t i = 0; i < blocks; ++i) {
    put_le(file, i * 512 + 20, i, 4);
    put_le(file, i * 512 + 24, blocks, 4);
  }
  const Reading reading = read_bytes(file, {}, "part.uf2");
  CHECK(problems(reading) == "");
  REQUIRE(count(reading, FactId::certificate) == 1);
  const Place& place = reading.device.first(FactId::certificate)->place;
  CHECK(place.path == "part.uf2!0x00008000");
  CHECK(place.offset == 0x3E0000);
}

TEST_CASE("uf2: missing and broken blocks are named with their place") {
  const Bytes whole = uf2(image(), kBase);
  REQUIRE(whole.size() >= 4 * 512);
  const size_t blocks = whole.size() / 512;
  CHECK(has_problem(read_bytes(without_block(whole, 1)),
                    fmt::format("uf2 image: expected {} blocks of family 0xe48bff56, found {}: "
                                "block 1 is the first that is missing",
                                blocks, blocks - 1)));
  CHECK(has_problem(read_bytes(Bytes(whole.begin(), whole.end() - 512)),
                    fmt::format("block {} is the first that is missing", blocks - 1)));
  Bytes magic = whole;
  magic[512] ^= 1;
  const auto offset = [](const Reading& reading) {
    return reading.device.integrity.empty() ? std::nullopt
                                            : reading.device.integrity[0].place.offset;
  };
  CHECK(has_problem(read_bytes(magic),
                    "uf2 block: expected the magic number 0x0a324655 at its beginning, found "
                    "0x0a324654"));
  CHECK(offset(read_bytes(magic)) == 512);
  magic = whole;
  magic[0] ^= 1;  // the first block, too
  CHECK(has_problem(read_bytes(magic), "uf2 block: expected the magic number"));
  CHECK(offset(read_bytes(magic)) == 0);
  magic = whole;
  magic[1023] ^= 1;
  magic[1535] ^= 1;
  CHECK(has_problem(read_bytes(magic), "at its end, found 0x0bb16f30 (and 1 more blocks)"));
  Bytes cut = whole;
  cut.resize(cut.size() - 100);
  CHECK(has_problem(read_bytes(cut), "expected 512 bytes, found 412: it is cut"));
  Bytes wide = whole;
  put_le(wide, 512 + 16, 500, 4);
  CHECK(has_problem(read_bytes(wide), "expected at most 476 bytes of data, found 500"));
  Bytes number = whole;
  put_le(number, 512 + 20, 9999, 4);
  CHECK(has_problem(read_bytes(number), "expected a number below the count of blocks, found 9999"));
  Bytes overlap = uf2(own_dac(), 0x1000);
  add(overlap, uf2(own_pai(), 0x1000, {.flags = 0}));
  CHECK(problems(read_bytes(overlap)) == "");  // two images of two kinds of chips
}

TEST_CASE("uf2: blocks far from one another make no large image, of whatever families they are") {
  for (const bool families : {false, true}) {
    CAPTURE(families);
    constexpr size_t kBlocks = 120;
    Bytes file;
    for (uint32_t i = 0; i < kBlocks; ++i) {
      Bytes one = uf2(Bytes(256, 0x5A), i * 0xFFFF00, {.family = families ? i / 2 : kFamily});
      put_le(one, 20, families ? i % 2 : i, 4);
      put_le(one, 24, families ? 2 : kBlocks, 4);
      add(file, one);
    }
    const Reading reading = read_bytes(file);
    CHECK(problems(reading) == "");
    uint64_t bytes = 0;
    for (size_t i = 1; i < reading.files.size(); ++i) bytes += reading.files[i].size;
    CHECK(bytes >= kBlocks * 256);
    CHECK(bytes <= (33u << 20));
  }
}

TEST_CASE("uf2: what is erased or another trade's is no evidence") {
  Reading reading;
  const Bytes other = uf2(Bytes(1000, 0x5A), 0x1000);
  REQUIRE(read_evidence({.path = "blink.uf2", .bytes = other, .member = true}, reading));
  CHECK(problems(reading) == "");
  CHECK(reading.device.statements.empty());
}

TEST_CASE("uf2: of images beyond the most that are read, the reading says so") {
  for (const uint32_t images : {64u, 65u}) {
    Bytes file;
    for (uint32_t i = 0; i < images; ++i)
      add(file,
          uf2(Bytes(64, static_cast<uint8_t>(i)), 0x1000, {.family = kFamily + i, .payload = 64}));
    CHECK(read_bytes(file).device.noted(Remark::unreadable_file) == (images == 65));
  }
}

TEST_CASE("uf2: blocks that are not for flash are told of") {
  constexpr uint32_t kNotForFlash = 0x00000001;
  const auto unused = [](const Reading& reading) {
    std::string out;
    for (const NotUsed& one : reading.not_used) out += one.path + ": " + one.why + "\n";
    return out;
  };
  const Bytes good = uf2(own_dac(), 0x1000);
  CHECK(unused(read_bytes(good)) == "");
  for (const size_t blocks : {size_t{1}, size_t{2}}) {
    Bytes file = good;
    for (size_t i = 0; i < blocks; ++i) {
      Bytes aside = uf2(Bytes(64, 0x5A), 0x1000, {.payload = 64});
      put_le(aside, 8, kNotForFlash, 4);
      add(file, aside);
    }
    const Reading reading = read_bytes(file);
    CHECK(problems(reading) == "");
    CHECK(count(reading, FactId::certificate) == 1);
    CHECK(unused(reading).find(fmt::format("{} UF2 block", blocks)) != std::string::npos);
    CHECK(unused(reading).find(fmt::format("the first at 0x{:x}", good.size())) !=
          std::string::npos);
  }
  // Nothing else in it: the words are why the file is no evidence.
  Bytes alone = uf2(Bytes(64, 0x5A), 0x1000, {.payload = 64});
  put_le(alone, 8, kNotForFlash, 4);
  Reading reading;
  REQUIRE(read_evidence({.path = "x.uf2", .bytes = alone, .member = true}, reading));
  CHECK(unused(reading).find("x.uf2: 1 UF2 block that is not for flash") == 0);
}
