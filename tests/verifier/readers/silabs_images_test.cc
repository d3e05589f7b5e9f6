// Silicon Labs' GBL files: signed themselves, and what they write into flash by its own signature.

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/der_writer.h"
#include "tests/support/readings.h"
#include "tests/support/support.h"
#include "verifier/crypto/crypto.h"
#include "verifier/gather/gather.h"
#include "verifier/pki/der.h"
#include "verifier/readers/posture/firmware_images.h"

using namespace attest;
using namespace attest::test;

namespace {

constexpr uint64_t kBase = 0x08006000;
constexpr size_t kSize = 0x600, kPropertiesAt = 0x100;

void put32(Bytes& b, uint64_t v) {
  for (size_t i = 0; i < 4; ++i) b.push_back(static_cast<uint8_t>(v >> 8 * i));
}
void set32(Bytes& b, size_t at, uint64_t v) {
  for (size_t i = 0; i < 4; ++i) b[at + i] = static_cast<uint8_t>(v >> 8 * i);
}
void put_tag(Bytes& b, uint32_t tag, View data) {
  put32(b, tag);
  put32(b, data.size());
  b.insert(b.end(), data.begin(), data.end());
}
void add_signature(Bytes& b, View covered) {
  const auto numbers = der::ecdsa_signature(sign(1, covered));
  REQUIRE(numbers);
  b.insert(b.end(), numbers->begin(), numbers->end());
}

// An application (or a bootloader) that lies at kBase, and its signature behind it.
Bytes application(uint64_t base = kBase, uint32_t kind = 1) {
  constexpr uint8_t kMagic[] = {0x13, 0xB7, 0x79, 0xFA, 0xC9, 0x25, 0xDD, 0xB7,
                                0xAD, 0xF3, 0xCF, 0xE0, 0xF1, 0xB6, 0x14, 0xB8};
  Bytes out;
  for (size_t i = 0; i < kSize; ++i) out.push_back(static_cast<uint8_t>(i * 13 + 5));
  set32(out, 0, 0x20001000);
  set32(out, 4, base + 0x201);
  set32(out, 0x34, base + kPropertiesAt);
  std::copy(std::begin(kMagic), std::end(kMagic), out.begin() + kPropertiesAt);
  for (const auto& [at, value] : {std::pair<size_t, uint64_t>{16, 0x0201},
                                  {20, 1},
                                  {24, base + kSize},
                                  {28, kind},
                                  {32, 7},
                                  {36, 0},
                                  {56, 0},
                                  {60, 0}})
    set32(out, kPropertiesAt + at, value);
  add_signature(out, Bytes(out));
  return out;
}

struct Gbl {
  bool is_signed = true, ended = true;
  size_t pieces = 1;  // that the application is written in
  Bytes after = {};   // tags behind the signature
};
Bytes gbl(const Gbl& what) {
  Bytes out, header;
  put32(header, 0x03000000);
  put32(header, what.is_signed ? 0x100 : 0);
  put_tag(out, 0x03A617EB, header);
  const Bytes app = application();
  const size_t each = (app.size() / what.pieces + 3) & ~size_t{3};
  for (size_t at = 0; at < app.size(); at += each) {
    Bytes program;
    put32(program, kBase + at);
    const View piece = View(app).subspan(at, std::min(each, app.size() - at));
    program.insert(program.end(), piece.begin(), piece.end());
    put_tag(out, 0xFD0303FD, program);
  }
  if (what.is_signed) {
    Bytes value;
    add_signature(value, Bytes(out));
    put_tag(out, 0xF70A0AF7, value);
  }
  out.insert(out.end(), what.after.begin(), what.after.end());
  if (what.ended) put_tag(out, 0xFC0404FC, Bytes(4, 0));
  return out;
}

// "GBL file: good", ...: with the key that was ordered.
std::vector<std::string> signatures(const Bytes& bytes) {
  const Bytes key = point(1);
  Device order;
  order.posture.ordered.push_back({.key = "signing_keys",
                                   .value = hex(View(key).subspan(1)),
                                   .place = {.path = "order.json", .offset = {}, .item = ""}});
  const Evidence e = gather(read_bytes(bytes), {}, TrustStore::builtin(false), nullptr,
                            openssl_engine(), std::move(order));
  constexpr const char* kWords[] = {"none", "good", "bad", "by no key", "unchecked"};
  std::vector<std::string> out;
  for (const SignedImage& image : e.device.posture.images)
    out.push_back(image.what + ": " + kWords[static_cast<size_t>(image.signature)] + image.problem);
  return out;
}

}  // namespace

TEST_CASE("GBL: what it writes is judged at the address that it is written to") {
  using Found = std::vector<std::string>;
  const Found good = {"GBL file: good", "application 0x00000007: good"};
  CHECK(signatures(gbl({})) == good);
  CHECK(signatures(gbl({.pieces = 3})) == good);
  CHECK(signatures(gbl({.is_signed = false})) ==
        Found{"GBL file: none", "application 0x00000007: good"});
  Bytes changed = gbl({});
  changed[0x300] ^= 1;
  CHECK(signatures(changed) == Found{"GBL file: by no key", "application 0x00000007: by no key"});
  CHECK(read_bytes(gbl({})).device.posture.images.back().place.path == "dump.bin!0x08006000");
}

TEST_CASE("GBL: one that is cut is told of once, and is not said to be unsigned") {
  const Bytes good = gbl({});
  CHECK(problems(read_bytes(good)).empty());
  CHECK(has_problem(read_bytes(gbl({.ended = false})), "expected its end tag, found none"));
  for (const size_t size : {size_t{40}, size_t{0x200}, good.size() - 60, good.size() - 1}) {
    CAPTURE(size);
    const Reading cut = read_bytes(View(good).first(size));
    CHECK(has_problem(cut, "GBL tag: expected "));
    for (const SignedImage& image : cut.device.posture.images)
      CHECK(image.signature != ImageSignature::none);
  }
}

TEST_CASE("GBL: behind its signature comes the end, and what is written twice is the same") {
  const auto program = [](uint64_t address, Bytes bytes) {
    Bytes out, data;
    put32(data, address);
    data.insert(data.end(), bytes.begin(), bytes.end());
    put_tag(out, 0xFD0303FD, data);
    return out;
  };
  Bytes signature;
  put_tag(signature, 0xF70A0AF7, Bytes(64, 1));
  const struct {
    Bytes bytes;
    const char* problem;
  } kRows[] = {
      {gbl({.after = signature}),
       "GBL tag: expected the end behind its signature, found another signature"},
      {gbl({.after = program(kBase, Bytes(64, 1))}),
       "GBL tag: expected the end behind its signature, found a program"},
      {gbl({.is_signed = false, .after = program(kBase + 0x80, Bytes(64, 1))}),
       "GBL overlap: its programs give different bytes for one address, 0x08006080"},
      {gbl({.is_signed = false, .after = program(kBase + kSize + 0x100, Bytes(64, 1))}), ""},
      {gbl({.is_signed = false, .after = program(kBase + 64, {})}), ""}};
  for (const auto& row : kRows) {
    const Reading reading = read_bytes(row.bytes);
    CHECK(reading.device.integrity.size() == (row.problem[0] == 0 ? 0 : 1));
    CHECK(has_problem(reading, row.problem));
    CHECK(reading.device.posture.images.size() == 2);
  }
}

TEST_CASE("GBL: the work grows with the file, whatever it says that it writes") {
  const auto signatures_of = [](size_t count) {
    Bytes out = gbl({});
    Bytes tag;
    put_tag(tag, 0xF70A0AF7, Bytes(64, 1));
    for (size_t i = 0; i < count; ++i) out.insert(out.end() - 12, tag.begin(), tag.end());
    return out;
  };
  // Images whose signatures lie at the end of what little pieces far from one another span.
  const auto pieces = [](size_t count, uint64_t step) {
    Bytes out, header, head(0x200 * 17 + 80 * 17);
    put32(header, 0x03000000);
    put32(header, 0);
    put_tag(out, 0x03A617EB, header);
    const Bytes app = application();
    const View properties = View(app).subspan(kPropertiesAt, 80);
    for (size_t i = 0; i < 17; ++i) {
      set32(head, 0x200 * i + 0x34, kBase + 0x200 * 17 + 80 * i);
      std::copy(properties.begin(), properties.end(),
                head.begin() + static_cast<long>(0x200 * 17 + 80 * i));
      set32(head, 0x200 * 17 + 80 * i + 24, kBase + count * step);
    }
    for (size_t i = 0; i <= count; ++i) {
      Bytes data;
      put32(data, kBase + i * step);
      if (i == 0) data.insert(data.end(), head.begin(), head.end());
      data.resize(data.size() + 64);
      put_tag(out, 0xFD0303FD, data);
    }
    put_tag(out, 0xFC0404FC, Bytes(4, 0));
    return out;
  };
  for (const Bytes& bytes : {signatures_of(100), signatures_of(10'000), pieces(120, 0x1FFFF0),
                             pieces(1'000, 0x2000), pieces(10'000, 0x2000), pieces(10'000, 72)}) {
    FirmwareWork work;
    Reading reading;
    say_firmware({.path = "app.gbl", .bytes = bytes}, reading, &work);
    CHECK(work.entries <= bytes.size());
    CHECK(work.hashed <= 2 * 17 * bytes.size());
    CHECK(reading.device.posture.images.size() <= 17);
    CHECK(reading.device.integrity.size() <= 1);
  }
}

TEST_CASE("Silicon Labs: a dump without addresses tells them by its vector tables") {
  using Found = std::vector<std::string>;
  constexpr size_t kApp = 0x6000, kDump = 0x10000;
  const auto dump = [](uint64_t flash, size_t from, size_t size) {
    Bytes out(kDump, 0xFF);
    const Bytes boot = application(flash, 0x40), app = application(flash + kApp);
    std::copy(boot.begin(), boot.end(), out.begin());
    std::copy(app.begin(), app.end(), out.begin() + kApp);
    return to_bytes(View(out).subspan(from, size));
  };
  const std::string boot = "bootloader 0x00000007: ", app = "application 0x00000007: ";
  for (const uint64_t flash : {uint64_t{0}, uint64_t{0x08000000}}) {
    CAPTURE(flash);
    const Bytes whole = dump(flash, 0, kDump);
    CHECK(signatures(whole) == Found{boot + "good", app + "good"});
    CHECK(read_bytes(whole).device.posture.images[1].place.offset == kApp);
    CHECK(signatures(dump(flash, 0, kApp)) == Found{boot + "good"});
    CHECK(signatures(dump(flash, kApp, 0x1000)) == Found{app + "good"});
    CHECK(signatures(dump(flash, 0x2000, 0x8000)) == Found{app + "good"});
    Bytes changed = whole;
    changed[kApp + 0x300] ^= 1;
    CHECK(signatures(changed) == Found{boot + "good", app + "by no key"});
    const Found cut = signatures(dump(flash, 0, kApp + kSize));
    REQUIRE(cut.size() == 2);
    CHECK(cut[1] ==
          app + "bad" +
              fmt::format("its signature at 0x{:08x} is not in the image", flash + kApp + kSize));
  }
  // What an application has of another image within it, as a bootloader to install, is its own.
  Bytes holds = application(kBase);
  const Bytes inner = application(0x08000000, 0x40);
  holds.resize(0x2000, 0xFF);
  holds.insert(holds.end(), inner.begin(), inner.end());
  CHECK(signatures(holds) == Found{app + "good"});
}
